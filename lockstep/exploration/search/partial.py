"""Searches for programs with more states than the budget: few preemptions, then a sample (PCT)."""

from __future__ import annotations

import random
from collections import deque
from typing import Any

from lockstep.exploration.search.graph import Graph, OverBudget
from lockstep.exploration.search.steps import Field

PREEMPTIONS = 2
DEPTH = 3
RUNS = 1_000
LONGEST = 5_000  # steps of one sampled interleaving

Pair = tuple[int, int]  # a state, and the index of the actor that went last (-1: nobody)


class Visited:
    """What a partial search met: states, the ends among them, and a path to each."""

    def __init__(self) -> None:
        self.states: dict[int, Pair] = {}  # each with how it was first met
        self.ends: dict[int, int | None] = {}
        self.came: dict[Pair, tuple[Pair, int] | None] = {}
        self.paths: dict[int, list[tuple[Field, int, int]]] = {}
        self.runs = 0

    def path(self, state: int, graph: Graph) -> list[tuple[Field, int, int]]:
        """A way to this state that was really taken."""
        if state in self.paths:
            return self.paths[state]
        fields = {field.index: field for field in graph.steps.actors}
        pair = self.states[state]
        steps = []
        while (before := self.came[pair]) is not None:
            steps.append((fields[pair[1]], before[1], pair[0]))
            pair = before[0]
        return steps[::-1]


def few_preemptions(graph: Graph, budget: int) -> Visited:
    """All interleavings with at most PREEMPTIONS interruptions of somebody who could go on. Raises OverBudget.

    The bound is that of Musuvathi and Qadeer, "Iterative context bounding" (PLDI 2007).
    """
    visited = Visited()
    start: Pair = (graph.root, -1)
    used = {start: 0}
    visited.came[start] = None
    queue = deque([start])
    done: set[Pair] = set()
    while queue:
        pair = queue.popleft()
        if pair in done:
            continue
        done.add(pair)
        state, last = pair
        visited.states.setdefault(state, pair)
        if len(done) > budget:
            raise OverBudget
        moves = list(graph.successors(state))
        if not moves:
            visited.ends[state] = None
        could_go_on = any(field.index == last for field, _ in moves)
        for field, news in moves:
            cost = used[pair] + (could_go_on and field.index != last)
            if cost > PREEMPTIONS:
                continue
            for index, new in enumerate(news):
                after = (new, field.index)
                if after not in used or cost < used[after]:
                    used[after] = cost
                    visited.came[after] = (pair, index)
                    if cost == used[pair]:
                        queue.appendleft(after)
                    else:
                        queue.append(after)
    return visited


def sample(graph: Graph, budget: int, runs: int = RUNS) -> Visited:
    """Interleavings by PCT: random priorities, lowered at DEPTH - 1 random moments; always the highest that can go
    on goes.

    Who comes back to a state of the same run is spinning, and goes to the end of the line. At most `budget` steps
    in all.
    """
    draw = random.Random(0)
    visited = Visited()
    visited.came[graph.root, -1] = None
    visited.states[graph.root] = (graph.root, -1)
    longest, total = 20, 0
    while visited.runs < runs and total < budget:
        path, ended = _sampled_run(graph, draw, longest, visited)
        visited.runs += 1
        total += len(path) + 1
        longest = max(longest, len(path))
        if ended is not None:
            visited.ends[ended] = None
            if ended not in visited.paths or len(path) < len(visited.paths[ended]):
                visited.paths[ended] = path
    return visited


def _sampled_run(
    graph: Graph, draw: random.Random, longest: int, visited: Visited
) -> tuple[list[tuple[Field, int, int]], int | None]:
    state, last = graph.root, -1
    priorities: dict[int, float] = {}
    changes = {draw.randrange(longest): -1.0 - place for place in range(DEPTH - 1)}
    met = {state}
    path: list[tuple[Field, int, int]] = []
    lowest = -float(DEPTH)
    for count in range(LONGEST):
        moves: dict[int, Any] = {}
        for field, news in graph.successors(state):
            if field.index not in priorities:
                priorities[field.index] = draw.random()
            moves[field.index] = (field, news)
        if not moves:
            return path, state
        chosen = max(moves, key=priorities.__getitem__)
        if count in changes:
            priorities[chosen] = changes[count]
            chosen = max(moves, key=priorities.__getitem__)
        field, news = moves[chosen]
        index = draw.randrange(len(news))
        before = (state, last)
        state, last = news[index], chosen
        path.append((field, index, state))
        if state in met:
            lowest -= 1
            priorities[chosen] = lowest
        met.add(state)
        visited.came.setdefault((state, last), (before, index))
        visited.states.setdefault(state, (state, last))
    return path, None
