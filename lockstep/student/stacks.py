"""Where every process of a program stands, and what it waits for, read from faulthandler's dumps."""

import re
from dataclasses import dataclass
from typing import Any

_FRAME = re.compile(r'^\s+File "(?P<file>.*)", line (?P<line>\d+) in (?P<function>.*)$')

# The function of the standard library that a learner's line called, and what it waits for.
_WAITS = {
    ("<string>", "getvalue"): "a shared value's lock",
    ("<string>", "setvalue"): "a shared value's lock",
    ("synchronize.py", "__enter__"): "a lock or semaphore",
    ("synchronize.py", "acquire"): "a lock or semaphore",
    ("synchronize.py", "wait"): "a notification",
    ("synchronize.py", "wait_for"): "its condition to become true",
    ("threading.py", "wait"): "the others at a barrier, or an event",
    ("process.py", "join"): "a process to end",
    ("queues.py", "get"): "an item from a queue",
    ("queues.py", "put"): "room in a queue",
    ("queues.py", "join"): "every item of a queue to be done",
    ("queues.py", "join_thread"): "somebody to take what it put into a queue",
    ("connection.py", "recv"): "a message from a pipe",
    ("connection.py", "recv_bytes"): "bytes from a pipe",
    ("connection.py", "send"): "room in a full pipe",
    ("connection.py", "send_bytes"): "room in a full pipe",
    ("connection.py", "poll"): "a message from a pipe",
    ("connection.py", "wait"): "one of several processes or pipes",
    ("pool.py", "get"): "a result of a pool",
    ("pool.py", "map"): "the results of a pool",
    ("pool.py", "join"): "a pool's processes to end",
    ("pool.py", "next"): "a result of a pool",
    ("_base.py", "result"): "the result of a future",
    ("process.py", "shutdown"): "an executor's processes to end",
    ("popen_fork.py", "poll"): "a process to end",
    ("subprocess.py", "wait"): "a program to end",
}

# What a learner's line itself waits in, where no function of the library stands above it.
_LINE_WAITS = (
    (".acquire(", "a lock or semaphore"),
    (".recv", "bytes from a socket"),
    (".accept(", "a connection to a socket"),
    (".connect(", "a connection to a socket"),
    (".send", "room in a socket"),
    ("waitpid(", "a process to end"),
    ("os.wait", "a process to end"),
    ("os.read(", "bytes from a pipe"),
    ("os.write(", "room in a pipe"),
    ("select(", "one of several files or sockets"),
    (".join(", "a thread or process to end"),
    ("input(", "input, which a check does not give"),
    (".wait(", "an event"),
)
_FIRST = ("process.py", "_bootstrap")
_WORKERS = {("pool.py", "worker"), ("process.py", "_process_worker")}
_MOST = 200  # processes, and
_LONGEST = 50_000  # characters of a dump that are read


@dataclass(frozen=True)
class Frame:
    file: str
    line: int
    function: str


@dataclass(frozen=True)
class ProcessStack:
    """One process of a program that did not end; frames innermost first, empty where they could not be taken."""

    pid: int
    parent: int
    frames: tuple[Frame, ...]
    computing: bool  # whether the kernel saw it run, rather than wait

    def own_frame(self, labels: frozenset[str]) -> tuple[Frame, str] | None:
        """The innermost frame in the learner's cells (`labels`), and what it waits for ("" if nothing)."""
        above: Frame | None = None
        for frame in self.frames:
            if frame.file in labels:
                return frame, _waiting_for(above)
            above = frame
        return None

    @property
    def is_idle_worker(self) -> bool:
        """Does it wait for a task of a pool?"""
        return not self.computing and any((_file(frame), frame.function) in _WORKERS for frame in self.frames)


def parse_stacks(dumps: Any) -> list[ProcessStack]:
    """Reads [(pid, parent's pid, dump, does it compute?)]; raises ValueError or TypeError for anything else."""
    return [
        ProcessStack(int(pid), int(parent), _frames(str(text)[:_LONGEST]), bool(busy))
        for pid, parent, text, busy in dumps[:_MOST]
    ]


def describe(stacks: list[ProcessStack], sources: dict[str, list[str]]) -> str:
    """A line a process: where it stands in the learner's cells and what it waits for.

    `sources` maps a cell's label to its lines.
    """
    labels = frozenset(sources)
    lines = []
    for number, stack in enumerate(sorted(stacks, key=lambda stack: stack.pid)):
        name = f"Process-{number}" if number else "main"
        own = stack.own_frame(labels)
        if own is None:
            if stack.is_idle_worker:
                lines.append(f"{name} waits for a task: it is a worker of a pool")
            continue
        frame, waiting = own
        text = sources[frame.file][frame.line - 1].strip() if 0 < frame.line <= len(sources[frame.file]) else ""
        state = "is computing" if stack.computing else _state(waiting, text)
        lines.append(f"{name} {state}, in `{frame.function}` at {frame.file}, line {frame.line}:  {text[:200]}")
    return "\n".join(lines)


def _state(waiting: str, text: str) -> str:
    """What a process does that does not run; `text` is the learner's line that it stands in."""
    if not waiting and "sleep(" in text:
        return "sleeps"
    waiting = waiting or next((what for words, what in _LINE_WAITS if words in text), "")
    return f"waits for {waiting}" if waiting else "waits"


def _waiting_for(frame: Frame | None) -> str:
    return "" if frame is None else _WAITS.get((_file(frame), frame.function), "")


def _file(frame: Frame) -> str:
    return re.split(r"[/\\]", frame.file)[-1]


def _frames(text: str) -> tuple[Frame, ...]:
    frames = [
        Frame(found["file"], int(found["line"][:9]), found["function"])
        for line in text.splitlines()[:2_000]
        if (found := _FRAME.match(line))
    ]
    # A forked process has its parent's frames below its own.
    own = next((i for i, frame in enumerate(frames) if (_file(frame), frame.function) == _FIRST), len(frames))
    return tuple(frames[:own])
