"""What measuring and recording cost, and how the ways to run tasks compare: `python -m benchmarks.overhead`.

Everything is a ratio of runs taken side by side in rounds of random order, told as median and 95 % interval; the
table of backends is worth something only where the measured capacity is near P.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource  # counts the CPU of children to the microsecond; not on Windows
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.workloads import BACKENDS, FORK, joblib_loky, spin, workloads
from lockstep.cpus import CapacityProbe, usable_cpus
from lockstep.cpus.others import cpu_reading, cpus_of_others
from lockstep.speedup.machine import ThisMachine, one_thread_a_process
from lockstep.speedup.program import program_of
from lockstep.speedup.samples import interval
from lockstep.timeline.recording import Recording
from lockstep.timeline.run import record

TASK_S = 0.001
TASKS = 1000
P = 2

Case = Callable[[], Any]


def cpu_of_all() -> float:
    """CPU seconds of this process and of its children that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def side_by_side(
    cases: dict[str, Case], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, list[float]]:
    """Seconds of every case in every round, after one round that is thrown away."""
    rng = np.random.default_rng()
    times: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(rounds + 1):
        for name in rng.permutation(list(cases)):
            start = clock()
            cases[name]()
            if number:
                times[name].append(clock() - start)
    return times


def ratio(times: dict[str, list[float]], name: str, base: str) -> dict[str, float | None]:
    ratios = [one / other for one, other in zip(times[name], times[base], strict=True)]
    low, high = interval(ratios)
    best = min(times[name]) / min(times[base])  # the least disturbed run of each, for a machine that is not quiet
    return {"median": float(np.median(ratios)), "low": low, "high": high, "of the best": best}


def steps_of_a_task() -> int:
    """How many steps of `spin` take TASK_S of CPU here."""
    trial = 200_000
    best = min(_cpu_seconds(trial) for _ in range(5))
    return int(trial * TASK_S / best)


def _cpu_seconds(steps: int) -> float:
    start = time.process_time()
    spin(steps)
    return time.process_time() - start


def measuring(steps: int, rounds: int) -> dict[str, Any]:
    """A Pool's tasks called directly, through speedup's machine, and joblib's, in seconds and against the Pool's."""
    items = [steps] * TASKS

    def mapped(size: int, workers: int) -> int:
        with FORK.Pool(workers) as pool:
            return sum(pool.map(spin, items[:size], chunksize=1))

    def by_joblib() -> None:
        with joblib_loky(P) as parallel:
            parallel(spin, items)

    program = program_of(mapped, (TASKS,))
    with ThisMachine(FORK.Pool) as machine:
        times = side_by_side(
            {
                "raw Pool": lambda: mapped(TASKS, P),
                "through speedup": lambda: machine.run(program, P, 1, False),
                "joblib": by_joblib,
            },
            rounds,
        )
    return {
        "us a task": {name: 1e6 * float(np.median(seconds)) / TASKS for name, seconds in times.items()},
        "through speedup / raw Pool": ratio(times, "through speedup", "raw Pool"),
        "through speedup / joblib": ratio(times, "through speedup", "joblib"),
    }


def recording(steps: int, rounds: int) -> dict[str, Any]:
    """A Pool of one worker with tasks of 1 ms: plain, with its logs written, and with the picture as well."""
    items = [steps] * TASKS

    def plain() -> int:
        with FORK.Pool(1) as pool:
            return sum(pool.map(spin, items, chunksize=1))

    def recorded() -> int:
        with Recording():
            return plain()

    cases: dict[str, Case] = {
        "plain": plain,
        "recorded": recorded,
        "recorded and shown": lambda: record(plain, show=lambda timeline, more: timeline.to_json()),
    }
    found = {}
    for told, clock in (("wall", time.perf_counter), ("CPU", cpu_of_all)):
        times = side_by_side(cases, rounds, clock)
        found[told] = {
            "us a task": {name: 1e6 * float(np.median(seconds)) / TASKS for name, seconds in times.items()},
            "recorded / plain": ratio(times, "recorded", "plain"),
            "recorded and shown / plain": ratio(times, "recorded and shown", "plain"),
        }
    return found


def backends(rounds: int, skipped: frozenset[str]) -> dict[str, Any]:
    """Speed-up of every backend on P warm workers over a plain loop, and its share of the capacity meanwhile."""
    found: dict[str, Any] = {}
    with contextlib.ExitStack() as opened:
        probe = opened.enter_context(CapacityProbe(P))
        maps = {name: opened.enter_context(backend(P)) for name, backend in BACKENDS.items() if name not in skipped}
        for work in workloads():
            cases: dict[str, Case] = {"serial": lambda work=work: [work.task(item) for item in work.items]}
            for name, mapped in maps.items():
                cases[name] = lambda work=work, mapped=mapped: mapped(work.task, work.items)
            before, capacity = cpu_reading(), probe.measure(P).speedup
            times = side_by_side(cases, rounds)
            capacity = min(capacity, probe.measure(P).speedup)
            rows = {name: ratio({**times}, "serial", name) for name in maps}
            best = max(rows.values(), key=lambda row: row["low"] or 0.0)
            found[work.name] = {
                "capacity": capacity,
                "CPUs of others": cpus_of_others(before, cpu_reading()),
                "serial s": float(np.median(times["serial"])),
                "speed-up": rows,
                "share of capacity": {name: (row["median"] or 0.0) / capacity for name, row in rows.items()},
                "surely slower than the best": [
                    name for name, row in rows.items() if (row["high"] or 0.0) < (best["low"] or 0.0)
                ],
            }
    return found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.overhead", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="rounds of every comparison (default: 9)")
    parser.add_argument("--only", choices=["measuring", "recording", "backends"], help="one of the three parts")
    parser.add_argument("--without", action="append", default=[], choices=list(BACKENDS), help="leave a backend out")
    parser.add_argument("--json", metavar="FILE", help="write the figures to a file as well")
    chosen = parser.parse_args(arguments)
    print(usable_cpus().sentence())
    steps = steps_of_a_task()
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "measuring": lambda: measuring(steps, chosen.rounds),
        "recording": lambda: recording(steps, chosen.rounds),
        "backends": lambda: backends(chosen.rounds, frozenset(chosen.without)),
    }
    found = {}
    with one_thread_a_process():
        for name, part in parts.items():
            if chosen.only in (None, name):
                before = cpu_reading()
                found[name] = part()
                others = cpus_of_others(before, cpu_reading())
                print(f"\n{name} (others kept {others or 0.0:.2f} CPUs busy)")
                print(json.dumps(found[name], indent=2, default=str))
    if chosen.json:
        with open(chosen.json, "w", encoding="utf-8") as file:
            json.dump(found, file, indent=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
