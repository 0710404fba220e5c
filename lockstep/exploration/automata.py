"""The processes' local states on the checking side, as pure data, growing as answers come in."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

from lockstep.exploration.wire import from_wire, to_wire
from lockstep.standin.machine import NotCovered
from lockstep.standin.operation import Answer, Message, Operation
from lockstep.student.failure import StudentMissing, StudentRefused

_LONGEST = 64_000_000  # characters of all texts that are kept


class Unknown(Exception):
    """The learner's process has to be asked where this answer leads; with `local` -1: what a call makes of what is kept."""

    def __init__(self, local: int, answer: Answer) -> None:
        super().__init__(local, answer)
        self.local, self.answer = local, answer


class Local(NamedTuple):
    """A local state of a process, and what it asks for there."""

    number: int
    process: str
    daemon: bool
    kind: str  # "ask", "join", "end"
    operation: Operation
    sections: tuple[str, ...]
    where: tuple[tuple[str, int, str], ...]
    ended: tuple[Any, ...]
    queues: tuple[str, ...]
    abandoned: tuple[str, ...]
    ends: tuple[tuple[str, bool], ...]
    children: tuple[tuple[str, bool], ...]
    inherited: tuple[tuple[str, bool], ...]
    call: tuple[int, ...] = ()  # in a call of an object's client: which client, and its how manieth call


class Edge(NamedTuple):
    """Where an answer leads: objects created and processes started on the way, and the next local state.

    `came_back`: the outcome of the call of an object's client that is over with it, none or one.
    """

    created: tuple[tuple[str, str, Any, Any], ...]
    started: tuple[tuple[str, int], ...]
    after: int
    came_back: tuple[tuple[Any, ...], ...] = ()


class HiddenInput(Exception):
    """The program depends on something that differs from run to run."""


class Automata:
    """All local states known so far. `ask` gets the service's replies in."""

    def __init__(self, service: Any) -> None:
        self._service = service
        self.locals: list[Local] = []
        self.edges: dict[tuple[int, Any], Edge] = {}
        self.first_edges: dict[int, Edge] = {}
        self.calls: dict[tuple[Message, Message], tuple[Message, Message]] = {}
        self.texts: list[str] = []
        self._length = 0  # characters of all texts
        self.asked = 0.0  # when the last question went out
        self.asking = False
        self.closed = False  # nobody answers any more: what is not known stays so

    def begin(self, request: dict[str, Any]) -> int:
        """Asks for main's first local state; its number."""
        reply = self._ask({"do": "begin", **request})
        first: int = reply["first"]
        return first

    def extend(self, wanted: list[tuple[int, Answer]]) -> None:
        """Asks where these answers lead; they are known afterwards."""
        self._ask({"do": "extend", "pairs": [[number, to_wire(answer)] for number, answer in wanted]})
        for number, answer in wanted[:1]:
            if (answer not in self.calls) if number < 0 else ((number, answer) not in self.edges):
                raise StudentRefused("what came back is no answer to what was asked, which would be asked without end")

    def close(self) -> None:
        """Whoever answered goes away."""
        self.closed = True

    def replay(self, numbers: list[int]) -> None:
        """Has the histories of these local states run again. Raises HiddenInput if a process acts differently."""
        self._ask({"do": "replay", "locals": numbers})

    def edge(self, number: int, answer: Answer) -> Edge:
        """Raises Unknown for what has to be asked first."""
        found = self.edges.get((number, answer))
        if found is None:
            raise Unknown(number, answer)
        return found

    def call(self, kept: Message, call: Message) -> tuple[Message, Message]:
        """What a call makes of something that a Manager keeps, and its reply. Raises Unknown, too."""
        found = self.calls.get((kept, call))
        if found is None:
            raise Unknown(-1, (kept, call))
        return found

    def text(self, token: int) -> str:
        return self.texts[token]

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked, self.asking = time.monotonic(), True
        try:
            reply: dict[str, Any] = self._service.ask(request)
        except BaseException:
            self.closed = True  # an answer that comes late would be taken for that to another question
            raise
        finally:
            self.asking = False
        if "hidden" in reply:
            raise HiddenInput(str(reply["hidden"]))
        for told in reply["locals"]:
            identity, daemon, kind, operation, sections, where, ended, queues, ends, children, inherited, call = told
            local = Local(
                len(self.locals), str(identity), bool(daemon), str(kind), from_wire(operation), tuple(sections),
                tuple((str(a), int(b), str(c)) for a, b, c in where), tuple(ended), tuple(queues[0]), tuple(queues[1]),
                tuple((a, b) for a, b in ends), tuple((a, b) for a, b in children), from_wire(inherited),
                tuple(int(number) for number in call),
            )  # fmt: skip
            if local.kind == "end" and local.ended[0] == "not covered":
                raise NotCovered(str(local.ended[1]))
            if local.kind == "end" and local.ended[0] == "missing":
                raise StudentMissing(str(local.ended[1]))
            self.locals.append(local)
        for number, answer, effects, after, came_back in reply["edges"]:
            found = from_wire(effects)
            created = tuple(effect[1:] for effect in found if effect[0] == "create")
            started = tuple(effect[1:] for effect in found if effect[0] == "start")
            if number < 0:
                self.first_edges[-1 - number] = Edge(created, started, after)
            else:
                outcomes = tuple(map(tuple, came_back))
                self.edges[number, from_wire(answer)] = Edge(created, started, after, outcomes)
        for kept, call, after, answer in from_wire(reply["calls"]):
            self.calls[kept, call] = (after, answer)
        self.texts += map(str, reply["texts"])
        self._length += sum(map(len, reply["texts"])) + sum(
            len(line[2]) for told in reply["locals"] for line in told[5]
        )
        if self._length > _LONGEST:
            raise StudentRefused(f"what came back of its values and lines has more than {_LONGEST:,} characters")
        return reply
