"""What the names in a statement stand for, as far as its text shows it: modules, functions, what shows things."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from lockstep.program import left_out
from lockstep.program.kinds import (
    CALLED,
    DEFINING,
    EVERYWHERE,
    asks_for_main,
    chooses_definitions,
    names_now,
    registered,
    written_down,
)

MAGIC = "get_ipython"  # stands for what a magic of the notebook gives
_SHOWING_MODULES = frozenset({
    "IPython", "altair", "bokeh", "graphviz", "ipywidgets", "matplotlib", "plotly", "pylab", "seaborn",
})  # fmt: skip
_INSTRUMENTS = frozenset({
    "check", "explore", "predict", "replay", "simulate", "speedup", "student", "timeline", "you_drive",
})  # fmt: skip
_CONSUMED = frozenset(
    {"Random", "RandomState", "Generator", "SystemRandom", "count", "cycle", "default_rng", "iter", "open"}
)
_ASKING = frozenset({"input", "breakpoint"})
_MAKING_FUNCTIONS = frozenset(
    {"partial", "lru_cache", "cache", "vectorize", "itemgetter", "attrgetter", "methodcaller"}
)
_SETTING = ("set", "seed", "basicConfig", "filter", "simplefilter", "register", "append", "insert", "update", "enable")


@dataclass(frozen=True)
class Meanings:
    """Names that a statement binds or calls."""

    packages: dict[str, str]  # names of imported modules -> their top-level package
    fixed: frozenset[str]  # names of modules, functions and classes
    defined: frozenset[str]  # names of functions and classes
    showing: frozenset[str]  # what is imported to show things or to measure
    called: frozenset[str]  # from which a call starts
    consumed: frozenset[str]  # what gives something else at every use


def meanings_of(node: ast.stmt) -> Meanings:
    packages: dict[str, str] = {}
    imported, defined, showing, called, consumed = set(), set(), set(), set(), set()
    for inner in [node] if isinstance(node, CALLED) else ast.walk(node):
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
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=function)) if _word(function) in _CONSUMED:
                consumed.add(name)
            case ast.Call(func=function):
                called |= {one.id for one in ast.walk(function) if isinstance(one, ast.Name)}
    fixed = packages.keys() | imported | defined
    return Meanings(packages, frozenset(fixed), *map(frozenset, (defined, showing, called, consumed)))


def _word(function: ast.expr) -> str:
    """The last word of what is called."""
    return str(getattr(function, "attr", None) or getattr(function, "id", ""))


class Names:
    """What the names of a program stand for, as far as its text shows it."""

    def __init__(self, meanings: Iterable[Meanings], makers: Iterable[str]) -> None:
        """`makers`: functions of the program that give functions."""
        self.packages: dict[str, str] = {}  # names of imported modules -> their top-level package
        self.fixed: set[str] = set()  # names of modules, functions and classes
        self.consumed: set[str] = set()  # generators of numbers, iterators, files
        self._makers = _MAKING_FUNCTIONS.union(makers)
        self.showing: set[str] = {"display", MAGIC}  # and measuring; modules and functions
        for one in meanings:
            self.packages.update(one.packages)
            self.fixed |= one.fixed
            self.consumed |= one.consumed
            self.showing = (self.showing | one.showing) - (one.defined - one.showing)

    def why_not(self, node: ast.stmt, called: Collection[str], label: str) -> str:
        """Why the statement, which has these names called, is executed by the first process alone, or nothing."""
        if asks_for_main(node):
            return left_out.below_main(label, node.lineno)
        if isinstance(node, DEFINING):
            return ""
        if shown := self.showing.intersection(called):
            what = "a magic" if MAGIC in shown else f"`{min(shown)}`"
            return left_out.shown(label, node.lineno, what)
        return left_out.asked_for(label, node.lineno) if _ASKING.intersection(called) else ""

    def is_setting(self, node: ast.stmt, name: str, needed: Collection[str]) -> bool:
        """Does a statement that changes something of an imported module only set how it works (`random.seed(1)`)?"""
        if name not in needed and self.packages[name] not in EVERYWHERE:
            return False
        match node:
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr=called))):
                return called.startswith(_SETTING) and called != "set_start_method"
            case ast.Assign(targets=[ast.Attribute(attr=set_)]):
                return set_ not in ("stdin", "stdout", "stderr")
            case ast.Assign(targets=[ast.Subscript()]):
                return True
        return False

    def defines(self, node: ast.stmt, known: Collection[str]) -> bool:
        """Is the statement kept whether or not anybody reads what it binds? `known`: names that are surely there."""
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return not registered(node)
            case ast.Import() | ast.ImportFrom():
                return True
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call) if self._makes_function(call, name):
                return True
            case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
                return written_down(value) and all(name in known for name in names_now(value))
            case ast.If() | ast.Try():
                return chooses_definitions(node)
        return type(node).__name__ == "TypeAlias"

    def _makes_function(self, call: ast.Call, name: str) -> bool:
        """Does the call make a class or a function, which others know by the name that it gets?"""
        called = _word(call.func)
        first = call.args[0] if call.args else None
        return called in self._makers or (isinstance(first, ast.Constant) and first.value == name)
