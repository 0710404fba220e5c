"""What keeps the grader from writing, in plain words: a full disk, files that may not be written, a locked database."""

import errno
import sqlite3

from autograder.grading.work import NotGraded

_BY_ERRNO = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your quota of the disk is used up",
    errno.EROFS: "its disk may only be read",
    errno.EACCES: "it may not be written by you",
    errno.EPERM: "it may not be written by you",
}
_NO_FOLDER = "No usable temporary directory"  # says tempfile
_BY_WORDS = {  # what SQLite says
    "disk is full": "the disk is full",
    "readonly": "it may not be written by you",
    "unable to open": "it cannot be opened for writing",
    "is locked": "another program holds it locked; close what has it open (a formgrader, a database browser)",
    "disk i/o error": "the disk does not write; is it full?",
}


_DAMAGED = (
    "it is damaged; put a copy from before in its place, or take it away: it is made anew, but without points and comments "
    "that were given by hand"
)
_OF_A_GRADEBOOK = {
    "not a database": _DAMAGED,
    "malformed": _DAMAGED,
    "no such": "it was made by another version of nbgrader; `nbgrader db upgrade` in the course directory keeps a copy of it "
    "and brings it up to date",
}


class CannotWrite(NotGraded):
    """Something stands in the way of everybody's grading, not of one submission's."""


def obstacle(error: BaseException) -> str:
    """What stands in the way, if it is a matter of the disk and not of what was to be written; else ""."""
    return _obstacle(error, _BY_WORDS)


def gradebook_obstacle(error: BaseException) -> str:
    """As `obstacle`, also where it is the gradebook itself that cannot be used."""
    return _obstacle(error, _BY_WORDS | _OF_A_GRADEBOOK)


def _obstacle(error: BaseException, by_words: dict[str, str]) -> str:
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, OSError) and found.errno in _BY_ERRNO:
            return _BY_ERRNO[found.errno]
        if isinstance(found, OSError) and _NO_FOLDER in str(found.strerror):
            return "no folder for temporary files can be written: is its disk full?"
        if isinstance(found, sqlite3.Error):
            words = str(found).lower()
            return next((plain for said, plain in by_words.items() if said in words), "")
        # SQLAlchemy keeps the database's own error in `orig`.
        found = getattr(found, "orig", None) or found.__cause__ or found.__context__
    return ""


def told(error: BaseException) -> str:
    """The obstacle, behind the name of the file that it is about where that is known; "" if there is none."""
    what, name = obstacle(error), getattr(error, "filename", None)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC and not name:
        return f"{what}, or /dev/shm is: `df -h` says which"
    return f"{name}: {what}" if what and name else what
