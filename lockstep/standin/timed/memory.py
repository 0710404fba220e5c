"""Shared memory in virtual time: Value, Array and SharedMemory whose bytes all processes see, numpy too."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from typing import Any

from lockstep.standin.declared import BLOCKED, one, operation
from lockstep.standin.lacking import Lacking
from lockstep.standin.machine import current, not_covered
from lockstep.standin.objects.cells import _Cells, ctype_of, is_structure
from lockstep.standin.objects.structures import contents
from lockstep.standin.operation import Creation, Outcome, Value
from lockstep.standin.shared import ask, new_name


@operation("memory.access", method="Value.value", follows=True, cost="lock")
def _access(values: tuple[Value, ...], process: str) -> list[Outcome]:
    """Shared memory behind a lock can be touched while nobody else holds that lock."""
    held = values[0]
    return BLOCKED if held is not None and held[0] != process else one(values, None)


def _memory() -> dict[str, Any]:
    found: dict[str, Any] = current().option("memory")
    return found


class _Guarded(_Cells):
    """Memory that is touched under its lock, if it has one; each touch is an operation then."""

    _key: str

    def _keep(self, data: Any) -> None:
        self._key = new_name()
        _memory()[self._key] = data
        current().create(Creation(self._key, "memory", ctypes.sizeof(data)))

    def _touch(self) -> Any:
        if self.guards:
            ask("memory.access", self.guards)
        return _memory()[self._key]


class MemoryValue(_Guarded):
    """As `multiprocessing.Value`."""

    def __init__(self, typecode_or_type: Any, *args: Any, lock: Any = True) -> None:
        self.ctype = ctype_of(typecode_or_type)
        self._guard_with(lock)
        self._keep(self.ctype(*args))

    @property
    def value(self) -> Any:
        return self._touch().value

    @value.setter
    def value(self, value: Any) -> None:
        converted = self.ctype(value).value
        self._touch().value = converted


class MemoryStructure(_Guarded):
    """As a Value of a structure: its fields are attributes."""

    def __init__(self, structure: Any, *args: Any, lock: Any = True) -> None:
        self._guard_with(lock)
        self._keep(structure(*args))
        self._fields = frozenset(contents(structure()))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._touch(), name) if name in self.__dict__.get("_fields", ()) else super().__getattr__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.__dict__.get("_fields", ()):
            setattr(self._touch(), name, value)
        else:
            object.__setattr__(self, name, value)


class MemoryArray(_Guarded):
    """As `multiprocessing.Array`; `get_obj()` gives the bytes themselves, which numpy can use."""

    def __init__(self, typecode_or_type: Any, size_or_initializer: Any, *, lock: Any = True) -> None:
        self.ctype = ctype_of(typecode_or_type)
        self._guard_with(lock)
        self._keep(_array(self.ctype, size_or_initializer))

    def __len__(self) -> int:
        return len(_memory()[self._key])

    def __getitem__(self, index: Any) -> Any:
        return self._touch()[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        self._touch()[index] = value

    def __iter__(self) -> Iterator[Any]:
        return (self[place] for place in range(len(self)))

    def get_obj(self) -> Any:
        return _memory()[self._key]


class MemoryString(MemoryArray):
    """An array of characters, which is bytes as well."""

    @property
    def value(self) -> bytes:
        """The bytes before the first zero."""
        found: bytes = self._touch().value
        return found

    @value.setter
    def value(self, value: bytes) -> None:
        self._touch().value = value

    @property
    def raw(self) -> bytes:
        """All bytes."""
        found: bytes = self._touch().raw
        return found

    @raw.setter
    def raw(self, value: bytes) -> None:
        self._touch().raw = value


def memory_value(typecode_or_type: Any, *args: Any, lock: Any = True) -> Any:
    """As `multiprocessing.Value`."""
    return (MemoryStructure if is_structure(typecode_or_type) else MemoryValue)(typecode_or_type, *args, lock=lock)


def memory_array(typecode_or_type: Any, size_or_initializer: Any, *, lock: Any = True) -> Any:
    """As `multiprocessing.Array`, which without a lock is a ctypes array."""
    if lock is False:
        return raw_array(typecode_or_type, size_or_initializer)
    kind = MemoryString if ctype_of(typecode_or_type) is ctypes.c_char else MemoryArray
    return kind(typecode_or_type, size_or_initializer, lock=lock)


def raw_value(typecode_or_type: Any, *args: Any) -> Any:
    """As `multiprocessing.RawValue`."""
    return memory_value(typecode_or_type, *args, lock=False)


def raw_array(typecode_or_type: Any, size_or_initializer: int | Iterable[Any]) -> Any:
    """As `multiprocessing.RawArray`: a ctypes array."""
    name = new_name()
    made = _memory()[name] = _array(ctype_of(typecode_or_type), size_or_initializer, name)
    current().create(Creation(name, "memory", ctypes.sizeof(made)))
    return made


def _array(ctype: Any, size_or_initializer: Any, name: str = "") -> Any:
    sized = isinstance(size_or_initializer, int)
    length = size_or_initializer if sized else len(size_or_initializer := list(size_or_initializer))
    if length < 0:
        raise ValueError("the length of an array cannot be negative")
    made = type("SharedArray", (ctype * length,), {"__reduce_ex__": _by_name})()
    made.name = name
    if not sized:
        made[:] = size_or_initializer
    return made


def _by_name(array: Any, protocol: Any) -> Any:
    if not current().spawning or not array.name:
        raise RuntimeError("shared arrays should only be shared between processes through inheritance")
    return _find, (array.name,)


def _find(name: str) -> Any:
    return _memory()[name]


class SharedMemory(Lacking):
    """As `multiprocessing.shared_memory.SharedMemory`."""

    def __init__(self, name: str | None = None, create: bool = False, size: int = 0, *, track: bool = True) -> None:
        if create and size <= 0:
            raise ValueError("'size' must be a positive number different from zero")
        if not create and name is None:
            raise ValueError("'name' can only be None if create=True")
        self._name = name if name is not None else f"psm_{new_name()}"
        key = f"segment {self._name}"
        memory = _memory()
        if create:
            if key in memory:
                raise FileExistsError(17, "File exists", self._name)
            memory[key] = bytearray(size)
            current().create(Creation(key, "memory", size))
        elif key not in memory:
            raise FileNotFoundError(2, "No such file or directory", f"/{self._name}")
        self._bytes = memory[key]
        self._view: memoryview | None = memoryview(self._bytes)

    @property
    def buf(self) -> memoryview | None:
        return self._view

    @property
    def name(self) -> str:
        return self._name

    @property
    def size(self) -> int:
        return len(self._bytes)

    def close(self) -> None:
        if self._view is not None:
            self._view.release()
            self._view = None

    def unlink(self) -> None:
        if _memory().pop(f"segment {self._name}", None) is None:
            raise FileNotFoundError(2, "No such file or directory", f"/{self._name}")

    def __reduce__(self) -> Any:
        return SharedMemory, (self._name,)


def shareable_list(*_arguments: Any, **_keywords: Any) -> Any:
    """`multiprocessing.shared_memory.ShareableList` is not there."""
    raise not_covered("`ShareableList`", "use an Array, or numpy on a SharedMemory")
