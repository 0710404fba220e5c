"""SharedMemory where every interleaving is taken: bytes that all processes see, read and written an element at a time."""

from __future__ import annotations

import struct
from typing import Any

from lockstep.standin.declared import Teller, makes, object_kind, one, operation
from lockstep.standin.lacking import Lacking
from lockstep.standin.machine import current, not_covered
from lockstep.standin.objects.memory_views import View, view_of
from lockstep.standin.operation import Creation, Outcome, Raised, Value
from lockstep.standin.shared import ask, new_name

MOST = 4_096  # bytes of a segment: all that it can hold are different states
_PREFIX = "psm_"
_GONE = "No such file or directory"

# The value is (bytes, whether its name is still there, the format of the first element that was touched, which readers are shown
# all of it in). An element is told by its format, as `struct` has it, and its offset in bytes.


def _told(value: Value, tell: Teller) -> str:
    data, linked, form = value
    whole = form and len(data) % struct.calcsize(form) == 0
    told = f"[{', '.join(repr(each) for (each,) in struct.iter_unpack(form, data))}]" if whole else data.hex(" ", 8)
    return told if linked else f"{told} (unlinked)"


object_kind("segment", _told)
makes("SharedMemory", "segment")


@operation(
    "memory.read", told="read {object}[{0}]", method="SharedMemory.read", answers="fact", access="read", follows=True
)
def _read(values: tuple[Value, ...], process: str, index: str, form: str, offset: int) -> list[Outcome]:
    data, linked, first = values[0]
    (found,) = struct.unpack_from(form, data, offset)
    return one(((data, linked, first or form),), found)


@operation(
    "memory.write",
    told="write {object}[{0}] = {3}",
    method="SharedMemory.write",
    access="write",
    usual=None,
    precedes=True,
)
def _write(values: tuple[Value, ...], process: str, index: str, form: str, offset: int, value: Any) -> list[Outcome]:
    data, linked, first = values[0]
    written = struct.pack(form, value)
    return one(((data[:offset] + written + data[offset + len(written) :], linked, first or form),), None)


@operation("memory.open", told="attach to {object}", method="SharedMemory", usual=None, looks=True)
def _open(values: tuple[Value, ...], process: str) -> list[Outcome]:
    (value,) = values
    there = value is not None and value[1]
    return one(values, len(value[0]) if there else Raised("FileNotFoundError", _GONE))


@operation("memory.unlink", told="unlink {object}", method="SharedMemory.unlink", usual=None)
def _unlink(values: tuple[Value, ...], process: str) -> list[Outcome]:
    data, linked, first = values[0]
    return one(((data, False, first),), None) if linked else one(values, Raised("FileNotFoundError", _GONE))


class SharedMemory(Lacking):
    """As `multiprocessing.shared_memory.SharedMemory`."""

    def __init__(self, name: str | None = None, create: bool = False, size: int = 0, *, track: bool = True) -> None:
        if create:
            if name is not None:
                raise not_covered(
                    "a name of one's own for shared memory", "let SharedMemory choose it, and pass `shm.name`"
                )
            if size <= 0:
                raise ValueError("'size' must be a positive number different from zero")
            if size > MOST:
                raise not_covered(f"more than {MOST:,} bytes of shared memory", "take fewer elements")
            self.segment, self.size = new_name(), size
            current().create(Creation(self.segment, "segment", (bytes(size), True, "")))
        elif name is None:
            raise ValueError("'name' can only be None if create=True")
        else:
            self.segment = name.removeprefix(_PREFIX)
            self.size = ask("memory.open", (self.segment,))
        self.closed = False

    @property
    def name(self) -> str:
        return _PREFIX + self.segment

    @property
    def buf(self) -> View | None:
        return None if self.closed else view_of(self.segment, self.size)

    def close(self) -> None:
        self.closed = True

    def unlink(self) -> None:
        ask("memory.unlink", (self.segment,))

    def __repr__(self) -> str:
        return f"SharedMemory({self.name!r}, size={self.size})"


def shareable_list(*_arguments: Any, **_keywords: Any) -> Any:
    """`multiprocessing.shared_memory.ShareableList` is not there."""
    raise not_covered("`ShareableList`", "use a Manager's list, or an Array")
