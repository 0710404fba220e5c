"""The machine that a campaign runs on: it times runs, holds pools, and leaves no process behind."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Protocol

import psutil
from threadpoolctl import threadpool_limits

from lockstep.machine.capacity import KERNEL_SECONDS, QUOTA_SECONDS, Capacity, CapacityProbe
from lockstep.machine.others import CpuReading, cpu_reading
from lockstep.machine.processes import NoneLeftBehind
from lockstep.machine.usable import UsableCpus, usable_cpus
from lockstep.measurement.measured_program import Program

PoolFactory = Callable[[int], Any]
"""Makes a context manager that holds so many workers: multiprocessing.Pool, ProcessPoolExecutor."""

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)


class Machine(Protocol):
    """What a campaign needs; a test gives a fake with a clock of its own."""

    cpus: UsableCpus

    def run(self, program: Program, workers: int, scale: int, warm: bool) -> tuple[float, Any]:
        """Wall seconds of one run, and its answer."""

    def capacity(self, workers: int) -> Capacity: ...

    def reading(self) -> CpuReading | None: ...


class ThisMachine:
    """The real one. A context manager: pools and the probe live as long as the campaign.

    The program runs in this process, exactly as the learner would call it, so an interrupt reaches it and its
    functions may be defined in a notebook.
    """

    def __init__(self, pool: PoolFactory, cpus: UsableCpus | None = None) -> None:
        self.cpus = cpus if cpus is not None else usable_cpus()
        self._pool = pool
        self._pools: dict[int, Any] = {}
        self._probe: CapacityProbe | None = None
        self._open = contextlib.ExitStack()

    def __enter__(self) -> ThisMachine:
        self._open.enter_context(_own_forkserver())  # ends last, when no process of the program is left
        self._open.enter_context(NoneLeftBehind())
        self._open.enter_context(one_thread_a_process())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pools.clear()
        self._open.__exit__(kind, error, trace)

    def run(self, program: Program, workers: int, scale: int, warm: bool) -> tuple[float, Any]:
        if program.pool is None:
            start = time.perf_counter()
            answer = program.call(workers, scale=scale)
            return time.perf_counter() - start, answer
        if not warm:
            start = time.perf_counter()
            with self._pool(workers) as pool:
                answer = program.call(workers, pool, scale)
            return time.perf_counter() - start, answer
        if workers not in self._pools:
            self._pools[workers] = self._open.enter_context(self._pool(workers))
        pool = self._pools[workers]
        start = time.perf_counter()
        answer = program.call(workers, pool, scale)
        return time.perf_counter() - start, answer

    def capacity(self, workers: int) -> Capacity:
        if self._probe is None:
            seconds = QUOTA_SECONDS if self.cpus.has_quota else KERNEL_SECONDS
            self._probe = self._open.enter_context(CapacityProbe(workers, seconds))
        return self._probe.measure(workers)

    def reading(self) -> CpuReading | None:
        return cpu_reading()


@contextlib.contextmanager
def one_thread_a_process() -> Iterator[None]:
    """BLAS and OpenMP at one thread, here and in processes started meanwhile.

    With their default, every worker starts a thread a CPU, and a Pool of 2 on matrix products is slower
    than one process alone. Processes of a forkserver have the environment in which that was started: `ThisMachine`
    starts a new one, unless the present one has processes at work, which then keep their threads.
    """
    saved = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    try:
        with threadpool_limits(1):
            yield
    finally:
        for name, value in saved.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _own_forkserver() -> Iterator[None]:
    """A forkserver that knows the environment of the campaign, and none afterwards that still does."""
    _stop_idle_forkserver()
    try:
        yield
    finally:
        _stop_idle_forkserver()


def _stop_idle_forkserver() -> None:
    """multiprocessing starts another when it needs one. It has only a private way to stop it, which waits for all
    processes that inherited a pipe: so it is ended first, and never while it has processes of its own.
    """
    module: Any = sys.modules.get("multiprocessing.forkserver")
    server: Any = getattr(module, "_forkserver", None)
    number = getattr(server, "_forkserver_pid", None)
    if number is None or not hasattr(server, "_stop"):
        return
    with contextlib.suppress(psutil.Error, OSError):
        process = psutil.Process(number)
        # Its number is another program's by now if somebody else has joined it.
        if process.ppid() == os.getpid() and not process.children():
            process.kill()
            server._stop()
