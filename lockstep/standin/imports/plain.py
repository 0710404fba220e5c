"""The module `multiprocessing` that a learner's program gets when it imports it on a machine of ours."""

from __future__ import annotations

import queue
import types
from multiprocessing.managers import Namespace, RemoteError
from typing import Any

from lockstep.standin.imports.modules import StandIns
from lockstep.standin.machine import current
from lockstep.standin.objects import (
    barriers,
    conditions,
    locks,
    managers,
    pipes,
    proxies,
    queues,
    shared_memory,
    structures,
    waiting,
)
from lockstep.standin.objects import processes as process

_CPUS = 2

INSTEAD = {
    "managers": "use Manager() with its lists, dicts, queues and locks",
    "connection": "use Pipe()",
    "heap": "use a Value or an Array",
    "dummy": "use Process; threads are not covered",
    "resource_tracker": "use a Value or an Array",
    "util": "use Process and its methods",
}


class ProcessError(Exception):
    """As `multiprocessing.ProcessError`."""


class BufferTooShort(ProcessError):
    """As `multiprocessing.BufferTooShort`."""


class AuthenticationError(ProcessError):
    """As `multiprocessing.AuthenticationError`."""


class TimeoutError(ProcessError):
    """As `multiprocessing.TimeoutError`."""


def current_process() -> Any:
    return current().process()


def parent_process() -> Any:
    """None in main; else an object that knows the parent's name and pid."""
    me = current().process().identity
    if me == "0":
        return None
    parent = me.rpartition(".")[0]
    name = process.given_name(parent)
    return types.SimpleNamespace(name=name, pid=process.pid_of(parent), identity=parent)


def manager() -> managers.SyncManager:
    """As `multiprocessing.Manager`."""
    return managers.SyncManager()


def cpu_count() -> int:
    return _CPUS


def freeze_support() -> None:
    pass


def set_start_method(method: str | None = None, force: bool = False) -> None:
    _check_method(method)


def get_start_method(allow_none: bool = False) -> str:
    return "spawn"


def get_all_start_methods() -> list[str]:
    return ["fork", "spawn", "forkserver"]


def _check_method(method: str | None) -> None:
    if method is not None and method not in get_all_start_methods():
        raise ValueError(f"cannot find context for {method!r}")


def get_context(method: str | None = None) -> types.ModuleType:
    _check_method(method)
    return MULTIPROCESSING.module("multiprocessing")


PUBLIC: dict[str, Any] = {
    "Process": process.Process,
    "Lock": locks.Lock,
    "RLock": locks.RLock,
    "Semaphore": locks.Semaphore,
    "BoundedSemaphore": locks.BoundedSemaphore,
    "Condition": conditions.Condition,
    "Event": conditions.Event,
    "Barrier": barriers.Barrier,
    "Queue": queues.Queue,
    "JoinableQueue": queues.JoinableQueue,
    "SimpleQueue": queues.SimpleQueue,
    "Pipe": pipes.pipe,
    "Value": structures.shared_value,
    "Array": structures.shared_array,
    "RawValue": structures.raw_value,
    "RawArray": structures.raw_array,
    "active_children": waiting.active_children,
    "Manager": manager,
    **{
        thing.__name__: thing
        for thing in (ProcessError, BufferTooShort, AuthenticationError, TimeoutError, current_process, parent_process,
                      cpu_count, freeze_support, set_start_method, get_start_method, get_all_start_methods, get_context)
    },
}  # fmt: skip

SUBMODULES: dict[str, dict[str, Any]] = {
    "shared_memory": {"SharedMemory": shared_memory.SharedMemory, "ShareableList": shared_memory.shareable_list},
    "managers": {
        **{
            name: getattr(proxies, name)
            for name in ("ListProxy", "DictProxy", "ArrayProxy", "ValueProxy", "NamespaceProxy")
        },
        "SyncManager": managers.SyncManager,
        "Namespace": Namespace,
        "RemoteError": RemoteError,
    },
    "connection": {"wait": waiting.wait, "Connection": pipes.Connection, "Pipe": pipes.pipe},
    "process": {
        "active_children": waiting.active_children,
        "current_process": current_process,
        "parent_process": parent_process,
        "BaseProcess": process.Process,
    },
    "queues": {
        "Empty": queue.Empty,
        "Full": queue.Full,
        "Queue": queues.Queue,
        "SimpleQueue": queues.SimpleQueue,
    },
    "sharedctypes": {name: PUBLIC[name] for name in ("Value", "Array", "RawValue", "RawArray")},
    "synchronize": {
        name: PUBLIC[name]
        for name in ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event", "Barrier")
    },
    "context": {"TimeoutError": TimeoutError, "ProcessError": ProcessError, "Process": process.Process},
}
MULTIPROCESSING = StandIns(
    {"multiprocessing": PUBLIC, **{f"multiprocessing.{name}": names for name, names in SUBMODULES.items()}},
    INSTEAD, "use what multiprocessing's Process, locks and queues offer",
)  # fmt: skip
