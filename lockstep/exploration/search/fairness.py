"""Runs that go on for ever under a fair scheduler: circles of states in which whoever can go on goes on again and again.

The fairness is the strong one of processes (Lehmann, Pnueli and Stavi, "Impartiality, justice and fairness", ICALP 1981): who
can go on infinitely often, does so infinitely often. A run that is fair and never ends is one that goes round in a circle; the circles are
found as by Lichtenstein and Pnueli, "Checking that finite state concurrent programs satisfy their linear specification" (POPL 1985).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from lockstep.exploration.search.components import circles
from lockstep.exploration.search.fields import Field
from lockstep.exploration.search.graph import Graph

# Each actor that can go on in a state, and the states that its steps may lead to.
Moves = Callable[[int], Iterable[tuple[Field, tuple[int, ...]]]]
PathStep = tuple[Field, int, int]


class Circle(NamedTuple):
    """States that can be gone through for ever, and who moves then: everybody who can go on in one of them."""

    states: frozenset[int]
    moving: frozenset[str]


def fair_circles(states: Collection[int], moves: Moves) -> Iterator[Circle]:
    """The largest circles among these states in which a fair run can stay. A step that is not to be taken has no state after."""
    work: list[set[int]] = [set(states)]
    while work:
        part = work.pop()
        for circle in circles(part, lambda state: [new for _, news in moves(state) for new in news]):
            able, moving = set(), set()
            for state in circle:
                for field, news in moves(state):
                    able.add(field.name)
                    if not circle.isdisjoint(news):
                        moving.add(field.name)
            left_out = able - moving
            if not left_out:
                yield Circle(frozenset(circle), frozenset(moving))
                continue
            # Whoever can go on only to leave would leave, if one came back here again and again.
            rest = {state for state in circle if not any(field.name in left_out for field, _ in moves(state))}
            if rest:
                work.append(rest)


def on_circles(graph: Graph) -> set[int]:
    """The states of a whole exploration from which a state of a circle can be come to, and which follow from one."""
    before: dict[int, list[int]] = {}
    after: dict[int, int] = {}
    for state in graph.depths:
        news = [new for _, each in graph.successors(state) for new in each]
        after[state] = len(news)
        for new in news:
            before.setdefault(new, []).append(state)
    kept = set(graph.depths)
    done = [state for state, number in after.items() if not number]
    while done:
        state = done.pop()
        kept.discard(state)
        for earlier in before.get(state, ()):
            after[earlier] -= 1
            if not after[earlier]:
                done.append(earlier)
    return kept


def once_round(circle: Circle, start: int, moves: Moves) -> list[PathStep]:
    """A way from a state of the circle back to it on which everybody moves who moves in the circle."""
    missing = set(circle.moving)
    steps: list[PathStep] = []
    state = start

    def is_missing(field: Field, new: int) -> bool:
        return field.name in missing

    while missing:
        part = _nearest(circle, state, moves, is_missing)
        steps += part
        missing -= {field.name for field, _, _ in part}
        state = steps[-1][2]
    return steps if state == start else [*steps, *_nearest(circle, state, moves, lambda field, new: new == start)]


def to_a_circle(circles: Collection[Circle], start: int, moves: Moves) -> list[PathStep]:
    """The fewest steps to a state of one of the circles, which must be within reach."""
    states = frozenset[int]().union(*(circle.states for circle in circles))
    return [] if start in states else _nearest(None, start, moves, lambda field, new: new in states)


def _nearest(circle: Circle | None, start: int, moves: Moves, wanted: Callable[[Field, int], bool]) -> list[PathStep]:
    """The fewest steps, within the circle if there is one, of which the last is wanted."""
    came: dict[int, tuple[int, PathStep]] = {}
    front = deque([start])
    while True:
        state = front.popleft()
        for field, news in moves(state):
            for index, new in enumerate(news):
                if circle is not None and new not in circle.states:
                    continue
                if wanted(field, new):
                    steps = [(field, index, new)]
                    while state != start:
                        state, step = came[state]
                        steps.append(step)
                    return steps[::-1]
                if new not in came and new != start:
                    came[new] = (state, (field, index, new))
                    front.append(new)
