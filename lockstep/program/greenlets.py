"""Simulated processes as greenlets: the lower half of every machine that the stand-in's objects ask.

One process runs at a time, from the answer to an operation to its next operation. What an operation means, how long it
takes and who goes next is up to the machine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import greenlet

from lockstep.program import pickles
from lockstep.program.loading import Loadable
from lockstep.program.namespaces import Importing, Namespaces
from lockstep.program.watching import shared_object, time_limit
from lockstep.standin.machine import NotCovered, run_on
from lockstep.standin.objects.pipes import Connection
from lockstep.standin.objects.processes import MainProcess, Process

_PATIENCE = 50  # operations that a process which is being ended may still ask for
Line = tuple[str, int, str]  # label, line, function


class Life:
    """A simulated process in the middle of its program."""

    def __init__(self, identity: str, me: Process | MainProcess) -> None:
        self.identity = identity
        self.me = me  # as `current_process()` gives it
        self.namespaces: Namespaces
        self.greenlet: Any
        self.objects = self.processes = 0  # created by it so far
        self.started: list[Process] = []  # by it, and not joined yet
        self.queues: set[str] = set()  # that it puts into
        self.abandoned: set[str] = set()  # of which it does not wait for what is on its way
        self.dying = 0  # operations asked for while it is being ended, plus 1


class Starting(MainProcess):
    """The current process while its module is being loaded, before its Process object exists."""

    def __init__(self, identity: str, name: str, daemon: bool) -> None:
        self.identity, self.name, self.daemon = identity, name, daemon


class GreenletMachine:
    """What is the same for all machines whose processes are greenlets. Subclasses complete it to a `Machine`."""

    top_level_limit: float  # seconds of CPU that a program may compute at its top level, in every process anew

    def __init__(self, program: Loadable, given: Loadable, importing: Importing, options: dict[str, Any]) -> None:
        self.labels = program.labels | given.labels
        self.options = options
        self.spawning = False
        self._at_top_level = False
        self._programs, self._importing = (program, given), importing
        self._hub = greenlet.getcurrent()
        self._undead: list[Any] = []
        self._inherited: set[tuple[str, bool]] = set()
        self.now: Any = None  # the Life that runs

    # Between hub and process.

    def switch(self, life: Life, answer: Any) -> Any:
        """Lets a process run until it rests or ends; what it said then."""
        self.now = life
        run_on(self)  # type: ignore[arg-type]
        try:
            return life.greenlet.switch(answer)
        finally:
            run_on(None)

    def unwind(self, life: Life) -> None:
        """Ends a process in the middle of its program; what it does on its way out changes nothing."""
        life.dying = 1
        self.now = life
        run_on(self)  # type: ignore[arg-type]
        try:
            with suppress(NotCovered):
                life.greenlet.throw(greenlet.GreenletExit)
        finally:
            run_on(None)

    def rest(self, said: Any = None) -> Any:
        """Inside a process: says this to the hub, and comes back with an answer."""
        return self._hub.switch(said)

    def leave_if_dying(self, life: Life) -> None:
        """Inside a process that asks for an operation: goes on with its end, if that is what it is at."""
        if life.dying:
            life.dying += 1
            if life.dying > _PATIENCE:
                self._undead.append(life.greenlet)
                self._hub.switch()
            raise greenlet.GreenletExit

    def load(self, life: Life, payload: bytes | None) -> Callable[[], Any] | None:
        """Inside a process: gives it modules of its own and, unless it is main, its Process object, which to run."""
        life.namespaces = Namespaces(life.identity, *self._programs, self._importing, self._watching)
        if payload is None:
            return None
        life.me = pickles.load(payload, life.namespaces)
        return life.me.run

    @contextmanager
    def _watching(self, spent: float | None) -> Iterator[None]:
        """Within it, the top level of a program computes: it makes nothing that processes share, and does so soon."""
        self._at_top_level = True
        try:
            with time_limit(self.top_level_limit, spent):
                yield
        finally:
            self._at_top_level = False

    def refuse_at_top_level(self) -> None:
        """Raises NotAgain if what a process would do now is done by its top level."""
        if self._at_top_level:
            raise shared_object(self.labels, sys._getframe(2))

    def pickled(self, process: Process) -> tuple[bytes, tuple[tuple[str, bool], ...]]:
        """A process that is being started, and the ends of pipes (channel, is it read) that it inherits."""
        self.spawning = True
        self._inherited = set()
        try:
            payload = pickles.dump(process, self.now.namespaces)
        finally:
            self.spawning = False
        return payload, tuple(sorted(self._inherited))

    def lines(self, frame: Any, most: int) -> tuple[Line, ...]:
        """The learner's lines on the stack, innermost first."""
        return learner_lines(frame, self.labels, most)

    # What the stand-in's objects ask: see `lockstep.standin.machine.Machine`.

    def process(self) -> Process | MainProcess:
        me: Process | MainProcess = self.now.me
        return me

    def number_object(self) -> int:
        self.refuse_at_top_level()
        self.now.objects += 1
        number: int = self.now.objects
        return number

    def number_process(self) -> int:
        self.refuse_at_top_level()
        self.now.processes += 1
        number: int = self.now.processes
        return number

    def children(self) -> list[Process]:
        started: list[Process] = self.now.started
        return started

    def inherits(self, connection: Connection) -> None:
        if connection.reads is not None:
            self._inherited.add((connection.reads, True))
        if connection.writes is not None:
            self._inherited.add((connection.writes, False))

    def option(self, name: str) -> Any:
        return self.options[name]

    def puts_into(self, queue: str) -> None:
        self.now.queues.add(queue)

    def abandons(self, queue: str) -> None:
        self.now.abandoned.add(queue)

    def entered(self, section: str) -> None:
        pass

    def left(self, section: str) -> None:
        pass

    def called(self, client: int, number: int) -> None:
        pass

    def came_back(self, *outcome: Any) -> None:
        pass


def learner_lines(frame: Any, labels: Container[str], most: int) -> tuple[Line, ...]:
    """The lines of code with these labels on the stack from `frame` on, innermost first."""
    found: list[Line] = []
    while frame is not None and len(found) < most:
        code = frame.f_code
        if code.co_filename in labels:
            found.append((code.co_filename, frame.f_lineno, code.co_name))
        frame = frame.f_back
    return tuple(found)
