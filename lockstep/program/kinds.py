"""What kind of thing a top-level statement is, by its text: a definition, a value written down, something computed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

CALLED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)  # what calling a name of the program can run
DEFINING = (*CALLED, ast.Import, ast.ImportFrom)
REBINDING = (*CALLED, ast.Assign, ast.AnnAssign, ast.Delete)  # whatever was there before is gone

_COMPUTING = (ast.Call, ast.Await, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Yield, ast.YieldFrom)
EVERYWHERE = frozenset({"os", "sys", "warnings"})  # modules that work for a program which does not import them, too


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
        return _defaults_written_down(value.args)
    if isinstance(value, _COMPUTING):
        return False
    return all(written_down(child) for child in _expressions(value))


def _defaults_written_down(arguments: ast.arguments) -> bool:
    return all(written_down(default) for default in [*arguments.defaults, *filter(None, arguments.kw_defaults)])


def computes(node: ast.stmt) -> bool:
    """Does executing the statement take more than defining something or writing down a value?"""
    if isinstance(node, ast.ClassDef):
        return any(not isinstance(inner, ast.Expr | ast.Pass) and computes(inner) for inner in node.body)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return not _defaults_written_down(node.args)
    if isinstance(node, DEFINING):
        return False
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    return value is None or not written_down(value)


def chooses_definitions(node: ast.If | ast.Try) -> bool:
    """Is it there for what is defined or imported in it? Where it starts a cluster after an import, it is there for that."""
    inner = list(statements_of(node))
    if any(isinstance(one, CALLED) for one in inner):
        return True  # others may know a function or a class by its name
    simple = [one for one in inner if not isinstance(one, ast.If | ast.Try | ast.Pass | ast.Raise)]
    return any(isinstance(one, DEFINING) for one in simple) and not any(computes(one) for one in simple)


def sets_interpreter(node: ast.stmt) -> bool:
    """Does the statement change something of the interpreter's own modules (`sys.path.append("lib")`)?"""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute() as set_)) | ast.Assign(targets=[set_]):
            names = [one.id for one in ast.walk(set_) if isinstance(one, ast.Name)]
            return bool(names) and names[0] in EVERYWHERE
    return False


def asks_for_main(node: ast.stmt) -> bool:
    """Is it an `if __name__ == "__main__"`?"""
    return isinstance(node, ast.If) and any(
        isinstance(inner, ast.Name) and inner.id == "__name__" for inner in ast.walk(node.test)
    )


def names_now(value: ast.expr) -> Iterator[str]:
    """The names in a value that is written down, but not those in the body of a lambda."""
    if isinstance(value, ast.Name):
        yield value.id
    for child in _expressions(value.args if isinstance(value, ast.Lambda) else value):
        yield from names_now(child)


def _expressions(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions right below a node."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield child
        else:
            yield from _expressions(child)


def statements_of(node: ast.AST) -> Iterator[ast.stmt]:
    """All statements below a compound one, but not those inside of functions and classes."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        if not isinstance(child, CALLED):
            yield from statements_of(child)
