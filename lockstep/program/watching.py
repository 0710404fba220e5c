"""What the top level of a program may do while a process loads it: compute for a while, in silence and alone."""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
import types
from collections.abc import Callable, Collection, Iterator
from functools import partial
from multiprocessing.process import BaseProcess
from typing import Any

from lockstep.program.left_out import NotAgain, asked_for, shared, too_long, writing

LIMIT = 1.0  # seconds of CPU for all that a program computes at its top level
_SLEEPING = 5.0  # seconds in all, for a statement that waits
# Of what everything is made that processes share, by the module of multiprocessing; None: a function of the module.
_MADE_OF = {
    "synchronize": ("SemLock", "__init__"),
    "sharedctypes": (None, "RawArray"),
    "heap": ("BufferWrapper", "__init__"),
    "shared_memory": ("SharedMemory", "__init__"),
    "connection": (None, "Pipe"),
}
_LOADED_WHEN_USED = ("synchronize", "sharedctypes", "connection")


@contextlib.contextmanager
def watching(labels: Collection[str], spent: float | None) -> Iterator[None]:
    """Within it, a statement is executed in a process that was started to run a function.

    It prints nothing. Raises NotAgain where it starts processes, makes what processes share, asks for input, writes a
    file anew, or takes long. `labels`: the file names of the program's code; `spent`: seconds of CPU, see `time_limit`.
    """
    with contextlib.ExitStack() as stack:
        put = partial(_put, stack)
        put(builtins, "print", _nothing)
        put(builtins, "input", _ask)
        opening = partial(_open, open)
        put(builtins, "open", opening)
        put(io, "open", opening)
        for owner, name, what in _starting():
            put(owner, name, partial(_refuse, labels, what))
        for module, (owner_name, made) in _MADE_OF.items():
            loaded = sys.modules.get(f"multiprocessing.{module}")
            if loaded is not None:
                put(getattr(loaded, owner_name) if owner_name else loaded, made, partial(_refuse, labels, ""))
            elif module in _LOADED_WHEN_USED:
                unloaded = _Unloaded(f"multiprocessing.{module}", labels)
                sys.modules[unloaded.__name__] = unloaded
                stack.callback(sys.modules.pop, unloaded.__name__)
        with time_limit(LIMIT, spent):
            yield


def _starting() -> Iterator[tuple[Any, str, str]]:
    """What starts processes: (owner, name there, name for readers)."""
    yield BaseProcess, "start", "Process"
    yield subprocess.Popen, "__init__", "subprocess.Popen"
    for name in ("fork", "forkpty", "system"):
        if hasattr(os, name):
            yield os, name, f"os.{name}"


class _Unloaded(types.ModuleType):
    """Stands for a module of multiprocessing that has not been loaded: who wants something of it makes such things."""

    def __init__(self, name: str, labels: Collection[str]) -> None:
        super().__init__(name)
        self._labels = labels

    def __getattr__(self, name: str) -> Any:
        raise shared_object(self._labels, sys._getframe(1), name)


@contextlib.contextmanager
def time_limit(seconds: float, spent: float | None) -> Iterator[None]:
    """Raises NotAgain in what takes more than so many seconds of CPU, or waits for long.

    `spent`: how many of them have gone; None: there is no limit. Nor is there one in a thread.
    """
    if spent is not None and spent >= seconds:
        _stop(seconds)
    if spent is None or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    left = seconds - spent
    timers = ((signal.ITIMER_VIRTUAL, signal.SIGVTALRM, left), (signal.ITIMER_REAL, signal.SIGALRM, _SLEEPING))
    before = [signal.signal(number, partial(_stop, seconds)) for _, number, _ in timers]
    try:
        for timer, _, limit in timers:
            signal.setitimer(timer, limit)
        yield
    finally:
        for (timer, number, _), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)


def shared_object(labels: Collection[str], frame: Any, otherwise: str = "") -> NotAgain:
    """The refusal of what a program makes at its top level, by the name that it calls there."""
    inner = None
    while frame is not None and frame.f_code.co_filename not in labels:
        inner, frame = frame, frame.f_back
    name = _called(inner) if inner is not None else ""
    return NotAgain(partial(shared, what=name or otherwise))


def _called(frame: Any) -> str:
    """The public name of the function that runs in the frame, or of the class of which it makes an object."""
    code = frame.f_code
    name: str = code.co_name
    if name == "__init__":
        name = type(frame.f_locals[code.co_varnames[0]]).__name__
    package = frame.f_globals.get("__name__", "").partition(".")[0]
    if package == "lockstep":  # a function like `raw_value`, a class like `SharedValue`
        name = name if name[:1].isupper() else "".join(part.capitalize() for part in name.split("_"))
        return name if name == "SharedMemory" else name.removeprefix("Shared").removeprefix("Memory")
    return name if package in ("multiprocessing", "concurrent") else f"{package}.{name}"


def _refuse(labels: Collection[str], otherwise: str, *_arguments: Any, **_keywords: Any) -> Any:
    raise shared_object(labels, sys._getframe(1), otherwise)


def _ask(*_arguments: Any) -> str:
    raise NotAgain(asked_for)


def _open(real: Callable[..., Any], file: Any, mode: str = "r", *arguments: Any, **keywords: Any) -> Any:
    if set(mode) & set("wx+"):
        raise NotAgain(writing)
    return real(file, mode, *arguments, **keywords)


def _nothing(*_values: Any, **_keywords: Any) -> None:
    pass


def _stop(seconds: float, *_signal: Any) -> None:
    raise NotAgain(partial(too_long, seconds=seconds))


def _put(stack: contextlib.ExitStack, owner: Any, name: str, value: Callable[..., Any]) -> None:
    stack.callback(setattr, owner, name, getattr(owner, name))
    setattr(owner, name, value)
