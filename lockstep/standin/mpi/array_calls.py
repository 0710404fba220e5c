"""The upper-case calls of communicators, whose messages are the elements of arrays."""

# ruff: noqa: N802 - the names are those of mpi4py

from __future__ import annotations

from typing import Any

from lockstep.standin.mpi.arrays import copied, elements_of, into_buffer
from lockstep.standin.mpi.communicator import SUM, Comm
from lockstep.standin.mpi.mail import packed
from lockstep.standin.mpi.reductions import Elements, Op
from lockstep.standin.mpi.requests import Request, Status
from lockstep.standin.objects.mpi_messages import ANY_SOURCE, ANY_TAG

IN_PLACE = 1  # as mpi4py's, which is no buffer


class Intracomm(Comm):
    """As `MPI.Intracomm`, whole."""

    def Send(self, buf: Any, dest: int, tag: int = 0) -> None:
        self._send(packed(copied(buf)), dest, tag)

    Ssend = Send

    def Isend(self, buf: Any, dest: int, tag: int = 0) -> Request:
        return self._begin_to_send(packed(copied(buf)), dest, tag)

    Issend = Isend

    def Recv(self, buf: Any, source: int = ANY_SOURCE, tag: int = ANY_TAG, status: Status | None = None) -> None:
        elements_of(buf)
        self._receive(buf, source, tag, status)

    def Irecv(self, buf: Any, source: int = ANY_SOURCE, tag: int = ANY_TAG) -> Request:
        elements_of(buf)
        return self._begin_to_receive(buf, source, tag)

    def Sendrecv(
        self, sendbuf: Any, dest: int, sendtag: int = 0, recvbuf: Any = None, source: int = ANY_SOURCE,
        recvtag: int = ANY_TAG, status: Status | None = None,
    ) -> None:  # fmt: skip
        message = packed(copied(sendbuf))
        self._exchange(message, dest, sendtag, recvbuf, source, recvtag, status)

    def Probe(self, source: int = ANY_SOURCE, tag: int = ANY_TAG, status: Status | None = None) -> bool:
        return self.probe(source, tag, status)

    def Iprobe(self, source: int = ANY_SOURCE, tag: int = ANY_TAG, status: Status | None = None) -> bool:
        return self.iprobe(source, tag, status)

    def Bcast(self, buf: Any, root: int = 0) -> None:
        given = copied(buf)
        got = self._way.bcast(self, given, self._root(root))
        if self.rank != root:
            into_buffer(got, buf)

    def Scatter(self, sendbuf: Any, recvbuf: Any, root: int = 0) -> None:
        parts = self._pieces(sendbuf) if self.rank == self._root(root) else None
        got = self._way.scatter(self, parts, root)
        if not _in_place(recvbuf):
            into_buffer(got, recvbuf)

    def Gather(self, sendbuf: Any, recvbuf: Any, root: int = 0) -> None:
        given = self._own_piece(recvbuf) if _in_place(sendbuf) else copied(sendbuf)
        parts = self._way.gather(self, given, self._root(root))
        if parts is not None:
            self._fill(recvbuf, parts)

    def Allgather(self, sendbuf: Any, recvbuf: Any) -> None:
        given = self._own_piece(recvbuf) if _in_place(sendbuf) else copied(sendbuf)
        self._fill(recvbuf, self._way.allgather(self, given))

    def Alltoall(self, sendbuf: Any, recvbuf: Any) -> None:
        parts = self._pieces(recvbuf if _in_place(sendbuf) else sendbuf)
        self._fill(recvbuf, self._way.alltoall(self, parts))

    def Reduce(self, sendbuf: Any, recvbuf: Any, op: Op = SUM, root: int = 0) -> None:
        given = copied(recvbuf if _in_place(sendbuf) else sendbuf)
        whole = self._way.reduce(self, given, op, self._root(root))
        if self.rank == root:
            into_buffer(whole, recvbuf)

    def Allreduce(self, sendbuf: Any, recvbuf: Any, op: Op = SUM) -> None:
        given = copied(recvbuf if _in_place(sendbuf) else sendbuf)
        into_buffer(self._way.allreduce(self, given, op), recvbuf)

    def Scan(self, sendbuf: Any, recvbuf: Any, op: Op = SUM) -> None:
        given = copied(recvbuf if _in_place(sendbuf) else sendbuf)
        into_buffer(self._way.scan(self, given, op), recvbuf)

    def _pieces(self, buffer: Any) -> list[Elements]:
        """As many equal parts of a buffer as there are ranks. Raises ValueError if there are none."""
        whole = elements_of(buffer)
        if len(whole) % self.size:
            raise ValueError(f"message: {len(whole)} elements cannot be divided into {self.size} equal parts")
        length = len(whole) // self.size
        return [Elements(whole[length * rank : length * (rank + 1)].copy()) for rank in range(self.size)]

    def _own_piece(self, buffer: Any) -> Elements:
        return self._pieces(buffer)[self.rank]

    def _fill(self, buffer: Any, parts: list[Elements]) -> None:
        room = elements_of(buffer)
        length = len(room) // self.size
        for rank, part in enumerate(parts):
            into_buffer(part, room[length * rank : length * (rank + 1)])


def _in_place(buffer: Any) -> bool:
    return buffer is IN_PLACE
