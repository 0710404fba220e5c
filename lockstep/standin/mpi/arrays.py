"""Buffers of MPI's upper-case calls: NumPy arrays, bytearrays, alone or in a list with count and type."""

from __future__ import annotations

from typing import Any

from lockstep.standin.machine import not_covered
from lockstep.standin.mpi.mail import MpiError
from lockstep.standin.mpi.reductions import Elements
from lockstep.standin.numpy_when_used import numpy


class Datatype:
    """As `MPI.DOUBLE` and its like: a name and bytes an element."""

    def __init__(self, name: str, size: int) -> None:
        self.name, self.size = name, size

    def __repr__(self) -> str:
        return f"MPI.{self.name}"

    def Get_size(self) -> int:  # noqa: N802 - as mpi4py calls it
        return self.size


_SIZES = {
    "BYTE": 1, "CHAR": 1, "BOOL": 1, "C_BOOL": 1, "INT8_T": 1, "UINT8_T": 1, "SHORT": 2, "INT16_T": 2, "UINT16_T": 2,
    "INT": 4, "INT32_T": 4, "UINT32_T": 4, "UNSIGNED": 4, "FLOAT": 4, "LONG": 8, "LONG_LONG": 8, "INT64_T": 8, "UINT64_T": 8,
    "UNSIGNED_LONG": 8, "DOUBLE": 8, "COMPLEX": 8, "DOUBLE_COMPLEX": 16,
}  # fmt: skip
DATATYPES = {name: Datatype(name, size) for name, size in _SIZES.items()}


def elements_of(buffer: Any) -> Any:
    """All elements of a buffer as a flat array that shares their memory. Raises TypeError and ValueError as mpi4py does."""
    count = None
    if isinstance(buffer, list | tuple):
        if not buffer:
            raise TypeError("message: expecting a buffer, or a list of a buffer, a count and a type")
        count = next((part for part in buffer[1:] if not isinstance(part, Datatype | str)), None)
        buffer = buffer[0]
    if isinstance(buffer, numpy().ndarray):
        if not (buffer.flags.c_contiguous or buffer.flags.f_contiguous):
            raise ValueError("ndarray is not contiguous")
        if buffer.dtype.hasobject:
            raise ValueError("an array of objects has no elements that can be sent: use the lower-case call")
        flat = buffer.reshape(-1, order="A")
    else:
        try:
            flat = numpy().frombuffer(buffer, dtype=getattr(buffer, "typecode", "u1"))
        except TypeError:
            kind = type(buffer).__name__
            raise TypeError(
                f"message: an upper-case call takes a NumPy array or a buffer, not {kind}: use the lower-case call"
            ) from None
    if count is None:
        return flat
    if not isinstance(count, int):
        raise not_covered("counts and displacements of buffers", "give the part of the array itself, as in a[2:5]")
    return flat[:count]


def copied(buffer: Any) -> Elements:
    """The elements as they are now, to be sent."""
    return Elements(elements_of(buffer).copy())


def into_buffer(value: Any, buffer: Any) -> None:
    """Fills a buffer with what an upper-case call sent. Raises MpiError if it has no room for it."""
    if type(value) is not Elements:
        raise not_covered("an upper-case receive of what a lower-case call sent", "use `recv`, or send with `Send`")
    room = elements_of(buffer)
    if value.array.nbytes > room.nbytes:
        raise MpiError(
            f"MPI_ERR_TRUNCATE: message truncated: {value.array.nbytes} bytes came, and the buffer has room for {room.nbytes}"
        )
    bytes_of(room)[: value.array.nbytes] = bytes_of(value.array)


def bytes_of(array: Any) -> Any:
    return array.view("u1")


def delivered(value: Any) -> Any:
    """What a lower-case receive gives."""
    if type(value) is Elements:
        raise not_covered("a lower-case receive of what an upper-case call sent", "use `Recv`, or send with `send`")
    return value
