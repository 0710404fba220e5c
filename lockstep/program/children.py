"""What the child processes of a kernel need: whole lines of output, and an end no later than the kernel's."""

import multiprocessing
import os
import selectors
import subprocess
import sys
import threading
from collections.abc import Callable, Sized
from multiprocessing import connection
from pathlib import Path
from typing import Any

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

GUARDED = "LOCKSTEP_GUARDED"  # environment variable: a guardian ends this kernel's children


def guard_kernel() -> "subprocess.Popen[bytes] | None":
    """Starts the guardian where process groups exist and the kernel leads its own, as Jupyter starts it."""
    if sys.platform == "win32" or os.getpgid(0) != os.getpid():
        return None
    guardian = Path(__file__).with_name("guardian.py")
    os.environ[GUARDED] = "1"
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(guardian), str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def write_whole_lines_after_fork() -> None:
    """A forked child of the kernel writes each line in one call; the kernel's own streams would send fragments."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_use_plain_streams)


def _use_plain_streams() -> None:
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        # Open for as long as the child lives.
        stream = open(  # noqa: SIM115
            descriptor, "w", buffering=1, closefd=False, encoding="utf-8", errors="backslashreplace"
        )
        setattr(sys, name, stream)


class InOrder:
    """A kernel's stream as its main thread writes to it: after all that children wrote into the stream's pipe before.

    A kernel reads the pipe in a thread of its own. When a child has ended, a mark is sent through the pipe behind what it
    wrote, and what the kernel prints waits until that thread has come to the mark, and is sent on behind it: each thread
    of a kernel has a buffer of its own. So does the end of a cell, after which it would land in no cell.

    What comes through the pipe a kernel copies to where Jupyter was started: a terminal does not show the mark, a log has it.
    """

    _MARK = "\0"
    _PATIENCE = 0.5  # seconds; a child may print without end

    def __init__(self, stream: Any, number: int) -> None:
        """`number`: 1 or 2, where children write what `stream` reads from its pipe."""
        self._stream, self._number = stream, number
        self._write: Callable[[str], int] = stream.write
        self._here = threading.Event()
        self._within = threading.local()
        self._forked = False
        self._living = 0
        self._before = _traces()
        self._written = self._once  # one and the same object
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_parent=self._note_fork)

    def begin(self) -> None:
        """From now on: to be called in each cell, at whose end IPython puts back the stream's `write` of before."""
        self._before = _traces()
        if self._stream.write is not self._written:
            self._write, self._stream.write = self._stream.write, self._written

    def settle(self) -> None:
        """At the end of a cell: all is sent on that its children wrote until now."""
        if self._stream.write is self._written:
            self._wait(bool(_children()) or _traces() != self._before)

    def _once(self, text: str) -> int:
        """Writes it; what has replaced the stream's `write` may lead here again, where a cell before put nothing back."""
        if getattr(self._within, "now", False):
            return int(type(self._stream).write(self._stream, text) or 0)
        self._within.now = True
        try:
            return self._print(text)
        finally:
            self._within.now = False

    def _print(self, text: str) -> int:
        if threading.current_thread() is not threading.main_thread():
            if self._MARK not in text:
                return self._write(text)
            written = self._write(text.replace(self._MARK, ""))
            self._here.set()
            return written
        self._wait()
        return self._write(text)

    def _wait(self, written: bool = False) -> None:
        """Until what children wrote is sent on, if they may have `written` something."""
        living = len(_children())
        if written or self._forked or living < self._living or _has_data(self._stream._fid):
            self._forked = False
            self._here.clear()
            os.write(self._number, self._MARK.encode())
            self._here.wait(self._PATIENCE)
            self._stream.flush()
        self._living = living

    def _note_fork(self) -> None:
        self._forked = True


def streams_in_order() -> list[InOrder]:
    """Of this kernel's streams those that read a pipe of its children's."""
    streams = ((1, sys.stdout), (2, sys.stderr))
    return [InOrder(stream, number) for number, stream in streams if isinstance(getattr(stream, "_fid", None), int)]


def _children() -> Sized:
    """The processes of multiprocessing's that were started and not joined, without a look at them."""
    children: Sized = multiprocessing.process._children  # type: ignore[attr-defined]
    return children


def _traces() -> tuple[str, int]:
    """What changes with every process of multiprocessing's that is made, and every child whose end is noticed."""
    made = repr(multiprocessing.process._process_counter)  # type: ignore[attr-defined]
    return made, resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt if resource is not None else 0


def _has_data(descriptor: int) -> bool:
    with selectors.DefaultSelector() as selector:
        try:
            selector.register(descriptor, selectors.EVENT_READ)
        except (OSError, ValueError):  # not a pipe on this platform
            return False
        return bool(selector.select(0))


def prepare_spawned_child() -> None:
    """Called in a child under spawn or forkserver while it loads the notebook's definitions."""
    _use_plain_streams()
    parent = multiprocessing.parent_process()
    if parent is not None and GUARDED not in os.environ:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
