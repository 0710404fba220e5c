"""An interrupt (Ctrl-C, a notebook's stop button) that comes while a program starts or ends processes.

Python raises KeyboardInterrupt between any two bytecodes of the main thread. In the middle of a fork it is swallowed, and
the lock of `logging` can stay locked, so that every later fork from another thread hangs. In the middle of `Pool()` or of
its end it leaves workers that a thread replaces for ever. So here it waits for a place where it is safe, and is raised there.
"""

from __future__ import annotations

import _thread
import os
import signal
import threading
import time
from queue import SimpleQueue
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
    "lockstep/children.py": {"__enter__", "__exit__"},
    "subprocess.py": {"__init__"},
    "threading.py": {"start"},
}
"""Functions that start or end processes: they take milliseconds, and are not to be left in the middle."""
_WORKS_FOR_OTHERS = {"multiprocessing/pool.py": {"worker"}, "concurrent/futures/process.py": {"_process_worker"}}
"""What the workers of pools run: one that an interrupt ends can take a lock with it that its pool needs for its end."""
_PATIENCE_S = 3.0  # then a program hangs right there, and is to be left all the same
_REMINDER_S = 0.02


class Interrupts:
    """Interrupts that wait while processes are started or ended, which takes milliseconds. A context manager.

    One that has waited for seconds is raised wherever the program is. Does nothing outside the main thread, which alone
    gets interrupts. A notebook interrupts children as well: forked workers of pools leave it to their parent to end them,
    other children treat it as if this was not here.
    """

    def __enter__(self) -> Interrupts:
        self._process = os.getpid()
        self._waiting_since: float | None = None
        self._reminded = False
        self._leaving = False
        self._before: Any = None
        if threading.current_thread() is threading.main_thread() and callable(signal.getsignal(signal.SIGINT)):
            # A handler may interrupt whoever holds a lock: it can neither start a thread nor set an event.
            self._put_off: SimpleQueue[bool] = SimpleQueue()
            self._reminder = threading.Thread(target=self._remind, name="interrupts that wait", daemon=True)
            self._reminder.start()
            self._before = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is None:
            return
        self._leaving = True
        self._put_off.put(False)
        self._reminder.join()
        signal.signal(signal.SIGINT, self._before)
        if self._waiting_since is not None and kind is None:
            raise KeyboardInterrupt

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if os.getpid() != self._process:
            if not _inside(frame, _WORKS_FOR_OTHERS):
                self._before(number, frame)
            return
        reminded, self._reminded = self._reminded, False
        if self._waiting_since is None:
            if reminded:
                return  # it was raised meanwhile
            self._waiting_since = time.monotonic()
        if self._leaving:
            return  # it is raised when all is put back
        if time.monotonic() - self._waiting_since < _PATIENCE_S and _inside(frame, _SOON_OVER):
            self._put_off.put(True)
            return
        self._waiting_since = None
        self._before(number, frame)

    def _remind(self) -> None:
        while self._put_off.get():
            time.sleep(_REMINDER_S)
            if self._waiting_since is not None:
                self._reminded = True
                interrupt_main_thread()


def interrupt_main_thread() -> None:
    """As Ctrl-C does. Where signals go to threads it also wakes up a main thread that waits."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        _thread.interrupt_main()


def _inside(frame: FrameType | None, places: dict[str, set[str]]) -> bool:
    """Whether one of these functions, by the ends of their files, is running."""
    while frame is not None:
        code = frame.f_code
        file = code.co_filename.replace(os.sep, "/")
        if any(code.co_name in functions and file.endswith(f"/{ending}") for ending, functions in places.items()):
            return True
        frame = frame.f_back
    return False
