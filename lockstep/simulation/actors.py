"""What the engine moves: processes, what each does next, and how a run can fail to end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from lockstep.standin.operation import Answer, Creation, Operation


class Stretch(NamedTuple):
    """What a process does next: it computes for `cpu` seconds, having created objects, and asks for an operation.

    Besides those of the stand-in's objects, operations are "process.start" (child, daemon, ends inherited),
    "process.join" (child), "process.exit" (exit code, queues it waits for), "process.is_alive" and its like (child),
    "time.sleep" (seconds) and "time.now". `line` is the learner's line that asks.
    """

    cpu: float
    operation: Operation
    created: tuple[Creation, ...] = ()
    line: str = ""


class Behaviour(Protocol):
    """What the processes do: the learner's code, or a log of it."""

    def begin(self, process: str) -> Stretch: ...

    def resume(self, process: str, answer: Answer) -> Stretch: ...

    def end(self, process: str) -> None:
        """The process was terminated."""


@dataclass(slots=True)
class Span:
    """A stretch of virtual time in which a process did one thing, in seconds since the beginning."""

    start: float
    end: float
    kind: str  # "computing", "communicating", "waiting"
    operation: str = ""
    objects: tuple[str, ...] = ()
    line: str = ""
    for_whom: str = ""  # the process whose act ended a wait: its end, its release, its message


@dataclass(slots=True, eq=False)
class Actor:
    """A process in the simulation."""

    identity: str
    parent: Actor | None
    daemon: bool
    born: float
    state: str = "unborn"  # computing, blocked, waking, exiting, exited
    stretch: Stretch | None = None
    turn: int = 0  # counts its moves: a timer set for an earlier one is stale
    since: float = 0.0
    receiving: float = 0.0  # CPU of taking the message with which the stretch begins
    asking: float = 0.0  # CPU of the operation with which it ends
    work: float = 0.0
    span: float = 0.0
    code: int | None = None  # its exit code once it has exited
    children: list[Actor] = field(default_factory=list)
    history: list[Span] = field(default_factory=list)
    looks: int = 0  # in a row at something that may change, and since when; see `costs.of_look`
    looking_since: float = 0.0
    awaited: str = ""  # who made it possible for it to go on
    unfed: list[Callable[[], None]] = field(default_factory=list)  # what its feeders do once it lets them


class Waiting(NamedTuple):
    """An end of a wait-for graph's arrows: a process that waits, for what, where, and for whom if that is known."""

    process: str
    operation: Operation
    line: str
    for_whom: tuple[str, ...]


class Deadlock(Exception):
    """Somebody waits, and nobody will ever do what they wait for."""

    def __init__(self, waiting: tuple[Waiting, ...], kinds: dict[str, str], time: float) -> None:
        super().__init__(waiting)
        self.waiting, self.kinds, self.time = waiting, kinds, time


class TooLong(Exception):
    """The simulation passed its limit of operations; a `Late` one that of CPU time."""


class Late(TooLong):
    """It took as much CPU time as it may."""
