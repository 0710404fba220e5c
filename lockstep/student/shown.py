"""A value as a report shows it: its repr, of bounded length and at bounded cost, whatever the value is."""

import math
import reprlib
from collections.abc import Iterable
from itertools import islice
from typing import Any

from lockstep.words import whole_number

_LONGEST = 600  # characters of a value in a report
_SORTED = 1_000  # items of a set that are worth sorting
_DIGITS = 80


class _Shown(reprlib.Repr):
    """Cuts where reprlib does not: keeps the order of a dict, and never makes a long repr in order to cut it."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 120
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdict = 12
        self.maxlevel = 4

    def repr1(self, x: Any, level: int) -> str:
        if type(x).__module__ == "numpy" and hasattr(x, "dtype"):
            return self._numpy(x, level)
        return super().repr1(x, level)

    def repr_int(self, x: int, level: int) -> str:
        digits = int(x.bit_length() * math.log10(2)) + 1
        if digits <= _DIGITS:
            return repr(x)
        if digits > 4_000:  # turning it into digits takes quadratic time
            return f"<{whole_number(digits)}>"
        text = repr(x)
        return f"{text[: _DIGITS // 2]}...{text[-_DIGITS // 2 :]} ({len(text.lstrip('-'))} digits)"

    def repr_str(self, x: str, level: int) -> str:
        return repr(x) if len(x) <= self.maxstring else self._halves(x)

    def repr_bytes(self, x: bytes, level: int) -> str:
        return repr(x) if len(x) <= self.maxstring else self._halves(x)

    def repr_dict(self, x: dict[Any, Any], level: int) -> str:
        if level <= 0 and x:
            return "{...}"
        pairs = [f"{self.repr1(key, level - 1)}: {self.repr1(item, level - 1)}" for key, item in self._few(x.items())]
        return f"{{{', '.join(pairs)}{self._more(x)}}}"

    def repr_set(self, x: set[Any], level: int) -> str:
        return f"{{{self._members(x, level)}}}" if x else "set()"

    def repr_frozenset(self, x: frozenset[Any], level: int) -> str:
        return f"frozenset({{{self._members(x, level)}}})" if x else "frozenset()"

    def repr_Fraction(self, x: Any, level: int) -> str:  # noqa: N802 - the name that reprlib looks for
        return f"Fraction({self.repr_int(x.numerator, level)}, {self.repr_int(x.denominator, level)})"

    def _members(self, x: Any, level: int) -> str:
        if level <= 0:
            return "..."
        try:
            items: Iterable[Any] = sorted(x) if len(x) <= _SORTED else x
        except Exception:  # items of several kinds
            items = x
        return ", ".join(self.repr1(item, level - 1) for item in self._few(items)) + self._more(x)

    def _few(self, items: Iterable[Any]) -> Iterable[Any]:
        return islice(items, self.maxdict)

    def _more(self, items: Any) -> str:
        return ", ..." if len(items) > self.maxdict else ""

    def _halves(self, x: Any) -> str:
        half = self.maxstring // 2
        return f"{x[:half]!r}...{x[-half:]!r}"

    def _numpy(self, x: Any, level: int) -> str:
        """Numbers as Python's, arrays as the list of their items."""
        if x.ndim == 0 and x.dtype.kind in "biufcSU":
            return self.repr1(x.item(), level) if type(x.item()).__module__ != "numpy" else repr(x)[: self.maxother]
        if x.ndim == 0:
            return repr(x)[: self.maxother]
        if x.size == 0 and max(x.shape) > self.maxlist:  # a million rows without items are a million lists
            return f"array([], of shape {x.shape})"
        items = self.repr1(x.ravel()[: self.maxlist + 1].tolist() if x.size > self.maxlist else x.tolist(), level)
        return f"array({items})" if x.size <= self.maxlist else f"array({items}, of shape {x.shape})"


_repr = _Shown()


def shown(value: Any) -> str:
    """A value as a report shows it: its repr, cut where it is long; text always has quotes."""
    text = _repr.repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def cut(text: str, most: int) -> str:
    """`text`, of at most so many characters and a word on the others."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text) - most} more characters)"
