"""What of a submitted folder is neither a plain file nor a folder: links, fifos, devices. Nobody follows or opens them."""

import os
import stat
from pathlib import Path

MOST = 100  # links and the like in one submission; with more of them it is no submission
_TIMESTAMP = "timestamp.txt"  # which nbgrader reads beside a notebook
_TIMESTAMP_LIMIT = 100  # bytes


class StrangeFolder(Exception):
    """A folder that is no student's own; the message says why in words for whoever collects the files."""


def strange(path: Path) -> str:
    """What a path is if it is there and neither a file nor a folder: "a link"; else ""."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return ""
    kinds = {stat.S_IFLNK: "a link", stat.S_IFIFO: "a fifo", stat.S_IFSOCK: "a socket"}
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return ""
    return kinds.get(stat.S_IFMT(mode), "a device")


def strange_within(folder: Path) -> list[tuple[Path, str]]:
    """What lies in a folder, at any depth, and is neither a file nor a folder, and what it is.

    Raises StrangeFolder if the folder or the student's, in which it lies, is a link or the like, if there are more than
    MOST of them within, or if what nbgrader would read there is not what it expects.
    """
    for place, whose in ((folder.parent, "the student's folder"), (folder, "the folder of the unit")):
        if kind := strange(place):
            raise StrangeFolder(f"{whose} is {kind}, which is not followed; ask for the files themselves")
    found = []
    for where, folders, files in os.walk(folder):
        found += [(path, kind) for name in (*folders, *files) if (kind := strange(path := Path(where, name)))]
        if len(found) > MOST:
            raise StrangeFolder(f"more than {MOST} links, fifos or devices lie in it; ask for the notebook alone")
    stamp = folder / _TIMESTAMP
    if strange(stamp):
        raise StrangeFolder(f"its {_TIMESTAMP} is {strange(stamp)}; take it away")
    if stamp.is_file() and stamp.stat().st_size > _TIMESTAMP_LIMIT:
        raise StrangeFolder(f"its {_TIMESTAMP} has {stamp.stat().st_size} bytes; take it away")
    return sorted(found)
