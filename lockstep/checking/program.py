"""The program that an instrument is given: a learner's function from a check, or a function of a notebook or a file."""

from __future__ import annotations

import contextlib
import inspect
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lockstep.checking.data import DataError, Reference, encode
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

    def arguments(self, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments of a call as they cross. Raises TypeError for one that cannot."""
        crossing = [self._checked(f"argument {place}", value) for place, value in enumerate(arguments, 1)]
        return crossing, {name: self._checked(f"argument `{name}`", value) for name, value in keywords.items()}

    def _checked(self, which: str, value: Any) -> Any:
        crossing = self.crossing(value)
        try:
            encode(crossing)
        except DataError:
            kind = type(value).__name__
            raise TypeError(
                f"{which} of `{self.name}` ({kind}) cannot be given to the process that runs it: pass plain data, "
                f"such as numbers, text, lists and dicts, or a function of the program"
            ) from None
        return crossing

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
    if function.__name__ == "<lambda>":
        raise ValueError("a lambda has no name to find it by: define the function with `def` at the top level")
    if "." in function.__qualname__:
        raise ValueError(f"`{function.__qualname__}` is inside a function or a class: define it at the top level")
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
