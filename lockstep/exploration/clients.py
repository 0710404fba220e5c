"""The clients of an object, as text: "put(1); get()" is what one process calls, one call after the other."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple


class Call(NamedTuple):
    """A call of a method; its arguments are plain data."""

    method: str
    arguments: tuple[Any, ...] = ()
    keywords: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        given = [*map(repr, self.arguments), *(f"{name}={value!r}" for name, value in self.keywords)]
        return f"{self.method}({', '.join(given)})"


@dataclass(frozen=True)
class Used:
    """An object that clients use: what they call, and the arguments that it is made with."""

    clients: tuple[tuple[Call, ...], ...]
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]

    def as_data(self) -> list[list[list[Any]]]:
        """The clients as they cross."""
        return [[[call.method, list(call.arguments), dict(call.keywords)] for call in calls] for calls in self.clients]


Clients = tuple[tuple[Call, ...], ...]


def clients_of(texts: Iterable[str]) -> Clients:
    """What each client calls. Raises ValueError or TypeError for what is no such text."""
    if isinstance(texts, str):
        raise TypeError(f'clients are a list, a text for each process: ["put(1); put(2)", "get()"], not {texts!r}')
    clients = tuple(_calls(text) for text in texts)
    if not clients:
        raise ValueError("somebody must use the object: give at least one client")
    return clients


def _calls(text: str) -> tuple[Call, ...]:
    if not isinstance(text, str):
        raise TypeError(f'a client is a text such as "put(1); get()", not {text!r}')
    try:
        return tuple(_call(statement) for statement in ast.parse(text.strip()).body)
    except (SyntaxError, ValueError):
        raise ValueError(
            f'a client is a text such as "put(1); get()", calls with plain values and `;` between them, not {text!r}'
        ) from None


def _call(statement: ast.stmt) -> Call:
    match statement:
        case ast.Expr(ast.Call(ast.Name(method), arguments, keywords)) if all(each.arg for each in keywords):
            given = tuple(ast.literal_eval(argument) for argument in arguments)
            return Call(method, given, tuple((str(each.arg), ast.literal_eval(each.value)) for each in keywords))
    raise ValueError
