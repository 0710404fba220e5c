"""What of a submitted folder is not taken along: links, fifos and devices, pages that a browser would run, what is too large."""

import mimetypes
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from nbgrader.utils import parse_utc

MOST = 100  # that are left out of one submission; with more of them it is no submission
FILES_LIMIT = 5_000  # files and folders
DEPTH_LIMIT = 50  # folders within folders
SIZE_LIMIT = (
    100 * 2**20
)  # bytes of all files beside notebooks, as long as they say they are: holes are written when copied
_RUN = ("/html", "+xml", "/xml")  # ends of the types that a browser runs beside formgrader as if they were ours
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
    """What lies in a folder, at any depth, and is not to be copied, and what it is.

    Raises StrangeFolder if the folder or the student's, in which it lies, is a link or the like, or has a name that
    nbgrader cannot take, if there are more than MOST of them within, if it holds more than any submission, or if what
    nbgrader would read there is not what it expects.
    """
    _require_name(folder.parent.name)
    for place, whose in ((folder.parent, "the student's folder"), (folder, "the folder of the unit")):
        if kind := strange(place):
            raise StrangeFolder(f"{whose} is {kind}, which is not followed; ask for the files themselves")
    if not _may_be_read(folder):
        raise StrangeFolder("its folder may not be read by you; `ls -ld` says whose it is")
    found, size = [], 0
    for path in _within(folder):
        kind = strange(path) or _page(path) or ("" if _may_be_read(path) else "nothing that you may read")
        if not kind and path.is_file() and path.suffix != ".ipynb":  # nbgrader copies no other notebooks
            size += path.stat().st_size
            if size > SIZE_LIMIT:
                size -= path.stat().st_size
                kind = f"too large ({path.stat().st_size / 2**20:,.0f} MB)"
        if kind:
            found.append((path, kind))
        if len(found) > MOST:
            raise StrangeFolder(
                f"more than {MOST} links, fifos, pages or large files lie in it; ask for the notebook alone"
            )
    stamp = folder / _TIMESTAMP
    if strange(stamp):
        raise StrangeFolder(f"its {_TIMESTAMP} is {strange(stamp)}; take it away")
    if stamp.is_file() and stamp.stat().st_size > _TIMESTAMP_LIMIT:
        raise StrangeFolder(f"its {_TIMESTAMP} has {stamp.stat().st_size} bytes; take it away")
    if stamp.exists():
        _require_date(stamp)
    return sorted(found)


def _require_name(student: str) -> None:
    """Raises StrangeFolder for a name of several lines, which ends nbgrader's run for everybody, and the like."""
    if not student.isprintable():
        raise StrangeFolder("the name of its folder has characters that cannot be printed; rename it")
    if set(student) & set("*?["):  # nbgrader would look for a pattern, and find others' notebooks
        raise StrangeFolder("the name of its folder has one of the characters * ? [; rename it")
    if student != student.strip():  # which nbgrader takes away
        raise StrangeFolder("the name of its folder begins or ends with a space; rename it")


def _require_date(stamp: Path) -> None:
    """nbgrader has no words for a time stamp that it cannot read."""
    try:
        text = stamp.read_text().strip()
        if text:
            parse_utc(text)
    except Exception:  # whatever a text leads to in a reader of dates
        raise StrangeFolder(f"its {_TIMESTAMP} is no date; take it away") from None


def _within(folder: Path) -> Iterator[Path]:
    """All that lies in a folder. Raises StrangeFolder for more, or deeper, than can be copied."""
    number = 0
    for where, folders, files in os.walk(folder):
        if len(Path(where).parts) - len(folder.parts) > DEPTH_LIMIT:
            raise StrangeFolder(
                f"its folders lie more than {DEPTH_LIMIT} deep in each other; ask for the notebook alone"
            )
        number += len(folders) + len(files)
        if number > FILES_LIMIT:
            raise StrangeFolder(f"more than {FILES_LIMIT:,} files lie in it; ask for the notebook alone")
        yield from (Path(where, name) for name in (*folders, *files))


def _may_be_read(path: Path) -> bool:
    return searchable(path) if os.path.isdir(path) else os.access(path, os.R_OK)


def searchable(folder: Path) -> bool:
    """Can it be told what lies in the folder?"""
    return os.access(folder, os.R_OK | os.X_OK)


def _page(path: Path) -> str:
    """What a path is if its name makes servers send it as something that runs in a browser; else ""."""
    kind, _ = mimetypes.guess_type(path.name)
    return "a page that a browser would run" if kind and kind.endswith(_RUN) else ""
