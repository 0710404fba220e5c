"""What a campaign found, as a value: times, speed-ups, laws, and how far to believe them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from IPython.display import HTML, display

from lockstep.laws import Fit
from lockstep.machine.capacity import Capacity
from lockstep.machine.usable import UsableCpus
from lockstep.measurement import sentences as verdict
from lockstep.measurement import speedup_figure as figure
from lockstep.measurement.plan import Plan
from lockstep.measurement.samples import WARM_UP, Point, Sample, base_seconds, fits, points
from lockstep.page.kernel import running_cell
from lockstep.page.picture import Picture

Simulated = Sequence[tuple[int, float]] | Callable[..., float]
State = Literal["running", "finished", "interrupted", "failed"]


@dataclass(frozen=True)
class Speedup:
    """How much faster `title` gets with more workers on this machine.

    `samples` are all runs; `capacities` what the probe found before and after them; `others` the CPUs that
    other programs kept busy meanwhile (None where the system does not tell); `simulated` (workers,
    speed-up) pairs beyond the machine; `disagreement` tells of answers that differ between numbers of
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
    disagreement: str = ""
    state: State = "running"
    base_title: str = ""
    shown: int | None = field(default=None, compare=False, repr=False)
    history: list[Speedup] = field(default_factory=list, compare=False, repr=False)

    @property
    def latest(self) -> Speedup:
        """The newest measurement of the same live plot: another one after a slider was moved."""
        return self.history[-1] if self.history else self

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
    def rounds_done(self) -> int:
        """Complete rounds, without the warm-up."""
        runs = [sample for sample in self.samples if sample.round != WARM_UP]
        return len(runs) // len(self.plan.cases)

    @cached_property
    def busy(self) -> str:
        """Why the machine is too busy to draw a curve; "" when it is not."""
        return verdict.busy(self)

    @property
    def horizon(self) -> int:
        """The largest number of workers that the picture shows."""
        simulated = max((workers for workers, _ in self.simulated), default=0)
        return max(4, *self.plan.workers, simulated, 2 * self.cpus.count)

    @property
    def top(self) -> float:
        """The largest speed-up that the picture shows: the ideal line may leave it."""
        seen = [ratio for point in self.points for ratio in point.ratios]
        seen += [speedup for _, speedup in self.simulated]
        ceiling = self.capacity.speedup if self.capacity is not None else 1.0
        return 1.2 * max(1.8, ceiling, min(max(self.plan.workers), self.cpus.count), *seen)

    def fit(self, intervals: bool = True) -> tuple[Fit, ...]:
        """The laws fitted to the points, those only that have enough of them; none on a busy machine."""
        return () if self.busy else fits(self.points, self.plan.scaling, intervals)

    def sentence(self) -> str:
        """What the picture shows, and whether to believe it."""
        return verdict.sentence(self)

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
                "simulated": False,
            }
            for point in self.points
        ] + [
            {"workers": workers, "speedup": speedup, "efficiency": speedup / workers, "simulated": True}
            for workers, speedup in self.simulated
        ]

    def figure(self) -> Picture:
        """The picture, for matplotlib: save it with `.savefig("speedup.svg")`."""
        return figure.draw(self)

    def to_json(self, intervals: bool = True) -> dict[str, Any]:
        """Plain data: every sample, and all that follows from them."""
        done, planned, left = self.progress()
        capacity = self.capacity
        return {
            "title": self.title,
            "state": self.state,
            "sentence": self.sentence(),
            "busy": self.busy,
            "base": self.plan.base,
            "base_title": self.base_title,
            "base_seconds": self.base_seconds,
            "scaling": self.plan.scaling,
            "warm": self.plan.warm,
            "careful": self.plan.careful,
            "cpus": {
                "count": self.cpus.count,
                "share": self.cpus.share,
                "logical": self.cpus.logical,
                "physical": self.cpus.physical,
                "limits": [[limit.cpus, limit.source] for limit in self.cpus.limits],
            },
            "capacity": None
            if capacity is None
            else {"workers": capacity.workers, "cpus": capacity.cpus, "speedup": capacity.speedup},
            "others": self.others,
            "samples": [[sample.round, sample.workers, sample.seconds] for sample in self.samples],
            "points": [
                {
                    "workers": point.workers,
                    "seconds": point.seconds,
                    "ratios": list(point.ratios),
                    "speedup": point.speedup,
                    "low": point.low,
                    "high": point.high,
                    "karp_flatt": point.karp_flatt,
                    "provisional": point.provisional,
                }
                for point in self.points
            ],
            "fits": [fit.to_json() | {"sentence": fit.sentence()} for fit in self.fit(intervals)],
            "simulated": [list(pair) for pair in self.simulated],
            "horizon": self.horizon,
            "top": self.top,
            "alt": figure.alt_text(self),
            "disagreement": self.disagreement,
            "progress": {"done": done, "planned": planned, "seconds_left": left},
        }

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

    def with_sample(self, sample: Sample) -> Speedup:
        return replace(self, samples=(*self.samples, sample))

    def __str__(self) -> str:
        rows = [f"{'workers':>7}  {'seconds':>9}  {'speed-up':>8}  95 % interval"]
        for point in self.points:
            spread = "" if point.low is None else f"{point.low:.2f} to {point.high:.2f}"
            rows.append(f"{point.workers:7}  {point.seconds:9.4f}  {point.speedup:8.2f}  {spread}".rstrip())
        rows += [f"{workers:7}  {'simulated':>9}  {speedup:8.2f}" for workers, speedup in self.simulated]
        return "\n".join([*rows, self.sentence()])

    def _ipython_display_(self) -> None:
        if self.shown is None or self.shown != running_cell():
            display(HTML(figure.html(self)))
