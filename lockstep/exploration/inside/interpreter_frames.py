"""What the frames of a running process hold: position, variables that still matter, and the evaluation stack.

Python shows a frame's variables, but not what it is in the middle of computing (the left side of `f() + g()`, the
iterator of a `for`, the exit of a `with`), and two local states must not be taken for one if they differ in that.
So the stack is read from the interpreter's own frame (the layouts of CPython 3.11 to 3.13), as deep as the
compiler's stack effects say it is at this instruction. `READABLE` tells whether this interpreter has been found to
keep frames as expected; where it is false, local states are told apart by their histories alone, which is always
right.
"""

from __future__ import annotations

import ctypes
import dis
import itertools
import sys
import types
from functools import cache
from typing import Any, NamedTuple

_POINTER = ctypes.sizeof(ctypes.c_void_p)
_INTERPRETER_FRAME = 3 * _POINTER  # PyFrameObject.f_frame, after the object's head and f_back
_LOCALSPLUS = 9 * _POINTER  # _PyInterpreterFrame.localsplus, after eight pointers, stacktop and flags
_STACKTOP = 8 * _POINTER
_PREVIOUS = {11: 6, 12: 1, 13: 1}.get(sys.version_info[1], 0) * _POINTER
_IS_ENTRY = 8 * _POINTER + 4  # 3.11 only: this frame was entered from C
_OWNER = 8 * _POINTER + 6  # from 3.12 on
_C_STACK = 3
NULL = object()  # an empty slot

_SEES_VARIABLES = frozenset({"locals", "vars", "dir", "eval", "exec", "_getframe", "currentframe", "stack", "globals"})

# How many values an instruction takes from the stack before it calls something, where the rest stays as it is.
_TAKES = {
    "LOAD_ATTR": 1, "LOAD_METHOD": 1, "STORE_ATTR": 2, "BINARY_SUBSCR": 2, "STORE_SUBSCR": 3, "DELETE_SUBSCR": 2,
    "BEFORE_WITH": 1, "FOR_ITER": 0, "CONTAINS_OP": 2, "UNARY_NOT": 1, "TO_BOOL": 1, "YIELD_VALUE": 1,
    "WITH_EXCEPT_START": 0,
}  # fmt: skip


class Point(NamedTuple):
    """What is known about a frame before one of its instructions."""

    opname: str
    argument: Any
    argval: Any
    depth: int  # values on the stack
    handling: int  # exceptions being handled in this frame
    live: tuple[int, ...]  # variables that may still be read, and all cells


class Held(NamedTuple):
    """A frame's part of a local state. `callee`: the values that the current instruction works on, if they are
    still there."""

    code: types.CodeType
    offset: int
    point: Point
    variables: tuple[Any, ...]
    stack: tuple[Any, ...]
    callee: tuple[Any, ...]


@cache
def points(code: types.CodeType) -> dict[int, Point]:
    """Every instruction of the code that can be reached, by its offset."""
    instructions = list(dis.get_instructions(code))
    following = {a.offset: b.offset for a, b in itertools.pairwise(instructions)}
    handlers = list(dis.Bytecode(code).exception_entries)  # type: ignore[attr-defined]
    by_offset = {instruction.offset: instruction for instruction in instructions}
    depths: dict[int, tuple[int, int]] = {}
    after: dict[int, list[int]] = {}
    work = [(instructions[0].offset, 0, 0)]
    while work:
        offset, depth, handling = work.pop()
        if offset in depths:
            continue
        depths[offset] = (depth, handling)
        instruction = by_offset[offset]
        name, argument = instruction.opname, instruction.arg
        now = handling + (name == "PUSH_EXC_INFO") - (name == "POP_EXCEPT")
        nexts = []
        if instruction.opcode in dis.hasjrel or instruction.opcode in dis.hasjabs:
            target = instruction.argval
            nexts.append(target)
            work.append((target, depth + dis.stack_effect(instruction.opcode, argument, jump=True), now))
        if name not in _ENDS and offset in following:
            nexts.append(following[offset])
            work.append((following[offset], depth + _effect(instruction), now))
        for entry in handlers:
            if entry.start <= offset < entry.end:
                nexts.append(entry.target)
                work.append((entry.target, entry.depth + 1 + entry.lasti, handling))
        after[offset] = nexts
    live = _live(code, by_offset, after)
    return {
        offset: Point(
            by_offset[offset].opname, by_offset[offset].arg, by_offset[offset].argval, *depths[offset], live[offset]
        )
        for offset in depths
    }


def _effect(instruction: dis.Instruction) -> int:
    """What an instruction really does to the stack; in 3.11 the operands of a call are counted one instruction
    early."""
    if sys.version_info[:2] == (3, 11) and instruction.opname in ("PRECALL", "CALL"):
        return 0 if instruction.opname == "PRECALL" else -1 - (instruction.arg or 0)
    if instruction.opname == "RETURN_GENERATOR":  # what is sent in first is on the stack when the generator begins
        return 1
    return dis.stack_effect(instruction.opcode, instruction.arg, jump=False)


_ENDS = frozenset({
    "RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE", "JUMP_FORWARD", "JUMP_BACKWARD",
    "JUMP_BACKWARD_NO_INTERRUPT", "INTERPRETER_EXIT",
})  # fmt: skip


def _live(
    code: types.CodeType, by_offset: dict[int, dis.Instruction], after: dict[int, list[int]]
) -> dict[int, tuple[int, ...]]:
    """The places in localsplus of the variables that may be read from an instruction on (backward data flow)."""
    names = _localsplus(code)
    cells = {place for place, name in enumerate(names) if name in code.co_cellvars or name in code.co_freevars}
    plain = {name: place for place, name in enumerate(names) if place not in cells}
    everything = tuple(range(len(names)))
    if _SEES_VARIABLES.intersection(code.co_names):
        return dict.fromkeys(after, everything)
    reads, writes = {}, {}
    for offset in after:
        instruction = by_offset[offset]
        name = instruction.opname
        argval = instruction.argval if isinstance(instruction.argval, tuple) else (instruction.argval,)
        read: set[int] = set()
        written: set[int] = set()
        if "_FAST" in name or name == "LOAD_CLOSURE":
            known = [plain[value] for value in argval if value in plain]
            if name == "STORE_FAST":
                written |= set(known)
            else:  # one that stores and loads counts as loading
                read |= set(known)
        reads[offset], writes[offset] = read, written
    live: dict[int, set[int]] = {offset: set() for offset in after}
    changed = True
    while changed:
        changed = False
        for offset in reversed(list(after)):
            out = set().union(*(live[new] for new in after[offset])) if after[offset] else set()
            into = reads[offset] | (out - writes[offset])
            if into != live[offset]:
                live[offset] = into
                changed = True
    return {offset: tuple(sorted({*found, *cells})) for offset, found in live.items()}


@cache
def _variables(code: types.CodeType) -> int:
    """How many places come before the evaluation stack."""
    return len(_localsplus(code))


def _localsplus(code: types.CodeType) -> list[str]:
    """The names in the order in which a frame keeps them: variables, then cells that are not variables, then free
    ones."""
    extra = [name for name in code.co_cellvars if name not in code.co_varnames]
    return [*code.co_varnames, *extra, *code.co_freevars]


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
    base = ctypes.c_void_p.from_address(id(frame) + _INTERPRETER_FRAME).value or 0
    rest = point.depth - takes
    top = ctypes.c_int.from_address(base + _STACKTOP).value
    size = _variables(code)
    if rest < 0 or (top >= 0 and top != size + rest):
        return None
    start = base + _LOCALSPLUS
    variables = tuple([_object(start + place * _POINTER) for place in point.live])
    stack = _objects(start + size * _POINTER, rest)
    callee: tuple[Any, ...] = ()
    direct = inner is None or called_directly(inner, frame)
    if direct is None:
        return None
    if not direct:
        # f(*arguments): they are made into a tuple first, and what the stack points to may be freed; only f is there.
        upto = rest + 2 if point.opname == "CALL_FUNCTION_EX" else point.depth
        callee = _objects(start + (size + rest) * _POINTER, upto - rest)
        if point.opname == "FOR_ITER":
            callee = stack[-1:]
    return Held(code, offset, point, variables, stack, callee)


def called_directly(inner: types.FrameType, frame: types.FrameType) -> bool | None:
    """Was the inner frame entered by the interpreter's own loop, with no C function between the two? None: cannot
    be told."""
    base = ctypes.c_void_p.from_address(id(inner) + _INTERPRETER_FRAME).value or 0
    if sys.version_info[:2] == (3, 11):
        return not ctypes.c_bool.from_address(base + _IS_ENTRY).value
    mine = ctypes.c_void_p.from_address(id(frame) + _INTERPRETER_FRAME).value
    between = ctypes.c_void_p.from_address(base + _PREVIOUS).value or 0
    if between == mine:
        return True
    # A call from C has one frame of the C stack between; what else there may be (a class being called) is not known.
    owner = ctypes.c_char.from_address(between + _OWNER).value[0]
    before = ctypes.c_void_p.from_address(between + _PREVIOUS).value
    return False if owner == _C_STACK and before == mine else None


def _takes(point: Point) -> int | None:
    if point.opname == "CALL":
        return int(point.argument) + 2
    if point.opname == "CALL_KW":
        return int(point.argument) + 3
    if point.opname == "CALL_FUNCTION_EX":
        return 3 + (int(point.argument) & 1)
    return _TAKES.get(point.opname)


def _objects(address: int, count: int) -> tuple[Any, ...]:
    return tuple([_object(address + place * _POINTER) for place in range(count)])


def _object(address: int) -> Any:
    try:
        return ctypes.py_object.from_address(address).value
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


def _readable() -> bool:
    """Reads frames of functions whose variables and stack are known, in several positions."""
    if sys.implementation.name != "cpython" or not (3, 11) <= sys.version_info[:2] <= (3, 13):
        return False
    if "free-threading" in sys.version or hasattr(sys, "getobjects"):  # objects begin with other fields there
        return False

    def sums(probe: _Probe, one: int, marks: list[str]) -> int:
        total = 0
        for mark in marks:
            total += (one, mark) and (one + 41) * 1000 + probe.look() + probe.value
        return total

    for _ in range(3):  # the interpreter specialises code that has run
        probe = _Probe()
        marks = ["a", "b"]
        for _ in range(10):
            probe.seen.clear()
            sums(probe, 1, marks)
            for place, found in enumerate(probe.seen):
                if found is None or found.stack[-1] != (42000 if place % 2 == 0 else 42002):
                    return False
                if type(found.stack[0]) is not type(iter(marks)) or len(found.stack) != 3:
                    return False
                if found.variables != (probe, 1):
                    return False
    return True


READABLE = _readable()
