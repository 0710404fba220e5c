"""What measuring and recording cost: `python -m benchmarks.overhead`.

Everything is a ratio of runs taken side by side in rounds of random order, told as median and 95 % interval (bootstrap);
where two long runs are compared, once more from the least disturbed run of each, since what other programs take only adds.

measuring   tasks of 1 ms through `speedup`'s machine, against the same on a raw Pool and by joblib. Warm: the workers of all
            three are running already, and each library cuts the tasks into batches as it does by itself. Cold: one task a
            message, the Pool started within.
recording   a Pool of one worker, plain and with a timeline recorded: the part that grows with tasks, and the fixed one;
            then one long run, in which a live picture must not cost the more the longer it goes on
"""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from benchmarks import options
from benchmarks.comparing.peers import installed
from benchmarks.comparing.rounds import Case, ratio, side_by_side, summary, told
from benchmarks.comparing.ways import FORK, joblib_loky, spin, steps_of
from lockstep.machine.others import cpu_reading, cpus_of_others
from lockstep.machine.usable import usable_cpus
from lockstep.measurement.measured_program import program_of
from lockstep.measurement.timing import ThisMachine, one_thread_a_process
from lockstep.recording.recorder import Recording
from lockstep.recording.recording import record
from lockstep.recording.timeline import Timeline

P = 2


class Size(NamedTuple):
    """Rounds of every comparison, tasks of 1 ms in a short, a usual and a long run."""

    rounds: int
    few: int
    many: int
    long: int


TINY = Size(1, 2, 10, 20)


def measuring(steps: int, size: Size) -> str:
    items = [steps] * size.many

    def cold(tasks: int, workers: int) -> int:
        with FORK.Pool(workers) as pool:
            return sum(pool.map(spin, items[:tasks], chunksize=1))

    def warm(tasks: int, pool: Any) -> int:
        return sum(pool.map(spin, items[:tasks]))

    through_cold, through_warm = program_of(cold, (size.many,)), program_of(warm, (size.many,))
    pairs = {
        "warm, over raw Pool": ("through speedup, warm", "raw Pool, warm"),
        "cold, over raw Pool": ("through speedup, cold", "raw Pool, cold"),
    }
    with contextlib.ExitStack() as opened:
        machine, pool = opened.enter_context(ThisMachine(FORK.Pool)), opened.enter_context(FORK.Pool(P))
        cases: dict[str, Case] = {
            "raw Pool, warm": lambda: warm(size.many, pool),
            "through speedup, warm": lambda: machine.run(through_warm, P, 1, True),
            "raw Pool, cold": lambda: cold(size.many, P),
            "through speedup, cold": lambda: machine.run(through_cold, P, 1, False),
        }
        if installed("joblib"):
            parallel = opened.enter_context(joblib_loky(P))
            cases["joblib, warm"] = lambda: parallel(spin, items)
            pairs["warm, over joblib"] = ("through speedup, warm", "joblib, warm")
        times = side_by_side(cases, 2 * size.rounds)
    for name, seconds in times.items():
        print(f"  {name:<24}{told(summary(seconds), 1e6 / size.many, 0):>22} us a task")
    rows = {name: ratio(times, ours, other) for name, (ours, other) in pairs.items()}
    for name, row in rows.items():
        print(f"  through speedup, {name:<22}{told(row)}")
    others = "a raw Pool and joblib" if "joblib, warm" in times else "a raw Pool"
    return f"through speedup {max(row[0] for row in rows.values()):.2f} times {others} at most (aim: 1.10)"


def recording(steps: int, size: Size) -> str:
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
            for tasks in (size.few, size.many)
        },
        size.rounds,
    )
    least = {name: min(seconds) for name, seconds in times.items()}  # others' load only ever adds
    for name in ("recorded", "recorded, shown"):
        few, many = (least[f"{name} {tasks}"] - least[f"plain {tasks}"] for tasks in (size.few, size.many))
        each = (many - few) / (size.many - size.few)
        for tasks in (size.few, size.many):
            row = ratio(times, f"{name} {tasks}", f"plain {tasks}")
            best = least[f"{name} {tasks}"] / least[f"plain {tasks}"]
            print(f"  {name}, {tasks} tasks: {told(row, digits=3)} times plain; the least disturbed runs {best:.3f}")
        print(f"  {name}: {1e6 * each:.1f} us a task, and {1e3 * (few - size.few * each):.1f} ms once")
    median, _, _ = ratio(times, f"recorded {size.many}", f"plain {size.many}")
    live = _long_recording(plain, size.long, max(1, size.rounds // 4))
    return (
        f"recording costs {100 * median - 100:.1f} % at {size.many} tasks of 1 ms (aim: below 5 %), "
        f"and {100 * live - 100:.1f} % with live pictures of {size.long} tasks"
    )


def _long_recording(plain: Callable[[int], Any], tasks: int, rounds: int) -> float:
    """How many times as long as plain so many tasks take with live pictures, in the median; prints the rest."""
    pictures: list[float] = []  # CPU seconds of every live picture but the first of a run, in which code is loaded
    last: list[float] = []  # seconds from the end of the program to that of its last picture

    def shown() -> Any:
        own: list[float] = []

        def show(timeline: Timeline, more: bool) -> None:
            timeline.to_json()
            if more:
                own.append(time.thread_time())  # of the thread that makes all live pictures, and does nothing else

        start = time.perf_counter()
        found = record(lambda: plain(tasks), show=show)
        last.append(time.perf_counter() - start - found.seconds)
        pictures.extend(after - before for before, after in itertools.pairwise(own))

    def recorded() -> None:
        with Recording():
            plain(tasks)

    times = side_by_side({"plain": lambda: plain(tasks), "recorded": recorded, "recorded, shown": shown}, rounds)
    times["recorded, shown"] = [
        seconds - after for seconds, after in zip(times["recorded, shown"], last[1:], strict=True)
    ]
    for name in ("recorded", "recorded, shown"):
        print(f"  {name}, {tasks} tasks: {told(ratio(times, name, 'plain'), digits=3)} times plain")
    each = f"{1e3 * float(np.median(pictures)):.1f} ms of a CPU" if pictures else "no time, for none was due"
    print(f"  a live picture takes {each}; the last one, after the program's end, {float(np.median(last)):.2f} s")
    return ratio(times, "recorded, shown", "plain")[0]


def main() -> None:
    parser = options("overhead", __doc__)
    parser.add_argument("--rounds", type=int, default=9, help="rounds of every comparison (default: 9)")
    chosen = parser.parse_args()
    size = TINY if chosen.tiny else Size(chosen.rounds, 200, 1000, 10_000)
    print(usable_cpus().sentence())
    steps = steps_of(0.001)
    figures = []
    with one_thread_a_process():
        for part in (measuring, recording):
            print(f"\n{part.__name__}")
            before = cpu_reading()
            figures.append(part(steps, size))
            print(f"  others kept {cpus_of_others(before, cpu_reading()) or 0.0:.2f} CPUs busy meanwhile")
    print(f"\nin short: {'; '.join(figures)}")


if __name__ == "__main__":
    main()
