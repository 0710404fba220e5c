"""The processes that this one started, and how those that were left behind are stopped."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterable
from multiprocessing.pool import Pool, ThreadPool
from multiprocessing.process import BaseProcess
from types import TracebackType

import psutil

from lockstep.machine.ancestry import descendants_of, services, started_by
from lockstep.machine.interrupts import Interrupts

_GRACE_S = 1.0


class NoneLeftBehind:
    """A context manager around a learner's program, run in this process: if it fails, or is interrupted, nothing of it
    goes on. Interrupts wait while the program starts or ends processes.

    Not the program's is what was there before, and what a thread that was there before starts meanwhile.
    """

    def __init__(self) -> None:
        self._interrupts = Interrupts()

    def __enter__(self) -> NoneLeftBehind:
        self._processes = descendants()
        mine = threading.get_native_id()
        found = (thread.native_id for thread in threading.enumerate())
        self._threads = {number for number in found if number is not None and number != mine}
        self._others: set[int | None] = set()  # pids of processes that those threads started
        self._start = BaseProcess.start
        BaseProcess.start = self._noting(self._start)  # type: ignore[method-assign, assignment]
        self._interrupts.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is not None:
                try:
                    for pool in _pools_of({process.pid for process in self._left()}):
                        if getattr(getattr(pool, "_worker_handler", None), "native_id", None) not in self._threads:
                            _end(pool)
                finally:
                    stop(self._left())
        finally:
            BaseProcess.start = self._start  # type: ignore[method-assign]
            self._interrupts.__exit__(kind, error, trace)

    def _noting(self, start: Callable[[BaseProcess], None]) -> Callable[[BaseProcess], None]:
        """Only here can be told which thread started what a fork server has forked."""

        def started(process: BaseProcess) -> None:
            start(process)
            if threading.get_native_id() in self._threads:
                self._others.add(process.pid)

        return started

    def _left(self) -> set[psutil.Process]:
        left = descendants() - self._processes
        others = self._others | started_by(self._threads)
        roots = {process for process in left if process.pid in others}
        return left - roots - {process for root in roots for process in _below(root)}


def descendants() -> set[psutil.Process]:
    """All children and theirs, without multiprocessing's own services, which outlive programs on purpose."""
    own = services()
    return {process for process in descendants_of(psutil.Process()) if process.pid not in own}


def _below(root: psutil.Process) -> list[psutil.Process]:
    try:
        return descendants_of(root)
    except psutil.Error:
        return []


def stop(processes: Iterable[psutil.Process]) -> None:
    """Ask them to end, then make them, and wait until they are gone."""
    left = list(processes)
    for end in (psutil.Process.terminate, psutil.Process.kill):
        for process in left:
            with contextlib.suppress(psutil.Error):
                end(process)
        grace = time.monotonic() + _GRACE_S
        stopped = {process.pid for process in left}
        for child in multiprocessing.active_children():
            if child.pid in stopped:  # multiprocessing must see it end, or takes it for alive ever after
                child.join(max(0.0, grace - time.monotonic()))
        _, left = psutil.wait_procs(left, timeout=max(0.0, grace - time.monotonic()))


def _pools_of(workers: set[int]) -> list[Pool]:
    """The pools all of whose workers are among these process ids. multiprocessing keeps no list of them."""
    found = [thing for thing in gc.get_objects() if issubclass(type(thing), Pool) and not isinstance(thing, ThreadPool)]
    return [pool for pool in found if {worker.pid for worker in getattr(pool, "_pool", [])} <= workers]


def _end(pool: Pool) -> None:
    """A pool replaces workers that are stopped, so it must end itself; one that hangs is left to a thread."""

    def terminate() -> None:
        with contextlib.suppress(Exception):  # of a pool that was never finished, or is broken: its workers are stopped
            pool.terminate()

    ending = threading.Thread(target=terminate, daemon=True)
    ending.start()
    ending.join(_GRACE_S)
