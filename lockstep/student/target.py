"""The program that an instrument is given: a learner's function from a check, or a function of a notebook or a file."""

from __future__ import annotations

import ast
import contextlib
import functools
import inspect
import os
import sys
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lockstep.page.bar import Bar
from lockstep.program.definitions import definitions
from lockstep.program.history import notebook_source
from lockstep.program.names import bound_names
from lockstep.program.source import ModuleSource
from lockstep.student.data import DataError, Reference, encode
from lockstep.student.given import GivenFunction, current_student, given
from lockstep.student.launcher import local_launcher
from lockstep.student.session import RemoteFunction, Session, crossing, session_of


@dataclass(frozen=True)
class Program:
    """A function by name, in a session that can open services for it. `trusted`: not a learner's in a check.

    `names`: what the names of a trusted program mean where it is asked for.
    """

    session: Session
    reference: Reference
    trusted: bool
    names: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def name(self) -> str:
        return self.reference.name

    def arguments(self, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments of a call as they cross. Raises TypeError for one that cannot."""
        crossing = [self._checked(f"argument {place}", value) for place, value in enumerate(arguments, 1)]
        return crossing, {name: self._checked(f"argument `{name}`", value) for name, value in keywords.items()}

    def beside(self, function: Any, which: str) -> Reference:
        """Another function of the same program. Raises TypeError, which calls it `which`, for what is none."""
        match function:
            case RemoteFunction() if function.student is self.session:
                return function.reference
            case GivenFunction():
                return function.reference
            case types.FunctionType():
                return self._own(function, which)
        raise TypeError(f"{which} is to be a function of the program that `{self.name}` belongs to")

    def _own(self, function: types.FunctionType, which: str) -> Reference:
        """Functions cross by name: this one must be what its name means in the program."""
        name, qualname = function.__name__, function.__qualname__
        if self.names.get(name) is function and name == qualname:
            if function.__globals__ is self.names or self._imports(name):
                return Reference("student", name)
            why = f"`{name}` is imported beside it and not used there: define a function that calls it, and give that"
        elif name == "<lambda>":
            why = "a lambda has no name to find it by: define it with `def` at the top level of the program"
        elif "." in qualname:
            why = f"`{qualname}` is inside a function or a class: define it at the top level of the program"
        elif name in self.names:
            why = (
                f"`{name}` of the module `{function.__module__}` is not what `{name}` means beside `{self.name}`: "
                "import it there by this name, or rename one of the two"
            )
        else:
            why = f"`{name}` is not defined beside `{self.name}`: define it there, or import it by this name"
        raise TypeError(f"{which} cannot be found in the process that runs `{self.name}`: {why}")

    def _imports(self, name: str) -> bool:
        """Is an import of this name among what processes load? Those are left out that no definition uses."""
        cells = definitions(self.session.source).cells
        return any(name in bound_names(node) for cell in cells for node in ast.parse(cell.source).body)

    def _checked(self, which: str, value: Any) -> Any:
        crossing = self._crossing(f"{which} of `{self.name}`", value)
        try:
            encode(crossing)
        except DataError:
            kind = type(value).__name__
            raise TypeError(
                f"{which} of `{self.name}` ({kind}) cannot be given to the process that runs it: pass plain data, "
                f"such as numbers, text, lists and dicts, or a function of the program"
            ) from None
        return crossing

    def _crossing(self, which: str, value: Any) -> Any:
        """An argument as it crosses: functions of the program as references."""
        match value:
            case types.FunctionType() | RemoteFunction():
                return self.beside(value, which)
            case GivenFunction():
                return value.reference
            case list():
                return [self._crossing(which, item) for item in value]
            case tuple():
                return tuple(self._crossing(which, item) for item in value)
            case dict():
                return {key: self._crossing(which, item) for key, item in value.items()}
        return crossing(value)


@contextlib.contextmanager
def program(function: Any, instrument: str, limit: float) -> Iterator[Program]:
    """The program behind `function`, for at most `limit` seconds; what was opened for it is closed at the end.

    Raises TypeError for what is no function, and ValueError for one that cannot be found by its name.
    """
    student = current_student.get()
    if isinstance(function, RemoteFunction):
        yield Program(function.student, function.reference, False)
    elif isinstance(function, GivenFunction) and student is not None:
        yield Program(session_of(student), function.reference, False)
    else:
        own: Any = function.function if isinstance(function, GivenFunction) else function
        _check_function(own, instrument)
        bar = Bar()

        def wait(seconds: float) -> None:
            bar.wait(f"{instrument} {own.__name__}", seconds, limit)

        session = Session(*_sources(own, instrument), local_launcher(), limit, wait)
        reference = Reference("student", own.__name__) if own is function else function.reference
        try:
            yield Program(session, reference, True, _beside(own))
        finally:
            bar.close()
            session.close()


def _beside(function: Any) -> Mapping[str, Any]:
    """What the names of the function's module, or the class's, mean."""
    names: Mapping[str, Any] = (
        vars(sys.modules[function.__module__]) if isinstance(function, type) else function.__globals__
    )
    return names


def _check_function(function: Any, instrument: str) -> None:
    made = isinstance(function, type) and instrument == "explore"  # a class, whose objects clients use
    if not made and not isinstance(function, types.FunctionType):
        raise TypeError(f"`{instrument}` takes a function and its arguments: {_instead(function, instrument)}")
    if function.__name__ == "<lambda>":
        raise ValueError("a lambda has no name to find it by: define the function with `def` at the top level")
    _check_name(function)


def _instead(given: Any, instrument: str) -> str:
    """What to give in the place of what is no function."""
    match given:
        case functools.partial(func=types.FunctionType() as inner):
            return f"instead of the partial, {instrument}({inner.__name__}, ...) with the arguments that it holds"
        case types.MethodType(__func__=inner):
            return (
                f"`{inner.__name__}` is a method of an object, which would have to be made anew for every run: define a "
                f"function that makes it and calls the method"
            )
    if callable(given) and not isinstance(given, type):
        return f"define one with `def` that calls what you gave, which is an object of `{type(given).__name__}`"
    return f"{instrument}(f, x), not {instrument}(f(x))"


def _check_name(function: Any) -> None:
    if "." in function.__qualname__:
        raise ValueError(f"`{function.__qualname__}` is inside a function or a class: define it at the top level")


def _sources(function: types.FunctionType, instrument: str) -> tuple[ModuleSource, ModuleSource]:
    """The program of a function, and the given code beside it."""
    if function.__module__ == "__main__":
        with contextlib.suppress(RuntimeError):
            return notebook_source(), given.every_source()
    file = inspect.getsourcefile(function)
    if file is None:
        raise ValueError(f"the source of `{function.__name__}` cannot be found: put it into a file or a notebook cell")
    try:
        return ModuleSource.of_file(file), ModuleSource()
    except OSError:
        if not os.path.isabs(file):  # a cell of an answer
            raise ValueError(
                f"`{instrument}` cannot be used inside of what a check calls: try it in a cell of its own, and let "
                f"the function compute its result by itself"
            ) from None
        raise ValueError(f"the source of `{function.__name__}` cannot be read: {file}") from None
