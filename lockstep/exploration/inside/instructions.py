"""What is known about a frame before each instruction of its code: how deep its stack is, which variables still matter."""

from __future__ import annotations

import dis
import itertools
import re
import sys
import types
from functools import cache
from typing import Any, NamedTuple

_SEES_VARIABLES = frozenset({"locals", "vars", "dir", "eval", "exec", "_getframe", "currentframe", "stack", "globals"})
_ENDS = frozenset({
    "RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE", "JUMP_FORWARD", "JUMP_BACKWARD",
    "JUMP_BACKWARD_NO_INTERRUPT", "INTERPRETER_EXIT",
})  # fmt: skip
_FAST = re.compile("(?:LOAD|STORE|DELETE)_FAST|LOAD_CLOSURE")


class Point(NamedTuple):
    """What is known about a frame before one of its instructions."""

    opname: str
    argument: Any
    argval: Any
    depth: int  # values on the stack
    handling: int  # exceptions being handled in this frame
    live: tuple[int, ...]  # variables that may still be read, and all cells


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
            _meaning(by_offset[offset]), by_offset[offset].arg, by_offset[offset].argval, *depths[offset], live[offset]
        )
        for offset in depths
    }


def _meaning(instruction: dis.Instruction) -> str:
    """The instruction's name; from 3.14 on taking an item is one of the operators."""
    return "BINARY_SUBSCR" if instruction.argrepr == "[]" else instruction.opname


def _effect(instruction: dis.Instruction) -> int:
    """What an instruction really does to the stack; in 3.11 the operands of a call are counted one instruction
    early."""
    if sys.version_info[:2] == (3, 11) and instruction.opname in ("PRECALL", "CALL"):
        return 0 if instruction.opname == "PRECALL" else -1 - (instruction.arg or 0)
    if instruction.opname == "RETURN_GENERATOR":  # what is sent in first is on the stack when the generator begins
        return 1
    return dis.stack_effect(instruction.opcode, instruction.arg, jump=False)


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
        # One instruction may do it to two variables, one after the other.
        for action, variable in zip(_FAST.findall(name), argval, strict=False):
            place = plain.get(variable)
            if place is None or place in written:
                continue
            (written if action == "STORE_FAST" else read).add(place)
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
def variables(code: types.CodeType) -> int:
    """How many places of a frame come before its evaluation stack."""
    return len(_localsplus(code))


def _localsplus(code: types.CodeType) -> list[str]:
    """The names in the order in which a frame keeps them: variables, then cells that are not variables, then free
    ones."""
    extra = [name for name in code.co_cellvars if name not in code.co_varnames]
    return [*code.co_varnames, *extra, *code.co_freevars]
