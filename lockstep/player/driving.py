"""Being the scheduler: who can go in a state, and where each choice leads."""

from __future__ import annotations

from typing import NamedTuple

from lockstep.exploration.search.fields import Field
from lockstep.exploration.search.graph import Graph
from lockstep.exploration.search.shortest import PathStep
from lockstep.exploration.search.steps import Move


class Choice(NamedTuple):
    """One of the ways in which an actor (a process, or the feeder of one) can go on."""

    field: Field
    way: int
    move: Move

    @property
    def step(self) -> PathStep:
        return self.field, self.way, self.move.after


def choices(graph: Graph, state: int) -> dict[str, list[Choice]]:
    """Everybody who can go on in this state, each with the ways in which it can go; nobody: the program is over."""
    found: dict[str, list[Choice]] = {}
    for field, _ in graph.successors(state):
        for index, move in enumerate(graph.steps.in_full(state, field)):
            found.setdefault(move.actor, []).append(Choice(field, index, move))
    return found


def chosen(graph: Graph, path: list[PathStep]) -> list[tuple[str, int]]:
    """A path as (actor, which of its choices), a step a pair."""
    state, found = graph.root, []
    for field, index, after in path:
        for actor, ways in choices(graph, state).items():
            for place, choice in enumerate(ways):
                if choice.field is field and choice.way == index:
                    found.append((actor, place))
        state = after
    return found
