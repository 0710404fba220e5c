"""Which names of its module a statement may load, by Python's own tables of scopes."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable

from lockstep.program.kinds import CALLED
from lockstep.program.names import augmented, loaded_when_defined


class GlobalNames:
    """The names of its module that each statement of a text may load, when it runs or when what it defines is called."""

    def __init__(self, text: str) -> None:
        try:
            scopes = symtable.symtable(text, "cell", "exec").get_children()
        except SyntaxError:
            scopes = []
        self._scopes = {(scope.get_name(), scope.get_lineno()): scope for scope in scopes}

    def of(self, node: ast.stmt) -> frozenset[str]:
        """Raises SyntaxError for what cannot be compiled."""
        if isinstance(node, CALLED):
            scope = self._scopes.get((node.name, node.lineno))
            if scope is not None:
                return loaded_when_defined(node) | _globals_below([scope])
        table = symtable.symtable(ast.unparse(node), "cell", "exec")
        names = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
        if not isinstance(node, CALLED):
            names |= augmented(node)
        return frozenset(names | _globals_below(table.get_children()))


def _globals_below(scopes: Iterable[symtable.SymbolTable]) -> set[str]:
    names: set[str] = set()
    below = list(scopes)
    while below:
        scope = below.pop()
        names |= {symbol.get_name() for symbol in scope.get_symbols() if symbol.is_global()}
        below += scope.get_children()
    return names
