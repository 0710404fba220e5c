"""What our commands print: all of it passes through here, so that no name of a file or student steers a terminal."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from lockstep.words import plain


class PlainStream:
    """A text stream that shows what it is given with nothing in it that a terminal would obey.

    When whoever read it has gone (`| head`), the command goes on, and the rest is for nobody.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with self._unheard():
            self._stream.write(plain(text))
        return len(text)

    def flush(self) -> None:
        with self._unheard():
            self._stream.flush()

    @contextmanager
    def _unheard(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

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
