"""Communicators: messages and collective calls of ranks, lower-case with objects, as mpi4py has them."""

# ruff: noqa: N802 - the names are those of mpi4py

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lockstep.standin.machine import current, not_covered
from lockstep.standin.mpi import by_messages, mail, meetings
from lockstep.standin.mpi.lacking import refuse_name
from lockstep.standin.mpi.mail import MpiError, packed
from lockstep.standin.mpi.reductions import OPS, Op
from lockstep.standin.mpi.requests import NoRequest, ReceiveRequest, Request, SendRequest, Status, taken
from lockstep.standin.objects.mpi_messages import ANY_SOURCE, ANY_TAG, TIMED
from lockstep.standin.operation import Message

PROC_NULL, UNDEFINED = -1, -32766
SUM = OPS["SUM"]


class Comm:
    """As `MPI.Intracomm`. It holds nothing that changes, so one object serves the whole world."""

    def __init__(self, context: str, members: tuple[int, ...] | None) -> None:
        """`members`: the world's ranks that belong to it, in the order of its own; None: all."""
        self.context, self.members = context, members

    def __getattr__(self, name: str) -> Any:
        raise refuse_name("Comm", name)

    @property
    def group(self) -> tuple[int, ...]:
        """The world's ranks that belong to it."""
        return tuple(range(mail.size_of_world())) if self.members is None else self.members

    @property
    def rank(self) -> int:
        me = mail.rank_in_world()
        return me if self.members is None else self.members.index(me)

    @property
    def size(self) -> int:
        return mail.size_of_world() if self.members is None else len(self.members)

    def Get_rank(self) -> int:
        return self.rank

    def Get_size(self) -> int:
        return self.size

    def Get_name(self) -> str:
        return "MPI_COMM_WORLD" if self.members is None else ""

    # One to one.

    def send(self, obj: Any, dest: int, tag: int = 0) -> None:
        self._send(packed(obj), dest, tag)

    ssend = send

    def isend(self, obj: Any, dest: int, tag: int = 0) -> Request:
        return self._begin_to_send(packed(obj), dest, tag)

    issend = isend

    def recv(self, buf: Any = None, source: int = ANY_SOURCE, tag: int = ANY_TAG, status: Status | None = None) -> Any:
        return self._receive(None, source, tag, status)

    def irecv(self, buf: Any = None, source: int = ANY_SOURCE, tag: int = ANY_TAG) -> Request:
        return self._begin_to_receive(None, source, tag)

    def sendrecv(
        self, sendobj: Any, dest: int, sendtag: int = 0, recvbuf: Any = None, source: int = ANY_SOURCE,
        recvtag: int = ANY_TAG, status: Status | None = None,
    ) -> Any:  # fmt: skip
        return self._exchange(packed(sendobj), dest, sendtag, None, source, recvtag, status)

    def probe(self, source: int = ANY_SOURCE, tag: int = ANY_TAG, status: Status | None = None) -> bool:
        me, whom = mail.rank_in_world(), self._source(source)
        found = mail.ask_from("mpi.probe", me, whom, self.context, self._tag(tag, True))
        self._note(found, status)
        return True

    def iprobe(self, source: int = ANY_SOURCE, tag: int = ANY_TAG, status: Status | None = None) -> bool:
        me, whom = mail.rank_in_world(), self._source(source)
        found = mail.ask_from("mpi.probe?", me, whom, self.context, self._tag(tag, True), True)
        if found is not None:
            self._note(found, status)
        return found is not None

    # All together.

    def Barrier(self) -> None:
        self._way.barrier(self)

    barrier = Barrier

    def bcast(self, obj: Any, root: int = 0) -> Any:
        return self._way.bcast(self, obj, self._root(root))

    def scatter(self, sendobj: Sequence[Any] | None, root: int = 0) -> Any:
        parts = self._parts(sendobj) if self.rank == self._root(root) else None
        return self._way.scatter(self, parts, root)

    def gather(self, sendobj: Any, root: int = 0) -> Any:
        return self._way.gather(self, sendobj, self._root(root))

    def allgather(self, sendobj: Any) -> Any:
        return self._way.allgather(self, sendobj)

    def alltoall(self, sendobj: Sequence[Any]) -> Any:
        return self._way.alltoall(self, self._parts(sendobj))

    def reduce(self, sendobj: Any, op: Op = SUM, root: int = 0) -> Any:
        return self._way.reduce(self, sendobj, op, self._root(root))

    def allreduce(self, sendobj: Any, op: Op = SUM) -> Any:
        return self._way.allreduce(self, sendobj, op)

    def scan(self, sendobj: Any, op: Op = SUM) -> Any:
        return self._way.scan(self, sendobj, op)

    def exscan(self, sendobj: Any, op: Op = SUM) -> Any:
        return self._way.exscan(self, sendobj, op)

    # Other communicators.

    def Split(self, color: int = 0, key: int = 0) -> Any:
        """Those of the same colour have a communicator of their own, in the order of their keys; None for UNDEFINED."""
        given = self.allgather((color, key, self.rank))
        context = self._next_context()
        if color == UNDEFINED:
            return None
        ranks = [rank for _, rank in sorted([(key_, rank) for color_, key_, rank in given if color_ == color])]
        group = self.group
        return type(self)(f"{context}:{color}", tuple([group[rank] for rank in ranks]))

    def Dup(self) -> Any:
        self.Barrier()
        return type(self)(self._next_context(), self.group)

    Clone = Dup

    def Free(self) -> None:
        """What it held here is nothing."""

    def Abort(self, errorcode: int = 0) -> None:
        raise not_covered("`Comm.Abort`", "raise an exception")

    def _next_context(self) -> str:
        me = current().process()
        me.communicators += 1  # type: ignore[attr-defined]
        return f"{self.context}.{me.communicators}"  # type: ignore[attr-defined]

    # What all this is made of.

    @property
    def _way(self) -> Any:
        return by_messages if mail.mode() == TIMED else meetings

    def _send(self, message: Message, dest: int, tag: int) -> None:
        to = self._peer(dest)
        if to is not None:
            mail.send(message, self.context, self._tag(tag), mail.rank_in_world(), to)

    def _begin_to_send(self, message: Message, dest: int, tag: int) -> Request:
        to, me = self._peer(dest), mail.rank_in_world()
        if to is None:
            return NoRequest()
        ticket = mail.begin_to_send(message, self.context, self._tag(tag), me, to)
        return SendRequest(me, to, ticket)

    def _receive(self, buffer: Any, source: int, tag: int, status: Status | None) -> Any:
        if source == PROC_NULL:
            return None
        found = mail.receive(self._source(source), self.context, self._tag(tag, True), mail.rank_in_world())
        self._note((*found[:2], found[2].size), status)
        return taken(found[2], buffer)

    def _begin_to_receive(self, buffer: Any, source: int, tag: int) -> Request:
        if source == PROC_NULL:
            return NoRequest()
        me, whom = mail.rank_in_world(), self._source(source)
        ticket = mail.ask_from("mpi.irecv", me, whom, self.context, self._tag(tag, True))
        return ReceiveRequest(self.group, me, whom, ticket, buffer)

    def _exchange(
        self, message: Message, dest: int, sendtag: int, buffer: Any, source: int, recvtag: int, status: Status | None
    ) -> Any:
        request = self._begin_to_send(message, dest, sendtag)
        value = self._receive(buffer, source, recvtag, status)
        request.wait()
        return value

    def _peer(self, rank: int) -> int | None:
        """The number in the world of a rank, None for PROC_NULL. Raises MpiError if there is none."""
        if rank == PROC_NULL:
            return None
        if not isinstance(rank, int) and not hasattr(rank, "__index__"):
            raise TypeError(f"a rank is a number, not {rank!r}")
        if not 0 <= rank < self.size:
            raise MpiError(f"MPI_ERR_RANK: invalid rank {rank}: there are the ranks 0 to {self.size - 1}")
        return int(rank) if self.members is None else self.members[rank]

    def _source(self, rank: int) -> int:
        if rank == ANY_SOURCE:
            return ANY_SOURCE
        peer = self._peer(rank)
        return ANY_SOURCE if peer is None else peer

    def _tag(self, tag: int, any_: bool = False) -> int:
        if not (tag >= 0 or (any_ and tag == ANY_TAG)):
            raise MpiError(f"MPI_ERR_TAG: invalid tag {tag}: a tag is a number from 0")
        return int(tag)

    def _root(self, root: int) -> int:
        if not 0 <= root < self.size:
            raise MpiError(f"MPI_ERR_ROOT: invalid root {root}: there are the ranks 0 to {self.size - 1}")
        return int(root)

    def _parts(self, values: Any) -> list[Any]:
        parts = list(values) if values is not None else []
        if len(parts) != self.size:
            raise ValueError(f"expecting {self.size} items, got {len(parts)}")
        return parts

    def _note(self, found: tuple[int, int, int], status: Status | None) -> None:
        if status is not None:
            status.note(self.group.index(found[0]), found[1], found[2])
