"""What a program imports where no time exists: `multiprocessing` with pools, futures, and nothing that depends on clocks."""

from __future__ import annotations

import timeit
import types
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from lockstep.standin.imports import moments, plain
from lockstep.standin.imports.covered import Imports, refusal
from lockstep.standin.imports.modules import StandIns
from lockstep.standin.imports.timed import FUTURES, POOL, broken
from lockstep.standin.machine import not_covered
from lockstep.standin.mpi_when_used import mpi4py
from lockstep.standin.objects import memory_views
from lockstep.standin.objects.sleeping import sleep_no_time
from lockstep.standin.timed import executors, pools
from lockstep.standin.timed.mailbox import never

_NO_TIME = "no time passes on a machine that takes every interleaving; measure on the real machine"
_CLOCKS: dict[str, dict[str, Any]] = {
    "time": {"sleep": sleep_no_time, **moments.TIME},
    "timeit": {**{name: refusal(f"timeit.{name}", _NO_TIME) for name in timeit.__all__}, "default_timer": moments.read},
    "datetime": moments.DATES,
    "numpy": {"ndarray": memory_views.ndarray, "frombuffer": memory_views.frombuffer, "asarray": memory_views.asarray},
}


class Future(executors.Future):
    """A Future that cannot be cancelled: a thread of the executor decides whether it still can be, and here is none."""

    def cancel(self) -> bool:
        if self.done():
            return False
        raise not_covered("`Future.cancel`", "let the task look at an Event, and return when it is set")

    def running(self) -> bool:
        raise not_covered("`Future.running`", "use `done()`, or an Event that the task sets")


class ProcessPoolExecutor(executors.ProcessPoolExecutor):
    """As `concurrent.futures.ProcessPoolExecutor`."""

    def _skipping(self) -> Callable[[int], bool]:
        return never

    def _give_up(self, futures: Iterable[executors.Future]) -> None:
        pass

    def _future(self, number: int, join: Callable[[list[Any]], Any]) -> Future:
        return Future(self, number, join)


def get_context(method: str | None = None) -> types.ModuleType:
    plain.get_context(method)  # refuses unknown methods
    return STAND_INS.module("multiprocessing")


_FUTURES = {**FUTURES, "ProcessPoolExecutor": ProcessPoolExecutor, "Future": Future}
_INSTEAD = {
    **plain.INSTEAD,
    "ThreadPoolExecutor": "use ProcessPoolExecutor; threads are not covered",
    "InterpreterPoolExecutor": "use ProcessPoolExecutor; interpreters are not covered",
}
STAND_INS = StandIns(
    {
        "multiprocessing": {**plain.PUBLIC, "Pool": pools.Pool, "get_context": get_context},
        **{f"multiprocessing.{name}": names for name, names in plain.SUBMODULES.items()},
        "multiprocessing.pool": POOL,
        "concurrent": {},
        "concurrent.futures": _FUTURES,
        "concurrent.futures.process": {"BrokenProcessPool": broken, **_FUTURES},
    },
    _INSTEAD, "use what multiprocessing's Process, locks and queues offer", {"mpi4py": partial(mpi4py, moments.read)},
)  # fmt: skip


def untimed_imports(identity: str, own: Mapping[str, types.ModuleType], made: dict[str, types.ModuleType]) -> Imports:
    """An `__import__` for one process where no time exists: nothing depends on clocks, and sleeping takes no time."""
    return Imports(identity, own, made, dict.fromkeys(STAND_INS.packages(), STAND_INS), _CLOCKS)
