"""`student`: stands for a learner's functions, which run in another process."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from lockstep.program.source import ModuleSource
from lockstep.student.apart import apart
from lockstep.student.data import DataError, Reference
from lockstep.student.deadline import Deadline, Tell
from lockstep.student.failure import (
    StudentDied,
    StudentMissing,
    StudentRaised,
    StudentRefused,
    StudentTimedOut,
)
from lockstep.student.given import GivenFunction, given
from lockstep.student.launcher import local_launcher
from lockstep.student.process import Launcher, Leftovers, StudentProcess
from lockstep.student.shown import cut, shown
from lockstep.student.stacks import describe
from lockstep.words import brief

_MESSAGE_LIMIT = 1_200  # characters of an exception's message that a report can use
_TRACEBACK_LIMIT = 20_000
_CALLS = "lockstep.student.inside.calls"


@dataclass(frozen=True)
class Call:
    """One call of a learner's function, as a report shows it."""

    text: str
    outcome: str

    @property
    def name(self) -> str:
        return self.text.partition("(")[0]


class Session:
    """A learner's program and the processes that run it for one check: one for calls, one for each instrument."""

    def __init__(
        self,
        source: ModuleSource,
        given_source: ModuleSource,
        launcher: Launcher,
        limit: float,
        tell: Tell | None = None,
    ) -> None:
        """`limit`: seconds that everything asked of this session may take together; `tell` hears how long one waits for it."""
        self.source = source
        self.given = given_source
        self.calls: list[Call] = []
        self.notes: list[str] = []  # what is to be said of a check that holds
        self.limit = limit
        self._launcher = launcher
        self._tell = tell
        self._deadline = Deadline(limit, tell)
        self._caller: StudentProcess | None = None
        self._apart: StudentProcess | None = None  # runs given code that has nothing to do with the program
        self._processes: list[StudentProcess] = []

    def call(self, function: Reference, arguments: tuple[Any, ...], keywords: dict[str, Any], back: bool) -> Any:
        """The result, or (result, arguments) when `back`. Raises the failures of lockstep.student.failure."""
        passed = (
            [crossing(argument) for argument in arguments],
            {key: crossing(value) for key, value in keywords.items()},
        )
        caller = self._process_for(function, passed)
        request = {
            "do": "call",
            "function": function,
            "arguments": passed[0],
            "keywords": passed[1],
            "with_arguments": back,
        }
        text = _call_text(function, arguments, keywords)
        try:
            answer = caller.ask(request, self._deadline)
            result = _result(answer, function, text)
            returned = _arguments(answer, len(arguments), text) if back else None
        except StudentTimedOut:
            where = self._where(caller)
            within = f"did not come back within {self._deadline.told}"
            self.calls.append(Call(text, within))
            raise StudentTimedOut(f"`{brief(text)}` {within}", where) from None
        except StudentDied as error:
            self.calls.append(Call(text, "never came back"))
            raise StudentDied(f"`{brief(text)}` never came back: {error}") from None
        except StudentRaised as error:
            self.calls.append(Call(text, cut(f"raised {error}", 600)))
            raise
        except DataError as error:
            raise StudentRefused(f"the check passes something that cannot cross: {error}") from None
        self.calls.append(Call(text, f"returned {shown(result)}"))
        if back:
            self.calls[-1] = Call(text, f"returned {shown(result)} and left its arguments as {shown(returned)}")
            return result, returned
        return result

    def open_service(self, service: str, limit: float | None = None) -> "Service":
        """A process with the learner's program that serves an instrument, for at most `limit` seconds.

        Without a limit of its own it has what is left of this session's.
        """
        process = self._begin(service, self.source)
        return Service(self, process, self._deadline if limit is None else Deadline(limit, self._tell))

    def beside(self, source: ModuleSource, limit: float) -> "Session":
        """A session for a program of ours, run as this one's is."""
        return Session(source, ModuleSource(), self._launcher, limit)

    def leftovers(self) -> tuple[Leftovers, dict[int, str]]:
        """What the calls left behind, and the names of those processes that are known by name.

        Raises StudentDied if it cannot be told what was left.
        """
        if self._caller is None:
            return Leftovers(), {}
        names: dict[int, str] = {}
        ended: list[int] = []
        # The answer comes from the learner's process, so it may be anything.
        with contextlib.suppress(
            StudentDied, StudentTimedOut, StudentRefused, AttributeError, KeyError, TypeError, ValueError
        ):
            answer = self._caller.ask({"do": "tidy"}, Deadline(15))
            names = {int(pid): str(name)[:80] for pid, name in islice(answer["value"].items(), 1_000)}
            ended = [int(pid) for pid in answer["ended"][:1_000]]
        left = self._caller.survey(tuple(names))
        seen = {pid for pid, _ in left.processes}
        unseen = tuple((pid, "ended") for pid in ended if pid not in seen)
        return replace(left, processes=(*left.processes, *unseen)), names

    @property
    def output(self) -> str:
        """What the learner's program printed."""
        return "".join(process.output for process in self._processes)

    def close(self) -> None:
        for process in self._processes:
            process.stop()

    def where(self, process: StudentProcess) -> str:
        return self._where(process)

    def _process_for(self, function: Reference, passed: Any) -> StudentProcess:
        if function.origin == "given" and function.name in apart(self.given) and not _names_learners(passed):
            if self._apart is None:
                self._apart = self._begin(_CALLS, ModuleSource())
            return self._apart
        if self._caller is None:
            self._caller = self._begin(_CALLS, self.source)
        return self._caller

    def _begin(self, service: str, source: ModuleSource) -> StudentProcess:
        began = time.monotonic()
        process = self._launcher.start()
        self._deadline.put_off(time.monotonic() - began)  # a sandbox that starts slowly is no fault of the program
        self._processes.append(process)
        process.begin(service, source, self.given)
        return process

    def _where(self, process: StudentProcess) -> str:
        return describe(process.stacks(), self.lines)

    @property
    def lines(self) -> dict[str, list[str]]:
        """The lines of each cell of the program and of the given code, by the cell's label."""
        return {cell.label: cell.source.split("\n") for cell in (*self.source.cells, *self.given.cells)}


class Service:
    """An instrument's end of a service: ask, and get data back."""

    def __init__(self, session: Session, process: StudentProcess, deadline: Deadline) -> None:
        self.limit = deadline.limit  # in seconds
        self._session = session
        self._process = process
        self._deadline = deadline

    def ask(self, value: Any) -> Any:
        """The answer to `value`, within the service's limit.

        Raises StudentTimedOut (its `stacks` say where the program was), StudentDied and StudentRefused.
        """
        try:
            return self._process.ask(value, self._deadline)
        except StudentTimedOut:
            told = f"the program was still running after {self._deadline.told}"
            raise StudentTimedOut(told, self._session.where(self._process)) from None

    def hear(self, tell: Tell) -> None:
        """From now on `tell` hears about once a second how long one waits, and nobody else; what it raises ends the waiting."""
        self._deadline.tell = tell

    def look(self) -> None:
        """While one works on its answer: tells how long it takes. Raises StudentTimedOut when the service's limit is over."""
        self._deadline.pause()

    def over(self, since: float, share: float) -> bool:
        """Is this share of the time over that was left at `since`, a moment of the monotonic clock?"""
        return self._deadline.over(since, share)

    def cpu_seconds(self) -> float | None:
        """Seconds of CPU that the process has used, seen from outside; None where that cannot be seen."""
        return self._process.cpu_seconds()

    def close(self) -> None:
        self._process.stop()


class RemoteFunction:
    """A learner's function by name: calling it runs it in the learner's process, with data in and data out."""

    def __init__(self, session: Session, reference: Reference) -> None:
        self.student = session
        self.reference = reference
        self.name = reference.name

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self.student.call(self.reference, arguments, keywords, False)

    def in_place(self, *arguments: Any, **keywords: Any) -> tuple[Any, list[Any]]:
        """Calls the function; returns its result and its arguments as the call left them."""
        result: tuple[Any, list[Any]] = self.student.call(self.reference, arguments, keywords, True)
        return result

    def __repr__(self) -> str:
        return f"<the learner's `{self.name}`>"


class Student:
    """The learner's definitions by name: `student.count(4, 1000)`; `student.given_name` for code given beside them."""

    def __init__(self, session: Session) -> None:
        self.__dict__["_session"] = session

    def __getattr__(self, name: str) -> RemoteFunction:
        if name.startswith("__"):
            raise AttributeError(name)
        session: Session = self.__dict__["_session"]
        defined = {function for cell in session.given.cells for function in _defined(cell.source)}
        return RemoteFunction(session, Reference("given" if name in defined else "student", name))

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"`{name}` belongs to the learner and cannot be set from a check")


@contextlib.contextmanager
def student(file: str | Path, *, limit: float = 10.0) -> Iterator[Student]:
    """The definitions of a Python file, as a check sees a learner's: `with student("mine.py") as s: s.count(4, 10)`.

    `limit` is in seconds, for all calls together. Raises OSError if the file cannot be read.
    """
    session = Session(ModuleSource.of_file(file), given.source(), local_launcher(), limit)
    try:
        yield Student(session)
    finally:
        session.close()


def session_of(student: Student) -> Session:
    session: Session = student.__dict__["_session"]
    return session


def _defined(text: str) -> list[str]:
    lines = text.splitlines()
    return [line.split()[1].split("(")[0].rstrip(":") for line in lines if line.startswith(("def ", "class "))]


def crossing(value: Any) -> Any:
    """The value with learner's and given functions as references."""
    match value:
        case RemoteFunction():
            return value.reference
        case GivenFunction():
            return value.reference
        case list():
            return [crossing(item) for item in value]
        case tuple():
            return tuple(crossing(item) for item in value)
        case dict():
            return {key: crossing(item) for key, item in value.items()}
        case Reference(arguments=tuple(arguments)):
            return Reference(value.origin, value.name, crossing(arguments))
    return value


def _names_learners(value: Any) -> bool:
    """Is something of the learner's among what is passed?"""
    match value:
        case Reference(origin=origin, arguments=arguments):
            return origin == "student" or (arguments is not None and _names_learners(arguments))
        case list() | tuple() | set() | frozenset():
            return any(map(_names_learners, value))
        case dict():
            return any(map(_names_learners, value.items()))
    return False


def _call_text(function: Reference, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> str:
    parts = [_argument_text(argument) for argument in arguments]
    parts += [f"{key}={_argument_text(value)}" for key, value in keywords.items()]
    return f"{function.name}({', '.join(parts)})"


def _argument_text(value: Any) -> str:
    match value:
        case RemoteFunction() | GivenFunction():
            return value.name
        case Reference(name=name, arguments=None):
            return name
        case Reference(name=name, arguments=tuple(arguments)):
            return f"{name}({', '.join(_argument_text(argument) for argument in arguments)})"
        case list() if any(isinstance(item, RemoteFunction | GivenFunction | Reference) for item in value[:12]):
            more = ", …" if len(value) > 12 else ""
            return f"[{', '.join(_argument_text(item) for item in value[:12])}{more}]"
    return shown(value)


def _result(answer: Any, function: Reference, text: str) -> Any:
    match answer:
        case {"value": value}:
            return value
        case {"raised": {"types": tuple(types), "message": str(message), "traceback": str(traceback)}} if types:
            names = tuple(str(name)[:100] for name in types[:50])
            raise StudentRaised(names, cut(message, _MESSAGE_LIMIT), traceback[-_TRACEBACK_LIMIT:])
        case {"missing": str(message)}:
            raise StudentMissing(cut(message, _MESSAGE_LIMIT))
        case {"mismatch": str(message)}:
            raise StudentMissing(f"`{brief(text)}` cannot be called: {cut(message, _MESSAGE_LIMIT)}", nowhere=False)
        case {"refused": str(message)}:
            raise StudentRefused(f"the result of `{function.name}` cannot be checked: {cut(message, _MESSAGE_LIMIT)}")
    raise StudentRefused(f"what came back from `{function.name}` is not an answer")


def _arguments(answer: Any, number: int, text: str) -> list[Any]:
    match answer:
        case {"arguments": list(returned)} if len(returned) == number:
            return returned
    raise StudentRefused(f"what came back from `{text}` is not an answer")
