"""What a search met that did not take all interleavings."""

from __future__ import annotations

from collections import deque

from lockstep.exploration.search.graph import Graph
from lockstep.exploration.search.shortest import PathStep

Pair = tuple[int, int]  # a state, and the index of the actor that went last (-1: nobody)


class Visited:
    """What a partial search met: states, the ends among them, and a path to each."""

    def __init__(self) -> None:
        self.states: dict[int, Pair] = {}  # each with how it was first met
        self.ends: dict[int, int | None] = {}
        self.came: dict[Pair, tuple[Pair, int] | None] = {}
        self.paths: dict[int, list[PathStep]] = {}
        self.runs = 0
        self.interrupted = False

    def path(self, state: int, graph: Graph) -> list[PathStep]:
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


class Beginning(Visited):
    """The states that a search of all of them met before it had to stop: those that take the fewest steps."""

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.states = dict.fromkeys(graph.depths, (graph.root, -1))
        self.ends = dict.fromkeys(graph.ends)

    def path(self, state: int, graph: Graph) -> list[PathStep]:
        """A shortest way to this state."""
        came: dict[int, tuple[int, PathStep]] = {}
        front = deque([graph.root])
        while state != graph.root and state not in came:
            here = front.popleft()
            for field, news in graph.successors(here):
                for index, new in enumerate(news):
                    if new not in came and new in self.states:
                        came[new] = (here, (field, index, new))
                        front.append(new)
        steps = []
        while state != graph.root:
            state, step = came[state]
            steps.append(step)
        return steps[::-1]
