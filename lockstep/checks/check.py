"""`check`: states in a sentence what must hold of a learner's functions, and finds out whether it does."""

import inspect
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Protocol

from lockstep.checks.assertion import explaining
from lockstep.checks.report import CheckResult, Report
from lockstep.program.source import ModuleSource
from lockstep.student.failure import (
    CheckFailed,
    StudentDied,
    StudentMissing,
    StudentRaised,
    StudentRefused,
    StudentTimedOut,
)
from lockstep.student.given import given
from lockstep.student.process import Leftovers
from lockstep.student.session import Session, Student, session_of, shown

DEFAULT_LIMIT = 10.0  # seconds for one check


@dataclass(frozen=True)
class Check:
    """One check: a sentence, a function of `student` (and perhaps `reference`), a limit in seconds."""

    sentence: str
    function: Callable[..., None]
    limit: float

    @property
    def takes_reference(self) -> bool:
        return "reference" in inspect.signature(self.function).parameters


class Runner(Protocol):
    """What `check.run` hands an exercise's checks to."""

    def run(self, exercise: str, checks: Sequence[Check], given_source: ModuleSource) -> None: ...


class Checks:
    """The decorator `@check("sentence")`, and `check.run("exercise")`, which runs those of its cell."""

    def __init__(self) -> None:
        self._registered: list[Check] = []
        self.usual_runner: Runner | None = None  # where no other is asked for

    def __call__(self, sentence: str, *, limit: float = DEFAULT_LIMIT) -> Callable[[Callable[..., None]], Check]:
        """Registers a function of `student` that asserts what the sentence says; `limit` in seconds."""
        if not isinstance(sentence, str) or not sentence.strip():
            raise TypeError('a check needs a sentence that says what must hold: @check("no increment is lost")')

        def register(function: Callable[..., None]) -> Check:
            made = Check(sentence, explaining(function), limit)
            self._registered.append(made)
            return made

        return register

    def run(self, exercise: str) -> None:
        """Runs the checks registered since the cell began; raises ChecksFailed if one does not hold."""
        checks, given_source = tuple(self._registered), given.source()
        self.clear()
        if not checks:
            raise ValueError(f'there is nothing to check for "{exercise}": run the whole cell, from its first line')
        runner = _runner.get() or self.usual_runner
        if runner is None:
            raise RuntimeError("nobody is here to run checks: they run in a notebook, and where it is graded")
        runner.run(exercise, checks, given_source)

    def clear(self) -> None:
        """Forgets what was registered, as at the beginning of a cell."""
        self._registered.clear()


check = Checks()
_runner: ContextVar[Runner | None] = ContextVar("runner", default=None)
_current: ContextVar[Student | None] = ContextVar("student", default=None)


@contextmanager
def running_with(runner: Runner) -> Iterator[None]:
    """Within it, `check.run` hands its checks to `runner`: the grader's way of collecting trusted checks."""
    check.clear()
    given.clear()
    token = _runner.set(runner)
    try:
        yield
    finally:
        _runner.reset(token)
        check.clear()
        given.clear()


def current_student() -> Student | None:
    """The student of the check that is running, for instruments that are given a given function."""
    return _current.get()


@contextmanager
def raises(kind: type[BaseException] | str) -> Iterator[None]:
    """`with raises(ValueError): student.split(-1, 2)`: the call must raise this class or a subclass of it."""
    name = kind if isinstance(kind, str) else kind.__name__
    student = current_student()
    try:
        yield
    except StudentRaised as error:
        if name not in error.types:
            raise CheckFailed(f"it should raise {name}, but raised {error}") from None
        return
    last = session_of(student).calls[-1:] if student is not None else []
    what = f"`{last[0].text}` should raise {name}, but {last[0].outcome}" if last else f"it should raise {name}"
    raise CheckFailed(what)


def run_checks(
    exercise: str,
    checks: Sequence[Check],
    open_session: Callable[[float], Session],
    reference: Callable[[float], Session] | None = None,
    finished: Callable[[CheckResult], None] = lambda result: None,
) -> Report:
    """Runs every check in a fresh process of the learner's program, in order; `finished` sees each result at once.

    `open_session(limit)` makes the session of one check, `reference(limit)` one of the reference.
    """
    results = []
    for number, one in enumerate(checks):
        result = _run_one(one, open_session, reference)
        results.append(result)
        finished(result)
        if result.infrastructure and number == 0:
            break
    return Report(exercise, tuple(results), len(checks))


def _run_one(
    one: Check, open_session: Callable[[float], Session], reference: Callable[[float], Session] | None
) -> CheckResult:
    began = time.perf_counter()
    session = open_session(one.limit)
    sessions = [session]
    student = Student(session)
    token = _current.set(student)
    try:
        arguments: list[Any] = [student]
        if one.takes_reference:
            if reference is None:
                raise RuntimeError("this check compares with the reference, which is not here")
            sessions.append(reference(one.limit))
            arguments.append(Student(sessions[1]))
        failure = _outcome(one, arguments)
        if failure is None:
            failure = _left_behind(session)
    except OSError as error:
        failure = CheckResult.failed("", f"the check could not be started: {error}", infrastructure=True)
    finally:
        _current.reset(token)
        for opened in sessions:
            opened.close()
    seconds = time.perf_counter() - began
    if failure is None:
        return CheckResult(one.sentence, True, seconds)
    calls = tuple(f"{call.text} {call.outcome}" for call in session.calls[-6:])
    return _without_return(failure, session).completed(one.sentence, seconds, calls, session.output)


def _outcome(one: Check, arguments: list[Any]) -> CheckResult | None:
    try:
        one.function(*arguments)
    except CheckFailed as error:
        return CheckResult.failed("", error.message, evidence=error.evidence)
    except AssertionError as error:
        return CheckResult.failed("", str(error) or "an assertion of the check does not hold")
    except StudentTimedOut as error:
        return CheckResult.failed("", str(error), detail=error.stacks)
    except StudentRaised as error:
        return CheckResult.failed("", f"it raised {error}", detail=error.traceback)
    except (StudentMissing, StudentDied, StudentRefused) as error:
        return CheckResult.failed("", str(error))
    except OSError:
        raise
    except Exception as error:
        # Most often a result of another kind than the check can work with, such as None.
        what = traceback.format_exception_only(type(error), error)[-1].strip()
        return CheckResult.failed("", f"the check could not use what came back ({what})")
    return None


def _without_return(failure: CheckResult, session: Session) -> CheckResult:
    """The failure, with a word on it if it can come from a `return` that is missing."""
    last = session.calls[-1] if session.calls else None
    if failure.infrastructure or last is None or last.outcome != "returned None":
        return failure
    printed = session.output.strip()
    told = f"`{last.text}` returned None. If it should return something, its `return` is missing."
    if printed:
        told += f" It printed {shown(printed)}; printing shows a value to people, `return` hands it to the caller."
    return replace(failure, explanation=f"{told}\n{failure.explanation}")


def _left_behind(session: Session) -> CheckResult | None:
    try:
        return _untidy(*session.leftovers())
    except StudentDied as error:
        return CheckResult.failed("", f"when it was done, its processes could not be looked at: {error}")


def _untidy(left: Leftovers, names: dict[int, str]) -> CheckResult | None:
    told = []
    for state, words in (("running", "still running"), ("ended", "ended but never joined")):
        pids = [pid for pid, its_state in left.processes if its_state == state]
        if pids:
            known = [f"`{names[pid]}`" for pid in pids if pid in names]
            called = f" ({', '.join(known)})" if known else ""
            noun = "process is" if len(pids) == 1 else "processes are"
            told.append(
                f"{len(pids)} {noun} {words}{called}" if state == "running" else _never_joined(len(pids), called)
            )
    if left.segments:
        semaphores = [name for name in left.segments if name.startswith("sem.")]
        segments = [name for name in left.segments if not name.startswith("sem.")]
        if segments:
            told.append(f"shared memory was never unlinked: {shown(segments)}")
        if semaphores:
            told.append(f"{len(semaphores)} named semaphores are still there")
    if not told:
        return None
    return CheckResult.failed("", f"when it was done, something was left behind: {'; '.join(told)}")


def _never_joined(number: int, called: str) -> str:
    return f"{number} {'process has' if number == 1 else 'processes have'} ended but never been joined{called}"
