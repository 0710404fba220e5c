"""Why a value cannot leave a learner's process, and what to return in its place."""

from numbers import Number
from typing import Any

_LONGEST = 60  # characters of the place of a part
_INSTEAD = {
    "coroutine": "leave out `async`",
    "generator": "return a list",
    "range": "return a list",
    "map": "return a list",
    "filter": "return a list",
    "zip": "return a list",
    "dict_keys": "return a list",
    "dict_values": "return a list",
    "dict_items": "return a list",
    "deque": "return a list",
    "function": "return what it computes",
    "Value": "return its .value",
    "Structure": "return its fields",
    "Array": "return a list of its items",
    "String": "return its .value",
    "Structures": "return the fields of its items",
    "array": "return a list",
    "memoryview": "return bytes(...) of it",
    "ListProxy": "return list(...) of it",
    "DictProxy": "return dict(...) of it",
    "ApplyResult": "return what its .get() gives",
    "MapResult": "return what its .get() gives",
    "IMapIterator": "return list(...) of it",
    "IMapUnorderedIterator": "return list(...) of it",
    "Future": "return its .result()",
}


def refusal(value: Any, where: str) -> str:
    name = _name(type(value))
    if isinstance(value, BaseException):
        return f"{place(where)}is {with_article(name)}, which was returned, not raised: write `raise {name}(...)`"
    if isinstance(value, type) and issubclass(value, BaseException):
        return (
            f"{place(where)}is the class {value.__name__}, returned and not raised: write `raise {value.__name__}(...)`"
        )
    if isinstance(value, Number):
        return f"{place(where)}is {with_article(name)}; return float(...) or int(...) of it"
    instead = _INSTEAD.get(name, "return plain data: numbers, text, lists, tuples, dicts, sets or NumPy arrays")
    return f"{place(where)}is {with_article(name)}, which cannot leave the process; {instead}"


def _name(kind: type) -> str:
    """A class as programs call it: what is behind Value and Array, really or on a machine of ours, by these names."""
    name = kind.__name__
    if kind.__module__.startswith("lockstep."):
        return name.removeprefix("Shared").removeprefix("Memory")
    return {"Synchronized": "Value", "SynchronizedArray": "Array", "SynchronizedString": "String"}.get(name, name)


def with_article(noun: str) -> str:
    """a list, an int"""
    return f"{'an' if noun[0] in 'aeiouAEIOU' else 'a'} {noun}"


def place(where: str) -> str:
    """Where in a value: its part [0][1], and of what lies very deep the beginning alone."""
    where = where.strip()
    return f"its part {where if len(where) <= _LONGEST else where[:_LONGEST] + '…'} " if where else "it "
