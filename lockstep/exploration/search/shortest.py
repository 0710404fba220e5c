"""The schedule to show: the path to a state with the fewest context switches, then the fewest steps."""

from __future__ import annotations

import heapq
from typing import Any

from lockstep.exploration.search.fields import Field
from lockstep.exploration.search.graph import Graph

# One step of a path: the actor's field, which of its steps, and the state after it.
PathStep = tuple[Field, int, int]


def shortest(graph: Graph, goals: set[int], limit: int | None = None) -> list[PathStep] | None:
    """The path to a goal with the fewest context switches, then the fewest steps (Dijkstra); None if there is none.

    `limit`: how many (state, last actor) pairs to look at before giving up, in a graph that was not explored whole.
    """
    useful = graph.leading_to(goals) if limit is None else None
    # A pair is a state and who went last; what is kept of it is the pair before and which of the actor's steps it was.
    start = (graph.root, -1)
    came: dict[tuple[int, int], tuple[tuple[int, int], int] | None] = {start: None}
    best: dict[tuple[int, int], tuple[int, int]] = {start: (0, 0)}
    following: dict[int, list[tuple[int, tuple[int, ...]]]] = {}
    heap: list[tuple[tuple[int, int], int, tuple[int, int]]] = [((0, 0), 0, start)]
    order = 0
    while heap:
        cost, _, here = heapq.heappop(heap)
        if best[here] != cost:
            continue
        state, last = here
        if state in goals:
            return _path(graph, came, here)
        if limit is not None and order > limit:
            return None
        actors = following.get(state)
        if actors is None:
            actors = following[state] = [(field.index, news) for field, news in graph.successors(state)]
        switches, count = cost[0], cost[1] + 1
        for actor, news in actors:
            after = (switches if actor == last or last == -1 else switches + 1, count)
            for index, new in enumerate(news):
                if useful is not None and new not in useful:
                    continue
                pair = (new, actor)
                known = best.get(pair)
                if known is None or after < known:
                    best[pair] = after
                    came[pair] = (here, index)
                    order += 1
                    heapq.heappush(heap, (after, order, pair))
    return None


def _path(graph: Graph, came: dict[Any, Any], pair: tuple[int, int]) -> list[PathStep]:
    fields = {field.index: field for field in graph.steps.actors}
    steps: list[PathStep] = []
    while came[pair] is not None:
        before, index = came[pair]
        steps.append((fields[pair[1]], index, pair[0]))
        pair = before
    return steps[::-1]
