"""Whether what came equals what a check expects, and where it differs, in words.

A tuple counts as a list with the same items, at any depth, and a NumPy array as the list of its items.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from lockstep.student.refusal import with_article
from lockstep.student.shown import shown

_TOLD = 3  # items of each kind that a message names


def equal(got: Any, expected: Any) -> bool:
    """Python's `==`, but for tuples and arrays, which may stand for lists."""
    if _is_array(got) and _is_array(expected) and got.ndim:
        import numpy as np  # only where a check compares arrays

        return bool(np.array_equal(got, expected))
    if _is_sequence(got) and _is_sequence(expected):
        return len(got) == len(expected) and all(map(equal, got, expected))
    if isinstance(got, dict) and isinstance(expected, dict):
        return got.keys() == expected.keys() and all(equal(item, expected[key]) for key, item in got.items())
    if _is_sequence(got) or _is_sequence(expected):
        return False
    return bool(got == expected)


def difference(got: Any, expected: Any) -> str:
    """What to add to a message that shows both: the items that differ and how many, or the type; may be ""."""
    if _is_sequence(got) and _is_sequence(expected):
        return _between_sequences(got, expected)
    if type(got) is not type(expected):
        return other_type(got, expected)
    if isinstance(got, str | bytes):
        return _between_texts(got, expected)
    if isinstance(got, dict | set | frozenset) and not (_is_whole(got) and _is_whole(expected)):
        return _between_collections(got, expected)
    return ""


def other_type(got: Any, expected: Any) -> str:
    """Which type came and which was expected, where that is what differs."""
    if got is None or expected is None or type(got) is type(expected):
        return ""
    return f" ({with_article(type(got).__name__)}, not {with_article(type(expected).__name__)})"


def _between_sequences(got: Any, expected: Any) -> str:
    if min(len(got), len(expected)) == 0:
        return ""
    differing = _differing(got, expected)
    first = next(differing, None)
    if first is None:
        return f"; it has {_items(len(got))} in the place of {len(expected)}"
    if len(got) == len(expected) and _in_another_order(got, expected):
        return "; the items are the right ones, in another order"
    others = sum(1 for _ in differing)
    where, one, other = _deepest(got, expected, first)
    told = f"; they differ first at index {where}: {shown(one)} in the place of {shown(other)}"
    if shown(one) == shown(other):
        told += other_type(one, other) or difference(one, other)
    if others:
        told += f", and at {others} other {'index' if others == 1 else 'indices'}"
    if len(got) != len(expected):
        told += f"; it has {_items(len(got))} in the place of {len(expected)}"
    return told


def _deepest(got: Any, expected: Any, index: int) -> tuple[str, Any, Any]:
    """The items at `index`, or within them the first that differ, where the items look alike."""
    one, other = got[index], expected[index]
    where = str(index)
    while _is_sequence(one) and _is_sequence(other) and shown(one) == shown(other):
        inner = next(_differing(one, other), None)
        if inner is None:
            break
        where, one, other = f"{where}, there at {inner}", one[inner], other[inner]
    return where, one, other


def _differing(got: Any, expected: Any) -> Iterator[int]:
    return (i for i, (one, other) in enumerate(zip(got, expected, strict=False)) if not equal(one, other))


def _in_another_order(got: Any, expected: Any) -> bool:
    try:
        return equal(sorted(got), sorted(expected))
    except Exception:  # items that have no order
        return False


def _between_texts(got: str | bytes, expected: str | bytes) -> str:
    if min(len(got), len(expected)) == 0 or (_is_whole(got) and _is_whole(expected)):
        return ""  # both are there to be read
    for index, (one, other) in enumerate(zip(got, expected, strict=False)):
        if one != other:
            parts = [shown(text[max(0, index - 10) : index + 10]) for text in (got, expected)]
            return f"; they differ first at index {index}: {parts[0]} in the place of {parts[1]}"
    return f"; it has {len(got)} characters in the place of {len(expected)}"


def _between_collections(got: Any, expected: Any) -> str:
    told = _named("missing", [key for key in expected if key not in got])
    told += _named("not expected", [key for key in got if key not in expected])
    if isinstance(got, dict):
        other = [key for key in got if key in expected and not equal(got[key], expected[key])]
        told += _named("different", other)
        if other:
            told += f": {shown(got[other[0]])} in the place of {shown(expected[other[0]])} at {shown(other[0])}"
    return told


def _named(how: str, keys: list[Any]) -> str:
    if not keys:
        return ""
    more = f" and {len(keys) - _TOLD} more" if len(keys) > _TOLD else ""
    return f"; {how}: {', '.join(shown(key) for key in islice(keys, _TOLD))}{more}"


def _items(number: int) -> str:
    return f"{number} {'item' if number == 1 else 'items'}"


def _is_sequence(value: Any) -> bool:
    return isinstance(value, list | tuple) or (_is_array(value) and value.ndim > 0)


def _is_array(value: Any) -> bool:
    return type(value).__module__ == "numpy" and hasattr(value, "dtype")


def _is_whole(value: Any) -> bool:
    text = shown(value)
    return len(text) < 600 and "..." not in text
