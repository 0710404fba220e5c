"""What of a program's top level belongs in the module that child processes, checks and the grader load.

Functions, classes and imports stay, and, as a script would have them in every process, the values that these read, with
all that made them what they are; each at its cell's own line numbers. What only computes, plots, prints or asks does not.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator

from lockstep.program import left_out
from lockstep.program.blanking import blanked
from lockstep.program.cells import analysed
from lockstep.program.kinds import asks_for_main, registered
from lockstep.program.left_out import Changing, Definitions, LeftOut
from lockstep.program.meanings import Names
from lockstep.program.slicing import Statement, keep_what_is_read, prepare
from lockstep.program.source import Cell, ModuleSource

_DEFINED = re.compile(r"^(?:async +)?(?:def|class) +(\w+)|^(\w+) *=(?!=)", re.MULTILINE)


def definitions(source: ModuleSource, read_outside: Iterable[str] = (), given: bool = False) -> Definitions:
    """What `source` defines: same labels, same line numbers, everything else blanked out.

    `read_outside` are names that others read; with `given`, given code of check cells is kept as plain functions.
    """
    texts: list[str] = []
    unparsed: dict[str, str] = {}
    statements: list[Statement] = []
    for index, cell in enumerate(source.cells):
        text, facts, problem = analysed(cell.source)
        texts.append(text)
        if problem:
            unparsed[cell.label] = problem
        statements += [Statement(index, cell.label, one) for one in facts]
    functions = [function for statement in statements for function in statement.facts.functions]
    makers = (function.name for function in functions if function.gives_function)
    names = Names((statement.facts.meanings for statement in statements), makers)
    prepare(statements, functions, names, given)
    keep_what_is_read(statements, names, read_outside)
    used = _used_names(statements).union(read_outside)
    missing = (*_left_out(statements, names, used), *_not_parsed(source, unparsed, statements))
    cells = []
    for index, cell in enumerate(source.cells):
        own = [(statement.node, statement.kept) for statement in statements if statement.cell == index]
        text = blanked(texts[index], own, used)
        if text.strip() or any(one.label == cell.label for one in missing):
            cells.append(Cell(cell.label, text))
    return Definitions(tuple(cells), missing, tuple(_changing(statements, names, used)), unparsed)


def with_given(source: ModuleSource, given: ModuleSource) -> tuple[Definitions, Definitions]:
    """What a program defines, also for the given code that reads it, and what that code defines."""
    read = {name for cell in given.cells for facts in analysed(cell.source)[1] for name in facts.needs}
    return definitions(source, read), definitions(given)


def _used_names(statements: Iterable[Statement]) -> set[str]:
    return {
        name
        for statement in statements
        if statement.kept and not isinstance(statement.node, ast.Import | ast.ImportFrom)
        for name in statement.facts.needs
    }


def _changing(statements: list[Statement], names: Names, used: set[str]) -> Iterator[Changing]:
    for statement in statements:
        changed = (statement.affects & used) - statement.facts.binds - names.packages.keys()
        if statement.kept and changed:
            yield Changing(statement.label, statement.node.lineno, tuple(sorted(changed)))


def _left_out(statements: list[Statement], meanings: Names, used: Collection[str]) -> Iterator[LeftOut]:
    """The names that something kept reads, and that are bound or changed by what other processes do not execute."""
    kept = {name for statement in statements if statement.kept for name in statement.facts.binds}
    for statement in statements:
        node, names = statement.node, (statement.affects - meanings.fixed).intersection(used)
        if statement.kept or registered(node):
            continue
        if not statement.why_not or asks_for_main(node):
            names -= kept  # a script has in other processes what it has without this
        if names:
            why = statement.why_not or left_out.computed(statement.label, node.lineno)
            binds, changed = sorted(names & statement.binds), sorted(names - statement.binds)
            yield LeftOut(statement.label, node.lineno, tuple(binds), why, statement.starts, tuple(changed))


def _not_parsed(source: ModuleSource, unparsed: dict[str, str], statements: list[Statement]) -> Iterator[LeftOut]:
    """What a cell would define that is no Python yet, if nothing else defines it."""
    bound = {name for statement in statements for name in statement.facts.binds}
    for cell in source.cells:
        names = {name for found in _DEFINED.findall(cell.source) for name in found if name} - bound
        if names and cell.label in unparsed:
            yield LeftOut(cell.label, 0, tuple(sorted(names)), left_out.not_python(cell.label, unparsed[cell.label]))
