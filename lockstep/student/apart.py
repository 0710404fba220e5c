"""Which given functions have nothing to do with a learner's program: these run apart from it, where it cannot reach them.

Checks have given code compute what they expect. Beside the learner's program it would be computed in a process where
that can put anything in the place of given functions and of the libraries that they use.
"""

import ast
import builtins
import symtable
from collections.abc import Iterator
from functools import lru_cache

from lockstep.program.source import ModuleSource

# They compute and nothing else: what they give does not depend on the process that they are in.
_MODULES = frozenset(
    [
        "bisect",
        "cmath",
        "collections",
        "fractions",
        "functools",
        "heapq",
        "itertools",
        "math",
        "numpy",
        "operator",
        "statistics",
        "string",
    ]
)
_REACHING = frozenset(
    [
        "__import__",
        "breakpoint",
        "compile",
        "delattr",
        "eval",
        "exec",
        "globals",
        "input",
        "locals",
        "open",
        "print",
        "setattr",
        "vars",
    ]
)
_BUILTINS = frozenset(dir(builtins)) - _REACHING


@lru_cache(256)
def apart(given: ModuleSource) -> frozenset[str]:
    """The names of the functions of `given` that read nothing but arguments, each other, constants and pure modules."""
    free: dict[str, set[str]] = {}
    known = set(_BUILTINS)
    for cell in given.cells:
        tables = {table.get_name(): table for table in symtable.symtable(cell.source, "given", "exec").get_children()}
        for node in ast.parse(cell.source).body:
            match node:
                case ast.Import(names) if all(alias.name in _MODULES for alias in names):
                    known |= {alias.asname or alias.name for alias in names}
                case ast.ImportFrom(module=str(module), names=names) if module.partition(".")[0] in _MODULES:
                    known |= {alias.asname or alias.name for alias in names}
                case ast.Assign([ast.Name(name)], value) if _is_constant(value):
                    known.add(name)
                case ast.FunctionDef(name) if not _reaches(node):
                    free[name] = set(_read(tables[name]))
    found = set(free)
    while without := {name for name in found if not free[name] <= known | found}:
        found -= without
    return frozenset(found)


def _read(table: symtable.SymbolTable) -> Iterator[str]:
    """The names that a function, and those in it, take from their module."""
    yield from (symbol.get_name() for symbol in table.get_symbols() if symbol.is_global())
    for inner in table.get_children():
        yield from _read(inner)


def _reaches(node: ast.FunctionDef) -> bool:
    """Does it change or fetch what is outside of it, or is it more than a function?"""
    return bool(node.decorator_list or node.args.defaults or any(node.args.kw_defaults)) or any(
        isinstance(inner, ast.Global | ast.Import | ast.ImportFrom | ast.Yield | ast.YieldFrom)
        for inner in ast.walk(node)
    )


def _is_constant(value: ast.expr) -> bool:
    try:
        hash(ast.literal_eval(value))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True
