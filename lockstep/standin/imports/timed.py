"""What a program imports in virtual time: `multiprocessing` with pools and shared memory, futures, clocks."""

from __future__ import annotations

import concurrent.futures
import concurrent.futures.process
import os
import timeit
import types
from collections.abc import Callable, Mapping
from typing import Any

from lockstep.standin.imports import covered as inputs
from lockstep.standin.imports import plain as module
from lockstep.standin.machine import current, not_covered
from lockstep.standin.objects import processes as process
from lockstep.standin.objects.conditions import Condition
from lockstep.standin.objects.processes import Process
from lockstep.standin.shared import ask
from lockstep.standin.timed import executors, memory, pools
from lockstep.standin.timed.clock import clocks, now
from lockstep.standin.timed.dates import DATES


class TimedProcess(Process):
    """A Process that can be joined for a limited time."""

    def join(self, timeout: float | None = None) -> None:
        if timeout is None:
            super().join()
            return
        assert current().process().identity == self._creator, "can only join a child process"
        assert self._started, "can only join a started process"
        if self._code is None:
            self._code = ask("process.join", (), self.identity, patience=timeout)


class TimedCondition(Condition):
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
    module.get_context(method)  # refuses unknown methods
    return _modules["multiprocessing"]


_futures = concurrent.futures
_MULTIPROCESSING: dict[str, Any] = {
    **module.PUBLIC,
    "Process": TimedProcess,
    "Condition": TimedCondition,
    "Pool": pools.Pool,
    "Value": memory.MemoryValue,
    "Array": memory.memory_array,
    "RawValue": memory.raw_value,
    "RawArray": memory.raw_array,
    "cpu_count": cpu_count,
    "get_context": get_context,
}
_SUBMODULES: dict[str, dict[str, Any]] = {
    "process": {
        "current_process": module.current_process,
        "parent_process": module.parent_process,
        "BaseProcess": process.Process,
    },
    "pool": {
        "Pool": pools.Pool,
        "AsyncResult": pools.AsyncResult,
        "ApplyResult": pools.AsyncResult,
        "MapResult": pools.AsyncResult,
        "IMapIterator": pools.ResultIterator,
        "TimeoutError": module.TimeoutError,
    },
    "shared_memory": {"SharedMemory": memory.SharedMemory, "ShareableList": memory.shareable_list},
    "sharedctypes": {name: _MULTIPROCESSING[name] for name in ("Value", "Array", "RawValue", "RawArray")},
    "context": {"TimeoutError": module.TimeoutError, "ProcessError": module.ProcessError, "Process": TimedProcess},
    "queues": vars(module.module("multiprocessing.queues")),
    "synchronize": {**vars(module.module("multiprocessing.synchronize")), "Condition": TimedCondition},
}
_FUTURES: dict[str, Any] = {
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
    "Manager": "use a Value, an Array, a Queue or SharedMemory",
    "active_children": "keep the Process objects in a list",
    "connection": "use Pipe()",
}


_NO_TIMING = {
    name: inputs.refusal(f"timeit.{name}", "read time.perf_counter() before and after") for name in timeit.__all__
}


class _Module(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        full = f"{self.__name__}.{name}"
        raise not_covered(f"`{full}`", _INSTEAD.get(name, "use processes, pools, queues, locks or shared memory"))


_modules: dict[str, types.ModuleType] = {}


def _add(name: str, contents: Mapping[str, Any]) -> types.ModuleType:
    made = _modules[name] = _Module(name)
    public = {key: value for key, value in contents.items() if not key.startswith("__")}
    made.__dict__.update(public, __all__=sorted(public), __path__=[])
    above, _, short = name.rpartition(".")
    if above:
        setattr(_modules[above], short, made)
    return made


_add("multiprocessing", _MULTIPROCESSING)
for _name, _contents in _SUBMODULES.items():
    _add(f"multiprocessing.{_name}", _contents)
_add("concurrent", {})
_add("concurrent.futures", _FUTURES)
_broken = concurrent.futures.process.BrokenProcessPool
_add("concurrent.futures.process", {"BrokenProcessPool": _broken, **_FUTURES})


def _standing_in(name: str, wanted: Any) -> types.ModuleType:
    if name not in _modules:
        raise not_covered(f"`{name}`", "use processes, pools, queues, locks or shared memory")
    if not wanted:
        return _modules[name.partition(".")[0]]
    for one in wanted:
        if one != "*":
            getattr(_modules[name], one)
    return _modules[name]


def imports(
    identity: str, own: Mapping[str, types.ModuleType], made: dict[str, types.ModuleType]
) -> Callable[..., Any]:
    """An `__import__` for one process in virtual time; `own` and `made` as in `lockstep.standin.imports.covered`."""
    timed = {"time": clocks(), "timeit": {**_NO_TIMING, "default_timer": now}, "datetime": DATES}
    others = inputs.imports(identity, own, timed, made)
    system = {
        "_exit": _exit,
        "cpu_count": cpu_count,
        "process_cpu_count": cpu_count,
        "sched_getaffinity": sched_getaffinity,
        "environ": dict(os.environ),
    }

    def imported(
        name: str, globals_: Any = None, locals_: Any = None, fromlist: Any = (), level: int = 0
    ) -> types.ModuleType:
        if name.partition(".")[0] in ("multiprocessing", "concurrent"):
            return _standing_in(name, fromlist)
        found: types.ModuleType = others(name, globals_, locals_, fromlist, level)
        if name == "os":
            vars(found).update(system)
        return found

    return imported
