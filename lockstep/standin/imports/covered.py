"""What a program must not see differently on every run: imports, clocks, files, random numbers, each defined or
refused."""

from __future__ import annotations

import builtins
import importlib
import os
import queue
import random
import timeit
import types
from collections.abc import Callable, Mapping
from typing import Any

from lockstep.standin.imports import plain as standin
from lockstep.standin.imports.neighbours import check_package, neighbour
from lockstep.standin.imports.threads import QUEUES, THREADING
from lockstep.standin.machine import current, not_covered

_REFUSED_MODULES = {
    "_thread": "use multiprocessing.Process",
    "concurrent": "use multiprocessing.Process and a Queue",
    "asyncio": "use multiprocessing.Process",
    "subprocess": "use multiprocessing.Process",
    "socket": "use multiprocessing.Pipe",
    "select": "wait for a Queue, a Pipe or an Event",
    "selectors": "wait for a Queue, a Pipe or an Event",
    "signal": "use an Event or a sentinel",
    "mmap": "use multiprocessing.Array",
    "secrets": "use `random`, which gives every process its own fixed numbers here",
    "tempfile": "use a Queue or a Value instead of files",
    "sched": "use multiprocessing.Event",
    "joblib": "use multiprocessing.Process",
}
_REFUSED_OS = {
    "fork": "use multiprocessing.Process",
    "forkpty": "use multiprocessing.Process",
    "urandom": "use `random`",
    "getrandom": "use `random`",
    "open": "use a Queue or a Value instead of files",
    "pipe": "use multiprocessing.Pipe",
    "kill": "use Process.terminate",
    "wait": "use Process.join",
    "waitpid": "use Process.join",
    "system": "use multiprocessing.Process",
    "listdir": "pass the data as an argument",
    "times": "measure on the real machine",
}
_CLOCKS = (
    "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time",
    "process_time_ns",
    "thread_time", "thread_time_ns", "clock_gettime", "clock_gettime_ns", "localtime", "gmtime", "ctime", "asctime",
    "strftime",
)  # fmt: skip


class _Covered(types.ModuleType):
    """A module whose harmless names are those of the real one."""

    def __init__(self, real: types.ModuleType, own: Mapping[str, Any]) -> None:
        super().__init__(real.__name__)
        self.__dict__.update({k: v for k, v in vars(real).items() if not k.startswith("__")})
        self.__dict__.update(own)


def _known_as(function: Any, module: str, name: str) -> Any:
    """The function under the name by which programs know it: by that, pickles find it in another process."""
    function.__module__, function.__name__, function.__qualname__ = module, name, name
    return function


def refusal(what: str, instead: str) -> Callable[..., Any]:
    """A function that stands for `what` ("open", "os.fork") and raises NotCovered when it is called."""

    def refused(*_arguments: Any, **_keywords: Any) -> Any:
        raise not_covered(f"`{what}`", instead)

    module, _, name = what.rpartition(".")
    return _known_as(refused, module or "builtins", name)  # type: ignore[no-any-return]


def getpid() -> int:
    """As `os.getpid`."""
    pid: int = current().process().pid  # type: ignore[assignment]
    return pid


def print_nothing(*values: Any, **keywords: Any) -> None:
    """`print`: what simulated processes print is not shown."""


def sleep_no_time(seconds: float) -> None:
    """`time.sleep` where no time exists."""


def random_module(identity: str) -> types.ModuleType:
    """A module `random` for one process, seeded with its number."""
    numbers = random.Random(f"lockstep {identity}")

    def seed(value: Any = None, version: int = 2) -> None:
        numbers.seed(f"lockstep {identity}" if value is None else value, version)

    def seeded(value: Any = None) -> random.Random:
        if value is None:
            raise not_covered("`random.Random()` without a seed", "give it a seed")
        return random.Random(value)

    own = {name: getattr(numbers, name) for name in dir(numbers) if not name.startswith("_")}
    for function, name in ((seed, "seed"), (seeded, "Random")):
        _known_as(function, "random", name)
    refused = {"SystemRandom": refusal("random.SystemRandom", "use random.Random(seed)")}
    made = _Covered(random, {**own, "seed": seed, "Random": seeded, **refused})
    made.__dict__["_inst"] = numbers
    return made


def imports(
    identity: str,
    own: Mapping[str, types.ModuleType],
    timed: Mapping[str, Mapping[str, Any]],
    made: dict[str, types.ModuleType],
) -> Callable[..., Any]:
    """An `__import__` for one simulated process.

    `own`: its own modules by name; `timed`: what those that tell the time offer, by module; `made`: where modules made
    for this process alone are put.
    """

    def covered(top: str) -> types.ModuleType | None:
        if top in own:
            return own[top]
        if top not in made:
            if top == "random":
                made[top] = random_module(identity)
            elif top in timed:
                made[top] = _Covered(importlib.import_module(top), timed[top])
            elif top == "queue":
                made[top] = _Covered(queue, QUEUES)
            elif top == "os":
                refused = {name: refusal(f"os.{name}", instead) for name, instead in _REFUSED_OS.items()}
                pid = {"getpid": getpid, "cpu_count": standin.cpu_count}
                made[top] = _Covered(os, {**refused, **pid})
            else:
                return neighbour(top, lambda: vars(made["builtins"]), made)
        return made[top]

    def imported(
        name: str, globals_: Any = None, locals_: Any = None, fromlist: Any = (), level: int = 0
    ) -> types.ModuleType:
        top = name.partition(".")[0]
        if top == "multiprocessing":
            inner = standin.module(name)
            if fromlist:
                for wanted in fromlist:
                    if wanted != "*":
                        getattr(inner, wanted)
                return inner
            return standin.module()
        if name == "threading":
            return THREADING
        if top in _REFUSED_MODULES:
            raise not_covered(f"the module `{name}`", _REFUSED_MODULES[top])
        if (name == top or not fromlist) and level == 0 and (found := covered(top)) is not None:
            return found
        found = importlib.__import__(name, globals_, locals_, fromlist, level)
        if level == 0:
            check_package(top)
        return found

    return imported


def no_clocks() -> dict[str, dict[str, Any]]:
    """The modules that tell the time, without clocks; sleeping takes no time."""
    instead = "no time passes on a machine that takes every interleaving; measure on the real machine"
    return {
        "time": {"sleep": sleep_no_time, **{name: refusal(f"time.{name}", instead) for name in _CLOCKS}},
        "timeit": {name: refusal(f"timeit.{name}", instead) for name in timeit.__all__},
    }


def covered_builtins(importer: Callable[..., Any]) -> dict[str, Any]:
    """The builtins of a simulated process."""
    files = "pass the data as an argument"
    return {
        **vars(builtins),
        "__import__": importer,
        "print": print_nothing,
        "open": refusal("open", files),
        "input": refusal("input", files),
    }
