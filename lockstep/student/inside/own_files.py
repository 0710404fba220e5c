"""Files of a learner's own folder, through which its processes tell the keeper things: any of them may be a trap."""

import contextlib
import os
import stat


def append_to(path: str, data: bytes) -> None:
    """Adds `data` in one piece, if that is possible."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, data)
        finally:
            os.close(descriptor)


def read_own(path: str, start: int, limit: int) -> bytes:
    """At most `limit` bytes from the byte `start`; none from what is no plain file: a pipe would hang, a link lead out."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return b""
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return b""
        file.seek(start)
        return file.read(limit)
