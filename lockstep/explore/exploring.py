"""`explore(function, ...)`: runs a program of processes on every interleaving, or says how much less it did."""

from __future__ import annotations

import contextlib
import inspect
import types
from collections.abc import Callable
from typing import Any

from lockstep.checking.launcher import local_launcher
from lockstep.checking.student import RemoteFunction, Session, crossing
from lockstep.explore import automata
from lockstep.explore.automata import Automata
from lockstep.explore.exploration import Exploration
from lockstep.explore.findings import NotExplored
from lockstep.explore.namespaces import GIVEN, SOLUTION
from lockstep.explore.verdict import explored, function_name
from lockstep.notebook.extension import notebook_source
from lockstep.notebook.source import ModuleSource
from lockstep.standin.machine import NotCovered

BUDGET = 300_000  # states
PIPE_CAPACITY = 65_536  # bytes, as on Linux
LIMIT = 60.0  # seconds that the learner's code may take in all

SERVICE = "lockstep.explore.service"


def explore(
    function: Any,
    *arguments: Any,
    budget: int = BUDGET,
    feeder: bool = True,
    pipe_capacity: int = PIPE_CAPACITY,
    merge: bool = True,
    limit: float = LIMIT,
    **keywords: Any,
) -> Exploration:
    """Takes the program `function(*arguments, **keywords)` through all its interleavings.

    `function` is a function of a learner's module (`student.count`) or of the notebook or a file. `budget` is in
    states: over it only interleavings with few preemptions are taken, or a sample, and the claim says so. `feeder`
    and `pipe_capacity` (bytes) are those of SEMANTICS.md. `merge=False` tells local states apart by their whole
    histories. `limit` is in seconds of the learner's process.

    Raises NotExplored when the program uses what `explore` does not cover, or depends on what it cannot see;
    ValueError for options that make no sense.
    """
    if budget < 1:
        raise ValueError(f"a budget is a number of states, at least 1, not {budget}")
    if pipe_capacity < 1:
        raise ValueError(f"a pipe holds at least 1 byte, not {pipe_capacity}")
    name, source, opened, close = _opened(function, limit)
    request = {
        "function": name, "arguments": crossing(list(arguments)), "keywords": crossing(keywords),
        "feeder": bool(feeder), "pipe_capacity": pipe_capacity, "merge": bool(merge),
    }  # fmt: skip
    sources = {cell.label: cell.source.split("\n") for cell in source.cells}
    try:
        return explored(Automata(opened), request, budget, sources, function_name(name))
    except NotCovered as error:
        raise NotExplored(str(error)) from None
    except automata.HiddenInput as error:
        raise NotExplored(str(error)) from None
    finally:
        close()


def _opened(function: Any, limit: float) -> tuple[str, ModuleSource, Any, Callable[[], None]]:
    """The name of the program ("solution:count"), its text, a service that runs it, and how to close that."""
    if isinstance(function, RemoteFunction):
        session: Session = function.student
        opened = session.open_service(SERVICE, limit=limit)
        module = GIVEN if function.reference.origin == "given" else SOLUTION
        cells = (*session.source.cells, *session.given.cells)
        return f"{module}:{function.name}", ModuleSource(cells), opened, opened.close
    if not inspect.isfunction(function):
        raise TypeError(f"explore takes a function and then its arguments, not {function!r}")
    source = _program_of(function)
    session = Session(source, ModuleSource(), local_launcher(), limit)
    opened = session.open_service(SERVICE, limit=limit)
    return f"{SOLUTION}:{function.__qualname__}", source, opened, session.close


def _program_of(function: types.FunctionType) -> ModuleSource:
    """The notebook or the file that the function is defined in. Raises ValueError if it has no source."""
    if function.__module__ == "__main__":
        with contextlib.suppress(RuntimeError):
            return notebook_source()
    try:
        return ModuleSource.of_file(inspect.getsourcefile(function) or "")
    except (OSError, TypeError):
        raise ValueError(
            f"the source of {function.__name__} cannot be found; define it in a notebook or a file"
        ) from None
