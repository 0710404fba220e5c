"""The course's parallel programs at P = 1 to 16, as labelled data to be committed: `make sixteen`, in less than 6 minutes.

For whoever has such a machine. It writes the serial time and every run of every program, what the machine is, and how many CPUs were
really there around each round; a round without them does not count. What was measured is written after every round, so that nothing is lost
if the rest does not come about. On a machine with fewer usable CPUs, or a busy one, it writes nothing.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import options
from benchmarks.comparing.ways import steps_of
from benchmarks.programs.course import references
from lockstep.machine.capacity import CapacityProbe
from lockstep.machine.others import cpu_reading, cpus_of_others
from lockstep.machine.usable import usable_cpus
from lockstep.measurement.elsewhere import FILE
from lockstep.measurement.timing import one_thread_a_process
from lockstep.version import __version__

SCALE = 0.6  # with it the programs that lessons measure have the lessons' sizes
WORKERS = (1, 2, 4, 8, 12, 16)
SECONDS = 300.0  # for the rounds; what begins before the end still comes to its own


Case = tuple[str, str, Callable[[], Any]]  # the program, "serial" or on how many workers, and its run


def cases(folder: Path, workers: tuple[int, ...], scale: float) -> tuple[dict[str, Any], list[Case]]:
    """The programs by name, with their sizes and no seconds yet, and all that is to be run."""
    programs: dict[str, Any] = {}
    found: list[Case] = []
    steps = steps_of(0.001)
    for count in workers:
        for one in references(folder, count, steps, scale):
            if count == workers[0]:
                programs[one.name] = {"sizes": one.sizes, "seconds": {}}
                found.append((one.name, "serial", one.serial))
            found.append((one.name, str(count), one.ours))
    return programs, found


def one_round(found: list[Case]) -> tuple[list[tuple[str, str, float]], set[str]]:
    """The seconds of every run, in a random order, of the programs that all went well; and the names of those that raised."""
    taken, failed = [], set()
    for place in np.random.default_rng().permutation(len(found)):
        name, count, run = found[place]
        if name in failed:
            continue
        start = time.perf_counter()
        try:
            run()
        except Exception as error:  # the other programs' curves are as good without this one's
            print(f"{name} on {count}: {error!r}: it is left out from now on", flush=True)
            failed.add(name)
        else:
            taken.append((name, count, round(time.perf_counter() - start, 5)))
    return [one for one in taken if one[0] not in failed], failed


def machine(model: str) -> dict[str, Any]:
    """What stands beside a curve: "measured on 16 cores of ..."."""
    cpus = usable_cpus()
    return {
        "cpu": model, "usable": cpus.count, "logical": cpus.logical, "physical": cpus.physical,
        "system": platform.platform(), "python": platform.python_version(), "numpy": np.__version__,
        "lockstep": __version__, "start": multiprocessing.get_start_method(),
    }  # fmt: skip


def cpu_model() -> str:
    """The processor's name, where the system tells it."""
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def table(programs: dict[str, Any]) -> list[str]:
    """A line for each program: its speed-ups by the medians."""
    lines = []
    for name, program in sorted(programs.items()):
        runs = program["seconds"]
        alone = float(np.median(runs["serial"]))
        counts = sorted((count for count in runs if count != "serial"), key=int)
        told = "  ".join(f"{count}: {alone / float(np.median(runs[count])):.2f}" for count in counts)
        lines.append(f"{name:<22}{alone:>6.2f} s  {told}")
    return lines


def measure(
    workers: tuple[int, ...],
    scale: float,
    seconds: float,
    there: Callable[[], float],
    least: float,
    keep: Callable[[dict[str, Any]], None],
) -> dict[str, Any]:
    """Rounds for so many seconds, one at least. One counts if there were `least` CPUs before and after it, as `there` tells; then `keep`
    is given all data so far.
    """
    capacity: list[float] = []
    others: list[float | None] = []
    data = {"machine": machine(cpu_model()), "date": date.today().isoformat(), "capacity": capacity, "others": others}
    with tempfile.TemporaryDirectory() as folder:
        programs, found = cases(Path(folder), workers, scale)
        end, longest, before = time.monotonic() + seconds, 0.0, there()
        while not longest or time.monotonic() + longest < end:
            begun, reading = time.monotonic(), cpu_reading()
            taken, failed = one_round(found)
            found = [one for one in found if one[0] not in failed]
            busy, after = cpus_of_others(reading, cpu_reading()), there()
            if min(before, after) < least:
                print(f"a round with {min(before, after):.1f} CPUs does not count", flush=True)
            else:
                for name, count, took in taken:
                    programs[name]["seconds"].setdefault(count, []).append(took)
                capacity.append(round(min(before, after), 2))
                others.append(busy if busy is None else round(busy, 2))
                data["programs"] = {name: program for name, program in programs.items() if program["seconds"]}
                keep(data)
            before, longest = after, max(longest, time.monotonic() - begun)
    return data


def write(file: Path, data: dict[str, Any]) -> None:
    """As a whole or not at all, whenever this ends."""
    new = file.with_suffix(".new")
    new.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    new.replace(file)


def main() -> int:
    parser = options("sixteen", __doc__)
    parser.add_argument("--file", type=Path, default=FILE, help="where the data go")
    parser.add_argument(
        "--there", type=float, default=0.9, metavar="SHARE",
        help="which share of the CPUs has to be there (default: 0.9); less where they are hyper-threads: the curve is labelled so",
    )  # fmt: skip
    chosen = parser.parse_args()
    workers = WORKERS[:2] if chosen.tiny else WORKERS
    least = 0.0 if chosen.tiny else chosen.there * workers[-1]
    if not chosen.tiny and usable_cpus().count < workers[-1]:
        print(f"{usable_cpus().sentence()} {workers[-1]} are needed: nothing was measured.")
        return 1
    with one_thread_a_process(), CapacityProbe(workers[-1], 0.01 if chosen.tiny else 0.2) as probe:

        def there() -> float:
            return probe.measure(workers[-1], 3).cpus

        if (found := there()) < least:
            print(f"only {found:.1f} CPUs are really there: nothing was measured. Try again when nothing else runs.")
            return 1
        data = measure(
            workers, 0.01 if chosen.tiny else SCALE, 0.0 if chosen.tiny else SECONDS, there, least,
            lambda data: None if chosen.tiny else write(chosen.file, data),
        )  # fmt: skip
    if "programs" not in data:
        print("no round counted: nothing was written. Try again when nothing else runs.")
        return 1
    print("\n".join(table(data["programs"])))
    print(
        f"\nin short: {len(data['programs'])} programs on {', '.join(map(str, workers))} workers of {data['machine']['cpu']}, "
        f"{len(data['capacity'])} rounds"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
