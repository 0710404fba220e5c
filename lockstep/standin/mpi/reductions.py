"""MPI's reductions: what combines the parts of ranks, two at a time, in the order of the ranks."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any

from lockstep.standin.numpy_when_used import numpy

_Two = Callable[[Any, Any], Any]


class Op:
    """As `MPI.Op`: called with two objects it gives what they make together."""

    def __init__(self, name: str, function: _Two | None = None, commute: bool = True) -> None:
        """`function`: of the program's own; MPI's are known by their names."""
        self.name, self.own, self.commute = name, function, commute

    def __call__(self, x: Any, y: Any) -> Any:
        return self.own(x, y) if self.own is not None else _OBJECTS[self.name](x, y)

    def __repr__(self) -> str:
        return f"MPI.{self.name}"

    def __reduce__(self) -> Any:
        return (_named, (self.name,)) if self.name in OPS else super().__reduce__()

    def Is_commutative(self) -> bool:  # noqa: N802 - as mpi4py calls it
        return self.commute

    def Free(self) -> None:  # noqa: N802
        """What it held here is nothing."""

    @classmethod
    def Create(cls, function: _Two, commute: bool = False) -> Op:  # noqa: N802
        """An operation of one's own, for objects."""
        return cls("Op.Create(...)", function, commute)

    def of(self, parts: Iterable[Any]) -> Any:
        """All parts combined from left to right; arrays element by element."""
        return reduce(self.two, parts)

    def two(self, x: Any, y: Any) -> Any:
        """Two parts: arrays of the upper-case calls element by element, other things as they are."""
        if isinstance(x, Elements):
            if self.name not in _ARRAYS:
                raise TypeError(f"{self!r} combines objects: use the lower-case call")
            return Elements(getattr(numpy(), _ARRAYS[self.name])(x.array, y.array))
        return self(x, y)


class Elements:
    """An array that an upper-case call gives, whose elements are combined one by one."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def __repr__(self) -> str:
        return repr(self.array)


def _named(name: str) -> Op:
    return OPS[name]


def _larger(x: Any, y: Any) -> Any:
    return y if y > x else x


def _smaller(x: Any, y: Any) -> Any:
    return y if y < x else x


def _larger_with_place(x: Any, y: Any) -> Any:
    return y if y[0] > x[0] or (y[0] == x[0] and y[1] < x[1]) else x


def _smaller_with_place(x: Any, y: Any) -> Any:
    return y if y[0] < x[0] or (y[0] == x[0] and y[1] < x[1]) else x


def _both(x: Any, y: Any) -> bool:
    return bool(x) and bool(y)


def _either(x: Any, y: Any) -> bool:
    return bool(x) or bool(y)


def _one_of(x: Any, y: Any) -> bool:
    return bool(x) != bool(y)


_OBJECTS: dict[str, _Two] = {
    "SUM": operator.add, "PROD": operator.mul, "MAX": _larger, "MIN": _smaller, "LAND": _both, "LOR": _either,
    "LXOR": _one_of, "BAND": operator.and_, "BOR": operator.or_, "BXOR": operator.xor,
    "MAXLOC": _larger_with_place, "MINLOC": _smaller_with_place,
}  # fmt: skip
_ARRAYS = {
    "SUM": "add", "PROD": "multiply", "MAX": "maximum", "MIN": "minimum", "LAND": "logical_and", "LOR": "logical_or",
    "LXOR": "logical_xor", "BAND": "bitwise_and", "BOR": "bitwise_or", "BXOR": "bitwise_xor",
}  # fmt: skip
OPS = {name: Op(name) for name in _OBJECTS}
