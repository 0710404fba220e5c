"""What a program imports in virtual time: `multiprocessing` with pools and shared memory, futures, clocks."""

from __future__ import annotations

import concurrent.futures
import concurrent.futures.process
import os
import timeit
import types
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from lockstep.standin.imports import plain
from lockstep.standin.imports.covered import OS, Imports, refusal
from lockstep.standin.imports.modules import StandIns
from lockstep.standin.machine import current
from lockstep.standin.mpi_when_used import mpi4py
from lockstep.standin.objects import conditions, managers, processes
from lockstep.standin.objects.managers import Sendable
from lockstep.standin.shared import ask
from lockstep.standin.timed import executors, memory, pools
from lockstep.standin.timed.clock import clocks, date, now
from lockstep.standin.timed.dates import dates


class Process(processes.Process):
    """A Process that can be joined for a limited time."""

    def join(self, timeout: float | None = None) -> None:
        if timeout is None:
            super().join()
            return
        self._check_closed()
        assert current().process().identity == self._creator, "can only join a child process"
        assert self._started, "can only join a started process"
        if self._code is None:
            self.learn(ask("process.join", (), self.identity, patience=timeout))


class Condition(conditions.Condition):
    """A Condition whose `wait_for` has one limit for all its waits."""

    def wait_for(self, predicate: Callable[[], Any], timeout: float | None = None) -> Any:
        result = predicate()
        limit = None if result or timeout is None else now() + timeout
        while not result:
            left = None if limit is None else limit - now()
            if left is not None and left <= 0:
                break
            self.wait(left)
            result = predicate()
        return result


class ManagedCondition(Sendable, Condition):
    """A Condition of a Manager."""


class SyncManager(managers.SyncManager):
    """A Manager whose Conditions wait in virtual time."""

    Condition = ManagedCondition


class Exited(SystemExit):
    """`os._exit`: the process ends here, and nothing is shut down."""

    @property
    def status(self) -> int:
        return self.code if isinstance(self.code, int) else 1


def _exit(status: int) -> None:
    raise Exited(status)


def cpu_count() -> int:
    cores: int = current().option("cores")
    return cores


def sched_getaffinity(pid: int) -> set[int]:
    return set(range(cpu_count()))


def get_context(method: str | None = None) -> types.ModuleType:
    plain.get_context(method)  # refuses unknown methods
    return STAND_INS.module("multiprocessing")


_futures = concurrent.futures
_MULTIPROCESSING: dict[str, Any] = {
    **plain.PUBLIC,
    "Process": Process,
    "Condition": Condition,
    "Manager": SyncManager,
    "Pool": pools.Pool,
    "Value": memory.memory_value,
    "Array": memory.memory_array,
    "RawValue": memory.raw_value,
    "RawArray": memory.raw_array,
    "cpu_count": cpu_count,
    "get_context": get_context,
}
POOL: dict[str, Any] = {
    "Pool": pools.Pool,
    "AsyncResult": pools.AsyncResult,
    "ApplyResult": pools.AsyncResult,
    "MapResult": pools.AsyncResult,
    "IMapIterator": pools.ResultIterator,
    "TimeoutError": plain.TimeoutError,
}
_SUBMODULES: dict[str, dict[str, Any]] = {
    "managers": {**plain.SUBMODULES["managers"], "SyncManager": SyncManager},
    "connection": plain.SUBMODULES["connection"],
    "process": plain.SUBMODULES["process"],
    "pool": POOL,
    "shared_memory": {"SharedMemory": memory.SharedMemory, "ShareableList": memory.shareable_list},
    "sharedctypes": {name: _MULTIPROCESSING[name] for name in ("Value", "Array", "RawValue", "RawArray")},
    "context": {"TimeoutError": plain.TimeoutError, "ProcessError": plain.ProcessError, "Process": Process},
    "queues": plain.SUBMODULES["queues"],
    "synchronize": {**plain.SUBMODULES["synchronize"], "Condition": Condition},
}
FUTURES: dict[str, Any] = {
    "ProcessPoolExecutor": executors.ProcessPoolExecutor,
    "Future": executors.Future,
    "as_completed": executors.as_completed,
    "wait": executors.wait,
    **{
        name: getattr(_futures, name)
        for name in ("ALL_COMPLETED", "FIRST_COMPLETED", "FIRST_EXCEPTION", "CancelledError", "TimeoutError",
                     "BrokenExecutor", "InvalidStateError")
    },
}  # fmt: skip
_INSTEAD = {
    "ThreadPoolExecutor": "use ProcessPoolExecutor; threads are not simulated",
    "InterpreterPoolExecutor": "use ProcessPoolExecutor; interpreters are not simulated",
    "managers": "use Manager() with its lists, dicts, queues and locks",
    "connection": "use Pipe()",
}


broken = concurrent.futures.process.BrokenProcessPool
STAND_INS = StandIns(
    {
        "multiprocessing": _MULTIPROCESSING,
        **{f"multiprocessing.{name}": contents for name, contents in _SUBMODULES.items()},
        "concurrent": {},
        "concurrent.futures": FUTURES,
        "concurrent.futures.process": {"BrokenProcessPool": broken, **FUTURES},
    },
    _INSTEAD,
    "use processes, pools, queues, locks or shared memory",
    {"mpi4py": partial(mpi4py, now)},
)
_DATES = dates(date)
_NO_TIMING = {name: refusal(f"timeit.{name}", "read time.perf_counter() before and after") for name in timeit.__all__}


class TimedImports(Imports):
    """`__import__` for one process in virtual time."""

    def __init__(self, identity: str, own: Mapping[str, types.ModuleType], made: dict[str, types.ModuleType]) -> None:
        system = {
            **OS,
            "_exit": _exit,
            "cpu_count": cpu_count,
            "process_cpu_count": cpu_count,
            "sched_getaffinity": sched_getaffinity,
            "environ": dict(os.environ),
        }
        offered = {"os": system, "time": clocks(), "timeit": {**_NO_TIMING, "default_timer": now}, "datetime": _DATES}
        super().__init__(identity, own, made, dict.fromkeys(STAND_INS.packages(), STAND_INS), offered)
