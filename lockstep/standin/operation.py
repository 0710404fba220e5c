"""What a simulated process asks of its machine, as plain data: operations, messages, answers."""

from __future__ import annotations

from typing import Any, NamedTuple

Value = Any  # what an object holds: hashable plain data (None, bool, int, str, tuples of those)
Answer = Any  # plain data as well, or Raised


class Message(NamedTuple):
    """A pickled value: `token` stands for it (equal tokens, equal values), `size` is its size in a pipe, in bytes."""

    token: Any
    size: int


class Operation(NamedTuple):
    """One thing asked of shared objects: its kind ("lock.acquire"), the names of the objects touched, plain arguments.

    `patience`: for how many seconds the program is ready to wait, None without limit. Where no time exists it means nothing.
    """

    kind: str
    objects: tuple[str, ...] = ()
    arguments: tuple[Any, ...] = ()
    patience: float | None = None


class Creation(NamedTuple):
    """A new object: its name, its kind ("lock"), its first value, and what a reader should call it."""

    name: str
    kind: str
    value: Value


class Raised(NamedTuple):
    """An answer that is an exception: the key of its class in `EXCEPTIONS` and its text."""

    exception: str
    text: str = ""


class Outcome(NamedTuple):
    """One way an operation can go: the new values of its objects, in their order, and the answer."""

    values: tuple[Value, ...]
    answer: Answer
