"""A notebook whose first cell, `%load_ext lockstep`, was not run: it is told so, and again where that matters."""

from __future__ import annotations

import multiprocessing
from functools import cache
from multiprocessing.process import BaseProcess
from typing import Any

from lockstep.page.kernel import running_shell

_NOTE = (
    "Run the first cell of this notebook too (%load_ext lockstep): "
    "without it, child processes do not find what the notebook defines."
)


@cache  # said once where the package is imported
def remind_of_first_cell() -> None:
    """Says what is missing if a kernel uses this package and has not loaded it as its extension.

    Until it has, every cell that starts a process which imports its functions is told so, above what that process says.
    """
    shell = running_shell()
    if shell is None or _loaded(shell):
        return
    print(_NOTE)
    start = BaseProcess.start
    told = [shell.execution_count]

    def reminding(process: BaseProcess) -> None:
        if not _loaded(shell) and not _forks(process) and told[0] != shell.execution_count:
            told[0] = shell.execution_count
            print(_NOTE)
        start(process)

    BaseProcess.start = reminding  # type: ignore[method-assign, assignment]


def _loaded(shell: Any) -> bool:
    return "lockstep" in shell.extension_manager.loaded


def _forks(process: BaseProcess) -> bool:
    """Does it begin as a copy of the kernel, which has all that the notebook defines?"""
    return (getattr(process, "_start_method", None) or multiprocessing.get_start_method()) == "fork"
