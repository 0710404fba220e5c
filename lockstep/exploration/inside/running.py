"""One simulated process, run from answer to answer in a greenlet: the machine that the stand-in's objects ask."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Callable
from typing import Any, NamedTuple

import greenlet

from lockstep.program import pickles
from lockstep.program.namespaces import Namespaces
from lockstep.program.pickles import Tokens
from lockstep.standin.machine import NotCovered, run_on
from lockstep.standin.objects.cells import no_views
from lockstep.standin.objects.pipes import Connection
from lockstep.standin.objects.processes import MainProcess, Process, given_name
from lockstep.standin.operation import Answer, Creation, Message, Operation
from lockstep.student.data import DataError, encode

_MESSAGE_LIMIT = 2_000
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_OWN_MODULE = re.compile(r"(?:^|(?<=<class '))(?:solution|given)\.")
_NO_BUFFER = re.compile(r"a bytes-like object is required, not 'Shared(?:Value|Array)'")
_PATIENCE = 50  # operations that a process which is being put away may still ask for


class Program(NamedTuple):
    """What a process runs: its place in the tree, and its pickled Process object (main: none). Equal ones run alike."""

    identity: str
    daemon: bool = False
    payload: bytes | None = None
    ends: tuple[tuple[str, bool], ...] = ()


class Rest(NamedTuple):
    """Where a process rests: before an operation, before a join, or at its end."""

    kind: str  # "ask", "join", "end"
    operation: Operation
    sections: tuple[str, ...]
    where: tuple[tuple[str, int, str], ...] = ()  # label, line, function; innermost first
    ended: tuple[Any, ...] = ()


class Run:
    """A process in the middle of its program. `advance` gives it an answer and lets it run to its next rest."""

    def __init__(self, program: Program, machine: ExploreMachine) -> None:
        self.program, self.machine = program, machine
        self.namespaces: Namespaces
        self.me: Process | MainProcess = MainProcess()
        self.objects = self.processes = 0
        self.effects: list[tuple[Any, ...]] = []
        self.active: list[str] = []
        self.visited: set[str] = set()
        self.queues: set[str] = set()
        self.abandoned: set[str] = set()
        self.ends: set[tuple[str, bool]] = set(program.ends)
        self.children: list[tuple[str, bool]] = []
        self.answers: list[Answer] = []
        self.rest: Rest | None = None
        self.dying = 0
        self.repeating = False  # on its way through a history that is known: nobody looks at where it rests
        self.greenlet = greenlet.greenlet(self._live)

    def advance(self, answer: Answer = None) -> Rest:
        """Runs to the next rest; `rest` and `effects` are new then."""
        self.effects = []
        self.rest = None
        self.visited = set(self.active)
        machine = self.machine
        machine.run = self
        run_on(machine)
        try:
            self.greenlet.switch(answer)
        finally:
            run_on(None)
            machine.run = None
        assert self.rest is not None
        return self.rest

    def put_away(self) -> None:
        """Ends the greenlet; what the program does while it is ended changes nothing."""
        self.dying = 1
        self.effects = []
        run_on(self.machine)
        self.machine.run = self
        try:
            self.greenlet.throw(greenlet.GreenletExit)
        finally:
            run_on(None)
            self.machine.run = None

    def sections(self) -> tuple[str, ...]:
        return tuple(sorted({*self.visited, *self.active}))

    def wait(self, kind: str, operation: Operation) -> Answer:
        """Inside the greenlet: rest, and come back with the answer."""
        if self.dying:
            self.dying += 1
            if self.dying > _PATIENCE:
                self.machine.undead.append(greenlet.getcurrent())
                self.machine.hub.switch()
            raise greenlet.GreenletExit
        if self.repeating:
            self.rest = Rest(kind, operation, ())
        else:
            self.rest = Rest(kind, operation, self.sections(), self.machine.where(sys._getframe(2)))
            self.machine.resting(self, sys._getframe(2))
        answer = self.machine.hub.switch()
        self.answers.append(answer)
        return answer

    def _live(self, _answer: Answer) -> None:
        try:
            ended = self._work()
        except greenlet.GreenletExit:
            return
        nothing = Operation("process.exit", (), (self.program.identity,))
        self.rest = Rest("end", nothing, self.sections(), (), ended)
        self.machine.resting(self, None)

    def _work(self) -> tuple[Any, ...]:
        try:
            self.namespaces = Namespaces(self.program.identity, self.machine.statements, self.machine.given)
            if self.program.payload is None:
                return _returned(self.machine.call_main(self.namespaces))
            self.me = pickles.load(self.program.payload, self.namespaces)
            self.me.run()  # type: ignore[union-attr]
            return ("returned", None, 0)
        except greenlet.GreenletExit:
            raise
        except NotCovered as error:
            return ("not covered", str(error), 1)
        except BaseException as error:
            if isinstance(error, SystemExit) and self.program.payload is not None:
                code = error.code
                return ("returned", None, code if isinstance(code, int) else 0 if code is None else 1)
            told = "".join(traceback.format_exception_only(error)).strip()[:_MESSAGE_LIMIT]
            told = _OWN_MODULE.sub("", _ADDRESS.sub("", told))  # an address differs from run to run, and says nothing
            if _NO_BUFFER.search(told):  # as numpy says of what has no memory of its own
                return ("not covered", str(no_views()), 1)
            return ("raised", told, 1, self.machine.trace(error))


def _returned(value: Any) -> tuple[Any, ...]:
    """The end of main with this value, if it can cross."""
    try:
        encode(value)
    except DataError as error:
        return ("not covered", f"`explore` compares what main returns, and {error}", 1)
    return ("returned", value, 0)


class ExploreMachine:
    """What the stand-in's objects ask while `explore` runs a process; it belongs to the learner's process."""

    name = "explore"

    def __init__(self, options: dict[str, Any], resting: Callable[[Run, Any], None]) -> None:
        self.options, self.resting = options, resting
        self.statements: Any = ()
        self.given: Any = ()
        self.labels: frozenset[str] = frozenset()
        self.call_main: Callable[[Namespaces], Any]
        self.tokens = Tokens()
        self.hub = greenlet.getcurrent()
        self.run: Run | None = None
        self.spawning = False
        self.undead: list[Any] = []

    @property
    def _now(self) -> Run:
        assert self.run is not None
        return self.run

    def process(self) -> Process | MainProcess:
        run = self._now
        return _Early(run.program) if run.program.payload is not None and run.me.identity == "0" else run.me

    def perform(self, operation: Operation) -> Answer:
        run = self._now
        answer = run.wait("ask", operation)
        if operation.kind == "pipe.close":
            done = set(zip(operation.objects, operation.arguments[0], strict=True))
            run.ends -= done
        return answer

    def create(self, creation: Creation) -> None:
        run = self._now
        where = () if run.repeating else self.where(sys._getframe(1))[:1]
        run.effects.append(("create", *creation, where))
        if creation.kind == "channel":
            run.ends |= {(creation.name, True), (creation.name, False)}

    def number_object(self) -> int:
        self._now.objects += 1
        return self._now.objects

    def number_process(self) -> int:
        self._now.processes += 1
        return self._now.processes

    def start(self, process: Process) -> None:
        run = self._now
        self.spawning = True
        self._inherited: set[tuple[str, bool]] = set()
        try:
            payload = pickles.dump(process, run.namespaces)
        finally:
            self.spawning = False
        ends = tuple(sorted(self._inherited))
        run.children.append((process.identity, process.daemon))
        run.effects.append(("start", Program(process.identity, process.daemon, payload, ends)))

    def inherits(self, connection: Connection) -> None:
        """A connection is among the arguments of the process that is being started."""
        if connection.reads is not None:
            self._inherited.add((connection.reads, True))
        if connection.writes is not None:
            self._inherited.add((connection.writes, False))

    def join(self, process: Process) -> int:
        code = self._now.wait("join", Operation("process.join", (), (process.identity,)))
        return int(code)

    def pack(self, value: Any) -> Message:
        return self.tokens.message(value, self._now.namespaces)

    def unpack(self, message: Message) -> Any:
        return self.tokens.value(message, self._now.namespaces)

    def option(self, name: str) -> Any:
        return self.options[name]

    def puts_into(self, queue: str) -> None:
        self._now.queues.add(queue)

    def abandons(self, queue: str) -> None:
        self._now.abandoned.add(queue)

    def entered(self, section: str) -> None:
        run = self._now
        run.active.append(section)
        run.visited.add(section)

    def left(self, section: str) -> None:
        run = self._now
        if not run.dying:
            run.active.remove(section)

    def where(self, frame: Any) -> tuple[tuple[str, int, str], ...]:
        """The learner's lines on the stack, innermost first."""
        found: list[tuple[str, int, str]] = []
        while frame is not None and len(found) < 8:
            code = frame.f_code
            if code.co_filename in self.labels:
                found.append((code.co_filename, frame.f_lineno, code.co_name))
            frame = frame.f_back
        return tuple(found)

    def trace(self, error: BaseException) -> tuple[tuple[str, int, str], ...]:
        """The learner's lines in an exception's traceback, innermost first."""
        lines = []
        step = error.__traceback__
        while step is not None:
            code = step.tb_frame.f_code
            if code.co_filename in self.labels:
                lines.append((code.co_filename, step.tb_lineno, code.co_name))
            step = step.tb_next
        return tuple(reversed(lines[-8:]))


class _Early(MainProcess):
    """The current process while its module is being loaded, before its Process object exists."""

    def __init__(self, program: Program) -> None:
        self.identity = program.identity
        self.name = given_name(program.identity)
        self.daemon = program.daemon
