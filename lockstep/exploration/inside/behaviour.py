"""What processes do next: local states, found by running the learner's code once for each new answer.

Runs in the learner's process. A local state is named by its history, or, where that is surely enough, by what the
process remembers (`lockstep.exploration.inside.remembering`); then different histories lead to one local state.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from lockstep.exploration.inside.clients import used_by
from lockstep.exploration.inside.running import ExploreMachine, Program, Rest, Run
from lockstep.exploration.typed import typed_key
from lockstep.program.loading import Loadable
from lockstep.program.namespaces import Namespaces
from lockstep.standin.declared import UNKNOWN, operation_kind
from lockstep.standin.mpi_when_used import run_ranks
from lockstep.standin.objects.processes import process_name
from lockstep.standin.operation import Answer, Message, Raised
from lockstep.student.inside.references import resolved

PARKED = 1_000  # runs kept waiting for their next answer
AHEAD = 400  # local states found ahead of being asked for, in one batch


class HiddenInput(Exception):
    """A process acted differently on the same answers."""


class Local:
    """A local state: how it was reached (for replaying), and what the process asks for there."""

    __slots__ = ("answer", "children", "edges", "ends", "number", "parent", "program", "queues", "rest")

    def __init__(self, number: int, program: Program, parent: Local | None, answer: Answer, run: Run) -> None:
        assert run.rest is not None
        self.number, self.program, self.parent, self.answer, self.rest = number, program, parent, answer, run.rest
        self.queues = tuple(sorted(run.queues)), tuple(sorted(run.abandoned))
        self.ends = tuple(sorted(run.ends))
        self.children = tuple(run.children)
        self.edges: dict[Hashable, int] = {}

    def history(self) -> list[tuple[Local, Answer]]:
        """The local states before this one, each with the answer that led on."""
        steps = []
        here = self
        while here.parent is not None:
            steps.append((here.parent, here.answer))
            here = here.parent
        return steps[::-1]


class Behaviour:
    """The local states of all processes of one program, and their edges."""

    def __init__(
        self,
        program: Loadable,
        given: Loadable,
        call_main: Callable[[Namespaces], Any],
        options: dict[str, Any],
        remember: Callable[[Run, Any], Hashable | None] = lambda run, frame: None,
    ) -> None:
        self.machine = ExploreMachine(program, given, call_main, options, self._resting)
        self._remember = remember
        self._memory: Hashable | None = None
        self.locals: list[Local] = []
        self._by_key: dict[Hashable, Local] = {}
        self._parked: OrderedDict[int, Run] = OrderedDict()
        self._starts: dict[Program, int] = {}
        self.news: list[Local] = []  # since the last batch was sent
        self.edges: list[tuple[int, Answer, list[Any], int, list[Any]]] = []  # likewise
        self.calls: list[tuple[Message, Message, Message, Message]] = []  # likewise: kept, call, kept after, reply

    def start(self, program: Program) -> int:
        """The number of the first local state of a process, found if it is new, with all that starting it starts."""
        if program not in self._starts:
            run = Run(program, self.machine)
            run.advance()
            effects = run.effects
            local = self._arrived(run, None, None)
            self._starts[program] = local.number
            # The first stretch has effects too: they are an edge without an answer from nowhere.
            self.edges.append((-1 - local.number, None, self._effects(effects), local.number, []))
        return self._starts[program]

    def extend(self, number: int, answer: Answer) -> None:
        """Finds out where this answer leads, and runs ahead while only one answer is usual."""
        for _ in range(AHEAD):
            number = self._extend_once(number, answer)
            rest = self.locals[number].rest
            answer = operation_kind(rest.operation.kind).usual
            if rest.kind == "end" or answer is UNKNOWN:
                return

    def call(self, kept: Message, call: Message) -> None:
        """Finds out what a call makes of something that a Manager keeps."""
        self.calls.append((kept, call, *self.machine.apply(kept, call)))

    def replay(self, number: int) -> None:
        """Runs the history of a local state again. Raises HiddenInput if the process acts differently."""
        local = self.locals[number]
        run = self._rerun(local)
        assert run.rest is not None
        self._compare(local.rest, run.rest, local)
        self._park(local, run)

    def _extend_once(self, number: int, answer: Answer) -> int:
        local = self.locals[number]
        known = local.edges.get(_typed(answer))
        if known is not None:
            return known
        run = self._parked.pop(number, None) or self._rerun(local)
        run.advance(answer)
        effects, came_back = run.effects, run.came_back
        after = self._arrived(run, local, answer)
        local.edges[_typed(answer)] = after.number
        self.edges.append((number, answer, self._effects(effects), after.number, came_back))
        return after.number

    def _arrived(self, run: Run, parent: Local | None, answer: Answer) -> Local:
        key: Hashable
        if self._memory is not None:
            key = (run.program, self._memory)
        elif parent is None:
            key = run.program
        else:
            key = (parent.number, _typed(answer))
        local = self._by_key.get(key)
        if local is None:
            local = Local(len(self.locals), run.program, parent, answer, run)
            self._by_key[key] = local
            self.locals.append(local)
            self.news.append(local)
        if local.rest.kind != "end" and local.number not in self._parked:
            self._park(local, run)
        elif local.rest.kind != "end":
            run.put_away()
        return local

    def _park(self, local: Local, run: Run) -> None:
        if run.rest is None or run.rest.kind == "end":
            return
        self._parked[local.number] = run
        while len(self._parked) > PARKED:
            _, oldest = self._parked.popitem(last=False)
            oldest.put_away()

    def _rerun(self, local: Local) -> Run:
        run = Run(local.program, self.machine)
        run.repeating = True
        rest = run.advance()
        for before, answer in local.history():
            self._compare(before.rest, rest, before)
            rest = run.advance(answer)
        self._compare(local.rest, rest, local)
        run.repeating = False
        return run

    def _compare(self, old: Rest, new: Rest, local: Local) -> None:
        same = (old.kind, old.operation) == (new.kind, new.operation)
        if not same or typed_key(old.ended[:2]) != typed_key(new.ended[:2]):
            raise HiddenInput(_difference(old, new, local.program.identity))

    def _resting(self, run: Run, frame: Any) -> None:
        self._memory = self._remember(run, frame)

    def _effects(self, effects: list[tuple[Any, ...]]) -> list[Any]:
        return [
            effect if effect[0] == "create" else ("start", effect[1].identity, self.start(effect[1]))
            for effect in effects
        ]


def _typed(answer: Answer) -> Hashable:
    """A key that tells True from 1 and 0.0 from -0.0."""
    return typed_key(answer) if not isinstance(answer, Raised) else answer


def _difference(old: Rest, new: Rest, identity: str) -> str:
    name = process_name(identity)
    where = next((f" ({rest.where[0][0]}, line {rest.where[0][1]})" for rest in (new, old) if rest.where), "")
    return (
        f"{name} acts differently on the same answers{where}: it depends on something that `explore` does not see, "
        f"such as the time, a file, random numbers without a seed or addresses (`id()`, the order of a set of objects); "
        f"pass it as an argument instead"
    )


def entry_point(request: dict[str, Any]) -> Callable[[Namespaces], Any]:
    """The call that a request asks for, with fresh arguments for every run."""
    asked = (request["function"], request["arguments"], request["keywords"])
    clients = request.get("clients")

    def call(namespaces: Namespaces) -> Any:
        function, arguments, keywords = resolved(asked, namespaces.named)
        if clients is not None:
            return used_by(function, arguments, keywords, clients)
        if request.get("ranks"):
            return run_ranks()(function, arguments, keywords)
        return function(*arguments, **keywords)

    return call
