"""The oracle's locks, semaphores, conditions, events and barriers."""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable
from typing import Any

from .engine import Commit, Machine, Outcomes, Process, Raised
from .pickles import Shared


def me() -> Process:
    return Machine.running.active


def ask(name: str, outcomes: Outcomes) -> Any:
    return Machine.running.ask(name, outcomes)


def always(name: str, commit: Commit) -> Any:
    """An operation with one outcome, never blocked."""
    return ask(name, lambda: (commit,))


def when(name: str, possible: Callable[[], bool], commit: Commit) -> Any:
    """An operation with one outcome, blocked until it is possible."""
    return ask(name, lambda: (commit,) if possible() else ())


class Acquired(Shared):
    """What all kinds of locks share: acquire, and `with`."""

    def could(self, process: Process) -> bool:
        raise NotImplementedError

    def taken(self, process: Process) -> bool:
        raise NotImplementedError

    def given(self, process: Process) -> Any:
        raise NotImplementedError

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        process, tries = me(), not block or timeout is not None

        def outcomes() -> tuple[Commit, ...]:
            if self.could(process):
                return (lambda: self.taken(process),)
            return (lambda: False,) if tries else ()

        return ask("acquire", outcomes)

    def release(self) -> None:
        process = me()
        return always("release", lambda: self.given(process))

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *exc: object) -> None:
        self.release()


class Lock(Acquired):
    def __init__(self) -> None:
        self.holder: Process | None = None
        self.depth = 0

    def could(self, process: Process) -> bool:
        return self.holder is None

    def taken(self, process: Process) -> bool:
        self.holder, self.depth = process, self.depth + 1
        return True

    def given(self, process: Process) -> Any:
        if self.holder is None:
            return Raised(ValueError("semaphore or lock released too many times"))
        self.holder, self.depth = None, 0
        return None


class RLock(Lock):
    def could(self, process: Process) -> bool:
        return self.holder is None or self.holder is process

    def given(self, process: Process) -> Any:
        if self.holder is not process:
            return Raised(AssertionError("attempt to release recursive lock not owned by thread"))
        self.depth -= 1
        if self.depth == 0:
            self.holder = None
        return None


class Semaphore(Acquired):
    def __init__(self, value: int = 1) -> None:
        self.count, self.most = value, math.inf

    def could(self, process: Process) -> bool:
        return self.count > 0

    def taken(self, process: Process) -> bool:
        self.count -= 1
        return True

    def given(self, process: Process) -> Any:
        if self.count >= self.most:
            return Raised(ValueError("semaphore or lock released too many times"))
        self.count += 1
        return None

    def get_value(self) -> int:
        return always("get_value", lambda: self.count)


class BoundedSemaphore(Semaphore):
    def __init__(self, value: int = 1) -> None:
        super().__init__(value)
        self.most = value


class Condition(Shared):
    def __init__(self, lock: Lock | None = None) -> None:
        self.lock = RLock() if lock is None else lock
        self.acquire, self.release = self.lock.acquire, self.lock.release
        self.waiters: dict[Process, list[Any]] = {}  # status, depth given up

    def __enter__(self) -> bool:
        return self.lock.acquire()

    def __exit__(self, *exc: object) -> None:
        self.lock.release()

    def wait(self, timeout: float | None = None) -> bool:
        process, lock = me(), self.lock

        def begin() -> Any:
            if lock.holder is not process:
                return Raised(AssertionError("must acquire() condition before using wait()"))
            self.waiters[process] = ["waiting" if timeout is None else "timed", lock.depth]
            lock.holder, lock.depth = None, 0
            return None

        def may_end() -> bool:
            return lock.holder is None and self.waiters[process][0] != "waiting"

        def end() -> bool:
            status, depth = self.waiters.pop(process)
            lock.holder, lock.depth = process, depth
            return status == "notified"

        always("wait", begin)
        return when("wake", may_end, end)

    def wait_for(self, predicate: Callable[[], Any], timeout: float | None = None) -> Any:
        answer = predicate()
        while not answer:
            in_time = self.wait(timeout)
            answer = predicate()
            if timeout is not None and not in_time:
                break
        return answer

    def notify(self, n: float = 1) -> None:
        process, n = me(), max(n, 0)

        def outcomes() -> list[Commit]:
            if self.lock.holder is not process:
                return [lambda: Raised(AssertionError("lock is not owned"))]
            untimed = [waiter for waiter, (status, _) in self.waiters.items() if status == "waiting"]
            timed = [waiter for waiter, (status, _) in self.waiters.items() if status == "timed"]
            return [
                lambda chosen=chosen: self._notified(set(chosen), timed, n)
                for size in range(len(untimed) + len(timed) + 1)
                for chosen in itertools.combinations(untimed + timed, size)
                if size == n or (size < n and set(untimed) <= set(chosen))
            ]

        return ask("notify", outcomes)

    def _notified(self, chosen: set[Process], timed: list[Process], n: float) -> None:
        for waiter in chosen:
            self.waiters[waiter][0] = "notified"
        if len(chosen) < n:
            for waiter in timed:
                if waiter not in chosen:
                    self.waiters[waiter][0] = "expired"

    def notify_all(self) -> None:
        return self.notify(math.inf)


class Event(Shared):
    def __init__(self) -> None:
        self.flag = False
        self.waiters: dict[Process, bool] = {}

    def is_set(self) -> bool:
        return always("is_set", lambda: self.flag)

    def set(self) -> None:
        def commit() -> None:
            self.flag = True
            for waiter in self.waiters:
                self.waiters[waiter] = True

        return always("set", commit)

    def clear(self) -> None:
        def commit() -> None:
            self.flag = False

        return always("clear", commit)

    def wait(self, timeout: float | None = None) -> bool:
        process = me()

        def begin() -> bool:
            if not self.flag:
                self.waiters[process] = False
            return self.flag

        def end() -> bool:
            del self.waiters[process]
            return self.flag

        if always("event.wait", begin):
            return True
        return when("event.wake", lambda: timeout is not None or self.waiters[process], end)


class Barrier(Shared):
    def __init__(self, parties: int, action: Callable[[], Any] | None = None, timeout: float | None = None) -> None:
        self.parties, self.action, self.timeout = parties, action, timeout
        self.phase, self.inside = "filling", 0

    def wait(self, timeout: float | None = None) -> int:
        limited = timeout is not None or self.timeout is not None

        def arrive() -> Any:
            if self.phase == "broken":
                return Raised(threading.BrokenBarrierError())
            index = self.inside
            if index + 1 < self.parties:
                self.inside += 1
                return index, "wait"
            if self.action is not None:
                self.inside, self.phase = index + 1, "acting"
                return index, "act"
            self.phase = "draining" if index > 0 else "filling"
            return index, "done"

        index, what = when("arrive", lambda: self.phase in ("filling", "broken"), arrive)
        if what == "act":
            assert self.action is not None
            try:
                self.action()
            except Exception:
                always("fail", self._fail)
                raise
            always("open", self._open)
        elif what == "wait":

            def outcomes() -> tuple[Commit, ...]:
                if self.phase == "acting" or (self.phase == "filling" and not limited):
                    return ()
                return (self._pass,)

            always_true = ask("pass", outcomes)
            assert always_true
        return index

    def _fail(self) -> None:
        self.inside, self.phase = self.inside - 1, "broken"

    def _open(self) -> None:
        self.inside -= 1
        self.phase = "draining" if self.inside else "filling"

    def _pass(self) -> Any:
        self.inside -= 1
        if self.phase == "draining":
            if self.inside == 0:
                self.phase = "filling"
            return True
        if self.phase == "filling":
            self.phase = "broken"
        elif self.phase == "resetting" and self.inside == 0:
            self.phase = "filling"
        return Raised(threading.BrokenBarrierError())

    def _unless_acting(self, name: str, commit: Commit) -> Any:
        return when(name, lambda: self.phase != "acting", commit)

    def reset(self) -> None:
        def commit() -> None:
            if self.inside == 0:
                self.phase = "filling"
            elif self.phase in ("filling", "broken"):
                self.phase = "resetting"

        return self._unless_acting("reset", commit)

    def abort(self) -> None:
        def commit() -> None:
            self.phase = "broken"

        return self._unless_acting("abort", commit)

    @property
    def n_waiting(self) -> int:
        return self._unless_acting("n_waiting", lambda: self.inside if self.phase == "filling" else 0)

    @property
    def broken(self) -> bool:
        return self._unless_acting("broken", lambda: self.phase == "broken")
