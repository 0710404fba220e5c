"""Instruments for learning multiprocessing: check, explore, simulate, speedup, timeline.

Importing this package loads nothing heavy: a child process under spawn imports it for every task, so each
instrument is loaded when its name is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lockstep import laws
    from lockstep.checking.check import raises
    from lockstep.checking.given import given
    from lockstep.checking.student import student
    from lockstep.cpus import usable_cpus
    from lockstep.explore.exploring import explore
    from lockstep.explore.sections import inside
    from lockstep.notebook.checks import check
    from lockstep.notebook.extension import load_ipython_extension
    from lockstep.player.replaying import replay
    from lockstep.player.widget import you_drive
    from lockstep.simulate.simulation import simulate
    from lockstep.speedup import speedup
    from lockstep.standin.virtual_time import work
    from lockstep.timeline import timeline
    from lockstep.version import __version__ as __version__

_HOMES = {
    "check": "lockstep.notebook.checks",
    "raises": "lockstep.checking.check",
    "given": "lockstep.checking.given",
    "student": "lockstep.checking.student",
    "explore": "lockstep.explore",
    "inside": "lockstep.explore.sections",
    "laws": "lockstep.laws",
    "simulate": "lockstep.simulate",
    "speedup": "lockstep.speedup",
    "timeline": "lockstep.timeline",
    "usable_cpus": "lockstep.cpus",
    "work": "lockstep.standin.virtual_time",
    "load_ipython_extension": "lockstep.notebook.extension",
    "replay": "lockstep.player.replaying",
    "you_drive": "lockstep.player.widget",
    "__version__": "lockstep.version",
}

__all__ = [
    "check",
    "explore",
    "given",
    "inside",
    "laws",
    "load_ipython_extension",
    "raises",
    "replay",
    "simulate",
    "speedup",
    "student",
    "timeline",
    "usable_cpus",
    "work",
    "you_drive",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'lockstep' has no attribute {name!r}; it has {', '.join(__all__)}")
    home = import_module(_HOMES[name])
    value = getattr(home, name, home)  # an instrument's package can itself be called
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
