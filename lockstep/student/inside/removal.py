"""Removes a folder of a learner's with all that is in it, however deep it is and whatever may be read there."""

import contextlib
import os
import secrets
import shutil

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)


def remove_folder(path: str) -> None:
    """Follows no link, and says nothing of what cannot be removed.

    What lies in an inner folder is first moved up into the outer one: so two folders are open at a time, no path is long, and
    nothing calls itself as often as folders lie in each other (as shutil.rmtree does before Python 3.13).
    """
    if os.rename not in os.supports_dir_fd:  # Windows
        shutil.rmtree(path, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        outer = _opened(path)
        try:
            left = os.listdir(outer)
            while left:
                left += _taken_apart(outer, left.pop())
        finally:
            os.close(outer)
        os.rmdir(path)


def _taken_apart(outer: int, name: str) -> list[str]:
    """Removes a file or folder of `outer`; the names there of the folders that were in it."""
    moved = []
    with contextlib.suppress(OSError):
        if _is_unlinked(name, outer):
            return []
        inner = _opened(name, outer)
        try:
            for child in os.listdir(inner):
                with contextlib.suppress(OSError):
                    if not _is_unlinked(child, inner):
                        os.close(_opened(child, inner))  # who moves a folder must be able to write into it
                        new = secrets.token_hex(16)
                        os.rename(child, new, src_dir_fd=inner, dst_dir_fd=outer)
                        moved.append(new)
        finally:
            os.close(inner)
        os.rmdir(name, dir_fd=outer)
    return moved


def _opened(name: str, within: int | None = None) -> int:
    """A descriptor of the folder, whose owner may do everything in it from now on."""
    try:
        descriptor = os.open(name, _FOLDER, dir_fd=within)
    except PermissionError:
        os.chmod(name, 0o700, dir_fd=within)
        descriptor = os.open(name, _FOLDER, dir_fd=within)
    with contextlib.suppress(OSError):
        os.fchmod(descriptor, 0o700)
    return descriptor


def _is_unlinked(name: str, folder: int) -> bool:
    """Removes what is no folder; False for a folder."""
    try:
        os.unlink(name, dir_fd=folder)
    except (IsADirectoryError, PermissionError):  # as systems tell of folders
        return False
    return True
