"""Which statements of a program's top level make what its functions read: a slice, taken from the end to the beginning.

A statement is needed if it binds a name that is read later, before something else binds it for sure, or changes what
such a name stands for. What functions read is read after the last statement. (M. Weiser, Program Slicing, 1984.)
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from dataclasses import dataclass

from lockstep.program import left_out
from lockstep.program.calling import CallEffects, Function, same_objects
from lockstep.program.cells import Facts
from lockstep.program.kinds import CALLED, DEFINING, REBINDING, registered
from lockstep.program.meanings import Names


@dataclass
class Statement:
    """A statement of the top level and what becomes of it in other processes."""

    cell: int
    label: str
    facts: Facts
    why_not: str = ""  # other processes do not execute it
    starts: bool = False  # because it starts processes
    defines: bool = False  # it is kept whether or not anybody reads what it binds
    binds: frozenset[str] = frozenset()  # also by functions that it calls
    changes: frozenset[str] = frozenset()  # names whose objects it changes, by what it calls too
    kept: bool = False

    @property
    def node(self) -> ast.stmt:
        return self.facts.node

    @property
    def affects(self) -> frozenset[str]:
        return self.binds | self.changes


def prepare(statements: list[Statement], functions: list[Function], names: Names, given: bool) -> None:
    """Finds out of each statement whether other processes execute it, what it changes, and whether it defines something.

    `given`: whether given code counts as a definition.
    """
    calls = CallEffects(functions, names.fixed, names.packages)
    aliases = [alias for statement in statements for alias in statement.facts.effects.aliases]
    known = set(dir(builtins)) - {"__name__"}
    for statement in statements:
        node, facts = statement.node, statement.facts
        statement.binds = facts.binds
        statement.why_not = names.why_not(node, facts.meanings.called, statement.label)
        if not isinstance(node, DEFINING):
            bound, changed = calls.of(facts.effects)
            statement.binds = facts.binds | bound
            changed |= facts.needs_now & names.consumed
            statement.changes = frozenset(same_objects(changed, aliases, names.fixed))
            what = calls.starts(facts.effects)
            if what and not statement.why_not:
                statement.why_not, statement.starts = left_out.started(statement.label, node.lineno, what), True
        statement.defines = not statement.why_not and (
            names.defines(node, known) or (given and registered(node) == "given")
        )
        if statement.defines:
            known |= facts.binds
        else:
            known -= facts.binds


def keep_what_is_read(statements: list[Statement], names: Names, read_outside: Iterable[str]) -> None:
    """Marks the statements that are kept."""
    reads = _Reads(statements)
    objects = {name for one in statements if one.defines and isinstance(one.node, CALLED) for name in one.facts.binds}
    at_end = set(read_outside)
    while True:
        _take(statements, names, reads, set(at_end), objects)
        # A function that plots or measures is called by the first process alone.
        kept = (one.facts for one in statements if one.kept and not one.facts.needs_later & names.showing)
        more = {name for facts in kept for name in facts.needs_later}
        if more <= at_end:
            return
        at_end |= more


def _take(statements: list[Statement], names: Names, reads: _Reads, live: set[str], objects: set[str]) -> None:
    """`live`: names that are read after the last statement; `objects`: names of functions and classes."""
    rebound: set[str] = set()  # by a later statement that is kept
    for statement in reversed(statements):
        node, binds = statement.node, statement.facts.binds
        if isinstance(node, ast.Import | ast.ImportFrom):
            statement.kept = True
            continue
        if statement.why_not:
            if isinstance(node, REBINDING) and not statement.starts:
                live -= binds
            continue
        if statement.defines:
            statement.kept = not binds or not binds <= rebound or bool(binds & live) or _kept_elsewhere(node)
        elif isinstance(node, ast.Delete):
            statement.kept = bool(binds & (live | objects) or statement.changes & live)
        else:
            statement.kept = not registered(node) and _makes(statement, names, live, objects)
        if statement.kept:
            if isinstance(node, REBINDING):
                live -= binds
                rebound |= binds
            live |= reads.now(statement)


def _kept_elsewhere(node: ast.stmt) -> bool:
    """Can somebody else keep what is defined, under whatever name: a decorator, or a base class, which hears of it?"""
    told = (getattr(node, field, ()) for field in ("decorator_list", "bases", "keywords"))
    return not registered(node) and any(told)


def _makes(statement: Statement, names: Names, live: set[str], objects: set[str]) -> bool:
    """Does the statement bind a name that is read, or change its object, or a function or class?"""
    if statement.binds & live:
        return True
    return any(
        names.is_setting(statement.node, name, live) if name in names.packages else name in live or name in objects
        for name in statement.changes
    )


class _Reads:
    """Which names a statement reads while it runs, by the functions that it can call too."""

    def __init__(self, statements: list[Statement]) -> None:
        self._needs: dict[str, set[str]] = {}
        for statement in statements:
            if isinstance(statement.node, CALLED):
                for name in statement.facts.binds:
                    self._needs.setdefault(name, set()).update(statement.facts.needs)
        self._found: dict[int, frozenset[str]] = {}

    def now(self, statement: Statement) -> frozenset[str]:
        found = self._found.get(id(statement))
        if found is None:
            reached, waiting = set(statement.facts.needs_now), list(statement.facts.needs_now)
            while waiting:
                new = self._needs.get(waiting.pop(), set()) - reached
                reached |= new
                waiting += new
            found = self._found[id(statement)] = frozenset(reached)
        return found
