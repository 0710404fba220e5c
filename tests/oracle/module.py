"""The oracle's `multiprocessing` as programs import it, and its processes."""

from __future__ import annotations

import builtins
import threading
import types
from collections.abc import Callable
from typing import Any

from . import cells, channels, locks
from .engine import Machine
from .histories import OBSERVING
from .locks import always, me


class Process:
    """A process object; its `run` may be overridden."""

    def __init__(
        self, group: None = None, target: Callable[..., Any] | None = None, name: str | None = None,
        args: Any = (), kwargs: Any = None, *, daemon: bool | None = None,
    ) -> None:  # fmt: skip
        self._target, self._args, self._kwargs = target, tuple(args), dict(kwargs or {})
        record = Machine.running.construct(bool(daemon) if daemon is not None else me().daemon)
        self._number = record.number
        self.name = name or f"Process-{record.number}"
        self._joined = False

    @property
    def _record(self) -> Any:
        return Machine.running.processes[self._number]

    @property
    def daemon(self) -> bool:
        return self._record.daemon

    @daemon.setter
    def daemon(self, daemon: bool) -> None:
        self._record.daemon = daemon

    def run(self) -> None:
        if self._target is not None:
            self._target(*self._args, **self._kwargs)

    def start(self) -> None:
        assert self._record.status == "constructed", "cannot start a process twice"
        Machine.running.start(self._record, self)

    def join(self, timeout: float | None = None) -> None:
        assert self._record.parent is me(), "can only join a child process"
        assert self._record.status != "constructed", "can only join a started process"
        if timeout is None:
            Machine.running.join(self._record)
            self._joined = True

    def is_alive(self) -> bool:
        record = self._record
        if self._joined or record.status == "constructed":
            return False
        return always("process.is_alive", lambda: record.status != "exited")

    @property
    def exitcode(self) -> int | None:
        record = self._record
        if record.status == "constructed":
            return None
        if self._joined:
            return record.code
        return always("process.exitcode", lambda: record.code if record.status == "exited" else None)

    def terminate(self) -> None:
        self._signal("process.terminate", -15)

    def kill(self) -> None:
        self._signal("process.kill", -9)

    def _signal(self, operation: str, code: int) -> None:
        machine, record = Machine.running, self._record
        if not self._joined:
            always(operation, lambda: machine.kill(record, code))

    def close(self) -> None:
        pass


class inside:  # noqa: N801 - it is used like a function
    """`with inside("section"):` as programs use it."""

    def __init__(self, section: str) -> None:
        self.section = section

    def __enter__(self) -> None:
        process = me()
        Machine.running.sections_used = True
        process.inside.append(self.section)
        process.been_inside.add(self.section)

    def __exit__(self, *exc: object) -> None:
        process = me()
        if self.section in process.inside:
            process.inside.remove(self.section)


def _module() -> types.ModuleType:
    module: Any = types.ModuleType("multiprocessing")
    for name in ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event", "Barrier"):
        setattr(module, name, getattr(locks, name))
    for name in ("Queue", "JoinableQueue", "SimpleQueue"):
        setattr(module, name, getattr(channels, name))
    module.Process, module.Pipe = Process, channels.pipe
    module.Value, module.Array, module.RawValue, module.RawArray = (
        cells.value, cells.array, cells.raw_value, cells.raw_array,
    )  # fmt: skip
    module.BrokenBarrierError = threading.BrokenBarrierError
    module.cpu_count = lambda: 2
    module.current_process = lambda: me().self_object
    module.get_context = lambda method=None: module
    return module


MULTIPROCESSING = _module()
TIME: Any = types.ModuleType("time")
TIME.sleep = lambda seconds: None
LOCKSTEP: Any = types.ModuleType("lockstep")
LOCKSTEP.inside = inside
LOCKSTEP.explore = LOCKSTEP.sections = LOCKSTEP
OURS = {
    "multiprocessing": MULTIPROCESSING,
    "time": TIME,
    "lockstep": LOCKSTEP,
    "lockstep.exploration.sections": LOCKSTEP,
    "observing": OBSERVING,
}


def importing(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
    """What `import` does in a program."""
    if name == "random":
        return me().random
    return OURS[name] if name in OURS else builtins.__import__(name, globals, locals, fromlist, level)
