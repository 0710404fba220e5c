"""Starvation: who can be kept out for ever under a fair scheduler, while others go through again and again."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from lockstep.exploration.automata import Automata, Local
from lockstep.exploration.search.backwards import all_leading_to
from lockstep.exploration.search.fairness import Circle, Moves, fair_circles
from lockstep.exploration.search.fields import Field, Status
from lockstep.exploration.search.graph import Graph


class Starving(NamedTuple):
    """`process` gets nowhere in this circle. `moves`: the steps that are taken in it."""

    process: str
    circle: Circle
    moves: Moves


def starving(
    graph: Graph, states: Collection[int], sections: Collection[str], every: Collection[str]
) -> Starving | None:
    """Somebody who never comes into one of the sections that he is on his way to, while another goes in and out of one
    of `every`.

    Without any: somebody who waits at one object or another, or looks at it in vain, and changes nothing, while others
    do. `states`: those of circles.
    """
    for field in graph.steps.actors:
        if field.kind == "process":
            found = _kept_out(graph, field, states, sections, every) if every else _in_vain(graph, field, states)
            if found is not None:
                return found
    return None


def _kept_out(
    graph: Graph, field: Field, states: Collection[int], sections: Collection[str], every: Collection[str]
) -> Starving | None:
    locals_ = graph.automata.locals
    coming = _on_the_way(graph.automata, field.name, sections)

    def outside(state: int) -> bool:
        status = _status(graph, state, field)
        return status is not None and status.code is None and status.local in coming and (
            locals_[status.local].kind == "ask" and not set(locals_[status.local].sections) & set(sections))  # fmt: skip

    moves: Moves = graph.successors
    for circle in fair_circles({state for state in states if outside(state)}, moves):
        for name in circle.moving - {field.name}:
            other = graph.steps.fields[name]
            if other.kind != "process":
                continue
            inside = {bool(_sections(graph, state, other) & set(every)) for state in circle.states}
            if inside == {True, False}:
                return Starving(field.name, circle, moves)
    return None


def _in_vain(graph: Graph, field: Field, states: Collection[int]) -> Starving | None:
    shared = sum(((1 << each.bits) - 1) << each.shift for each in graph.steps.fields.values() if each.kind != "process")

    def waits(state: int) -> bool:
        local = _local(graph, state, field)
        return local is not None and local.kind == "ask" and bool(local.operation.objects)

    def moves(state: int) -> list[tuple[Field, tuple[int, ...]]]:
        """Those in which this process changes nothing that is shared."""
        return [
            (actor, tuple(new for new in news if not (new ^ state) & shared) if actor is field else news)
            for actor, news in graph.successors(state)
        ]

    for circle in fair_circles({state for state in states if waits(state)}, moves):
        for state in circle.states:
            for actor, news in moves(state):
                if actor is not field and any((new ^ state) & shared for new in news if new in circle.states):
                    return Starving(field.name, circle, moves)
    return None


def _on_the_way(automata: Automata, process: str, sections: Collection[str]) -> set[int]:
    """The local states of the process from which it can come into one of the sections."""
    before: dict[int, list[int]] = {}
    for (number, _), edge in automata.edges.items():
        before.setdefault(edge.after, []).append(number)
    inside = {each.number for each in automata.locals if each.process == process and set(each.sections) & set(sections)}
    return all_leading_to(inside, before)


def _status(graph: Graph, state: int, field: Field) -> Status | None:
    status: Status | None = field.values[(state >> field.shift) & ((1 << field.bits) - 1)]
    return status


def _local(graph: Graph, state: int, field: Field) -> Local | None:
    """Where the process is; None if it has not begun, or has exited."""
    status = _status(graph, state, field)
    return None if status is None or status.code is not None else graph.automata.locals[status.local]


def _sections(graph: Graph, state: int, field: Field) -> set[str]:
    local = _local(graph, state, field)
    return set() if local is None else set(local.sections)
