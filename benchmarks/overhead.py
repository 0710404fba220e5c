"""What measuring and recording cost, and how the course's programs compare: `python -m benchmarks.overhead`.

Everything is a ratio of runs taken side by side in rounds of random order, told as median and 95 % interval (bootstrap);
where two long runs are compared, once more from the least disturbed run of each, since what other programs take only adds.
`--only` takes one of three parts:

measuring   tasks of 1 ms through `speedup`'s machine, against the same on a raw Pool and by joblib. Warm: the workers of all
            three are running already, and each library cuts the tasks into batches as it does by itself. Cold: one task a
            message, the Pool started within.
recording   a Pool of one worker, plain and with a timeline recorded: the part that grows with tasks, and the fixed one;
            then one long run, in which a live picture must not cost the more the longer it goes on
references  the course's parallel programs against the same work by others, as speed-up over the best serial program: the
            median and interval of paired rounds, then what the least disturbed run of each gives, which is also
            told as a share of the measured capacity. All start their workers within the time, but for joblib, which
            keeps its own between calls, and Dask, whose cluster is up before.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.references import Reference, references
from benchmarks.workloads import BACKENDS, FORK, joblib_loky, spin, standing
from lockstep.machine.capacity import Capacity, CapacityProbe
from lockstep.machine.others import cpu_reading, cpus_of_others
from lockstep.machine.usable import usable_cpus
from lockstep.measurement.measured_program import program_of
from lockstep.measurement.samples import interval
from lockstep.measurement.timing import ThisMachine, one_thread_a_process
from lockstep.recording.recorder import Recording
from lockstep.recording.recording import record
from lockstep.recording.timeline import Timeline

TASK_S = 0.001
FEW, MANY, LONG = 200, 1000, 10_000
P = 2
OURS = "ours"

Case = Callable[[], Any]
Times = dict[str, list[float]]
Row = tuple[float, float | None, float | None]  # median, and the ends of its 95 % interval


def side_by_side(cases: dict[str, Case], rounds: int) -> Times:
    """Seconds of every case in every round, after one round that is thrown away."""
    rng = np.random.default_rng()
    times: Times = {name: [] for name in cases}
    for number in range(rounds + 1):
        for name in rng.permutation(list(cases)):
            start = time.perf_counter()
            cases[name]()
            if number:
                times[name].append(time.perf_counter() - start)
    return times


def summary(values: list[float]) -> Row:
    return float(np.median(values)), *interval(values)


def ratio(times: Times, name: str, base: str) -> Row:
    """How many times as long as `base`, paired within rounds."""
    return summary([one / other for one, other in zip(times[name], times[base], strict=True)])


def told(row: Row, scale: float = 1.0, digits: int = 2) -> str:
    median, low, high = row
    spread = "" if low is None or high is None else f" ({scale * low:.{digits}f} to {scale * high:.{digits}f})"
    return f"{scale * median:.{digits}f}{spread}"


def measuring(steps: int, rounds: int) -> str:
    items = [steps] * MANY

    def cold(size: int, workers: int) -> int:
        with FORK.Pool(workers) as pool:
            return sum(pool.map(spin, items[:size], chunksize=1))

    def warm(size: int, pool: Any) -> int:
        return sum(pool.map(spin, items[:size]))

    through_cold, through_warm = program_of(cold, (MANY,)), program_of(warm, (MANY,))
    with ThisMachine(FORK.Pool) as machine, FORK.Pool(P) as pool, joblib_loky(P) as parallel:
        times = side_by_side(
            {
                "raw Pool, warm": lambda: warm(MANY, pool),
                "through speedup, warm": lambda: machine.run(through_warm, P, 1, True),
                "joblib, warm": lambda: parallel(spin, items),
                "raw Pool, cold": lambda: cold(MANY, P),
                "through speedup, cold": lambda: machine.run(through_cold, P, 1, False),
            },
            rounds,
        )
    for name, seconds in times.items():
        print(f"  {name:<24}{told(summary(seconds), 1e6 / MANY, 0):>22} us a task")
    pairs = {
        "warm, over raw Pool": ("through speedup, warm", "raw Pool, warm"),
        "cold, over raw Pool": ("through speedup, cold", "raw Pool, cold"),
        "warm, over joblib": ("through speedup, warm", "joblib, warm"),
    }
    rows = {name: ratio(times, ours, other) for name, (ours, other) in pairs.items()}
    for name, row in rows.items():
        print(f"  through speedup, {name:<22}{told(row)}")
    return (
        f"through speedup {max(row[0] for row in rows.values()):.2f} times a raw Pool and joblib at most (asked: 1.10)"
    )


def recording(steps: int, rounds: int) -> str:
    def plain(tasks: int) -> int:
        with FORK.Pool(1) as pool:
            return sum(pool.map(spin, [steps] * tasks, chunksize=1))

    def recorded(tasks: int) -> int:
        with Recording():
            return plain(tasks)

    ways: dict[str, Callable[[int], Any]] = {
        "plain": plain,
        "recorded": recorded,
        "recorded, shown": lambda tasks: record(lambda: plain(tasks), show=lambda timeline, more: timeline.to_json()),
    }
    times = side_by_side(
        {
            f"{name} {tasks}": lambda way=way, tasks=tasks: way(tasks)
            for name, way in ways.items()
            for tasks in (FEW, MANY)
        },
        rounds,
    )
    least = {name: min(seconds) for name, seconds in times.items()}  # others' load only ever adds
    for name in ("recorded", "recorded, shown"):
        few, many = (least[f"{name} {tasks}"] - least[f"plain {tasks}"] for tasks in (FEW, MANY))
        each = (many - few) / (MANY - FEW)
        for tasks in (FEW, MANY):
            row = ratio(times, f"{name} {tasks}", f"plain {tasks}")
            best = least[f"{name} {tasks}"] / least[f"plain {tasks}"]
            print(f"  {name}, {tasks} tasks: {told(row, digits=3)} times plain; the least disturbed runs {best:.3f}")
        print(f"  {name}: {1e6 * each:.1f} us a task, and {1e3 * (few - FEW * each):.1f} ms once")
    median, _, _ = ratio(times, f"recorded {MANY}", f"plain {MANY}")
    live = _long_recording(plain, max(1, rounds // 4))
    return (
        f"recording costs {100 * median - 100:.1f} % at {MANY} tasks of 1 ms (asked: below 5 %), "
        f"and {100 * live - 100:.1f} % with live pictures of {LONG} tasks"
    )


def _long_recording(plain: Callable[[int], Any], rounds: int) -> float:
    """How many times as long as plain LONG tasks take with live pictures, in the median; prints the rest."""
    pictures: list[float] = []  # CPU seconds of every live picture but the first of a run, in which code is loaded
    last: list[float] = []  # seconds from the end of the program to that of its last picture

    def shown() -> Any:
        own: list[float] = []

        def show(timeline: Timeline, more: bool) -> None:
            timeline.to_json()
            if more:
                own.append(time.thread_time())  # of the thread that makes all live pictures, and does nothing else

        start = time.perf_counter()
        found = record(lambda: plain(LONG), show=show)
        last.append(time.perf_counter() - start - found.seconds)
        pictures.extend(after - before for before, after in itertools.pairwise(own))

    def recorded() -> None:
        with Recording():
            plain(LONG)

    times = side_by_side({"plain": lambda: plain(LONG), "recorded": recorded, "recorded, shown": shown}, rounds)
    times["recorded, shown"] = [
        seconds - after for seconds, after in zip(times["recorded, shown"], last[1:], strict=True)
    ]
    for name in ("recorded", "recorded, shown"):
        print(f"  {name}, {LONG} tasks: {told(ratio(times, name, 'plain'), digits=3)} times plain")
    print(
        f"  a live picture takes {1e3 * float(np.median(pictures)):.1f} ms of a CPU, the last one, after the program's "
        f"end, {float(np.median(last)):.2f} s"
    )
    return ratio(times, "recorded, shown", "plain")[0]


def compared(reference: Reference, ways: dict[str, Any], probe: CapacityProbe, rounds: int) -> dict[str, Any]:
    """One row: the speed-up of ours and of every other way, and their shares of the capacity in the same round."""
    capacities: list[Capacity] = []

    def through(way: Any) -> Case:
        def run() -> Any:
            with way() as mapped:
                return reference.by(mapped)

        return run

    cases: dict[str, Case] = {
        "serial": reference.serial,
        "capacity": lambda: capacities.extend(probe.measure(P, repetitions=1) for _ in range(3)),
        OURS: reference.ours,
        **{name: through(way) for name, way in ways.items()},
    }
    times = side_by_side(cases, rounds)
    least = P * min(one.alone_s for one in capacities) / min(one.together_s for one in capacities)
    speedups = {name: ratio(times, "serial", name) for name in (OURS, *ways)}
    best = {name: min(times["serial"]) / min(times[name]) for name in speedups}
    return {
        "seconds": min(times["serial"]),
        "capacity": least,
        "speed-up": speedups,
        "best": best,
        "share": best[OURS] / (least * reference.ceiling),
        "slowest": _slowest(speedups),
    }


def _slowest(speedups: dict[str, Row]) -> bool:
    """Whether ours is slower than every other, with no interval that overlaps."""
    high = speedups[OURS][2] or speedups[OURS][0]
    return all((row[1] or row[0]) > high for name, row in speedups.items() if name != OURS)


def reference_table(steps: int, rounds: int, only: list[str], skipped: list[str]) -> str:
    found = {}
    with contextlib.ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        chosen = [one for one in references(folder, P, steps) if not only or one.name in only]
        probe = opened.enter_context(CapacityProbe(P, 0.1))
        ways: dict[str, Any] = {}
        for name, backend in BACKENDS.items():
            if name in skipped:
                continue
            cluster = name.startswith("Dask")
            ways[name] = opened.enter_context(standing(backend(P))) if cluster else lambda backend=backend: backend(P)
        print(f"  {'program':<18}{'alone':>7}{'capacity':>10}" + "".join(f"{name:>29}" for name in (OURS, *ways)))
        for one in chosen:
            row = found[one.name] = compared(one, ways, probe, rounds)
            cells = "".join(
                f"{told(row['speed-up'][name])}, {row['best'][name]:.2f}".rjust(29) for name in (OURS, *ways)
            )
            print(f"  {one.name:<18}{row['seconds']:>5.2f} s{row['capacity']:>10.2f}{cells}", flush=True)
    for one in chosen:
        row = found[one.name]
        other = max((name for name in row["best"] if name != OURS), key=lambda name: row["best"][name])
        print(
            f"  {one.name}: {row['share']:.0%} of "
            + (f"the {one.ceiling:.0%} that it can reach of " if one.ceiling < 1 else "")
            + "the measured capacity"
            + f"; the best other is {other} with {row['best'][other] / row['best'][OURS]:.2f} times our speed-up"
            + ("; surely slower than all others" if row["slowest"] else "")
            + (f" ({one.why})" if one.why else "")
        )
    shares = [row["share"] for row in found.values()]
    slowest = sum(row["slowest"] for row in found.values())
    return (
        f"references {float(np.median(shares)):.0%} of the measured capacity in the median, {min(shares):.0%} at least "
        f"(asked: 95 %), surely the slowest in {slowest} of {len(shares)} rows"
    )


def steps_of_a_task() -> int:
    """How many steps of `spin` take TASK_S of CPU here."""
    trial = 200_000
    best = min(_cpu_seconds(trial) for _ in range(5))
    return int(trial * TASK_S / best)


def _cpu_seconds(steps: int) -> float:
    start = time.process_time()
    spin(steps)
    return time.process_time() - start


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.overhead", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=9, help="rounds of every comparison (default: 9)")
    parser.add_argument("--only", choices=["measuring", "recording", "references"], help="one of the three parts")
    parser.add_argument("--reference", action="append", default=[], metavar="NAME", help="only this of the references")
    parser.add_argument("--without", action="append", default=[], choices=list(BACKENDS), help="leave a backend out")
    parser.add_argument("--json", metavar="FILE", help="write the last lines to a file as well")
    chosen = parser.parse_args(arguments)
    print(usable_cpus().sentence())
    steps = steps_of_a_task()
    parts: dict[str, Callable[[], str]] = {
        "measuring": lambda: measuring(steps, 2 * chosen.rounds),
        "recording": lambda: recording(steps, chosen.rounds),
        "references": lambda: reference_table(steps, chosen.rounds, chosen.reference, chosen.without),
    }
    lines = {}
    with one_thread_a_process():
        for name, part in parts.items():
            if chosen.only in (None, name):
                print(f"\n{name}")
                before = cpu_reading()
                lines[name] = part()
                print(f"  others kept {cpus_of_others(before, cpu_reading()) or 0.0:.2f} CPUs busy meanwhile")
    print("\n" + "; ".join(lines.values()))
    if chosen.json:
        Path(chosen.json).write_text(json.dumps(lines, indent=2), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
