"""What code changes beside the names that it binds, by its text alone: objects in place, and what its calls may change.

`data.append(1)`, `table["x"] = 2` and `shuffle(data)` change what `data` and `table` stand for.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_CHANGING_METHODS = frozenset({
    "add", "append", "appendleft", "clear", "difference_update", "discard", "extend", "extendleft", "fill", "insert",
    "intersection_update", "move_to_end", "pop", "popitem", "popleft", "remove", "resize", "reverse", "rotate", "send",
    "setdefault", "setflags", "sort", "subtract", "symmetric_difference_update", "update", "write", "writelines",
})  # fmt: skip
# Functions of libraries that change their first argument, by their last word.
_CHANGING_FUNCTIONS = frozenset({
    "copyto", "delattr", "delitem", "fill_diagonal", "heapify", "heappop", "heappush", "heappushpop", "heapreplace",
    "insort", "insort_left", "insort_right", "next", "place", "put", "putmask", "setattr", "setitem", "shuffle",
})  # fmt: skip
_VIEWING = frozenset({"enumerate", "iter", "reversed", "zip"})  # what they give holds their arguments' items


@dataclass(frozen=True)
class Called:
    """A call: its name (".name" of a method), and which names its arguments start from, by place or keyword.

    `of`: the names that a method's object starts from; `alone`: the call is a statement, so it is there for its effect.
    """

    name: str
    arguments: tuple[tuple[int | str, str], ...]
    of: tuple[str, ...]
    alone: bool


@dataclass(frozen=True)
class Effects:
    """What a piece of code changes in place (names, from which it comes there), what it calls, and which names are others
    for one object."""

    changes: frozenset[str]
    calls: tuple[Called, ...]
    aliases: tuple[tuple[str, str], ...]


NOTHING = Effects(frozenset(), (), ())


def effects_of(node: ast.stmt) -> Effects:
    """The effects of executing a statement, or of calling a function."""
    reader = Reader()
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        reader.read(node.body, inside=True)
    else:
        reader.read([node], inside=False)
    return reader.effects()


class Reader:
    """Reads code for its effects, and for what else a summary of a function needs."""

    def __init__(self) -> None:
        self.stored: set[str] = set()  # names that are bound
        self.declared: set[str] = set()  # by `global`
        self.defined: set[str] = set()  # functions and classes inside
        self.returned: list[ast.expr | None] = []
        self._changes: set[str] = set()
        self._calls: list[Called] = []
        self._alone: set[int] = set()  # calls that are statements
        self._aliases: list[tuple[str, str]] = []

    def effects(self) -> Effects:
        return Effects(frozenset(self._changes), tuple(self._calls), tuple(self._aliases))

    def read(self, statements: Sequence[ast.AST], inside: bool) -> None:
        """`inside`: also the bodies of what the statements only define."""
        waiting = list(statements)
        while waiting:
            node = waiting.pop()
            kind = type(node)
            if kind in _BODIES and not inside:
                waiting += getattr(node, "decorator_list", ())
                continue
            handler = _HANDLERS.get(kind)
            if handler is not None:
                handler(self, node)
            for field in node._fields:
                value = getattr(node, field, None)
                if isinstance(value, ast.AST):
                    waiting.append(value)
                elif isinstance(value, list):
                    waiting += [item for item in value if isinstance(item, ast.AST)]

    def _name(self, node: ast.Name) -> None:
        if type(node.ctx) is not ast.Load:
            self.stored.add(node.id)

    def _part(self, node: ast.Attribute | ast.Subscript) -> None:
        if type(node.ctx) is not ast.Load:
            self._changes.update(_root(node))

    def _statement(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call):
            self._alone.add(id(node.value))

    def _assignment(self, node: ast.Assign) -> None:
        self._alias(node.targets, node.value)

    def _binding(self, node: ast.AnnAssign | ast.NamedExpr) -> None:
        if node.value is not None:
            self._alias([node.target], node.value)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.comprehension) -> None:
        self._alias([node.target], node.iter)

    def _alias(self, targets: Iterable[ast.AST], value: ast.AST) -> None:
        held = list(_held(value))
        self._aliases += [(name, root) for name in _stored(targets) for root in held] if held else []

    def _augmented(self, node: ast.AugAssign) -> None:
        self._changes.update(_root(node.target))

    def _call(self, node: ast.Call) -> None:
        self._changes.update(_changed_by_call(node))
        self._calls += _calls(node, id(node) in self._alone)

    def _global(self, node: ast.Global) -> None:
        self.declared.update(node.names)

    def _definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        self.stored.add(node.name)
        self.defined.add(node.name)

    def _return(self, node: ast.Return) -> None:
        self.returned.append(node.value)


_BODIES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_HANDLERS: dict[type, Callable[[Reader, Any], None]] = {
    ast.Name: Reader._name, ast.Attribute: Reader._part, ast.Subscript: Reader._part, ast.Expr: Reader._statement,
    ast.Assign: Reader._assignment, ast.AnnAssign: Reader._binding, ast.NamedExpr: Reader._binding,
    ast.For: Reader._loop, ast.AsyncFor: Reader._loop, ast.comprehension: Reader._loop,
    ast.AugAssign: Reader._augmented, ast.Call: Reader._call, ast.Global: Reader._global,
    ast.FunctionDef: Reader._definition, ast.AsyncFunctionDef: Reader._definition, ast.ClassDef: Reader._definition,
    ast.Return: Reader._return,
}  # fmt: skip


def _root(node: ast.AST) -> Iterator[str]:
    """The name that `a.b[0].c()` starts from."""
    while True:
        match node:
            case ast.Name(id=name):
                yield name
                return
            case ast.Attribute(value=value) | ast.Subscript(value=value) | ast.Starred(value=value):
                node = value
            case ast.Call(func=ast.Attribute() as method):
                node = method
            case _:
                return


def _stored(targets: Iterable[ast.AST]) -> Iterator[str]:
    for target in targets:
        if isinstance(target, ast.Tuple | ast.List):
            yield from _stored(target.elts)
        else:
            yield from _root(target)


def _held(value: ast.AST) -> Iterator[str]:
    """The names of objects that a value is or holds, as far as its text shows it."""
    match value:
        case ast.Name() | ast.Attribute() | ast.Subscript() | ast.Starred() | ast.Call(func=ast.Attribute()):
            yield from _root(value)
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Dict(values=items):
            for item in items:
                yield from _held(item)
        case ast.IfExp(body=body, orelse=orelse):
            yield from _held(body)
            yield from _held(orelse)
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in _VIEWING:
            for argument in arguments:
                yield from _held(argument)


def _changed_by_call(call: ast.Call) -> Iterator[str]:
    match call.func:
        case ast.Attribute(attr=name) as method if name in _CHANGING_METHODS:
            yield from _root(method)
    called = getattr(call.func, "attr", None) or getattr(call.func, "id", None)
    if called in _CHANGING_FUNCTIONS and call.args:
        yield from _root(call.args[0])


def _calls(call: ast.Call, alone: bool) -> Iterator[Called]:
    of: tuple[str, ...] = ()
    match call.func:
        case ast.Name(id=name):
            pass
        case ast.Attribute(attr=attribute, value=value):
            name, of = f".{attribute}", tuple(_root(value))
        case _:
            return
    places: list[tuple[int | str, ast.AST]] = list(enumerate(call.args))
    places += [(keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg]
    arguments = tuple((place, root) for place, argument in places for root in _held(argument))
    yield Called(name, arguments, of, alone)
