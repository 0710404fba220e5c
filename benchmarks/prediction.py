"""Simulated against measured makespans, and what a simulation costs: `python -m benchmarks.prediction`.

Every repetition runs a program for real and then simulates it, for the machine as it was in this very repetition (see
`benchmarks.comparing.predictions`). A repetition counts if nobody else used the CPUs and that speed was much the same
throughout. The 95 % interval of a row's median error decides if it lies within the bar as a whole, or as a whole outside.
Beside it stands the error of the work, in CPU seconds, which tells a wrong charge from a wrong schedule.
"""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

from benchmarks import options
from benchmarks.comparing.predictions import Effort, Machine, Verdict, verdict
from benchmarks.programs import predicted
from benchmarks.programs.prediction_rows import ROWS, SPREAD, Row
from lockstep import simulate
from lockstep.machine.usable import usable_cpus
from lockstep.measurement.timing import one_thread_a_process
from lockstep.simulation.calibration import measured_costs
from lockstep.simulation.probes import on_one_cpu

Figure = tuple[str, bool]  # in words, and whether it is within its aim
TINY = Effort(1, 0.1, others=float("inf"), unsteady=float("inf"), part=50, rounds=3, spread=SPREAD[:1])
_STEADY = 0.10  # by which fraction a countdown beside a round of the spread may be slower than the fastest one


def table(effort: Effort, only: list[str]) -> Figure:
    """Every row on every power of two of CPUs that there are."""
    most = usable_cpus().count
    verdicts: list[Verdict | None] = []
    for cores in [2**power for power in range(1, 7) if 2**power <= most]:
        with Machine(cores) as machine:
            for row in _smaller(ROWS, effort):
                if not only or any(part in row.name for part in only):
                    verdicts.append(_row(row, cores, machine, effort))
    return of_rows(verdicts)


def of_rows(verdicts: Sequence[Verdict | None]) -> Figure:
    """The median of the errors of the rows that were measured, whichever way each is wrong, and how each was decided."""
    errors = [abs(one.error) for one in verdicts if one is not None]
    if not errors:
        return f"no row of {len(verdicts)} was measured while the machine was steady", False
    median = statistics.median(errors)
    kept = [one and one.kept for one in verdicts]
    missed, still_open = kept.count(False), kept.count(None)
    told = f"median error {median:.1%} over {len(errors)} of {len(verdicts)} rows (aim: 5%)"
    told += f", {kept.count(True)} ok, {still_open} open, {missed} missed"
    return told, median <= 0.05 and not missed and not still_open


def _row(row: Row, cores: int, machine: Machine, effort: Effort) -> Verdict | None:
    found = machine.repetitions(row, effort)
    decided = verdict(row, found, effort)
    every = " ".join(f"{one.error:+.0%}{'' if one.counts(effort) else '*'}" for one in found)
    if decided is None:
        print(f"{row.name:<28} P={cores}  OPEN: the machine was not steady, or others used it   [{every}]", flush=True)
        return None
    counted = [one for one in found if one.counts(effort)]
    simulated, measured, work, capacity = (
        statistics.median(values)
        for values in zip(
            *((one.simulated, one.measured, one.error_of_work, one.capacity) for one in counted), strict=True
        )
    )
    print(
        f"{row.name:<28} P={cores}  capacity {capacity:.2f}  simulated {simulated:.3f} s  measured {measured:.3f} s  "
        f"error {decided}   work {work:+.0%}   [{every}]",
        flush=True,
    )
    return decided


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
                    if max(before, _countdown()) <= best * (1 + _STEADY):
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


def curve_on_one_cpu(effort: Effort) -> Figure:
    begun = time.perf_counter()
    with on_one_cpu():
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
        measured_costs()
        found.append(time.perf_counter() - begun)
    return f"calibration {max(found):.2f} s at most (aim: 1 s)", max(found) <= 1


def _verdict(kept: bool) -> str:
    return "ok" if kept else "MISSED"


def main() -> int:
    parser = options("prediction", __doc__)
    parser.add_argument("--repetitions", type=int, default=5, help="of every row, that count (default: 5)")
    parser.add_argument("--only", action="append", default=[], metavar="PART", help="rows whose names contain this")
    parser.add_argument(
        "--costs", action="store_true", help="what a simulation costs, and how far it repeats, and no rows"
    )
    chosen = parser.parse_args()
    effort = TINY if chosen.tiny else Effort(chosen.repetitions)
    figures = []
    with one_thread_a_process():
        if not chosen.costs:
            figures.append(table(effort, chosen.only))
        if not chosen.only:
            figures += [part(effort) for part in (calibration, curve_on_one_cpu, spread)]
    print(f"\nin short: {'; '.join(f'{told}: {_verdict(kept)}' for told, kept in figures)}")
    return 0 if chosen.tiny or all(kept for _, kept in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
