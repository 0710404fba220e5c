"""One grader at a time in a course: a second one waits, and then finds done what the first did."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from autograder.grading.storage import CannotWrite, obstacle
from autograder.nbgrader.stages import FOLDER

_LONG = 7 * 24 * 3600  # seconds


@contextmanager
def alone(course: Path) -> Iterator[None]:
    """Within it this process is the only grader of the course. The lock ends with the process, however it ends.

    Raises CannotWrite where the course cannot be written.
    """
    place = course / FOLDER / "lock.sqlite"
    try:
        place.parent.mkdir(exist_ok=True)
        connection = _locked(place)
    except (OSError, sqlite3.Error) as error:
        raise CannotWrite(f"{place.parent} cannot be written: {obstacle(error) or error}") from error
    with closing(connection):
        yield


def _locked(place: Path) -> sqlite3.Connection:
    try:
        return _connected(place, 0.0)
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
    print("Another grader is at work in this course; this one waits until it has finished.", flush=True)
    return _connected(place, _LONG)


def _connected(place: Path, patience: float) -> sqlite3.Connection:
    connection = sqlite3.connect(place, timeout=patience, isolation_level=None)
    try:
        connection.execute("begin exclusive")
    except BaseException:
        connection.close()
        raise
    return connection
