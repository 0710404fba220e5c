"""What of a program's top level belongs in the module that child processes, checks and the grader load.

Functions, classes and imports stay, and, as a script would have them in every process, the values that these read, with
all that made them what they are; each at its cell's own line numbers. What only computes, plots, prints or asks does not.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from lockstep.program import left_out
from lockstep.program.blanking import blanked
from lockstep.program.calling import CallEffects, Function, same_objects
from lockstep.program.cells import Facts, analysed
from lockstep.program.kinds import CALLED, DEFINING, REBINDING, asks_for_main, registered
from lockstep.program.left_out import Changing, Definitions, LeftOut
from lockstep.program.meanings import Names
from lockstep.program.source import Cell, ModuleSource

_DEFINED = re.compile(r"^(?:async +)?(?:def|class) +(\w+)|^(\w+) *=(?!=)", re.MULTILINE)


@dataclass
class _Statement:
    cell: int
    label: str
    facts: Facts
    why_not: str = ""  # other processes do not execute it
    kept: bool = False
    changes: frozenset[str] = frozenset()  # names whose objects it changes, by what it calls too

    @property
    def node(self) -> ast.stmt:
        return self.facts.node

    @property
    def affects(self) -> frozenset[str]:
        return self.facts.binds | self.changes


def definitions(source: ModuleSource, read_outside: Iterable[str] = (), given: bool = False) -> Definitions:
    """What `source` defines: same labels, same line numbers, everything else blanked out.

    `read_outside` are names that others read; with `given`, given code of check cells is kept as plain functions.
    """
    texts: list[str] = []
    unparsed: dict[str, str] = {}
    statements: list[_Statement] = []
    for index, cell in enumerate(source.cells):
        text, facts, problem = analysed(cell.source)
        texts.append(text)
        if problem:
            unparsed[cell.label] = problem
        statements += [_Statement(index, cell.label, one) for one in facts]
    functions = [function for statement in statements for function in statement.facts.functions]
    makers = (function.name for function in functions if function.gives_function)
    names = Names((statement.facts.meanings for statement in statements), makers)
    _keep_definitions(statements, names, given)
    _find_changes(statements, functions, names)
    read = _keep_what_is_read(statements, names, set(read_outside))
    _drop_superseded(statements, read)
    used = _used_names(statements)
    missing = (*_left_out(statements, names, used), *_not_parsed(source, unparsed, statements))
    cells = []
    for index, cell in enumerate(source.cells):
        own = [(statement.node, statement.kept) for statement in statements if statement.cell == index]
        text = blanked(texts[index], own, used)
        if text.strip() or any(one.label == cell.label for one in missing):
            cells.append(Cell(cell.label, text))
    return Definitions(tuple(cells), missing, tuple(_changing(statements, read, names)), unparsed)


def with_given(source: ModuleSource, given: ModuleSource) -> tuple[Definitions, Definitions]:
    """What a program defines, also for the given code that reads it, and what that code defines."""
    read = {name for cell in given.cells for facts in analysed(cell.source)[1] for name in facts.needs}
    return definitions(source, read), definitions(given)


def _keep_definitions(statements: list[_Statement], names: Names, given: bool) -> None:
    known = set(dir(builtins)) - {"__name__"}
    for statement in statements:
        node = statement.node
        statement.why_not = names.why_not(node, statement.facts.meanings.called, statement.label)
        statement.kept = not statement.why_not and (
            names.defines(node, known) or (given and registered(node) == "given")
        )
        if statement.kept:
            known |= statement.facts.binds
        else:
            known -= statement.facts.binds


def _find_changes(statements: list[_Statement], functions: list[Function], names: Names) -> None:
    calls = CallEffects(functions, names.fixed)
    aliases = [alias for statement in statements for alias in statement.facts.effects.aliases]
    for statement in statements:
        if not isinstance(statement.node, DEFINING):
            changed = calls.of(statement.facts.effects) | (statement.facts.needs_now & names.consumed)
            statement.changes = frozenset(same_objects(changed, aliases, names.fixed))


def _keep_what_is_read(statements: list[_Statement], names: Names, read: set[str]) -> set[str]:
    """Keeps every statement that makes what is read by what is kept; the names that are read so or defined."""
    kept = [statement for statement in statements if statement.kept]
    read |= {name for one in kept if not isinstance(one.node, ast.Import | ast.ImportFrom) for name in one.facts.binds}
    while True:
        for statement in kept:
            # A function that plots or measures is called by the first process alone.
            if not statement.facts.needs & names.showing:
                read |= statement.facts.needs
        kept = [one for one in statements if not one.kept and not one.why_not and _makes(one, read, names)]
        if not kept:
            return read
        for statement in kept:
            statement.kept = True


def _makes(statement: _Statement, read: Collection[str], names: Names) -> bool:
    """Does the statement bind or change something that is read?"""
    node = statement.node
    if registered(node):
        return False
    return any(
        names.is_setting(node, name, read) if name in names.packages else name in read for name in statement.affects
    )


def _drop_superseded(statements: list[_Statement], read: Collection[str]) -> None:
    """Drops what later statements replace before anything was done with it."""
    reads = _Reads(statements)
    for position in range(len(statements) - 1, -1, -1):
        statement = statements[position]
        waiting = statement.affects & set(read)
        if not statement.kept or not waiting or isinstance(statement.node, ast.Import | ast.ImportFrom):
            continue
        for later in statements[position + 1 :]:
            if not later.kept:
                continue
            if reads.now(later) & waiting:
                break
            if isinstance(later.node, REBINDING):
                waiting -= later.facts.binds
            if not waiting:
                statement.kept = False
                break


class _Reads:
    """Which names a statement reads while it runs, by the functions that it can call too."""

    def __init__(self, statements: list[_Statement]) -> None:
        self._needs: dict[str, set[str]] = {}
        for statement in statements:
            if isinstance(statement.node, CALLED):
                for name in statement.facts.binds:
                    self._needs.setdefault(name, set()).update(statement.facts.needs)
        self._found: dict[int, frozenset[str]] = {}

    def now(self, statement: _Statement) -> frozenset[str]:
        found = self._found.get(id(statement))
        if found is None:
            reached, waiting = set(statement.facts.needs_now), list(statement.facts.needs_now)
            while waiting:
                new = self._needs.get(waiting.pop(), set()) - reached
                reached |= new
                waiting += new
            found = self._found[id(statement)] = frozenset(reached)
        return found


def _used_names(statements: Iterable[_Statement]) -> set[str]:
    return {
        name
        for statement in statements
        if statement.kept and not isinstance(statement.node, ast.Import | ast.ImportFrom)
        for name in statement.facts.needs
    }


def _changing(statements: list[_Statement], read: set[str], names: Names) -> Iterator[Changing]:
    for statement in statements:
        changed = (statement.changes & read) - statement.facts.binds - names.packages.keys()
        if statement.kept and changed:
            yield Changing(statement.label, statement.node.lineno, tuple(sorted(changed)))


def _left_out(statements: list[_Statement], meanings: Names, used: Collection[str]) -> Iterator[LeftOut]:
    """The names that something kept reads, and that are bound or changed by what other processes do not execute."""
    kept = {name for statement in statements if statement.kept for name in statement.facts.binds}
    for statement in statements:
        node, names = statement.node, (statement.affects - meanings.fixed) & set(used)
        if statement.kept or registered(node):
            continue
        if not statement.why_not or asks_for_main(node):
            names -= kept  # a script has in other processes what it has without this
        if names:
            why = statement.why_not or left_out.computed(statement.label, node.lineno)
            yield LeftOut(statement.label, node.lineno, tuple(sorted(names)), why)


def _not_parsed(source: ModuleSource, unparsed: dict[str, str], statements: list[_Statement]) -> Iterator[LeftOut]:
    """What a cell would define that is no Python yet, if nothing else defines it."""
    bound = {name for statement in statements for name in statement.facts.binds}
    for cell in source.cells:
        names = {name for found in _DEFINED.findall(cell.source) for name in found if name} - bound
        if names and cell.label in unparsed:
            yield LeftOut(cell.label, 0, tuple(sorted(names)), left_out.not_python(cell.label, unparsed[cell.label]))
