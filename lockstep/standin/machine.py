"""The machine that a simulated process runs on: what the objects of the stand-in ask of it.

The objects (`lockstep.standin.*`) never do anything themselves. They call the machine of the process that runs now,
so one set of classes serves the exhaustive machine (`lockstep.exploration`) and the one in virtual time
(`lockstep.simulation`). A machine sets itself as current before it lets a process run.
"""

from __future__ import annotations

from typing import Any, Protocol

from lockstep.standin.operation import Answer, Creation, Message, Operation


class Running(Protocol):
    """A process as the machine knows it: "0" is main, "0.1" its first child."""

    identity: str
    daemon: bool

    @property
    def name(self) -> str: ...

    @property
    def pid(self) -> int | None: ...


class NotCovered(BaseException):  # not an Exception, or `except Exception` in a program would hide it
    """The program uses something that this machine does not cover; the text names it and what to use instead."""


class Machine(Protocol):
    """What the stand-in's objects ask. Every method is called inside the process that runs now."""

    name: str
    """Who covers: "explore" or "simulate", for messages to the learner."""

    spawning: bool
    """Is a process being pickled now? Only then may objects of the stand-in be pickled."""

    def process(self) -> Running:
        """The process that runs now, as `current_process()` gives it."""

    def perform(self, operation: Operation) -> Answer:
        """Ask for an operation and wait for its answer; answers that are `Raised` come back as such."""

    def create(self, creation: Creation) -> None:
        """A new object exists from now on (invisible)."""

    def number_object(self) -> int:
        """The number of the next object that the current process creates, from 1."""

    def number_process(self) -> int:
        """The number of the next process that the current process constructs, from 1."""

    def start(self, process: Any) -> None:
        """Start a process: pickle it, give the copy its own module, let it run (invisible)."""

    def inherits(self, connection: Any) -> None:
        """A connection is among what is pickled for the process that is being started: it holds these ends too."""

    def children(self) -> list[Any]:
        """The processes that the current one has started and not joined; it keeps the list."""

    def join(self, process: Any) -> int:
        """Wait until a child has exited; its exit code (invisible)."""

    def pack(self, value: Any) -> Message:
        """Pickle a value. Raises RuntimeError for objects of the stand-in, what pickle raises otherwise."""

    def unpack(self, message: Message) -> Any:
        """A fresh copy of what was packed."""

    def performed(self, kept: str, call: Message, answer: Answer) -> Any:
        """What a call of something that a Manager keeps gave, a `Reply`, after this answer to its operation."""

    def option(self, name: str) -> Any:
        """A setting of the machine: "feeder" (bool), "pipe_capacity" (bytes)."""

    def puts_into(self, queue: str) -> None:
        """The current process is about to put into a queue: its exit has to wait for what is on its way there."""

    def abandons(self, queue: str) -> None:
        """The current process does not wait for what is on its way in a queue (`cancel_join_thread`)."""

    def entered(self, section: str) -> None:
        """The current process enters a section (invisible)."""

    def left(self, section: str) -> None:
        """The current process leaves a section (invisible)."""

    def called(self, client: int, number: int) -> None:
        """The current process, this client of an object, calls the method that is the `number`-th it calls (invisible)."""

    def came_back(self, *outcome: Any) -> None:
        """The call is over: "returned" and its value, or "raised" and the exception's class and text."""


class _Running:
    machine: Machine | None = None


def current() -> Machine:
    """The machine that runs now. Raises RuntimeError outside of one."""
    if _Running.machine is None:
        raise RuntimeError("the stand-in for multiprocessing works only inside `explore` or `simulate`")
    return _Running.machine


def running() -> bool:
    """Is there a machine that runs now? On the real machine there is none."""
    return _Running.machine is not None


def run_on(machine: Machine | None) -> None:
    """Set the machine that runs from now on in this interpreter (None: none)."""
    _Running.machine = machine


def not_covered(what: str, instead: str) -> NotCovered:
    """The exception for something that the current machine does not cover, by name."""
    return NotCovered(f"`{current().name}` does not cover {what}: {instead}")
