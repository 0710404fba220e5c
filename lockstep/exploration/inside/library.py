"""Values of the standard library as a walk sees them: those that never change, and those whose parts it walks."""

from __future__ import annotations

import array
import collections
import ctypes
import datetime
import decimal
import fractions
import functools
import gc
import operator
import pathlib
import re
import struct
import types
import uuid
import weakref
from collections.abc import Callable
from typing import Any

from lockstep.exploration.inside.classes import expect


def _told(tell: Callable[[Any], Any]) -> Callable[[Any, Any], None]:
    def walked(walk: Any, value: Any) -> None:
        walk.out += (type(value), tell(value))

    return walked


def _time(value: Any) -> str:
    expect(value.tzinfo is None or type(value.tzinfo) is datetime.timezone)
    return repr(value)


_FIELD = type(vars(type("_", (ctypes.Structure,), {"_fields_": [("x", ctypes.c_int)]}))["x"])

IMMUTABLE: dict[type, Callable[[Any, Any], None]] = {
    re.Pattern: _told(lambda value: (value.pattern, value.flags)),
    struct.Struct: _told(lambda value: value.format),
    decimal.Decimal: _told(repr),
    fractions.Fraction: _told(lambda value: (value.numerator, value.denominator)),
    uuid.UUID: _told(lambda value: (value.int, value.is_safe.name)),
    array.array: _told(lambda value: (value.typecode, value.tobytes())),
    datetime.date: _told(repr),
    datetime.timedelta: _told(repr),
    datetime.timezone: _told(repr),
    datetime.datetime: _told(_time),
    datetime.time: _told(_time),
    _FIELD: _told(lambda value: (value.offset, value.size)),
    **{kind: _told(str) for kind in (pathlib.PurePosixPath, pathlib.PureWindowsPath, type(pathlib.Path()))},
}


def _pieces(walk: Any, value: Any) -> None:
    """By what it is pickled as."""
    walk.out.append(type(value))
    for part in value.__reduce__()[1:]:
        walk.value(part)


def _view(walk: Any, value: Any) -> None:
    """What a mapping is looked at through, with the mapping itself."""
    walk.out.append(type(value))
    for part in gc.get_referents(value):
        walk.value(part)


def _ordered(walk: Any, value: Any) -> None:
    walk.out += ("ordered", len(value))
    for key, item in collections.OrderedDict.items(value):
        walk.value(key)
        walk.value(item)


def _cached(walk: Any, value: Any) -> None:
    """A function with a cache: what a full cache forgets first is not seen, so there must be nothing in it, or no limit."""
    walk.out += ("cached", value.cache_info(), value.cache_parameters()["typed"])
    walk.value(value.__dict__)  # what it caches, too
    if value.cache_info().currsize:
        expect(value.cache_info().maxsize is None)
        caches = [part for part in gc.get_referents(value) if type(part) is dict and part is not value.__dict__]
        expect(len(caches) == 1)
        walk.value(caches[0])


def _computed_once(walk: Any, value: Any) -> None:
    """A cached property; until 3.12 it has a lock, which nobody holds for longer than a computation."""
    walk.out.append("computed once")
    for part in (value.func, value.attrname):
        walk.value(part)


def _namespace(walk: Any, value: Any) -> None:
    walk.out.append("namespace")
    walk.value(vars(value))


def _by_class(walk: Any, value: Any) -> None:
    """What is kept for classes, as `functools.singledispatch` does."""
    expect(all(isinstance(key, type) for key in value))
    walk.out += ("by class", len(value))
    for key, item in value.items():
        walk.value(key)
        walk.value(item)


COMPOSED: dict[type, Callable[[Any, Any], None]] = {
    operator.attrgetter: _pieces,
    operator.itemgetter: _pieces,
    operator.methodcaller: _pieces,
    types.MappingProxyType: _view,
    type({}.keys()): _view,
    type({}.values()): _view,
    type({}.items()): _view,
    collections.OrderedDict: _ordered,
    functools._lru_cache_wrapper: _cached,
    weakref.WeakKeyDictionary: _by_class,
    functools.cached_property: _computed_once,
    types.SimpleNamespace: _namespace,
}
