"""The shared objects of one simulated run: what they hold, and what an operation does to them.

Small objects follow the meaning that `lockstep.standin` gives them. Queues and pipes, which can hold thousands of
messages, are kept here in place; a queue's messages spend some time on their way.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from lockstep.simulation.streams import ABLE, BLOCKED, STREAMS, Stream, Streams
from lockstep.standin.kinds import declared_object, operation_kind, outcomes
from lockstep.standin.objects import conditions
from lockstep.standin.objects.waiting import WAIT
from lockstep.standin.operation import Answer, Creation, Operation, Raised


class Objects(Streams):
    """All objects by name. `attempt` performs an operation, or answers BLOCKED and changes nothing."""

    def __init__(self, pipe_capacity: int) -> None:
        super().__init__(pipe_capacity)
        self.values: dict[str, Any] = {}
        self.kinds: dict[str, str] = {}
        self.arrivals: dict[str, list[str]] = {}  # who waits for a condition, in the order in which they came

    def create(self, creation: Creation) -> None:
        self.kinds[creation.name] = creation.kind
        if creation.kind == "channel":
            self.streams[creation.name] = Stream(creation.value.readers, creation.value.writers)
        elif creation.kind.startswith(("queue", "simplequeue")):
            self.streams[creation.name] = Stream()
        else:
            self.values[creation.name] = creation.value

    def attempt(self, operation: Operation, process: str, span: float) -> tuple[Answer, float]:
        """The answer, or BLOCKED, and the span of everything that had to come before."""
        stream = STREAMS.get(operation.kind)
        if stream is not None:
            return stream(self, operation, process, span)
        names = operation.objects
        kind = operation_kind(operation.kind)
        if operation.kind == conditions.NOTIFY:
            answer = self._notify(operation, process)
        else:
            found = outcomes(operation, tuple([self.values[name] for name in names]), process)
            if not found:
                return BLOCKED, span
            self.values.update(zip(names, found[0].values, strict=True))
            answer = found[0].answer
            self._note_arrival(operation, process)
        if kind.follows:
            span = max(span, *(self.spans.get(name, 0.0) for name in names))
        if kind.precedes:
            for name in names:
                self.spans[name] = max(span, self.spans.get(name, 0.0))
        return answer, span

    def possible(self, operation: Operation, process: str) -> bool:
        """Would the operation go through now?"""
        able = ABLE.get(operation.kind)
        if able is not None:
            return able(self, operation, process)
        return bool(outcomes(operation, tuple([self.values[name] for name in operation.objects]), process))

    def expire(self, operation: Operation, process: str) -> bool:
        """The time of a waiting operation is up: whether it can now be performed as one that does not wait."""
        if operation.kind != conditions.WAKE:
            return True
        name = operation.objects[0]
        self.values[name] = tuple(
            (who, "expired" if who == process and status == "waiting" else status, depth)
            for who, status, depth in self.values[name]
        )
        return False

    def arrive(self, name: str, more: int) -> bool:
        """So many more messages on their way have come to a queue's pipe; those that find room enter it. Did any?"""
        stream = self.streams[name]
        stream.due = min(stream.due + more, len(stream.line))
        entered = False
        pool = self.kinds[name] == "queue of tasks"  # whose own process is never held up
        while stream.due and (pool or stream.held <= self.capacity):
            stream.enter(stream.line.popleft())
            stream.due -= 1
            entered = True
        return entered

    def on_its_way(self, queues: set[str], process: str) -> bool:
        return any(self.streams[name].on_its_way(process, self.capacity) for name in queues)

    def let_go(self, process: str) -> list[str]:
        """The process holds no ends any more and drops what it had on its way; the streams it may have changed."""
        changed = []
        for name, stream in self.streams.items():
            if process in stream.readers or process in stream.writers:
                stream.readers.discard(process)
                stream.writers.discard(process)
                changed.append(name)
            if any(carried.sender == process for carried in stream.line):
                stream.line = deque(carried for carried in stream.line if carried.sender != process)
                stream.due = min(stream.due, len(stream.line))
        return changed

    def holder(self, name: str) -> str | None:
        """The process that holds the object, None if nobody does."""
        value = self.values.get(name)
        return None if value is None else declared_object(self.kinds[name]).holder(value)

    def _notify(self, operation: Operation, process: str) -> Answer:
        """Those who have waited longest are notified; the meaning leaves open who."""
        condition, lock = (self.values[name] for name in operation.objects)
        if lock is None or lock[0] != process:
            return Raised("AssertionError", "lock is not owned")
        (limit,) = operation.arguments
        name = operation.objects[0]
        asleep = {who for who, status, _ in condition if status == "waiting"}
        chosen = [who for who in self.arrivals.get(name, ()) if who in asleep][:limit]
        self.values[name] = tuple(
            (who, "notified" if who in chosen else status, depth) for who, status, depth in condition
        )
        return None

    def _note_arrival(self, operation: Operation, process: str) -> None:
        if operation.kind == conditions.BEGIN_WAITING and self.holder(operation.objects[1]) != process:
            self.arrivals.setdefault(operation.objects[0], []).append(process)
        elif operation.kind == conditions.WAKE:
            self.arrivals[operation.objects[0]].remove(process)


def awaited(operation: Operation) -> tuple[str, ...]:
    """What may change so that the operation can go through: objects, and processes that may exit."""
    if operation.kind != WAIT:
        return operation.objects
    return (*operation.objects, *(child for child in operation.arguments[0] if child))


def waiting_without_limit(operation: Operation) -> Operation:
    """The same operation, but waiting as long as it takes; the machine keeps the time limit."""
    return operation if operation.patience is None else operation_kind(operation.kind).without_limit(operation)
