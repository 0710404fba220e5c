"""The learner's processes as greenlets: the machine that the stand-in's objects ask while `simulate` runs a program.

One process runs at a time. Between two operations its CPU time is read from the thread's clock, from which the cost of
the clock and of the stand-in itself is taken off.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import greenlet

from lockstep.program import pickles
from lockstep.program.namespaces import Namespaces, Statement
from lockstep.simulation.actors import Stretch
from lockstep.standin.imports.timed import Exited
from lockstep.standin.machine import NotCovered, run_on
from lockstep.standin.objects.pipes import Connection
from lockstep.standin.objects.processes import MainProcess, Process
from lockstep.standin.operation import Answer, Creation, Message, Operation
from lockstep.standin.timed.numpy_random import NumpyRandom

_HEADER = 4  # bytes that a pipe spends on the length of a message
_MESSAGE_LIMIT = 2_000  # characters of an exception's text that a report can use
_OPEN = ("cores", "memory")  # through these a process learns more than the answers it gets
_PATIENCE = 50  # operations that a process which is being ended may still ask for


class NotThere(BaseException):  # not an Exception, or it would count as one of the program's
    """The function to call is not there, or does not take these arguments."""


class Lives:
    """A process in the middle of its program."""

    __slots__ = (
        "abandoned", "cpu", "created", "declared", "dying", "greenlet", "identity", "me", "namespaces", "objects",
        "pools", "processes", "queues", "since",
    )  # fmt: skip

    def __init__(self, identity: str, me: Process | MainProcess, body: Callable[[Lives], Any]) -> None:
        self.identity, self.me = identity, me
        self.namespaces: Namespaces
        self.objects = self.processes = 0
        self.created: list[Creation] = []
        self.queues: set[str] = set()
        self.abandoned: set[str] = set()
        self.since = 0  # the thread's CPU clock when it began to compute, in ns
        self.cpu = 0  # ns of CPU in this stretch before `since`
        self.declared = 0.0  # seconds of CPU in this stretch that the program declared
        self.dying = 0
        self.pools: list[Any] = []  # and executors that it opened
        self.greenlet = greenlet.greenlet(lambda _answer: body(self))


class SimulateMachine:
    """Processes by identity, as the engine moves them: a `lockstep.simulation.engine.Behaviour`."""

    name = "simulate"

    def __init__(
        self,
        statements: tuple[tuple[Statement, ...], tuple[Statement, ...]],
        labels: frozenset[str],
        call_main: Callable[[Namespaces], Any],
        cores: int,
        pipe_capacity: int,
        own_cost: int,
        measured: bool = True,
    ) -> None:
        """`own_cost`: ns of the stand-in in every stretch. Not `measured`: only declared work takes time."""
        self._statements, self._labels, self._call_main = statements, labels, call_main
        self._own_cost, self._measured = own_cost, measured
        self._options = {"feeder": False, "pipe_capacity": pipe_capacity, "cores": cores, "memory": {}}
        self._hub = greenlet.getcurrent()
        self._lives: dict[str, Lives] = {}
        self._stopped: list[Lives] = []  # by a signal
        self._payloads: dict[str, tuple[bytes, str, bool]] = {}
        self._messages: dict[int, bytes] = {}
        self._sent = 0
        self._now: Lives
        self._inherited: set[tuple[str, bool]] = set()
        self._undead: list[Any] = []
        self.numpy_random = NumpyRandom()
        self.spawning = False
        self.closed = True  # see Log
        self.declared_in_all = 0.0  # seconds
        self.result: Any = None
        self.failures: list[tuple[str, str, str, str]] = []  # of children: identity, class, message, traceback
        self.error: tuple[tuple[str, ...], str, str] | None = None  # of main: class names, message, traceback

    # What the engine asks.

    def begin(self, process: str) -> Stretch:
        if process == "0":
            me: Process | MainProcess = MainProcess()
        else:
            me = _Early(process, *self._payloads[process][1:])
        self._lives[process] = Lives(process, me, self._live)
        return self.resume(process, None)

    def resume(self, process: str, answer: Answer) -> Stretch:
        self._now = life = self._lives[process]
        self.numpy_random.give_to(process)
        run_on(self)
        try:
            stretch: Stretch = life.greenlet.switch(answer)
        finally:
            run_on(None)
        return stretch

    def end(self, process: str) -> None:
        """It stops where it is: what it would do on its way out, in a `finally:`, it never does."""
        if process in self._lives:  # else it has not begun
            self._stopped.append(self._lives.pop(process))

    def close(self) -> None:
        """Unwinds whatever has not come to its end, now that nobody sees what it does."""
        for life in (*self._stopped, *self._lives.values()):
            if not life.greenlet.dead:
                self._unwind(life)
        self._lives.clear()

    def _unwind(self, life: Lives) -> None:
        life.dying = 1
        self._now = life
        run_on(self)
        try:
            with suppress(NotCovered):
                life.greenlet.throw(greenlet.GreenletExit)
        finally:
            run_on(None)

    # What the stand-in's objects ask.

    def process(self) -> Process | MainProcess:
        return self._now.me

    def perform(self, operation: Operation) -> Answer:
        spent = time.thread_time_ns()
        life = self._now
        if life.dying:
            life.dying += 1
            if life.dying > _PATIENCE:
                self._undead.append(life.greenlet)
                self._hub.switch()
            raise greenlet.GreenletExit
        life.cpu += spent - life.since
        answer = self._hub.switch(self._stretch(life, operation, self._line(sys._getframe(2))))
        life.since = time.thread_time_ns()
        if life.pools and _passes_time(operation):
            self._tend(life)
        return answer

    def create(self, creation: Creation) -> None:
        self._now.created.append(creation)

    def number_object(self) -> int:
        self._now.objects += 1
        return self._now.objects

    def number_process(self) -> int:
        self._now.processes += 1
        return self._now.processes

    def start(self, process: Process) -> None:
        life = self._now
        life.cpu += time.thread_time_ns() - life.since
        self.spawning = True
        self._inherited = set()
        try:
            payload = pickles.dump(process, life.namespaces)
        finally:
            self.spawning = False
            life.since = time.thread_time_ns()  # what starting costs is known; this copy is ours
        self._payloads[process.identity] = (payload, process.name, process.daemon)
        ends = tuple(sorted(self._inherited))
        self.perform(Operation("process.start", (), (process.identity, process.daemon, ends)))

    def inherits(self, connection: Connection) -> None:
        if connection.reads is not None:
            self._inherited.add((connection.reads, True))
        if connection.writes is not None:
            self._inherited.add((connection.writes, False))

    def join(self, process: Process) -> int:
        code: int = self.perform(Operation("process.join", (), (process.identity,)))
        return code

    def pack(self, value: Any) -> Message:
        data = pickles.dump(value, self._now.namespaces)
        self._sent += 1
        self._messages[self._sent] = data
        return Message(self._sent, _HEADER + len(data))

    def unpack(self, message: Message) -> Any:
        return pickles.load(self._messages.pop(message.token), self._now.namespaces)

    def option(self, name: str) -> Any:
        if name == "pools":
            return self._now.pools
        self.closed = self.closed and name not in _OPEN
        return self._options[name]

    def puts_into(self, queue: str) -> None:
        self._now.queues.add(queue)

    def abandons(self, queue: str) -> None:
        self._now.abandoned.add(queue)

    def entered(self, section: str) -> None:
        """Sections are for `explore`."""

    def left(self, section: str) -> None:
        """Sections are for `explore`."""

    def declare(self, seconds: float) -> None:
        """The process computes for so many seconds."""
        self._now.declared += seconds
        self.declared_in_all += seconds

    # A process's life.

    def _tend(self, life: Lives) -> None:
        """Pools do now what their threads have done while time passed: they take results, and call back."""
        pools, life.pools = life.pools, []  # a callback that sleeps does not come here again
        try:
            for pool in pools:
                pool.tend()
        finally:
            life.pools = pools + life.pools

    def _stretch(self, life: Lives, operation: Operation, line: str) -> Stretch:
        measured = max(0, life.cpu - self._own_cost) * 1e-9 if self._measured else 0.0
        stretch = Stretch(measured + life.declared, operation, tuple(life.created), line)
        life.cpu, life.declared, life.created = 0, 0.0, []
        return stretch

    def _live(self, life: Lives) -> Stretch:
        try:
            code = self._ended(life)
        except greenlet.GreenletExit:
            return Stretch(0.0, Operation("process.exit"))
        life.cpu += time.thread_time_ns() - life.since
        queues = tuple(sorted(life.queues - life.abandoned))
        return self._stretch(life, Operation("process.exit", (), (code, queues)), "")

    def _ended(self, life: Lives) -> int:
        """Works to the end and shuts down the executors that are still open, as Python does at exit; the exit code."""
        code = 1
        try:
            self._work(life)
            code = 0
        except (greenlet.GreenletExit, NotCovered, NotThere):
            raise
        except Exited as error:
            return error.status
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else int(error.code is not None)
        except BaseException as error:
            if not life.dying:
                self._note_failure(life, error)
        for pool in life.pools:
            pool.wind_up()
        return code

    def _work(self, life: Lives) -> None:
        life.namespaces = Namespaces(life.identity, *self._statements, self.numpy_random.importing)
        if life.identity == "0":
            life.since = time.thread_time_ns()
            self.result = self._call_main(life.namespaces)
        else:
            life.me = pickles.load(self._payloads[life.identity][0], life.namespaces)
            life.since = time.thread_time_ns()
            life.me.run()  # type: ignore[union-attr]

    def _note_failure(self, life: Lives, error: BaseException) -> None:
        classes = tuple(kind.__name__ for kind in type(error).__mro__ if kind is not object)
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in self._labels]
        lines = ["Traceback (most recent call last):\n", *traceback.format_list(frames)]
        text = "".join([*lines, *traceback.format_exception_only(error)])[-10 * _MESSAGE_LIMIT :]
        message = str(error)[:_MESSAGE_LIMIT]
        if life.identity == "0":
            self.error = (classes, message, text)
        else:
            self.failures.append((life.identity, classes[0], message, text))

    def _line(self, frame: Any) -> str:
        """The learner's line that asks: "In[3]:12"."""
        while frame is not None:
            if frame.f_code.co_filename in self._labels:
                return f"{frame.f_code.co_filename}:{frame.f_lineno}"
            frame = frame.f_back
        return ""


def _passes_time(operation: Operation) -> bool:
    return operation.kind == "time.sleep" or (operation.patience is not None and operation.kind != "pool.result")


class _Early(MainProcess):
    """The current process while its module is being loaded, before its Process object exists."""

    def __init__(self, identity: str, name: str, daemon: bool) -> None:
        self.identity, self.name, self.daemon = identity, name, daemon
