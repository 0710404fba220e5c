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


class CannotWrite(NotGraded):
    """Something stands in the way of everybody's grading, not of one submission's."""


def obstacle(error: BaseException) -> str:
    """What stands in the way, if it is a matter of the disk and not of what was to be written; else ""."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, OSError) and found.errno in _BY_ERRNO:
            return _BY_ERRNO[found.errno]
        if isinstance(found, OSError) and _NO_FOLDER in str(found.strerror):
            return "no folder for temporary files can be written: is its disk full?"
        if isinstance(found, sqlite3.Error):
            words = str(found).lower()
            return next((plain for said, plain in _BY_WORDS.items() if said in words), "")
        # SQLAlchemy keeps the database's own error in `orig`.
        found = getattr(found, "orig", None) or found.__cause__ or found.__context__
    return ""


def told(error: BaseException) -> str:
    """The obstacle, behind the name of the file that it is about where that is known; "" if there is none."""
    what, name = obstacle(error), getattr(error, "filename", None)
    return f"{name}: {what}" if what and name else what
