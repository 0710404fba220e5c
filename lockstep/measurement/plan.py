"""What a campaign will measure: which numbers of workers, how many rounds, with what counted."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Real
from typing import Literal, SupportsIndex

import numpy as np

from lockstep.machine.usable import UsableCpus

Scaling = Literal["strong", "weak"]
Workers = SupportsIndex | Iterable[SupportsIndex]
"""The largest number of workers, or the numbers; whole numbers of Python or numpy."""

SERIAL = 0
"""The "number of workers" of a base case that is a serial program of its own."""

FEWEST_ROUNDS = 3
CAREFUL_ROUNDS = 9
QUICK_SECONDS = 4.0
CAREFUL_SECONDS = 30.0
MOST_ROUNDS = 31
OVERDRAWN = (
    2.0  # times its seconds: what a quick look may take for its FEWEST_ROUNDS, and no more where others slow it down
)


@dataclass(frozen=True)
class Plan:
    """`workers` to measure in ascending order; `base` is SERIAL or 1, what all others are compared with.

    `seconds` is what the rounds should take together. A quick look takes up to OVERDRAWN times that for FEWEST_ROUNDS, and fewer
    rounds where that is not enough; a careful one never fewer than CAREFUL_ROUNDS. `warm`: the pool
    is started before the clock. `scaling`: the same work for all ("strong"), or p times the first size
    ("weak").
    """

    workers: tuple[int, ...]
    base: int = 1
    careful: bool = False
    warm: bool = False
    scaling: Scaling = "strong"
    seconds: float = QUICK_SECONDS

    @property
    def cases(self) -> tuple[int, ...]:
        """Everything that is run in a round, the base case first."""
        return (self.base, *(count for count in self.workers if count != self.base))

    @property
    def fewest(self) -> int:
        return CAREFUL_ROUNDS if self.careful else FEWEST_ROUNDS

    def rounds(self, round_seconds: float) -> int:
        """How many rounds fit when one takes `round_seconds`."""
        most = MOST_ROUNDS if self.careful else CAREFUL_ROUNDS
        if round_seconds <= 0:
            return most
        overdrawn = max(1, int(OVERDRAWN * self.seconds / round_seconds))
        fewest = CAREFUL_ROUNDS if self.careful else min(FEWEST_ROUNDS, overdrawn)
        return max(fewest, min(most, int(self.seconds / round_seconds)))

    def over(self, spent: float, round_seconds: float) -> bool:
        """Would one more round of so many seconds take a quick look over its time, after these seconds of rounds?"""
        return not self.careful and spent + round_seconds > 1.25 * OVERDRAWN * self.seconds


def plan_for(
    cpus: UsableCpus,
    workers: Workers | None = None,
    has_serial: bool = False,
    careful: bool = False,
    warm: bool = False,
    scaling: Scaling = "strong",
    seconds: float | None = None,
) -> Plan:
    """A plan from what a learner says.

    By default as many workers as there are usable CPUs. Raises ValueError in the learner's words.
    """
    counts = default_workers(cpus.count) if workers is None else _counts(workers)
    if scaling not in ("strong", "weak"):
        raise ValueError(f'scaling is "strong" or "weak", not {scaling!r}')
    if seconds is not None and not (isinstance(seconds, Real) and 0 < seconds < math.inf):
        raise ValueError(f"seconds is the time to spend on measuring, above 0, not {seconds!r}")
    budget = float(seconds) if seconds is not None else CAREFUL_SECONDS if careful else QUICK_SECONDS
    counted = tuple(sorted(set(counts)))
    return Plan(counted, SERIAL if has_serial else 1, careful, warm, scaling, budget)


def default_workers(most: int) -> tuple[int, ...]:
    """1, 2, 3, 4, then half as many again each time, and `most` itself: enough points for every law."""
    counts = set(range(1, min(most, 4) + 1))
    step = 4
    while step < most:
        counts.add(step)
        step = step * 3 // 2
    return tuple(sorted(counts | {most})) if most >= 1 else ()


def _counts(workers: Workers) -> tuple[int, ...]:
    if isinstance(workers, np.ndarray | np.generic):
        workers = workers.tolist()
    given = list(workers) if isinstance(workers, Iterable) else [workers]
    for count in given:
        if isinstance(count, float):
            raise ValueError(f"workers are counted in whole numbers, not {count!r}")
    try:
        counts = [operator.index(count) for count in given if not isinstance(count, bool)]
    except TypeError:
        counts = []
    if not counts or len(counts) < len(given) or min(counts) < 1:
        raise ValueError(f"workers is a number of workers, or several of at least 1 each, not {workers!r}")
    return tuple(counts) if isinstance(workers, Iterable) else default_workers(counts[0])
