"""Simulated against measured makespans, and what a simulation costs: `python -m benchmarks.prediction`.

Every repetition simulates a program and then runs it for real. A fixed countdown before, between and after, on one
core and on all of them, says how fast the machine was: a virtual machine's host can slow it down unseen from inside. A
repetition counts if nobody else used the CPUs and the machine had its full speed three times; the others are shown
with a star. Where the machine was never quiet, both sides are taken at the speed that the countdowns around them had, in
the repetitions in which others kept little busy; that decides a row only if the 95 % interval of its error lies whole within
the bar, or whole outside.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from benchmarks import options
from benchmarks.programs import predicted, predicted_patterns, predicted_searches
from lockstep import simulate
from lockstep.machine.capacity import Capacity, CapacityProbe
from lockstep.machine.others import cpu_reading, cpus_of_others
from lockstep.machine.usable import usable_cpus
from lockstep.measurement.samples import interval
from lockstep.simulation.calibration import costs_of_this_machine

COMPUTE, BARRIER, MESSAGES, MEMORY, CROWDED, STARTS = "compute", "barrier", "messages", "memory", "crowded", "starts"
SEARCH = "search"  # how much is computed depends on who finds what first


Figure = tuple[str, bool]  # in words, and whether it is within its aim


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
    Row("sample sort", predicted_searches.sample_sort, predicted_searches.sample_sort_serial, 150_000, COMPUTE),
    Row(
        "breadth-first search",
        predicted_searches.breadth_first,
        predicted_searches.breadth_first_serial,
        1_024,
        COMPUTE,
    ),
    Row(
        "pi in chunks, NumPy",
        predicted_searches.pi_in_chunks,
        predicted_searches.pi_in_chunks_serial,
        40_000_000,
        COMPUTE,
    ),
    Row("life, halo by pipes", predicted_searches.life, predicted_searches.life_serial, 180, MESSAGES),
    Row("sum of squares", predicted_patterns.add_squares, predicted_patterns.add_squares_serial, 6_000_000, COMPUTE),
    Row("reduce in shares", predicted_patterns.reduce_in_shares, predicted_patterns.reduce_serial, 400, COMPUTE),
    Row("scan in shares", predicted_patterns.scan_in_shares, predicted_patterns.scan_serial, 400, COMPUTE),
    Row("pack in shares", predicted_patterns.pack_in_shares, predicted_patterns.pack_serial, 400, COMPUTE),
    Row(
        "matrix product in blocks",
        predicted_patterns.matrix_product,
        predicted_patterns.matrix_product_serial,
        1_408,
        MEMORY,
    ),
    Row(
        "branch and bound", predicted_searches.branch_and_bound, predicted_searches.branch_and_bound_serial, 600, SEARCH
    ),
    Row("starts of processes", predicted.starts, predicted.starts_serial, 60, STARTS),
)
SPREAD = (ROWS[0], ROWS[1], ROWS[3], ROWS[4], ROWS[5])


class Effort(NamedTuple):
    """How much is measured, and what counts."""

    repetitions: int
    patience: float = 25.0  # seconds for a row, when the machine does not get quiet
    quiet: float = 0.1  # CPUs of others at most
    shared: float = 0.3  # CPUs of others at most, where no repetition was quiet
    fewest: int = 5  # such repetitions
    steady: float = 0.10  # by which fraction a countdown may be slower than the fastest one
    part: int = 1  # sizes are divided by it
    rounds: int = 10  # of the spread
    spread: tuple[Row, ...] = SPREAD


TINY = Effort(1, 5.0, quiet=float("inf"), steady=float("inf"), part=50, rounds=3, spread=SPREAD[:1])


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

    def corrected(self, best: float) -> float:
        """The error, had the machine had its best speed throughout: each side goes by the countdowns around it."""
        first, *around = self.countdowns
        while_simulated = statistics.mean([first.alone_s, around[0].alone_s]) / best
        while_measured = statistics.mean(one.together_s for one in around) / best
        return (self.simulated / while_simulated) / (self.measured / while_measured) - 1

    def quiet(self, best: float, effort: Effort) -> bool:
        """`best`: the shortest countdown there was, in seconds."""
        first, *around = self.countdowns  # a simulation uses one core
        slowest = max(first.alone_s, *(seconds for one in around for seconds in (one.alone_s, one.together_s)))
        return self.others is not None and self.others <= effort.quiet and slowest <= best * (1 + effort.steady)


class Machine:
    """The real one: measures programs on `cores` of its CPUs and remembers its own best speed."""

    def __init__(self, probe: CapacityProbe, cores: int, effort: Effort) -> None:
        self._probe, self._cores, self._effort = probe, cores, effort
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

    def repetitions(self, row: Row) -> list[Repetition]:
        """At least as many as are wanted, so many quiet ones if the machine gets quiet in time."""
        found: list[Repetition] = []
        end = time.perf_counter() + self._effort.patience
        while len(found) < self._effort.repetitions or time.perf_counter() < end:
            found.append(self.once(row))
            if sum(one.quiet(self.best, self._effort) for one in found) >= self._effort.repetitions:
                break
        return found

    def report(self, row: Row, found: list[Repetition]) -> tuple[float, bool] | None:
        """Prints the row; the median error of its quiet repetitions, and whether it is within the bar."""
        quiet = [one for one in found if one.quiet(self.best, self._effort)]
        every = ", ".join(f"{one.error:+.0%}{'' if one in quiet else '*'}" for one in found)
        if not quiet:
            return self._from_noise(row, found, every)
        error = statistics.median(one.error for one in quiet)
        simulated = statistics.median(one.simulated for one in quiet)
        measured = statistics.median(one.measured for one in quiet)
        stated = min(one.stated for one in quiet)
        bar = bar_of(row, quiet)
        print(
            f"{row.name:<28} P={self._cores}  simulated {simulated:.3f} s  measured {measured:.3f} s  "
            f"error {error:+.0%}  stated {stated:.0%}  {'ok' if abs(error) <= bar else 'MISSED'}   [{every}]",
            flush=True,
        )
        return error, abs(error) <= bar

    def _from_noise(self, row: Row, found: list[Repetition], every: str) -> tuple[float, bool] | None:
        told = f"{row.name:<28} P={self._cores}  not quiet: {every}"
        known = [one for one in found if one.others is not None and one.others <= self._effort.shared]
        if len(known) < self._effort.fewest:
            print(f"{told}; others used the CPUs in all but {len(known)}, which decides nothing", flush=True)
            return None
        errors = [one.corrected(self.best) for one in known]
        error, bar = statistics.median(errors), bar_of(row, known)
        low, high = (error if end is None else end for end in interval(errors))
        within, outside = -bar <= low and high <= bar, high < -bar or low > bar
        verdict = "ok" if within else "MISSED" if outside else "which decides nothing"
        print(
            f"{told}; at the speed of each of {len(known)} {error:+.0%} ({low:+.0%} to {high:+.0%}), bar {bar:.0%}: {verdict}",
            flush=True,
        )
        return (error, within) if within or outside else None


def bar_of(row: Row, found: list[Repetition]) -> float:
    """The error that a row may have: what the simulation stated, and 20 % at most where nothing but computing counts."""
    stated = min(one.stated for one in found)
    return min(0.20, stated) if row.bound == COMPUTE else stated


def table(effort: Effort, only: str) -> Figure:
    """Every row on every power of two of CPUs that there are."""
    most = usable_cpus().count
    results: list[tuple[float, bool]] = []
    missing = 0
    with CapacityProbe(most) as probe:
        for cores in [2**power for power in range(1, 7) if 2**power <= most]:
            machine = Machine(probe, cores, effort)
            for row in _smaller(ROWS, effort):
                if only in row.name:
                    result = machine.report(row, machine.repetitions(row))
                    results += [result] if result else []
                    missing += result is None
    if not results:
        return "no row was measured while the machine was quiet", False
    median = statistics.median(abs(error) for error, _ in results)
    kept = median <= 0.05 and all(kept for _, kept in results) and not missing
    return f"median error {median:.1%} over {len(results)} rows (aim: 5%)", kept


def spread(effort: Effort) -> Figure:
    """The relative standard deviation of work / makespan from run to run, on 4 virtual cores, for each row."""
    spreads: list[float] = []
    best = min(_countdown() for _ in range(20))
    for where, load in (("quiet", 0), ("beside spinning processes", usable_cpus().count)):
        with spinning(load):
            for row in _smaller(effort.spread, effort):
                values: list[float] = []
                end = time.perf_counter() + effort.patience
                while len(values) < effort.rounds and time.perf_counter() < end:
                    before = _countdown()
                    once = simulate(row.function, row.size, 4, cores=4, costs="laptop").parallelism
                    if max(before, _countdown()) <= best * (1 + effort.steady):
                        values.append(once)
                if len(values) < 3:
                    print(f"spread of work / makespan, {where}: {row.name}: the machine's speed was never steady")
                    continue
                spreads.append(statistics.stdev(values) / statistics.mean(values))
                told = f"spread of work / makespan over {len(values)} runs, {where}: {row.name} {spreads[-1]:.1%}"
                print(f"{told}: {_verdict(spreads[-1] <= 0.03)}", flush=True)
    if not spreads:
        return "no spread was measured while the machine was steady", False
    return f"spread {max(spreads):.1%} at most (aim: 3%)", max(spreads) <= 0.03


def _smaller(rows: tuple[Row, ...], effort: Effort) -> list[Row]:
    return [row._replace(size=max(16, row.size // effort.part)) for row in rows]


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


def curve_on_one_cpu(effort: Effort) -> Figure:
    begun = time.perf_counter()
    with one_cpu():
        curve = simulate.curve(
            predicted.primes_dynamic, 165_000 // effort.part, serial=predicted.primes_serial, costs="laptop"
        )
    seconds = time.perf_counter() - begun
    print(curve)
    return f"the curve of a {curve.base:.2f} s program {seconds:.1f} s on one CPU (aim: 5 s)", seconds <= 5


def calibration(effort: Effort) -> Figure:
    found = []
    for _ in range(effort.repetitions):
        begun = time.perf_counter()
        costs_of_this_machine.__wrapped__()
        found.append(time.perf_counter() - begun)
    return f"calibration {max(found):.2f} s at most (aim: 1 s)", max(found) <= 1


def _verdict(kept: bool) -> str:
    return "ok" if kept else "MISSED"


def main() -> int:
    parser = options("prediction", __doc__)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--only", default="", help="rows whose names contain this, and nothing else")
    chosen = parser.parse_args()
    effort = TINY if chosen.tiny else Effort(chosen.repetitions)
    figures = [table(effort, chosen.only)]
    if not chosen.only:
        figures += [part(effort) for part in (calibration, curve_on_one_cpu, spread)]
    print(f"\nin short: {'; '.join(f'{told}: {_verdict(kept)}' for told, kept in figures)}")
    return 0 if chosen.tiny or all(kept for _, kept in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
