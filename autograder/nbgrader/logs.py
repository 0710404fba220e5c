"""nbgrader's logs, whose tracebacks tell no instructor anything: what goes wrong is told in our words."""

import contextlib
import logging
from collections.abc import Iterator

_LOGS = (logging.getLogger("traitlets"), logging.getLogger("tornado.application"))  # its converters', its gradebook's


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
