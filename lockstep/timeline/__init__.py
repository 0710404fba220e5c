"""A bar a process: what each one was doing, recorded from real processes or taken from a simulation.

The package itself can be called: `from lockstep import timeline` gives something to call whichever way it was loaded.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from lockstep.timeline.bars import KINDS, Bar, Kind, Lane, Timeline

if TYPE_CHECKING:
    from lockstep.timeline.run import timeline

__all__ = ["KINDS", "Bar", "Kind", "Lane", "Timeline", "timeline"]


def __getattr__(name: str) -> Any:
    """`timeline` is loaded on demand: a recorded child loads this package, and needs no widgets."""
    if name == "timeline":
        return import_module("lockstep.timeline.run").timeline
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class _CallablePackage(ModuleType):
    def __call__(self, *arguments: Any, **named: Any) -> Timeline:
        run: Timeline = import_module("lockstep.timeline.run").timeline(*arguments, **named)
        return run


sys.modules[__name__].__class__ = _CallablePackage
