"""Whether a program answers alike with every number of workers: compared up to rounding, told where it differs."""

from __future__ import annotations

import cmath
import dataclasses
from collections.abc import Iterable, Mapping, Sequence, Set, Sized
from dataclasses import dataclass
from numbers import Integral, Number
from typing import Any

import numpy as np

from lockstep.words import brief, counted

ROUNDING = 1e-9
"""Relative: workers add up in another order. For numbers of less precision, 100 times their own rounding."""
_NEAR_ZERO = 1e-12
_PLAIN = (str, bytes, bytearray, Number, np.generic, np.ndarray, Mapping, Set, Sequence)
_EXACT = {int, bool, float, complex, str, bytes, type(None)}
_NUMERIC, _INTEGRAL = set("biufc"), set("biu")  # numpy's kinds of arrays


@dataclass(frozen=True, slots=True)
class Difference:
    """Where in two answers something differs ("" or "[3]['mean']"), and what is there, as short texts."""

    place: str
    first: str
    second: str


def disagreement(answers: Mapping[int, Any], base: int) -> str:
    """A sentence when the answer with some number of workers differs from the base case's, "" otherwise."""
    for workers, answer in answers.items():
        found = difference(answers[base], answer)
        if found is not None:
            at = f" at {found.place}" if found.place else ""
            told = f"{found.first} from the base case, {found.second} with {workers} workers"
            if found.first == found.second:  # shortened, or printed alike
                told = f"with {workers} workers it is another than the base case's, though it begins like {found.first}"
            return (
                f"The answers differ{at}: {told}. Unless it is random, a program that answers otherwise is wrong, "
                "not faster."
            )
    return ""


def difference(first: Any, second: Any) -> Difference | None:
    """The first place where two answers surely differ; None where nothing shows that they do.

    Numbers count up to ROUNDING, arrays by shape and values, the members of lists, dictionaries, sets and dataclasses one
    by one. Things that know no equality but being the same thing (generators, most objects), or whose == raises, show
    nothing.
    """
    try:
        return _difference(first, second, "")
    except Exception:  # a learner's own ==, < or repr may raise anything
        return None


def _difference(first: Any, second: Any, place: str) -> Difference | None:
    if first is second:
        return None
    if _is_number(first) and _is_number(second):
        return None if _close(first, second) else _unlike(first, second, place)
    if isinstance(first, np.ndarray) or isinstance(second, np.ndarray):
        if all(_is_number(answer) or _is_series(answer) for answer in (first, second)):
            return _of_arrays(np.asarray(first), np.asarray(second), place)
    elif _is_series(first) and _is_series(second):
        return _of_series(first, second, place)
    elif isinstance(first, Mapping) and isinstance(second, Mapping):
        return _of_mappings(first, second, place)
    elif isinstance(first, Set) and isinstance(second, Set):
        return _of_members(first - second, second - first, place)
    elif dataclasses.is_dataclass(first) and type(first) is type(second) and first != second:
        return _first_of(
            _difference(getattr(first, field.name), getattr(second, field.name), f"{place}.{field.name}")
            for field in dataclasses.fields(first)
            if field.compare
        )
    return None if _may_be_equal(first, second) else _unlike(first, second, place)


def _of_arrays(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any], place: str) -> Difference | None:
    if first.shape != second.shape:
        return Difference(place, _shape(first), _shape(second))
    kinds = {first.dtype.kind, second.dtype.kind}
    if not kinds <= _NUMERIC:
        return _difference(first.tolist(), second.tolist(), place)
    if kinds <= _INTEGRAL:
        same = first == second
    else:
        rounding = max(_rounding(first.dtype), _rounding(second.dtype))
        same = np.isclose(first, second, rtol=rounding, atol=_NEAR_ZERO, equal_nan=True)
    if np.all(same):
        return None
    index = tuple(map(int, np.argwhere(~same)[0]))
    return _unlike(first[index], second[index], f"{place}[{', '.join(map(str, index))}]" if index else place)


def _of_series(first: Sequence[Any], second: Sequence[Any], place: str) -> Difference | None:
    if len(first) != len(second):
        return Difference(place, _items(first), _items(second))
    types = {*map(type, first), *map(type, second)}
    if types == {float}:
        return _of_arrays(np.asarray(first), np.asarray(second), place)
    if types <= _EXACT and list(first) == list(second):
        return None  # a million numbers in a moment
    return _first_of(_difference(a, b, f"{place}[{at}]") for at, (a, b) in enumerate(zip(first, second, strict=True)))


def _of_mappings(first: Mapping[Any, Any], second: Mapping[Any, Any], place: str) -> Difference | None:
    keys = _of_members(first.keys() - second.keys(), second.keys() - first.keys(), place)
    if keys is not None:
        return keys
    return _first_of(_difference(first[key], second[key], f"{place}[{_short(key)}]") for key in first if key in second)


def _of_members(first: Set[Any], second: Set[Any], place: str) -> Difference | None:
    """Of two sets what the other has not, in order, so that members that differ by rounding alone meet."""
    if len(first) != len(second):
        return Difference(place, f"{_items(first)} of its own", f"{_items(second)} of its own")
    alone, other = (sorted(members, key=lambda member: (type(member).__name__, member)) for members in (first, second))
    return _first_of(_difference(a, b, place) for a, b in zip(alone, other, strict=True))


def _first_of(found: Iterable[Difference | None]) -> Difference | None:
    return next((one for one in found if one is not None), None)


def _may_be_equal(first: Any, second: Any) -> bool:
    if first is None or second is None:
        return False
    told = _own_equality(first, second)
    if told is NotImplemented:
        told = _own_equality(second, first)
    if told is NotImplemented:  # neither knows the other: plain values of two kinds differ, of others nobody can tell
        return not (isinstance(first, _PLAIN) and isinstance(second, _PLAIN))
    return bool(told)


def _own_equality(first: Any, second: Any) -> Any:
    kind: Any = type(first)
    return kind.__eq__(first, second)  # unlike ==, which falls back to being the same thing


def _is_number(value: Any) -> bool:
    return isinstance(value, Number | np.bool_)


def _is_series(value: Any) -> bool:
    return isinstance(value, np.ndarray | Sequence) and not isinstance(value, str | bytes | bytearray)


def _close(first: Any, second: Any) -> bool:
    if all(isinstance(value, Integral | np.bool_) for value in (first, second)):
        return bool(first == second)
    try:
        one, other = complex(first), complex(second)
    except OverflowError:
        return bool(first == second)
    if cmath.isnan(one) or cmath.isnan(other):
        return cmath.isnan(one) and cmath.isnan(other)
    rounding = max(_rounding(np.asarray(value).dtype) for value in (first, second))
    return cmath.isclose(one, other, rel_tol=rounding, abs_tol=_NEAR_ZERO)


def _rounding(dtype: np.dtype[Any]) -> float:
    return max(ROUNDING, 100 * float(np.finfo(dtype).eps)) if dtype.kind in "fc" else ROUNDING


def _unlike(first: Any, second: Any, place: str) -> Difference:
    return Difference(place, _short(first), _short(second))


def _shape(array: np.ndarray[Any, Any]) -> str:
    return f"an array of shape {array.shape}" if array.ndim else _short(array.item())


def _items(values: Sized) -> str:
    return counted(len(values), "item")


def _short(value: Any) -> str:
    return brief(repr(value.item() if isinstance(value, np.generic) else value), 40)
