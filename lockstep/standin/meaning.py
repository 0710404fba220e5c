"""The meaning of operations as pure functions: values in, outcomes out; see SEMANTICS.md."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from lockstep.standin.operation import Operation, Outcome, Value

# (values of the objects, process that asks, *arguments) -> outcomes; none: blocked
Meaning = Callable[..., list[Outcome]]
_Function = TypeVar("_Function", bound=Meaning)

_MEANINGS: dict[str, Meaning] = {}
BLOCKED: list[Outcome] = []


def meaning(*kinds: str) -> Callable[[_Function], _Function]:
    """Registers the meaning of operations of these kinds."""

    def register(function: _Function) -> _Function:
        for kind in kinds:
            _MEANINGS[kind] = function
        return function

    return register


def outcomes(operation: Operation, values: tuple[Value, ...], process: str) -> list[Outcome]:
    """All ways in which the operation can go now. Operations of kinds "process.*" belong to the machine, and are a
    KeyError."""
    return _MEANINGS[operation.kind](values, process, *operation.arguments)


def one(values: tuple[Value, ...], answer: Any) -> list[Outcome]:
    """The only outcome."""
    return [Outcome(values, answer)]
