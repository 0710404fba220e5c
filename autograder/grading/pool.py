"""Processes of the grader's own that judge several programs at once, and end when it does, however it ends."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import connection, get_all_start_methods, get_context, parent_process
from typing import Any


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
    return ProcessPoolExecutor(max(1, jobs), context, _begin, (begin, arguments))


@contextmanager
def ending(pool: ProcessPoolExecutor) -> Iterator[ProcessPoolExecutor]:
    """`with` it the pool's processes end: when their work is done, or at once if an exception ends the block."""
    try:
        yield pool
    except BaseException:
        processes = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:  # one may wait for minutes for a program that hangs
            process.kill()
        raise
    pool.shutdown()


def _begin(begin: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="end with parent", daemon=True).start()
    if begin is not None:
        begin(*arguments)


def _end_with_parent() -> None:
    """A worker waits for work in a pipe that it holds open itself, so it would never hear that its parent was killed.

    Sandboxes end with the worker that started them, for they read their requests from it.
    """
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)
