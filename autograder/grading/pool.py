"""Processes of the grader's own that judge several programs at once, and end when it does, however it ends."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import connection, get_all_start_methods, get_context, parent_process
from types import TracebackType
from typing import Any, Self, TypeVar

import psutil

if sys.platform != "win32":
    import resource

_MEMORY = 2 * 2**30  # bytes that a process may take beyond what it begins with, whatever it is made to compute

T = TypeVar("T")


def judging_pool(
    jobs: int, module: str, begin: Callable[..., None] | None = None, *arguments: Any
) -> ProcessPoolExecutor:
    """A pool of so many processes, forked where there is fork from one that has loaded `module` and nothing else.

    Each calls `begin(*arguments)` first. They leave an interruption from the keyboard to the process that made them.
    """
    method = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
    context: Any = get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload([module])
    most = 61 if sys.platform == "win32" else jobs  # how many processes Windows can wait for at once
    return _Pool(max(1, min(jobs, most)), context, _begin, (begin, arguments))


class _Pool(ProcessPoolExecutor):
    """Starts its processes while an interruption waits: the fork server, too, hears of none before it can ignore it."""

    def submit(self, function: Callable[..., T], /, *arguments: Any, **keywords: Any) -> Future[T]:
        with _interruption_waits():
            return super().submit(function, *arguments, **keywords)


@contextmanager
def _interruption_waits() -> Iterator[None]:
    """Within it nothing interrupts this thread, nor what it starts, which has to say when it may be interrupted."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Workers:
    """A pool that is made anew when one of its processes was killed: what was given to it then raises BrokenExecutor.

    `with` it the processes end: when their work is done, or at once if an exception ends the block.
    """

    def __init__(self, make: Callable[[], ProcessPoolExecutor]) -> None:
        self._make = make
        self._made: ProcessPoolExecutor | None = None

    @property
    def _pool(self) -> ProcessPoolExecutor:
        if self._made is None:
            self._made = self._make()
        return self._made

    def submit(self, function: Callable[..., T], *arguments: Any) -> Future[T]:
        try:
            return self._pool.submit(function, *arguments)
        except BrokenExecutor:
            self._end_now()
            return self._pool.submit(function, *arguments)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._end_now()
        elif self._made is not None:
            self._made.shutdown()

    def _end_now(self) -> None:
        pool, self._made = self._made, None
        if pool is None:
            return
        processes = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:  # one may wait for minutes for a program that hangs
            process.kill()


def _begin(begin: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":  # programs that are judged below may be interrupted
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    _bound_memory()
    threading.Thread(target=_end_with_parent, name="end with parent", daemon=True).start()
    if begin is not None:
        begin(*arguments)


def _bound_memory() -> None:
    """What takes more raises MemoryError, and is told of the one submission that it came from."""
    has = getattr(psutil.Process().memory_info(), "data", None)  # only Linux tells, and counts it
    if has is not None:
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (has + _MEMORY, most))


def _end_with_parent() -> None:
    """A worker waits for work in a pipe that it holds open itself, so it would never hear that its parent was killed.

    Sandboxes end with the worker that started them, for they read their requests from it.
    """
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)
