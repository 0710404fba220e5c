"""Value and Array of structures and of characters: a cell for each field, and an array that is bytes as well."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from typing import Any

from lockstep.standin.machine import current, not_covered
from lockstep.standin.objects.cells import SharedArray, SharedValue, _Cells, is_structure
from lockstep.standin.shared import ask

_PLAIN = (int, float, bytes, str, type(None))


def shared_value(typecode_or_type: Any, *args: Any, lock: Any = True) -> Any:
    """As `multiprocessing.Value`."""
    kind = SharedStructure if is_structure(typecode_or_type) else SharedValue
    return kind(typecode_or_type, *args, lock=lock)


def shared_array(typecode_or_type: Any, size_or_initializer: Any, *, lock: Any = True) -> Any:
    """As `multiprocessing.Array`."""
    characters = typecode_or_type == "c" or typecode_or_type is ctypes.c_char
    kind = SharedString if characters else SharedStructures if is_structure(typecode_or_type) else SharedArray
    return kind(typecode_or_type, size_or_initializer, lock=lock)


def raw_value(typecode_or_type: Any, *args: Any) -> Any:
    """As `multiprocessing.RawValue`."""
    return shared_value(typecode_or_type, *args, lock=False)


def raw_array(typecode_or_type: Any, size_or_initializer: int | Iterable[Any]) -> Any:
    """As `multiprocessing.RawArray`."""
    return shared_array(typecode_or_type, size_or_initializer, lock=False)


class SharedStructure(_Cells):
    """As a Value of a structure: its fields are attributes, each a cell, all under one guard."""

    def __init__(self, structure: Any, *args: Any, lock: Any = True) -> None:
        self._structure = structure
        self._guard_with(lock)
        self._fields = self._made(structure(*args))

    def _made(self, initial: Any) -> dict[str, str]:
        """The names of cells that hold what is in the fields."""
        return {name: self._exist("cell", current().pack(value)) for name, value in contents(initial).items()}

    def cells(self) -> tuple[str, ...]:
        return tuple(self._fields.values())

    def __getattr__(self, name: str) -> Any:
        cell = self.__dict__.get("_fields", {}).get(name)
        if cell is None:
            return super().__getattr__(name)
        message = ask("cell.read", (cell, *self.guards), self.guard)
        return current().unpack(message)

    def __setattr__(self, name: str, value: Any) -> None:
        cell = self.__dict__.get("_fields", {}).get(name)
        if cell is None:
            object.__setattr__(self, name, value)
            return
        one = self._structure()
        setattr(one, name, value)  # converts, or raises what ctypes raises
        ask("cell.write", (cell, *self.guards), self.guard, current().pack(getattr(one, name)))


class SharedStructures(SharedArray):
    """As an Array of structures. An element is fetched under the guard, and its fields are then read and written without."""

    def _begin(self, typecode_or_type: Any, initial: list[Any]) -> None:
        self.ctype = typecode_or_type
        made = [each if isinstance(each, tuple) else each or () for each in initial]
        self.elements = tuple(self._element(each) for each in made)
        self.names = tuple(name for each in self.elements for name in each.cells())

    def _element(self, initial: Any) -> SharedStructure:
        values = initial if isinstance(initial, tuple) else tuple(contents(initial).values())
        return SharedStructure(self.ctype, *values, lock=False)

    def __len__(self) -> int:
        return len(self.elements)

    def __getitem__(self, index: Any) -> Any:
        found = self._found(index)
        if self.guard:
            cells = [name for each in (found if isinstance(index, slice) else [found]) for name in each.cells()]
            ask("cells.read", (*cells, *self.guards), self.guard)
        return list(found) if isinstance(index, slice) else found

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(index, slice):
            raise not_covered("a slice of structures that is written", "write one element after the other")
        one = value if isinstance(value, self.ctype) else self.ctype(*value)
        cells, guards = self._found(index).cells(), self.guards
        messages = tuple(current().pack(each) for each in contents(one).values())
        if self.guard:
            ask("cells.write", (*cells, *guards), self.guard, messages)
            return
        for place in range(len(cells)):
            ask("cell.write", (cells[place],), "", messages[place])

    def _found(self, index: Any) -> Any:
        try:
            return self.elements[index]
        except IndexError:
            raise IndexError("invalid index") from None


class SharedString(SharedArray):
    """As an Array of characters, which is bytes as well."""

    def _begin(self, typecode_or_type: Any, initial: list[Any]) -> None:
        super()._begin(typecode_or_type, [each or b"\0" for each in initial])

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return b"".join(found) if isinstance(index, slice) else found

    def __setitem__(self, index: Any, value: Any) -> None:
        super().__setitem__(index, [bytes([each]) for each in value] if isinstance(index, slice) else value)

    @property
    def raw(self) -> bytes:
        """All bytes."""
        found: bytes = self[:]
        return found

    @raw.setter
    def raw(self, value: bytes) -> None:
        if len(value) > len(self):
            raise ValueError("byte string too long")
        self[: len(value)] = value

    @property
    def value(self) -> bytes:
        """The bytes before the first zero."""
        return self.raw.partition(b"\0")[0]

    @value.setter
    def value(self, value: bytes) -> None:
        if not isinstance(value, bytes):
            raise TypeError(f"bytes expected instead of {type(value).__name__} instance")
        self.raw = value + b"\0" * (len(value) < len(self))


def contents(structure: Any) -> dict[str, Any]:
    """What is in the fields of a ctypes structure. Raises NotCovered for those that are no plain values."""
    names = [field[0] for cls in reversed(type(structure).__mro__) for field in vars(cls).get("_fields_", ())]
    found = {name: getattr(structure, name) for name in names}
    for name, value in found.items():
        if not isinstance(value, _PLAIN):
            raise not_covered(
                f"the field `{name}` of a structure in shared memory, which is a `{type(value).__name__}`",
                "make each of its parts a field of its own",
            )
    return found
