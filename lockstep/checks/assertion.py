"""Makes the plain `assert` of a check explain itself: what was expected and what came."""

import ast
import copy
import inspect
import textwrap
import types
from collections.abc import Callable, Mapping
from numbers import Number
from types import MappingProxyType
from typing import Any

from lockstep.student.data import with_article
from lockstep.student.failure import CheckFailed
from lockstep.student.session import shown

_NAMES = {ast.Eq: "_lockstep_assert_equal", ast.Is: "_lockstep_assert_same", ast.Lt: "_lockstep_assert_near"}
_LONGEST = 100  # characters of an expression that a message quotes; a longer one is "the result"


def explaining(function: Callable[..., None]) -> Callable[..., None]:
    """The same check function, with each plain `assert` that has no message of its own saying what was expected.

    That is `a == b`, `a is True` (or another constant) and `abs(a - b) < tolerance`; others say that they do not hold.
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
    _Rewriter(_Wording(_meanings(definition))).visit(tree)
    ast.increment_lineno(tree, function.__code__.co_firstlineno - 1)
    ast.fix_missing_locations(tree)
    namespace: dict[str, Any] = {}
    exec(compile(tree, function.__code__.co_filename, "exec"), namespace)
    code = namespace[definition.name].__code__
    names = function.__globals__
    names.update(zip(_NAMES.values(), (assert_equal, assert_same, assert_near), strict=True))
    return types.FunctionType(code, names, function.__name__, function.__defaults__)


def assert_equal(got: Any, expected: Any, text: str, names: Mapping[str, Any] = MappingProxyType({})) -> None:
    """Raises CheckFailed with both values, and where sequences first differ.

    `text` is the expression that gave `got`, `names` the local variables of the check, which it may use.
    """
    if not _equal(got, expected):
        raise CheckFailed(_should_be(got, expected, text, names) + _difference(got, expected))


def assert_same(got: Any, expected: Any, text: str, names: Mapping[str, Any] = MappingProxyType({})) -> None:
    """Raises CheckFailed unless `got` is the very constant, so that 1 is not taken for True."""
    if got is not expected:
        raise CheckFailed(_should_be(got, expected, text, names) + _other_type(got, expected))


def assert_near(
    got: Any, expected: Any, tolerance: float, text: str, names: Mapping[str, Any] = MappingProxyType({})
) -> None:
    """Raises CheckFailed unless the two numbers differ by less than `tolerance`."""
    if not isinstance(got, Number):
        raise CheckFailed(_should_be(got, expected, text, names) + _other_type(got, expected))
    if not abs(got - expected) < tolerance:
        raise CheckFailed(_should_be(got, expected, text, names))


class _Rewriter(ast.NodeTransformer):
    """Turns an assert without a message into a call of the function above that explains it."""

    def __init__(self, wording: "_Wording") -> None:
        self._wording = wording

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        if node.msg is not None:
            return node
        match node.test:
            case ast.Compare(left, [ast.Eq()], [expected]):
                return self._call(node, ast.Eq, left, [expected])
            case ast.Compare(left, [ast.Is()], [ast.Constant() as expected]):
                return self._call(node, ast.Is, left, [expected])
            case ast.Compare(
                ast.Call(ast.Name("abs"), [ast.BinOp(left, ast.Sub(), expected)]), [ast.Lt()], [tolerance]
            ):
                return self._call(node, ast.Lt, left, [expected, tolerance])
        node.msg = ast.copy_location(ast.Constant(f"this does not hold: {self._wording.of(node.test)}"), node)
        return node

    def _call(self, node: ast.Assert, kind: type[ast.cmpop], got: ast.expr, others: list[ast.expr]) -> ast.Expr:
        text = ast.Constant(self._wording.of(got))
        names = ast.Call(ast.Name("locals", ast.Load()), [], [])
        call = ast.Call(ast.Name(_NAMES[kind], ast.Load()), [got, *others, text, names], [])
        return ast.copy_location(ast.Expr(call), node)


class _Wording(ast.NodeTransformer):
    """An expression of a check in the learner's terms: what a variable stands for in its place, and no `student.`."""

    def __init__(self, meanings: Mapping[str, ast.expr]) -> None:
        self._meanings = meanings

    def of(self, expression: ast.expr) -> str:
        return ast.unparse(self.visit(copy.deepcopy(expression)))

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id not in self._meanings:
            return node
        others = {name: meaning for name, meaning in self._meanings.items() if name != node.id}  # so that it ends
        found: ast.expr = _Wording(others).visit(copy.deepcopy(self._meanings[node.id]))
        return found

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        match node.value:
            case ast.Name("student" | "given"):
                return ast.Name(node.attr, ast.Load())
        return self.generic_visit(node)


def _meanings(definition: ast.FunctionDef) -> dict[str, ast.expr]:
    """The variables of a check that are set once, by an assignment, and the expressions that they stand for."""
    stored = [
        node.id for node in ast.walk(definition) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    meanings: dict[str, ast.expr] = {}
    for node in ast.walk(definition):
        match node:
            case ast.Assign([ast.Name(name)], value):
                meanings[name] = value
            case ast.Assign([ast.Tuple(targets)], value) if not isinstance(value, ast.Tuple):
                for index, target in enumerate(targets):
                    if isinstance(target, ast.Name):
                        meanings[target.id] = ast.Subscript(value, ast.Constant(index), ast.Load())
    return {name: value for name, value in meanings.items() if stored.count(name) == 1}


def _should_be(got: Any, expected: Any, text: str, names: Mapping[str, Any]) -> str:
    tree = ast.parse(text, mode="eval").body
    alone = isinstance(tree, ast.Name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and _is_short(names.get(node.id, names)):
            node.id = repr(names[node.id])  # a loop's variable: the learner is told its value
    told = ast.unparse(tree)
    what = "the result" if alone or len(told) > _LONGEST else f"`{told}`"
    return f"{what} should be {shown(expected)}, but is {shown(got)}"


def _is_short(value: Any) -> bool:
    return isinstance(value, bool | int | float | str | bytes | None) and len(repr(value)) <= 40


def _equal(got: Any, expected: Any) -> bool:
    if hasattr(got, "dtype") or hasattr(expected, "dtype"):
        import numpy as np  # only where a check compares arrays

        return bool(np.array_equal(got, expected))
    return bool(got == expected)


def _difference(got: Any, expected: Any) -> str:
    if type(got) is not type(expected):
        return _other_type(got, expected)
    if not isinstance(got, list | tuple | str | bytes) or min(len(got), len(expected)) == 0:
        return ""
    texts = isinstance(got, str | bytes)
    if texts and shown(got) == repr(got) and shown(expected) == repr(expected):
        return ""  # both are there to be read
    for index, (one, other) in enumerate(zip(got, expected, strict=False)):
        if one != other:
            if texts:
                one, other = (part[max(0, index - 10) : index + 10] for part in (got, expected))
            return f"; they differ first at index {index}: {shown(one)} in the place of {shown(other)}"
    return f"; it has {len(got)} {'characters' if texts else 'items'} in the place of {len(expected)}"


def _other_type(got: Any, expected: Any) -> str:
    if got is None or expected is None or type(got) is type(expected):
        return ""
    return f" ({with_article(type(got).__name__)}, not {with_article(type(expected).__name__)})"
