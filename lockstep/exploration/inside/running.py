"""One simulated process, run from answer to answer: the machine that the stand-in's objects ask under `explore`."""

from __future__ import annotations

import itertools
import re
import sys
import traceback
from collections.abc import Callable
from multiprocessing.managers import RemoteError
from typing import Any, NamedTuple

import greenlet

from lockstep.program.greenlets import GreenletMachine, Life, Line, Starting
from lockstep.program.loading import Loadable
from lockstep.program.namespaces import Namespaces
from lockstep.program.pickles import Tokens
from lockstep.standin.imports.untimed import untimed_imports
from lockstep.standin.machine import NotCovered, not_covered
from lockstep.standin.objects.calls import CALL_ALONE
from lockstep.standin.objects.cells import no_views
from lockstep.standin.objects.processes import MainProcess, Process
from lockstep.standin.objects.proxies import Reply, perform
from lockstep.standin.objects.waiting import ACTIVE
from lockstep.standin.operation import Answer, Creation, Message, Operation
from lockstep.student.data import DataError, decode, encode
from lockstep.student.inside.references import NotThere
from lockstep.words import undefined

_MESSAGE_LIMIT = 2_000
_LINES = 8  # of a stack
_EPOCH = 1_700_000_000.0  # seconds since 1970
_APART = (400 * 24 * 60 + 61) * 60 + 1.0  # seconds: another year, month, weekday, hour, minute and second
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_OWN_MODULE = re.compile(r"(?:^|(?<=<class '))(?:solution|given|lockstep\.standin\.shared)\.")
_NO_BUFFER = re.compile(r"a bytes-like object is required, not 'Shared(?:Value|Array)'")


class Program(NamedTuple):
    """What a process runs: its place in the tree, and its pickled Process object (main: none). Equal ones run alike."""

    identity: str
    name: str = "MainProcess"
    daemon: bool = False
    payload: bytes | None = None
    ends: tuple[tuple[str, bool], ...] = ()


class Rest(NamedTuple):
    """Where a process rests: before an operation, before a join, or at its end."""

    kind: str  # "ask", "join", "end"
    operation: Operation
    sections: tuple[str, ...]
    where: tuple[Line, ...] = ()  # innermost first
    ended: tuple[Any, ...] = ()
    call: tuple[int, ...] = ()  # in a call of an object's client: which client, and its how manieth call


class Run(Life):
    """A process in the middle of its program. `advance` gives it an answer and lets it run to its next rest."""

    def __init__(self, program: Program, machine: ExploreMachine) -> None:
        me = MainProcess() if program.payload is None else Starting(program.identity, program.name, program.daemon)
        super().__init__(program.identity, me)
        self.program, self.machine = program, machine
        self.effects: list[tuple[Any, ...]] = []
        self.active: list[str] = []
        self.visited: set[str] = set()
        self.ends: set[tuple[str, bool]] = set(program.ends)
        self.children: list[tuple[str, bool]] = []
        self.answers: list[Answer] = []
        self.pools: list[Any] = []  # that it made; they are wound up at its end
        self.call: tuple[int, ...] = ()
        self.alone = False  # nothing was asked for since the call began
        self.came_back: list[tuple[Any, ...]] = []  # the outcome of a call that ended since the last rest
        self.rest: Rest | None = None
        self.repeating = False  # on its way through a history that is known: nobody looks at where it rests
        self._number = next(machine.runs)
        self._readings = 0
        self.slept = 0  # times since it last rested
        self.greenlet = greenlet.greenlet(self._live)
        machine.unfinished[self] = None

    def advance(self, answer: Answer = None) -> Rest:
        """Runs to the next rest; `rest` and `effects` are new then."""
        self.effects, self.came_back = [], []
        self.rest = None
        self.visited = set(self.active)
        self.machine.switch(self, answer)
        assert self.rest is not None
        if self.greenlet.dead:
            del self.machine.unfinished[self]
        return self.rest

    def read_clock(self) -> float:
        """Seconds since 1970: another date and another pace in every run."""
        self._readings += 1
        return _EPOCH + _APART * (self._number % 60) + self._readings * 10.0 ** (self._number % 6 - 3)

    def put_away(self) -> None:
        """Ends the greenlet; what the program does while it is ended changes nothing."""
        self.effects = []
        self.machine.unfinished.pop(self, None)
        self.machine.unwind(self)

    def sections(self) -> tuple[str, ...]:
        return tuple(sorted({*self.visited, *self.active}))

    def wait(self, kind: str, operation: Operation) -> Answer:
        """Inside the greenlet: rest, and come back with the answer."""
        machine = self.machine
        machine.leave_if_dying(self)
        self.slept = 0
        if self.repeating:
            self.rest = Rest(kind, operation, ())
        else:
            frame = sys._getframe(2)
            self.rest = Rest(kind, operation, self.sections(), machine.lines(frame, _LINES), (), self.call)
            machine.resting(self, frame)
        answer = machine.rest()
        self.alone = False
        self.answers.append(answer)
        return answer

    def _live(self, _answer: Answer) -> None:
        try:
            ended = self._work()
        except greenlet.GreenletExit:
            return
        nothing = Operation("process.exit", (), (self.program.identity,))
        self.rest = Rest("end", nothing, self.sections(), (), ended, self.call)
        self.machine.resting(self, None)

    def _work(self) -> tuple[Any, ...]:
        try:
            run = self.machine.load(self, self.program.payload)
            if run is None:
                return _returned(self._called(lambda: self.machine.call_main(self.namespaces)))
            self._called(run)
            return ("returned", None, 0)
        except greenlet.GreenletExit:
            raise
        except (NotCovered, NotThere) as error:
            return ("not covered" if isinstance(error, NotCovered) else "missing", str(error), 1)
        except BaseException as error:
            if isinstance(error, SystemExit) and self.program.payload is not None:
                code = error.code
                return ("returned", None, code if isinstance(code, int) else 0 if code is None else 1)
            if type(error) is NameError and error.name and self.machine.is_of_given(error):
                return ("missing", undefined(error.name), 1)  # the names of given code are known but for the learner's
            told = "".join(traceback.format_exception_only(error)).strip()[:_MESSAGE_LIMIT]
            told = _OWN_MODULE.sub("", _ADDRESS.sub("", told))  # an address differs from run to run, and says nothing
            if _NO_BUFFER.search(told):  # as numpy says of what has no memory of its own
                return ("not covered", str(no_views()), 1)
            return ("raised", told, 1, self.machine.trace(error))

    def _called(self, function: Callable[[], Any]) -> Any:
        """What the process does, and what Python does for its pools afterwards."""
        try:
            value = function()
        except (Exception, SystemExit):
            self._wind_up()
            raise
        self._wind_up()
        return value

    def _wind_up(self) -> None:
        for pool in self.pools:
            pool.wind_up()


def _returned(value: Any) -> tuple[Any, ...]:
    """The end of main with this value as it crosses, if it can: a class of the program's is another one in every run."""
    try:
        value = decode(encode(value))
    except DataError as error:
        return ("not covered", f"`explore` compares what main returns, and {error}", 1)
    return ("returned", value, 0)


class ExploreMachine(GreenletMachine):
    """What the stand-in's objects ask while `explore` runs a process; it belongs to the learner's process."""

    name = "explore"
    top_level_limit = 0.05  # there are many processes, and each runs many times

    def __init__(
        self,
        program: Loadable,
        given: Loadable,
        call_main: Callable[[Namespaces], Any],
        options: dict[str, Any],
        resting: Callable[[Run, Any], None],
    ) -> None:
        super().__init__(program, given, untimed_imports, options)
        self.call_main, self.resting = call_main, resting
        self._given_labels = given.labels - program.labels
        self.lists_children = program.mentions("active_children") or given.mentions("active_children")
        self.tokens = Tokens()
        self.unfinished: dict[Run, None] = {}
        self.runs = itertools.count()

    def close(self) -> None:
        """Ends all that rests, now and not when its memory is taken back, in the middle of what runs then."""
        for run in list(self.unfinished):
            run.put_away()

    def perform(self, operation: Operation) -> Answer:
        run: Run = self.now
        if operation.kind == "time.now":  # there is no time: what waits for a limited time only tries
            return (0.0, 0.0)
        if operation.kind == ACTIVE and not self.lists_children:
            raise not_covered("`active_children` in a module beside the program", "call it in the program itself")
        answer = run.wait("ask", operation)
        if operation.kind == "pipe.close":
            done = set(zip(operation.objects, operation.arguments[0], strict=True))
            run.ends -= done
        return answer

    def create(self, creation: Creation) -> None:
        run: Run = self.now
        where = () if run.repeating else self.lines(sys._getframe(1), 1)
        run.effects.append(("create", *creation, where))
        if creation.kind == "channel":
            run.ends |= {(creation.name, True), (creation.name, False)}

    def start(self, process: Process) -> None:
        run: Run = self.now
        payload, ends = self.pickled(process)
        run.children.append((process.identity, process.daemon))
        run.effects.append(("start", Program(process.identity, process.name, process.daemon, payload, ends)))

    def join(self, process: Process) -> int:
        code = self.now.wait("join", Operation("process.join", (), (process.identity,)))
        return int(code)

    def pack(self, value: Any) -> Message:
        self.refuse_at_top_level()
        return self.tokens.message(value, self.now.namespaces)

    def unpack(self, message: Message) -> Any:
        return self.tokens.value(message, self.now.namespaces)

    def option(self, name: str) -> Any:
        if name == "clock":
            return self.now.read_clock()
        if name == "sleeps":
            self.now.slept += 1
            return self.now.slept
        return self.now.pools if name == "pools" else super().option(name)

    def performed(self, kept: str, call: Message, answer: Answer) -> Reply:
        reply: Reply = self.unpack(answer)
        return reply

    def apply(self, kept: Message, call: Message) -> tuple[Message, Message]:
        """What a call makes of something that a Manager keeps, and its reply; all of them pickled."""
        thing = self.unpack(kept)
        reply = perform(thing, self.unpack(call))
        try:
            told = self.pack(reply)
        except Exception as error:
            told = self.pack(Reply(None, RemoteError(str(error))))
        return self.pack(thing), told

    def entered(self, section: str) -> None:
        run: Run = self.now
        run.active.append(section)
        run.visited.add(section)

    def left(self, section: str) -> None:
        run: Run = self.now
        if not run.dying:
            run.active.remove(section)

    def called(self, client: int, number: int) -> None:
        run: Run = self.now
        run.call, run.alone = (client, number), True

    def came_back(self, *outcome: Any) -> None:
        run: Run = self.now
        if run.alone:
            run.wait("ask", Operation(CALL_ALONE))
        try:
            encode(outcome)
        except DataError as error:
            raise NotCovered(f"`explore` compares what the object's methods return, and {error}") from None
        run.call = ()
        run.came_back.append(outcome)

    def is_of_given(self, error: BaseException) -> bool:
        """Was it raised in given code?"""
        *_, (frame, _line) = traceback.walk_tb(error.__traceback__)
        return frame.f_code.co_filename in self._given_labels

    def trace(self, error: BaseException) -> tuple[Line, ...]:
        """The learner's lines in an exception's traceback, innermost first."""
        lines = []
        step = error.__traceback__
        while step is not None:
            code = step.tb_frame.f_code
            if code.co_filename in self.labels:
                lines.append((code.co_filename, step.tb_lineno, code.co_name))
            step = step.tb_next
        return tuple(reversed(lines[-_LINES:]))
