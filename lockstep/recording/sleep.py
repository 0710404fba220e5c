"""`time.sleep` as a recording sees it, under every name that the learner's modules have for it."""

from __future__ import annotations

import copyreg
import sys
import time
from collections.abc import Callable, Iterator
from types import BuiltinFunctionType, ModuleType
from typing import Any

from lockstep.recording.roles import is_learners

_recorded: Callable[[float], None] = time.sleep

Replace = Callable[[Any, str, Any], None]
"""Puts a value under a name of a module or class, until the recording ends."""


def sleep(seconds: float, /) -> None:
    """Stands for `time.sleep`; pickled by its own name, so that it crosses to processes, recorded or not."""
    _recorded(seconds)


def install(replace: Replace, recorded: Callable[[Any], Any]) -> Callable[[], None]:
    """Let `sleep` stand for the builtin, in `time` and in the learner's modules; gives what undoes the rest.

    `recorded` makes of the builtin one that is recorded. Names in functions, classes and containers keep the builtin,
    which works everywhere as before, unseen: pickled, it would be looked for in `time`, where `sleep` now is, and thus
    crosses as that.
    """
    global _recorded
    builtin = time.sleep
    _recorded = recorded(builtin)
    replace(time, "sleep", sleep)
    for module, name in _of_learners(builtin):
        replace(module, name, sleep)
    before = copyreg.dispatch_table.get(BuiltinFunctionType)

    def reduced(function: Any) -> Any:
        if function is builtin:
            return _sleep, ()
        return before(function) if before is not None else function.__reduce__()

    copyreg.dispatch_table[BuiltinFunctionType] = reduced

    def undo() -> None:
        if before is not None:
            copyreg.dispatch_table[BuiltinFunctionType] = before
        else:
            del copyreg.dispatch_table[BuiltinFunctionType]

    return undo


def _sleep() -> Callable[[float], None]:
    return sleep


def _of_learners(builtin: Any) -> Iterator[tuple[ModuleType, str]]:
    """Where `from time import sleep` has put the builtin."""
    for called, module in list(sys.modules.items()):
        if not isinstance(module, ModuleType):
            continue
        named = object.__getattribute__(module, "__dict__")  # asking the module itself loads one that is lazy
        file = named.get("__file__")
        if called == "__main__" or (isinstance(file, str) and is_learners(file)):
            yield from ((module, name) for name, value in list(named.items()) if value is builtin)
