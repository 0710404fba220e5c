"""The machine that the stand-in's objects ask while `simulate` runs a program: CPU time is read, and time is virtual.

One process runs at a time. Between two operations its CPU time is read from the thread's clock, from which the cost of
the clock and of the stand-in itself is taken off.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable
from multiprocessing.managers import RemoteError
from typing import Any

import greenlet

from lockstep.program import pickles
from lockstep.program.greenlets import GreenletMachine, Life, Starting
from lockstep.program.loading import Loadable
from lockstep.program.namespaces import Namespaces
from lockstep.simulation.actors import Stretch
from lockstep.simulation.inside.own_costs import OwnCosts
from lockstep.standin.imports.timed import Exited
from lockstep.standin.machine import NotCovered, not_covered
from lockstep.standin.objects.mpi_messages import TIMED
from lockstep.standin.objects.processes import MainProcess, Process
from lockstep.standin.objects.proxies import PROXIED, Reply, perform
from lockstep.standin.operation import Answer, Creation, Message, Operation
from lockstep.standin.timed.numpy_random import NumpyRandom
from lockstep.student.inside.references import NotThere

_HEADER = 4  # bytes that a pipe spends on the length of a message
_MESSAGE_LIMIT = 2_000  # characters of an exception's text that a report can use
_MOST_HELD = 1 << 30  # bytes of messages that nobody has taken
_OPEN = ("cores", "memory")  # through these a process learns more than the answers it gets


class TimedLife(Life):
    """A process in the middle of its program, and the CPU time of its current stretch."""

    def __init__(self, identity: str, me: Process | MainProcess, body: Callable[[TimedLife], Any]) -> None:
        super().__init__(identity, me)
        self.created: list[Creation] = []
        self.loaded = False  # what its module does until then is no computing of the program's
        self.since = 0  # the thread's CPU clock when it began to compute, in ns
        self.cpu = 0  # ns of CPU in this stretch before `since`
        self.last = ""  # the kind of operation that it asked for last
        self.declared = 0.0  # seconds of CPU in this stretch that the program declared
        self.pools: list[Any] = []  # and executors that it opened
        self.greenlet = greenlet.greenlet(lambda _answer: body(self))


class SimulateMachine(GreenletMachine):
    """Processes by identity, as the engine moves them: a `lockstep.simulation.engine.Behaviour`."""

    name = "simulate"
    top_level_limit = 0.5

    def __init__(
        self,
        program: Loadable,
        given: Loadable,
        call_main: Callable[[Namespaces], Any],
        cores: int,
        pipe_capacity: int,
        own: OwnCosts,
        measured: bool = True,
        ranks: int = 0,
    ) -> None:
        """`own`: what the stand-in takes, which no process is charged with. Not `measured`: only declared work takes time."""
        self.numpy_random = NumpyRandom()
        options = {"feeder": False, "pipe_capacity": pipe_capacity, "cores": cores, "memory": {}, "ranks": ranks,
                   "mpi": TIMED}  # fmt: skip
        super().__init__(program, given, self.numpy_random.importing, options)
        self._call_main, self._own, self._measured = call_main, own, measured
        self._lives: dict[str, TimedLife] = {}
        self._stopped: list[TimedLife] = []  # by a signal
        self._payloads: dict[str, tuple[bytes, str, bool]] = {}
        self._messages: dict[int, bytes] = {}
        self._held = 0  # bytes of these
        self._kept: dict[str, Any] = {}  # by a Manager
        self._sent = 0
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
            me = Starting(process, *self._payloads[process][1:])
        self._lives[process] = TimedLife(process, me, self._live)
        return self.resume(process, None)

    def resume(self, process: str, answer: Answer) -> Stretch:
        self.numpy_random.give_to(process)
        life = self._lives[process]
        stretch: Stretch = self.switch(life, answer)
        if life.greenlet.dead:
            del self._lives[process]  # with its modules: a program can have many processes, one after the other
        return stretch

    def end(self, process: str) -> None:
        """It stops where it is: what it would do on its way out, in a `finally:`, it never does."""
        if process in self._lives:  # else it has not begun
            self._stopped.append(self._lives.pop(process))

    def close(self) -> None:
        """Unwinds whatever has not come to its end, now that nobody sees what it does."""
        for life in (*self._stopped, *self._lives.values()):
            if not life.greenlet.dead:
                self.unwind(life)
        self._lives.clear()

    # What the stand-in's objects ask.

    def perform(self, operation: Operation) -> Answer:
        spent = time.thread_time_ns()
        life: TimedLife = self.now
        self.leave_if_dying(life)
        life.cpu += spent - life.since
        answer: Answer = self.rest(self._stretch(life, operation, self._line(sys._getframe(2))))
        life.since = time.thread_time_ns()
        if life.pools and _passes_time(operation):
            self._tend(life)
        return answer

    def create(self, creation: Creation) -> None:
        self.now.created.append(creation)
        if creation.kind == PROXIED:
            self._kept[creation.name] = self.unpack(creation.value)

    def performed(self, kept: str, call: Message, answer: Answer) -> Reply:
        self.closed = False
        reply = perform(self._kept[kept], self.unpack(call))
        try:
            return self.unpack(self.pack(reply))  # type: ignore[no-any-return]
        except Exception as error:
            return Reply(None, RemoteError(str(error)))

    def start(self, process: Process) -> None:
        life = self.now
        life.cpu += time.thread_time_ns() - life.since
        try:
            payload, ends = self.pickled(process)
        finally:
            life.since = time.thread_time_ns()  # what starting costs is known; this copy is ours
        self._payloads[process.identity] = (payload, process.name, process.daemon)
        self.perform(Operation("process.start", (), (process.identity, process.daemon, ends)))

    def join(self, process: Process) -> int:
        code: int = self.perform(Operation("process.join", (), (process.identity,)))
        return code

    def pack(self, value: Any) -> Message:
        data = pickles.dump(value, self.now.namespaces)
        self._sent += 1
        self._messages[self._sent] = data
        self._held += len(data)
        if self._held > _MOST_HELD:
            raise not_covered(
                "more than 1 GB of messages that nobody has taken", "take them, or simulate a smaller case"
            )
        return Message(self._sent, _HEADER + len(data))

    def unpack(self, message: Message) -> Any:
        data = self._messages.pop(message.token)
        self._held -= len(data)
        return pickles.load(data, self.now.namespaces)

    def option(self, name: str) -> Any:
        if name == "pools":
            return self.now.pools
        self.closed = self.closed and name not in _OPEN
        return super().option(name)

    def declare(self, seconds: float) -> None:
        """The process computes for so many seconds."""
        self.now.declared += seconds
        self.declared_in_all += seconds

    # A process's life.

    def _tend(self, life: TimedLife) -> None:
        """Pools do now what their threads have done while time passed: they take results, and call back."""
        pools, life.pools = life.pools, []  # a callback that sleeps does not come here again
        try:
            for pool in pools:
                pool.tend()
        finally:
            life.pools = pools + life.pools

    def _stretch(self, life: TimedLife, operation: Operation, line: str) -> Stretch:
        own = self._own.of_stretch(life.last, operation.kind)
        measured = max(0.0, life.cpu - own) * 1e-9 if self._measured and life.loaded else 0.0
        stretch = Stretch(measured + life.declared, operation, tuple(life.created), line)
        life.cpu, life.declared, life.created, life.last = 0, 0.0, [], operation.kind
        return stretch

    def _live(self, life: TimedLife) -> Stretch:
        try:
            code = self._ended(life)
        except greenlet.GreenletExit:
            return Stretch(0.0, Operation("process.exit"))
        life.cpu += time.thread_time_ns() - life.since
        queues = tuple(sorted(life.queues - life.abandoned))
        return self._stretch(life, Operation("process.exit", (), (code, queues)), "")

    def _ended(self, life: TimedLife) -> int:
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

    def _work(self, life: TimedLife) -> None:
        try:
            run = self.load(life, None if life.identity == "0" else self._payloads.pop(life.identity)[0])
        finally:
            life.loaded = True  # also where an argument cannot be unpickled
            life.since = time.thread_time_ns()
        if run is None:
            self.result = self._call_main(life.namespaces)
        else:
            run()

    def _note_failure(self, life: TimedLife, error: BaseException) -> None:
        classes = tuple(kind.__name__ for kind in type(error).__mro__ if kind is not object)
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in self.labels]
        lines = ["Traceback (most recent call last):\n", *traceback.format_list(frames)]
        text = "".join([*lines, *traceback.format_exception_only(error)])[-10 * _MESSAGE_LIMIT :]
        message = str(error)[:_MESSAGE_LIMIT]
        if life.identity == "0":
            self.error = (classes, message, text)
        else:
            self.failures.append((life.identity, classes[0], message, text))

    def _line(self, frame: Any) -> str:
        """The learner's line that asks: "In[3]:12"."""
        return next((sys.intern(f"{label}:{number}") for label, number, _ in self.lines(frame, 1)), "")


def _passes_time(operation: Operation) -> bool:
    return operation.kind == "time.sleep" or (operation.patience is not None and operation.kind != "pool.result")
