"""What the frames of a running process hold: position, variables that still matter, and the evaluation stack.

Python shows a frame's variables, but not what it is in the middle of computing (the left side of `f() + g()`, the
iterator of a `for`, the exit of a `with`), and two local states must not be taken for one if they differ in that.
So the stack is read from the interpreter's own frame (the layouts of CPython 3.11 to 3.15, from each version's
pycore_frame.h), as deep as the compiler's stack effects say it is at this instruction. `READABLE` tells whether this
interpreter has been found to keep frames as expected; where it is false, local states are told apart by their histories
alone, which is always right.
"""

from __future__ import annotations

import ctypes
import sys
import types
from typing import Any, NamedTuple

from lockstep.exploration.inside.instructions import Point, points, variables

_POINTER = ctypes.sizeof(ctypes.c_void_p)
_INTERPRETER_FRAME = 3 * _POINTER  # PyFrameObject.f_frame, after the object's head and f_back


class _Layout(NamedTuple):
    """Where the fields of a _PyInterpreterFrame are, in bytes from its beginning."""

    previous: int
    top: int  # until 3.13 an int, the values in localsplus (-1: running); then a pointer behind the last one
    owner: int  # in 3.11 a flag: entered from C
    localsplus: int


_LAYOUTS = {
    (3, 11): _Layout(6 * _POINTER, 8 * _POINTER, 8 * _POINTER + 4, 9 * _POINTER),
    **dict.fromkeys([(3, 12), (3, 13)], _Layout(_POINTER, 8 * _POINTER, 8 * _POINTER + 6, 9 * _POINTER)),
    **dict.fromkeys([(3, 14), (3, 15)], _Layout(_POINTER, 8 * _POINTER, 9 * _POINTER + 2, 10 * _POINTER)),
}
_VERSION = sys.version_info[:2]
_LAYOUT = _LAYOUTS.get(_VERSION, _LAYOUTS[3, 11])
_ITERATOR = -2 if _VERSION >= (3, 15) else -1  # where a `for` keeps what it takes from; its place in it is on top
_FROM_C = 3  # owns the frame that stands between two where C called Python
NULL = object()  # an empty slot

# How many values an instruction takes from the stack before it calls something, where the rest stays as it is.
_TAKES = {
    "LOAD_ATTR": 1, "LOAD_METHOD": 1, "STORE_ATTR": 2, "BINARY_SUBSCR": 2, "STORE_SUBSCR": 3, "DELETE_SUBSCR": 2,
    "BEFORE_WITH": 1, "FOR_ITER": 0, "CONTAINS_OP": 2, "UNARY_NOT": 1, "TO_BOOL": 1, "YIELD_VALUE": 1,
    "WITH_EXCEPT_START": 0, "RETURN_GENERATOR": 0,
    # From 3.13 on a generator stands here before it has begun, and after it has yielded: what is sent in is not there yet.
    "POP_TOP": 1, "RESUME": 1,
}  # fmt: skip


class Held(NamedTuple):
    """A frame's part of a local state. `through_c`: C code runs between this frame and the next one, and works on
    `callee`, the operands of the current instruction."""

    code: types.CodeType
    offset: int
    point: Point
    variables: tuple[Any, ...]
    stack: tuple[Any, ...]
    through_c: bool
    callee: tuple[Any, ...]


def held(frame: types.FrameType, inner: types.FrameType | None) -> Held | None:
    """What the frame holds while `inner` runs in it (None: nothing does). None if that cannot be told."""
    code = frame.f_code
    if not code.co_flags & 0x1 or code.co_flags & 0x280:  # a module's or class's code; coroutines
        return None
    known = points(code)
    offset = frame.f_lasti
    while offset >= 0 and offset not in known:
        offset -= 2
    point = known.get(offset)
    if point is not None and point.opname == "PRECALL":  # a specialised one makes the call itself
        offset += 4
        point = known.get(offset)
    if point is None:
        return None
    takes = _takes(point)
    if takes is None:
        return None
    direct = inner is None or called_directly(inner, frame)
    if direct is None:
        return None
    base = ctypes.c_void_p.from_address(id(frame) + _INTERPRETER_FRAME).value or 0
    size = variables(code)
    start = base + _LAYOUT.localsplus
    rest = point.depth - takes
    there = _told(base, start, size)
    if there is None:  # until 3.13 a frame tells nothing while C works on its operands
        there = rest if direct else point.depth
    if rest < 0 or there != (rest if direct else point.depth):
        return None
    values = tuple([_object(start + place * _POINTER) for place in point.live])
    stack = _objects(start + size * _POINTER, rest)
    callee: tuple[Any, ...] = ()
    if not direct:
        # f(*arguments): they are made into a tuple first, and what the stack points to may be freed; only f is there.
        upto = rest + 2 if point.opname == "CALL_FUNCTION_EX" else point.depth
        callee = _objects(start + (size + rest) * _POINTER, upto - rest)
        if point.opname == "FOR_ITER":
            callee = (stack[_ITERATOR],)
    return Held(code, offset, point, values, stack, not direct, callee)


def _told(base: int, start: int, size: int) -> int | None:
    """How many values the frame says are on its stack, None if it does not tell."""
    if _VERSION >= (3, 14):
        top = ctypes.c_size_t.from_address(base + _LAYOUT.top).value - start
        return top // _POINTER - size
    top = ctypes.c_int.from_address(base + _LAYOUT.top).value
    return top - size if top >= 0 else None


def called_directly(inner: types.FrameType, frame: types.FrameType) -> bool | None:
    """Was the inner frame entered by the interpreter's own loop, with no C function between the two? None: cannot
    be told."""
    base = ctypes.c_void_p.from_address(id(inner) + _INTERPRETER_FRAME).value or 0
    if _VERSION == (3, 11):
        return not ctypes.c_bool.from_address(base + _LAYOUT.owner).value
    mine = ctypes.c_void_p.from_address(id(frame) + _INTERPRETER_FRAME).value
    between = ctypes.c_void_p.from_address(base + _LAYOUT.previous).value or 0
    if between == mine:
        return True
    # A call from C has one frame of its own between; what else there may be (a class being called) is not known.
    owner = ctypes.c_char.from_address(between + _LAYOUT.owner).value[0]
    before = ctypes.c_void_p.from_address(between + _LAYOUT.previous).value
    return False if owner == _FROM_C and before == mine else None


def _takes(point: Point) -> int | None:
    if point.opname == "CALL":
        return int(point.argument) + 2
    if point.opname == "CALL_KW":
        return int(point.argument) + 3
    if point.opname == "CALL_FUNCTION_EX":
        return 4 if _VERSION >= (3, 14) else 3 + (int(point.argument) & 1)
    return _TAKES.get(point.opname)


def _objects(address: int, count: int) -> tuple[Any, ...]:
    return tuple([_object(address + place * _POINTER) for place in range(count)])


def _object(address: int) -> Any:
    try:
        if _VERSION < (3, 14):
            return ctypes.py_object.from_address(address).value
        word = ctypes.c_ssize_t.from_address(address).value
        if word & 3 == 3:  # the interpreter's own small int, such as the place in a list of a `for`
            return word >> 2
        # The lowest bit marks a reference that is not counted.
        return ctypes.py_object.from_buffer(ctypes.c_ssize_t(word & ~1)).value
    except ValueError:  # nothing is there
        return NULL


class _Probe:
    """Sees, from a call in the middle of an expression, the frame that makes it."""

    def __init__(self) -> None:
        self.seen: list[Held | None] = []

    def look(self) -> int:
        inner = sys._getframe()
        assert inner.f_back is not None
        self.seen.append(held(inner.f_back, inner))
        return 2

    @property
    def value(self) -> int:
        inner = sys._getframe()
        assert inner.f_back is not None
        self.seen.append(held(inner.f_back, inner))
        return 2


def readable() -> bool:
    """Reads frames of functions whose variables and stack are known, in several positions."""
    if sys.implementation.name != "cpython" or _VERSION not in _LAYOUTS:
        return False
    if "free-threading" in sys.version or hasattr(sys, "getobjects"):  # objects begin with other fields there
        return False
    if not getattr(sys, "_is_gil_enabled", lambda: True)():  # another thread changes frames while they are read
        return False
    if hasattr(sys, "_jit") and sys._jit.is_enabled():  # keeps values in registers
        return False

    def sums(probe: _Probe, one: int, marks: list[str]) -> int:
        total = 0
        for mark in marks:
            total += (one, mark) and (one + 41) * 1000 + probe.look() + probe.value
        return total

    marks = ["a", "b"]
    wanted = [(0, 42000), (0, 42002), (42004, 42000), (42004, 42002)]
    for _ in range(30):  # the interpreter specialises code that has run
        probe = _Probe()
        sums(probe, 1, marks)
        for found, sum_and_part in zip(probe.seen, wanted, strict=True):
            if found is None or found.stack[-2:] != sum_and_part or found.variables != (probe, 1):
                return False
            if len(found.stack) != 2 - _ITERATOR or type(found.stack[0]) not in (list, type(iter(marks))):
                return False
    return True


READABLE = readable()
