"""What an object of the stand-in lacks that the real one has: refused by the name that the program uses."""

from __future__ import annotations

import importlib
import types
from collections.abc import Iterator
from functools import cache
from typing import Any

from lockstep.standin.machine import not_covered

# Class of the stand-in, without what tells ours apart -> the real class.
_REAL = {
    "Process": "multiprocessing.process.BaseProcess",
    "MainProcess": "multiprocessing.process._MainProcess",
    "Connection": "multiprocessing.connection.Connection",
    "Pool": "multiprocessing.pool.Pool",
    "AsyncResult": "multiprocessing.pool.MapResult",
    "ResultIterator": "multiprocessing.pool.IMapIterator",
    "ProcessPoolExecutor": "concurrent.futures.process.ProcessPoolExecutor",
    "Future": "concurrent.futures.Future",
    "SharedMemory": "multiprocessing.shared_memory.SharedMemory",
    "Value": "multiprocessing.sharedctypes.Synchronized",
    "Array": "multiprocessing.sharedctypes.SynchronizedArray",
    **{name: f"multiprocessing.queues.{name}" for name in ("Queue", "JoinableQueue", "SimpleQueue")},
    **{
        name: f"multiprocessing.synchronize.{name}"
        for name in ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event", "Barrier")
    },
}
_INSTEAD = {
    "_identity": "use `current_process().name`, or give every process its number as an argument",
    "_number_left": "use `ready()`",
    "sentinel": "use `join()`",
}


class Lacking:
    """An object that stands for a real one. What it has not got is refused if the real one has it, else unknown."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        ours = next(base.__name__ for base in type(self).__mro__ if base.__module__.startswith("lockstep."))
        kind = ours if ours in _REAL else ours.removeprefix("Shared").removeprefix("Memory")
        if not name.startswith("__") and kind in _REAL and name in _real_names(_REAL[kind]):
            private = "it is private to `multiprocessing`: keep to what its documentation tells of"
            otherwise = private if name.startswith("_") else "use what processes, queues and locks offer"
            raise not_covered(f"`{kind}.{name}`", _INSTEAD.get(name, otherwise))
        own = kind if type(self).__module__.startswith("lockstep.") else type(self).__name__
        raise AttributeError(f"{own!r} object has no attribute {name!r}")


@cache
def _real_names(real: str) -> frozenset[str]:
    """What the code of a class and of its bases calls the attributes of its objects, and some more."""
    module, _, name = real.rpartition(".")
    found: Any = getattr(importlib.import_module(module), name)
    return frozenset(dir(found)).union(*(code.co_names for base in found.__mro__ for code in _codes(vars(base))))


def _codes(namespace: Any) -> Iterator[types.CodeType]:
    for value in namespace.values():
        function = getattr(value, "fget", None) or getattr(value, "__func__", value)
        if isinstance(function, types.FunctionType):
            yield function.__code__
