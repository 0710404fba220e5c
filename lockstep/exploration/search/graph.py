"""Every state that a program can come to, level by level, and the exact number of ways to each end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lockstep.exploration.automata import Automata, Unknown
from lockstep.exploration.search.backwards import all_leading_to
from lockstep.exploration.search.fields import Field, Status, Widen
from lockstep.exploration.search.growth import plainly_endless
from lockstep.exploration.search.steps import ExitsAreSteps, Steps
from lockstep.exploration.search.watch import OFTEN, Watch

_SUSPICIOUS = 128  # steps of an interleaving after which one asks whether it ends


class OverBudget(Exception):
    """The program has more states than the budget, or plainly has them without end."""


class Graph:
    """The states of a program. Explored once; afterwards it answers from its tables alone."""

    def __init__(
        self, automata: Automata, first: int, budget: int, capacity: int, watch: Watch, steps: type[Steps] = Steps
    ) -> None:
        self._steps = steps
        self.automata, self.first, self.budget, self.watch = automata, first, budget, watch
        self.widths: dict[str, int] = {}
        self.exits_are_steps = False
        self._capacity = capacity
        self.steps = self._steps(self.automata, self.widths, self.exits_are_steps, self._capacity)
        self.root = 0
        self.depths: dict[int, int] = {}  # every state, and the fewest steps to it
        self.ends: dict[int, int | None] = {}  # states in which nobody can go on, and the interleavings that come there
        self.finite = True  # no cycles: interleavings can be counted
        self.graded = True  # every state is always the same number of steps from the root

    def explore(self) -> None:
        """Finds all states and counts. Raises OverBudget, TimeIsUp and Interrupted: `depths` and `ends` hold the beginning."""
        self._anew(self._breadth_first)

    def search(self, work: Callable[[], Any]) -> Any:
        """Does a partial search by other means, starting anew whenever fields must be wider or exits be steps."""
        return self._anew(work)

    def successors(self, state: int) -> Iterator[tuple[Field, tuple[int, ...]]]:
        """Each actor that can go on, and the states that its steps lead to; those that are known, when nobody is there to answer."""
        for field in self.steps.actors:
            number = (state >> field.shift) & ((1 << field.bits) - 1)
            row = field.rows[number]
            if row is not None:
                found = row.moves.get(state & row.mask)
                if found is None:
                    found = self.known(state, field, number)
                if found:
                    yield field, tuple(state + difference for difference in found)

    def known(self, state: int, field: Field, number: int) -> tuple[int, ...]:
        """The differences that an actor's steps make, asking the learner's process if need be; none where nobody answers."""
        while True:
            try:
                return self.steps.moves(state, field, number)
            except (Unknown, Widen, ExitsAreSteps) as found:
                if self.automata.closed:  # the last two are of a state that a search of a part has not seen
                    return ()
                if not isinstance(found, Unknown):
                    raise
                self.automata.extend([(found.local, found.answer)])

    def stands_still(self, state: int) -> bool:
        """Can nobody go on, for certain?"""
        try:
            for field in self.steps.actors:
                number = (state >> field.shift) & ((1 << field.bits) - 1)
                if field.rows[number] is not None and self.steps.moves(state, field, number):
                    return False
        except Unknown:
            return False
        return True

    def statuses(self, state: int) -> dict[str, Status]:
        """Where every process is that has been started."""
        found = {}
        for field in self.steps.fields.values():
            if field.kind == "process":
                status = self.steps.value(state, field.name)
                if status is not None:
                    found[field.name] = status
        return found

    def all_exited(self, state: int) -> bool:
        return all(status.code is not None for status in self.statuses(state).values())

    def _anew(self, work: Callable[[], Any]) -> Any:
        while True:
            self.depths, self.ends, self.finite, self.graded = {}, {}, True, True
            self.steps = self._steps(self.automata, self.widths, self.exits_are_steps, self._capacity)
            try:
                self.root = self._initial()
                return work()
            except Widen as widen:
                name = str(widen)
                self.widths[name] = self.steps.fields[name].bits + 4
            except ExitsAreSteps:
                self.exits_are_steps = True

    def _initial(self) -> int:
        while True:
            try:
                return self.steps.initial(self.first)
            except Unknown as unknown:
                self.automata.extend([(unknown.local, unknown.answer)])

    def _breadth_first(self) -> None:
        depths = self.depths
        depths[self.root] = 0
        level: dict[int, int] = {self.root: 1}
        ends = self.ends
        depth, suspicious = 0, _SUSPICIOUS
        while level:
            depth += 1
            after = self._level(level, ends)
            if depths.keys().isdisjoint(after):
                for state in after:
                    depths[state] = depth
            else:
                # A state met at two depths: the ways to it are counted when all states are known.
                self.graded = False
                after = {state: 1 for state in after if state not in depths}
                for state in after:
                    depths[state] = depth
            if len(depths) > self.budget:
                raise OverBudget
            self.watch.look(len(depths))
            if depth >= suspicious or len(depths) >= 64 * suspicious:
                suspicious *= 2
                if plainly_endless(self.automata, self.steps):
                    raise OverBudget
            level = after
        if not self.graded:
            self._count_any_order()

    def _level(self, level: dict[int, int], ends: dict[int, int | None]) -> dict[int, int]:
        """The states one step after these, and in how many ways they are come to."""
        after: dict[int, int] = {}
        waiting = level
        actors = self.steps.actors
        room = 2 * self.budget
        soon = min(OFTEN, room + 1)
        while waiting:
            postponed: dict[int, int] = {}
            wanted: dict[tuple[int, Any], None] = {}
            for state, ways in waiting.items():
                found: list[int] = []
                try:
                    for field in actors:
                        number = (state >> field.shift) & ((1 << field.bits) - 1)
                        row = field.rows[number]
                        if row is not None:
                            moves = row.moves.get(state & row.mask)
                            if moves is None:
                                moves = self.steps.moves(state, field, number)
                            if moves:
                                found += moves
                except Unknown as unknown:
                    postponed[state] = ways
                    wanted[unknown.local, unknown.answer] = None
                    continue
                if not found:
                    ends[state] = ways
                for difference in found:
                    new = state + difference
                    after[new] = after.get(new, 0) + ways
                width = len(after)
                if width >= soon:
                    soon = min(width + OFTEN, room + 1)
                    if width > room:
                        raise OverBudget
                    self.watch.look(len(self.depths))
            if wanted:
                self.automata.extend(list(wanted))
                self.watch.look(len(self.depths))
            waiting = postponed
        return after

    def _count_any_order(self) -> None:
        """Counts ways in an order in which every state comes after those before it; there is none if there is a
        cycle."""
        following = {state: [new for _, news in self.successors(state) for new in news] for state in self.depths}
        before = dict.fromkeys(self.depths, 0)
        for news in following.values():
            for new in news:
                before[new] += 1
        ways = dict.fromkeys(self.depths, 0)
        ways[self.root] = 1
        ready = [self.root] if before[self.root] == 0 else []
        done = 0
        while ready:
            state = ready.pop()
            done += 1
            for new in following[state]:
                ways[new] += ways[state]
                before[new] -= 1
                if before[new] == 0:
                    ready.append(new)
        self.finite = done == len(self.depths)
        self.ends = {state: ways[state] if self.finite else None for state, news in following.items() if not news}

    def leading_to(self, goals: set[int]) -> set[int]:
        """The states from which one of these can be come to; only after a whole exploration."""
        found = set(goals)
        changed = True
        while changed:
            changed = False
            # Deeper states first: where no step leads back to a lower depth, once is enough.
            for state in reversed(self.depths):
                if state not in found and self._leads_to(state, found):
                    found.add(state)
                    changed = True
            changed = changed and not self.graded
        return found

    def _leads_to(self, state: int, goals: set[int]) -> bool:
        for field in self.steps.actors:
            number = (state >> field.shift) & ((1 << field.bits) - 1)
            row = field.rows[number]
            if row is not None:
                moves = row.moves.get(state & row.mask)
                if moves is None:
                    moves = self.known(state, field, number)
                for difference in moves:
                    if state + difference in goals:
                        return True
        return False

    def lost(self) -> set[int]:
        """The states from which nobody can come to any end, although there is always somebody who can go on."""
        if self.finite:
            return set()
        before: dict[int, list[int]] = {}
        for state in self.depths:
            for _, news in self.successors(state):
                for new in news:
                    before.setdefault(new, []).append(state)
        return self.depths.keys() - all_leading_to(self.ends, before)
