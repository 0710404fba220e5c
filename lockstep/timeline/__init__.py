"""A bar a process: what each one was doing, recorded from real processes or taken from a simulation."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lockstep.callable_package import make_callable
from lockstep.timeline.bars import KINDS, Bar, Kind, Lane, Timeline

if TYPE_CHECKING:
    from lockstep.timeline.run import timeline

__all__ = ["KINDS", "Bar", "Kind", "Lane", "Timeline", "timeline"]


def __getattr__(name: str) -> Any:
    """`timeline` is loaded on demand: a recorded child loads this package, and needs no widgets."""
    if name == "timeline":
        return import_module("lockstep.timeline.run").timeline
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


make_callable(__name__, "lockstep.timeline.run")
