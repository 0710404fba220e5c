"""A walk over everything that a value can reach, which knows the types that it walks and refuses all others.

It looks at attributes, slots, closures, defaults and class dictionaries itself, whatever users define about copying,
comparing and hashing. Objects with an identity are numbered in the order of being met, so that two names for one
list are told from two lists.
"""

from __future__ import annotations

import collections
import functools
import gc
import itertools
import operator
import queue
import random
import struct
import sys
import threading
import types
from collections.abc import Container
from typing import Any

from lockstep.exploration.inside.classes import Unsure, expect, importable, lasting_slots, slots
from lockstep.exploration.inside.instructions import points
from lockstep.exploration.inside.interpreter_frames import NULL, Held, held
from lockstep.exploration.inside.library import COMPOSED, IMMUTABLE
from lockstep.program.namespaces import GIVEN, SOLUTION
from lockstep.standin.imports.logs import ProcessLogger
from lockstep.standin.imports.moments import Moment
from lockstep.standin.missing import Missing

OWN = (SOLUTION, GIVEN)
_ATOMS = (type(None), bool, int, str, bytes, type(Ellipsis), type(NotImplemented))
_ONE_OF_EACH: tuple[Any, ...] = (
    iter([]), iter(()), iter(range(1)), iter(range(1 << 70)), iter(""), iter(b""), enumerate(()), zip(), reversed([]),
    map(len, ()), filter(None, ()), iter(int, 1), itertools.count(), itertools.repeat(0), itertools.islice((), 0),
)  # fmt: skip
_ITERATORS = tuple(type(made) for made in _ONE_OF_EACH)
_EXCEPTIONS = (
    BaseException, Exception, ArithmeticError, AssertionError, BufferError, EOFError, FloatingPointError, IndexError,
    KeyboardInterrupt, LookupError, NotImplementedError, OverflowError, RecursionError, RuntimeError, TypeError,
    ValueError, ZeroDivisionError, KeyError, OSError, BrokenPipeError, queue.Empty, queue.Full,
    threading.BrokenBarrierError,
)  # fmt: skip
_SKIPPED = frozenset({
    "__annotations__", "__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__match_args__",
    "__firstlineno__",
    "__static_attributes__", "__dataclass_fields__", "__dataclass_params__", "__abstractmethods__", "_abc_impl",
    "__parameters__", "__orig_bases__", "__builtins__", "__annotate__", "__annotate_func__", "__annotations_cache__",
    "__conditional_annotations__", "__classdictcell__",
})  # fmt: skip
_RESTS = ("RETURN_GENERATOR", "YIELD_VALUE", "POP_TOP", "RESUME")  # where a generator stands that does not run
_STATELESS = frozenset({"abc.ABC", "typing.Generic", "typing.Protocol", "contextlib.AbstractContextManager"})
_TUPLEGETTER = type(collections.namedtuple("_", "x").x)  # type: ignore[attr-defined]
_ANNOTATIONS = (types.GenericAlias, types.UnionType)
_FOREIGN: set[type] = set()  # classes from elsewhere that live as long as the interpreter


class Walk:
    """One walk; `out` is what it found. `files`: those whose code is known to keep its state in what a walk sees."""

    def __init__(self, files: Container[str]) -> None:
        self.files = files
        self.met: dict[int, int] = {}
        self.kept: list[Any] = []  # alive while their ids are in use
        self.out: list[Any] = []
        self.active: dict[int, int] = {}  # frames on the stack, innermost first: running generators

    def frame(self, found: Held) -> None:
        """Adds what a frame holds."""
        self.out += [found.code, found.code.co_filename, found.offset]
        for value in found.variables:
            self.value(value)
        self.out.append("|")
        for value in found.stack:
            self.value(value)

    def value(self, value: Any) -> None:
        """Adds a value and what can be reached from it."""
        kind = type(value)
        out = self.out
        if kind in _ATOMS:
            out.append(kind)
            out.append(value)
        elif kind is float:
            out.append(struct.pack("d", value))
        elif value is NULL:
            out.append("null")
        elif kind is complex:
            out.append(struct.pack("dd", value.real, value.imag))
        else:
            known = self.met.get(id(value))
            if known is not None:
                out.append("=")
                out.append(known)
                return
            self.met[id(value)] = len(self.met)
            self.kept.append(value)
            self._object(kind, value)

    def _object(self, kind: type, value: Any) -> None:
        walker = _WALKERS.get(kind)
        if walker is not None:
            walker(self, value)
        elif isinstance(value, type):
            self._class(value)
        elif isinstance(value, types.ModuleType):
            self._module(value)
        elif kind in _ITERATORS:
            self._iterator(kind, value)
        elif isinstance(value, BaseException):
            self._exception(value)
        elif kind.__module__ == "numpy" and hasattr(kind, "tobytes"):
            self._numbers(value)
        elif kind is _TUPLEGETTER or kind.__module__ == "typing" or kind in _ANNOTATIONS:
            self.out.append(repr(value) if kind is not _TUPLEGETTER else value.__reduce__())
        else:
            self._instance(kind, value)

    def _numbers(self, value: Any) -> None:
        """A number or an array of NumPy; a view with the array that it is of."""
        expect(not value.dtype.hasobject)
        self.out += [type(value).__name__, value.dtype.str, value.shape]
        base = value.base if type(value).__name__ == "ndarray" else None
        if base is None:
            self.out += [value.strides, value.tobytes()]
            return
        expect(type(base) is type(value))
        self.out += [value.strides, value.__array_interface__["data"][0] - base.__array_interface__["data"][0]]
        self.value(base)

    def _iterator(self, kind: type, value: Any) -> None:
        self.out.append(kind.__name__)
        if "__reduce__" in vars(kind):
            for part in value.__reduce__():
                self.value(part)
            return
        # From 3.14 on, iterators of itertools only tell what they refer to and how they look.
        parts = [part for part in gc.get_referents(value) if part is not kind]
        if kind is itertools.count:
            expect(all(type(part) in (int, float) for part in parts))
            self.out.append(repr(value))
        else:
            expect(kind is itertools.repeat)
            self.out.append(operator.length_hint(value, -1))
            self._sequence_of(parts)

    def _sequence(self, value: Any) -> None:
        self.out += [type(value).__name__, len(value)]
        for item in value:
            self.value(item)

    def _sequence_of(self, items: Any) -> None:
        for item in items:
            self.value(item)

    def _dictionary(self, value: dict[Any, Any]) -> None:
        self.out += ["dict", len(value)]
        for key, item in dict.items(value):
            self.value(key)
            self.value(item)

    def _set(self, value: Any) -> None:
        # The order of a set, now and after a change, depends on how it came about: only what was never changed is sure.
        if type(value) is set and (value or sys.getsizeof(value) != sys.getsizeof(set())):
            raise Unsure
        self.out += [type(value).__name__, len(value), sys.getsizeof(value)]
        for item in value:
            self.value(item)

    def _function(self, value: types.FunctionType) -> None:
        self.out += ("function", value.__code__, value.__code__.co_filename)
        if _bare(value):
            return
        for part in (value.__closure__, value.__defaults__, value.__kwdefaults__, value.__dict__ or None):
            self.value(part)

    def _cell(self, value: types.CellType) -> None:
        self.out.append("cell")
        try:
            content = value.cell_contents
        except ValueError:
            content = NULL
        self.value(content)

    def _method(self, value: Any) -> None:
        self.out.append("method")
        self.value(value.__func__)
        self.value(value.__self__)

    def _builtin(self, value: types.BuiltinFunctionType) -> None:
        self.out += ["builtin", value.__qualname__]
        if value.__self__ is not None and not isinstance(value.__self__, types.ModuleType):
            self.value(value.__self__)
        else:
            self.out.append(value.__module__)

    def _module(self, value: types.ModuleType) -> None:
        self.out += ["module", value.__name__]  # the process's own ones are walked from the root

    def _descriptor(self, value: Any) -> None:
        self.out += ["descriptor", value.__name__]  # a method of a class that is written in C, which nobody changes
        self.value(value.__objclass__)

    def _wrapper(self, value: Any) -> None:
        self.out.append(type(value).__name__)
        self.value(value.__func__)

    def _property(self, value: property) -> None:
        self.out.append("property")
        for part in (value.fget, value.fset, value.fdel):
            self.value(part)

    def _partial(self, value: Any) -> None:
        self.out.append("partial")
        # Not its attributes: to ask for its `__dict__` makes one, which is pickled from then on.
        _, _, (function, arguments, keywords, own) = value.__reduce__()
        for part in (function, arguments, keywords, own or None):
            self.value(part)

    def _random(self, value: random.Random) -> None:
        self.out.append(value.getstate())

    def _deque(self, value: Any) -> None:
        self.out += ["deque", value.maxlen, len(value)]
        for item in value:
            self.value(item)

    def _mapping(self, value: Any) -> None:
        self.out.append(type(value).__name__)
        self.value(getattr(value, "default_factory", None))
        self._dictionary(value)

    def _generator(self, value: types.GeneratorType[Any, Any, Any]) -> None:
        self.out.append("generator")
        frame = value.gi_frame
        if frame is None:
            return
        if id(frame) in self.active:
            self.out += ["running", self.active[id(frame)]]
            return
        if frame.f_code.co_filename not in self.files or value.gi_yieldfrom is not None or value.gi_running:
            raise Unsure
        offset = frame.f_lasti
        point = points(frame.f_code).get(offset)
        if point is None or point.opname not in _RESTS or point.handling:
            raise Unsure
        found = held(frame, None)
        if found is None:
            raise Unsure
        self.frame(found)

    def _exception(self, value: BaseException) -> None:
        for kind in type(value).__mro__:
            if kind is not object and kind not in _EXCEPTIONS and kind.__module__ not in OWN:
                raise Unsure
        self.out.append("exception")
        self.value(type(value))
        parts = (value.args, value.__dict__ or None, value.__cause__, value.__context__, value.__suppress_context__)
        for part in parts:
            self.value(part)
        step = value.__traceback__
        while step is not None:
            self.out += [step.tb_frame.f_code, step.tb_lineno]
            step = step.tb_next

    def _class(self, value: type) -> None:
        if value in _FOREIGN:
            self.out += ("type", id(value))
            return
        if value.__module__ not in OWN:
            self.out += ("type", id(value))
            expect(importable(value))
            _FOREIGN.add(value)
            return
        self.out += ["class", value.__qualname__]
        self.value(type(value))
        for base in value.__bases__:
            self.value(base)
        for name, item in value.__dict__.items():
            if name not in _SKIPPED and not isinstance(item, (types.MemberDescriptorType, types.GetSetDescriptorType)):
                self.out.append(name)
                self.value(item)

    def _instance(self, kind: type, value: Any) -> None:
        self.out.append("instance")
        self.value(kind)
        names = []
        for base in kind.__mro__:
            if base.__module__ in OWN:
                names += slots(base)
            elif base.__module__.startswith("lockstep."):
                names += lasting_slots(base)
            elif base in _BASES:
                _BASES[base](self, value)
            elif f"{base.__module__}.{base.__qualname__}" not in _KNOWN_BASES and base.__module__ != "collections.abc":
                raise Unsure
        for name, slot in names:
            try:
                content = slot.__get__(value)
            except AttributeError:
                content = NULL
            self.out.append(name)
            self.value(content)
        try:
            attributes = object.__getattribute__(value, "__dict__")
        except AttributeError:
            return
        self._dictionary(attributes)

    def namespace(self, namespace: dict[str, Any]) -> None:
        """Adds a module's names and values."""
        for name, item in namespace.items():
            if name not in _SKIPPED:
                self.out.append(name)
                # The same as `value` would do, without the steps that find nothing.
                if type(item) is types.FunctionType and _bare(item):
                    found: tuple[Any, ...] = ("function", item.__code__, item.__code__.co_filename)
                elif type(item) is type and item in _FOREIGN:
                    found = ("type", id(item))
                else:
                    self.value(item)
                    continue
                known = self.met.get(id(item))
                if known is None:
                    self.met[id(item)] = len(self.met)
                    self.out += found
                else:
                    self.out += ("=", known)


def _nothing(walk: Walk, value: Any) -> None:
    pass


def _number(walk: Walk, value: Any) -> None:
    walk.out.append(int.__repr__(value) if isinstance(value, int) else float.hex(value))


_WALKERS: dict[type, Any] = {
    list: Walk._sequence, tuple: Walk._sequence, dict: Walk._dictionary, set: Walk._set, frozenset: Walk._set,
    types.FunctionType: Walk._function, types.CellType: Walk._cell, types.MethodType: Walk._method,
    types.BuiltinFunctionType: Walk._builtin, staticmethod: Walk._wrapper, classmethod: Walk._wrapper,
    types.MethodDescriptorType: Walk._descriptor, types.WrapperDescriptorType: Walk._descriptor,
    property: Walk._property, functools.partial: Walk._partial, random.Random: Walk._random,
    collections.deque: Walk._deque, collections.defaultdict: Walk._mapping, collections.Counter: Walk._mapping,
    types.GeneratorType: Walk._generator,
    range: lambda walk, value: walk.out.append(("range", value.start, value.stop, value.step)),
    bytearray: lambda walk, value: walk.out.append(("bytearray", bytes(value))),
    slice: lambda walk, value: [walk.value(part) for part in (value.start, value.stop, value.step)],
    **IMMUTABLE, **COMPOSED,
    object: lambda walk, value: walk.out.append("object"), Missing: lambda walk, value: walk.out.append("missing"),
    Moment: lambda walk, value: walk.out.append("moment"),
    ProcessLogger: lambda walk, value: walk.out.append((value.name, value.level, value.disabled, value.propagate)),
}  # fmt: skip
_BASES: dict[type, Any] = {
    object: _nothing, list: lambda walk, value: walk._sequence_of(list.__iter__(value)), int: _number, float: _number,
    tuple: lambda walk, value: walk._sequence_of(tuple.__iter__(value)),
    dict: lambda walk, value: walk._dictionary(value),
    str: lambda walk, value: walk.out.append(str.__str__(value)),
}  # fmt: skip
_KNOWN_BASES = _STATELESS | {
    "enum.Enum",
    "enum.IntEnum",
    "enum.StrEnum",
    "enum.ReprEnum",
    "enum.Flag",
    "enum.IntFlag",
    "enum.property",
    "types.DynamicClassAttribute",
    "enum.FlagBoundary",
    "dataclasses._HAS_DEFAULT_FACTORY_CLASS",
    "dataclasses._MISSING_TYPE",
    "collections.ChainMap",
    "collections.UserDict",
    "collections.UserList",
    "string.Template",
}


def _bare(function: types.FunctionType) -> bool:
    """Has the function nothing but its code?"""
    return not (function.__closure__ or function.__defaults__ or function.__kwdefaults__ or function.__dict__)
