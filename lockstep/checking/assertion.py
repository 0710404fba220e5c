"""Makes the plain `assert` of a check explain itself: what was expected and what came."""

import ast
import inspect
import textwrap
import types
from collections.abc import Callable
from typing import Any

from lockstep.checking.failure import CheckFailed
from lockstep.checking.student import shown

_EQUAL = "_lockstep_assert_equal"


def explaining(function: Callable[..., None]) -> Callable[..., None]:
    """The same check function, with each `assert a == b` that has no message of its own naming both values.

    Functions whose source is not to be had, and closures, are returned as they are.
    """
    if not isinstance(function, types.FunctionType) or function.__closure__:
        return function
    try:
        text = textwrap.dedent(inspect.getsource(function))
        tree = ast.parse(text)
    except (OSError, TypeError, SyntaxError):
        return function
    definition = tree.body[0]
    if not isinstance(definition, ast.FunctionDef):
        return function
    definition.decorator_list = []
    _Rewriter().visit(tree)
    ast.increment_lineno(tree, function.__code__.co_firstlineno - 1)
    ast.fix_missing_locations(tree)
    namespace: dict[str, Any] = {}
    exec(compile(tree, function.__code__.co_filename, "exec"), namespace)
    code = namespace[definition.name].__code__
    names = function.__globals__
    names[_EQUAL] = assert_equal
    return types.FunctionType(code, names, function.__name__, function.__defaults__)


class _Rewriter(ast.NodeTransformer):
    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        test = node.test
        if node.msg is None and isinstance(test, ast.Compare) and [type(o) for o in test.ops] == [ast.Eq]:
            arguments = [test.left, test.comparators[0], ast.Constant(ast.unparse(test.left))]
            call = ast.Expr(ast.Call(ast.Name(_EQUAL, ast.Load()), arguments, []))
            return ast.copy_location(call, node)
        if node.msg is None:
            node.msg = ast.copy_location(ast.Constant(f"this does not hold: {ast.unparse(test)}"), node)
        return node


def assert_equal(got: Any, expected: Any, text: str) -> None:
    """Raises CheckFailed with both values, and where sequences first differ."""
    if _equal(got, expected):
        return
    message = f"`{text.removeprefix('student.')}` should be {shown(expected)}, but is {shown(got)}"
    raise CheckFailed(message + _difference(got, expected))


def _equal(got: Any, expected: Any) -> bool:
    if hasattr(got, "dtype") or hasattr(expected, "dtype"):
        import numpy as np  # only where a check compares arrays

        return bool(np.array_equal(got, expected))
    return bool(got == expected)


def _difference(got: Any, expected: Any) -> str:
    if type(got) is not type(expected):
        return f" (a {type(got).__name__}, not a {type(expected).__name__})"
    if not isinstance(got, list | tuple | str | bytes) or min(len(got), len(expected)) == 0:
        return ""
    for index, (one, other) in enumerate(zip(got, expected, strict=False)):
        if one != other:
            return f"; they differ first at index {index}: {shown(one)} in the place of {shown(other)}"
    return f"; it has {len(got)} items in the place of {len(expected)}"
