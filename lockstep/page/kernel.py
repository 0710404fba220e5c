"""Whether live views can be shown here, in which cell, what a cell's file is called, and where a view's work is done."""

from __future__ import annotations

import contextlib
import inspect
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any


def running_shell() -> Any:
    """IPython's shell, None in a plain program, which has not loaded IPython and need not wait for it."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def in_notebook() -> bool:
    """Whether this is a Jupyter kernel, which can show a live view."""
    shell = running_shell()
    return shell is not None and hasattr(shell, "kernel")


def running_cell() -> int | None:
    """The number of the cell that is being run, None outside notebooks."""
    shell = running_shell()
    return None if shell is None else int(shell.execution_count)


def cell_label(file: str) -> str:
    """A cell's file as "In[3]", any other by its name without folders."""
    shell = running_shell()
    known = getattr(getattr(shell, "compile", None), "_filename_map", None) or {}
    return f"In[{known[file]}]" if file in known else os.path.basename(file)


def stop_what_waits() -> None:
    """The cells that wait to be run after this one are not run, as after an error; also where its errors stop nothing."""
    abort = getattr(getattr(running_shell(), "kernel", None), "_abort_queues", None)
    waiting = abort() if abort is not None else None
    if inspect.iscoroutine(waiting):  # of older kernels, which await nothing in it
        with contextlib.suppress(StopIteration):
            waiting.send(None)


def in_main_thread(task: Callable[[], None]) -> None:
    """Do `task` in the main thread, now or as soon as no cell runs, where an interrupt of the kernel reaches it.

    JupyterLab hands a widget's messages to a thread of their own (a subshell), beside a running cell: work that is
    measured there would share the CPUs with the cell, and could not be interrupted.
    """
    loop = getattr(getattr(running_shell(), "kernel", None), "io_loop", None)
    if loop is None or threading.current_thread() is threading.main_thread():
        task()
    else:
        loop.add_callback(_interruptible, task)


def _interruptible(task: Callable[[], None]) -> None:
    """As ipykernel does around a message: between messages it ignores interrupts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            task()
    finally:
        signal.signal(signal.SIGINT, before)
