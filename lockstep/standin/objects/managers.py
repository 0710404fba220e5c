"""Manager: a server that keeps lists, dicts, queues and locks for processes, which reach them through proxies."""

# ruff: noqa: N802 - the names are those of multiprocessing

from __future__ import annotations

import array
import sys
from collections.abc import Callable
from typing import Any

from lockstep.standin.declared import Meaning, makes, object_kind, one, operation, operation_kind
from lockstep.standin.machine import current, not_covered
from lockstep.standin.managers_when_used import managers
from lockstep.standin.objects import barriers, conditions, locks, proxies
from lockstep.standin.objects.queues import QueueValue, told_messages
from lockstep.standin.operation import Outcome, Value
from lockstep.standin.shared import Shared, ask

_QUEUE = object_kind("managed queue", lambda value, tell: told_messages(QueueValue(*value).pipe, tell))
_ROOM = sys.maxsize  # bytes: such a queue has no pipe that could be full
makes("Manager", proxies.SERVER)
for _typeid in ("list", "dict", "Namespace"):
    makes(_typeid, proxies.PROXIED)


@operation("manager.shutdown", told="shut down {object}", method="Manager.shutdown", usual=None, cost="lock")
def _shut_down(values: tuple[Value, ...], process: str) -> list[Outcome]:
    return one((process,), None)


def _in_the_server(meaning: Meaning) -> Meaning:
    """The same operation on a queue that a server keeps; its values are those of the queue and of the server."""

    def managed(values: tuple[Value, ...], process: str, *arguments: Any) -> list[Outcome]:
        queue, server = values
        missed = proxies.gone(server, process)
        if missed is not None:
            return one(values, missed)
        found = meaning((QueueValue(*queue),), process, *arguments)
        return [Outcome((*outcome.values, server), outcome.answer) for outcome in found]

    return managed


for _verb in ("put", "get", "empty", "full", "qsize", "task_done", "join", "joined"):
    _kind = operation_kind(f"queue.{_verb}")
    assert _kind.meaning is not None
    _declared = {**vars(_kind), "cost": "call", "by_thread": False, "follows": True, "precedes": True}
    del _declared["name"], _declared["meaning"]
    operation(f"managed.{_verb}", **_declared)(_in_the_server(_kind.meaning))


class Sendable(Shared):
    """What a Manager keeps may go through queues and pipes, and into what it keeps."""

    def __reduce_ex__(self, protocol: Any) -> Any:
        return proxies.restored, (type(self), dict(self.__dict__))


class ManagedLock(Sendable, locks.Lock):
    """A Lock of a Manager: a `threading.Lock`."""

    def release(self) -> None:
        try:
            super().release()
        except ValueError:
            raise RuntimeError("release unlocked lock") from None


class ManagedRLock(Sendable, locks.RLock):
    """An RLock of a Manager: a `threading.RLock`."""

    def release(self) -> None:
        try:
            super().release()
        except AssertionError:
            raise RuntimeError("cannot release un-acquired lock") from None


class ManagedSemaphore(Sendable, locks.Semaphore):
    """A Semaphore of a Manager."""


class ManagedBoundedSemaphore(Sendable, locks.BoundedSemaphore):
    """A BoundedSemaphore of a Manager."""


class ManagedCondition(Sendable, conditions.Condition):
    """A Condition of a Manager."""


class ManagedEvent(Sendable, conditions.Event):
    """An Event of a Manager."""


class ManagedBarrier(Sendable, barriers.Barrier):
    """A Barrier of a Manager."""


class ManagedQueue(Sendable):
    """A Queue of a Manager: a `queue.Queue`, without feeders and without a pipe."""

    def __init__(self, server: str, maxsize: int = 0) -> None:
        self.limit = max(maxsize, 0)
        self.both = (self._exist(_QUEUE, QueueValue()), server)

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        message, patience = current().pack(item), timeout if block else None
        blocking = bool(block) and timeout is None
        ask("managed.put", self.both, message, self.limit, blocking, _ROOM, False, patience=patience)

    def put_nowait(self, item: Any) -> None:
        self.put(item, False)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        patience = timeout if block else None
        message = ask("managed.get", self.both, bool(block) and timeout is None, _ROOM, False, patience=patience)
        return current().unpack(message)

    def get_nowait(self) -> Any:
        return self.get(False)

    def empty(self) -> bool:
        return bool(ask("managed.empty", self.both))

    def full(self) -> bool:
        return bool(ask("managed.full", self.both, self.limit))

    def qsize(self) -> int:
        return int(ask("managed.qsize", self.both))

    def task_done(self) -> None:
        ask("managed.task_done", self.both)

    def join(self) -> None:
        done = ask("managed.join", self.both)
        if not done:
            ask("managed.joined", self.both)


class SyncManager(Shared):
    """As `multiprocessing.managers.SyncManager`, started when it is made."""

    Lock, RLock = ManagedLock, ManagedRLock
    Semaphore, BoundedSemaphore = ManagedSemaphore, ManagedBoundedSemaphore
    Event: Callable[..., Any] = ManagedEvent
    Condition: Callable[..., Any] = ManagedCondition

    def __init__(self) -> None:
        current().number_process()  # the server is a process as well
        self.server = self._exist(proxies.SERVER, True)

    def __enter__(self) -> SyncManager:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.shutdown()

    def shutdown(self) -> None:
        ask("manager.shutdown", (self.server,))

    def list(self, *arguments: Any) -> Any:
        return proxies.ListProxy()._kept_by(self.server, [*arguments[0]] if arguments else [])

    def dict(self, *arguments: Any, **keywords: Any) -> Any:
        return proxies.DictProxy()._kept_by(self.server, dict(*arguments, **keywords))

    def Namespace(self, **attributes: Any) -> Any:
        return proxies.NamespaceProxy()._kept_by(self.server, managers().Namespace(**attributes))

    def Value(self, typecode: Any, value: Any, lock: bool = True) -> Any:
        return proxies.ValueProxy()._kept_by(self.server, vars(managers())["Value"](typecode, value))

    def Array(self, typecode: str, sequence: Any, lock: bool = True) -> Any:
        return proxies.ArrayProxy()._kept_by(self.server, array.array(typecode, sequence))

    def Queue(self, maxsize: int = 0) -> ManagedQueue:
        return ManagedQueue(self.server, maxsize)

    def JoinableQueue(self, maxsize: int = 0) -> ManagedQueue:
        return ManagedQueue(self.server, maxsize)

    def Barrier(self, parties: int, action: Any = None, timeout: float | None = None) -> ManagedBarrier:
        if action is not None:
            raise not_covered("a Manager's Barrier with an action", "use multiprocessing.Barrier")
        return ManagedBarrier(parties, None, timeout)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not hasattr(managers().SyncManager, name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        raise not_covered(f"`Manager().{name}`", "use its `list`, `dict`, `Queue`, `Value`, `Namespace` and locks")
