"""The laws of speed-up as functions, and their parameters fitted to measured points.

Throughout, p is a number of workers (1 or more, also an array of them) and a speed-up is the time of the base
case divided by the time on p workers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Curve = NDArray[np.float64]


def amdahl(p: ArrayLike, serial: float) -> Curve:
    """Speed-up of a fixed amount of work of which the share `serial` (0 to 1) cannot be divided.

    G. M. Amdahl, Validity of the single processor approach to achieving large scale computing capabilities,
    AFIPS 1967.
    """
    workers = _workers(p)
    _check_share(serial)
    return 1.0 / (serial + (1.0 - serial) / workers)


def gustafson(p: ArrayLike, serial: float) -> Curve:
    """Scaled speed-up when the work grows with p; `serial` is the share of time, on p workers, not divided.

    J. L. Gustafson, Reevaluating Amdahl's law, Communications of the ACM 31(5), 1988.
    """
    workers = _workers(p)
    _check_share(serial)
    return workers - serial * (workers - 1.0)


def karp_flatt(speedup: ArrayLike, p: ArrayLike) -> Curve:
    """The serial share that a measured speed-up on p >= 2 workers reveals.

    Constant over p when Amdahl's law explains the speed-up, growing with p when overhead does, negative for a
    speed-up above p. A. H. Karp and H. P. Flatt, Measuring parallel processor performance, Communications
    of the ACM 33(5), 1990.
    """
    workers = _workers(p)
    measured = np.asarray(speedup, dtype=float)
    if np.any(workers < 2):
        raise ValueError("karp_flatt needs at least 2 workers: one worker says nothing about the serial share")
    wrong = measured[~((measured > 0) & np.isfinite(measured))]
    if wrong.size:
        raise ValueError(f"karp_flatt needs a speed-up above 0, not {wrong.flat[0]:g}")
    result: Curve = (1.0 / measured - 1.0 / workers) / (1.0 - 1.0 / workers)
    return result


def universal_scalability(p: ArrayLike, contention: float, coherence: float) -> Curve:
    """Speed-up with queueing for something shared (`contention`) and pairwise exchange (`coherence`).

    With `coherence` above 0 it has a maximum at sqrt((1 - contention) / coherence) workers.
    N. J. Gunther, A general theory of computational scalability based on rational functions, 2008.
    """
    workers = _workers(p)
    if not (0 <= contention < np.inf and 0 <= coherence < np.inf):
        raise ValueError(f"contention and coherence are numbers of at least 0, not {contention:g} and {coherence:g}")
    result: Curve = workers / (1.0 + contention * (workers - 1.0) + coherence * workers * (workers - 1.0))
    return result


def brent(work: float, span: float, p: ArrayLike) -> tuple[Curve, Curve]:
    """The least and the most time that a greedy schedule of a task graph takes on p workers.

    `work` is the time of all tasks, `span` of the longest chain, in the same unit. At least max(work / p,
    span), at most span + (work - span) / p. R. P. Brent, The parallel evaluation of general arithmetic
    expressions, Journal of the ACM 21(2), 1974; for greedy schedules R. L. Graham, 1966.
    """
    workers = _workers(p)
    if not 0 < span <= work < np.inf:
        raise ValueError(f"the span is above 0, and the work is at least the span, not work {work:g} and span {span:g}")
    return np.maximum(work / workers, span), span + (work - span) / workers


@dataclass(frozen=True, slots=True)
class Parameter:
    """A fitted value with its interval (equal to the value when none was computed)."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """As percents: "5.1 % (4.8 to 5.5 %)"."""
        spread = "" if self.low == self.high else f" ({_percent(self.low)} to {_percent(self.high)} %)"
        return f"{_percent(self.value)} %{spread}"


@dataclass(frozen=True)
class Fit:
    """One law with the parameters that fit the points best."""

    law: str
    parameters: dict[str, Parameter]
    points: int

    def curve(self, p: ArrayLike) -> Curve:
        """The speed-up that the fitted law gives for p workers."""
        function, _, _ = _LAWS[self.law]
        return function(p, *(parameter.value for parameter in self.parameters.values()))

    def sentence(self) -> str:
        told = ", ".join(f"{name} {value}" for name, value in self.parameters.items())
        return f"{_TITLES[self.law]}: {told}"

    def to_json(self) -> dict[str, Any]:
        return {
            "law": self.law,
            "points": self.points,
            "parameters": {name: [value.value, value.low, value.high] for name, value in self.parameters.items()},
        }


NEEDED = {"amdahl": 3, "gustafson": 3, "universal_scalability": 5}
"""Different numbers of workers that a law needs before its fit says anything: more than it has parameters."""


def fit(law: str, p: Sequence[float], speedup: Sequence[float]) -> Fit:
    """Least squares of `law` ("amdahl", "gustafson" or "universal_scalability") through the points.

    Raises ValueError with fewer different numbers of workers than NEEDED (two points fit every law), and for points that
    are not pairs of numbers.
    """
    if law not in _LAWS:
        raise ValueError(f"there is no law {law!r}: choose one of {', '.join(_LAWS)}")
    workers, speedups = _workers(p), np.asarray(speedup, float)
    if workers.ndim != 1 or workers.shape != speedups.shape:
        raise ValueError(
            f"each number of workers has one speed-up: here are {workers.size} of the one and {speedups.size} of the other"
        )
    wrong = [value for value in (*workers, *speedups) if not 0 <= value < np.inf]
    if wrong:
        raise ValueError(f"numbers of workers and speed-ups are ordinary numbers, at least 0, not {wrong[0]:g}")
    different = len(set(workers))
    if different < NEEDED[law]:
        raise ValueError(
            f"{_TITLES[law]} needs points at {NEEDED[law]} or more numbers of workers; these have {different}"
        )
    from scipy.optimize import curve_fit  # a second of importing on a slow machine, for those alone who fit

    function, names, start = _LAWS[law]
    upper = [1.0] * len(names)
    found, _ = curve_fit(function, workers, speedups, p0=start, bounds=([0.0] * len(names), upper))
    values = {name: Parameter(float(v), float(v), float(v)) for name, v in zip(names, found, strict=True)}
    return Fit(law, values, different)


_LAWS: dict[str, tuple[Callable[..., Curve], tuple[str, ...], tuple[float, ...]]] = {
    "amdahl": (amdahl, ("serial",), (0.05,)),
    "gustafson": (gustafson, ("serial",), (0.05,)),
    "universal_scalability": (universal_scalability, ("contention", "coherence"), (0.05, 0.001)),
}

_TITLES = {
    "amdahl": "Amdahl's law",
    "gustafson": "Gustafson's law",
    "universal_scalability": "The universal scalability law",
}


def _percent(share: float) -> str:
    """Two digits, never as a power of ten; "0" for what is left of a fit that ran into its bound."""
    return f"{float(f'{100 * share:.2g}'):g}" if share >= 5e-6 else "0"


def _workers(p: ArrayLike) -> Curve:
    workers = np.asarray(p, dtype=float)
    if not np.all(workers >= 1):
        raise ValueError(f"a number of workers is at least 1, not {np.min(workers):g}")
    return workers


def _check_share(serial: float) -> None:
    if not 0 <= serial <= 1:
        raise ValueError(f"the serial share is between 0 and 1, not {serial:g} (5 % is 0.05)")
