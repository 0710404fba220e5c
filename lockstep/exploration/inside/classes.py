"""What a class says of its objects: their slots, methods and properties, and whether it lasts as long as the interpreter."""

from __future__ import annotations

import functools
import sys
import types
from typing import Any


class Unsure(Exception):
    """Something whose state the walk does not surely know."""


def expect(holds: bool) -> None:
    """Raises Unsure unless it holds."""
    if not holds:
        raise Unsure


def slots(kind: type) -> list[tuple[str, types.MemberDescriptorType]]:
    """Where an instance keeps what this class adds. Raises Unsure if it may keep more, or do more when it goes."""
    expect("__del__" not in kind.__dict__)
    if "__dict__" in kind.__dict__:
        expect(isinstance(kind.__dict__["__dict__"], types.GetSetDescriptorType))
    return [(name, slot) for name, slot in kind.__dict__.items() if isinstance(slot, types.MemberDescriptorType)]


lasting_slots = functools.cache(slots)  # of classes that nobody changes


def lookup(kind: type, name: str) -> Any:
    """What the class or a base of it defines under this name, None if nothing."""
    for base in kind.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    return None


def accessor(kind: type, name: str, which: str) -> Any:
    """The code of a property's `fget` or `fset`, None if there is none."""
    return getattr(getattr(lookup(kind, name), which, None), "__code__", None)


def importable(value: type) -> bool:
    """Is this the class that its name says, which lives as long as the interpreter?"""
    found: Any = sys.modules.get(value.__module__)
    for part in value.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is value or value.__module__ == "builtins" or not value.__flags__ & (1 << 9)
