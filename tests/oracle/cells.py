"""The oracle's shared values and arrays."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .engine import Machine, Process
from .locks import Acquired, RLock, always, me, when
from .pickles import Shared

TYPES = {
    "b": ctypes.c_byte, "B": ctypes.c_ubyte, "h": ctypes.c_short, "H": ctypes.c_ushort, "i": ctypes.c_int,
    "I": ctypes.c_uint, "l": ctypes.c_long, "L": ctypes.c_ulong, "q": ctypes.c_longlong, "Q": ctypes.c_ulonglong,
    "f": ctypes.c_float, "d": ctypes.c_double,
}  # fmt: skip


def _seen(process: Process, cells: list[Any], index: int) -> Any:
    """What the process reads: what it wrote last itself, as long as that is not seen by all; else what all see."""
    own = [value for where, place, value in process.written if where is cells and place == index]
    return own[-1] if own else cells[index]


class _Guarded(Shared):
    def __init__(self, kind: Any, guard: Acquired | None) -> None:
        self._type = TYPES.get(kind, kind)
        self._guard = guard
        if guard is not None:
            self.acquire, self.release = guard.acquire, guard.release

    def _convert(self, value: Any) -> Any:
        return self._type(value).value

    def _step(self, name: str, commit: Callable[[], Any]) -> Any:
        guard, process = self._guard, me()
        return when(name, lambda: guard is None or guard.could(process), commit)

    def _read(self, cells: list[Any], index: int) -> Any:
        if self._guard is not None:
            return self._step("read", lambda: cells[index])
        return always("raw", lambda process=me(): _seen(process, cells, index))

    def _write(self, cells: list[Any], index: int, new: Any) -> None:
        if self._guard is not None:
            self._step("write", lambda: cells.__setitem__(index, new))
        elif Machine.running.program.memory == "sequential":
            always("raw", lambda: cells.__setitem__(index, new))
        else:
            process = me()
            when("raw", lambda: len(process.written) < 8, lambda: process.written.append((cells, index, new)))

    def get_lock(self) -> Acquired | None:
        return self._guard

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *exc: object) -> None:
        self.release()


class Value(_Guarded):
    def __init__(self, kind: Any, initial: Any = 0, guard: Acquired | None = None) -> None:
        super().__init__(kind, guard)
        self._cell = [self._convert(initial)]

    def get_obj(self) -> Value:
        raw = Value(self._type)
        raw._cell = self._cell
        return raw

    @property
    def value(self) -> Any:
        return self._read(self._cell, 0)

    @value.setter
    def value(self, value: Any) -> None:
        self._write(self._cell, 0, self._convert(value))


class Array(_Guarded):
    def __init__(self, kind: Any, initial: int | Iterable[Any], guard: Acquired | None = None) -> None:
        super().__init__(kind, guard)
        given = [0] * initial if isinstance(initial, int) else initial
        self._cells = [self._convert(value) for value in given]

    def get_obj(self) -> Array:
        raw = Array(self._type, 0)
        raw._cells = self._cells
        return raw

    def __len__(self) -> int:
        return len(self._cells)

    def __getitem__(self, index: Any) -> Any:
        cells = self._cells
        if not isinstance(index, slice):
            return self._read(cells, range(len(cells))[index])  # raises IndexError without a step
        if self._guard is not None:
            return self._step("read", lambda: cells[index])
        return [self._read(cells, i) for i in range(*index.indices(len(cells)))]

    def __setitem__(self, index: Any, value: Any) -> None:
        cells = self._cells
        if not isinstance(index, slice):
            place = range(len(cells))[index]
            self._write(cells, place, self._convert(value))
            return
        news = [self._convert(each) for each in value]
        places = range(*index.indices(len(cells)))
        if len(news) != len(places):
            raise ValueError("Can only assign sequence of same size")

        def all_of_them() -> None:
            for place, new in zip(places, news, strict=True):
                cells[place] = new

        if self._guard is not None:
            self._step("write", all_of_them)
            return
        for place, new in zip(places, news, strict=True):
            self._write(cells, place, new)

    def __iter__(self) -> Iterator[Any]:
        for index in range(len(self._cells)):
            yield self[index]


def guard_of(lock: Any) -> Acquired | None:
    """The guard that `lock=` names: an RLock of its own for True or None, none for False."""
    if lock is True or lock is None:
        return RLock()
    return lock or None


def value(kind: Any, initial: Any = 0, *, lock: Any = True) -> Value:
    return Value(kind, initial, guard_of(lock))


def array(kind: Any, initial: int | Iterable[Any], *, lock: Any = True) -> Array:
    return Array(kind, initial, guard_of(lock))


def raw_value(kind: Any, initial: Any = 0) -> Value:
    return Value(kind, initial)


def raw_array(kind: Any, initial: int | Iterable[Any]) -> Array:
    return Array(kind, initial)
