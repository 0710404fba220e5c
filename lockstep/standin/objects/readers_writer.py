"""ReadersWriterLock: many may read at once, one alone may write, and a writer who waits is let in before new readers."""

from __future__ import annotations

import multiprocessing
from typing import Any

from lockstep.standin.declared import BLOCKED, Teller, Wait, makes, object_kind, one, operation
from lockstep.standin.machine import running
from lockstep.standin.operation import Operation, Outcome, Raised, Value
from lockstep.standin.shared import Shared, ask

_NOT_INSIDE = Raised("AssertionError", "released by a process that has not acquired it")

# The value is (sorted tuple of those who read, who writes or None, sorted tuple of writers who wait).


def _told(value: Value, tell: Teller) -> str:
    readers, writer, waiting = value
    if writer is not None:
        told = f"{tell.process(writer)} writes"
    else:
        told = f"read by {', '.join(map(tell.process, readers))}" if readers else "free"
    return told + (f", {', '.join(map(tell.process, waiting))} waiting to write" if waiting else "")


def _inside(value: Value, asked: Operation) -> str:
    readers, writer, _ = value
    return "written" if writer is not None else f"read by {len(readers)}" if readers else "wanted by a writer"


object_kind("readers-writer lock", _told, holder=lambda value: value[1])
makes("ReadersWriterLock", "readers-writer lock")

_TURN = Wait("{object}, which is {detail}, and nobody can go on to release it", _inside)


@operation("rwlock.acquire_read", told="acquire {object} for reading", method="ReadersWriterLock.acquire_read", usual=None,
           wait=_TURN, follows=True, wakes_all=True, cost="lock")  # fmt: skip
def _acquire_read(values: tuple[Value, ...], process: str) -> list[Outcome]:
    readers, writer, waiting = values[0]
    if writer is not None or waiting:
        return BLOCKED
    return one(((tuple(sorted((*readers, process))), None, ()),), None)


@operation("rwlock.release_read", told="release {object} after reading", method="ReadersWriterLock.release_read", usual=None,
           precedes=True, cost="lock")  # fmt: skip
def _release_read(values: tuple[Value, ...], process: str) -> list[Outcome]:
    readers, writer, waiting = values[0]
    if process not in readers:
        return one(values, _NOT_INSIDE)
    place = readers.index(process)
    return one(((readers[:place] + readers[place + 1 :], writer, waiting),), None)


@operation("rwlock.want_write", told="ask for {object} to write", method="ReadersWriterLock.acquire_write", usual=None,
           cost="lock")  # fmt: skip
def _want_write(values: tuple[Value, ...], process: str) -> list[Outcome]:
    readers, writer, waiting = values[0]
    return one(((readers, writer, tuple(sorted((*waiting, process)))),), None)


@operation("rwlock.acquire_write", told="acquire {object} for writing", method="ReadersWriterLock.acquire_write", usual=None,
           wait=_TURN, follows=True)  # fmt: skip
def _acquire_write(values: tuple[Value, ...], process: str) -> list[Outcome]:
    readers, writer, waiting = values[0]
    if readers or writer is not None:
        return BLOCKED
    return one((((), process, tuple(each for each in waiting if each != process)),), None)


@operation("rwlock.release_write", told="release {object} after writing", method="ReadersWriterLock.release_write", usual=None,
           precedes=True, cost="lock")  # fmt: skip
def _release_write(values: tuple[Value, ...], process: str) -> list[Outcome]:
    readers, writer, waiting = values[0]
    return one(((readers, None, waiting),), None) if writer == process else one(values, _NOT_INSIDE)


class _Side:
    """`with lock.reading():` or `with lock.writing():`."""

    def __init__(self, lock: Any, verb: str) -> None:
        self.lock, self.verb = lock, verb

    def __enter__(self) -> None:
        self.lock.acquire_write() if self.verb == "write" else self.lock.acquire_read()

    def __exit__(self, *exception: Any) -> None:
        self.lock.release_write() if self.verb == "write" else self.lock.release_read()


class _Sides:
    def reading(self) -> _Side:
        """A context in which others may read, and nobody writes."""
        return _Side(self, "read")

    def writing(self) -> _Side:
        """A context in which nobody else is inside."""
        return _Side(self, "write")


class SharedReadersWriterLock(_Sides, Shared):
    """The lock on a machine of ours."""

    def __init__(self) -> None:
        self.name = self._exist("readers-writer lock", ((), None, ()))

    def acquire_read(self) -> None:
        ask("rwlock.acquire_read", (self.name,))

    def release_read(self) -> None:
        ask("rwlock.release_read", (self.name,))

    def acquire_write(self) -> None:
        ask("rwlock.want_write", (self.name,))
        ask("rwlock.acquire_write", (self.name,))

    def release_write(self) -> None:
        ask("rwlock.release_write", (self.name,))


class ReadersWriterLock(_Sides):
    """A lock for data that many read and few write, with writers first (Courtois, Heymans & Parnas 1971, problem 2).

    `with lock.reading():` and `with lock.writing():`, or the four methods. Releasing what one has not acquired raises
    AssertionError. It must be given to the processes that use it, as any lock; `context` is theirs.
    """

    def __new__(cls, context: Any = None) -> Any:
        return SharedReadersWriterLock() if running() else super().__new__(cls)

    def __init__(self, context: Any = multiprocessing) -> None:
        self._changed = context.Condition()
        self._readers = context.RawValue("i", 0)
        self._writers = context.RawValue("i", 0)  # 1 while somebody writes
        self._waiting = context.RawValue("i", 0)

    def acquire_read(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._writers.value and not self._waiting.value)
            self._readers.value += 1

    def release_read(self) -> None:
        with self._changed:
            assert self._readers.value > 0, _NOT_INSIDE.text
            self._readers.value -= 1
            self._changed.notify_all()

    def acquire_write(self) -> None:
        with self._changed:
            self._waiting.value += 1
            self._changed.wait_for(lambda: not self._writers.value and not self._readers.value)
            self._waiting.value -= 1
            self._writers.value = 1

    def release_write(self) -> None:
        with self._changed:
            assert self._writers.value, _NOT_INSIDE.text
            self._writers.value = 0
            self._changed.notify_all()
