"""Simulated and measured makespans side by side: repetitions, what each says, and the verdict on a program's row.

Countdowns before, between and after a run and its simulation, on one core and on all, say how fast the machine was in this
very repetition. A host can slow a virtual machine down unseen from inside, and often does. So what is simulated are the cores that
there were: slowed by each other as much as the countdowns around the run were, and as much faster or slower as the machine was
then than while it simulated. Where memory is the bound, the countdown copies memory.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from benchmarks.programs import stream
from benchmarks.programs.prediction_rows import COMPUTE, MEMORY, SPREAD, Row
from lockstep import simulate
from lockstep.machine.capacity import KERNEL_SECONDS, SPIN, Capacity, CapacityProbe
from lockstep.machine.others import cpu_reading, cpus_of_others
from lockstep.measurement.samples import interval
from lockstep.simulation.calibration import costs_of_this_machine
from lockstep.simulation.simulation import Simulation


class Effort(NamedTuple):
    """How much is measured, and what counts."""

    repetitions: int  # that count
    patience: float = 25.0  # seconds for a row
    others: float = 0.2  # CPUs of others at most
    unsteady: float = 0.15  # by which fraction the countdowns of a repetition may differ
    part: int = 1  # sizes are divided by it
    rounds: int = 10  # of the spread
    spread: tuple[Row, ...] = SPREAD


class Repetition(NamedTuple):
    """Seconds that the simulation says for the machine as it was, and those measured; CPU seconds in the same way.

    `stated`: the error that the simulation stated. `others`: CPUs that other programs kept busy, None if not known.
    `unsteady`: by which fraction the longest of its countdowns was longer than the shortest, alone or together.
    """

    simulated: float
    measured: float
    work: float
    cpu: float
    stated: float
    others: float | None
    capacity: float
    unsteady: float

    @property
    def error(self) -> float:
        return self.simulated / self.measured - 1

    @property
    def error_of_work(self) -> float:
        return self.work / self.cpu - 1 if self.cpu else 0.0

    def counts(self, effort: Effort) -> bool:
        return self.others is not None and self.others <= effort.others and self.unsteady <= effort.unsteady


class Verdict(NamedTuple):
    """The median error of a row with its interval, the bar, and whether it is surely within (None: that is open)."""

    error: float
    low: float
    high: float
    bar: float
    kept: bool | None

    def __str__(self) -> str:
        word = {True: "ok", False: "MISSED", None: "OPEN"}[self.kept]
        return f"{self.error:+5.0%} ({self.low:+.0%} to {self.high:+.0%}), bar {self.bar:.0%}: {word}"


def verdict(row: Row, found: Sequence[Repetition], effort: Effort) -> Verdict | None:
    """Of the repetitions that count; None if there were too few. The interval has to lie within the bar or outside, as a whole."""
    counted = [one for one in found if one.counts(effort)]
    if len(counted) < effort.repetitions:
        return None
    errors = [one.error for one in counted]
    error = statistics.median(errors)
    low, high = (error if end is None else end for end in interval(errors))
    stated = min(one.stated for one in counted)
    bar = min(0.20, stated) if row.bound == COMPUTE else stated
    within, outside = -bar <= low and high <= bar, high < -bar or low > bar
    return Verdict(error, low, high, bar, True if within else False if outside else None)


class Machine(AbstractContextManager["Machine"]):
    """The real one, of which `cores` CPUs are used."""

    def __init__(self, cores: int, seconds: float = KERNEL_SECONDS) -> None:
        self._cores, self._seconds = cores, seconds
        self._open = ExitStack()
        self._probes: dict[Path, CapacityProbe] = {}

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _countdown(self, row: Row) -> Capacity:
        kernel = Path(stream.__file__) if row.bound == MEMORY else SPIN
        if kernel not in self._probes:
            self._probes[kernel] = self._open.enter_context(CapacityProbe(self._cores, self._seconds, kernel))
        return self._probes[kernel].measure(self._cores, 1)

    def once(self, row: Row) -> Repetition:
        """Runs it, and simulates it for the cores that it had. Exits if the results differ."""
        before = self._countdown(row)
        reading, begun = cpu_reading(), time.perf_counter()
        answer = row.function(row.size, self._cores)
        measured = time.perf_counter() - begun
        done = cpu_reading()
        between = self._countdown(row)
        costs = replace(costs_of_this_machine(), contention=contention(before, between))
        run = simulate(row.function, row.size, self._cores, cores=self._cores, costs=costs)
        after = self._countdown(row)
        if answer != run.result:
            raise SystemExit(f"{row.name}: simulated {run.result!r}, measured {answer!r}")
        cpu = done.ours_s - reading.ours_s if done and reading else 0.0
        return repetition(run, (before, between, after), measured, cpu, cpus_of_others(reading, done))

    def repetitions(self, row: Row, effort: Effort) -> list[Repetition]:
        """As many that count as are wanted, if there are so many before the patience ends."""
        found: list[Repetition] = []
        end = time.perf_counter() + effort.patience
        while sum(one.counts(effort) for one in found) < effort.repetitions and time.perf_counter() < end:
            found.append(self.once(row))
        return found


def contention(*countdowns: Capacity) -> float:
    """By which fraction cores were slower while all were busy."""
    return max(0.0, statistics.mean(one.together_s / one.alone_s for one in countdowns) - 1)


def repetition(
    run: Simulation, countdowns: tuple[Capacity, Capacity, Capacity], measured: float, cpu: float, others: float | None
) -> Repetition:
    """`countdowns`: before the run of `measured` and `cpu` seconds, between it and the simulation, and after that."""
    before, between, after = countdowns
    while_measured = statistics.mean((before.alone_s, between.alone_s))
    while_simulated = statistics.mean((between.alone_s, after.alone_s))
    speed = while_measured / while_simulated
    unsteady = max(
        max(seconds) / min(seconds) - 1
        for seconds in ([one.alone_s for one in countdowns], [one.together_s for one in (before, between)])
    )
    return Repetition(
        run.makespan * speed, measured, run.work * speed, cpu, run.accuracy.error, others,
        run.cores / (1 + contention(before, between)), unsteady,
    )  # fmt: skip
