"""What our commands print: all of it passes through here, so that no name of a file or student steers a terminal."""

import logging
import sys
from typing import Any, TextIO

from lockstep.words import plain


class PlainStream:
    """A text stream that shows what it is given with nothing in it that a terminal would obey."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(plain(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def print_plainly() -> None:
    """From now on everything that this process prints, tracebacks too, is plain."""
    sys.stdout = PlainStream(sys.stdout)
    sys.stderr = PlainStream(sys.stderr)


def plain_record(record: logging.LogRecord) -> bool:
    """A filter for a logger that other programs print, such as nbgrader's: makes the record's text plain."""
    record.msg, record.args = plain(record.getMessage()), ()
    return True
