"""A sample of interleavings by PCT, where even those with few preemptions are too many."""

from __future__ import annotations

import random
from typing import Any

from lockstep.exploration.search.graph import Graph
from lockstep.exploration.search.shortest import PathStep
from lockstep.exploration.search.visited import Visited
from lockstep.exploration.search.watch import Interrupted, TimeIsUp

DEPTH = 3
RUNS = 1_000
LONGEST = 5_000  # steps of one sampled interleaving


def sample(graph: Graph, budget: int, runs: int = RUNS) -> Visited:
    """Interleavings by PCT: random priorities, lowered at DEPTH - 1 random moments; always the highest that can go
    on goes.

    Who comes back to a state of the same run is spinning, and goes to the end of the line. At most `budget` steps
    in all, and until the time is up or an interrupt comes.
    """
    draw = random.Random(0)
    visited = Visited()
    visited.came[graph.root, -1] = None
    visited.states[graph.root] = (graph.root, -1)
    longest, total = 20, 0
    while visited.runs < runs and total < budget:
        try:
            graph.watch.look(total)
            path, ended = _sampled_run(graph, draw, longest, visited)
        except (TimeIsUp, Interrupted) as early:
            visited.interrupted = isinstance(early, Interrupted)
            break
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
) -> tuple[list[PathStep], int | None]:
    state, last = graph.root, -1
    priorities: dict[int, float] = {}
    changes = {draw.randrange(longest): -1.0 - place for place in range(DEPTH - 1)}
    met = {state}
    path: list[PathStep] = []
    lowest = -float(DEPTH)
    for count in range(LONGEST):
        graph.watch.look(len(visited.states))
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
