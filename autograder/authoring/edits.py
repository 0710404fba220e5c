"""The edits of a program that make a mutant: mutmut's of expressions, and here those of statements and of waiting.

mutmut knows numbers, operators and arguments. It does not leave out a statement, a `with`, a loop or an operand, which is
where a parallel program goes wrong.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import libcst as cst
from libcst import matchers
from mutmut.mutation.mutators import mutation_operators, operator_arg_removal, operator_string

Edit = Callable[[Any], Iterable[cst.CSTNode]]  # a node: what may stand in its place

_OTHER_NAMES = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "start": "run",
    "notify": "notify_all",
    "notify_all": "notify",
    "imap": "imap_unordered",
}
_TRANSPARENT = {
    "sorted",
    "reversed",
    "list",
    "tuple",
    "set",
    "abs",
    "int",
    "round",
}  # called around what they are given


def without_a_statement(block: cst.IndentedBlock) -> Iterator[cst.CSTNode]:
    for position, statement in enumerate(block.body):
        if _may_go(statement):
            yield _with_body(block, block.body[:position], block.body[position + 1 :])


def neighbours_swapped(block: cst.IndentedBlock) -> Iterator[cst.CSTNode]:
    for position, (one, other) in enumerate(zip(block.body, block.body[1:], strict=False)):
        if _may_go(one) and _may_go(other) and not _indifferent(one, other):
            yield _with_body(block, block.body[:position], [other, one], block.body[position + 2 :])


def loops_fused(block: cst.IndentedBlock) -> Iterator[cst.CSTNode]:
    """Two loops over the same, such as the one that starts and the one that joins, as one."""
    for position, (one, other) in enumerate(zip(block.body, block.body[1:], strict=False)):
        match one, other:
            case cst.For(body=cst.IndentedBlock() as first), cst.For(body=cst.IndentedBlock() as second) if (
                one.target.deep_equals(other.target) and one.iter.deep_equals(other.iter)
            ):
                fused = one.with_changes(body=_with_body(first, first.body, second.body))
                yield _with_body(block, block.body[:position], [fused], block.body[position + 2 :])


def without_what_surrounds(block: cst.IndentedBlock) -> Iterator[cst.CSTNode]:
    """`with lock: ...` is `...`; `try: ... finally: ...` is one after the other."""
    for position, statement in enumerate(block.body):
        match statement:
            case cst.With(body=cst.IndentedBlock(body=inner)):
                yield _with_body(block, block.body[:position], inner, block.body[position + 1 :])
            case cst.Try(body=cst.IndentedBlock(body=inner), finalbody=ending):
                last = ending.body.body if ending is not None and isinstance(ending.body, cst.IndentedBlock) else ()
                yield _with_body(block, block.body[:position], inner, last, block.body[position + 1 :])


def without_one_of_several(statement: cst.With) -> Iterator[cst.CSTNode]:
    """`with a, b:` is `with b:` or `with a:`."""
    if len(statement.items) > 1:
        for position in range(len(statement.items)):
            items = [item for number, item in enumerate(statement.items) if number != position]
            items[-1] = items[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
            yield statement.with_changes(items=items)


def once_for_again_and_again(loop: cst.While) -> Iterator[cst.CSTNode]:
    """A condition that is looked at once where it must be looked at after every wait."""
    yield cst.If(test=loop.test, body=loop.body, leading_lines=loop.leading_lines)


def condition_that_is_settled(statement: cst.If | cst.CompIf) -> Iterator[cst.CSTNode]:
    for settled in ("True", "False"):
        yield statement.with_changes(test=cst.Name(settled), whitespace_before_test=cst.SimpleWhitespace(" "))


def one_operand(operation: cst.BinaryOperation | cst.BooleanOperation) -> Iterator[cst.CSTNode]:
    yield operation.left
    yield operation.right


def one_less(number: cst.Integer) -> Iterator[cst.CSTNode]:
    if number.evaluated_value > 0:
        yield cst.Integer(str(number.evaluated_value - 1))


def zero_in_the_place_of_a_result(statement: cst.Return) -> Iterator[cst.CSTNode]:
    if not (statement.value is None or isinstance(statement.value, cst.Integer) or _is_false(statement.value)):
        yield statement.with_changes(value=cst.Integer("0"), whitespace_after_return=cst.SimpleWhitespace(" "))


def another_name(name: cst.Name) -> Iterator[cst.CSTNode]:
    if name.value in _OTHER_NAMES:
        yield cst.Name(_OTHER_NAMES[name.value])


def other_arguments(call: cst.Call) -> Iterator[cst.CSTNode]:
    """mutmut's, but for None in the place of False, which is the same to whoever asks."""
    for other in operator_arg_removal(call):
        assert isinstance(other, cst.Call)
        changed = [was for was, now in zip(call.args, other.args, strict=False) if was is not now]
        if len(other.args) < len(call.args) or not _is_false(changed[0].value):
            yield other


def argument_in_the_place_of_a_call(call: cst.Call) -> Iterator[cst.CSTNode]:
    match call:
        case cst.Call(func=cst.Name(value=name), args=[cst.Arg(value=argument)]) if name in _TRANSPARENT:
            yield argument


EDITS: tuple[tuple[type[cst.CSTNode], Edit], ...] = (
    (cst.IndentedBlock, without_a_statement),
    (cst.IndentedBlock, neighbours_swapped),
    (cst.IndentedBlock, loops_fused),
    (cst.IndentedBlock, without_what_surrounds),
    (cst.With, without_one_of_several),
    (cst.While, once_for_again_and_again),
    (cst.If, condition_that_is_settled),
    (cst.CompIf, condition_that_is_settled),
    (cst.BinaryOperation, one_operand),
    (cst.BooleanOperation, one_operand),
    (cst.Integer, one_less),
    (cst.Return, zero_in_the_place_of_a_result),
    (cst.Name, another_name),
    (cst.Call, argument_in_the_place_of_a_call),
    (cst.Call, other_arguments),
    *((kind, edit) for kind, edit in mutation_operators if edit not in (operator_arg_removal, operator_string)),
)


def edited(module: cst.Module) -> Iterator[cst.Module]:
    """The module after each edit, one at a time. Texts are left alone, and so is what is raised, for its message."""
    found = _Nodes()
    module.visit(found)
    for node in found.nodes:
        for kind, edit in EDITS:
            if isinstance(node, kind):
                for other in edit(node):
                    made = module.deep_replace(node, other)
                    assert isinstance(made, cst.Module)
                    yield made


class _Nodes(cst.CSTVisitor):
    """Every node that may be edited."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[cst.CSTNode] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        match node:
            case cst.Raise() | cst.Annotation() | cst.Decorator() | cst.Import() | cst.ImportFrom():
                return False
            case cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString()):
                return False
        self.nodes.append(node)
        return True


def _may_go(statement: cst.BaseStatement) -> bool:
    match statement:
        case cst.FunctionDef() | cst.ClassDef():
            return False
        case cst.SimpleStatementLine(body=[cst.Pass()]):
            return False
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString())]):
            return False
    return True


def _with_body(block: cst.IndentedBlock, *parts: Sequence[cst.BaseStatement]) -> cst.IndentedBlock:
    body = [statement for part in parts for statement in part]
    return block.with_changes(body=body or [cst.SimpleStatementLine([cst.Pass()])])


def _is_false(value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.Name) and value.value == "False"


def _indifferent(one: cst.BaseStatement, other: cst.BaseStatement) -> bool:
    """Do both bind names, without reading each other and without two calls that may do something?"""
    bound, texts, calls = [], [], 0
    for statement in (one, other):
        match statement:
            case cst.SimpleStatementLine(body=[cst.Assign(targets=[cst.AssignTarget(target=target)], value=value)]):
                parts = [part.value for part in target.elements] if isinstance(target, cst.Tuple) else [target]
                if not all(matchers.matches(part, _BINDING) for part in parts):
                    return False
                bound.append([_EMPTY.code_for_node(part) for part in parts])
                texts.append(_EMPTY.code_for_node(statement))
                calls += bool(matchers.findall(value, matchers.Call() & ~_CONSTRUCTION))
            case _:
                return False
    reads = [
        re.search(rf"\b{re.escape(name)}\b", text)
        for names, text in zip(bound, texts[::-1], strict=True)
        for name in names
    ]
    return calls < 2 and not any(reads)


_EMPTY = cst.Module([])
_BINDING = matchers.Name() | matchers.Attribute(value=matchers.Name("self"))
_CONSTRUCTION = matchers.Call(func=matchers.Name(matchers.MatchRegex("[A-Z].*")))  # Lock(), Value("i", 0)
