"""What a resting process remembers: a key that is equal only for local states that must act alike from here on.

The key holds the frames (position, live variables, evaluation stack), everything reachable from them and from the process's own modules, by an
own walk that knows the types it walks and ignores what users define about copying, comparing and hashing. Whatever it does not
know for sure gives no key (`None`), and the local state keeps its history.
"""

from __future__ import annotations

import collections
import contextlib
import functools
import itertools
import queue
import random
import struct
import sys
import threading
import types
from collections.abc import Hashable
from typing import Any

from lockstep.explore import sections
from lockstep.explore.behaviour import entry_point
from lockstep.explore.frames import NULL, READABLE, Held, held, points
from lockstep.explore.namespaces import GIVEN, SOLUTION, Absent
from lockstep.explore.running import Run
from lockstep.standin import barriers, cells, conditions, locks, pipes, process, queues, shared

_OWN = (SOLUTION, GIVEN)
_ATOMS = (type(None), bool, int, str, bytes, type(Ellipsis), type(NotImplemented))
_ITERATORS = tuple(
    type(made)
    for made in (iter([]), iter(()), iter(range(1)), iter(range(1 << 70)), iter(""), iter(b""), enumerate(()), zip(), reversed([]),
                 map(len, ()), filter(None, ()), itertools.count(), itertools.repeat(0), itertools.islice((), 0))
)  # fmt: skip
_EXCEPTIONS = (
    BaseException, Exception, ArithmeticError, AssertionError, BufferError, EOFError, FloatingPointError, IndexError,
    KeyboardInterrupt, LookupError, NotImplementedError, OverflowError, RecursionError, RuntimeError, TypeError, ValueError,
    ZeroDivisionError, KeyError, OSError, BrokenPipeError, queue.Empty, queue.Full, threading.BrokenBarrierError,
)  # fmt: skip
_SKIPPED = frozenset({
    "__annotations__", "__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__match_args__", "__firstlineno__",
    "__static_attributes__", "__dataclass_fields__", "__dataclass_params__", "__abstractmethods__", "_abc_impl",
    "__parameters__", "__orig_bases__", "__builtins__", "__annotate__", "__annotations_cache__",
})  # fmt: skip
_STATELESS = frozenset({"abc.ABC", "typing.Generic", "typing.Protocol", "contextlib.AbstractContextManager"})
# The frames below a process's own, and the files of code whose frames are known to hold nothing but what frames show.
_OUTSIDE = {Run._work.__code__, *(c for c in entry_point.__code__.co_consts if isinstance(c, types.CodeType))}
_KNOWN_FILES = {
    contextlib.__file__, sections.__file__,
    *(module.__file__ for module in (barriers, cells, conditions, locks, pipes, process, queues, shared)),
}  # fmt: skip
_TUPLEGETTER = type(collections.namedtuple("_", "x").x)  # type: ignore[attr-defined]
_ANNOTATIONS = (types.GenericAlias, types.UnionType)
_WALKING = frozenset({"all", "any", "next"})  # builtins whose only state, while they call, is their argument


_FOREIGN: set[type] = set()  # classes from elsewhere that live as long as the interpreter


class Unsure(Exception):
    """Something whose state the walk does not surely know."""


def remember(run: Run, frame: types.FrameType | None) -> Hashable | None:
    """The key of a process that comes to rest (`frame`: where it asks; None at its end), or None if it must keep its history."""
    if not READABLE or run.rest is None:
        return None
    walk = _Walk(run)
    try:
        return walk.key(frame)
    except (Unsure, RecursionError):
        return None


class _Walk:
    """One walk over what a process can reach; objects with an identity are numbered in the order of being met."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.met: dict[int, int] = {}
        self.kept: list[Any] = []  # alive while their ids are in use
        self.out: list[Hashable] = []
        self.active: dict[int, int] = {}  # frames on the stack, by code and order: running generators

    def key(self, frame: types.FrameType | None) -> Hashable:
        run, rest = self.run, self.run.rest
        assert rest is not None
        self.out += [
            rest.kind, rest.operation, rest.sections, rest.ended[:1], rest.ended[2:3], tuple(run.active), run.objects, run.processes,
            frozenset(run.queues), frozenset(run.abandoned), frozenset(run.ends), tuple(run.children),
        ]  # fmt: skip
        if frame is None:
            self.value(rest.ended[1])
            return tuple(self.out)
        self.value(sys.exc_info()[1])
        chain = []
        inner = None
        here: types.FrameType | None = frame
        while here is not None and here.f_code not in _OUTSIDE:
            found = held(here, inner)
            if found is None or not self._known_code(here):
                raise Unsure
            chain.append((found, here, inner))
            inner, here = here, here.f_back
        if here is None:
            raise Unsure
        for index, (_, running, _) in enumerate(chain):
            self.active[id(running)] = index
        for found, running, called in chain:
            if called is not None and found.callee:
                self._check_call(found, called)
            self._frame(found)
        solution, given = (vars(self.run.namespaces.modules[name]) for name in _OWN)
        self._namespace(solution)
        self.out.append(GIVEN)
        self._namespace({name: item for name, item in given.items() if solution.get(name, NULL) is not item})
        made = self.run.namespaces.made
        if "random" in made:
            self.value(vars(made["random"])["_inst"])
        self.value(self.run.me)
        return tuple(self.out)

    def _frame(self, found: Held) -> None:
        self.out += [found.code, found.code.co_filename, found.offset]
        for value in found.variables:
            self.value(value)
        self.out.append("|")
        for value in found.stack:
            self.value(value)

    def _known_code(self, frame: types.FrameType) -> bool:
        name = frame.f_code.co_filename
        return name in self.run.machine.labels or name in _KNOWN_FILES

    def _check_call(self, found: Held, inner: types.FrameType) -> None:
        """A C function is between the two frames: go on only if it holds nothing but what the stack shows."""
        name, callee = found.point.opname, found.callee
        code = inner.f_code
        if name in ("LOAD_ATTR", "LOAD_METHOD"):
            wanted = _attribute(type(callee[-1]), found.point.argval, "fget")
        elif name == "STORE_ATTR":
            wanted = _attribute(type(callee[-1]), found.point.argval, "fset")
        elif name == "BEFORE_WITH":
            # By now the slot may hold the manager's `__exit__` already.
            manager = callee[-1]
            if isinstance(manager, types.MethodType) and manager.__func__.__name__ == "__exit__":
                manager = manager.__self__
            self.value(manager)
            wanted = getattr(_lookup(type(manager), "__enter__"), "__code__", None)
        elif name in _SPECIAL:
            method, place = _SPECIAL[name]
            wanted = getattr(_lookup(type(callee[place]), method), "__code__", None)
        elif name == "WITH_EXCEPT_START":
            return self._expect(getattr(inner.f_code, "co_name", "") == "__exit__")
        elif name == "FOR_ITER":
            return self._iterates(callee[-1], inner)
        elif name in ("CALL", "CALL_FUNCTION_EX", "CALL_KW"):
            return self._called(found, inner)
        else:
            raise Unsure
        self._expect(wanted is code)
        return None

    def _called(self, found: Held, inner: types.FrameType) -> None:
        for value in found.callee[:2]:
            if isinstance(value, types.MethodType):
                value = value.__func__
            if isinstance(value, types.FunctionType):
                self._expect(value.__code__ is inner.f_code and not inner.f_code.co_flags & 0x20)
                break
            if isinstance(value, types.BuiltinFunctionType):
                self._expect(value.__name__ in _WALKING and value.__module__ == "builtins")
                self._expect(len(found.callee) > 2)
                self._iterates(found.callee[2], inner)
                for argument in found.callee:
                    self.value(argument)
                break
            # Calling a bound method puts its object where the method was, for as long as the call takes.
            bound = _lookup(type(value), inner.f_code.co_name)
            if isinstance(bound, types.FunctionType) and bound.__code__ is inner.f_code:
                break
        else:
            raise Unsure

    def _iterates(self, iterator: Any, inner: types.FrameType) -> None:
        if type(iterator) is types.GeneratorType:
            self._expect(iterator.gi_frame is inner)
        else:
            self._expect(getattr(_lookup(type(iterator), "__next__"), "__code__", None) is inner.f_code)

    @staticmethod
    def _expect(holds: bool) -> None:
        if not holds:
            raise Unsure

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
            self.out.append(kind.__name__)
            for part in value.__reduce__():
                self.value(part)
        elif isinstance(value, BaseException):
            self._exception(value)
        elif kind is _TUPLEGETTER or kind.__module__ == "typing" or kind in _ANNOTATIONS:
            self.out.append(repr(value) if kind is not _TUPLEGETTER else value.__reduce__())
        else:
            self._instance(kind, value)

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

    def _wrapper(self, value: Any) -> None:
        self.out.append(type(value).__name__)
        self.value(value.__func__)

    def _property(self, value: property) -> None:
        self.out.append("property")
        for part in (value.fget, value.fset, value.fdel):
            self.value(part)

    def _partial(self, value: Any) -> None:
        self.out.append("partial")
        for part in (value.func, value.args, value.keywords, value.__dict__ or None):
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
        if not self._known_code(frame) or value.gi_yieldfrom is not None or value.gi_running:
            raise Unsure
        offset = frame.f_lasti
        point = points(frame.f_code).get(offset)
        if point is None or point.opname not in ("YIELD_VALUE", "RETURN_GENERATOR") or point.handling:
            raise Unsure
        if point.opname == "RETURN_GENERATOR":
            self.out += [frame.f_code, frame.f_code.co_filename, "unstarted"]
            for name, item in sorted(frame.f_locals.items()):
                self.out.append(name)
                self.value(item)
            if frame.f_code.co_freevars or frame.f_code.co_cellvars:
                raise Unsure
            return
        found = held(frame, None)
        if found is None:
            raise Unsure
        self._frame(found)

    def _exception(self, value: BaseException) -> None:
        for kind in type(value).__mro__:
            if kind is not object and kind not in _EXCEPTIONS and kind.__module__ not in _OWN:
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
        if value.__module__ not in _OWN:
            self.out += ("type", id(value))
            self._expect(_importable(value))
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
            own = base.__module__ in _OWN or base.__module__.startswith("lockstep.")
            if own:
                slots = [
                    (name, slot) for name, slot in base.__dict__.items() if isinstance(slot, types.MemberDescriptorType)
                ]
                names += slots
                if "__dict__" in base.__dict__ and not isinstance(
                    base.__dict__["__dict__"], types.GetSetDescriptorType
                ):
                    raise Unsure
                if "__del__" in base.__dict__:
                    raise Unsure
            elif base in _BASES:
                _BASES[base](self, value)
            elif f"{base.__module__}.{base.__qualname__}" not in _KNOWN_BASES:
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

    def _namespace(self, namespace: dict[str, Any]) -> None:
        for name, item in namespace.items():
            if name not in _SKIPPED:
                self.out.append(name)
                if type(item) is types.FunctionType and _bare(item):
                    # The same as `value` would do, without the steps that find nothing.
                    if id(item) in self.met:
                        self.out += ("=", self.met[id(item)])
                    else:
                        self.met[id(item)] = len(self.met)
                        self.out += ("function", item.__code__, item.__code__.co_filename)
                elif type(item) is not Absent:
                    self.value(item)


def _nothing(walk: _Walk, value: Any) -> None:
    pass


def _number(walk: _Walk, value: Any) -> None:
    walk.out.append(int.__repr__(value) if isinstance(value, int) else float.hex(value))


_WALKERS: dict[type, Any] = {
    list: _Walk._sequence, tuple: _Walk._sequence, dict: _Walk._dictionary, set: _Walk._set, frozenset: _Walk._set,
    types.FunctionType: _Walk._function, types.CellType: _Walk._cell, types.MethodType: _Walk._method,
    types.BuiltinFunctionType: _Walk._builtin, staticmethod: _Walk._wrapper, classmethod: _Walk._wrapper,
    property: _Walk._property, functools.partial: _Walk._partial, random.Random: _Walk._random,
    collections.deque: _Walk._deque, collections.defaultdict: _Walk._mapping, collections.Counter: _Walk._mapping,
    types.GeneratorType: _Walk._generator,
    range: lambda walk, value: walk.out.append(("range", value.start, value.stop, value.step)),
    bytearray: lambda walk, value: walk.out.append(("bytearray", bytes(value))),
    slice: lambda walk, value: [walk.value(part) for part in (value.start, value.stop, value.step)],
    object: lambda walk, value: walk.out.append("object"),
}  # fmt: skip
_BASES: dict[type, Any] = {
    object: _nothing, list: lambda walk, value: walk._sequence_of(list.__iter__(value)), int: _number, float: _number,
    tuple: lambda walk, value: walk._sequence_of(tuple.__iter__(value)), dict: lambda walk, value: walk._dictionary(value),
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
}
_SPECIAL = {
    "BINARY_SUBSCR": ("__getitem__", -2), "STORE_SUBSCR": ("__setitem__", -2), "DELETE_SUBSCR": ("__delitem__", -2),
    "CONTAINS_OP": ("__contains__", -1), "UNARY_NOT": ("__bool__", -1),
    "TO_BOOL": ("__bool__", -1),
}  # fmt: skip


def _bare(function: types.FunctionType) -> bool:
    """Has the function nothing but its code?"""
    return not (function.__closure__ or function.__defaults__ or function.__kwdefaults__ or function.__dict__)


def _lookup(kind: type, name: str) -> Any:
    for base in kind.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    return None


def _attribute(kind: type, name: str, accessor: str) -> Any:
    return getattr(getattr(_lookup(kind, name), accessor, None), "__code__", None)


def _importable(value: type) -> bool:
    """Is this the class that its name says, which lives as long as the interpreter?"""
    found: Any = sys.modules.get(value.__module__)
    for part in value.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is value or value.__module__ == "builtins" or not value.__flags__ & (1 << 9)
