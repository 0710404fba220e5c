"""The operations of multiprocessing that a recording listens to, and how it comes between.

Each is replaced on its class while a recording runs and put back after it. Anything between two operations
counts as computing.
"""

from __future__ import annotations

import functools
import gc
import sys
import threading
import time
import weakref
from collections.abc import Callable
from multiprocessing import connection, managers, pool, process, queues, synchronize, util
from typing import Any

from lockstep.recording import sleep
from lockstep.recording.bars import Kind

_clock = time.perf_counter
_QUICK_S = 20e-6  # a read that took less did not wait: its data was there

OPERATIONS: tuple[tuple[Any, str, Kind, str], ...] = (
    (connection._ConnectionBase, "send", "communicating", "Connection.send"),
    (connection._ConnectionBase, "recv", "communicating", "Connection.recv"),
    (connection._ConnectionBase, "send_bytes", "communicating", "Connection.send_bytes"),
    (connection._ConnectionBase, "recv_bytes", "communicating", "Connection.recv_bytes"),
    (connection._ConnectionBase, "recv_bytes_into", "communicating", "Connection.recv_bytes_into"),
    (connection._ConnectionBase, "poll", "waiting", "Connection.poll"),
    (queues.Queue, "put", "communicating", "Queue.put"),
    (queues.Queue, "get", "communicating", "Queue.get"),
    (queues.Queue, "join_thread", "waiting", "Queue.join_thread"),
    (queues.JoinableQueue, "join", "waiting", "Queue.join"),
    (queues.SimpleQueue, "put", "communicating", "SimpleQueue.put"),
    (queues.SimpleQueue, "get", "communicating", "SimpleQueue.get"),
    (synchronize.Condition, "wait", "waiting", "Condition.wait"),
    (synchronize.Event, "wait", "waiting", "Event.wait"),
    (synchronize.Barrier, "wait", "waiting", "Barrier.wait"),
    (process.BaseProcess, "join", "waiting", "Process.join"),
    (pool.Pool, "join", "waiting", "Pool.join"),
    (pool.Pool, "terminate", "communicating", "Pool.terminate"),
    (managers.BaseProxy, "_callmethod", "communicating", "a manager's answer"),
    (threading.Thread, "join", "waiting", "a thread"),
    (threading.Condition, "wait", "waiting", "another thread"),
)
"""Where each is defined, its name there, what it is, and what it is called in a timeline."""

Current = Callable[[], Any]


class Patches:
    """What was replaced, so that it can be put back."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []
        self._locks: weakref.WeakSet[Any] = weakref.WeakSet()  # those that carry our `acquire`

    def install(self, current: Current, start: Callable[[Any, Any], Any]) -> None:
        """Come between every operation; `current` gives the recorder, `start` starts a process with a log.

        Does nothing where a parent's patches came along with a fork.
        """
        if self._undo:
            return
        for owner, name, kind, what in OPERATIONS:
            self._replace(owner, name, _recorded(getattr(owner, name), kind, what, current))
        self._replace(process.BaseProcess, "start", _starting(process.BaseProcess.start, current, start))
        self._replace(synchronize.SemLock, "__enter__", _entering(current))
        self._replace(synchronize.SemLock, "_make_methods", _making(current, self._locks))
        if hasattr(connection.Connection, "_recv"):  # not on Windows, where waiting then counts as communicating
            self._replace(connection.Connection, "_recv", _receiving(connection.Connection._recv, current))
        self._replace(connection, *_selecting(current))
        self._undo.append(
            sleep.install(self._replace, lambda builtin: _recorded(builtin, "waiting", "time.sleep", current))
        )
        for lock in _existing_locks():
            lock._make_methods()

    def remove(self) -> None:
        while self._undo:
            self._undo.pop()()
        for lock in list(self._locks):
            lock._make_methods()
        self._locks.clear()

    def _replace(self, owner: Any, name: str, new: Any) -> None:
        if name in vars(owner):
            old = vars(owner)[name]
            self._undo.append(lambda: setattr(owner, name, old))
        else:
            self._undo.append(lambda: delattr(owner, name))
        setattr(owner, name, new)


def _recorded(function: Any, kind: Kind, what: str, current: Current) -> Any:
    @functools.wraps(function)
    def operation(*arguments: Any, **named: Any) -> Any:
        recorder = current()
        if recorder is None:
            return function(*arguments, **named)
        if recorder.inside is not None:
            if recorder.inside == "waiting" or kind != "waiting":
                return function(*arguments, **named)
            start = _clock()
            try:
                return function(*arguments, **named)
            finally:
                recorder.waited(start, recorder.what, sys._getframe(1))
        begun = recorder.enter(kind, what, sys._getframe(1))
        try:
            return function(*arguments, **named)
        finally:
            recorder.leave(begun)

    return operation


def _acquiring(semaphore: Any, current: Current) -> Any:
    """Acquire without a trace where there is nothing to wait for: the usual case must stay cheap."""
    acquire = semaphore.acquire

    def acquiring(block: bool = True, timeout: float | None = None) -> bool:
        if not block:
            return bool(acquire(False))
        if acquire(False):
            return True
        recorder = current()
        if recorder is None or recorder.inside == "waiting":
            return bool(acquire(True, timeout))
        frame = sys._getframe(1)
        if recorder.inside is not None:
            start = _clock()
            try:
                return bool(acquire(True, timeout))
            finally:
                recorder.waited(start, recorder.what, frame)
        begun = recorder.enter("waiting", "Lock.acquire" if semaphore.maxvalue == 1 else "Semaphore.acquire", frame)
        try:
            return bool(acquire(True, timeout))
        finally:
            recorder.leave(begun)

    return acquiring


def _making(current: Current, locks: weakref.WeakSet[Any]) -> Any:
    def _make_methods(self: Any) -> None:
        locks.add(self)
        self.acquire = _acquiring(self._semlock, current)
        self.release = self._semlock.release

    return _make_methods


def _entering(current: Current) -> Any:
    def __enter__(self: Any) -> bool:  # noqa: N807
        return bool(self.acquire())

    return __enter__


def _receiving(function: Any, current: Current) -> Any:
    """The first read of a message, its four bytes of length, is where a receiver waits for a sender."""

    @functools.wraps(function)
    def receive(self: Any, size: int, *more: Any) -> Any:
        recorder = current()
        if size != 4 or recorder is None or recorder.inside != "communicating":
            return function(self, size, *more)
        start = _clock()
        try:
            return function(self, size, *more)
        finally:
            if _clock() - start > _QUICK_S:
                recorder.waited(start, recorder.what, sys._getframe(1))

    return receive


def _selecting(current: Current) -> tuple[str, Any]:
    """What `connection.wait` waits with, as a name in its module and what to put there.

    Not the function itself: who has imported it by name would go on with the one that is not recorded.
    """
    if hasattr(connection, "_WaitSelector"):
        selector = connection._WaitSelector
        select = _recorded(selector.select, "waiting", "connection.wait", current)
        return "_WaitSelector", type(selector.__name__, (selector,), {"select": select})
    name = "_exhaustive_wait"  # Windows
    return name, _recorded(getattr(connection, name), "waiting", "connection.wait", current)


def _starting(function: Any, current: Current, start: Callable[[Any, Any], Any]) -> Any:
    recorded = _recorded(lambda self: start(function, self), "communicating", "Process.start", current)

    @functools.wraps(function)
    def starting(self: Any) -> None:
        recorded(self)

    return starting


def _existing_locks() -> list[Any]:
    """Locks carry their own `acquire`, so those that exist already must be found.

    One that was made in this process is known to multiprocessing, which resets it after a fork. One that came to a
    spawned child with its arguments is not, nor is any on Windows: the garbage collector knows what refers to their
    classes, at the price of a look at everything, which is little in a fresh child and 20 ms in a notebook.
    """
    registry = getattr(util, "_afterfork_registry", None)
    if registry is not None and process.parent_process() is None and sys.platform != "win32":
        return [thing for thing in list(registry.values()) if isinstance(thing, synchronize.SemLock)]
    classes = (synchronize.Lock, synchronize.RLock, synchronize.Semaphore, synchronize.BoundedSemaphore)
    return [thing for thing in gc.get_referrers(*classes) if isinstance(thing, synchronize.SemLock)]
