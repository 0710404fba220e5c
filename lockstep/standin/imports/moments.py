"""Clocks where no time exists: they can be read, counted with and shown, but nothing may depend on them.

What a clock says differs from run to run, so that replaying finds a dependence which is not refused here. As text it is
always the same, so that showing it makes no difference between two runs.
"""

from __future__ import annotations

import math
import operator
import time
from collections.abc import Callable
from typing import Any

from lockstep.standin.machine import current, not_covered
from lockstep.standin.timed.dates import dates

_EPOCH = 1_700_000_000  # what clocks show, in seconds since 1970


def _refuse(*_arguments: Any) -> Any:
    instead = "no time passes on a machine that takes every interleaving; show it, or measure on the real machine"
    raise not_covered("what depends on a clock", instead)


class Moment(float):
    """What a clock says, or a number that was counted with it; `shown` is what it is as text."""

    shown: Any

    def __new__(cls, value: float, shown: Any) -> Moment:
        made = super().__new__(cls, value)
        made.shown = shown
        return made

    def __reduce__(self) -> Any:
        return Moment, (self.shown, self.shown)

    def __deepcopy__(self, _memo: Any) -> Moment:
        return self

    def __repr__(self) -> str:
        return repr(self.shown)

    def __format__(self, form: str) -> str:
        return format(self.shown, form)

    def __neg__(self) -> Any:
        return _counted(operator.neg, self)

    def __abs__(self) -> Any:
        return _counted(operator.abs, self)

    def __round__(self, digits: int | None = None) -> Any:  # type: ignore[override]
        return _counted(lambda number: round(number, digits), self)

    __copy__ = __pos__ = lambda self: self
    __str__ = __repr__
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = __bool__ = __hash__ = _refuse
    __int__ = __float__ = __trunc__ = __floor__ = __ceil__ = _refuse


def _counted(count: Callable[..., Any], *numbers: Any) -> Any:
    """What counting with moments and other numbers gives."""
    if not all(isinstance(number, int | float) for number in numbers):
        return NotImplemented
    try:
        shown = count(*(number.shown if isinstance(number, Moment) else number for number in numbers))
    except ArithmeticError:  # such as a division by the time that has passed
        shown = math.nan
    value = count(*(float.real.__get__(number) if isinstance(number, Moment) else number for number in numbers))
    return Moment(value, shown) if isinstance(value, int | float) else value


def _operate(name: str) -> None:
    count = getattr(operator, name)
    setattr(Moment, f"__{name}__", lambda one, other: _counted(count, one, other))
    setattr(Moment, f"__r{name}__", lambda one, other: _counted(count, other, one))


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
    _operate(_name)


def _now() -> float:
    seconds: float = current().option("clock")
    return seconds


def read(*_clock: int) -> Moment:
    """What every clock shows that counts seconds."""
    return Moment(_now(), _EPOCH)


def read_ns(*_clock: int) -> Moment:
    """The same in nanoseconds."""
    return Moment(_now() * 1e9, _EPOCH * 10**9)


def _of(convert: Callable[..., Any]) -> Callable[..., Any]:
    return lambda seconds=None: convert(_now() if seconds is None else seconds)


def asctime(moment: Any = None) -> str:
    return time.asctime(time.localtime(_now()) if moment is None else moment)


def strftime(form: str, moment: Any = None) -> str:
    return time.strftime(form, time.localtime(_now()) if moment is None else moment)


_SECONDS = ("time", "monotonic", "perf_counter", "process_time", "thread_time", "clock_gettime")
TIME: dict[str, Any] = {
    **dict.fromkeys(_SECONDS, read),
    **{f"{name}_ns": read_ns for name in _SECONDS},
    **{name: _of(getattr(time, name)) for name in ("localtime", "gmtime", "ctime")},
    "asctime": asctime,
    "strftime": strftime,
}
DATES = dates(_now)
