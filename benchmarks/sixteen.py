"""The course's parallel programs at P = 1 to 16, as labelled data to be committed: `make sixteen`, in less than 6 minutes.

For whoever has such a machine: it writes the serial time and every run of every program, what the machine is, and how many CPUs were
really there before and after. On a machine with fewer usable CPUs, or a busy one, it writes nothing.
"""

from __future__ import annotations

import contextlib
import json
import platform
import sys
import tempfile
import time
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

SCALE = 0.6  # with it the programs that lessons measure have the lessons' sizes
WORKERS = (1, 2, 4, 8, 12, 16)
SECONDS = 300.0  # for the rounds; what begins before the end still comes to its own
QUIET = 0.9  # of the CPUs have to be there


def measured(workers: tuple[int, ...], scale: float, seconds: float) -> dict[str, Any]:
    """By program its sizes and the seconds of every run: serially, and on each number of workers, in a random order within each round."""
    rng, end = np.random.default_rng(), time.monotonic() + seconds
    found: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        steps = steps_of(0.001)
        cases: list[tuple[str, str, Any]] = []
        for count in workers:
            for one in references(Path(folder), count, steps, scale):
                if count == workers[0]:
                    cases.append((one.name, "serial", one.serial))
                    found[one.name] = {"sizes": one.sizes, "seconds": {}}
                cases.append((one.name, str(count), one.ours))
        longest, rounds = 0.0, 0
        while not rounds or time.monotonic() + longest < end:
            begun = time.monotonic()
            for place in rng.permutation(len(cases)):
                name, count, run = cases[place]
                start = time.perf_counter()
                run()
                found[name]["seconds"].setdefault(count, []).append(round(time.perf_counter() - start, 5))
            rounds += 1
            longest = max(longest, time.monotonic() - begun)
    return found


def machine(model: str) -> dict[str, Any]:
    """What stands beside a curve: "measured on 16 cores of ..."."""
    cpus = usable_cpus()
    return {
        "cpu": model, "usable": cpus.count, "logical": cpus.logical, "physical": cpus.physical,
        "system": platform.system(), "python": platform.python_version(), "numpy": np.__version__,
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
        told = "  ".join(
            f"{count}: {alone / float(np.median(found)):.2f}" for count, found in runs.items() if count != "serial"
        )
        lines.append(f"{name:<22}{alone:>6.2f} s  {told}")
    return lines


def main() -> int:
    parser = options("sixteen", __doc__)
    parser.add_argument("--file", type=Path, default=FILE, help="where the data go")
    chosen = parser.parse_args()
    workers = WORKERS[:2] if chosen.tiny else WORKERS
    if not chosen.tiny and usable_cpus().count < workers[-1]:
        print(f"{usable_cpus().sentence()} {workers[-1]} are needed: nothing was measured.")
        return 1
    before = cpu_reading()
    with one_thread_a_process(), CapacityProbe(workers[-1], 0.01 if chosen.tiny else 0.2) as probe:
        capacities = [probe.measure(workers[-1], 3).cpus]
        programs = measured(workers, 0.01 if chosen.tiny else SCALE, 0.0 if chosen.tiny else SECONDS)
        capacities.append(probe.measure(workers[-1], 3).cpus)
    others = cpus_of_others(before, cpu_reading())
    print("\n".join(table(programs)))
    if not chosen.tiny and min(capacities) < QUIET * workers[-1]:
        print(
            f"only {min(capacities):.1f} CPUs were really there: nothing was written. Try again when nothing else runs."
        )
        return 1
    data = {"machine": machine(cpu_model()), "capacity": capacities, "others": others, "programs": programs}
    if not chosen.tiny:
        chosen.file.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    print(f"\nin short: {len(programs)} programs on {', '.join(map(str, workers))} workers of {data['machine']['cpu']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
