"""What operations and objects are, each declared once beside its meaning; explore, player and simulate read it here.

A module below `lockstep.standin` declares its operations with `operation` and its objects with `object_kind`. What an
operation means is written in SEMANTICS.md; its function says the same of values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

from lockstep.standin.operation import Answer, Message, Operation, Outcome, Value

# (values of the objects, process that asks, *arguments) -> outcomes; none: blocked
Meaning = Callable[..., list[Outcome]]
_Function = TypeVar("_Function", bound=Meaning)

BLOCKED: list[Outcome] = []
UNKNOWN = object()
"""No answer is the usual one."""


class Limit(NamedTuple):
    """Where an operation's arguments say whether it waits, and what stands there when it waits without a limit."""

    place: int
    without: bool


class Wait(NamedTuple):
    """What somebody waits for who cannot go on.

    `told`: with {object} in it, and {detail}, which the object's value and the operation say. `on_page`: what the player
    says at any time, with {object}.
    """

    told: str
    detail: Callable[[Value, Operation], Any] | None = None
    on_page: str = ""


@dataclass(frozen=True)
class OperationKind:
    """Everything about operations of one kind ("lock.acquire").

    For readers. `told`: what it does, with {object}, {process} (its first argument), {0} and {1} (values of its
    arguments) in it; `trying`: the same when it does not wait. `method`: what the learner called. `answers`: whether its
    answer is told as a shared value, as a letter (source, tag, message), as a fact, never, or unless it is None or True.
    `wait`: what it waits for. `access`: what it does with cells. `passes`: whether a message goes in or comes out. `instead`:
    what waits, where this only looks.

    For machines. `meaning`: None if it belongs to the machine. `usual`: its one usual answer. `limit`: its time limit.
    `sees_exits`: its answer can tell whether a process has exited, always or when it is an exception. `follows`,
    `precedes`: what it does comes after what others did to the object, or before what they do next (the span).
    `wakes_all`: all who wait in it may go on after one change. `looks`: it tells how things are, and waits for nothing.
    `between_ranks`: of MPI's, what every order leaves as it is: a rank "meets" the others, a message or receive is "added", one that
    is there is "taken"; "other" is the rest. `cost`: which cost of `lockstep.simulation.costs.Costs` it has. `by_thread`: a thread
    beside the process has a part.
    """

    name: str
    meaning: Meaning | None = None
    told: str = ""
    trying: str = ""
    method: str = ""
    answers: Literal["value", "letter", "fact", "never", ""] = ""
    wait: Wait | None = None
    access: Literal["read", "write", ""] = ""
    passes: Literal["in", "out", ""] = ""
    instead: str = ""
    usual: Answer = UNKNOWN
    limit: Limit | None = None
    sees_exits: Literal["always", "on error", ""] = ""
    follows: bool = False
    precedes: bool = False
    wakes_all: bool = False
    looks: bool = False
    between_ranks: Literal["meets", "added", "taken", "other", ""] = ""
    cost: Literal["lock", "message", "call", "start", "exit", "barrier", ""] = ""
    by_thread: bool = False

    def patient(self, operation: Operation) -> bool:
        """Does this operation wait, as far as its arguments say?"""
        return self.limit is None or operation.arguments[self.limit.place] == self.limit.without

    def without_limit(self, operation: Operation) -> Operation:
        """The same operation, but waiting as long as it takes."""
        if self.limit is None:
            return operation
        arguments = list(operation.arguments)
        arguments[self.limit.place] = self.limit.without
        return operation._replace(arguments=tuple(arguments))


class Teller(Protocol):
    """Who can tell a reader of messages, objects and processes."""

    def message(self, message: Message) -> str: ...

    def object(self, name: str) -> str: ...

    def process(self, identity: str) -> str: ...


@dataclass(frozen=True)
class ObjectKind:
    """Everything about objects of one kind ("lock").

    `told`: its value for a reader. `holder`: the process that holds it. `asleep`: the processes that sleep on it until
    somebody wakes them; None where nobody ever does.
    """

    name: str
    told: Callable[[Value, Teller], str]
    holder: Callable[[Value], str | None] = lambda value: None
    asleep: Callable[[Value], list[str]] | None = None


_OPERATIONS: dict[str, OperationKind] = {}
_OBJECTS: dict[str, ObjectKind] = {}
_MAKES: dict[str, tuple[str, ...]] = {}


def operation(name: str, **declared: Any) -> Callable[[_Function], _Function]:
    """Declares the operations of this kind, whose meaning is the function below."""

    def register(function: _Function) -> _Function:
        _OPERATIONS[name] = OperationKind(name, function, **declared)
        return function

    return register


def machine_operation(name: str, **declared: Any) -> None:
    """Declares operations of this kind that the machine itself performs."""
    _OPERATIONS[name] = OperationKind(name, **declared)


def object_kind(name: str, told: Callable[[Value, Teller], str], **declared: Any) -> str:
    """Declares objects of this kind; its name."""
    _OBJECTS[name] = ObjectKind(name, told, **declared)
    return name


def makes(constructor: str, *kinds: str) -> None:
    """Declares what a call of the constructor makes, in this order."""
    _MAKES[constructor] = kinds


def operation_kind(name: str) -> OperationKind:
    """What is declared of operations of this kind; for others nothing but the name."""
    return _OPERATIONS.get(name) or OperationKind(name)


def declared_object(name: str) -> ObjectKind:
    """What is declared of objects of this kind; others are told as Python writes their value."""
    return _OBJECTS.get(name) or ObjectKind(name, lambda value, tell: repr(value))


def made_by(constructor: str) -> tuple[str, ...]:
    """The kinds of objects that a call of this constructor makes; none if it is unknown."""
    return _MAKES.get(constructor, ())


def outcomes(asked: Operation, values: tuple[Value, ...], process: str) -> list[Outcome]:
    """All ways in which the operation can go now. A KeyError for those that are not declared."""
    meaning = _OPERATIONS[asked.kind].meaning
    if meaning is None:
        raise KeyError(asked.kind)
    return meaning(values, process, *asked.arguments)


def one(values: tuple[Value, ...], answer: Any) -> list[Outcome]:
    """The only outcome."""
    return [Outcome(values, answer)]
