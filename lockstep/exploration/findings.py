"""What an exploration found, behind the result that readers hold: ends by kind, and schedules that show them."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lockstep.checks.crashes import unpicklable
from lockstep.exploration.claims import Claim
from lockstep.exploration.schedule import Schedule, Step, Waiting
from lockstep.exploration.search.fairness import Circle, Moves, fair_circles, on_circles, once_round, to_a_circle
from lockstep.exploration.search.fields import Status
from lockstep.exploration.search.graph import Graph
from lockstep.exploration.search.shortest import PathStep, shortest
from lockstep.exploration.search.steps import Move
from lockstep.exploration.search.visited import Visited
from lockstep.exploration.starvation import Starving, starving
from lockstep.exploration.typed import Results, typed_key
from lockstep.exploration.wording import Words
from lockstep.standin.kinds import declared_object
from lockstep.standin.objects.processes import process_name
from lockstep.student.failure import CheckFailed
from lockstep.words import brief_value, enumerated

_STARTS = 100  # states of a circle from which a short way round is looked for
_SEARCH_LIMIT = 200_000  # (state, last actor) pairs looked at for a shorter schedule than the one a partial search took


UNPICKLABLE = "PicklingError: "  # before words that say what to do instead


class NotExplored(CheckFailed):
    """The program cannot be explored: it uses what is not covered, or depends on what cannot be seen."""


@dataclass(frozen=True)
class End:
    """How it ends in a state in which nobody can go on."""

    state: int
    ways: int | None
    deadlocked: bool
    returned: tuple[Any, ...] = ()  # (value,) if main returned
    crashes: tuple[tuple[str, str], ...] = ()  # (process, exception)
    main_crashed: bool = False
    left_running: bool = False

    @property
    def kind(self) -> str:
        """ "deadlock", "crashed" (main ended with an exception) or "returned"."""
        return "deadlock" if self.deadlocked else "returned" if self.returned else "crashed"


class Findings:
    """The ends of a program, how many ways lead to each, and how to show them.

    `interleavings` is None where they are without number, or were not all taken; `states` are those visited; `grows`
    says what grows without end.
    """

    def __init__(
        self,
        graph: Graph,
        ends: dict[int, int | None],
        visited: Visited | None,
        words: Words,
        claim: Claim,
        name: str,
        interleavings: int | None,
        grows: str = "",
    ) -> None:
        self.graph, self.visited, self.words, self.claim, self.name = graph, visited, words, claim, name
        self.ends = [self._end(state, ways) for state, ways in ends.items()]
        busy = visited is None and not graph.finite
        self.lost = graph.lost() if busy else set()
        self._turning = on_circles(graph) if busy else set()
        self.circles = list(fair_circles(self._turning, graph.successors))
        self.circling = frozenset[int]().union(*(circle.states for circle in self.circles))
        self.interleavings, self.grows = interleavings, grows
        self._sections: dict[str, dict[int, int]] = {}
        self._paths: dict[frozenset[int], list[PathStep]] = {}

    def results(self) -> Results:
        """The values that main returned, with their interleavings."""
        returned: dict[Hashable, tuple[Any, int | None]] = {}
        for end in self.ends:
            if end.kind == "returned":
                key = typed_key(end.returned[0])
                before = returned.get(key, (None, 0))[1]
                total = None if end.ways is None or before is None else before + end.ways
                returned[key] = (end.returned[0], total)
        return Results(list(returned.values()))

    @staticmethod
    def count(ends: Iterable[End]) -> int:
        """Interleavings; where they are without number, states."""
        return sum(1 if end.ways is None else end.ways for end in ends)

    @property
    def states(self) -> Collection[int]:
        return self.graph.depths if self.visited is None else self.visited.states

    def inside(self, section: str) -> dict[int, int]:
        """How many processes are inside the section, for every state met in which somebody is."""
        if section not in self._sections:
            locals_ = self.graph.automata.locals
            holders = []
            for field in self.graph.steps.fields.values():
                if field.kind == "process":
                    inside = {
                        number
                        for number, status in enumerate(field.values)
                        if status is not None and status.code is None and section in locals_[status.local].sections
                    }
                    if inside:
                        holders.append((field.shift, (1 << field.bits) - 1, inside))
            found = {}
            for state in self.states:
                count = sum(((state >> shift) & bits) in inside for shift, bits, inside in holders)
                if count:
                    found[state] = count
            self._sections[section] = found
        return self._sections[section]

    @cached_property
    def running_at_once(self) -> int:
        """The most processes, main not counted, that have been started and not exited in any state."""
        running = []
        for field in self.graph.steps.fields.values():
            if field.kind == "process" and field.name != "0":
                numbers = {n for n, status in enumerate(field.values) if status is not None and status.code is None}
                running.append((field.shift, (1 << field.bits) - 1, numbers))
        return max((sum((state >> shift) & bits in numbers for shift, bits, numbers in running) for state in self.states),
                   default=0)  # fmt: skip

    def sections(self) -> list[str]:
        """The names of all sections that processes enter."""
        return sorted({section for local in self.graph.automata.locals for section in local.sections})

    def processes(self) -> int:
        """How many processes were ever started, main not counted."""
        return sum(field.kind == "process" for field in self.graph.steps.fields.values()) - 1

    def operations(self) -> frozenset[str]:
        """The kinds of operations that processes come to."""
        return frozenset(local.operation.kind for local in self.graph.automata.locals if local.kind == "ask")

    def holder(self, state: int, name: str) -> str | None:
        """The process that holds this object, None if nobody does, or if it is none that is held."""
        kind = declared_object(self.graph.steps.fields[name].kind)
        value = self.graph.steps.value(state, name)
        return None if value is None else kind.holder(value)

    def crashed_and_lost(self) -> set[int]:
        """The states from which no end is reached any more, and in which a process has ended with an exception."""
        return {state for state in self.lost if self._crashes(state)}

    def _crashes(self, state: int) -> tuple[tuple[str, str], ...]:
        """The processes that have ended with an exception, and it."""
        found = []
        for process, status in self.graph.statuses(state).items():
            ended = self.graph.automata.locals[status.local].ended
            if ended and ended[0] == "raised" and status.code in (None, 1):
                found.append((process, _exception(str(ended[1]))))
        return tuple(found)

    def path_shown(self, goals: set[int]) -> list[PathStep]:
        """The steps of `path`; where they can go on for ever, then once round the circle in which they do."""
        path = self.path(goals)
        end = path[-1][2] if path else self.graph.root
        if end not in self.lost and end not in self.circling:
            return path
        way = to_a_circle(self.circles, end, self.graph.successors)
        start = way[-1][2] if way else end
        circle = next(circle for circle in self.circles if start in circle.states)
        return [*path, *way, *once_round(circle, start, self.graph.successors)]

    def round_shown(self, circle: Circle, moves: Moves) -> list[PathStep]:
        """The steps to a circle and once round it, where that takes the fewest steps."""
        start = self._where_short(circle, moves)
        return [*self.path({start}), *once_round(circle, start, moves)]

    def _where_short(self, circle: Circle, moves: Moves) -> int:
        states = sorted(circle.states, key=self.graph.depths.__getitem__)[:_STARTS]
        return min(states, key=lambda state: self.graph.depths[state] + len(once_round(circle, state, moves)))

    def livelock(self) -> tuple[str, set[int]]:
        """A circle that can be left, but not by whoever goes round: in words, and its state that is shown. There must be one."""
        circle = min((each for each in self.circles if not each.states <= self.lost), key=lambda each: len(each.states))
        start = self._where_short(circle, self.graph.successors)
        waiting = [
            process for process, status in self.graph.statuses(start).items()
            if status.code is None and process not in circle.moving and self.graph.automata.locals[status.local].kind == "ask"
        ]  # fmt: skip
        if not waiting:
            return "They can go on for ever, all of them moving and none of them getting anywhere (livelock):", {start}
        movers, others = self.named(circle.moving), self.named(waiting)
        verb = "waits" if len(waiting) == 1 else "wait"
        return f"{movers} can go on for ever and get nowhere, while {others} {verb} (livelock):", {start}

    def named(self, actors: Iterable[str]) -> str:
        """The processes among these actors."""
        fields = self.graph.steps.fields
        return enumerated([process_name(each) for each in sorted(actors) if fields[each].kind == "process"])

    def starving(self, section: str | None) -> Starving | None:
        """Somebody who can be kept out for ever, of this section or of any; where there are none, by whatever he waits for."""
        every = self.sections()
        return starving(self.graph, self._turning, every if section is None else [section], every)

    def path(self, goals: set[int]) -> list[PathStep]:
        """The path with the fewest context switches, then the fewest steps, to one of these states; searched for once."""
        known = frozenset(goals)
        if known not in self._paths:
            path = shortest(self.graph, goals, None if self.visited is None else _SEARCH_LIMIT)
            if path is None:
                assert self.visited is not None
                path = min((self.visited.path(state, self.graph) for state in goals), key=len)
            self._paths[known] = path
        return self._paths[known]

    def told(self, path: list[PathStep], title: str, starving: str = "") -> Schedule:
        """These steps, for readers; `starving` is a process that they keep out."""
        state, steps, last = self.graph.root, [], ""
        for field, index, after in path:
            move = self.graph.steps.in_full(state, field)[index]
            steps.append(self._step(state, after, move, bool(last) and move.actor != last))
            state, last = after, move.actor
        again = self.again(path)
        outcome = self._outcome(state)
        if starving:
            outcome = f"{process_name(starving)} has come no further."
        if again:
            outcome = f"{outcome} {self._repeated(path, again, starving)}".strip()
        return Schedule(title, tuple(steps), tuple(self._waiting(state)), outcome, again)

    def again(self, path: list[PathStep]) -> int:
        """The step with which a circle begins that ends with the path, 0 if none does."""
        states = [self.graph.root, *(after for _, _, after in path)]
        back = states.index(states[-1])
        return back + 1 if back < len(path) and states[-1] in self._turning else 0

    @staticmethod
    def _repeated(path: list[PathStep], again: int, starving: str) -> str:
        before = f"after step {again - 1}" if again > 1 else "at the beginning"
        steps = f"steps {again} to {len(path)}" if again < len(path) else f"step {again}"
        movers = dict.fromkeys(process_name(field.name) for field, _, _ in path[again - 1 :] if field.kind == "process")
        verb = "moves, and gets" if len(movers) == 1 else "move, and get"
        who = f": {enumerated(list(movers))} {verb} nowhere" if movers and not starving else ""
        return f"Now all is as it was {before}, so {steps} can be repeated for ever{who}."

    def _end(self, state: int, ways: int | None) -> End:
        statuses = self.graph.statuses(state)
        locals_ = self.graph.automata.locals
        main = statuses["0"]
        ended = locals_[main.local].ended
        return End(
            state,
            ways,
            any(status.code is None for status in statuses.values()),
            (ended[1],) if ended and ended[0] == "returned" else (),
            self._crashes(state),
            bool(ended) and ended[0] == "raised",
            main.left,
        )

    def _step(self, state: int, after: int, move: Move, switch: bool) -> Step:
        steps, words = self.graph.steps, self.words
        label, line = "", 0
        inside: tuple[str, ...] = ()
        if move.local is not None:
            where = self.graph.automata.locals[move.local].where
            label, line = where[0][:2] if where else ("", 0)
            status: Status = steps.value(after, move.actor)
            if status.code is None:
                inside = self.graph.automata.locals[status.local].sections
        changes, objects = [], []
        for name in move.operation.objects:
            kind = steps.fields[name].kind
            before, now = (words.value(steps.value(s, name), kind) for s in (state, after))
            objects.append((words.object(name), now))
            if before != now:
                changes.append((words.object(name), before, now))
        return Step(
            process_name(move.actor), label, line, words.line(label, line), words.operation(move.operation),
            words.answer(move.operation, move.answer), tuple(changes), tuple(objects), switch, inside,
        )  # fmt: skip

    def _waiting(self, state: int) -> Iterable[Waiting]:
        if not self.graph.stands_still(state):
            return
        for process, status in self.graph.statuses(state).items():
            if status.code is not None:
                continue
            local = self.graph.automata.locals[status.local]
            label, line = local.where[0][:2] if local.where else ("", 0)
            operation = self.words.operation(local.operation)
            if local.kind == "end":
                operation = "its children and its queues before it can exit"
            holder = ""
            for name in local.operation.objects:
                held_by = self.holder(state, name)
                holder = process_name(held_by) if held_by else holder
            yield Waiting(process_name(process), label, line, self.words.line(label, line), operation, holder)

    def _outcome(self, state: int) -> str:
        if state in self.lost:
            crashed = "".join(
                f"{process_name(process)} ended with {error}. " for process, error in self._crashes(state)
            )
            return f"{crashed}From here no end can be reached any more, although somebody can always go on (livelock)."
        if not self.graph.stands_still(state):
            return ""
        end = self._end(state, None)
        told = [f"{process_name(process)} ends with {error}." for process, error in end.crashes]
        if end.deadlocked:
            return " ".join([*told, "Nobody can go on: deadlock."])
        if end.returned:  # what clients' calls return is not main's result
            calls = any(local.call for local in self.graph.automata.locals)
            told.append(
                "Every call has come back." if calls else f"{self.name} returns {brief_value(end.returned[0])}."
            )
        if end.left_running:
            told.append("A process was still running when main was done.")
        return " ".join(told)


def _exception(text: str) -> str:
    """An exception as a reader is told it."""
    told = unpicklable(text)
    return f"{UNPICKLABLE}{told}" if told else text
