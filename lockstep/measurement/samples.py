"""The times that were measured, and the speed-ups with intervals that follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lockstep import laws
from lockstep.laws import Fit, Parameter
from lockstep.measurement.plan import Scaling

WARM_UP = 0
_RESAMPLES = 999
_REFITS = 200


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: in which round (WARM_UP before the first), with how many workers, and its wall seconds."""

    round: int
    workers: int
    seconds: float


@dataclass(frozen=True)
class Point:
    """The speed-up with so many workers: one ratio a round, their median, and its 95 % interval.

    `low` and `high` are None with fewer than three ratios. `provisional`: from warm-up runs alone.
    """

    workers: int
    seconds: float
    ratios: tuple[float, ...]
    speedup: float
    low: float | None
    high: float | None
    provisional: bool = False

    @property
    def efficiency(self) -> float:
        return self.speedup / self.workers

    @property
    def karp_flatt(self) -> float | None:
        return float(laws.karp_flatt(self.speedup, self.workers)) if self.workers >= 2 else None


def points(samples: Iterable[Sample], base: int, scaling: Scaling = "strong") -> tuple[Point, ...]:
    """The speed-up at each number of workers, each run paired with the base case of its own round.

    Warm-up runs count only as long as there is nothing better. Hoefler and Belli, Scientific benchmarking of
    parallel computing systems, SC 2015: rules 1 (base case), 5 (spread), 8 (medians).
    """
    rounds = _by_round(samples)
    warm_up = rounds.pop(WARM_UP, {})
    found = _points([warm_up], base, scaling, provisional=True)
    found |= _points(rounds.values(), base, scaling, provisional=False)
    return tuple(found[workers] for workers in sorted(found))


def base_seconds(samples: Iterable[Sample], base: int) -> float | None:
    """The median time of the base case, from warm-up only where there is nothing else."""
    chosen = [sample for sample in samples if sample.workers == base]
    measured = [sample.seconds for sample in chosen if sample.round != WARM_UP]
    times = measured or [sample.seconds for sample in chosen]
    return float(np.median(times)) if times else None


def interval(values: Sequence[float]) -> tuple[float | None, float | None]:
    """A 95 % percentile-bootstrap interval of the median; (None, None) for fewer than three values.

    B. Efron and R. J. Tibshirani, An introduction to the bootstrap, 1993, chapter 13. Written out here,
    because scipy.stats takes a second to import and the first point should be on the screen by then.
    """
    if len(values) < 3:
        return None, None
    taken = np.asarray(values)
    drawn = np.random.default_rng(0).integers(len(taken), size=(_RESAMPLES, len(taken)))
    low, high = np.percentile(np.median(taken[drawn], axis=1), (2.5, 97.5))
    return float(low), float(high)


def fits(measured: Sequence[Point], scaling: Scaling, intervals: bool = True) -> tuple[Fit, ...]:
    """The laws that have enough points: Amdahl's (Gustafson's for weak scaling) and universal scalability.

    Intervals come from fitting again to rounds drawn with replacement.
    """
    usable = [point for point in measured if not point.provisional]
    workers = [point.workers for point in usable]
    found = []
    for law in ("gustafson" if scaling == "weak" else "amdahl", "universal_scalability"):
        if len(set(workers)) >= laws.NEEDED[law]:
            fit = laws.fit(law, workers, [point.speedup for point in usable])
            found.append(_with_intervals(fit, usable) if intervals else fit)
    return tuple(found)


def _with_intervals(fit: Fit, usable: Sequence[Point]) -> Fit:
    rounds = min(len(point.ratios) for point in usable)
    if rounds < 3:
        return fit
    rng = np.random.default_rng(0)
    workers = [point.workers for point in usable]
    ratios = np.array([point.ratios[:rounds] for point in usable])
    values: dict[str, list[float]] = {name: [] for name in fit.parameters}
    for _ in range(_REFITS):
        drawn = np.median(ratios[:, rng.integers(rounds, size=rounds)], axis=1)
        for name, parameter in laws.fit(fit.law, workers, [float(value) for value in drawn]).parameters.items():
            values[name].append(parameter.value)
    bounds = {name: np.percentile(drawn, (2.5, 97.5)) for name, drawn in values.items()}
    parameters = {
        name: Parameter(value.value, float(min(bounds[name][0], value.value)), float(max(bounds[name][1], value.value)))
        for name, value in fit.parameters.items()
    }
    return replace(fit, parameters=parameters)


def _by_round(samples: Iterable[Sample]) -> dict[int, dict[int, float]]:
    rounds: dict[int, dict[int, float]] = {}
    for sample in samples:
        rounds.setdefault(sample.round, {})[sample.workers] = sample.seconds
    return rounds


def _points(rounds: Iterable[Mapping[int, float]], base: int, scaling: Scaling, provisional: bool) -> dict[int, Point]:
    ratios: dict[int, list[float]] = {}
    seconds: dict[int, list[float]] = {}
    for times in rounds:
        for workers, taken in times.items():
            if base in times and workers >= 1 and taken > 0:
                scale = workers if scaling == "weak" else 1
                ratios.setdefault(workers, []).append(scale * times[base] / taken)
                seconds.setdefault(workers, []).append(taken)
    return {
        workers: Point(
            workers,
            float(np.median(seconds[workers])),
            tuple(values),
            float(np.median(values)),
            *interval(values),
            provisional=provisional,
        )
        for workers, values in ratios.items()
    }
