"""Recording what the processes of a program do: a log in each, from its start to its end.

A recorded process is an ordinary multiprocessing one whose `run` first opens a log. That travels with the
process to every start method, so nothing but lockstep must be importable in the child, and this module and
those that it imports stay light: a spawned child pays for them.
"""

from __future__ import annotations

import itertools
import os
import tempfile
import threading
import time
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import Any

from lockstep.recording.bars import Kind
from lockstep.recording.operation_log import Log, LogWriter, announce, read
from lockstep.recording.patches import Patches
from lockstep.recording.roles import ENDINGS, RESULT, WORKERS, role_of

_clock = time.perf_counter
_serial = itertools.count()
_OF_POOLS = {"SimpleQueue.get": "next task", "Queue.get": "next task", "SimpleQueue.put": "result sent"}


class Recorder:
    """The recorder of this process; only its main thread is recorded, the helper threads of pools are not."""

    def __init__(self, folder: Path, key: str, born: float) -> None:
        self.folder = folder
        self.thread = threading.get_ident()
        self.inside: Kind | None = None  # the kind of the outermost operation that is under way
        self.what = ""
        self._log = LogWriter(folder, key, born)
        self._places: dict[CodeType, str | None] = {}

    def enter(self, kind: Kind, what: str, frame: FrameType) -> tuple[float, int]:
        """An outermost operation begins; give what this returns to `leave`."""
        file, line, told = self._place(frame, what)
        number = self._log.number(kind, told, file, line)
        self.inside, self.what = kind, what
        start = _clock()
        self._log.begin(start, number)
        return start, number

    def leave(self, begun: tuple[float, int]) -> None:
        self.inside = None
        self._log.finish(begun[0], _clock(), begun[1])

    def waited(self, start: float, what: str, frame: FrameType) -> None:
        """Part of the communication under way was waiting, from `start` until now."""
        file, line, told = self._place(frame, what)
        end = _clock()
        self._log.append(start, end, self._log.number("waiting", told, file, line))

    def close(self) -> None:
        self._log.close(_clock())

    def _place(self, frame: FrameType | None, what: str) -> tuple[str, int, str]:
        """The innermost line of the learner's own; library code on the way may name the operation better."""
        while frame is not None:
            code = frame.f_code
            if code not in self._places:
                self._places[code] = role_of(code)
            role = self._places[code]
            if role == "":
                return code.co_filename, frame.f_lineno, what
            if role is not None:
                if role in ENDINGS or (role == RESULT and what == "another thread"):
                    what = role
                elif role in WORKERS and what in _OF_POOLS:
                    return "", 0, role + _OF_POOLS[what]
            frame = frame.f_back
        return "", 0, what


class Recording:
    """Records this process and all that it starts meanwhile. A context manager.

    `logs()` may be asked at any time, also from another thread; meanwhile `folder` has the logs as they grow. What
    this process does after `stop()` is not recorded. Raises RuntimeError when one is already running.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="lockstep-timeline-", ignore_cleanup_errors=True)
        self.folder = Path(self._folder.name)
        self._final: list[Log] | None = None

    def __enter__(self) -> Recording:
        global _recorder
        if _recorder is not None:
            raise RuntimeError("a timeline is already being recorded in this process")
        now = _clock()
        announce(self.folder, "main", "main", now)
        _recorder = Recorder(self.folder, "main", now)
        _install()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._final = read(self.folder)
        self._folder.cleanup()

    def stop(self) -> None:
        """Record no more in this process; its children go on until they or the recording end."""
        global _recorder
        _patches.remove()
        if _recorder is not None:
            _recorder.close()
            _recorder = None

    def logs(self) -> list[Log]:
        return self._final if self._final is not None else read(self.folder)


class RecordedRun:
    """The `run` of a recorded process: opens its log first. Crosses to the child with the process."""

    def __init__(self, process: BaseProcess, folder: str, key: str) -> None:
        self.process = process
        self.folder = folder
        self.key = key

    def __call__(self) -> None:
        global _recorder
        run = type(self.process).run
        try:
            _recorder = Recorder(Path(self.folder), self.key, _clock())
        except FileNotFoundError:  # the recording has ended; a pool replaces a worker after that
            run(self.process)
            return
        _install()
        try:
            run(self.process)
        finally:
            _recorder.close()
            _recorder = None


_recorder: Recorder | None = None
_patches = Patches()


def current() -> Recorder | None:
    """The recorder, where the calling thread is the one that is recorded."""
    recorder = _recorder
    return recorder if recorder is not None and recorder.thread == threading.get_ident() else None


def start_recorded(start: Any, process: BaseProcess) -> None:
    """Start a process with a log of its own, while there is a recording."""
    recorder = _recorder
    if recorder is None:
        start(process)
        return
    key = f"{os.getpid()}-{next(_serial)}"
    try:
        announce(recorder.folder, key, process.name, _clock())
    except FileNotFoundError:  # the recording has ended, and this process goes on
        start(process)
        return
    process.run = RecordedRun(process, str(recorder.folder), key)  # type: ignore[method-assign]
    try:
        start(process)
    finally:
        del process.run


def _install() -> None:
    _patches.install(current, start_recorded)


def _forget() -> None:
    """A child by os.fork alone must not write to its parent's log; multiprocessing's open their own."""
    global _recorder
    _recorder = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
