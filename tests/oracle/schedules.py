"""Every schedule of a small program, each executed from the start, depth first.

Nothing is remembered from one schedule to the next but which choices have been taken.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any, NamedTuple

from .engine import Ending, ExitsAreSteps, Machine, Program, TooMany


class Oracle(NamedTuple):
    """All schedules of a program, and how many of them end in each way."""

    interleavings: int
    endings: Counter[Ending]
    exits_are_steps: bool


def every_schedule(program: Program, at_most: int = 3_000, steps: int | None = None) -> Oracle:
    """Executes all schedules, or all up to so many steps. Raises TooMany when there are more than `at_most`."""
    try:
        return _depth_first(program, at_most, steps, exits_are_steps=False)
    except ExitsAreSteps:
        return _depth_first(program, at_most, steps, exits_are_steps=True)


def estimate(program: Program, probes: int = 12, seed: int = 0) -> float:
    """Roughly how many schedules there are (Knuth 1975: the mean product of branchings on random ways down)."""
    chance = random.Random(seed)
    exits_are_steps, total, done = False, 0.0, 0
    while done < probes:
        product = 1.0

        def choose(depth: int, choices: list[tuple[Any, int]] | None) -> tuple[Any, int] | None:
            nonlocal product
            if choices is None:
                return None
            product *= len(choices)
            return chance.choice(choices)

        try:
            Machine(program, exits_are_steps).execute(choose)
        except ExitsAreSteps:
            exits_are_steps, total, done = True, 0.0, 0
            continue
        total += product
        done += 1
    return total / probes


def _depth_first(program: Program, at_most: int, steps: int | None, exits_are_steps: bool) -> Oracle:
    endings: Counter[Ending] = Counter()
    left: list[list[tuple[Any, int]]] = []  # at each depth the choices not yet done with; the last one is being taken
    number = 0

    def choose(depth: int, choices: list[tuple[Any, int]] | None) -> tuple[Any, int] | None:
        if choices is None:
            return left[depth][-1] if depth < len(left) else None
        left.append(choices)
        return choices[-1]

    while True:
        number += 1
        if number > at_most:
            raise TooMany(f"more than {at_most} schedules")
        endings[_frozen(Machine(program, exits_are_steps, steps).execute(choose))] += 1
        while left and len(left[-1]) == 1:
            left.pop()
        if not left:
            return Oracle(number, endings, exits_are_steps)
        left[-1].pop()


def _frozen(ending: Ending) -> Ending:
    return ending._replace(main=tuple(typed(part) for part in ending.main))


def typed(value: Any) -> Any:
    """A hashable key under which 1, 1.0 and True are three answers, as are 0.0 and -0.0."""
    if isinstance(value, (list, tuple)):
        return type(value).__name__, *map(typed, value)
    if isinstance(value, (set, frozenset)):
        return type(value).__name__, frozenset(map(typed, value))
    if isinstance(value, dict):
        return "dict", frozenset((typed(key), typed(item)) for key, item in value.items())
    return type(value).__name__, repr(value)
