"""Where every process of a program stands, and what it waits for, read from faulthandler's dumps."""

import re
from dataclasses import dataclass

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
}


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

    def own_frame(self, labels: frozenset[str]) -> tuple[Frame, str] | None:
        """The innermost frame in the learner's cells (`labels`), and what it waits for ("" if nothing)."""
        above: Frame | None = None
        for frame in self.frames:
            if frame.file in labels:
                return frame, _waiting_for(above)
            above = frame
        return None


def parse_stacks(dumps: list[tuple[int, int, str]]) -> list[ProcessStack]:
    """Reads [(pid, parent's pid, dump)]; raises ValueError or TypeError where that is not what came."""
    return [ProcessStack(int(pid), int(parent), _frames(str(text))) for pid, parent, text in dumps]


def describe(stacks: list[ProcessStack], sources: dict[str, list[str]], student: int | None = None) -> str:
    """A line a process: where it stands in the learner's cells and what it waits for.

    `sources` maps a cell's label to its lines.
    """
    labels = frozenset(sources)
    lines = []
    for number, stack in enumerate(sorted(stacks, key=lambda stack: stack.pid)):
        own = stack.own_frame(labels)
        if own is None:
            continue
        frame, waiting = own
        name = f"Process-{number}" if number else "main"
        text = sources[frame.file][frame.line - 1].strip() if frame.line <= len(sources[frame.file]) else ""
        if not waiting and ".acquire(" in text:
            waiting = "a lock or semaphore"
        if not waiting and ".recv(" in text:
            waiting = "bytes from a socket"
        state = f"waits for {waiting}" if waiting else "is computing"
        lines.append(f"{name} {state}, in `{frame.function}` at {frame.file}, line {frame.line}:  {text}")
    return "\n".join(lines)


def _waiting_for(frame: Frame | None) -> str:
    if frame is None:
        return ""
    return _WAITS.get((re.split(r"[/\\]", frame.file)[-1], frame.function), "")


def _frames(text: str) -> tuple[Frame, ...]:
    frames = [
        Frame(found["file"], int(found["line"][:9]), found["function"])
        for line in text.splitlines()[:2_000]
        if (found := _FRAME.match(line))
    ]
    return tuple(frames)
