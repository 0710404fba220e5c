"""What a campaign will measure: which numbers of workers, how many rounds, with what counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lockstep.cpus import UsableCpus

Scaling = Literal["strong", "weak"]
SERIAL = 0
"""The "number of workers" of a base case that is a serial program of its own."""

FEWEST_ROUNDS = 3
CAREFUL_ROUNDS = 9
QUICK_SECONDS = 4.0
CAREFUL_SECONDS = 30.0
MOST_ROUNDS = 31


@dataclass(frozen=True)
class Plan:
    """`workers` to measure in ascending order; `base` is SERIAL or 1, what all others are compared with.

    `seconds` is what the rounds may take together, within `fewest` and MOST_ROUNDS rounds. `warm`: the pool
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
        fitting = int(self.seconds / round_seconds) if round_seconds > 0 else most
        return max(self.fewest, min(most, fitting))


def plan_for(
    cpus: UsableCpus,
    workers: int | Sequence[int] | None = None,
    has_serial: bool = False,
    careful: bool = False,
    warm: bool = False,
    scaling: Scaling = "strong",
    seconds: float | None = None,
) -> Plan:
    """A plan from what a learner says.

    `workers` is the largest number, or the numbers; by default as many as there are usable CPUs. Raises
    ValueError in the learner's words.
    """
    if workers is None:
        counts = default_workers(cpus.count)
    elif isinstance(workers, int):
        counts = default_workers(workers)
    else:
        counts = tuple(workers)
    if not counts or any(not isinstance(count, int) or isinstance(count, bool) or count < 1 for count in counts):
        raise ValueError(f"workers is a number of workers, or several of at least 1 each, not {workers!r}")
    if scaling not in ("strong", "weak"):
        raise ValueError(f'scaling is "strong" or "weak", not {scaling!r}')
    if seconds is not None and seconds <= 0:
        raise ValueError(f"seconds is the time to spend on measuring, above 0, not {seconds!r}")
    budget = seconds if seconds is not None else CAREFUL_SECONDS if careful else QUICK_SECONDS
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
