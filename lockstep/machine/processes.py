"""The processes that this one started, and how those that were left behind are stopped."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import threading
import time
from collections.abc import Iterable
from multiprocessing.pool import Pool, ThreadPool
from types import TracebackType

import psutil

from lockstep.machine.interrupts import Interrupts

_SERVICES = ("resource_tracker", "forkserver import main")  # they outlive programs on purpose
_GRACE_S = 1.0


class NoneLeftBehind:
    """A context manager around a learner's program, run in this process: if it fails, or is interrupted, nothing of it
    goes on. Interrupts wait while the program starts or ends processes.
    """

    def __init__(self) -> None:
        self._interrupts = Interrupts()

    def __enter__(self) -> NoneLeftBehind:
        self._processes = descendants()
        self._interrupts.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is not None:
                left = descendants() - self._processes
                try:
                    for pool in _pools_of({process.pid for process in left}):
                        _end(pool)
                finally:
                    stop(descendants() - self._processes)
        finally:
            self._interrupts.__exit__(kind, error, trace)


def descendants() -> set[psutil.Process]:
    """All children and theirs, without multiprocessing's own services, which are children of this process itself."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            # What a fork server has forked looks like it on the command line.
            ours = process.ppid() == os.getpid()
            if not (ours and any(service in " ".join(process.cmdline()) for service in _SERVICES)):
                found.add(process)
    return found


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
