"""The limits on one process, and the watch over what a whole tree of processes uses."""

import contextlib
import os
import resource
import time
from collections.abc import Callable

import psutil

from autograder.sandbox.inside.policy import MIB, Policy

INTERVAL = 0.05  # seconds between two looks at what a tree uses


def limit_this_process(policy: Policy) -> None:
    """Sets the limits of this process and of each that it starts; they cannot be raised again."""
    limits, defences = policy.limits, policy.defences
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")  # where memory runs out, this goes before its keeper and before anything else
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_MSGQUEUE, 64 * 1024)
    if defences.memory:
        _set(resource.RLIMIT_DATA, limits.memory)
    if defences.processes:
        # Without a namespace of users, every process of this user counts.
        others = _tasks_of_this_user() if policy.tier == "C" and os.getuid() else 0
        _set(resource.RLIMIT_NPROC, limits.processes + others)
    if defences.file_size:
        _set(resource.RLIMIT_FSIZE, limits.file_size)
    if defences.open_files:
        _set(resource.RLIMIT_NOFILE, limits.open_files)


class Watch:
    """Adds up the memory of a tree of processes and of its folders, and its sockets, at most every INTERVAL seconds."""

    def __init__(self, policy: Policy) -> None:
        self._limits, self._defences = policy.limits, policy.defences
        self._folders = ("/tmp", "/dev/shm") if policy.tier == "B" and policy.defences.private_folders else ()
        self._own_network = policy.tier == "B" and policy.defences.network
        self._next = 0.0
        self._ran: dict[int, int | None] = {}  # how long each process had run before the last look

    def excess(self, tree: Callable[[], list[psutil.Process]]) -> str:
        """In words why the tree must be ended, "" while it is within its limits."""
        if time.monotonic() < self._next:
            return ""
        ran = {number: _has_run(number) for number in self._ran}
        if ran and ran == self._ran and None not in ran.values():
            self._next = time.monotonic() + INTERVAL
            return ""  # where nothing has run since, nothing has grown, and nobody has come
        numbers = _all_others() if os.getpid() == 1 else [process.pid for process in tree()]
        self._ran = {number: ran.get(number) for number in numbers}
        told = ""
        if self._defences.memory:
            held = sum(_used_in(folder) for folder in self._folders)
            # What is shared counts for each that has it: told in no time, and never too little.
            used = held + sum(_resident(number) for number in numbers)
            if used > self._limits.memory:
                used = held + sum(_share(number) for number in numbers)
            if used > self._limits.memory:
                told = f"the program used more than {self._limits.memory // MIB} MiB of memory"
        if not told and self._defences.sockets:
            number = _sockets_here() if self._own_network else sum(_sockets_of(number) for number in numbers)
            if number > self._limits.sockets:
                told = f"the program had more than {self._limits.sockets} sockets open"
        self._next = time.monotonic() + INTERVAL
        return told


def _set(kind: int, value: int) -> None:
    _, most = resource.getrlimit(kind)
    value = value if most == resource.RLIM_INFINITY else min(value, most)
    resource.setrlimit(kind, (value, value))


def _tasks_of_this_user() -> int:
    mine = os.getuid()
    tasks = 0
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            tasks += process.num_threads() if process.uids().real == mine else 0
    return tasks


def _has_run(pid: int) -> int | None:
    """Nanoseconds of CPU that a process has used; None where there is none. The clock's number is Linux's own for it."""
    try:
        return time.clock_gettime_ns(~pid << 3 | 2)
    except OSError:
        return None


def _all_others() -> list[int]:
    """The processes of this namespace, whose first one this is."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1"]


def _resident(pid: int) -> int:
    """Bytes of a process's memory, what it has in common with others too; 0 if it has ended.

    Page tables are memory too: a program that only looks at a page every two megabytes has nothing else.
    """
    return _told(f"/proc/{pid}/status", b"VmRSS:", b"VmPTE:")


def _share(pid: int) -> int:
    """Bytes of a process's memory, its share of what it has in common with others; 0 if it has ended."""
    return _told(f"/proc/{pid}/smaps_rollup", b"Pss:") + _told(f"/proc/{pid}/status", b"VmPTE:")


def _told(path: str, *fields: bytes) -> int:
    """The bytes in some lines of a file of the kernel's; 0 where they are not told."""
    with contextlib.suppress(OSError, ValueError, IndexError), open(path, "rb", buffering=0) as file:
        lines = file.read(16_384).splitlines()
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(fields))
    return 0


def _used_in(folder: str) -> int:
    state = os.statvfs(folder)
    return (state.f_blocks - state.f_bfree) * state.f_frsize


def _sockets_here() -> int:
    """The sockets of this namespace, those too that are on their way or wait to be accepted."""
    with open("/proc/net/sockstat") as file:
        return int(file.readline().split()[-1])


def _sockets_of(pid: int) -> int:
    """The sockets that a process has open; 0 if it has ended."""
    number = 0
    with contextlib.suppress(OSError):
        for name in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                number += os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:")
    return number
