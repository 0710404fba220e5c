"""What the names in a statement stand for, as far as its text shows it: modules, functions, what shows things."""

from __future__ import annotations

import ast
from dataclasses import dataclass

MAGIC = "get_ipython"  # stands for what a magic of the notebook gives
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SHOWING_MODULES = frozenset({
    "IPython", "altair", "bokeh", "graphviz", "ipywidgets", "matplotlib", "plotly", "pylab", "seaborn",
})  # fmt: skip
_INSTRUMENTS = frozenset({
    "check", "explore", "predict", "replay", "simulate", "speedup", "student", "timeline", "you_drive",
})  # fmt: skip


@dataclass(frozen=True)
class Meanings:
    """Names that a statement binds or calls."""

    packages: dict[str, str]  # names of imported modules -> their top-level package
    fixed: frozenset[str]  # names of modules, functions and classes
    defined: frozenset[str]  # names of functions and classes
    showing: frozenset[str]  # what is imported to show things or to measure
    called: frozenset[str]  # from which a call starts


def meanings_of(node: ast.stmt) -> Meanings:
    packages: dict[str, str] = {}
    imported, defined, showing, called = set(), set(), set(), set()
    for inner in [node] if isinstance(node, _DEFINITIONS) else ast.walk(node):
        match inner:
            case ast.Import(names=names):
                for alias in names:
                    package = alias.name.partition(".")[0]
                    bound = alias.asname or package
                    packages[bound] = package
                    if package in _SHOWING_MODULES:
                        showing.add(bound)
            case ast.ImportFrom(module=module, names=names):
                package = (module or "").partition(".")[0]
                for alias in names:
                    imported.add(alias.asname or alias.name)
                    if package in _SHOWING_MODULES or (package == "lockstep" and alias.name in _INSTRUMENTS):
                        showing.add(alias.asname or alias.name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                defined.add(name)
            case ast.Call(func=function):
                called |= {one.id for one in ast.walk(function) if isinstance(one, ast.Name)}
    fixed = packages.keys() | imported | defined
    return Meanings(packages, frozenset(fixed), *map(frozenset, (defined, showing, called)))
