"""The program that an instrument is given: a learner's function from a check, or a function of a notebook or a file."""

from __future__ import annotations

import contextlib
import inspect
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lockstep.checking.data import Reference
from lockstep.checking.launcher import local_launcher
from lockstep.checking.student import RemoteFunction, Session, crossing
from lockstep.notebook.extension import notebook_source
from lockstep.notebook.source import ModuleSource


@dataclass(frozen=True)
class Program:
    """A function by name, in a session that can open services for it. `trusted`: not a learner's in a check."""

    session: Session
    reference: Reference
    trusted: bool

    @property
    def name(self) -> str:
        return self.reference.name

    def crossing(self, value: Any) -> Any:
        """An argument as it crosses: functions of the program as references."""
        match value:
            case types.FunctionType():
                return Reference("student", value.__name__)
            case list():
                return [self.crossing(item) for item in value]
            case tuple():
                return tuple(self.crossing(item) for item in value)
        return crossing(value)


@contextlib.contextmanager
def program(function: Any, instrument: str, limit: float) -> Iterator[Program]:
    """The program behind `function`, for at most `limit` seconds; what was opened for it is closed at the end.

    Raises TypeError for what is no function, and ValueError for one that cannot be found by its name.
    """
    if isinstance(function, RemoteFunction):
        yield Program(function.student, function.reference, False)
        return
    if not isinstance(function, types.FunctionType):
        raise TypeError(
            f"`{instrument}` takes a function and its arguments: {instrument}(f, x), not {instrument}(f(x))"
        )
    if "." in function.__qualname__ or function.__name__ == "<lambda>":
        raise ValueError(f"`{function.__qualname__}` is defined inside another function: define it at the top level")
    session = Session(_source(function), ModuleSource(), local_launcher(), limit)
    try:
        yield Program(session, Reference("student", function.__name__), True)
    finally:
        session.close()


def _source(function: types.FunctionType) -> ModuleSource:
    if function.__module__ == "__main__":
        with contextlib.suppress(RuntimeError):
            return notebook_source()
    file = inspect.getsourcefile(function)
    if file is None:
        raise ValueError(f"the source of `{function.__name__}` cannot be found: put it into a file or a notebook cell")
    try:
        return ModuleSource.of_file(file)
    except OSError:
        raise ValueError(f"the source of `{function.__name__}` cannot be read: {file}") from None
