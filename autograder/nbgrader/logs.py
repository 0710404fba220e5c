"""What libraries log, whose tracebacks tell no instructor anything: what goes wrong is told in our words."""

import contextlib
import logging
import sys
from collections.abc import Iterator

from autograder.grading.storage import obstacle
from autograder.grading.submission import UnreadableSubmission
from autograder.grading.terminal import plain_record
from autograder.grading.work import NotGraded

# nbgrader's converters and its gradebook, that one's connections, and the connections to a cluster.
_NAMES = ("traitlets", "tornado.application", "sqlalchemy", "distributed", "distributed.client", "asyncio")
_LOGS = tuple(map(logging.getLogger, _NAMES))
_NO_WORDS = ("Traceback (most recent call last)", "There was an error accessing the nbgrader database")


def silence() -> None:
    """For as long as this process lives."""
    for log in _LOGS:
        log.setLevel(logging.CRITICAL)


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    levels = [log.level for log in _LOGS]
    silence()
    try:
        yield
    finally:
        for log, level in zip(_LOGS, levels, strict=True):
            log.setLevel(level)


def in_our_words(record: logging.LogRecord) -> bool:
    """A filter for what nbgrader's own commands log: plain text, and no traceback where there are words for what it tells.

    What we or nbgrader refused has been told before; what stands in the way of the disk or the database is told here.
    """
    error = sys.exc_info()[1]
    if error is not None and (record.exc_info or record.getMessage().startswith(_NO_WORDS)):
        what = obstacle(error)
        if not what and _is_told_before(error):
            return False
        if what:
            record.msg, record.args, record.exc_info = f"it is not done: {what}", (), None
    return plain_record(record)


def _is_told_before(error: BaseException) -> bool:
    # By name, for nbgrader takes seconds to load: its own exception is logged where it is raised.
    return isinstance(error, NotGraded | UnreadableSubmission) or type(error).__name__ == "NbGraderException"
