"""What a campaign measured, as a value: times, speed-ups, laws, and whether the machine was free enough to tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, Self

from lockstep.laws import Fit
from lockstep.machine.capacity import Capacity
from lockstep.machine.usable import UsableCpus
from lockstep.measurement.elsewhere import Elsewhere
from lockstep.measurement.plan import Plan
from lockstep.measurement.samples import WARM_UP, Point, Sample, base_seconds, fits, points
from lockstep.words import counted

Simulated = Sequence[tuple[int, float]] | Callable[..., float]
State = Literal["running", "finished", "interrupted", "failed"]

REALLY_THERE = 0.8
"""The part of the wanted CPUs that must be free and given; below it every speed-up scatters around 1."""


@dataclass(frozen=True)
class Measurement:
    """How much faster `title` gets with more workers on this machine.

    `samples` are all runs; `capacities` what the probe found before and after them; `others` the CPUs that
    other programs kept busy meanwhile (None where the system does not tell); `simulated` (workers,
    speed-up) pairs beyond the machine; `elsewhere` what is kept of
    the same work on another one; `disagreement` tells of answers that differ between numbers of
    workers ("" when none do). `history` holds every measurement of the same live plot, whose sliders measure again.
    """

    title: str
    plan: Plan
    cpus: UsableCpus
    samples: tuple[Sample, ...] = ()
    rounds: int = 0
    capacities: tuple[Capacity, ...] = ()
    others: float | None = None
    simulated: tuple[tuple[int, float], ...] = ()
    elsewhere: Elsewhere | None = None
    disagreement: str = ""
    state: State = "running"
    base_title: str = ""
    shown: int | None = field(default=None, compare=False, repr=False)
    history: list[Any] = field(default_factory=list, compare=False, repr=False)

    @cached_property
    def points(self) -> tuple[Point, ...]:
        return points(self.samples, self.plan.base, self.plan.scaling)

    @property
    def base_seconds(self) -> float | None:
        """The median time of the base case, in seconds."""
        return base_seconds(self.samples, self.plan.base)

    @property
    def capacity(self) -> Capacity | None:
        """The worse of the probe's findings."""
        return min(self.capacities, key=lambda capacity: capacity.cpus, default=None)

    @property
    def cpus_there(self) -> float:
        """How many CPUs were really there: what the runs themselves have got was, even if the probe was disturbed."""
        assert self.capacity is not None
        workers, cpus = self.capacity.workers, self.capacity.cpus
        return max([cpus, *(min(point.speedup, workers) for point in self.points if point.workers == workers)])

    @property
    def ceiling(self) -> float | None:
        """The speed-up of a program without any overhead: as much as the runs themselves have got was possible; None before it is known."""
        if self.capacity is None:
            return None
        return max(self.capacity.speedup, self.cpus_there)

    @property
    def rounds_done(self) -> int:
        """Complete rounds, without the warm-up."""
        runs = [sample for sample in self.samples if sample.round != WARM_UP]
        return len(runs) // len(self.plan.cases)

    @cached_property
    def busy(self) -> str:
        """Why the machine is too busy to draw a curve; "" when it is not."""
        cpus = self.cpus
        wanted = min(max(self.plan.workers), cpus.share)
        if self.others is not None and cpus.logical - self.others < REALLY_THERE * wanted:
            return f"other programs kept {self.others:.1f} of {cpus.logical} CPUs busy, and {wanted:g} {are(wanted)} needed"
        capacity = self.capacity
        if capacity is None:
            return ""
        wanted = min(capacity.workers, cpus.share)
        if self.cpus_there >= REALLY_THERE * wanted:
            return ""
        return (
            f"{counted(capacity.workers, 'busy process')} got only "
            f"{self.cpus_there:.2f} CPUs, where {wanted:g} should be there"
        )

    @property
    def not_measured_here(self) -> dict[str, tuple[tuple[int, float], ...]]:
        """The curves of (workers, speed-up) that were simulated or kept, by how they were got."""
        kept = {} if self.elsewhere is None else {self.elsewhere.label: self.elsewhere.speedups}
        return ({"simulated": self.simulated} if self.simulated else {}) | kept

    @property
    def horizon(self) -> int:
        """The largest number of workers that the picture shows."""
        return max(
            4,
            *self.plan.workers,
            2 * self.cpus.count,
            *(workers for curve in self.not_measured_here.values() for workers, _ in curve),
        )

    @property
    def top(self) -> float:
        """The largest speed-up that the picture shows: the ideal line may leave it."""
        seen = [ratio for point in self.points for ratio in point.ratios]
        seen += [speedup for curve in self.not_measured_here.values() for _, speedup in curve]
        return 1.2 * max(1.8, self.ceiling or 1.0, min(max(self.plan.workers), self.cpus.count), *seen)

    def fit(self, intervals: bool = True) -> tuple[Fit, ...]:
        """The laws fitted to the points, those only that have enough of them; none on a busy machine."""
        return () if self.busy else fits(self.points, self.plan.scaling, intervals)

    def table(self) -> list[dict[str, Any]]:
        """One row a number of workers; seconds are medians, and the serial share is Karp and Flatt's."""
        return [
            {
                "workers": point.workers,
                "seconds": point.seconds,
                "speedup": point.speedup,
                "low": point.low,
                "high": point.high,
                "efficiency": point.efficiency,
                "serial share": point.karp_flatt,
                "runs": len(point.ratios),
                "how": "measured",
            }
            for point in self.points
        ] + [
            {"workers": workers, "speedup": speedup, "efficiency": speedup / workers, "how": how}
            for how, pairs in self.not_measured_here.items()
            for workers, speedup in pairs
        ]

    def progress(self) -> tuple[int, int, float | None]:
        """Runs done, runs planned, and about how many seconds are left (None before that is known)."""
        cases = self.plan.cases
        warm_up = [sample for sample in self.samples if sample.round == WARM_UP]
        planned = len(cases) * (1 + (self.rounds or self.plan.fewest))
        if self.state != "running":
            return len(self.samples), planned, 0.0
        if len(warm_up) < len(cases):
            return len(self.samples), planned, None
        each = sum(sample.seconds for sample in self.samples) / len(self.samples)
        return len(self.samples), planned, each * (planned - len(self.samples))

    def with_sample(self, sample: Sample) -> Self:
        return replace(self, samples=(*self.samples, sample))


def are(amount: float) -> str:
    return "is" if amount <= 1 else "are"
