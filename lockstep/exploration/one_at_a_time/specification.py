"""A sequential specification: a plain class that says what an object does when its methods are called one at a time."""

from __future__ import annotations

import copy
import math
from collections.abc import Hashable
from typing import Any

from lockstep.exploration.clients import Call
from lockstep.exploration.typed import frozen, typed_key

Outcome = tuple[Any, ...]  # ("returned", value) or ("raised", class name, text)


class _Waits(BaseException):  # not an Exception: a specification must not catch it
    """The call cannot happen now."""


def wait_until(condition: Any) -> None:
    """In a specification: the call waits where the condition is not true. Write it before anything is changed."""
    if not condition:
        raise _Waits("`wait_until` says in a specification when a call may happen; a program waits by its locks")


def same(outcome: Outcome) -> Hashable:
    """A key that is equal for outcomes that count as the same: equal values, exceptions of one class."""
    return outcome[:2] if outcome[0] == "raised" else ("returned", _value(outcome[1]))


def _value(value: Any) -> Hashable:
    if isinstance(value, dict):
        return frozenset((_value(key), _value(item)) for key, item in value.items())
    if isinstance(value, float) and math.isnan(value):
        return "nan"
    if isinstance(value, (list, tuple)):
        return tuple(_value(item) for item in value)
    found: Hashable = frozen(value)
    return found


class Specification:
    """The states that the class can come to, each by a number; `start` is that of a new one."""

    def __init__(self, cls: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        """Raises TypeError for what is no class, or cannot be made as the object was made."""
        if not isinstance(cls, type):
            raise TypeError(f"a specification is a class with the methods that clients call, not {cls!r}")
        self.name = cls.__name__
        self._states: list[Any] = []
        self._numbers: dict[Hashable, int] = {}
        self._known: dict[tuple[int, str], tuple[Outcome, int] | None] = {}
        try:
            made = cls(*copy.deepcopy(arguments), **copy.deepcopy(keywords))
        except TypeError as error:
            raise TypeError(f"`{self.name}` is to be made with the same arguments as the object: {error}") from None
        self.start = self._number(made)

    def after(self, state: int, call: Call) -> tuple[Outcome, int] | None:
        """The outcome of the call in this state, and the state after it; None if it waits. Raises TypeError without such a method."""
        key = (state, str(call))
        if key not in self._known:
            self._known[key] = self._performed(state, call)
        return self._known[key]

    def _performed(self, state: int, call: Call) -> tuple[Outcome, int] | None:
        made = copy.deepcopy(self._states[state])
        method = getattr(made, call.method, None)
        if not callable(method):
            raise TypeError(f"the specification `{self.name}` has no method `{call.method}`, which a client calls")
        try:
            outcome: Outcome = (
                "returned",
                copy.deepcopy(method(*copy.deepcopy(call.arguments), **dict(call.keywords))),
            )
        except _Waits:
            return None
        except Exception as error:
            outcome = ("raised", type(error).__name__, str(error))
        return outcome, self._number(made)

    def _number(self, made: Any) -> int:
        key = typed_key(vars(made))
        if key not in self._numbers:
            self._numbers[key] = len(self._states)
            self._states.append(made)
        return self._numbers[key]
