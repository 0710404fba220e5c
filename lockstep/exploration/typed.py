"""Returned values as keys: True is not 1, 0.0 is not -0.0, a list can be one, and NaN is itself."""

from __future__ import annotations

import struct
from collections.abc import Hashable, Iterator, Mapping
from typing import Any


def frozen(value: Any) -> Any:
    """The value with its lists, sets, dictionaries and arrays made hashable and unchangeable."""
    if isinstance(value, (list, tuple)):
        return tuple(frozen(item) for item in value)
    if isinstance(value, (set, frozenset)):
        return frozenset(frozen(item) for item in value)
    if isinstance(value, dict):
        return tuple((frozen(key), frozen(item)) for key, item in value.items())
    if hasattr(value, "tolist"):
        return frozen(value.tolist())
    return value


def typed_key(value: Any) -> Hashable:
    """Equal for values that are equal and of the same types all the way down."""
    if isinstance(value, (list, tuple)):
        return (type(value), tuple(typed_key(item) for item in value))
    if isinstance(value, (set, frozenset)):
        return (type(value), frozenset(typed_key(item) for item in value))
    if isinstance(value, dict):
        return (dict, frozenset((typed_key(key), typed_key(item)) for key, item in value.items()))
    if isinstance(value, float):
        return (float, struct.pack("d", value))
    if hasattr(value, "tolist"):
        return (type(value).__name__, str(getattr(value, "dtype", "")), typed_key(value.tolist()))
    return (type(value), value)


class Results(Mapping[Any, int | None]):
    """Every returned value and in how many interleavings it is returned (None: without number). Unchangeable."""

    __slots__ = ("_by_key",)

    def __init__(self, counted: list[tuple[Any, int | None]]) -> None:
        self._by_key: dict[Hashable, tuple[Any, int | None]] = {
            typed_key(value): (value, ways) for value, ways in counted
        }

    def __getitem__(self, value: Any) -> int | None:
        try:
            return self._by_key[typed_key(value)][1]
        except KeyError:
            raise KeyError(value) from None

    def __contains__(self, value: object) -> bool:
        return typed_key(value) in self._by_key

    def __iter__(self) -> Iterator[Any]:
        return iter([frozen(value) for value, _ in self._by_key.values()])

    def values_returned(self) -> list[Any]:
        """The values as they were returned."""
        return [value for value, _ in self._by_key.values()]

    def items(self) -> Any:
        return [(frozen(value), ways) for value, ways in self._by_key.values()]

    def values(self) -> Any:
        return [ways for _, ways in self._by_key.values()]

    def __len__(self) -> int:
        return len(self._by_key)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Results):
            mine = {key: ways for key, (_, ways) in self._by_key.items()}
            return mine == {key: ways for key, (_, ways) in other._by_key.items()}
        if isinstance(other, Mapping):
            return self == Results(list(other.items()))
        return NotImplemented

    def __hash__(self) -> int:
        return hash(frozenset((key, ways) for key, (_, ways) in self._by_key.items()))

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{value!r}: {ways}" for value, ways in self._by_key.values()) + "}"
