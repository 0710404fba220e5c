"""Queues, pipes and the passages of pools: what they hold, and what operations do to them in place."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from lockstep.standin.objects.waiting import WAIT, ready
from lockstep.standin.operation import Answer, Message, Operation, Raised

BLOCKED = object()  # no answer yet


class Carried(NamedTuple):
    """A message in a queue or pipe: who sent it, and the span of the work that led to it, in seconds."""

    message: Message
    sender: str
    span: float


class Stream:
    """What a pipe or a queue holds."""

    __slots__ = ("due", "held", "joiners", "line", "messages", "readers", "taken_from", "unfinished", "used", "writers")

    def __init__(self, readers: tuple[str, ...] = (), writers: tuple[str, ...] = ()) -> None:
        self.messages: deque[Carried] = deque()
        self.held = 0  # bytes in the pipe
        self.line: deque[Carried] = deque()  # on their way into the pipe
        self.due = 0  # how many of these would be there if the pipe had room
        self.used = self.unfinished = 0
        self.joiners: dict[str, bool] = {}
        self.readers, self.writers = set(readers), set(writers)
        self.taken_from = ""  # who sent the message that was taken last

    def enter(self, carried: Carried) -> None:
        self.messages.append(carried)
        self.held += carried.message.size

    def take(self) -> Carried:
        carried = self.messages.popleft()
        self.held -= carried.message.size
        self.taken_from = carried.sender
        return carried

    def on_its_way(self, process: str, capacity: int) -> bool:
        """Has this process put something that has not gone through the pipe's entrance?"""
        if any(carried.sender == process for carried in self.line):
            return True
        return self.held > capacity and bool(self.messages) and self.messages[-1].sender == process


class Streams:
    """All streams by name, and what their operations leave behind."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity  # bytes of a pipe
        self.streams: dict[str, Stream] = {}
        self.spans: dict[str, float] = {}
        self.exited: dict[str, float] = {}  # processes, each with its span
        self.fed: list[str] = []  # queues that got a message on its way since this was last emptied


# What operations on streams do: (objects, operation, process, span) -> (answer, span).


def _queue_put(objects: Streams, operation: Operation, process: str, span: float) -> tuple[Answer, float]:
    (name,) = operation.objects
    stream = objects.streams[name]
    message, limit, blocking = operation.arguments[:3]
    if limit and stream.used >= limit:
        return (BLOCKED if blocking else Raised("Full")), span
    stream.used += 1
    stream.unfinished += 1
    stream.line.append(Carried(message, process, span))
    objects.fed.append(name)
    return None, span


def _queue_get(objects: Streams, operation: Operation, process: str, span: float) -> tuple[Answer, float]:
    (name,) = operation.objects
    stream = objects.streams[name]
    if not stream.messages:
        return (BLOCKED if operation.arguments[0] else Raised("Empty")), span
    carried = stream.take()
    stream.used -= 1
    return carried.message, max(span, carried.span)


def _give(objects: Streams, operation: Operation, process: str, span: float) -> tuple[Answer, float]:
    (name,) = operation.objects
    objects.streams[name].line.append(Carried(operation.arguments[0], process, span))
    objects.fed.append(name)
    return None, span


def _answer(objects: Streams, operation: Operation, process: str, span: float) -> tuple[Answer, float]:
    objects.streams[operation.objects[0]].enter(Carried(operation.arguments[0], process, span))
    return None, span


def _take(objects: Streams, operation: Operation, process: str, span: float) -> tuple[Answer, float]:
    stream = objects.streams[operation.objects[0]]
    if stream.messages:
        carried = stream.take()
        return carried.message, max(span, carried.span)
    waits = operation.kind == "pool.take" or operation.arguments[0]
    return (BLOCKED if waits else Raised("Empty")), span


def _task_done(objects: Streams, operation: Operation, process: str, span: float) -> tuple[Answer, float]:
    (name,) = operation.objects
    stream = objects.streams[name]
    if stream.unfinished == 0:
        return Raised("ValueError", "task_done() called too many times"), span
    stream.unfinished -= 1
    objects.spans[name] = max(span, objects.spans.get(name, 0.0))
    if stream.unfinished == 0:
        stream.joiners = dict.fromkeys(stream.joiners, True)
    return None, span


def _queue_join(objects: Streams, operation: Operation, process: str, span: float) -> tuple[Answer, float]:
    stream = objects.streams[operation.objects[0]]
    if stream.unfinished == 0:
        return True, max(span, objects.spans.get(operation.objects[0], 0.0))
    stream.joiners[process] = False
    return None, span


def _queue_joined(objects: Streams, operation: Operation, process: str, span: float) -> tuple[Answer, float]:
    stream = objects.streams[operation.objects[0]]
    if not stream.joiners.get(process):
        return BLOCKED, span
    del stream.joiners[process]
    return None, max(span, objects.spans.get(operation.objects[0], 0.0))


def _send(objects: Streams, operation: Operation, process: str, span: float) -> tuple[Answer, float]:
    stream = objects.streams[operation.objects[0]]
    message, capacity = operation.arguments
    if operation.kind == "pipe.send" and not stream.readers:
        return Raised("BrokenPipeError", "[Errno 32] Broken pipe"), span
    if stream.held > capacity:
        return BLOCKED, span
    stream.enter(Carried(message, process, span))
    return stream.held <= capacity, span


def _sent(objects: Streams, operation: Operation, process: str, span: float) -> tuple[Answer, float]:
    stream = objects.streams[operation.objects[0]]
    if stream.held <= operation.arguments[0]:
        return None, span
    if operation.kind == "pipe.sent" and not stream.readers:
        return Raised("BrokenPipeError", "[Errno 32] Broken pipe"), span
    return BLOCKED, span


def _receive(objects: Streams, operation: Operation, process: str, span: float) -> tuple[Answer, float]:
    stream = objects.streams[operation.objects[0]]
    if stream.messages:
        carried = stream.take()
        return carried.message, max(span, carried.span)
    if operation.kind == "pipe.recv" and not stream.writers:
        return Raised("EOFError"), span
    return BLOCKED, span


def _poll(objects: Streams, operation: Operation, process: str, span: float) -> tuple[Answer, float]:
    stream = objects.streams[operation.objects[0]]
    ready = bool(stream.messages) or not stream.writers
    return (BLOCKED if operation.arguments[0] and not ready else ready), span


def _wait(objects: Streams, operation: Operation, process: str, span: float) -> tuple[Answer, float]:
    full = [
        bool(stream.messages) or not stream.writers for stream in map(objects.streams.__getitem__, operation.objects)
    ]
    places = ready(operation, full, objects.exited.__contains__)
    ended = [objects.exited.get(child, 0.0) for child in operation.arguments[0]]
    return (places if places or not operation.arguments[1] else BLOCKED), max(span, 0.0, *ended)


def _close(objects: Streams, operation: Operation, process: str, span: float) -> tuple[Answer, float]:
    for name, reads in zip(operation.objects, operation.arguments[0], strict=True):
        stream = objects.streams[name]
        (stream.readers if reads else stream.writers).discard(process)
    return None, span


def _join_thread(objects: Streams, operation: Operation, process: str, span: float) -> tuple[Answer, float]:
    waits = objects.streams[operation.objects[0]].on_its_way(process, objects.capacity)
    return (BLOCKED if waits else None), span


def _told(tell: Callable[[Stream, Operation], Answer]) -> Callable[..., tuple[Answer, float]]:
    def answer(objects: Streams, operation: Operation, process: str, span: float) -> tuple[Answer, float]:
        return tell(objects.streams[operation.objects[0]], operation), span

    return answer


STREAMS: dict[str, Callable[..., tuple[Answer, float]]] = {
    "queue.put": _queue_put, "queue.get": _queue_get, "queue.task_done": _task_done, "queue.join": _queue_join,
    "queue.joined": _queue_joined, "queue.join_thread": _join_thread, "pipe.send": _send, "simplequeue.put": _send,
    "pipe.sent": _sent, "simplequeue.sent": _sent, "pipe.recv": _receive, "simplequeue.get": _receive,
    "pipe.poll": _poll, WAIT: _wait, "pipe.close": _close, "pool.give": _give, "pool.answer": _answer, "pool.take": _take,
    "pool.result": _take,
    "queue.empty": _told(lambda stream, _: not stream.messages),
    "queue.full": _told(lambda stream, operation: stream.used >= operation.arguments[0] > 0),
    "queue.qsize": _told(lambda stream, _: stream.used),
    "simplequeue.empty": _told(lambda stream, _: not stream.messages),
}  # fmt: skip


def _able(test: Callable[[Stream, Operation, str], bool]) -> Callable[[Streams, Operation, str], bool]:
    return lambda objects, operation, process: test(objects.streams[operation.objects[0]], operation, process)


ABLE: dict[str, Callable[[Streams, Operation, str], bool]] = {
    WAIT: lambda objects, operation, process: _wait(objects, operation, process, 0.0)[0] is not BLOCKED,
    "pool.take": _able(lambda stream, operation, _: bool(stream.messages)),
    "pool.result": _able(lambda stream, operation, _: bool(stream.messages)),
    "queue.put": _able(lambda stream, operation, _: stream.used < operation.arguments[1]),
    "queue.get": _able(lambda stream, operation, _: bool(stream.messages)),
    "queue.joined": _able(lambda stream, operation, process: stream.joiners.get(process, False)),
    "queue.join_thread": lambda objects, operation, process: _join_thread(objects, operation, process, 0.0)[0] is None,
    "pipe.send": _able(lambda stream, operation, _: not stream.readers or stream.held <= operation.arguments[1]),
    "simplequeue.put": _able(lambda stream, operation, _: stream.held <= operation.arguments[1]),
    "pipe.sent": _able(lambda stream, operation, _: not stream.readers or stream.held <= operation.arguments[0]),
    "simplequeue.sent": _able(lambda stream, operation, _: stream.held <= operation.arguments[0]),
    "pipe.recv": _able(lambda stream, operation, _: bool(stream.messages) or not stream.writers),
    "simplequeue.get": _able(lambda stream, operation, _: bool(stream.messages)),
    "pipe.poll": _able(lambda stream, operation, _: bool(stream.messages) or not stream.writers),
}
