"""Schedules: the shortest way to a state that a reader should see, and its steps in words."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

from lockstep.explore.graph import Graph
from lockstep.explore.steps import Field

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
    """An interleaving, or the beginning of one, that shows something."""

    title: str
    steps: tuple[Step, ...]
    waiting: tuple[Waiting, ...]
    outcome: str

    @property
    def switches(self) -> int:
        return sum(step.switch for step in self.steps)

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
        for waiting in self.waiting:
            held = f", held by {waiting.holder}" if waiting.holder else ""
            at = f"  ({waiting.label}, line {waiting.line}: {waiting.source})" if waiting.label else ""
            lines.append(f"     - {waiting.process:{who}}  waits for {waiting.operation}{held}{at}")
        lines.append(self.outcome)
        return "\n".join(lines)


def shortest(
    graph: Graph, goals: Container[int] | Callable[[int], bool], limit: int | None = None
) -> list[PathStep] | None:
    """The path to a goal with the fewest context switches, then the fewest steps (Dijkstra); None if there is none.

    `limit`: how many (state, last actor) pairs to look at before giving up.
    """
    reached = goals if callable(goals) else goals.__contains__
    # What was found: (state, last actor) -> (pair before, index of the step)
    came: dict[tuple[int, int], tuple[tuple[int, int], int] | None] = {(graph.root, -1): None}
    done: set[tuple[int, int]] = set()
    best: dict[tuple[int, int], tuple[int, int]] = {(graph.root, -1): (0, 0)}
    heap: list[tuple[int, int, int, tuple[int, int]]] = [(0, 0, 0, (graph.root, -1))]
    order = 0
    while heap:
        switches, count, _, here = heapq.heappop(heap)
        if here in done:
            continue
        done.add(here)
        if limit is not None and len(done) > limit:
            return None
        state, last = here
        if reached(state):
            return _path(graph, came, here)
        for field, news in graph.successors(state):
            cost = (switches + (field.index != last and last != -1), count + 1)
            for index, new in enumerate(news):
                pair = (new, field.index)
                if pair not in best or cost < best[pair]:
                    best[pair] = cost
                    came[pair] = (here, index)
                    order += 1
                    heapq.heappush(heap, (*cost, order, pair))
    return None


def _path(graph: Graph, came: dict[Any, Any], pair: tuple[int, int]) -> list[PathStep]:
    fields = {field.index: field for field in graph.steps.actors}
    steps: list[PathStep] = []
    while came[pair] is not None:
        before, index = came[pair]
        steps.append((fields[pair[1]], index, pair[0]))
        pair = before
    return steps[::-1]
