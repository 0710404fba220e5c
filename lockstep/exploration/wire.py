"""Operations, answers and values as data of the closed format, and back."""

from __future__ import annotations

from typing import Any

from lockstep.standin.objects.pipes import Channel
from lockstep.standin.objects.queues import QueueValue
from lockstep.standin.operation import Message, Operation, Raised

_TUPLES: dict[str, Any] = {"m": Message, "r": Raised, "o": Operation, "q": QueueValue, "c": Channel}
_KEYS = {cls: key for key, cls in _TUPLES.items()}


def to_wire(value: Any) -> Any:
    """Plain tuples become lists, the named ones a dictionary with their letter."""
    if isinstance(value, tuple):
        items = [to_wire(item) for item in value]
        key = _KEYS.get(type(value))
        return items if key is None else {key: items}
    return value


def from_wire(value: Any) -> Any:
    """The inverse of to_wire. Raises KeyError, TypeError or ValueError for what to_wire never makes."""
    if isinstance(value, (list, tuple)):
        return tuple(from_wire(item) for item in value)
    if isinstance(value, dict):
        ((key, items),) = value.items()
        return _TUPLES[key](*(from_wire(item) for item in items))
    return value
