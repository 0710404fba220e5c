"""Rewrites the `assert`s of a check, so that they say what was expected and what came."""

import ast
import copy
import inspect
import textwrap
import types
from collections.abc import Callable, Mapping
from typing import Any

from lockstep.checks.assertion import assert_equal, assert_near, assert_same, assert_told, each_unpacked, unpacked
from lockstep.checks.comparison import equal

_CALLED = (assert_equal, assert_same, assert_near, assert_told, each_unpacked, unpacked, equal)


def explaining(function: Callable[..., None]) -> Callable[..., None]:
    """The same check function, with each plain `assert` that has no message of its own saying what was expected.

    That is `a == b`, `a is True` (or another constant) and `abs(a - b) < tolerance`; others say that they do not hold.
    `==` in an assert is that of lockstep.checks.comparison, and a learner's result that is unpacked must have as many
    items as it has targets. Functions whose source is not to be had, and closures, are returned as they are.
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
    _Rewriter(_meanings(copy.deepcopy(definition))).visit(tree)
    ast.increment_lineno(tree, function.__code__.co_firstlineno - 1)
    ast.fix_missing_locations(tree)
    namespace: dict[str, Any] = {}
    exec(compile(tree, function.__code__.co_filename, "exec"), namespace)
    code = namespace[definition.name].__code__
    names = function.__globals__
    names.update({_name(called): called for called in _CALLED})
    return types.FunctionType(code, names, function.__name__, function.__defaults__)


def _name(called: Callable[..., Any]) -> str:
    return f"_lockstep_{called.__name__}"


class _Rewriter(ast.NodeTransformer):
    """Turns asserts, and what unpacks a learner's result, into calls of the functions that explain them."""

    def __init__(self, meanings: Mapping[str, ast.expr]) -> None:
        self._meanings = meanings
        self._wording = _Wording(meanings)

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        asked = _asked(node.test, self._meanings)
        if node.msg is not None:
            message = ast.Lambda(_no_arguments(), node.msg)  # made only where it is needed
            test = _Comparing().visit(self.visit(node.test))
            return self._statement(node, assert_told, [test, message, _constants(asked)])
        match node.test:
            case ast.Compare(left, [ast.Eq()], [expected]):
                return self._explained(node, assert_equal, left, [expected])
            case ast.Compare(left, [ast.Is()], [ast.Constant() as expected]):
                return self._explained(node, assert_same, left, [expected])
            case ast.Compare(
                ast.Call(ast.Name("abs"), [ast.BinOp(left, ast.Sub(), expected)]), [ast.Lt()], [tolerance]
            ):
                return self._explained(node, assert_near, left, [expected, tolerance])
        said = ast.Lambda(_no_arguments(), ast.Constant(f"this does not hold: {self._wording.of(node.test)}"))
        test = _Comparing().visit(self.visit(node.test))
        return self._statement(node, assert_told, [test, said, _constants(asked)])

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        value = node.value
        self.generic_visit(node)
        match node.targets:
            case [ast.Tuple(targets)] if _is_students(value) and not _has_star(targets):
                node.value = self._unpacking(unpacked, value, targets)
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        node.iter = self._iterated(node.target, node.iter)
        self.generic_visit(node)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        node.iter = self._iterated(node.target, node.iter)
        self.generic_visit(node)
        return node

    def _iterated(self, target: ast.expr, values: ast.expr) -> ast.expr:
        meant = self._meanings.get(values.id, values) if isinstance(values, ast.Name) else values
        match target:
            case ast.Tuple(targets) if _is_students(meant) and not _has_star(targets):
                return self._unpacking(each_unpacked, values, targets)
        return values

    def _unpacking(self, called: Callable[..., Any], value: ast.expr, targets: list[ast.expr]) -> ast.expr:
        names = _constants(tuple(ast.unparse(target) for target in targets))
        asked = _constants(_asked(value, self._meanings))
        return ast.copy_location(_call(called, [value, names, self._text(value), asked, _call_of("locals")]), value)

    def _explained(
        self, node: ast.Assert, called: Callable[..., Any], got: ast.expr, others: list[ast.expr]
    ) -> ast.AST:
        told = [self._text(got), _constants(_asked(got, self._meanings)), _call_of("locals")]
        return self._statement(node, called, [self.visit(got), *map(self.visit, others), *told])

    def _text(self, expression: ast.expr) -> ast.expr:
        return ast.Constant(self._wording.of(expression))

    def _statement(self, node: ast.Assert, called: Callable[..., Any], arguments: list[ast.expr]) -> ast.AST:
        return ast.copy_location(ast.Expr(_call(called, arguments)), node)


class _Comparing(ast.NodeTransformer):
    """Replaces `==` and `!=` between two values by ours."""

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        match node.ops, node.comparators:
            case [ast.Eq()], [other]:
                return ast.copy_location(_call(equal, [node.left, other]), node)
            case [ast.NotEq()], [other]:
                return ast.copy_location(ast.UnaryOp(ast.Not(), _call(equal, [node.left, other])), node)
        return node


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


def _asked(expression: ast.expr, meanings: Mapping[str, ast.expr]) -> tuple[str, ...]:
    """The learner's functions that an expression calls, itself or by its variables."""
    names: list[str] = []
    for node in ast.walk(expression):
        match node:
            case ast.Call(ast.Attribute(ast.Name("student"), name)):
                names.append(name)
            case ast.Name(name) if name in meanings:
                others = {other: meaning for other, meaning in meanings.items() if other != name}  # so that it ends
                names += _asked(meanings[name], others)
    return tuple(dict.fromkeys(names))


def _is_students(value: ast.expr) -> bool:
    match value:
        case ast.Call(ast.Attribute(ast.Name("student"))):
            return True
    return False


def _has_star(targets: list[ast.expr]) -> bool:
    return any(isinstance(target, ast.Starred) for target in targets)


def _call(called: Callable[..., Any], arguments: list[ast.expr]) -> ast.Call:
    return ast.Call(ast.Name(_name(called), ast.Load()), arguments, [])


def _call_of(name: str) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), [], [])


def _constants(values: tuple[str, ...]) -> ast.expr:
    return ast.Tuple([ast.Constant(value) for value in values], ast.Load())


def _no_arguments() -> ast.arguments:
    return ast.arguments([], [], None, [], [], None, [])
