"""Simulated against measured makespans: `python -m benchmarks.prediction`.

Every repetition simulates a program and then runs it for real; one in which other programs kept more than a fifth of
a CPU busy is repeated, up to a limit, and else shown but not counted.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import lockstep.simulate as simulate
from benchmarks import predicted
from lockstep.cpus import usable_cpus
from lockstep.cpus.others import cpu_reading, cpus_of_others

QUIET = 0.2  # CPUs of others
COMPUTE, BARRIER, MESSAGES = "compute", "barrier", "messages"


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
    Row("word count", predicted.word_count, predicted.word_count_serial, 6_000, COMPUTE),
)


class Repetition(NamedTuple):
    """Seconds simulated and measured, the error that was stated, and CPUs of others while measuring."""

    simulated: float
    measured: float
    stated: float
    others: float | None

    @property
    def error(self) -> float:
        return self.simulated / self.measured - 1

    @property
    def quiet(self) -> bool:
        return self.others is not None and self.others <= QUIET


def once(row: Row, cores: int) -> Repetition:
    predicted_run = simulate(row.function, row.size, cores, cores=cores, costs="this machine")
    before, begun = cpu_reading(), time.perf_counter()
    answer = row.function(row.size, cores)
    measured = time.perf_counter() - begun
    others = cpus_of_others(before, cpu_reading())
    if answer != predicted_run.result:
        raise SystemExit(f"{row.name}: simulated {predicted_run.result!r}, measured {answer!r}")
    return Repetition(predicted_run.makespan, measured, predicted_run.accuracy.error, others)


def repetitions(row: Row, cores: int, wanted: int) -> list[Repetition]:
    """At least `wanted` quiet ones, unless the machine does not get quiet in twice as many tries."""
    found: list[Repetition] = []
    while sum(one.quiet for one in found) < wanted and len(found) < 2 * wanted:
        found.append(once(row, cores))
    return found


def report(row: Row, cores: int, found: list[Repetition]) -> float | None:
    """Prints the row; the median error of its quiet repetitions."""
    quiet = [one for one in found if one.quiet]
    every = ", ".join(f"{one.error:+.0%}{'' if one.quiet else '*'}" for one in found)
    if not quiet:
        print(f"{row.name:<26} P={cores}  not quiet: {every}")
        return None
    error = statistics.median(one.error for one in quiet)
    simulated = statistics.median(one.simulated for one in quiet)
    measured = statistics.median(one.measured for one in quiet)
    stated = max(one.stated for one in quiet)
    bar = 0.20 if row.bound == COMPUTE else stated
    print(
        f"{row.name:<26} P={cores}  simulated {simulated:.3f} s  measured {measured:.3f} s  error {error:+.0%}  "
        f"stated {stated:.0%}  {'ok' if abs(error) <= bar else 'MISSED'}   [{every}]",
        flush=True,
    )
    return error


def spread(rounds: int) -> float:
    """The relative standard deviation of work / makespan from run to run."""
    row = ROWS[3]
    values = [simulate(row.function, row.size // 2, 4, cores=4, costs="laptop").parallelism for _ in range(rounds)]
    return statistics.stdev(values) / statistics.mean(values)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--repetitions", type=int, default=5)
    arguments.add_argument("--only", default="", help="rows whose names contain this")
    chosen = arguments.parse_args()
    most = usable_cpus().count
    errors: list[float] = []
    for row in ROWS:
        if chosen.only not in row.name:
            continue
        for cores in [2**power for power in range(1, 7) if 2**power <= most]:
            error = report(row, cores, repetitions(row, cores, chosen.repetitions))
            if error is not None:
                errors.append(abs(error))
    if errors:
        median = statistics.median(errors)
        print(f"median error {median:.1%} over {len(errors)} rows (bar: 10%): {'ok' if median <= 0.10 else 'MISSED'}")
    begun = time.perf_counter()
    curve = simulate.curve(predicted.primes_dynamic, 170_000, serial=predicted.primes_serial, costs="laptop")
    print(curve)
    seconds = time.perf_counter() - begun
    print(f"the curve of a {curve.base:.2f} s program took {seconds:.1f} s (bar: 5 s when quiet)")
    print(f"spread of work / makespan over 10 runs: {spread(10):.1%} (bar: 3%)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
