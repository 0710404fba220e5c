"""`simulate`: a program of processes on virtual cores."""

from importlib import import_module
from typing import Any

from lockstep.callable_package import make_callable

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


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"`simulate` has no {name!r}; it has {', '.join(_HOMES)}")
    home = f"lockstep.simulate.{_HOMES[name]}" if _HOMES[name] else "lockstep.standin.virtual_time"
    return getattr(import_module(home), name)


make_callable(__name__, "lockstep.simulate.simulation")
