"""An interrupt (Ctrl-C, a notebook's stop button) that comes while a program starts or ends processes.

Python raises KeyboardInterrupt between any two bytecodes of the main thread. In the middle of a fork it is swallowed, and
the lock of `logging` can stay locked, so that every later fork from another thread hangs. In the middle of `Pool()` or of
its end it leaves workers that a thread replaces for ever. So here it waits for a place where it is safe.
"""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType, TracebackType
from typing import Any

_SOON_OVER = {
    "multiprocessing/popen_fork.py": {"__init__", "_launch"},
    "multiprocessing/popen_forkserver.py": {"__init__", "_launch"},
    "multiprocessing/popen_spawn_posix.py": {"__init__", "_launch"},
    "multiprocessing/popen_spawn_win32.py": {"__init__"},
    "multiprocessing/process.py": {"start"},
    "multiprocessing/pool.py": {"__init__", "terminate", "_terminate_pool"},
    "multiprocessing/util.py": {"__call__"},
    "concurrent/futures/process.py": {"__init__", "submit"},
    "lockstep/children.py": {"stop", "__exit__"},
    "subprocess.py": {"__init__"},
    "threading.py": {"start"},
}
"""Functions that start or end processes: they take milliseconds, and are not to be left in the middle."""
_PATIENCE = 2  # interrupts that wait: whoever asks a third time wants out of a program that hangs right there


class Interrupts:
    """Interrupts that wait while processes are started or ended. A context manager; leaving it raises one that waits.

    Another interrupt in a safe place is raised at once, and a third wherever it comes. Children that are forked
    meanwhile leave interrupts to their parent: a notebook sends them to all of its processes, and a worker that dies of
    one takes its task with it. Does nothing outside the main thread, which alone gets interrupts.
    """

    def __enter__(self) -> Interrupts:
        self._process = os.getpid()
        self._waiting = 0
        self._before: Any = None
        if threading.current_thread() is threading.main_thread() and callable(signal.getsignal(signal.SIGINT)):
            self._before = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        if kind is None:
            self.raise_waiting()

    def raise_waiting(self) -> None:
        """Raises KeyboardInterrupt if one came and waits."""
        if self._waiting:
            self._waiting = 0
            raise KeyboardInterrupt

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if os.getpid() != self._process:
            return
        if self._waiting < _PATIENCE and _starts_or_ends_processes(frame):
            self._waiting += 1
            return
        self._waiting = 0
        self._before(number, frame)


def _starts_or_ends_processes(frame: FrameType | None) -> bool:
    while frame is not None:
        code = frame.f_code
        file = code.co_filename.replace(os.sep, "/")
        if code.co_name == "__del__" or any(
            code.co_name in functions and file.endswith(f"/{ending}") for ending, functions in _SOON_OVER.items()
        ):
            return True
        frame = frame.f_back
    return False
