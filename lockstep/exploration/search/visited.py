"""What a search met that did not take all interleavings."""

from __future__ import annotations

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
