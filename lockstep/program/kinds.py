"""What kind of thing a top-level statement is, by its text: a definition, a value written down, a setting, something shown."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator

from lockstep.program import left_out
from lockstep.program.meanings import MAGIC, Meanings

CALLED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)  # what calling a name of the program can run
DEFINING = (*CALLED, ast.Import, ast.ImportFrom)
REBINDING = (*CALLED, ast.Assign, ast.AnnAssign, ast.Delete)  # whatever was there before is gone

_COMPUTING = (ast.Call, ast.Await, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Yield, ast.YieldFrom)
_ASKING = frozenset({"input", "breakpoint"})
_MAKING_FUNCTIONS = frozenset(
    {"partial", "lru_cache", "cache", "vectorize", "itemgetter", "attrgetter", "methodcaller"}
)
_SETTING = ("set", "seed", "basicConfig", "filter", "simplefilter", "register", "append", "insert", "update", "enable")
_EVERYWHERE = frozenset({"os", "sys", "warnings"})  # modules that work for a program which does not import them, too


class Names:
    """What the names of a program stand for, as far as its text shows it."""

    def __init__(self, meanings: Iterable[Meanings], makers: Iterable[str]) -> None:
        """`makers`: functions of the program that give functions."""
        self.packages: dict[str, str] = {}  # names of imported modules -> their top-level package
        self.fixed: set[str] = set()  # names of modules, functions and classes
        self._makers = _MAKING_FUNCTIONS.union(makers)
        self.showing: set[str] = {"display", MAGIC}  # and measuring; modules and functions
        for one in meanings:
            self.packages.update(one.packages)
            self.fixed |= one.fixed
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
        if name not in needed and self.packages[name] not in _EVERYWHERE:
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
                return written_down(value) and all(name in known for name in _names_now(value))
            case ast.If() | ast.Try():
                return any(isinstance(inner, DEFINING) for inner in _statements_of(node))
        return type(node).__name__ == "TypeAlias"

    def _makes_function(self, call: ast.Call, name: str) -> bool:
        """Does the call make a class or a function, which others know by the name that it gets?"""
        called = getattr(call.func, "attr", None) or getattr(call.func, "id", None)
        first = call.args[0] if call.args else None
        return called in self._makers or (isinstance(first, ast.Constant) and first.value == name)


def registered(node: ast.stmt) -> str:
    """ "check" or "given" for what belongs to a check, not to the program, else nothing."""
    for decorator in getattr(node, "decorator_list", []):
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(called, ast.Name) and called.id in ("check", "given"):
            return called.id
    return ""


def written_down(value: ast.expr) -> bool:
    """Is the value written down rather than computed? To evaluate it again costs next to nothing."""
    if isinstance(value, ast.Lambda):
        return all(written_down(default) for default in [*value.args.defaults, *filter(None, value.args.kw_defaults)])
    if isinstance(value, _COMPUTING):
        return False
    return all(written_down(child) for child in _expressions(value))


def computes(node: ast.stmt) -> bool:
    """Does executing the statement take more than defining something or writing down a value?"""
    if isinstance(node, DEFINING):
        return False
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    return value is None or not written_down(value)


def sets_interpreter(node: ast.stmt) -> bool:
    """Does the statement change something of the interpreter's own modules (`sys.path.append("lib")`)?"""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute() as set_)) | ast.Assign(targets=[set_]):
            names = [one.id for one in ast.walk(set_) if isinstance(one, ast.Name)]
            return bool(names) and names[0] in _EVERYWHERE
    return False


def asks_for_main(node: ast.stmt) -> bool:
    """Is it an `if __name__ == "__main__"`?"""
    return isinstance(node, ast.If) and any(
        isinstance(inner, ast.Name) and inner.id == "__name__" for inner in ast.walk(node.test)
    )


def _names_now(value: ast.expr) -> Iterator[str]:
    """The names in a value that is written down, but not those in the body of a lambda."""
    if isinstance(value, ast.Name):
        yield value.id
    for child in _expressions(value.args if isinstance(value, ast.Lambda) else value):
        yield from _names_now(child)


def _expressions(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions right below a node."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield child
        else:
            yield from _expressions(child)


def _statements_of(node: ast.AST) -> Iterator[ast.stmt]:
    """All statements below a compound one, but not those inside of functions and classes."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        if not isinstance(child, CALLED):
            yield from _statements_of(child)
