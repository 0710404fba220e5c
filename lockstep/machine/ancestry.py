"""Whose a process is: told by its parents and by the thread that started it, never by what it calls itself."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

import psutil


def descendants_of(root: psutil.Process) -> list[psutil.Process]:
    """All processes below `root`, the ended ones that nobody has joined too.

    The number of one that ends meanwhile can be given to another program's, so each is asked once more for its parent.
    """
    found = root.children(recursive=True)
    numbers = {root.pid, *(process.pid for process in found)}
    return [process for process in found if parent_of(process) in numbers]


def parent_of(process: psutil.Process) -> int | None:
    """The number of its parent; None if it is gone."""
    try:
        return process.ppid()
    except psutil.Error:
        return None


def services() -> set[int]:
    """The numbers of the processes that multiprocessing, and what is built like it, keeps for this one on purpose."""
    found: set[int | None] = set()
    for name, module in list(sys.modules.items()):
        for kind, its_pid in (("resource_tracker", "_pid"), ("forkserver", "_forkserver_pid")):
            if name.rpartition(".")[2] == kind:
                found.add(getattr(getattr(module, f"_{kind}", None), its_pid, None))
    return {number for number in found if number is not None}


def end_services() -> None:
    """Ends this process's own services at once: trackers take nothing away, and what a fork server forked goes on."""
    for number in services():
        with contextlib.suppress(ChildProcessError):
            # A child that runs; its number is nobody else's before it is joined.
            if os.waitpid(number, os.WNOHANG) == (0, 0):
                os.kill(number, signal.SIGKILL)
                os.waitpid(number, 0)


def started_by(threads: Iterable[int]) -> set[int]:
    """The numbers of this process's children that these threads (native ids) started, where the system tells it."""
    found: set[int] = set()
    for thread in threads:
        with contextlib.suppress(OSError):  # it has ended, or this is not Linux
            found.update(map(int, Path(f"/proc/self/task/{thread}/children").read_text().split()))
    return found
