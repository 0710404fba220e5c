"""Loads a learner's definitions into a module, one statement at a time, so that a bad one costs only itself."""

from __future__ import annotations
import __future__

import ast
import linecache
import types
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from lockstep.program.children import prepare_spawned_child
from lockstep.program.definitions import Definitions, definitions
from lockstep.program.names import bound_names, computed_reason
from lockstep.program.source import ModuleSource
from lockstep.standin.missing import Missing


@dataclass(frozen=True)
class _Statement:
    code: types.CodeType
    binds: frozenset[str]
    where: str


@dataclass(frozen=True)
class Loadable:
    """A program, compiled once, whose statements are executed in every module that it becomes."""

    statements: tuple[_Statement, ...] = ()
    computed: tuple[tuple[str, str], ...] = ()  # (name, where): what a notebook computes, which no module can have
    labels: frozenset[str] = frozenset()  # of its cells, the file names in tracebacks

    @classmethod
    def of(cls, found: Definitions) -> Loadable:
        """Compiles what `found` holds, under the cells' own labels and line numbers."""
        statements = []
        flags = 0
        for cell in found.cells:
            remember_source(cell.label, cell.source)
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                    flags |= sum(getattr(__future__, alias.name).compiler_flag for alias in node.names)
                where = f"{cell.label}, line {node.lineno}"
                statements.append(_Statement(_compiled(node, cell.label, flags), bound_names(node), where))
        labels = frozenset(cell.label for cell in found.cells)
        return cls(tuple(statements), tuple(found.computed.items()), labels)

    def mentions(self, name: str) -> bool:
        """Does the program's text have this name, or a text that is this name?"""
        return any(_mentions(statement.code, name) for statement in self.statements)

    def execute(
        self,
        namespace: dict[str, Any],
        absent: MutableMapping[str, Any] | None = None,
        refusal: type[BaseException] = NameError,
    ) -> None:
        """Executes the statements in a module's namespace.

        A statement that raises costs only itself: what it would have bound is a `Missing` in `absent` (unless given,
        the namespace itself), as is what the notebook computes. Using such a name raises `refusal`; a statement that
        raises this says itself why its names are missing.
        """
        absent = namespace if absent is None else absent
        for name, where in self.computed:
            absent[name] = Missing(computed_reason(name, where), refusal)
        for statement in self.statements:
            try:
                exec(statement.code, namespace)
            except (KeyboardInterrupt, MemoryError):
                raise
            except (Exception, refusal) as error:
                told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
                for name in statement.binds:
                    reason = f"`{name}` could not be defined ({statement.where}): {told}"
                    namespace.pop(name, None)
                    absent[name] = Missing(reason if isinstance(error, Exception) else str(error), refusal)


def _mentions(code: types.CodeType, name: str) -> bool:
    inner = (constant for constant in code.co_consts if isinstance(constant, types.CodeType))
    return name in (*code.co_names, *code.co_consts) or any(_mentions(each, name) for each in inner)


def _compiled(node: ast.stmt, label: str, flags: int) -> types.CodeType:
    try:
        code: types.CodeType = compile(ast.Module([node], []), label, "exec", flags=flags, dont_inherit=True)
        return code
    except SyntaxError as error:  # one that only compiling finds, such as a `return` outside of a function
        return compile(f"raise SyntaxError({error.msg!r})", label, "exec", dont_inherit=True)


def load(source: ModuleSource, name: str) -> types.ModuleType:
    """A new module `name` with the definitions of `source`; not yet in sys.modules."""
    module = types.ModuleType(name)
    Loadable.of(definitions(source)).execute(vars(module))
    return module


def remember_source(label: str, source: str) -> None:
    """Lets tracebacks show the lines of `source` for code whose file name is `label`."""
    linecache.cache[label] = (len(source), None, source.splitlines(keepends=True), label)


def main_file_text(found: Definitions) -> str:
    """A Python file that defines what `found` holds, for the child processes of a notebook or a check."""
    cells = [(cell.label, cell.source) for cell in found.cells]
    return (
        '"""The definitions of a notebook, written by Lockstep for its child processes."""\n'
        "from lockstep.program.loading import define_main as _define_main\n"
        f"_define_main(globals(), {cells!r}, {found.computed!r})\n"
        "del _define_main\n"
    )


def define_main(namespace: dict[str, Any], cells: list[tuple[str, str]], computed: dict[str, str]) -> None:
    """What a file made by main_file_text calls when a child process imports it."""
    if namespace["__name__"] == "__mp_main__":
        prepare_spawned_child()
    Loadable.of(Definitions(ModuleSource.of_data(cells).cells, computed)).execute(namespace)
