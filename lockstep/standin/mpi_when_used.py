"""The stand-in for mpi4py, loaded when a program of ranks first needs it: others need not wait for it."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any


def mpi4py(now: Callable[[], float]) -> tuple[Mapping[str, Mapping[str, Any]], Mapping[str, str]]:
    """The modules of mpi4py with their contents, and what to use instead of what is not there; `now` gives seconds."""
    module: Any = import_module("lockstep.standin.mpi.module")
    return module.contents(now), module.INSTEAD


@cache
def run_ranks() -> Callable[..., list[Any]]:
    """The main of a program of ranks."""
    found: Callable[..., list[Any]] = import_module("lockstep.standin.mpi.ranks").run_ranks
    return found
