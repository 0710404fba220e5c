"""What the child processes of a kernel need: whole lines of output, and an end no later than the kernel's."""

import multiprocessing
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from multiprocessing import connection
from pathlib import Path

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


def wait_for_output() -> None:
    """Lets what children have printed arrive before the cell ends: afterwards it would land in no cell."""
    for stream in (sys.stdout, sys.stderr):
        descriptor = getattr(stream, "_fid", None)
        if isinstance(descriptor, int):
            _let_arrive(descriptor, 0.5)
            stream.flush()


def write_after_children() -> None:
    """What the kernel prints comes after what its children have printed before, as after a `join`."""
    for stream in (sys.stdout, sys.stderr):
        descriptor = getattr(stream, "_fid", None)
        if isinstance(descriptor, int):
            stream.write = partial(_write_after, descriptor, stream.write)  # type: ignore[method-assign]


def _write_after(descriptor: int, write: Callable[[str], int], text: str) -> int:
    if threading.current_thread() is threading.main_thread() and _has_data(descriptor):
        _let_arrive(descriptor, 0.05)  # no longer: a child may print without end
    return write(text)


def _let_arrive(descriptor: int, seconds: float) -> None:
    """A kernel reads its children's output from a pipe (`_fid` of its streams) in a thread of its own."""
    deadline = time.monotonic() + seconds
    while _has_data(descriptor) and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(0.001)  # between the thread's reading and its writing


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
