"""What a program must not see differently on every run: imports, clocks, files, random numbers, each defined or
refused."""

from __future__ import annotations

import builtins
import importlib
import logging
import random
import sys
import types
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from lockstep.standin.imports import plain
from lockstep.standin.imports.logs import own_logging
from lockstep.standin.imports.modules import Lenient, StandIns
from lockstep.standin.imports.neighbours import check_package, neighbour
from lockstep.standin.imports.threads import QUEUES, THREADING
from lockstep.standin.machine import current, not_covered
from lockstep.standin.objects.processes import pid_of

_PROCESS = "use multiprocessing.Process"
_WAITING = "wait for a Queue, a Pipe or an Event"
_REFUSED_MODULES = {
    "_thread": _PROCESS,
    "asyncio": _PROCESS,
    "subprocess": _PROCESS,
    "socket": "use multiprocessing.Pipe",
    "select": _WAITING,
    "selectors": _WAITING,
    "signal": "use an Event or a sentinel",
    "mmap": "use multiprocessing.Array",
    "secrets": "use `random`, which gives every process its own fixed numbers here",
    "tempfile": "use a Queue or a Value instead of files",
    "sched": "use multiprocessing.Event",
    "joblib": _PROCESS,
}
_REFUSED = {"threading": THREADING, **{name: StandIns({name: {}}, {}, why) for name, why in _REFUSED_MODULES.items()}}
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
    "_exit": "use sys.exit",
    "abort": "use sys.exit",
}


class _Covered(types.ModuleType):
    """A module whose harmless names are those of the real one."""

    def __init__(self, real: types.ModuleType, own: Mapping[str, Any]) -> None:
        super().__init__(real.__name__)
        self.__dict__.update({k: v for k, v in vars(real).items() if not k.startswith("__")})
        self.__dict__.update(own)
        self._real = real

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return getattr(self._real, name)  # what it loads when it is asked for


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


def getppid() -> int:
    """As `os.getppid`."""
    parent = current().process().identity.rpartition(".")[0]
    return pid_of(parent) if parent else pid_of("0") - 1


def print_nothing(*values: Any, **keywords: Any) -> None:
    """`print`: what simulated processes print is not shown."""


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


class Imports:
    """`__import__` for one simulated process.

    A name that is not covered costs nothing until it is used: the import binds what refuses every use.
    """

    def __init__(
        self,
        identity: str,
        own: Mapping[str, types.ModuleType],
        made: dict[str, types.ModuleType],
        standing_in: Mapping[str, StandIns],
        offered: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """`own`: the process's own modules by name; `made`: where modules made for this process alone are put.

        `standing_in`: the stand-ins for packages, by the package's name; `offered`: what modules offer here that
        differs from the real ones, by the module's name.
        """
        self._identity, self._own, self._made = identity, own, made
        self._standing_in, self._offered = {**_REFUSED, **standing_in}, {"os": OS, "queue": QUEUES, **offered}

    def __call__(
        self, name: str, globals_: Any = None, locals_: Any = None, fromlist: Any = (), level: int = 0
    ) -> types.ModuleType:
        top = name.partition(".")[0]
        if level == 0 and (stand_ins := self._standing_in.get(top)) is not None:
            module = stand_ins.module(name)
            if not fromlist:
                return stand_ins.module(top)
            return Lenient(module, "*" in fromlist)
        if (name == top or not fromlist) and level == 0 and (found := self._own_module(top)) is not None:
            if name != top:  # it has modules of its own, which are the real ones
                importlib.import_module(name)
                inner = name.split(".")[1]
                vars(found).setdefault(inner, getattr(sys.modules[top], inner))
            return found
        found = importlib.__import__(name, globals_, locals_, fromlist, level)
        if level == 0:
            check_package(top)
        return found

    def _own_module(self, top: str) -> types.ModuleType | None:
        """The module that this process has for itself, if it has one of this name."""
        if top in self._own:
            return self._own[top]
        if top not in self._made:
            if top == "random":
                self._made[top] = random_module(self._identity)
            elif top == "logging":
                self._made[top] = _Covered(logging, own_logging(_known_as))
            elif top in self._offered:
                self._made[top] = _Covered(importlib.import_module(top), self._offered[top])
            else:
                return neighbour(top, lambda: vars(self._made["builtins"]), self._made)
        return self._made[top]


OS: dict[str, Any] = {
    **{name: refusal(f"os.{name}", instead) for name, instead in _REFUSED_OS.items()},
    "getpid": getpid,
    "getppid": getppid,
    "cpu_count": plain.cpu_count,
}


def covered_builtins(importer: Callable[..., Any]) -> dict[str, Any]:
    """The builtins of a simulated process."""
    # `lazy import`, from 3.15 on, imports at once: later, it would find the real modules.
    return {**_builtins(), "__import__": importer, "__lazy_import__": importer}


@cache
def _builtins() -> dict[str, Any]:
    files = "pass the data as an argument"
    refused = {name: refusal(name, files) for name in ("open", "input")}
    return {**vars(builtins), "print": print_nothing, **refused}
