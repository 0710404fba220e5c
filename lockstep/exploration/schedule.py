"""Schedules: the shortest way to a state that a reader should see, and its steps in words."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace
from typing import Any

from lockstep.exploration.search.graph import Graph
from lockstep.exploration.search.steps import Field

# One step of a path: the actor's field, which of its steps, and the state after it.
PathStep = tuple[Field, int, int]


@dataclass(frozen=True)
class Step:
    """One step of a schedule, for readers: who did what at which line, and what it changed."""

    process: str
    label: str
    line: int
    source: str
    operation: str
    answer: str
    changes: tuple[tuple[str, str, str], ...]  # object, before, after
    objects: tuple[tuple[str, str], ...]  # object touched, its value after
    switch: bool  # another process than before
    inside: tuple[str, ...] = ()  # the sections that the process is in after the step


@dataclass(frozen=True)
class Waiting:
    """A process that cannot go on when the schedule is over."""

    process: str
    label: str
    line: int
    source: str
    operation: str
    holder: str = ""


@dataclass(frozen=True)
class Schedule:
    """An interleaving, or the beginning of one, that shows something.

    `taken`: the findings it is from, its path, and the states that it was to come to. `bare`: it is shown as a still
    picture, with nothing of the program but its own steps.
    """

    title: str
    steps: tuple[Step, ...]
    waiting: tuple[Waiting, ...]
    outcome: str
    taken: tuple[Any, list[PathStep], frozenset[int]] | None = field(default=None, repr=False, compare=False)
    bare: bool = field(default=False, repr=False, compare=False)

    @property
    def switches(self) -> int:
        return sum(step.switch for step in self.steps)

    def _repr_html_(self) -> str:
        from lockstep.player.evidence import evidence_html  # the player imports schedules

        return evidence_html(self)

    def bared(self) -> Schedule:
        """The same, to be shown bare."""
        return replace(self, bare=True)

    def text(self) -> str:
        """Plain text, a line a step."""
        lines = [self.title]
        who = max([len(step.process) for step in self.steps] + [len(w.process) for w in self.waiting] + [4])
        what = max([len(step.operation) for step in self.steps] + [9])
        for number, step in enumerate(self.steps, 1):
            changed = ", ".join(f"{name}: {before} -> {after}" for name, before, after in step.changes)
            if not changed:
                changed = ", ".join(f"{name}: {value}" for name, value in step.objects)
            answer = f" gives {step.answer}" if step.answer else ""
            mark = ">" if step.switch else " "
            at = f"{step.label}, line {step.line}: {step.source}" if step.label else ""
            told = f"{step.operation}{answer}"
            inside = f"  [inside {', '.join(step.inside)}]" if step.inside else ""
            lines.append(f"{number:4} {mark} {step.process:{who}}  {told:{what}}  {changed}{inside}".rstrip())
            if at:
                lines.append(f"     {'':{who}}    {at}".rstrip())
        if not self.steps:
            lines.append("     from the very beginning: nothing shared was read, written or waited for before")
        for waiting in self.waiting:
            held = f", held by {waiting.holder}" if waiting.holder else ""
            at = f"  ({waiting.label}, line {waiting.line}: {waiting.source})" if waiting.label else ""
            lines.append(f"     - {waiting.process:{who}}  waits for {waiting.operation}{held}{at}")
        lines.append(self.outcome)
        return "\n".join(lines)


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
