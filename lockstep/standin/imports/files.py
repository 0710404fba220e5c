"""Files, as processes that `explore` simulates may come to them: refused, for what is written there would stay.

Names like `open` are refused where a program gets them (`lockstep.standin.imports.covered`). This is for who comes there on
another way, through `io`, `pathlib` or a library.
"""

from __future__ import annotations

import builtins
import functools
import io
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from lockstep.standin import machine
from lockstep.standin.imports import neighbours

_READS = ("listdir", "scandir")
_CHANGES = (
    "chdir", "chmod", "link", "mkdir", "remove", "rename", "replace", "rmdir", "symlink", "truncate", "unlink", "utime",
)  # fmt: skip


def refuse_files() -> None:
    """From now on, in this process and for the thread that calls. A process that is not simulated notices nothing."""
    data, stays = "pass the data as an argument", "the next interleaving would find it so; use a Value or a Queue"
    thread = threading.get_ident()
    opening = _refusing(io.open, "opening a file", data, thread)
    io.open = builtins.open = opening
    for name in (*_READS, *_CHANGES):
        refused = _refusing(getattr(os, name), f"`os.{name}`", data if name in _READS else stays, thread)
        setattr(os, name, refused)


def _refusing(real: Callable[..., Any], what: str, instead: str, thread: int) -> Callable[..., Any]:
    @functools.wraps(real)
    def called(*arguments: Any, **keywords: Any) -> Any:
        if machine.running() and threading.get_ident() == thread and not _importing():
            raise machine.not_covered(what, instead)
        return real(*arguments, **keywords)

    return called


def _importing() -> bool:
    """Is a module being imported? It may read what belongs to it."""
    frame = sys._getframe(2)
    if frame.f_code.co_filename == neighbours.__file__:
        return True
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False
