"""Fresh globals of a learner's program for every simulated process: compiled once, executed for each."""

from __future__ import annotations

import ast
import linecache
import sys
import types
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from lockstep.program.names import computed_reason
from lockstep.standin.imports.covered import covered_builtins, imports, no_clocks
from lockstep.standin.machine import NotCovered

SOLUTION, GIVEN = "solution", "given"


class CellText(Protocol):
    """A cell of a program: its label (the file name in tracebacks) and its raw source."""

    @property
    def label(self) -> str: ...
    @property
    def source(self) -> str: ...


class Statement(NamedTuple):
    """A top-level statement, compiled, and the names it binds; or why these names cannot be had."""

    code: types.CodeType
    names: tuple[str, ...]
    where: str
    why_not: str = ""


class Absent:
    """Stands for a name whose definition failed; any use of it raises the reason."""

    def __init__(self, error: type[BaseException], reason: str) -> None:
        object.__setattr__(self, "_why", (error, reason))

    def _raise(self, *_arguments: Any, **_keywords: Any) -> Any:
        error, reason = object.__getattribute__(self, "_why")
        raise error(reason)

    __call__ = __iter__ = __len__ = __bool__ = __getitem__ = __enter__ = __exit__ = __getattr__ = _raise
    __add__ = __radd__ = __mul__ = __index__ = __int__ = __reduce__ = _raise


def compiled(cells: Iterable[CellText], computed: Mapping[str, str] = MappingProxyType({})) -> tuple[Statement, ...]:
    """The statements of a program. A cell that does not parse is left out (its names are undefined).

    `computed`: names that a notebook computes, which no process can have, and where it does.
    """
    nothing = compile("", "computed", "exec")
    statements = [Statement(nothing, (name,), where, computed_reason(name, where)) for name, where in computed.items()]
    for cell in cells:
        linecache.cache[cell.label] = (len(cell.source), None, cell.source.splitlines(keepends=True), cell.label)
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:
            continue
        for node in tree.body:
            names = tuple(_bound(node))
            code = compile(ast.Module([node], []), cell.label, "exec", dont_inherit=True)
            statements.append(Statement(code, names, f"{cell.label}, line {node.lineno}"))
    return tuple(statements)


def _bound(node: ast.stmt) -> Iterable[str]:
    for inner in ast.walk(node):
        if isinstance(inner, (ast.FunctionDef, ast.ClassDef)):
            yield inner.name
        elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            yield inner.id
        elif isinstance(inner, ast.alias):
            yield (inner.asname or inner.name).partition(".")[0]


class Namespaces:
    """The modules of one simulated process: the learner's, and the given code beside it."""

    def __init__(
        self,
        identity: str,
        program: tuple[Statement, ...],
        given: tuple[Statement, ...],
        importing: Callable[..., Callable[..., Any]] | None = None,
    ) -> None:
        """`importing` makes an `__import__` of a process's identity, its modules and `made`; else there is no time."""
        self.modules = {SOLUTION: types.ModuleType(SOLUTION), GIVEN: types.ModuleType(GIVEN)}
        self.made: dict[str, types.ModuleType] = {}  # `random` and others that are this process's own
        if importing is None:
            self.importer = imports(identity, self.modules, no_clocks(), self.made)
        else:
            self.importer = importing(identity, self.modules, self.made)
        builtins = covered_builtins(self.importer)
        self.made["builtins"] = types.ModuleType("builtins")
        vars(self.made["builtins"]).update(builtins)
        for module in self.modules.values():
            module.__dict__["__builtins__"] = builtins
        self._execute(program, vars(self.modules[SOLUTION]))
        public = {k: v for k, v in vars(self.modules[SOLUTION]).items() if not k.startswith("__")}
        vars(self.modules[GIVEN]).update(public)
        self._execute(given, vars(self.modules[GIVEN]))
        for name, module in self.modules.items():
            sys.modules.setdefault(name, module)

    @staticmethod
    def _execute(statements: tuple[Statement, ...], namespace: dict[str, Any]) -> None:
        for statement in statements:
            if statement.why_not:
                namespace.update({name: Absent(NameError, statement.why_not) for name in statement.names})
                continue
            try:
                exec(statement.code, namespace)
            except NotCovered as error:
                for name in statement.names:
                    namespace[name] = Absent(NotCovered, str(error))
            except Exception as error:
                reason = f"could not be defined ({statement.where}): {type(error).__name__}: {error}"
                for name in statement.names:
                    namespace[name] = Absent(NameError, f"`{name}` {reason}")

    def find(self, module: str, qualname: str) -> Any:
        """What the name means here. Raises AttributeError if nothing."""
        found: Any = self.modules[module] if module in self.modules else self.importer(module)
        for part in qualname.split("."):
            found = getattr(found, part)
        return found

    def own_name(self, thing: Any) -> tuple[str, str] | None:
        """The module and the name by which every process finds its own one of a function or class, if it has one."""
        random = self.made.get("random")
        if random is not None and getattr(thing, "__self__", None) is vars(random)["_inst"]:
            return "random", thing.__name__
        module, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", "")
        found: Any = self.made.get(module) if isinstance(module, str) else None
        for part in name.split(".") if found is not None else ():
            found = getattr(found, part, None)
        return (module, name) if found is thing and isinstance(module, str) else None
