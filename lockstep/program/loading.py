"""Loads a learner's definitions into a module, one statement at a time, so that a bad one costs only itself."""

from __future__ import annotations
import __future__

import ast
import builtins
import linecache
import time
import types
from collections.abc import Callable, Iterable, MutableMapping
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from lockstep.program.children import prepare_spawned_child
from lockstep.program.kinds import computes, sets_interpreter
from lockstep.program.left_out import Changing, Definitions, LeftOut, NotAgain, deleted
from lockstep.program.names import bound_names
from lockstep.program.source import ModuleSource
from lockstep.program.watching import watching
from lockstep.standin.missing import Missing, error_of_missing

# Called with the seconds of CPU that were spent so far; None: there is no limit.
Watch = Callable[[float | None], AbstractContextManager[None]]


_UNCHANGEABLE = (int, float, complex, bool, str, bytes, frozenset)


class _Statement(NamedTuple):
    label: str
    line: int
    affects: frozenset[str]  # names that it binds, and whose objects it changes
    binds: frozenset[str]
    code: types.CodeType | None  # None: left out
    computes: bool = False  # more than it takes to define something
    once: bool = False  # it sets what all processes on a simulated machine have in common
    deletes: tuple[str, ...] = ()
    why_not: str = ""
    starting: bool = False  # processes


class Loadable:
    """A program, compiled once, whose statements are executed in every module that it becomes."""

    def __init__(self, found: Definitions | None = None) -> None:
        """Compiles what `found` holds, under the cells' own labels and line numbers."""
        cells = found.cells if found else ()
        self.labels = frozenset(cell.label for cell in cells)  # the file names in tracebacks
        self.complete = not (found and found.left_out)  # as far as is known, nothing is missing in its modules
        self._not_again: dict[int, str] = {}  # statements that have turned out not to be for every process, and why
        self._done: set[int] = set()
        self._timed = True  # nothing has been executed yet, so nobody knows how long it takes
        changing: dict[tuple[str, int], frozenset[str]] = {}
        for label, line, names in found.changing if found else ():
            changing[label, line] = changing.get((label, line), frozenset()).union(names)
        self._statements: list[_Statement] = []
        flags = 0
        for cell in cells:
            remember_source(cell.label, cell.source)
            own = [_left_out(one) for one in found.left_out if one.label == cell.label] if found else []
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                    flags |= sum(getattr(__future__, alias.name).compiler_flag for alias in node.names)
                changed = changing.get((cell.label, node.lineno), frozenset())
                own.append(_compiled(node, cell.label, flags, changed))
            self._statements += sorted(own, key=lambda one: one.line)

    def mentions(self, name: str) -> bool:
        """Does the program's text have this name, or a text that is this name?"""
        return any(one.code is not None and _mentions(one.code, name) for one in self._statements)

    def execute(
        self,
        namespace: dict[str, Any],
        watch: Watch,
        absent: MutableMapping[str, Any] | None = None,
        refusal: type[BaseException] = NameError,
        as_script: bool = False,
    ) -> None:
        """Executes the statements in a module's namespace.

        What computes is executed within `watch(...)`, which may raise NotAgain. A statement that raises costs only itself:
        what it would have bound is a `Missing` in `absent` (unless given, the namespace itself). Using such a name
        raises `refusal`; a statement that raises this says itself why its names are missing. `as_script`: where
        processes are started, names keep what they stood for, for in a script that is below `if __name__ == "__main__"`.
        """
        absent = namespace if absent is None else absent
        spent = 0.0
        for number, statement in enumerate(self._statements):
            if statement.once and number in self._done:
                continue
            self._done.add(number)
            names, rebound, starting = statement.affects, statement.binds, statement.starting
            told = statement.why_not or self._not_again.get(number, "")
            if statement.code is not None and not told:
                began, before = 0.0, {}
                try:
                    if statement.computes:
                        began = time.process_time()
                        before = {name: namespace.get(name) for name in statement.affects}
                        with watch(spent if self._timed else None):
                            exec(statement.code, namespace)
                    else:
                        exec(statement.code, namespace)
                    continue
                except (KeyboardInterrupt, MemoryError):
                    raise
                except NotAgain as error:
                    told = self._not_again[number] = error.words(statement.label, statement.line)
                    starting = error.starting
                    rebound |= {name for name, value in before.items() if namespace.get(name) is not value}
                except (Exception, SystemExit, refusal) as error:
                    if error_of_missing(error) or (isinstance(error, refusal) and not isinstance(error, Exception)):
                        told = str(error)
                    else:
                        # An error of the program's own was the same where the notebook ran, and what it left is there.
                        names = names if isinstance(error, OSError | ImportError) else statement.binds
                        told = f"could not be defined ({statement.label}, line {statement.line}): {_said(error)}"
                finally:
                    if statement.computes:
                        spent += time.process_time() - began
            # What cannot be changed in place and is still bound to the same is as it was defined.
            names -= {name for name in names - rebound if type(namespace.get(name)) in _UNCHANGEABLE}
            if starting and as_script:
                names -= namespace.keys()
            for name in statement.deletes or names:
                namespace.pop(name, None)
                if not (statement.deletes and hasattr(builtins, name)):
                    self.complete = False
                    absent[name] = Missing(told if told.startswith("`") else f"`{name}` {told}", refusal)
        self._timed = False


def _left_out(one: LeftOut) -> _Statement:
    binds = frozenset(one.names)
    affects = binds.union(one.changed)
    return _Statement(one.label, one.line, affects, binds, None, why_not=one.why, starting=one.starting)


def _mentions(code: types.CodeType, name: str) -> bool:
    inner = (constant for constant in code.co_consts if isinstance(constant, types.CodeType))
    return name in (*code.co_names, *code.co_consts) or any(_mentions(each, name) for each in inner)


def _compiled(node: ast.stmt, label: str, flags: int, changed: frozenset[str]) -> _Statement:
    binds = bound_names(node)
    if isinstance(node, ast.Delete) and all(isinstance(target, ast.Name) for target in node.targets):
        why = deleted(label, node.lineno)
        return _Statement(label, node.lineno, binds, binds, None, deletes=tuple(sorted(binds)), why_not=why)
    try:
        code = compile(ast.Module([node], []), label, "exec", flags=flags, dont_inherit=True)
    except SyntaxError as error:  # one that only compiling finds, such as a `return` outside of a function
        code = compile(f"raise SyntaxError({error.msg!r})", label, "exec", dont_inherit=True)
    return _Statement(label, node.lineno, binds | changed, binds, code, computes(node), sets_interpreter(node))


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
        f"_define_main(globals(), {cells!r}, {_plain(found.left_out)!r}, {_plain(found.changing)!r})\n"
        "del _define_main\n"
    )


def _plain(values: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [tuple(value) for value in values]


def define_main(
    namespace: dict[str, Any], cells: list[tuple[str, str]], left_out: list[Any], changing: list[Any]
) -> None:
    """What a file made by main_file_text calls when a child process imports it."""
    of_notebook = namespace["__name__"] == "__mp_main__"
    if of_notebook:
        prepare_spawned_child()
    missing, changes = (LeftOut(*one) for one in left_out), (Changing(*one) for one in changing)
    program = Loadable(Definitions(ModuleSource.of_data(cells).cells, tuple(missing), tuple(changes)))
    program.execute(namespace, lambda spent: watching(program.labels, spent), as_script=of_notebook)
