"""What is left of `threading` and `queue` for programs without threads."""

from __future__ import annotations

import queue
import threading
from typing import Any

from lockstep.standin.imports.modules import StandIns
from lockstep.standin.machine import not_covered

THREADING = StandIns(
    {"threading": {"BrokenBarrierError": threading.BrokenBarrierError}}, {},
    "use multiprocessing; threads share everything, and are not covered",
)  # fmt: skip


def _check(kind: type, method: str, waits: bool) -> None:
    if waits:
        raise not_covered(
            f"waiting in `queue.{kind.__name__}.{method}`", "use multiprocessing.Queue; this one belongs to one process"
        )


class Queue(queue.Queue[Any]):
    """As `queue.Queue`, as long as nobody waits: only another thread could end that."""

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        _check(type(self), "put", block and 0 < self.maxsize <= self._qsize())
        super().put(item, block, timeout)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        _check(type(self), "get", block and not self._qsize())
        return super().get(block, timeout)

    def join(self) -> None:
        _check(type(self), "join", self.unfinished_tasks > 0)


class LifoQueue(Queue, queue.LifoQueue[Any]):
    """As `queue.LifoQueue`."""


class PriorityQueue(Queue, queue.PriorityQueue[Any]):
    """As `queue.PriorityQueue`."""


class SimpleQueue(queue.SimpleQueue[Any]):
    """As `queue.SimpleQueue`."""

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        _check(type(self), "get", block and self.empty())
        return super().get(block, timeout)


QUEUES = {kind.__name__: kind for kind in (Queue, LifoQueue, PriorityQueue, SimpleQueue)}
