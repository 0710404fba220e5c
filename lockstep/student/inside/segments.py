"""Shared-memory segments and named semaphores: what a program made of them, and what of that it left behind.

The folder of shared memory belongs to all programs, and a name there does not tell whose it is. So every process of a
program notes what it makes while it makes it, and only what is still the file that was noted counts as left behind.
"""

import _multiprocessing
import contextlib
import os
from pathlib import Path

from lockstep.student.inside.own_files import append_to, read_own

try:
    import _posixshmem
except ImportError:  # Windows, where nothing outlives the processes that share it
    _posixshmem = None

_FOLDER = Path("/dev/shm")  # Linux; elsewhere they are no files, and none is ever reported
_NOTES_LIMIT = 1 << 20  # bytes


def note_into(notes: str) -> None:
    """From now on this process, and those that it forks, note in the file `notes` what they make of both kinds."""
    if _posixshmem is None:
        return
    make_segment = _posixshmem.shm_open

    def shm_open(path: str, flags: int, mode: int = 0o777) -> int:
        descriptor: int = make_segment(path, flags, mode)
        if flags & os.O_CREAT and flags & os.O_EXCL:  # it was not there before
            _note(notes, path.lstrip("/"), os.fstat(descriptor).st_ino)
        return descriptor

    class SemLock(_multiprocessing.SemLock):  # type: ignore[misc]
        __slots__ = ()

        def __new__(cls, kind: int, value: int, maxvalue: int, name: str, unlink: bool) -> "SemLock":
            made: SemLock = super().__new__(cls, kind, value, maxvalue, name, unlink)
            if not unlink:
                called = f"sem.{name.lstrip('/')}"
                _note(notes, called, _number(called))
            return made

    _posixshmem.shm_open = shm_open
    _multiprocessing.SemLock = SemLock


def left_behind(notes: str | None) -> list[str]:
    """The names that are noted and whose files are still the same.

    `notes` is None where the folder is the program's alone, and ends with it: then all that are there.
    """
    if notes is None:
        return sorted(os.listdir(_FOLDER))
    return sorted({name for name, number in _noted(notes) if number == _number(name)})


def remove_left_behind(notes: str | None) -> None:
    if notes is not None:
        for name in left_behind(notes):
            with contextlib.suppress(OSError):
                os.unlink(_FOLDER / name)


def _note(notes: str, name: str, number: int | None) -> None:
    if number is not None:
        append_to(notes, b"%d %s\0" % (number, os.fsencode(name)))


def _noted(notes: str) -> list[tuple[str, int]]:
    """The file is the program's, so it may hold anything."""
    found = []
    for line in read_own(notes, 0, _NOTES_LIMIT).split(b"\0"):
        number, _, name = line.partition(b" ")
        if number.isdigit():
            found.append((os.fsdecode(name), int(number)))
    return found


def _number(name: str) -> int | None:
    """The inode that the name in the folder stands for; None if it is not there."""
    if not name or "/" in name:  # as `..` does, it would lead out of the folder
        return None
    try:
        return os.lstat(_FOLDER / name).st_ino
    except (OSError, ValueError):
        return None
