"""What code changes beside the names that it binds: objects in place, and globals of the functions that it calls.

Nothing runs for this. `data.append(1)`, `table["x"] = 2`, `shuffle(data)` and `fill(table)`, where `fill` is a function
of the program that changes its argument, change what `data` and `table` stand for; so does a change to another name
for the same object.
"""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from lockstep.program.names import bound_names

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
    """A call of a function of the program: its name, and which names its arguments start from, by place or keyword."""

    name: str
    arguments: tuple[tuple[int | str, str], ...]


@dataclass(frozen=True)
class Effects:
    """What a piece of code changes in place (names, from which it comes there), what it calls, and which names are others
    for one object."""

    changes: frozenset[str]
    calls: tuple[Called, ...]
    aliases: tuple[tuple[str, str], ...]


def effects_of(node: ast.stmt) -> Effects:
    """The effects of executing a statement; for a function's or a class's, those of calling it."""
    changes: set[str] = set()
    calls: list[Called] = []
    aliases: list[tuple[str, str]] = []
    for inner in _executed(node):
        match inner:
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                changes.update(_root(inner))
            case ast.Expr(value=ast.Call(func=ast.Attribute() as method)):
                changes.update(_root(method))
            case ast.Assign(targets=targets, value=value):
                aliases += [(name, root) for name in _stored(targets) for root in _held(value)]
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
                aliases += [(name, root) for name in _stored([target]) for root in _held(value)]
            case ast.For(target=target, iter=over) | ast.comprehension(target=target, iter=over):
                aliases += [(name, root) for name in _stored([target]) for root in _held(over)]
            case ast.AugAssign(target=ast.Name(id=name)):
                changes.add(name)
        if isinstance(inner, ast.Call):
            changes.update(_changed_by_call(inner))
            calls += _calls(inner)
    return Effects(frozenset(changes), tuple(calls), tuple(aliases))


@dataclass
class _Summary:
    """What calling a function does: globals that it binds or changes, and parameters that it changes."""

    parameters: tuple[str, ...]
    own: frozenset[str]  # names that are local to it
    effects: Effects
    bound: set[str]
    changed: set[str]


class CallEffects:
    """What calling the functions and classes of a program does, each by its name (methods as ".name")."""

    def __init__(self, definitions: Iterable[tuple[ast.stmt, Effects]], fixed: Container[str]) -> None:
        """`fixed`: names of modules, functions and classes, which hold no part of what calling them gives."""
        self._fixed = fixed
        self._summaries: dict[str, list[_Summary]] = {}
        for node, effects in definitions:
            for name, function in _functions(node):
                summary = _summary(function, effects if function is node else effects_of(function))
                self._summaries.setdefault(name, []).append(summary)
        self._settle()

    def of(self, effects: Effects) -> frozenset[str]:
        """The names of the program that code with these effects changes or binds, by what it calls too."""
        bound, changed = self._reached(effects)
        return frozenset(bound | changed)

    def _settle(self) -> None:
        every = [summary for found in self._summaries.values() for summary in found]
        going = True
        while going:
            going = False
            for summary in every:
                bound, changed = self._reached(summary.effects)
                bound |= summary.bound
                if not (bound <= summary.bound and changed <= summary.changed):
                    summary.bound |= bound
                    summary.changed |= changed
                    going = True

    def _reached(self, effects: Effects) -> tuple[set[str], set[str]]:
        bound: set[str] = set()
        changed = set(effects.changes)
        for call in effects.calls:
            for summary in self._summaries.get(call.name, ()):
                bound |= summary.bound
                changed |= summary.changed - summary.own
                for place, root in call.arguments:
                    parameter = _parameter(summary.parameters, place)
                    if parameter in summary.changed:
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


def _functions(node: ast.stmt) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """The functions that calling names of a definition calls."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield node.name, node
        case ast.ClassDef():
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f".{inner.name}", inner
                    if inner.name in ("__init__", "__new__", "__post_init__"):
                        yield node.name, inner


def _summary(function: ast.FunctionDef | ast.AsyncFunctionDef, effects: Effects) -> _Summary:
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    declared = {name for inner in ast.walk(function) if isinstance(inner, ast.Global) for name in inner.names}
    stored = frozenset().union(*(bound_names(inner) for inner in function.body))
    own = (stored | {argument.arg for argument in every if argument}) - declared
    parameters = [argument.arg for argument in [*arguments.posonlyargs, *arguments.args]]
    if parameters[:1] in (["self"], ["cls"]):
        parameters = parameters[1:]
    named = tuple(parameters) + tuple(argument.arg for argument in arguments.kwonlyargs)
    return _Summary(named, own, effects, set(declared & stored), set())


def _parameter(parameters: tuple[str, ...], place: int | str) -> str | None:
    if isinstance(place, str):
        return place
    return parameters[place] if place < len(parameters) else None


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that are executed with a statement: not the bodies of what it only defines. For a function, all."""
    called = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    waiting: list[ast.AST] = list(node.body) if called else [node]  # type: ignore[attr-defined]
    while waiting:
        inner = waiting.pop()
        if called or not isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield inner
            waiting += ast.iter_child_nodes(inner)
        else:
            waiting += getattr(inner, "decorator_list", [])


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


def _calls(call: ast.Call) -> Iterator[Called]:
    match call.func:
        case ast.Name(id=name):
            pass
        case ast.Attribute(attr=attribute):
            name = f".{attribute}"
        case _:
            return
    places: list[tuple[int | str, ast.AST]] = list(enumerate(call.args))
    places += [(keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg]
    yield Called(name, tuple((place, root) for place, argument in places for root in _held(argument)))
