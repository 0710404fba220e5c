"""Loads a learner's definitions into a module, one statement at a time, so that a bad one costs only itself."""

from __future__ import annotations
import __future__

import ast
import builtins
import linecache
import types
from collections.abc import Callable, MutableMapping
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from lockstep.program.children import prepare_spawned_child
from lockstep.program.kinds import computes, sets_interpreter
from lockstep.program.left_out import Definitions, LeftOut, NotAgain, deleted
from lockstep.program.names import bound_names
from lockstep.program.source import ModuleSource
from lockstep.program.watching import watching
from lockstep.standin.missing import Missing

Watch = Callable[[], AbstractContextManager[None]]


class _Statement(NamedTuple):
    label: str
    line: int
    binds: frozenset[str]
    code: types.CodeType | None  # None: left out
    computes: bool = False  # more than it takes to define something
    once: bool = False  # it sets what all processes on a simulated machine have in common
    deletes: tuple[str, ...] = ()
    why_not: str = ""


class Loadable:
    """A program, compiled once, whose statements are executed in every module that it becomes."""

    def __init__(self, found: Definitions | None = None) -> None:
        """Compiles what `found` holds, under the cells' own labels and line numbers."""
        cells = found.cells if found else ()
        self.labels = frozenset(cell.label for cell in cells)  # the file names in tracebacks
        self.complete = not (found and found.left_out)
        self._not_again: dict[int, str] = {}  # statements that have turned out not to be for every process, and why
        self._done: set[int] = set()
        self._statements: list[_Statement] = []
        flags = 0
        for cell in cells:
            remember_source(cell.label, cell.source)
            own = [_left_out(one) for one in found.left_out if one.label == cell.label] if found else []
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                    flags |= sum(getattr(__future__, alias.name).compiler_flag for alias in node.names)
                own.append(_compiled(node, cell.label, flags))
            self._statements += sorted(own, key=lambda one: one.line)

    def execute(
        self,
        namespace: dict[str, Any],
        watch: Watch,
        absent: MutableMapping[str, Any] | None = None,
        refusal: type[BaseException] = NameError,
    ) -> None:
        """Executes the statements in a module's namespace.

        What computes is executed within `watch()`, which may raise NotAgain. A statement that raises costs only itself:
        what it would have bound is a `Missing` in `absent` (unless given, the namespace itself). Using such a name
        raises `refusal`; a statement that raises this says itself why its names are missing.
        """
        absent = namespace if absent is None else absent
        for number, statement in enumerate(self._statements):
            if statement.once and number in self._done:
                continue
            self._done.add(number)
            why = statement.why_not or self._not_again.get(number, "")
            told = ""
            if not why and statement.code is not None:
                try:
                    if statement.computes:
                        with watch():
                            exec(statement.code, namespace)
                    else:
                        exec(statement.code, namespace)
                    continue
                except (KeyboardInterrupt, MemoryError):
                    raise
                except NotAgain as error:
                    why = self._not_again[number] = error.words(statement.label, statement.line)
                except (Exception, refusal) as error:
                    if statement.computes and not statement.binds:
                        continue  # as in the notebook, where it has failed too, or had nothing to work on
                    told = str(error) if not isinstance(error, Exception) else ""
                    why = f"could not be defined ({statement.label}, line {statement.line}): {_said(error)}"
            for name in statement.deletes or statement.binds:
                namespace.pop(name, None)
                if not (statement.deletes and hasattr(builtins, name)):
                    absent[name] = Missing(told or f"`{name}` {why}", refusal)


def _left_out(one: LeftOut) -> _Statement:
    return _Statement(one.label, one.line, frozenset(one.names), None, why_not=one.why)


def _compiled(node: ast.stmt, label: str, flags: int) -> _Statement:
    binds = bound_names(node)
    if isinstance(node, ast.Delete) and all(isinstance(target, ast.Name) for target in node.targets):
        why = deleted(label, node.lineno)
        return _Statement(label, node.lineno, binds, None, deletes=tuple(sorted(binds)), why_not=why)
    try:
        code = compile(ast.Module([node], []), label, "exec", flags=flags, dont_inherit=True)
    except SyntaxError as error:  # one that only compiling finds, such as a `return` outside of a function
        code = compile(f"raise SyntaxError({error.msg!r})", label, "exec", dont_inherit=True)
    return _Statement(label, node.lineno, binds, code, computes(node), sets_interpreter(node))


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def remember_source(label: str, source: str) -> None:
    """Lets tracebacks show the lines of `source` for code whose file name is `label`."""
    linecache.cache[label] = (len(source), None, source.splitlines(keepends=True), label)


def main_file_text(found: Definitions) -> str:
    """A Python file that defines what `found` holds, for the child processes of a notebook or a check."""
    cells = [(cell.label, cell.source) for cell in found.cells]
    return (
        '"""The definitions of a notebook, written by Lockstep for its child processes."""\n'
        "from lockstep.program.loading import define_main as _define_main\n"
        f"_define_main(globals(), {cells!r}, {[tuple(one) for one in found.left_out]!r})\n"
        "del _define_main\n"
    )


def define_main(namespace: dict[str, Any], cells: list[tuple[str, str]], left_out: list[Any]) -> None:
    """What a file made by main_file_text calls when a child process imports it."""
    if namespace["__name__"] == "__mp_main__":
        prepare_spawned_child()
    found = Definitions(ModuleSource.of_data(cells).cells, tuple(LeftOut(*one) for one in left_out))
    program = Loadable(found)
    program.execute(namespace, lambda: watching(program.labels))
