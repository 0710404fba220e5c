"""Collective calls in virtual time: by messages from rank to rank, as the algorithm of each says, p being the number of ranks.

bcast, reduce   a binomial tree: p - 1 messages, ceil(log2 p) one after the other
allreduce       reduce to rank 0, then bcast: 2 (p - 1) messages
Barrier         dissemination (Hensgen, Finkel & Manber 1988): p ceil(log2 p) messages of no bytes
scatter, gather the root and each other rank: p - 1 messages, of one part each
allgather       a ring: p (p - 1) messages, of one part each
alltoall        everybody and everybody else: p (p - 1) messages, of one part each
scan, exscan    from each rank to the next: p - 1 messages
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lockstep.standin.machine import current
from lockstep.standin.mpi import mail
from lockstep.standin.mpi.mail import MEETINGS, packed
from lockstep.standin.mpi.reductions import Op
from lockstep.standin.objects.mpi_messages import COLLECTIVE
from lockstep.standin.operation import Message
from lockstep.standin.shared import ask


class _Call:
    """One collective call on one rank, whose messages do not meet those of the program."""

    def __init__(self, comm: Any, call: str, root: int = 0) -> None:
        """Raises CollectiveMismatch if another rank makes another call at this turn."""
        self.rank: int = comm.rank
        self.size: int = comm.size
        self.root = root
        self.group: tuple[int, ...] = comm.group
        self.context = f"{comm.context}{COLLECTIVE}"
        turns: dict[str, int] = current().process().turns  # type: ignore[attr-defined]
        turns[comm.context] = turns.get(comm.context, 0) + 1
        ask("mpi.turn", (MEETINGS,), comm.context, turns[comm.context], call, root, self.rank, self.size)

    def send(self, value: Any, to: int) -> None:
        self._send(packed(value), to)

    def signal(self, to: int) -> None:
        self._send(Message(packed(None).token, 0), to)

    def _send(self, message: Message, to: int) -> None:
        mail.send(message, self.context, 0, self.group[self.rank], self.group[to])

    def begin_to_send(self, value: Any, to: int) -> None:
        mail.begin_to_send(packed(value), self.context, 0, self.group[self.rank], self.group[to])

    def receive(self, source: int) -> Any:
        _, _, message = mail.receive(self.group[source], self.context, 0, self.group[self.rank])
        return current().unpack(message)

    def other(self, place: int) -> int:
        """The rank so many places after the root, round the circle."""
        return (self.root + place) % self.size


def barrier(comm: Any) -> None:
    call = _Call(comm, "Barrier")
    distance = 1
    while distance < call.size:
        call.signal((call.rank + distance) % call.size)
        call.receive((call.rank - distance) % call.size)
        distance *= 2


def bcast(comm: Any, value: Any, root: int) -> Any:
    return _down(_Call(comm, "bcast", root), value)


def _down(call: _Call, value: Any) -> Any:
    """From the root down the binomial tree."""
    place = (call.rank - call.root) % call.size
    distance = 1
    while distance < call.size and not place & distance:
        distance *= 2
    if place:
        value = call.receive(call.other(place - distance))
    while distance := distance // 2:
        if place + distance < call.size:
            call.send(value, call.other(place + distance))
    return value


def _up(call: _Call, value: Any, op: Op) -> Any:
    """Up the binomial tree to the root, where the value is whole."""
    place = (call.rank - call.root) % call.size
    distance = 1
    while distance < call.size:
        if place & distance:
            call.send(value, call.other(place - distance))
            return None
        if place + distance < call.size:
            received = call.receive(call.other(place + distance))
            value = op.two(value, received)
        distance *= 2
    return value


def reduce(comm: Any, value: Any, op: Op, root: int) -> Any:
    """Where the order of operands counts, to rank 0 first, and from there to the root."""
    if op.commute or root == 0:
        return _up(_Call(comm, "reduce", root), value, op)
    call = _Call(comm, "reduce", 0)
    whole = _up(call, value, op)
    if call.rank == 0:
        call.send(whole, root)
    return call.receive(0) if call.rank == root else None


def allreduce(comm: Any, value: Any, op: Op) -> Any:
    call = _Call(comm, "allreduce")
    return _down(call, _up(call, value, op))


def scatter(comm: Any, values: Sequence[Any] | None, root: int) -> Any:
    call = _Call(comm, "scatter", root)
    if call.rank != root:
        return call.receive(root)
    assert values is not None
    for rank, value in enumerate(values):
        if rank != root:
            call.send(value, rank)
    return values[root]


def gather(comm: Any, value: Any, root: int) -> list[Any] | None:
    call = _Call(comm, "gather", root)
    if call.rank != root:
        call.send(value, root)
        return None
    return [value if rank == root else call.receive(rank) for rank in range(call.size)]


def allgather(comm: Any, value: Any) -> list[Any]:
    call = _Call(comm, "allgather")
    parts = {call.rank: value}
    for step in range(call.size - 1):
        mine = (call.rank - step) % call.size
        call.begin_to_send(parts[mine], (call.rank + 1) % call.size)
        parts[(mine - 1) % call.size] = call.receive((call.rank - 1) % call.size)
    return [parts[rank] for rank in range(call.size)]


def alltoall(comm: Any, values: Sequence[Any]) -> list[Any]:
    call = _Call(comm, "alltoall")
    parts = {call.rank: values[call.rank]}
    for distance in range(1, call.size):
        to, source = (call.rank + distance) % call.size, (call.rank - distance) % call.size
        call.begin_to_send(values[to], to)
        parts[source] = call.receive(source)
    return [parts[rank] for rank in range(call.size)]


def scan(comm: Any, value: Any, op: Op) -> Any:
    return _passed_on(_Call(comm, "scan"), value, op)[1]


def exscan(comm: Any, value: Any, op: Op) -> Any:
    return _passed_on(_Call(comm, "exscan"), value, op)[0]


def _passed_on(call: _Call, value: Any, op: Op) -> tuple[Any, Any]:
    """What the ranks before make together, and with this one's part."""
    before = call.receive(call.rank - 1) if call.rank else None
    whole = op.two(before, value) if call.rank else value
    if call.rank + 1 < call.size:
        call.send(whole, call.rank + 1)
    return before, whole
