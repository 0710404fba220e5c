"""Shared-memory segments and named semaphores that a program left behind, where the system shows them as files."""

import contextlib
import os
import re
from pathlib import Path

import psutil

from lockstep.student.inside.belonging import segment_prefix, semaphore_prefix

# What multiprocessing calls a semaphore, a segment, and a segment named by lockstep.student.inside.belonging.
_LIBRARY_NAME = re.compile(r"sem\.|psm_|[A-Za-z0-9-]{6}_[0-9a-f]{6}$")
_FOLDER = Path("/dev/shm")  # Linux; elsewhere they cannot be listed, and none is ever reported


def names() -> frozenset[str]:
    """The names of all segments and semaphores that exist now and belong to this user."""
    try:
        entries = list(os.scandir(_FOLDER))
    except OSError:
        return frozenset()
    found = set()
    for entry in entries:
        with contextlib.suppress(OSError):
            if entry.stat(follow_symlinks=False).st_uid == os.getuid():
                found.add(entry.name)
    return frozenset(found)


def left_behind(before: frozenset[str], tree: list[psutil.Process], folder: str | None) -> list[str]:
    """The names that are new since `before` and that no process outside `tree` has mapped.

    Of those that the library named, only the ones of the learner whose folder is `folder`: other programs make and
    leave such names meanwhile. Where the folder of segments is the learner's alone, `folder` is None.
    """
    new = set(names() - before)
    if folder is not None:
        own = (f"sem.{semaphore_prefix(folder)}-", segment_prefix(folder))
        new = {name for name in new if name.startswith(own) or not _LIBRARY_NAME.match(name)}
    return sorted(new - _mapped_outside({process.pid for process in tree})) if new else []


def remove(segments: list[str]) -> None:
    for name in segments:
        with contextlib.suppress(OSError):
            os.unlink(_FOLDER / name)


def _mapped_outside(pids: set[int]) -> set[str]:
    mapped = set()
    for pid in psutil.pids():
        if pid not in pids:
            with contextlib.suppress(OSError):
                for line in Path(f"/proc/{pid}/maps").read_text(errors="replace").splitlines():
                    if "/dev/shm/" in line:
                        mapped.add(line.split("/dev/shm/", 1)[1].removesuffix(" (deleted)"))
    return mapped
