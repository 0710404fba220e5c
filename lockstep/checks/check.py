"""`check`: states in a sentence what must hold of a learner's functions, and finds out whether it does."""

import inspect
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Protocol

from lockstep.checks.crashes import parted, unpicklable
from lockstep.checks.report import CheckResult, Report
from lockstep.checks.rewriting import explaining
from lockstep.checks.unusable import message_of, unusable
from lockstep.program.source import ModuleSource
from lockstep.student.failure import (
    CheckFailed,
    Evidence,
    StudentDied,
    StudentMissing,
    StudentRaised,
    StudentRefused,
    StudentTimedOut,
)
from lockstep.student.given import current_student, given
from lockstep.student.process import Leftovers
from lockstep.student.session import Session, Student, session_of
from lockstep.student.shown import cut, shown
from lockstep.words import brief, own_lines, undefined

_LONGEST = 6_000  # characters of an explanation
_EVIDENCE_LIMIT = 200_000  # characters of what there is to look at: a program chooses how long steps and names are
DEFAULT_LIMIT = 10.0  # seconds for one check
_NOT_BEGUN = re.compile(r"[\w-] ends with NotImplementedError\.")  # of a schedule, without a message
_INSIDE = re.compile(r"line \d+, in (\w+)")  # of a traceback
_ASKED_BY_GIVEN = re.compile(
    r'.*File "given", line \d+(?:(?!File ").)*NameError: name \'(\w+)\' is not defined', re.DOTALL
)


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
    """`@check("sentence")` says what must hold of your functions; `check.run("exercise")` runs the checks of its cell.

        sentence  what must hold, in words: it is the line of the report
        limit     seconds that a check may take on a machine that does nothing else; 10

    Each check gets a process of its own, so that one that hangs or crashes costs itself alone. `run` raises ChecksFailed at the end
    if one does not hold, ChecksInterrupted if it was interrupted, and ValueError where its cell has no checks.

    >>> @check("two workers and two increments", limit=5)
    ... def _(student):
    ...     assert student.count(2) == 2
    """

    def __init__(self, runner: Runner) -> None:
        """`runner`: who runs them, unless somebody else is asked to by `running_with`."""
        self._registered: list[Check] = []
        self._runner: ContextVar[Runner] = ContextVar("runner", default=runner)

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
        self._runner.get().run(exercise, checks, given_source)

    def clear(self) -> None:
        """Forgets what was registered, as at the beginning of a cell."""
        self._registered.clear()

    @contextmanager
    def running_with(self, runner: Runner) -> Iterator[None]:
        """Within it, `check.run` hands its checks to `runner`: the grader's way of collecting trusted checks."""
        self.clear()
        given.clear()
        token = self._runner.set(runner)
        try:
            yield
        finally:
            self._runner.reset(token)
            self.clear()
            given.clear()


@contextmanager
def raises(kind: type[BaseException] | str) -> Iterator[None]:
    """`with raises(ValueError): student.split(-1, 2)`: the call must raise this class or a subclass of it."""
    name = kind if isinstance(kind, str) else kind.__name__
    student = current_student.get()
    try:
        yield
    except StudentRaised as error:
        if _is_not_begun(error):
            raise
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
    enough: Callable[[Report], bool] | None = None,
) -> Report:
    """Runs every check in a fresh process of the learner's program, in order; `finished` sees each result at once.

    `open_session(limit)` makes the session of one check, `reference(limit)` one of the reference. No more checks are run
    once what has been found so far is `enough`.
    """
    results = []
    for number, one in enumerate(checks):
        result = check_one(one, open_session(one.limit), reference(one.limit) if reference else None)
        results.append(result)
        finished(result)
        if (result.infrastructure or result.not_begun) and number == 0:
            break
        if enough is not None and enough(Report(exercise, tuple(results), len(checks))):
            break
    note = "The other checks wait for that." if result.not_begun and len(results) < len(checks) else ""
    return Report(exercise, tuple(results), len(checks), note)


def check_one(one: Check, session: Session, reference: Session | None = None) -> CheckResult:
    """Runs one check against the program of `session`, which ends with it, as the reference's session does."""
    began = time.perf_counter()
    student = Student(session)
    token = current_student.set(student)
    try:
        arguments: list[Any] = [student]
        if one.takes_reference:
            if reference is None:
                raise RuntimeError("this check compares with the reference, which is not here")
            arguments.append(Student(reference))
        failure = _failure(one, arguments, session) or _left_behind(session)
    except OSError as error:
        failure = _Failure(f"the check could not be started: {error}", infrastructure=True)
    finally:
        current_student.reset(token)
        for opened in (session, reference):
            if opened is not None:
                opened.close()
    seconds = time.perf_counter() - began
    if failure is None:
        return CheckResult(one.sentence, True, seconds, cut("\n".join(session.notes), _LONGEST))
    if failure.not_begun:
        return CheckResult(one.sentence, False, seconds, failure.explanation, not_begun=True)
    calls = tuple(f"{call.text} {call.outcome}" for call in session.calls[-6:])
    printed, crashes = parted(session.output)
    explanation = "\n".join([cut(failure.explanation, _LONGEST), *dict.fromkeys(crash.told for crash in crashes)])
    evidence = failure.evidence
    if evidence is not None and len(evidence.text()) > _EVIDENCE_LIMIT:
        evidence = None
    detail = "\n\n".join(filter(None, [failure.detail, *dict.fromkeys(crash.text for crash in crashes)]))
    return CheckResult(
        one.sentence, False, seconds, explanation, detail, calls, printed, evidence, failure.infrastructure
    )


@dataclass(frozen=True)
class _Failure:
    """Why a check does not hold: the part of its result that the check itself says."""

    explanation: str
    detail: str = ""
    evidence: Evidence | None = None
    infrastructure: bool = False
    not_begun: bool = False


def _failure(one: Check, arguments: list[Any], session: Session) -> _Failure | None:
    try:
        one.function(*arguments)
    except CheckFailed as error:
        if error.evidence is not None and _NOT_BEGUN.search(error.evidence.text()):
            return _Failure("it is not begun, and still raises NotImplementedError", not_begun=True)
        return _without_return(_Failure(error.message, evidence=error.evidence), session, error.asked, error.wanted)
    except AssertionError as error:
        return _Failure(str(error) or "an assertion of the check does not hold")
    except StudentTimedOut as error:
        return _Failure(str(error), error.stacks)
    except StudentRaised as error:
        return _raised(error, session)
    except StudentMissing as error:
        return _Failure(str(error), not_begun=error.nowhere)
    except (StudentDied, StudentRefused) as error:
        return _Failure(str(error))
    except OSError:
        raise
    except Exception as error:
        # Most often a result of another kind than the check can work with, such as None.
        last = session.calls[-1] if session.calls else None
        failure = _Failure(unusable(error, last.text, last.outcome) if last else unusable(error, "", ""))
        return _without_return(failure, session, (last.name,) if last and "NoneType" in message_of(error) else ())
    return None


def _is_not_begun(error: StudentRaised) -> bool:
    """Is it what the starter of an exercise raises?"""
    return error.types[0] == NotImplementedError.__name__ and not error.message


def _raised(error: StudentRaised, session: Session) -> _Failure:
    if _is_not_begun(error):
        inside = _INSIDE.findall(error.traceback)[-1:] or ["it"]
        return _Failure(f"`{inside[0]}` is not begun: it still raises NotImplementedError", not_begun=True)
    if missing := _ASKED_BY_GIVEN.match(error.traceback):  # the names of given code are known but for the learner's
        return _Failure(undefined(missing[1]), not_begun=True)
    if told := unpicklable(error.message):
        where = own_lines(error.traceback).rstrip().splitlines()
        while where and not where[-1].startswith(" "):  # pickle's own words, and since 3.14 its notes
            where.pop()
        return _Failure(told, "\n".join(where))
    last = session.calls[-1:]
    what = f"`{brief(last[0].text)}`" if last and last[0].outcome.startswith("raised") else "it"
    return _Failure(f"{what} raised {error}", own_lines(error.traceback))


def _without_return(failure: _Failure, session: Session, asked: tuple[str, ...], wanted: str = "") -> _Failure:
    """The failure, with a word on it if it comes from a `return` that is missing in one of the functions `asked`.

    The word comes first where what was `wanted` has been printed.
    """
    last = session.calls[-1] if session.calls else None
    if last is None or last.outcome != "returned None" or last.name not in asked:
        return failure
    came = f"`{last.text}` returned None"
    printed = parted(session.output)[0].strip()
    why = "printing shows a value to people, `return` hands it to the caller"
    if (value := wanted.strip("'")) and re.search(rf"(?<!\w){re.escape(value)}(?!\w)", printed):
        told = f"{came}, and printed {shown(printed)}: {why}."
        return replace(failure, explanation=f"{told}\n{failure.explanation}")
    told = "" if came in failure.explanation else f"{came}. "
    told += "If it should return something, its `return` is missing."
    if printed:
        told += f" It printed {shown(printed)}; {why}."
    return replace(failure, explanation=f"{failure.explanation}\n{told}")


def _left_behind(session: Session) -> _Failure | None:
    try:
        return _untidy(*session.leftovers())
    except StudentDied as error:
        return _Failure(f"when it was done, its processes could not be looked at: {error}")


def _untidy(left: Leftovers, names: dict[int, str]) -> _Failure | None:
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
    return _Failure(f"when it was done, something was left behind: {'; '.join(told)}")


def _never_joined(number: int, called: str) -> str:
    return f"{number} {'process has' if number == 1 else 'processes have'} ended but never been joined{called}"
