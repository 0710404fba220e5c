"""Instruments for learning multiprocessing: check, explore, simulate, speedup, timeline.

Importing this package loads nothing heavy: a child process under spawn imports it for every task, so each
instrument is loaded when its name is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lockstep import laws
    from lockstep.checks.check import raises
    from lockstep.exploration.exploring import explore, replay, you_drive
    from lockstep.exploration.one_at_a_time.specification import wait_until
    from lockstep.exploration.sections import inside
    from lockstep.machine.usable import usable_cpus
    from lockstep.measurement.measuring import speedup
    from lockstep.measurement.store_buffering import store_buffering
    from lockstep.mpi.mpiexec import mpiexec
    from lockstep.notebook.check_cells import check
    from lockstep.notebook.course import course
    from lockstep.notebook.functions_for_children import load_ipython_extension
    from lockstep.notebook.gallery import drive, gallery
    from lockstep.notebook.machine_check import machine_check
    from lockstep.notebook.prediction import predict
    from lockstep.page.film import Film
    from lockstep.recording.recording import timeline
    from lockstep.simulation.simulating import simulate
    from lockstep.standin.objects.readers_writer import ReadersWriterLock
    from lockstep.standin.timed.clock import work
    from lockstep.student.given import given
    from lockstep.student.session import student
    from lockstep.version import __version__ as __version__

_HOMES = {
    "Film": "lockstep.page.film",
    "ReadersWriterLock": "lockstep.standin.objects.readers_writer",
    "check": "lockstep.notebook.check_cells",
    "course": "lockstep.notebook.course",
    "drive": "lockstep.notebook.gallery",
    "gallery": "lockstep.notebook.gallery",
    "raises": "lockstep.checks.check",
    "given": "lockstep.student.given",
    "student": "lockstep.student.session",
    "explore": "lockstep.exploration.exploring",
    "inside": "lockstep.exploration.sections",
    "laws": "lockstep.laws",
    "machine_check": "lockstep.notebook.machine_check",
    "mpiexec": "lockstep.mpi.mpiexec",
    "simulate": "lockstep.simulation.simulating",
    "speedup": "lockstep.measurement.measuring",
    "store_buffering": "lockstep.measurement.store_buffering",
    "timeline": "lockstep.recording.recording",
    "usable_cpus": "lockstep.machine.usable",
    "wait_until": "lockstep.exploration.one_at_a_time.specification",
    "work": "lockstep.standin.timed.clock",
    "load_ipython_extension": "lockstep.notebook.functions_for_children",
    "predict": "lockstep.notebook.prediction",
    "replay": "lockstep.exploration.exploring",
    "you_drive": "lockstep.exploration.exploring",
    "__version__": "lockstep.version",
}

__all__ = [
    "Film",
    "ReadersWriterLock",
    "check",
    "course",
    "drive",
    "explore",
    "gallery",
    "given",
    "inside",
    "laws",
    "load_ipython_extension",
    "machine_check",
    "mpiexec",
    "predict",
    "raises",
    "replay",
    "simulate",
    "speedup",
    "store_buffering",
    "student",
    "timeline",
    "usable_cpus",
    "wait_until",
    "work",
    "you_drive",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'lockstep' has no attribute {name!r}; it has {', '.join(__all__)}")
    if name not in ("load_ipython_extension", "__version__"):
        import_module("lockstep.program.first_cell").remind_of_first_cell()
    home = import_module(_HOMES[name])
    value = getattr(home, name, home)  # `laws` is a module
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
