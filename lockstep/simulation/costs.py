"""What operations cost on the machine that is simulated, in seconds, and the named profiles."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace

from lockstep.standin.kinds import operation_kind
from lockstep.standin.operation import Answer, Creation, Message, Operation, Raised


@dataclass(frozen=True)
class Costs:
    """Costs of one machine. CPU occupies a core; a latency passes without one. All but `contention` in seconds.

    They stand beside what is really executed in a simulation: pickling happens there, so `byte` is only the copy
    through the system.
    """

    name: str
    start: float = 0.0  # CPU of the parent in start()
    begin: float = 0.0  # latency from there to the child
    child: float = 0.0  # CPU of the child before its function and after it
    exit: float = 0.0  # latency from a child's end to join() in its parent
    message: float = 0.0  # CPU to send or receive one message
    queued: float = 0.0  # more of it where a thread has a part: at the ends of a Queue, at a pool's own process
    pool: float = 0.0  # CPU of opening and closing a pool, beside its workers
    result: float = 0.0  # more CPU of a pool's process for a result that it had to wait for
    handed: float = 0.0  # still more where a thread hands each one to the program: imap, futures
    byte: float = 0.0  # CPU for each of its bytes, at either end
    feed: float = 0.0  # latency of a Queue's feeder thread, once it has the interpreter
    switch: float = 0.0  # how long a process that computes keeps the interpreter from its feeder
    lock: float = 0.0  # CPU of an operation on a lock, semaphore, condition, event or shared value
    wake: float = 0.0  # latency from the end of a wait to the process that waited
    barrier: float = 0.0  # CPU of arriving at a barrier
    passing: float = 0.0  # latency that each process adds to those behind it when a barrier opens
    alpha: float = 0.0  # latency of a message from one MPI rank to another
    beta: float = 0.0  # and for each of its bytes
    contention: float = 0.0  # by which fraction longer a core takes while others are busy

    def of(self, operation: Operation, main: bool) -> float:
        """CPU seconds of an operation, beside the program's own code."""
        kind = operation_kind(operation.kind)
        if kind.cost == "message":
            return sum(self.of_message(a, kind.name) for a in operation.arguments if type(a) is Message)
        if kind.cost == "call":  # there and back, by a process that waits for it
            there = sum(self.byte * a.size for a in operation.arguments if type(a) is Message)
            return 4 * self.message + self.wake + 2 * there
        if kind.cost == "exit":
            return 0.0 if main else self.child / 2
        return {"lock": self.lock, "start": self.start, "barrier": self.barrier, "": 0.0}[kind.cost]

    def of_creation(self, creation: Creation) -> float:
        """CPU seconds of making an object, beside the program's own code."""
        return self.pool if creation.kind == "queue of tasks" else 0.0

    def of_answer(self, answer: Answer, operation: Operation, waited: bool) -> float:
        """CPU seconds of taking an answer, after waiting for it or at once."""
        if type(answer) is not Message:
            return 0.0
        more = 0.0
        if waited and operation.kind == "pool.result":
            more = self.result + (self.handed if operation.arguments[1] else 0.0)
        return more + self.of_message(answer, operation.kind)

    def of_message(self, message: Message, kind: str) -> float:
        """CPU seconds of putting a message, or of taking it, in an operation of this kind."""
        queued = self.queued if operation_kind(kind).by_thread else 0.0
        return self.message + queued + self.byte * message.size

    def of_waking(self, operation: Operation) -> float:
        """Latency to a process that waited in this operation; of a rank it is part of the message's."""
        return 0.0 if operation_kind(operation.kind).between_ranks else self.wake

    def between_ranks(self, alpha: float, beta: float) -> Costs:
        """The same for the ranks of an MPI program, which all begin at once on machines of their own."""
        return replace(self, start=0.0, begin=0.0, child=0.0, exit=0.0, contention=0.0, alpha=alpha, beta=beta)

    def to_data(self) -> dict[str, float | str]:
        return asdict(self)

    @classmethod
    def of_data(cls, data: dict[str, float | str]) -> Costs:
        """Raises ValueError for what is no cost."""
        numbers = {field.name: float(data[field.name]) for field in fields(cls) if field.name != "name"}
        if not all(0 <= number < 1e4 for number in numbers.values()):
            raise ValueError("no cost is below 0")
        return cls(str(data["name"]), **numbers)


BETWEEN_LOOKS = 20e-6  # seconds of CPU: a process that computes for longer does more than look
_FREE_LOOKS = 10  # in a row, so that exact numbers stay exact


def is_look(operation: Operation, answer: Answer) -> bool:
    """Does a process that does this at once, again and again, wait for something to change?"""
    if type(answer) is Raised:
        return answer.exception in ("Empty", "Full")
    kind = operation_kind(operation.kind)
    return kind.looks or (bool(kind.trying) and answer is False)


def of_look(looks: int, seconds: float) -> float:
    """CPU seconds of a process's latest look, after so many in a row, for so many seconds.

    It takes a microsecond at least, or virtual time would stand still. Who has looked in vain for a while will most
    likely do so again: its looks are taken together, so that the end of its wait is found to 1 %, and to a millisecond.
    """
    return 0.0 if looks <= _FREE_LOOKS else min(1e-3, max(1e-6, 0.01 * seconds))


IDEAL = Costs("ideal")
"""A machine of a textbook: nothing but the program's own work takes time."""

LAPTOP = Costs(
    "laptop",
    start=0.9e-3, begin=0.6e-3, child=1.0e-3, exit=0.3e-3, message=5e-6, queued=25e-6,
    pool=2.0e-3, result=80e-6, handed=150e-6,
    byte=0.5e-9, feed=30e-6, switch=5e-3,
    lock=0.7e-6,
    wake=40e-6, barrier=40e-6, passing=40e-6, contention=0.06,
)  # fmt: skip
"""Linux on a laptop of the 2020s, processes forked."""

PROFILES = {profile.name: profile for profile in (IDEAL, LAPTOP)}
