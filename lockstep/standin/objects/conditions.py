"""Condition and Event: waiting until somebody says that something has changed."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations
from numbers import Real
from typing import Any

from lockstep.standin.declared import BLOCKED, Limit, Teller, Wait, makes, object_kind, one, operation
from lockstep.standin.machine import not_covered
from lockstep.standin.objects.locks import Lock, RLock
from lockstep.standin.operation import Outcome, Raised, Value
from lockstep.standin.shared import Shared, ask

_WAIT_UNLOCKED = Raised("AssertionError", "must acquire() condition before using wait()")
_NOTIFY_UNLOCKED = Raised("AssertionError", "lock is not owned")

# The value of a Condition is a sorted tuple of (process, status, depth of the lock it gave up);
# the value of its lock is the second value of every operation.


def _told_condition(value: Value, tell: Teller) -> str:
    return "[" + ", ".join(f"{tell.process(who)} {status}" for who, status, _ in value) + "]"


def _asleep(value: Value) -> list[str]:
    return [who for who, status, _ in value or () if status == "waiting"]


object_kind("condition", _told_condition, asleep=_asleep)
makes("Condition", "rlock", "condition")

BEGIN_WAITING, WAKE, NOTIFY = "condition.wait", "condition.wake", "condition.notify"
_NOTIFIED = Wait("a notification on {object}, and nobody can go on to give one", on_page="a notification on {object}")


@operation(
    BEGIN_WAITING, told="wait (lets go of the lock) {object}", method="Condition.wait", usual=None, limit=Limit(0, False),
    precedes=True, cost="lock",
)  # fmt: skip
def _begin_waiting(values: tuple[Value, ...], process: str, timed: bool) -> list[Outcome]:
    waiting, lock = values
    if lock is None or lock[0] != process:
        return one(values, _WAIT_UNLOCKED)
    entry = (process, "timed" if timed else "waiting", lock[1])
    return one((tuple(sorted((*waiting, entry))), None), None)


@operation(
    WAKE, told="wake up with the lock of {object}", method="Condition.wait", usual=True, wait=_NOTIFIED, follows=True,
)  # fmt: skip
def _end_waiting(values: tuple[Value, ...], process: str) -> list[Outcome]:
    waiting, lock = values
    mine = next(entry for entry in waiting if entry[0] == process)
    if lock is not None or mine[1] == "waiting":
        return BLOCKED
    rest = tuple(entry for entry in waiting if entry is not mine)
    return one((rest, (process, mine[2])), mine[1] == "notified")


@operation(NOTIFY, told="notify {object}", method="Condition.notify", usual=None, precedes=True, cost="lock")
def _notify(values: tuple[Value, ...], process: str, n: int | None) -> list[Outcome]:
    waiting, lock = values
    if lock is None or lock[0] != process:
        return one(values, _NOTIFY_UNLOCKED)
    asleep = [entry for entry in waiting if entry[1] == "waiting"]
    timed = [entry for entry in waiting if entry[1] == "timed"]
    candidates = asleep + timed
    found = []
    for size in range(min(len(candidates), len(candidates) if n is None else n) + 1):
        full = n is not None and size == n
        for chosen in combinations(candidates, size):
            if not full and not all(entry in chosen for entry in asleep):
                continue
            statuses = dict.fromkeys(chosen, "notified")
            if not full:
                statuses |= {entry: "expired" for entry in timed if entry not in chosen}
            after = tuple((entry[0], statuses.get(entry, entry[1]), entry[2]) for entry in waiting)
            found.append(Outcome((tuple(sorted(after)), lock), None))
    return found


# The value of an Event is (flag, sorted tuple of (process that waits, woken?)).


def _told_event(value: Value, tell: Teller) -> str:
    waiting = ", ".join(tell.process(who) for who, _ in value[1])
    return ("set" if value[0] else "not set") + (f", {waiting} waiting" if waiting else "")


object_kind("event", _told_event)
makes("Event", "event")

BEGIN_EVENT, SET, CLEAR = "event.wait", "event.set", "event.clear"
_TO_BE_SET = Wait("{object} to be set, and nobody can go on to set it", on_page="{object} to be set")


@operation(
    "event.is_set", told="is_set {object}", method="Event.is_set", answers="fact", instead="the Event's `wait()`", follows=True,
    looks=True, cost="lock",
)  # fmt: skip
def _is_set(values: tuple[Value, ...], process: str) -> list[Outcome]:
    return one(values, values[0][0])


@operation(SET, told="set {object}", method="Event.set", usual=None, precedes=True, cost="lock")
def _set(values: tuple[Value, ...], process: str) -> list[Outcome]:
    return one(((True, tuple((waiter, True) for waiter, _ in values[0][1])),), None)


@operation(CLEAR, told="clear {object}", method="Event.clear", usual=None, cost="lock")
def _clear(values: tuple[Value, ...], process: str) -> list[Outcome]:
    return one(((False, values[0][1]),), None)


@operation(
    BEGIN_EVENT, told="wait {object}", method="Event.wait", answers="never", wait=_TO_BE_SET, follows=True, cost="lock"
)
def _begin_event(values: tuple[Value, ...], process: str) -> list[Outcome]:
    flag, waiters = values[0]
    if flag:
        return one(values, True)
    return one(((flag, tuple(sorted((*waiters, (process, False))))),), None)


@operation(
    "event.wake", told="wake up {object}", method="Event.wait", usual=True, limit=Limit(0, False), wait=_TO_BE_SET, follows=True,
    wakes_all=True,
)  # fmt: skip
def _end_event(values: tuple[Value, ...], process: str, timed: bool) -> list[Outcome]:
    flag, waiters = values[0]
    if not timed and (process, True) not in waiters:
        return BLOCKED
    rest = tuple(waiter for waiter in waiters if waiter[0] != process)
    return one(((flag, rest),), flag)


class Condition(Shared):
    """As `multiprocessing.Condition`."""

    def __init__(self, lock: Lock | None = None, *, ctx: Any = None) -> None:
        if lock is not None and not isinstance(lock, Lock):
            raise not_covered(
                f"a Condition with a {type(lock).__name__} for its lock", "give it a Lock, an RLock or none"
            )
        self.lock = RLock() if lock is None else lock
        self.name = self._exist("condition", ())
        self.both = (self.name, self.lock.name)

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        return self.lock.acquire(block, timeout)

    def release(self) -> None:
        self.lock.release()

    def __enter__(self) -> bool:
        return self.lock.acquire()

    def __exit__(self, *exception: Any) -> None:
        self.lock.release()

    def wait(self, timeout: float | None = None) -> bool:
        ask("condition.wait", self.both, timeout is not None, patience=timeout)
        answer: bool = ask("condition.wake", self.both, patience=timeout)
        return answer

    def wait_for(self, predicate: Callable[[], Any], timeout: float | None = None) -> Any:
        while True:
            result = predicate()
            if result:
                return result
            notified = self.wait(timeout)
            if not notified:
                return predicate()

    def notify(self, n: float = 1) -> None:
        if not isinstance(n, Real):  # NumPy's numbers are as well
            raise TypeError(f"'<' not supported between instances of 'int' and {type(n).__name__!r}")
        ask("condition.notify", self.both, None if n == math.inf else math.ceil(n) if n > 0 else 0)

    def notify_all(self) -> None:
        ask("condition.notify", self.both, None)


class Event(Shared):
    """As `multiprocessing.Event`."""

    def __init__(self, *, ctx: Any = None) -> None:
        self.name = self._exist("event", (False, ()))

    def is_set(self) -> bool:
        answer: bool = ask("event.is_set", (self.name,))
        return answer

    def set(self) -> None:
        ask("event.set", (self.name,))

    def clear(self) -> None:
        ask("event.clear", (self.name,))

    def wait(self, timeout: float | None = None) -> bool:
        answer = ask("event.wait", (self.name,))
        if answer is None:
            answer = ask("event.wake", (self.name,), timeout is not None, patience=timeout)
        return bool(answer)
