"""Queue and JoinableQueue, with or without feeders, and SimpleQueue."""

from __future__ import annotations

from typing import Any, NamedTuple

from lockstep.standin.declared import BLOCKED, Limit, Teller, Wait, makes, object_kind, one, operation
from lockstep.standin.machine import current
from lockstep.standin.operation import Message, Outcome, Raised, Value
from lockstep.standin.shared import Shared, ask


class QueueValue(NamedTuple):
    """What a Queue holds. `line`: (process, message) on their way; with feeders sorted by process, else in order of
    the puts."""

    used: int = 0
    unfinished: int = 0
    line: tuple[tuple[str, Message], ...] = ()
    pipe: tuple[Message, ...] = ()
    stuck: str | None = None
    joiners: tuple[tuple[str, bool], ...] = ()


def size(messages: tuple[Message, ...]) -> int:
    """How many bytes of a pipe these messages take."""
    return sum(message.size for message in messages)


def told_messages(messages: tuple[Message, ...], tell: Teller) -> str:
    """Messages in a pipe, for a reader."""
    return "[" + ", ".join(tell.message(message) for message in messages) + "]"


def _told(value: QueueValue, tell: Teller) -> str:
    line = "".join(f" <- {tell.message(message)} ({tell.process(process)})" for process, message in value.line)
    return told_messages(value.pipe, tell) + line


object_kind("queue", _told)
object_kind("queue without feeders", _told)
object_kind("simplequeue", told_messages)
makes("Queue", "queue")
makes("JoinableQueue", "queue")
makes("SimpleQueue", "simplequeue")

SOMETHING = Wait("something to come out of {object}, and nobody can go on to send it")


def _enter_pipe(value: QueueValue, place: int, capacity: int) -> QueueValue:
    """The message at this place of the line goes into the pipe, which is not overfull."""
    process, message = value.line[place]
    pipe = (*value.pipe, message)
    stuck = process if size(pipe) > capacity else None
    return value._replace(line=value.line[:place] + value.line[place + 1 :], pipe=pipe, stuck=stuck)


def _move_on(value: QueueValue, capacity: int) -> QueueValue:
    while value.line and size(value.pipe) <= capacity:
        value = _enter_pipe(value, 0, capacity)
    return value


@operation(
    "queue.put", told="put {0} into {object}", method="Queue.put", passes="in", usual=None, limit=Limit(2, True), cost="message",
    by_thread=True,
)  # fmt: skip
def _put(
    values: tuple[Value, ...],
    process: str,
    message: Message,
    limit: int,
    blocking: bool,
    capacity: int,
    feeder: bool,
) -> list[Outcome]:
    (value,) = values
    if limit and value.used >= limit:
        return BLOCKED if blocking else one(values, Raised("Full"))
    line = (*value.line, (process, message))
    if feeder:
        line = tuple(sorted(line, key=lambda entry: entry[0]))
    value = value._replace(used=value.used + 1, unfinished=value.unfinished + 1, line=line)
    return one((value if feeder else _move_on(value, capacity),), None)


@operation("queue.feed", told="move an item into the pipe {object}", method="Queue.feed")
def _feed(values: tuple[Value, ...], process: str, capacity: int) -> list[Outcome]:
    (value,) = values
    if size(value.pipe) > capacity:
        return BLOCKED
    place = next(place for place, entry in enumerate(value.line) if entry[0] == process)
    return one((_enter_pipe(value, place, capacity),), None)


@operation(
    "queue.get", told="get {object}", method="Queue.get", answers="value", wait=SOMETHING, passes="out",
    instead="`get()` without a time limit", limit=Limit(0, True), by_thread=True,
)  # fmt: skip
def _get(values: tuple[Value, ...], process: str, blocking: bool, capacity: int, feeder: bool) -> list[Outcome]:
    (value,) = values
    if not value.pipe:
        return BLOCKED if blocking else one(values, Raised("Empty"))
    message, *pipe = value.pipe
    value = value._replace(used=value.used - 1, pipe=tuple(pipe))
    if size(value.pipe) <= capacity:
        value = value._replace(stuck=None)
    return one((value if feeder else _move_on(value, capacity),), message)


@operation("queue.empty", told="empty {object}", method="Queue.empty", instead="`get()`", looks=True, cost="lock")
def _empty(values: tuple[Value, ...], process: str) -> list[Outcome]:
    return one(values, not values[0].pipe)


@operation("queue.full", told="full {object}", method="Queue.full", instead="`put()`", looks=True, cost="lock")
def _full(values: tuple[Value, ...], process: str, limit: int) -> list[Outcome]:
    return one(values, bool(limit) and values[0].used >= limit)


@operation("queue.qsize", told="qsize {object}", method="Queue.qsize", instead="`get()`", looks=True, cost="lock")
def _qsize(values: tuple[Value, ...], process: str) -> list[Outcome]:
    return one(values, values[0].used)


@operation(
    "queue.task_done", told="task_done {object}", method="Queue.task_done", usual=None, precedes=True, cost="lock"
)
def _task_done(values: tuple[Value, ...], process: str) -> list[Outcome]:
    (value,) = values
    if value.unfinished == 0:
        return one(values, Raised("ValueError", "task_done() called too many times"))
    value = value._replace(unfinished=value.unfinished - 1)
    if value.unfinished == 0:
        value = value._replace(joiners=tuple((joiner, True) for joiner, _ in value.joiners))
    return one((value,), None)


@operation("queue.join", told="join {object}", method="Queue.join")
def _begin_join(values: tuple[Value, ...], process: str) -> list[Outcome]:
    (value,) = values
    if value.unfinished == 0:
        return one(values, True)
    return one((value._replace(joiners=tuple(sorted((*value.joiners, (process, False))))),), None)


_UNFINISHED = Wait(
    "the {detail} items of {object} that nobody has called task_done() for",
    detail=lambda value, operation: value.unfinished,
)


@operation(
    "queue.joined", told="wake up {object}", method="Queue.join", wait=_UNFINISHED, follows=True, wakes_all=True,
)  # fmt: skip
def _end_join(values: tuple[Value, ...], process: str) -> list[Outcome]:
    (value,) = values
    if (process, True) not in value.joiners:
        return BLOCKED
    return one((value._replace(joiners=tuple(j for j in value.joiners if j[0] != process)),), None)


@operation("queue.join_thread", told="join_thread {object}", method="Queue.join_thread")
def _join_thread(values: tuple[Value, ...], process: str) -> list[Outcome]:
    return BLOCKED if on_its_way(values[0], process) else one(values, None)


def on_its_way(value: QueueValue, process: str) -> bool:
    """Has this process put something that has not gone through the pipe's entrance?"""
    return value.stuck == process or any(entry[0] == process for entry in value.line)


def abandoned(value: QueueValue, process: str) -> QueueValue:
    """The queue after this process was terminated, or exits without waiting: what was on its way is lost."""
    line = tuple(entry for entry in value.line if entry[0] != process)
    return value._replace(line=line, stuck=None if value.stuck == process else value.stuck)


def feeders(value: QueueValue) -> tuple[str, ...]:
    """The processes whose feeder has something to move (meaningful with feeders)."""
    return tuple(sorted({process for process, _ in value.line}))


# The value of a SimpleQueue is the tuple of its messages.


@operation(
    "simplequeue.put",
    told="put {0} into {object}",
    method="SimpleQueue.put",
    answers="never",
    passes="in",
    usual=True,
    cost="message",
)
def _put_simple(values: tuple[Value, ...], process: str, message: Message, capacity: int) -> list[Outcome]:
    (messages,) = values
    if size(messages) > capacity:
        return BLOCKED
    after = (*messages, message)
    return one((after,), size(after) <= capacity)


@operation("simplequeue.sent", told="finish putting {object}", method="SimpleQueue.put")
def _sent_simple(values: tuple[Value, ...], process: str, capacity: int) -> list[Outcome]:
    return BLOCKED if size(values[0]) > capacity else one(values, None)


@operation(
    "simplequeue.get", told="get {object}", method="SimpleQueue.get", answers="value", wait=SOMETHING, passes="out"
)
def _get_simple(values: tuple[Value, ...], process: str) -> list[Outcome]:
    (messages,) = values
    return one((messages[1:],), messages[0]) if messages else BLOCKED


@operation(
    "simplequeue.empty", told="empty {object}", method="SimpleQueue.empty", instead="`get()`", looks=True, cost="lock"
)
def _empty_simple(values: tuple[Value, ...], process: str) -> list[Outcome]:
    return one(values, not values[0])


class Queue(Shared):
    """As `multiprocessing.Queue`."""

    def __init__(self, maxsize: int = 0, *, ctx: Any = None) -> None:
        self.limit = max(maxsize, 0)
        self.capacity: int = current().option("pipe_capacity")
        self.feeder: bool = current().option("feeder")
        self.closed = False
        kind = "queue" if self.feeder else "queue without feeders"
        self.name = self._exist(kind, QueueValue())

    def _inherited(self) -> dict[str, Any]:
        return {**self.__dict__, "closed": False}

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("Queue is closed")

    def put(self, obj: Any, block: bool = True, timeout: float | None = None) -> None:
        self._check_open()
        message = current().pack(obj)
        blocking = bool(block) and timeout is None
        current().puts_into(self.name)
        patience = timeout if block else None
        ask("queue.put", (self.name,), message, self.limit, blocking, self.capacity, self.feeder, patience=patience)

    def put_nowait(self, obj: Any) -> None:
        self.put(obj, False)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        self._check_open()
        blocking = bool(block) and timeout is None
        patience = timeout if block else None
        message = ask("queue.get", (self.name,), blocking, self.capacity, self.feeder, patience=patience)
        return current().unpack(message)

    def get_nowait(self) -> Any:
        return self.get(False)

    def empty(self) -> bool:
        return bool(ask("queue.empty", (self.name,)))

    def full(self) -> bool:
        return bool(ask("queue.full", (self.name,), self.limit))

    def qsize(self) -> int:
        return int(ask("queue.qsize", (self.name,)))

    def close(self) -> None:
        self.closed = True

    def join_thread(self) -> None:
        if not self.closed:
            raise AssertionError(f"Queue {self.name} not closed")
        ask("queue.join_thread", (self.name,))

    def cancel_join_thread(self) -> None:
        current().abandons(self.name)


class JoinableQueue(Queue):
    """As `multiprocessing.JoinableQueue`."""

    def task_done(self) -> None:
        ask("queue.task_done", (self.name,))

    def join(self) -> None:
        done = ask("queue.join", (self.name,))
        if not done:
            ask("queue.joined", (self.name,))


class SimpleQueue(Shared):
    """As `multiprocessing.SimpleQueue`."""

    def __init__(self, *, ctx: Any = None) -> None:
        self.capacity: int = current().option("pipe_capacity")
        self.name = self._exist("simplequeue", ())

    def put(self, obj: Any) -> None:
        message = current().pack(obj)
        written = ask("simplequeue.put", (self.name,), message, self.capacity)
        if not written:
            ask("simplequeue.sent", (self.name,), self.capacity)

    def get(self) -> Any:
        message = ask("simplequeue.get", (self.name,))
        return current().unpack(message)

    def empty(self) -> bool:
        return bool(ask("simplequeue.empty", (self.name,)))

    def close(self) -> None:
        """Ends of a SimpleQueue stay open."""
