"""Simulated against measured makespans, and what a simulation costs: `python -m benchmarks.prediction`.

Every repetition simulates a program and then runs it for real. A fixed countdown before, between and after, on one
core and on all of them, says how fast the machine was: a virtual machine's host can slow it down unseen from inside. A
repetition counts if nobody else used the CPUs and the machine had its full speed three times; the others are shown
with a star.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from benchmarks import predicted
from lockstep import simulate
from lockstep.machine.capacity import Capacity, CapacityProbe
from lockstep.machine.others import cpu_reading, cpus_of_others
from lockstep.machine.usable import usable_cpus
from lockstep.simulation.calibration import costs_of_this_machine

QUIET = 0.1  # CPUs of others
STEADY = 0.10  # by which fraction a countdown may be slower than the fastest one
PATIENCE = 25.0  # seconds for a row, when the machine does not get quiet
COMPUTE, BARRIER, MESSAGES, MEMORY, CROWDED, STARTS = "compute", "barrier", "messages", "memory", "crowded", "starts"


class Row(NamedTuple):
    """A program, its size, and what it is bound by."""

    name: str
    function: Callable[[int, int], Any]
    serial: Callable[[int], Any]
    size: int
    bound: str


ROWS = (
    Row("Mandelbrot, asymmetric", predicted.mandelbrot, predicted.mandelbrot_serial, 200, COMPUTE),
    Row("Monte Carlo pi", predicted.monte_carlo, predicted.monte_carlo_serial, 2_400_000, COMPUTE),
    Row("primes, static", predicted.primes_static, predicted.primes_serial, 160_000, COMPUTE),
    Row("primes, dynamic", predicted.primes_dynamic, predicted.primes_serial, 160_000, COMPUTE),
    Row("merge sort", predicted.merge_sort, predicted.merge_sort_serial, 120_000, COMPUTE),
    Row("Jacobi, barrier", predicted.jacobi, predicted.jacobi_serial, 1_000, BARRIER),
    Row("pipeline, bounded queues", predicted.pipeline, predicted.pipeline_serial, 1_500, MESSAGES),
    Row("word count", predicted.word_count, predicted.word_count_serial, 2_000, COMPUTE),
    Row("Mandelbrot, 4 workers a core", predicted.mandelbrot_crowded, predicted.mandelbrot_serial, 200, CROWDED),
    Row("triad, memory-bound", predicted.triad, predicted.triad_serial, 4_000_000, MEMORY),
    Row("starts of processes", predicted.starts, predicted.starts_serial, 60, STARTS),
)
SPREAD = (ROWS[0], ROWS[1], ROWS[3], ROWS[4], ROWS[5])


class Repetition(NamedTuple):
    """Seconds simulated and measured, the error that was stated, CPUs of others, and the countdowns around it."""

    simulated: float
    measured: float
    stated: float
    others: float | None
    countdowns: tuple[Capacity, ...]

    @property
    def error(self) -> float:
        return self.simulated / self.measured - 1

    def quiet(self, best: float) -> bool:
        """`best`: the shortest countdown there was, in seconds."""
        first, *around = self.countdowns  # a simulation uses one core
        slowest = max(first.alone_s, *(seconds for one in around for seconds in (one.alone_s, one.together_s)))
        return self.others is not None and self.others <= QUIET and slowest <= best * (1 + STEADY)


class Machine:
    """The real one: measures programs on `cores` of its CPUs and remembers its own best speed."""

    def __init__(self, probe: CapacityProbe, cores: int) -> None:
        self._probe, self._cores = probe, cores
        self.best = min(self._countdown().alone_s for _ in range(10))

    def _countdown(self) -> Capacity:
        return self._probe.measure(self._cores, 1)

    def once(self, row: Row) -> Repetition:
        countdowns = [self._countdown()]
        predicted_run = simulate(row.function, row.size, self._cores, cores=self._cores, costs="this machine")
        countdowns.append(self._countdown())
        before, begun = cpu_reading(), time.perf_counter()
        answer = row.function(row.size, self._cores)
        measured = time.perf_counter() - begun
        others = cpus_of_others(before, cpu_reading())
        countdowns.append(self._countdown())
        if answer != predicted_run.result:
            raise SystemExit(f"{row.name}: simulated {predicted_run.result!r}, measured {answer!r}")
        self.best = min(self.best, *(one.alone_s for one in countdowns))
        return Repetition(predicted_run.makespan, measured, predicted_run.accuracy.error, others, tuple(countdowns))

    def repetitions(self, row: Row, wanted: int) -> list[Repetition]:
        """At least `wanted`, so many quiet ones if the machine gets quiet in time."""
        found: list[Repetition] = []
        end = time.perf_counter() + PATIENCE
        while len(found) < wanted or time.perf_counter() < end:
            found.append(self.once(row))
            if sum(one.quiet(self.best) for one in found) >= wanted:
                break
        return found

    def report(self, row: Row, found: list[Repetition]) -> tuple[float, bool] | None:
        """Prints the row; the median error of its quiet repetitions, and whether it is within the bar."""
        quiet = [one for one in found if one.quiet(self.best)]
        every = ", ".join(f"{one.error:+.0%}{'' if one in quiet else '*'}" for one in found)
        if not quiet:
            print(f"{row.name:<28} P={self._cores}  not quiet: {every}", flush=True)
            return None
        error = statistics.median(one.error for one in quiet)
        simulated = statistics.median(one.simulated for one in quiet)
        measured = statistics.median(one.measured for one in quiet)
        stated = min(one.stated for one in quiet)
        bar = min(0.20, stated) if row.bound == COMPUTE else stated
        print(
            f"{row.name:<28} P={self._cores}  simulated {simulated:.3f} s  measured {measured:.3f} s  "
            f"error {error:+.0%}  stated {stated:.0%}  {'ok' if abs(error) <= bar else 'MISSED'}   [{every}]",
            flush=True,
        )
        return error, abs(error) <= bar


def table(wanted: int, only: str) -> bool:
    """Every row on every power of two of CPUs that there are; whether all bars are kept."""
    most = usable_cpus().count
    results: list[tuple[float, bool]] = []
    missing = 0
    with CapacityProbe(most) as probe:
        for cores in [2**power for power in range(1, 7) if 2**power <= most]:
            machine = Machine(probe, cores)
            for row in ROWS:
                if only in row.name:
                    result = machine.report(row, machine.repetitions(row, wanted))
                    results += [result] if result else []
                    missing += result is None
    if not results:
        return False
    median = statistics.median(abs(error) for error, _ in results)
    print(f"median error {median:.1%} over {len(results)} rows (bar: 10%): {_verdict(median <= 0.10)}")
    return median <= 0.10 and all(kept for _, kept in results) and not missing


def spread(rounds: int) -> bool:
    """The relative standard deviation of work / makespan from run to run, on 4 virtual cores, for each row."""
    kept = True
    best = min(_countdown() for _ in range(20))
    for where, load in (("quiet", 0), ("beside spinning processes", usable_cpus().count)):
        with spinning(load):
            for row in SPREAD:
                values: list[float] = []
                end = time.perf_counter() + PATIENCE
                while len(values) < rounds and time.perf_counter() < end:
                    before = _countdown()
                    once = simulate(row.function, row.size, 4, cores=4, costs="laptop").parallelism
                    if max(before, _countdown()) <= best * (1 + STEADY):
                        values.append(once)
                if len(values) < 3:
                    print(f"spread of work / makespan, {where}: {row.name}: the machine's speed was never steady")
                    continue
                found = statistics.stdev(values) / statistics.mean(values)
                kept = kept and found <= 0.03
                print(
                    f"spread of work / makespan over {len(values)} runs, {where}: {row.name} {found:.1%} (bar: 3%): "
                    f"{_verdict(found <= 0.03)}",
                    flush=True,
                )
    return kept


def _countdown() -> float:
    """CPU seconds of some fixed work: others on this machine do not change it, its host does."""
    begun = time.thread_time()
    sum(range(400_000))
    return time.thread_time() - begun


@contextlib.contextmanager
def spinning(number: int) -> Iterator[None]:
    """So many other processes that keep a CPU busy."""
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(number)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


@contextlib.contextmanager
def one_cpu() -> Iterator[None]:
    """On one CPU, where the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    all_of_them = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(all_of_them)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, all_of_them)


def curve_on_one_cpu() -> bool:
    begun = time.perf_counter()
    with one_cpu():
        curve = simulate.curve(predicted.primes_dynamic, 165_000, serial=predicted.primes_serial, costs="laptop")
    seconds = time.perf_counter() - begun
    print(curve)
    print(
        f"the curve of a {curve.base:.2f} s program took {seconds:.1f} s on one CPU (bar: 5 s): {_verdict(seconds <= 5)}"
    )
    return seconds <= 5


def calibration() -> bool:
    found = []
    for _ in range(5):
        begun = time.perf_counter()
        costs_of_this_machine.__wrapped__()
        found.append(time.perf_counter() - begun)
    print(
        f"calibration takes {min(found):.2f} to {max(found):.2f} s (bar: 1 s): {_verdict(max(found) <= 1)}", flush=True
    )
    return max(found) <= 1


def _verdict(kept: bool) -> str:
    return "ok" if kept else "MISSED"


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--repetitions", type=int, default=5)
    arguments.add_argument("--only", default="", help="rows whose names contain this, and nothing else")
    chosen = arguments.parse_args()
    kept = [table(chosen.repetitions, chosen.only)]
    if not chosen.only:
        kept += [calibration(), curve_on_one_cpu(), spread(10)]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
