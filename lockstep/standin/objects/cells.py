"""Value and Array: cells of shared memory, read and written one at a time."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

from lockstep.standin.declared import BLOCKED, makes, object_kind, one, operation
from lockstep.standin.machine import NotCovered, current, not_covered
from lockstep.standin.numpy_when_used import numpy
from lockstep.standin.objects.locks import Lock, RLock, taken
from lockstep.standin.operation import Message, Outcome, Value
from lockstep.standin.shared import Shared, ask

_TYPES: dict[str, Any] = {
    "c": ctypes.c_char, "b": ctypes.c_byte, "B": ctypes.c_ubyte, "h": ctypes.c_short, "H": ctypes.c_ushort,
    "i": ctypes.c_int, "I": ctypes.c_uint, "l": ctypes.c_long, "L": ctypes.c_ulong, "q": ctypes.c_longlong,
    "Q": ctypes.c_ulonglong, "f": ctypes.c_float, "d": ctypes.c_double, "?": ctypes.c_bool,
}  # fmt: skip
_SIMPLE = ctypes._SimpleCData

# The value of a cell is a message. The objects of an operation are cells, then the guard if there is one.

object_kind("cell", lambda value, tell: tell.message(value))
makes("Value", "rlock", "cell")
makes("RawValue", "cell")


def _may(guard: str, values: tuple[Value, ...], process: str) -> bool:
    return not guard or taken(guard, values[-1], process) is not None


@operation(
    "cell.read", told="read {object}", method="Value.read", answers="value", access="read", follows=True, cost="lock"
)
def _read(values: tuple[Value, ...], process: str, guard: str) -> list[Outcome]:
    return one(values, values[0]) if _may(guard, values, process) else BLOCKED


@operation(
    "cell.write",
    told="write {object} = {1}",
    method="Value.write",
    access="write",
    usual=None,
    precedes=True,
    cost="lock",
)
def _write(values: tuple[Value, ...], process: str, guard: str, message: Message) -> list[Outcome]:
    return one((message, *values[1:]), None) if _may(guard, values, process) else BLOCKED


@operation(
    "cells.read",
    told="read the slice {object}",
    method="Array.read",
    answers="value",
    access="read",
    follows=True,
    cost="lock",
)
def _read_slice(values: tuple[Value, ...], process: str, guard: str) -> list[Outcome]:
    return one(values, values[: len(values) - bool(guard)]) if _may(guard, values, process) else BLOCKED


@operation(
    "cells.write",
    told="write the slice {object}",
    method="Array.write",
    access="write",
    usual=None,
    precedes=True,
    cost="lock",
)
def _write_slice(values: tuple[Value, ...], process: str, guard: str, messages: tuple[Message, ...]) -> list[Outcome]:
    return one((*messages, *values[len(messages) :]), None) if _may(guard, values, process) else BLOCKED


def ctype_of(typecode: Any) -> Any:
    """The ctypes type of a type code. Raises TypeError for what is none, NotCovered for pointers, unions and the like."""
    if isinstance(typecode, str):
        if typecode not in _TYPES:
            raise TypeError(f"{typecode!r} is no type code; use one of {', '.join(_TYPES)}")
        return _TYPES[typecode]
    if isinstance(typecode, type) and issubclass(typecode, _SIMPLE):
        return typecode
    if is_structure(typecode):
        return typecode
    raise not_covered(
        f"shared memory of `{getattr(typecode, '__name__', typecode)}`", "use numbers, or a structure of them"
    )


def is_structure(typecode: Any) -> bool:
    return isinstance(typecode, type) and issubclass(typecode, ctypes.Structure)


def no_views() -> NotCovered:
    """The refusal of what looks into the memory of an Array."""
    return not_covered(
        "this look at the memory of an Array", "use np.frombuffer(array.get_obj(), dtype), or its elements"
    )


class _Cells(Shared):
    """Cells with one guard, or none: what Value and Array have in common."""

    lock: Lock | None
    ctype: Any
    guard: str
    guards: tuple[str, ...]

    def _guard_with(self, lock: Any) -> None:
        if lock is False:
            self.lock, self.guard, self.guards = None, "", ()
            return
        self.lock = RLock() if lock is True or lock is None else lock
        if not isinstance(self.lock, Lock):
            if not hasattr(lock, "acquire"):
                raise AttributeError(f"{lock!r} has no method 'acquire'")
            kind = type(self).__name__.removeprefix("Shared")
            raise not_covered(f"{kind}(..., lock={type(lock).__name__}(...))", "give it a Lock or an RLock")
        self.guard, self.guards = self.lock.kind, (self.lock.name,)

    def _new_cell(self, initial: Any) -> str:
        return self._exist("cell", self._converted(initial))

    def _converted(self, value: Any) -> Message:
        return current().pack(self.ctype(value).value)

    def _guarded(self) -> Lock:
        if self.lock is None:
            raise AttributeError("this value was made without a lock, so it has no get_lock()")
        return self.lock

    def get_lock(self) -> Lock:
        return self._guarded()

    def get_obj(self) -> Any:
        raw = type(self).__new__(type(self))
        raw.__dict__.update(self.__dict__)
        raw.lock, raw.guard, raw.guards = None, "", ()
        return raw

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        return self._guarded().acquire(block, timeout)

    def release(self) -> None:
        self._guarded().release()

    def __enter__(self) -> bool:
        return self._guarded().acquire()

    def __exit__(self, *exception: Any) -> None:
        self._guarded().release()


class SharedValue(_Cells):
    """As `multiprocessing.Value`."""

    def __init__(self, typecode_or_type: Any, *args: Any, lock: Any = True) -> None:
        self.ctype = ctype_of(typecode_or_type)
        self._guard_with(lock)
        self.name = self._new_cell(self.ctype(*args).value)

    @property
    def value(self) -> Any:
        message = ask("cell.read", (self.name, *self.guards), self.guard)
        return current().unpack(message)

    @value.setter
    def value(self, value: Any) -> None:
        ask("cell.write", (self.name, *self.guards), self.guard, self._converted(value))


class SharedArray(_Cells):
    """As `multiprocessing.Array`."""

    def __init__(self, typecode_or_type: Any, size_or_initializer: Any, *, lock: Any = True) -> None:
        self._guard_with(lock)
        sized = isinstance(size_or_initializer, int)
        self._begin(typecode_or_type, [0] * size_or_initializer if sized else list(size_or_initializer))

    def _begin(self, typecode_or_type: Any, initial: list[Any]) -> None:
        """Makes the cells."""
        self.ctype = ctype_of(typecode_or_type)
        self.names = tuple(self._new_cell(item) for item in initial)

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: Any) -> Any:
        if not isinstance(index, slice):
            message = ask("cell.read", (self._cell(index), *self.guards), self.guard)
            return current().unpack(message)
        names = self.names[index]
        if self.guard:
            messages = list(ask("cells.read", (*names, *self.guards), self.guard))
        else:
            messages = []
            for name in names:
                message = ask("cell.read", (name,), "")
                messages.append(message)
        return [current().unpack(message) for message in messages]

    def __setitem__(self, index: Any, value: Any) -> None:
        if not isinstance(index, slice):
            ask("cell.write", (self._cell(index), *self.guards), self.guard, self._converted(value))
            return
        names = self.names[index]
        messages = tuple(self._converted(item) for item in value)
        if len(messages) != len(names):
            raise ValueError("Can only assign sequence of same size")
        if self.guard:
            ask("cells.write", (*names, *self.guards), self.guard, messages)
            return
        for place in range(len(names)):
            ask("cell.write", (names[place],), "", messages[place])

    def _cell(self, index: Any) -> str:
        try:
            name: str = self.names[index]
            return name
        except IndexError:
            raise IndexError("invalid index") from None

    def __iter__(self) -> Iterator[Any]:
        return ArrayIterator(self)

    def __contains__(self, item: Any) -> bool:
        for place in range(len(self)):
            here = self[place]
            if here == item:
                return True
        return False

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """A real array, of elements that are read one after the other; without a lock NumPy looks at the memory itself."""
        if self.lock is None and not copy:
            raise no_views()
        elements = []
        for place in range(len(self)):
            element = self[place]
            elements.append(element)
        return numpy().array(elements, self.ctype if dtype is None else dtype)


class ArrayIterator:
    """Goes over an Array, an operation an element."""

    def __init__(self, array: SharedArray) -> None:
        self.array, self.place = array, 0

    def __iter__(self) -> ArrayIterator:
        return self

    def __next__(self) -> Any:
        if self.place >= len(self.array):
            raise StopIteration
        self.place += 1
        return self.array[self.place - 1]
