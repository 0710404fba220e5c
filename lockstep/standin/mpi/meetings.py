"""Collective calls where every interleaving is taken: one meeting each (`lockstep.standin.objects.mpi_collectives`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lockstep.standin.machine import current
from lockstep.standin.mpi.mail import MEETINGS, mode, packed
from lockstep.standin.mpi.reductions import Op
from lockstep.standin.shared import ask


def _meet(comm: Any, call: str, root: int, given: Any) -> list[Any]:
    """What those gave whose part this rank gets."""
    context, rank, size = comm.context, comm.rank, comm.size
    ask(f"mpi.enter {call}", (MEETINGS,), given, context, call, root, rank)
    parts = ask(f"mpi.leave {call}", (MEETINGS,), context, call, root, rank, size, mode())
    return [current().unpack(part) for part in parts]


def barrier(comm: Any) -> None:
    _meet(comm, "Barrier", 0, None)


def bcast(comm: Any, value: Any, root: int) -> Any:
    given = packed(value) if comm.rank == root else None
    parts = _meet(comm, "bcast", root, given)
    return value if comm.rank == root else parts[0]


def scatter(comm: Any, values: Sequence[Any] | None, root: int) -> Any:
    given = tuple([packed(value) for value in values or ()]) if comm.rank == root else None
    parts = _meet(comm, "scatter", root, given)
    return parts[0]


def gather(comm: Any, value: Any, root: int) -> list[Any] | None:
    parts = _meet(comm, "gather", root, packed(value))
    return parts if comm.rank == root else None


def allgather(comm: Any, value: Any) -> list[Any]:
    return _meet(comm, "allgather", 0, packed(value))


def alltoall(comm: Any, values: Sequence[Any]) -> list[Any]:
    return _meet(comm, "alltoall", 0, tuple([packed(value) for value in values]))


def reduce(comm: Any, value: Any, op: Op, root: int) -> Any:
    parts = _meet(comm, "reduce", root, packed(value))
    return op.of(parts) if comm.rank == root else None


def allreduce(comm: Any, value: Any, op: Op) -> Any:
    parts = _meet(comm, "allreduce", 0, packed(value))
    return op.of(parts)


def scan(comm: Any, value: Any, op: Op) -> Any:
    parts = _meet(comm, "scan", 0, packed(value))
    return op.of(parts)


def exscan(comm: Any, value: Any, op: Op) -> Any:
    parts = _meet(comm, "exscan", 0, packed(value))
    return op.of(parts) if parts else None
