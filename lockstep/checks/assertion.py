"""What the `assert`s of a check say when they do not hold: what was expected and what came."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from numbers import Complex, Real
from types import MappingProxyType
from typing import Any

from lockstep.checks.comparison import difference, equal, other_type
from lockstep.student.failure import CheckFailed
from lockstep.student.shown import shown

_LONGEST = 100  # characters of an expression that a message quotes; a longer one is "the result"


NOTHING: Mapping[str, Any] = MappingProxyType({})


def assert_equal(
    got: Any, expected: Any, text: str, asked: tuple[str, ...] = (), names: Mapping[str, Any] = NOTHING
) -> None:
    """Raises CheckFailed with both values, and where they differ.

    `text` is the expression that gave `got`, `asked` the learner's functions that it calls, `names` the local
    variables of the check, which it may use.
    """
    if not equal(got, expected):
        told = _should_be(got, expected, text, names) + difference(got, expected)
        raise _not_as_expected(told, got, expected, asked)


def assert_same(
    got: Any, expected: Any, text: str, asked: tuple[str, ...] = (), names: Mapping[str, Any] = NOTHING
) -> None:
    """Raises CheckFailed unless `got` is the very constant, so that 1 is not taken for True."""
    if got is not expected:
        told = _should_be(got, expected, text, names) + other_type(got, expected)
        raise _not_as_expected(told, got, expected, asked)


def assert_near(
    got: Any,
    expected: Any,
    tolerance: float,
    text: str,
    asked: tuple[str, ...] = (),
    names: Mapping[str, Any] = NOTHING,
) -> None:
    """Raises CheckFailed unless the two numbers differ by less than `tolerance`."""
    if not _is_near(got, expected, tolerance):
        told = _should_be(got, expected, text, names)
        told += "" if isinstance(got, Real) else other_type(got, expected)
        raise _not_as_expected(told, got, expected, asked)


def assert_told(holds: Any, message: Any, asked: tuple[str, ...]) -> None:
    """Raises CheckFailed with the author's own words; a trace for a message is shown, and its title are the words."""
    if not holds:
        told = message()
        title = getattr(told, "title", None)  # a text has a method of that name
        if isinstance(title, str):
            raise CheckFailed(title, told, asked)
        raise CheckFailed(str(told), asked=asked)


def unpacked(value: Any, names: tuple[str, ...], text: str, asked: tuple[str, ...], where: Mapping[str, Any]) -> Any:
    """`value`, if it has as many items as `names`. Raises CheckFailed that names both."""
    if not isinstance(value, list | tuple) or len(value) != len(names):
        number = f"{len(names)} {'value' if len(names) == 1 else 'values'} ({', '.join(names)})"
        came = f"is {shown(value)}" + (f", which has {len(value)}" if isinstance(value, list | tuple) else "")
        raise CheckFailed(f"{_told(text, where)} should be {number}, but {came}", asked=asked if value is None else ())
    return value


def each_unpacked(
    values: Any, names: tuple[str, ...], text: str, asked: tuple[str, ...], where: Mapping[str, Any]
) -> Iterator[Any]:
    """The items of `values`, each of which must have as many items as `names`. Raises CheckFailed."""
    told = _told(text, where)
    if not isinstance(values, Iterable):
        raise CheckFailed(f"{told} should be several values, but is {shown(values)}", asked=asked)
    for item in values:
        if not isinstance(item, list | tuple) or len(item) != len(names):
            several = f"{len(names)} values ({', '.join(names)})"
            raise CheckFailed(f"each item of {told} should be {several}, but one is {shown(item)}")
        yield item


def _is_none(got: Any) -> bool:
    return got is None or (isinstance(got, list | tuple) and bool(got) and all(item is None for item in got))


def _not_as_expected(told: str, got: Any, expected: Any, asked: tuple[str, ...]) -> CheckFailed:
    return CheckFailed(told, asked=asked, wanted=shown(expected)) if _is_none(got) else CheckFailed(told)


def _is_near(got: Any, expected: Any, tolerance: float) -> bool:
    if not isinstance(got, Complex if isinstance(expected, complex) else Real):
        return False
    try:
        return bool(abs(got - expected) < tolerance)
    except (TypeError, ArithmeticError):  # beyond every float
        return False


def _should_be(got: Any, expected: Any, text: str, names: Mapping[str, Any]) -> str:
    return f"{_told(text, names)} should be {shown(expected)}, but is {shown(got)}"


def _told(text: str, names: Mapping[str, Any]) -> str:
    tree = ast.parse(text, mode="eval").body
    alone = isinstance(tree, ast.Name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and _is_short(names.get(node.id, names)):
            node.id = repr(names[node.id])  # a loop's variable: the learner is told its value
    told = ast.unparse(tree)
    return "the result" if alone or len(told) > _LONGEST else f"`{told}`"


def _is_short(value: Any) -> bool:
    return isinstance(value, bool | int | float | str | bytes | None) and len(repr(value)) <= 40
