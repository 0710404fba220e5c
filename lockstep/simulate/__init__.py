"""`simulate`: a program of processes on virtual cores.

The package itself can be called, so that `lockstep.simulate` means the same whichever part of it was imported first.
"""

import sys
import types
from importlib import import_module
from typing import Any

_HOMES = {
    "Accuracy": "accuracy",
    "Costs": "costs",
    "Curve": "curves",
    "Deadlocked": "words",
    "NotSimulated": "simulation",
    "Simulation": "result",
    "curve": "simulation",
    "work": "",
}


class _Simulate(types.ModuleType):
    def __call__(self, function: Any, *arguments: Any, **options: Any) -> Any:
        """See `lockstep.simulate.simulation.simulate`."""
        return import_module("lockstep.simulate.simulation").simulate(function, *arguments, **options)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"`simulate` has no {name!r}; it has {', '.join(_HOMES)}")
    home = f"lockstep.simulate.{_HOMES[name]}" if _HOMES[name] else "lockstep.standin.virtual_time"
    return getattr(import_module(home), name)


sys.modules[__name__].__class__ = _Simulate
