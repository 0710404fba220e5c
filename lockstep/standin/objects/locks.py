"""Lock, RLock, Semaphore and BoundedSemaphore."""

from __future__ import annotations

import sys
from typing import Any

from lockstep.standin.declared import BLOCKED, Limit, Teller, Wait, makes, object_kind, one, operation
from lockstep.standin.operation import Outcome, Raised, Value
from lockstep.standin.shared import Shared, ask

_TOO_OFTEN = Raised("ValueError", "semaphore or lock released too many times")
_NOT_MINE = Raised("AssertionError", "attempt to release recursive lock not owned by thread")

# The value of a Lock or an RLock is None, or (the process that holds it, how many times).
# A Lock's is never held more than once.


def _told(value: Value, tell: Teller) -> str:
    if value is None:
        return "free"
    return f"held by {tell.process(value[0])}" + (f" ({value[1]} times)" if value[1] > 1 else "")


def _holder(value: Value) -> str | None:
    return None if value is None else value[0]


LOCKS = (object_kind("lock", _told, holder=_holder), object_kind("rlock", _told, holder=_holder))
object_kind("semaphore", lambda value, tell: repr(value))
for _name, _kind in (
    ("Lock", "lock"),
    ("RLock", "rlock"),
    ("Semaphore", "semaphore"),
    ("BoundedSemaphore", "semaphore"),
):
    makes(_name, _kind)

_ACQUIRE: dict[str, Any] = {
    "told": "acquire {object}", "trying": "try to acquire {object}", "usual": True, "follows": True, "cost": "lock",
}  # fmt: skip
_RELEASE: dict[str, Any] = {"told": "release {object}", "usual": None, "precedes": True, "cost": "lock"}


def taken(kind: str, value: Value, process: str) -> Value | None:
    """The lock's value after `process` has acquired it, or None if it would block. `kind` is "lock" or "rlock"."""
    if value is None:
        return (process, 1)
    if kind == "rlock" and value[0] == process:
        return (process, value[1] + 1)
    return None


@operation("lock.acquire", method="Lock.acquire", limit=Limit(1, True), **_ACQUIRE)
@operation("rlock.acquire", method="RLock.acquire", limit=Limit(1, True), **_ACQUIRE)
def _acquire(values: tuple[Value, ...], process: str, kind: str, blocking: bool) -> list[Outcome]:
    after = taken(kind, values[0], process)
    if after is not None:
        return one((after,), True)
    return BLOCKED if blocking else one(values, False)


@operation("lock.release", method="Lock.release", **_RELEASE)
def _release_lock(values: tuple[Value, ...], process: str) -> list[Outcome]:
    return one(values, _TOO_OFTEN) if values[0] is None else one((None,), None)


@operation("rlock.release", method="RLock.release", **_RELEASE)
def _release_rlock(values: tuple[Value, ...], process: str) -> list[Outcome]:
    (value,) = values
    if value is None or value[0] != process:
        return one(values, _NOT_MINE)
    return one(((process, value[1] - 1) if value[1] > 1 else None,), None)


_COUNT = Wait(
    "{object}, which is at {detail}, and nobody can go on to release it", detail=lambda value, operation: value
)


@operation("semaphore.acquire", method="Semaphore.acquire", limit=Limit(0, True), wait=_COUNT, **_ACQUIRE)
def _acquire_semaphore(values: tuple[Value, ...], process: str, blocking: bool) -> list[Outcome]:
    if values[0] > 0:
        return one((values[0] - 1,), True)
    return BLOCKED if blocking else one(values, False)


@operation("semaphore.release", method="Semaphore.release", **_RELEASE)
def _release_semaphore(values: tuple[Value, ...], process: str, bound: int | None) -> list[Outcome]:
    if bound is not None and values[0] >= bound:
        return one(values, _TOO_OFTEN)
    return one((values[0] + 1,), None)


@operation("semaphore.get_value", told="get_value {object}", method="Semaphore.get_value", cost="lock")
def _semaphore_value(values: tuple[Value, ...], process: str) -> list[Outcome]:
    return one(values, values[0])


_LOCKED: dict[str, Any] = {
    "told": "locked {object}", "answers": "fact", "instead": "`acquire()`", "looks": True, "cost": "lock",
}  # fmt: skip


@operation("lock.locked", method="Lock.locked", **_LOCKED)
@operation("rlock.locked", method="RLock.locked", **_LOCKED)
def _locked(values: tuple[Value, ...], process: str) -> list[Outcome]:
    return one(values, values[0] is not None)


@operation("semaphore.locked", method="Semaphore.locked", **_LOCKED)
def _semaphore_locked(values: tuple[Value, ...], process: str) -> list[Outcome]:
    return one(values, values[0] == 0)


class _Locked(Shared):
    """From Python 3.14 on, locks and semaphores say whether nobody could acquire them now."""

    name: str

    if sys.version_info >= (3, 14):

        def locked(self) -> bool:
            answer: bool = ask(f"{self.kind}.locked", (self.name,))
            return answer


class Lock(_Locked):
    """As `multiprocessing.Lock`; `ctx`, as the class itself takes it, means nothing here, nor in the other objects."""

    kind = "lock"

    def __init__(self, *, ctx: Any = None) -> None:
        self.name = self._exist(self.kind, None)

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        waits = bool(block) and timeout is None
        answer: bool = ask(f"{self.kind}.acquire", (self.name,), self.kind, waits, patience=timeout if block else None)
        return answer

    def release(self) -> None:
        ask(f"{self.kind}.release", (self.name,))

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *exception: Any) -> None:
        self.release()


class RLock(Lock):
    """As `multiprocessing.RLock`."""

    kind = "rlock"


class Semaphore(_Locked):
    """As `multiprocessing.Semaphore`."""

    kind = "semaphore"

    def __init__(self, value: int = 1, *, ctx: Any = None) -> None:
        if value < 0:
            raise ValueError("semaphore or lock: the initial value is less than 0")
        self.bound = self._bound(value)
        self.name = self._exist(self.kind, value)

    def _bound(self, value: int) -> int | None:
        return None

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        waits = bool(block) and timeout is None
        answer: bool = ask("semaphore.acquire", (self.name,), waits, patience=timeout if block else None)
        return answer

    def release(self) -> None:
        ask("semaphore.release", (self.name,), self.bound)

    def get_value(self) -> int:
        answer: int = ask("semaphore.get_value", (self.name,))
        return answer

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *exception: Any) -> None:
        self.release()


class BoundedSemaphore(Semaphore):
    """As `multiprocessing.BoundedSemaphore`."""

    def _bound(self, value: int) -> int | None:
        return value
