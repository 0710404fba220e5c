"""Where ranks and what they share are on a machine of ours, and messages as they go from rank to rank."""

from __future__ import annotations

from typing import Any

from lockstep.standin.machine import current, not_covered
from lockstep.standin.mpi.reductions import Elements
from lockstep.standin.objects.mpi_messages import ANY_SOURCE, to_any
from lockstep.standin.objects.processes import RANKS
from lockstep.standin.operation import Message
from lockstep.standin.shared import ask

_HEADER = 4  # bytes that a pipe adds to a message, and MPI does not

MEETINGS, RESULTS = "0#1", "0#2"  # what main creates first
_FIRST = 3


class MpiError(RuntimeError):
    """As `MPI.Exception`."""


MpiError.__name__ = MpiError.__qualname__ = "Exception"


def size_of_world() -> int:
    """How many ranks there are. Raises NotCovered if the program was not started as ranks."""
    ranks: int = current().option("ranks")
    if not ranks:
        name = current().name
        raise not_covered("MPI in a program that is not started as ranks", f"say how many, as in {name}(f, ranks=4)")
    return ranks


def rank_in_world() -> int:
    """The rank of the process that runs now."""
    size_of_world()
    number = int(current().process().identity.rpartition(".")[2])
    if number < RANKS:
        raise not_covered("MPI in a process that a rank starts", "use it in the ranks themselves")
    return number - RANKS


def mode() -> str:
    """How messages go: "unbuffered", "buffered" or "timed"."""
    found: str = current().option("mpi")
    return found


def box_of(rank: int) -> tuple[str]:
    """The name of the mail of a rank, by its number in the world."""
    return (f"0#{_FIRST + rank}",)


def packed(value: Any) -> Message:
    """The value as a message; of an array of an upper-case call its elements alone count as bytes."""
    message = current().pack(value)
    return Message(message.token, value.array.nbytes if type(value) is Elements else message.size - _HEADER)


def send(message: Message, context: str, tag: int, me: int, to: int) -> None:
    """Sends to a rank of the world; done when it is received, or, where messages are buffered, when it is gone."""
    ticket = ask("mpi.send", box_of(to), message, context, tag, mode(), me, to)
    if ticket is not None:
        ask("mpi.sent", box_of(to), me, ticket, to)


def begin_to_send(message: Message, context: str, tag: int, me: int, to: int) -> int | None:
    """The ticket to wait with, None if there is nothing to wait for."""
    ticket: int | None = ask("mpi.isend", box_of(to), message, context, tag, mode(), me, to)
    return ticket


def receive(source: int, context: str, tag: int, me: int) -> tuple[int, int, Message]:
    """The source in the world, the tag, and the message."""
    found: tuple[int, int, Message] = ask_from("mpi.recv", me, source, context, tag)
    return found


def ask_from(kind: str, me: int, source: int, *arguments: Any) -> Any:
    """Performs an operation on this rank's own mail that concerns what comes from a source."""
    name = to_any(kind) if source == ANY_SOURCE else kind
    return ask(name, box_of(me), source, *arguments)
