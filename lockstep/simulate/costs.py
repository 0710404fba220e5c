"""What operations cost on the machine that is simulated, in seconds, and the named profiles."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from lockstep.standin.operation import Message, Operation


@dataclass(frozen=True)
class Costs:
    """Costs of one machine. CPU occupies a core; a latency passes without one. All in seconds.

    They stand beside what is really executed in a simulation: pickling happens there, so `byte` is only the copy
    through the system.
    """

    name: str
    start: float = 0.0  # CPU of the parent in start()
    begin: float = 0.0  # latency from there to the child
    child: float = 0.0  # CPU of the child before its function and after it
    exit: float = 0.0  # latency from a child's end to join() in its parent
    message: float = 0.0  # CPU to send or receive one message
    queued: float = 0.0  # more of it at either end of a Queue, whose feeder is a thread
    byte: float = 0.0  # CPU for each of its bytes, at either end
    feed: float = 0.0  # latency of a Queue's feeder thread
    lock: float = 0.0  # CPU of an operation on a lock, semaphore, condition, event or shared value
    wake: float = 0.0  # latency from the end of a wait to the process that waited
    barrier: float = 0.0  # CPU of arriving at a barrier
    passing: float = 0.0  # latency that each process adds to those behind it when a barrier opens

    def of(self, operation: Operation, main: bool) -> float:
        """CPU seconds of an operation, beside the program's own code."""
        kind = operation.kind
        family, _, verb = kind.partition(".")
        if family in ("queue", "simplequeue", "pipe"):
            if verb in ("put", "send"):
                return sum(self.of_message(a, kind) for a in operation.arguments if type(a) is Message)
            return self.lock if verb in ("empty", "full", "qsize", "task_done", "poll", "close") else 0.0
        if family == "process":
            if verb == "exit":
                return 0.0 if main else self.child / 2
            return self.start if verb == "start" else 0.0
        if family == "barrier":
            return self.barrier if verb == "arrive" else 0.0
        return self.lock if family in _GUARDS and verb != "wake" else 0.0

    def of_message(self, message: Message, kind: str) -> float:
        """CPU seconds of putting a message, or of taking it, in an operation of this kind."""
        queued = self.queued if kind.startswith("queue.") else 0.0
        return self.message + queued + self.byte * message.size

    def to_data(self) -> dict[str, float | str]:
        return asdict(self)

    @classmethod
    def of_data(cls, data: dict[str, float | str]) -> Costs:
        """Raises ValueError for what is no cost."""
        numbers = {field.name: float(data[field.name]) for field in fields(cls) if field.name != "name"}
        if not all(0 <= number < 1e4 for number in numbers.values()):
            raise ValueError("costs are seconds, none below 0")
        return cls(str(data["name"]), **numbers)


_GUARDS = ("lock", "rlock", "semaphore", "condition", "event", "cell", "cells", "memory")

IDEAL = Costs("ideal")
"""A machine of a textbook: nothing but the program's own work takes time."""

LAPTOP = Costs(
    "laptop",
    start=0.9e-3, begin=0.6e-3, child=1.0e-3, exit=0.3e-3, message=5e-6, queued=10e-6, byte=0.5e-9, feed=60e-6, lock=0.7e-6,
    wake=40e-6, barrier=40e-6, passing=40e-6,
)  # fmt: skip
"""Linux on a laptop of the 2020s, processes forked."""

PROFILES = {profile.name: profile for profile in (IDEAL, LAPTOP)}
