"""What a resting process remembers: a key that is equal only for local states that must act alike from here on.

The key holds the frames (position, live variables, evaluation stack) and everything reachable from them and from the
process's own modules. Whatever is not surely known gives no key (`None`), and the local state keeps its history.
"""

from __future__ import annotations

import contextlib
import sys
import types
from collections.abc import Hashable
from functools import cache
from pathlib import Path
from typing import Any

from lockstep.exploration import sections
from lockstep.exploration.inside import clients
from lockstep.exploration.inside.behaviour import entry_point
from lockstep.exploration.inside.classes import Unsure, accessor, expect, lookup
from lockstep.exploration.inside.interpreter_frames import NULL, READABLE, Held, held
from lockstep.exploration.inside.running import Run
from lockstep.exploration.inside.walk import OWN, Walk
from lockstep.program.namespaces import GIVEN
from lockstep.standin import mpi, objects, shared
from lockstep.standin.timed import executors, mailbox, pools

# The frames below a process's own, and the files of code whose frames are known to hold nothing but what frames show.
_OUTSIDE = {
    Run._work.__code__,
    Run._called.__code__,
    *(c for c in entry_point.__code__.co_consts if isinstance(c, types.CodeType)),
}
_KNOWN_FILES = frozenset({
    contextlib.__file__, sections.__file__,
    shared.__file__, clients.__file__, pools.__file__, executors.__file__, mailbox.__file__,
    *(str(file) for package in (objects, mpi) for file in Path(package.__path__[0]).glob("*.py")),
})  # fmt: skip
_WALKING = frozenset({"all", "any", "next"})  # builtins whose only state, while they call, is their argument


_SPECIAL = {
    "BINARY_SUBSCR": ("__getitem__", -2), "STORE_SUBSCR": ("__setitem__", -2), "DELETE_SUBSCR": ("__delitem__", -2),
    "CONTAINS_OP": ("__contains__", -1), "UNARY_NOT": ("__bool__", -1),
    "TO_BOOL": ("__bool__", -1),
}  # fmt: skip


def remember(run: Run, frame: types.FrameType | None) -> Hashable | None:
    """The key of a process that comes to rest (`frame`: where it asks; None at its end), or None if it must keep
    its history."""
    if not READABLE or run.rest is None:
        return None
    walk = _Memory(run)
    try:
        return walk.key(frame)
    except (Unsure, RecursionError):
        return None


@cache
def _known_files(labels: frozenset[str]) -> frozenset[str]:
    """Once for all rests: those of the program beside ours."""
    return _KNOWN_FILES | labels


class _Memory(Walk):
    """The walk over all that a process can reach from where it rests."""

    def __init__(self, run: Run) -> None:
        super().__init__(_known_files(run.machine.labels))
        self.run = run

    def key(self, frame: types.FrameType | None) -> Hashable:
        run, rest = self.run, self.run.rest
        assert rest is not None
        self.out += [
            rest.kind, rest.operation, rest.sections, rest.ended[:1], rest.ended[2:3], tuple(run.active), run.call, run.objects,
            run.processes,
            frozenset(run.queues), frozenset(run.abandoned), frozenset(run.ends), tuple(run.children),
        ]  # fmt: skip
        if frame is None:
            self.value(rest.ended[1])
            return tuple(self.out)
        self.value(sys.exc_info()[1])
        chain: list[tuple[Held, types.FrameType, types.FrameType | None]] = []
        inner: types.FrameType | None = None
        here: types.FrameType | None = frame
        while here is not None and here.f_code not in _OUTSIDE:
            found = held(here, inner)
            if found is None or here.f_code.co_filename not in self.files:
                raise Unsure
            chain.append((found, here, inner))
            inner, here = here, here.f_back
        if here is None:
            raise Unsure
        for index, (_, running, _) in enumerate(chain):
            self.active[id(running)] = index
        for found, _, called in chain:
            if called is not None and found.through_c:
                self._check_call(found, called)
            self.frame(found)
        solution, given = (vars(self.run.namespaces.modules[name]) for name in OWN)
        self.namespace(solution)
        self.out.append(GIVEN)
        self.namespace({name: item for name, item in given.items() if solution.get(name, NULL) is not item})
        made = self.run.namespaces.made
        if "random" in made:
            self.value(vars(made["random"])["_inst"])
        for name, module in made.items():
            if "__file__" in vars(module):  # the learner's own, beside the program
                self.out.append(name)
                self.namespace(vars(module))
        self.value(self.run.me)
        for pool in self.run.pools:
            self.value(pool)
        if run.machine.lists_children:
            for child in run.started:
                self.value(child)
        return tuple(self.out)

    def _check_call(self, found: Held, inner: types.FrameType) -> None:
        """A C function is between the two frames: go on only if it holds nothing but what the stack shows."""
        name, callee = found.point.opname, found.callee
        code = inner.f_code
        if name in ("LOAD_ATTR", "LOAD_METHOD"):
            wanted = accessor(type(callee[-1]), found.point.argval, "fget")
        elif name == "STORE_ATTR":
            wanted = accessor(type(callee[-1]), found.point.argval, "fset")
        elif name == "BEFORE_WITH":
            # By now the slot may hold the manager's `__exit__` already.
            manager = callee[-1]
            if isinstance(manager, types.MethodType) and manager.__func__.__name__ == "__exit__":
                manager = manager.__self__
            self.value(manager)
            wanted = getattr(lookup(type(manager), "__enter__"), "__code__", None)
        elif name in _SPECIAL:
            method, place = _SPECIAL[name]
            special = lookup(type(callee[place]), method)
            if special is None and method == "__bool__":  # then its length says whether it is true
                special = lookup(type(callee[place]), "__len__")
            wanted = getattr(special, "__code__", None)
        elif name == "WITH_EXCEPT_START":
            return expect(getattr(inner.f_code, "co_name", "") == "__exit__")
        elif name == "FOR_ITER":
            return self._iterates(callee[-1], inner)
        elif name in ("CALL", "CALL_FUNCTION_EX", "CALL_KW"):
            return self._called(found, inner)
        else:
            raise Unsure
        expect(wanted is code)
        return None

    def _called(self, found: Held, inner: types.FrameType) -> None:
        for operand in found.callee[:2]:
            value = operand.__func__ if isinstance(operand, types.MethodType) else operand
            if isinstance(value, types.FunctionType):
                expect(value.__code__ is inner.f_code and not inner.f_code.co_flags & 0x20)
                break
            if isinstance(value, types.BuiltinFunctionType):
                expect(value.__module__ == "builtins" and len(found.callee) > 2)
                if value.__name__ == "len":
                    expect(getattr(lookup(type(found.callee[2]), "__len__"), "__code__", None) is inner.f_code)
                else:
                    expect(value.__name__ in _WALKING)
                    self._iterates(found.callee[2], inner)
                for argument in found.callee:
                    self.value(argument)
                break
            # Calling a bound method puts its object where the method was, for as long as the call takes.
            bound = lookup(type(value), inner.f_code.co_name)
            if isinstance(bound, types.FunctionType) and bound.__code__ is inner.f_code:
                break
        else:
            raise Unsure

    def _iterates(self, iterator: Any, inner: types.FrameType) -> None:
        if type(iterator) is types.GeneratorType:
            expect(iterator.gi_frame is inner)
        else:
            expect(getattr(lookup(type(iterator), "__next__"), "__code__", None) is inner.f_code)
