"""All that a program can come to, without taking the same steps in every order: for programs with more states than the budget."""

from __future__ import annotations

from collections import deque

from lockstep.exploration.search.fields import Field
from lockstep.exploration.search.graph import Graph, OverBudget
from lockstep.exploration.search.independence import Independence
from lockstep.exploration.search.shortest import PathStep
from lockstep.exploration.search.steps import Steps
from lockstep.exploration.search.visited import Visited
from lockstep.exploration.search.watch import OFTEN, Interrupted

_LONGEST = 10_000  # steps taken alone one after the other


class NotReducible(Exception):
    """The program sees exits, has daemons, busy-waits, has store buffers, is clients' calls, or has no step that can be taken alone."""


class Reduced(Visited):
    """States that lead to every end, and through every combination of processes in sections."""

    def __init__(self, root: int) -> None:
        super().__init__()
        self.before: dict[int, tuple[int, tuple[PathStep, ...]] | None] = {root: None}

    def path(self, state: int, graph: Graph) -> list[PathStep]:
        """A way to this state that was really taken."""
        parts = []
        while (before := self.before[state]) is not None:
            state, steps = before
            parts.append(steps)
        return [step for steps in reversed(parts) for step in steps]


def reduced(graph: Graph, budget: int) -> Reduced:
    """Every end, crash and deadlock, and the most processes in every section. Raises NotReducible, OverBudget, TimeIsUp."""
    while True:
        known = Independence(graph.automata)
        in_order = any(local.daemon or local.call for local in graph.automata.locals)
        if type(graph.steps) is not Steps or not known.alone or in_order:
            raise NotReducible
        search = _Search(graph, known, budget)
        found: Reduced = graph.search(search.run)
        if found.interrupted or Independence(graph.automata).alone >= known.alone | search.assumed:
            return found
        # Somebody turned out to do what disturbs a step that was taken alone.


class _Search:
    """One search, with what is `known` of the local states whose step is taken alone; `assumed` are those met on the way."""

    def __init__(self, graph: Graph, known: Independence, budget: int) -> None:
        self._graph, self._known, self._budget = graph, known, budget
        self._locals = len(graph.automata.locals)
        self.assumed: set[int] = set()

    def run(self) -> Reduced:
        graph = self._graph
        if graph.exits_are_steps:
            raise NotReducible
        self._moving: dict[int, dict[int, bool]] = {}
        found = Reduced(graph.root)
        following: dict[int, list[int]] = {}
        try:
            self._search(found, following)
        except Interrupted:
            found.interrupted = True
        if not found.interrupted and _goes_round(following):
            raise NotReducible
        found.states = dict.fromkeys(found.before, (graph.root, -1))
        return found

    def _search(self, found: Reduced, following: dict[int, list[int]]) -> None:
        graph = self._graph
        root, first = self._ahead(graph.root, None)
        if first:
            found.before[root] = (graph.root, tuple(first))
        front = deque([root])
        while front:
            state = front.popleft()
            after = following[state] = []
            moves = list(graph.successors(state))
            # Whoever goes alone and is still here can go in several ways.
            alone = [move for move in moves if self._goes_alone(move[0], _number(state, move[0]))]
            for field, news in alone[:1] or moves:
                for index, new in enumerate(news):
                    last, more = self._ahead(new, field)
                    after.append(last)
                    if last not in found.before:
                        found.before[last] = (state, ((field, index, new), *more))
                        front.append(last)
            if not after:
                found.ends[state] = None
            if len(found.before) > self._budget:
                raise OverBudget
            if not len(following) % OFTEN:
                graph.watch.look(len(following))

    def _ahead(self, state: int, last: Field | None) -> tuple[int, list[PathStep]]:
        """Takes steps that can be taken alone, as long as there are any; `last` went before."""
        steps: list[PathStep] = []
        while True:
            fields = self._graph.steps.actors if last is None else [last, *self._graph.steps.actors]
            for field in fields:
                number = _number(state, field)
                if self._goes_alone(field, number):
                    found = self._graph.known(state, field, number)
                    if len(found) == 1:
                        state, last = state + found[0], field
                        steps.append((field, 0, state))
                        break
            else:
                return state, steps
            if len(steps) > _LONGEST:
                raise NotReducible

    def _goes_alone(self, field: Field, number: int) -> bool:
        known = self._moving.setdefault(field.index, {})
        found = known.get(number)
        if found is None:
            value = field.values[number] if field.kind == "process" else None
            found = known[number] = value is not None and value.code is None and self._is_alone(value.local)
        return found

    def _is_alone(self, local: int) -> bool:
        if local < self._locals:
            return local in self._known.alone
        if self._known.seems_alone(self._graph.automata.locals[local]):
            self.assumed.add(local)
            return True
        return False


def _number(state: int, field: Field) -> int:
    return (state >> field.shift) & ((1 << field.bits) - 1)


def _goes_round(following: dict[int, list[int]]) -> bool:
    before = dict.fromkeys(following, 0)
    for news in following.values():
        for new in news:
            before[new] += 1
    ready = [state for state, number in before.items() if not number]
    done = 0
    while ready:
        done += 1
        for new in following[ready.pop()]:
            before[new] -= 1
            if not before[new]:
                ready.append(new)
    return done < len(following)
