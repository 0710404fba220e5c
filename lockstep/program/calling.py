"""What calling a program's own functions does: globals that they bind, globals and arguments that they change."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from lockstep.program.effects import Effects, Reader


@dataclass(frozen=True)
class Function:
    """What calling a name runs."""

    name: str  # ".name" for a method
    me: str | None  # of a method: what its object is called
    parameters: tuple[str, ...]
    own: frozenset[str]  # names that are local to it
    binds: frozenset[str]  # globals
    effects: Effects
    gives_function: bool


class CallEffects:
    """What calling the functions and classes of a program does."""

    def __init__(self, functions: Iterable[Function], fixed: Container[str]) -> None:
        """`fixed`: names of modules, functions and classes, which hold no part of what calling them gives."""
        self._fixed = fixed
        self._functions: dict[str, list[Function]] = {}
        self._bound: dict[Function, set[str]] = {}
        self._changed: dict[Function, set[str]] = {}  # globals and parameters
        for function in functions:
            self._functions.setdefault(function.name, []).append(function)
            self._bound[function], self._changed[function] = set(function.binds), set()
        going = True
        while going:
            going = False
            for function in self._bound:
                bound, changed = self._reached(function.effects)
                going = going or not (bound <= self._bound[function] and changed <= self._changed[function])
                self._bound[function] |= bound
                self._changed[function] |= changed

    def of(self, effects: Effects) -> frozenset[str]:
        """The names of the program that code with these effects changes or binds, by what it calls too."""
        bound, changed = self._reached(effects)
        return frozenset(bound | changed)

    def _reached(self, effects: Effects) -> tuple[set[str], set[str]]:
        bound: set[str] = set()
        changed = set(effects.changes)
        for call in effects.calls:
            functions = self._functions.get(call.name, [])
            if any(function.me in self._changed[function] for function in functions) or (call.alone and not functions):
                changed.update(call.of)
            for function in functions:
                bound |= self._bound[function]
                changed |= self._changed[function] - function.own
                for place, root in call.arguments:
                    if _parameter(function.parameters, place) in self._changed[function]:
                        changed.add(root)
        return bound, same_objects(changed, effects.aliases, self._fixed)


def same_objects(names: Iterable[str], aliases: Iterable[tuple[str, str]], fixed: Container[str]) -> set[str]:
    """The names, and all that stand for the same objects or for parts of them."""
    beside: dict[str, set[str]] = {}
    for one, other in aliases:
        if other not in fixed:
            beside.setdefault(one, set()).add(other)
            beside.setdefault(other, set()).add(one)
    found, waiting = set(names), list(names)
    while waiting:
        new = beside.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def functions_of(node: ast.stmt) -> Iterator[Function]:
    """What calling the names that a definition binds runs, and the methods of a class."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield _function(node.name, node)
        case ast.ClassDef():
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield _function(f".{inner.name}", inner)
                    if inner.name in ("__init__", "__new__", "__post_init__"):
                        yield _function(node.name, inner)


def _function(name: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    reader = Reader()
    reader.read(node.body, inside=True)
    own = (reader.stored | {argument.arg for argument in every if argument}) - reader.declared
    parameters = [argument.arg for argument in [*arguments.posonlyargs, *arguments.args]]
    me = parameters.pop(0) if parameters[:1] in (["self"], ["cls"]) else None
    gives = any(
        isinstance(one, ast.Lambda) or (isinstance(one, ast.Name) and one.id in reader.defined)
        for one in reader.returned
    )
    binds = frozenset(reader.declared & reader.stored)
    return Function(name, me, tuple(parameters), frozenset(own), binds, reader.effects(), gives)


def _parameter(parameters: tuple[str, ...], place: int | str) -> str | None:
    if isinstance(place, str):
        return place
    return parameters[place] if place < len(parameters) else None
