"""Keeps one learner's process: starts it, says what it left behind, takes its stacks, ends its whole tree.

The keeper is the parent of the learner's process and, on Linux, adopts its orphans. It runs on the learner's side of
the boundary, so what it tells explains a verdict and decides none but "left something behind".
"""

import contextlib
import ctypes
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

import psutil

from lockstep.machine.ancestry import descendants_of, parent_of
from lockstep.student.inside import segments
from lockstep.student.inside.activity import computing
from lockstep.student.inside.belonging import notes_file, stacks_file
from lockstep.student.inside.confinement import Confinement
from lockstep.student.inside.own_files import read_own
from lockstep.student.inside.removal import remove_folder
from lockstep.student.inside.serving import become_student, serve
from lockstep.student.sockets import FrameSocket

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER
_SERVICES = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")
_PATIENCE = 5.0  # seconds within which a service ends whose process has ended


def keep(control: socket.socket, endpoint: socket.socket, output: int, folder: str, confinement: Confinement) -> None:
    """Forks the learner's process and serves the checker's requests about it until the control socket closes."""
    # Signals to a group cross namespaces of processes: the zygote's group must not be the learner's.
    os.setsid()
    _adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the learner's process may try to interrupt its keeper
    woken, wake = socket.socketpair()
    woken.setblocking(False)
    wake.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    student = os.fork()
    if student == 0:
        woken.close()
        wake.close()
        _be_student(control, endpoint, output, folder, confinement)
    endpoint.close()
    os.close(output)
    keeper = _Keeper(student, folder, None if confinement.own_segments else notes_file(folder))
    frames = FrameSocket(control)
    frames.send({"started": student})
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        told = False
        because = ""
        while True:
            ready = [key.fileobj for key, _ in selector.select(confinement.interval)]
            if not because and (because := confinement.excess(keeper.tree)):
                keeper.kill()
            if woken in ready:
                with contextlib.suppress(BlockingIOError):
                    woken.recv(4096)
                keeper.reap()
                if keeper.status is not None and not told:
                    told = True
                    frames.send({"ended": keeper.status, "because": because})
            if control in ready:
                if not frames.read_available():
                    break
                while (taken := frames.take())[0]:
                    frames.send(keeper.answer(taken[1]))
    keeper.stop()


def _be_student(
    control: socket.socket, endpoint: socket.socket, output: int, folder: str, confinement: Confinement
) -> None:
    status = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        control.close()
        become_student(folder, output)
        confinement.confine()
        serve(endpoint, folder)
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        # Never return into the zygote's loop, and run none of its exit handlers.
        os._exit(status)


class _Keeper:
    def __init__(self, student: int, folder: str, notes: str | None) -> None:
        """`notes`: where the program notes what it makes of segments; None where all there are are its own."""
        self.student = student
        self.folder = folder
        self.notes = notes
        self.status: int | None = None  # exit code of the learner's process, negative for a signal

    def reap(self) -> None:
        """Collects the learner's process and every adopted orphan that has ended."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self.student:
                self.status = os.waitstatus_to_exitcode(status)

    def answer(self, request: Any) -> dict[str, Any]:
        match request:
            case {"do": "survey", "children": tuple(children)}:
                return {"processes": self.survey(children), "segments": segments.left_behind(self.notes)}
            case {"do": "stacks"}:
                return {"stacks": self.stacks()}
            case {"do": "cpu"}:
                return {"cpu": cpu_seconds(self.student) if self.status is None else None}
            case {"do": "stop"}:
                self.stop()
                return {"stopped": self.status}
        return {"unknown": True}

    def tree(self) -> list[psutil.Process]:
        """Every living or unreaped process below this one."""
        return descendants_of(psutil.Process())

    def survey(self, children: tuple[int, ...]) -> list[tuple[int, str]]:
        """(pid, state) of each process that the learner's left: "running", or "ended" when nobody has joined it.

        The learner's process has ended the services that multiprocessing kept for it. Those of a process that is left
        behind are not told beside it; those of one that has ended will end. None of `children` is a service, though
        what a fork server forked looks like one.
        """
        deadline = time.monotonic() + _PATIENCE
        while True:
            self.reap()
            left, unsettled = self._look(children)
            if not unsettled or time.monotonic() > deadline:
                return left + [(pid, "running") for pid in unsettled]
            time.sleep(0.005)

    def _look(self, children: tuple[int, ...]) -> tuple[list[tuple[int, str]], list[int]]:
        """What is left behind now, and the orphans that may be ending: at another look there are none, if they are."""
        left, unsettled = [], []
        tree = psutil.Process().children(recursive=True)
        numbers = {os.getpid(), *(process.pid for process in tree)}
        for process in tree:
            state, parent = _state(process, process.pid in children), parent_of(process)
            if process.pid == self.student:
                continue
            if state == "gone" or parent not in numbers or (parent == os.getpid() and state != "running"):
                unsettled.append(process.pid)
            elif state != "service" or parent == self.student:
                left.append((process.pid, "ended" if state == "ended" else "running"))
        return left, unsettled

    def stacks(self) -> list[tuple[int, int, str, bool]]:
        """(pid, parent's pid, faulthandler's dump, does it compute?) of each process that gives one within 8 seconds.

        All are frozen first; those that give their stack are ended by it.
        """
        processes = [process for process in self.tree() if process.is_running()]
        busy = computing(processes)
        parents = {}
        for process in processes:
            with contextlib.suppress(psutil.Error):
                parents[process.pid] = process.ppid()
                process.suspend()
        dumps = []
        deadline = time.monotonic() + 8  # a hundred processes that are deaf to it would take minutes
        path = stacks_file(self.folder)
        for process in sorted(processes, key=lambda process: process.pid):
            if time.monotonic() > deadline:
                break
            size = os.lstat(path).st_size if os.path.lexists(path) else 0
            with contextlib.suppress(psutil.Error):
                # Pending at the moment it continues, so it is handled before any of the program's next steps.
                process.send_signal(signal.SIGABRT)
                process.resume()
                _wait_until(lambda process=process: not _alive(process), 1.0)  # type: ignore[misc]
            text = read_own(path, size, 50_000).decode("utf-8", "replace")
            dumps.append((process.pid, parents.get(process.pid, 0), text, process.pid in busy))
        return dumps

    def kill(self) -> None:
        """Kills every process of the tree that is there now."""
        if os.getpid() == 1:
            # All of the namespace but this one, and at once: no fork can be faster.
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
            return
        for process in self.tree():
            with contextlib.suppress(psutil.Error):
                process.kill()

    def stop(self) -> None:
        """Kills the whole tree and removes what it left: segments, and its folder."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            living = [process for process in self.tree() if _alive(process)]
            if not living:
                break
            self.kill()
            time.sleep(0.001)
            self.reap()
        self.reap()
        segments.remove_left_behind(self.notes)
        remove_folder(self.folder)


def cpu_seconds(pid: int) -> float | None:
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return None
    return times.user + times.system


def _adopt_orphans() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0)


def _state(process: psutil.Process, known: bool) -> str:
    """ "running", "ended" (and not joined), "gone", or "service": it looks like one of multiprocessing, as any can.

    So does one that has no command line, which is about to end. A `known` process is none.
    """
    try:
        if process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD):
            return "ended"
        command = " ".join(process.cmdline())
    except psutil.ZombieProcess:
        return "ended"
    except psutil.Error:
        return "gone"
    alike = not command or any(name in command for name in _SERVICES)
    return "service" if alike and not known else "running"


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _wait_until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.002)
