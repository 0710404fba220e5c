"""Grades the exercises of a submission: from the journal, or by running the checks that are not in it."""

import contextlib
import re
import socket
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Protocol

from autograder.grading.hidden import hidden_lines, told_of_hidden
from autograder.grading.journal import Journal, Row, journal_key
from autograder.grading.judging import read_check_cell
from autograder.grading.plain_cell import SHARED, run_plain_cell
from autograder.grading.storage import CannotWrite, told
from autograder.grading.work import NotGraded, Settings, Work
from autograder.sandbox import launcher
from autograder.sandbox.launching import DESCRIPTIONS, LentSandbox
from lockstep.checks.check import Check, check_one
from lockstep.checks.report import CheckResult, Report
from lockstep.program.source import ModuleSource
from lockstep.student.process import StudentProcess
from lockstep.student.session import Session

_NUMPY = re.compile(r"^\s*(?:import|from) +numpy\b", re.MULTILINE)
_ATTEMPTS = 3  # at a check, where memory runs out beside it, or where it cannot be started


class Sandbox(Protocol):
    """A launcher that knows how well it confines: a tier from A to D, and words for it."""

    @property
    def tier(self) -> str: ...

    @property
    def lendable(self) -> socket.socket | None: ...

    def describe(self) -> str: ...

    def start(self) -> StudentProcess: ...

    def expect(self, cells: Collection[str]) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class NothingRuns:
    """In the place of a sandbox of a tier, for who only reads what the journal has."""

    tier: str
    lendable: socket.socket | None = None

    def describe(self) -> str:
        return DESCRIPTIONS[self.tier]

    def start(self) -> StudentProcess:
        raise OSError("the journal has not all of its results; run the command again")

    def expect(self, cells: Collection[str]) -> None:
        """There is nothing to be told."""

    def close(self) -> None:
        """There is nothing to end."""


@dataclass(frozen=True)
class Graded:
    """An exercise's report and the share of its points that it earns, from 0 to 1."""

    report: Report
    share: float


class Grader:
    """Grades with one sandbox, which `open_sandbox` opens unless one is given, and one journal."""

    def __init__(self, settings: Settings, sandbox: Sandbox | None = None, trusted: Sandbox | None = None) -> None:
        """`trusted`: a sandbox for references in the place of one of its own."""
        self._sandbox = sandbox or open_sandbox(settings.unsandboxed, settings.tier)
        # References run where no submission ever does, so that none can read or disturb them.
        self._trusted = trusted or sandbox or open_sandbox(settings.unsandboxed, self._sandbox.tier)
        self._journal = Journal(settings.journal)
        self._patience = settings.patience

    def grade(self, work: Work) -> Graded:
        """Raises NotGraded where the machinery fails, or where the reference would not pass what the learner fails."""
        self.judge(work, self.missing(work))
        name, note = work.cell.grade_id, self._sandbox.describe()
        if work.cell.checks:
            name = read_check_cell(work.cell.text).exercise
        else:
            note = f"{SHARED} {note}"
        found = self._journal.rows(self._key(work))
        rows = [found[number] for number in range(checks_in(work))]
        report = Report(name, tuple(row.result for row in rows), len(rows), note)
        return Graded(report, sum(row.share for row in rows) / len(rows))

    def missing(self, work: Work) -> list[int]:
        """The numbers of the checks of which the journal has nothing yet. Raises NotGraded."""
        with _ours(work):
            known = self._journal.rows(self._key(work))
            return [number for number in range(checks_in(work)) if number not in known]

    def judge(self, work: Work, numbers: Sequence[int]) -> None:
        """Runs these checks and records what comes of them: no score comes without its row. Raises as `grade` does."""
        with _ours(work):
            key = self._key(work)
            failed = {}
            for number, row in self._run(work, numbers):
                if row.share == 1.0:
                    self._journal.record(key, number, work.cell.grade_id, row)
                else:
                    failed[number] = row
            if failed:
                self._require_reference(work, sorted(failed))
            for number, row in failed.items():
                self._journal.record(key, number, work.cell.grade_id, row)

    def close(self) -> None:
        """Ends the sandboxes."""
        self._sandbox.close()
        self._trusted.close()

    def _key(self, work: Work) -> str:
        return key_of(work, self._sandbox.tier, self._patience)

    def _require_reference(self, work: Work, numbers: list[int]) -> None:
        """A check is held against a learner only where our own answer passes it, here and now."""
        ours = replace(work, program=work.reference)
        key = self._key(ours)
        passed = self._journal.rows(key)
        for number, row in self._run(ours, [number for number in numbers if number not in passed]):
            if row.share < 1.0:
                raise NotGraded(
                    f"{work.cell.grade_id}: the reference itself does not pass “{row.result.sentence}” here: "
                    f"{row.result.explanation}. Is something missing on this machine, or is it too busy?"
                )
            self._journal.record(key, number, work.cell.grade_id, row)

    def _run(self, work: Work, numbers: Sequence[int]) -> Iterator[tuple[int, Row]]:
        if not numbers:
            return
        for sandbox in (self._sandbox, self._trusted):
            sandbox.expect(_texts_expected(work.given, work.reference))
        if not work.cell.checks:
            run = partial(run_plain_cell, work.cell, work.program, self._sandbox, self._patience)
            yield 0, self._fairly(work, run)
            return
        cell = read_check_cell(work.cell.text)
        for number in numbers:  # one at a time, so that what has been found is in the journal whatever comes next
            one = cell.checks[number]
            row = self._fairly(work, partial(self._checked, work, one, cell.given))
            if one.function.__code__.co_firstlineno in hidden_lines(work.cell.text):
                row = replace(row, result=told_of_hidden(row.result))
            yield number, row

    def _checked(self, work: Work, one: Check, given: ModuleSource) -> Row:
        for _ in range(_ATTEMPTS):
            result = self._check_once(work.program, work, one, given)
            if not result.infrastructure:
                return Row(result, float(result.passed))
            if not self._check_once(work.reference, work, one, given).passed:
                raise NotGraded(f"{work.cell.grade_id}: {result.explanation}")
        # What stands in the way of one program again and again, and never of ours between, is that program's own.
        told = f"{result.explanation}. It is this program that it cannot be started with: ours is judged here"
        return Row(replace(result, explanation=told, infrastructure=False), 0.0)

    def _check_once(self, program: ModuleSource, work: Work, one: Check, given: ModuleSource) -> CheckResult:
        limit = one.limit * self._patience
        reference = Session(work.reference, given, self._trusted, limit)
        return check_one(one, Session(program, given, self._sandbox, limit), reference)

    def _fairly(self, work: Work, judge: Callable[[], Row]) -> Row:
        """What `judge` says; where the kernel ended processes for want of memory meanwhile, it is asked again."""
        for _ in range(_ATTEMPTS):
            ended = ended_for_memory()
            row = judge()
            if row.share == 1.0 or ended_for_memory() == ended:
                return row
        if self._sandbox.tier == "A":  # its own cgroup may be what ran out
            return row
        raise NotGraded(f"{work.cell.grade_id}: this machine runs out of memory; grade with fewer --jobs")


@lru_cache(64)
def _texts_expected(given: frozenset[str], reference: ModuleSource) -> frozenset[str]:
    """What everybody was given; where our own answer takes NumPy, others do too."""
    uses = any(_NUMPY.search(cell.source) for cell in reference.cells)
    return given | {"import numpy"} if uses else given


@contextlib.contextmanager
def _ours(work: Work) -> Iterator[None]:
    """What fails within is no fault of the learner's, nothing of whom runs in this process: it raises NotGraded."""
    try:
        yield
    except NotGraded:
        raise
    except Exception as error:
        if what := told(error):
            raise CannotWrite(f"{work.cell.grade_id} cannot be judged: {what}") from error
        raise NotGraded(f"{work.cell.grade_id}: the grader failed: {type(error).__name__}: {error}") from error


def ended_for_memory() -> int:
    """How many processes the kernel has ended for want of memory since it began; 0 where it does not tell."""
    with contextlib.suppress(OSError), open("/proc/vmstat") as file:
        return next((int(line.split()[1]) for line in file if line.startswith("oom_kill ")), 0)
    return 0


def open_worker(settings: Settings, references: socket.socket | None = None) -> None:
    """Makes the one grader of a worker process, for `judge_in_worker`.

    `references`: the requests of a sandbox that all workers run our own answers in, unless each is to have its own.
    """
    global _grader
    trusted = None if references is None else LentSandbox(settings.tier or "", references)
    _grader = Grader(settings, trusted=trusted)


def judge_in_worker(work: Work, number: int) -> None:
    assert _grader is not None
    _grader.judge(work, [number])


_grader: Grader | None = None


def key_of(work: Work, tier: str, patience: float) -> str:
    """The key of the work's rows in the journal, where they were judged in a sandbox of this tier."""
    text = f"{work.cell.grade_id}\n{work.cell.points}\n{work.cell.text}"
    return journal_key(work.program, text, work.reference, tier, patience)


def checks_in(work: Work) -> int:
    """How many rows of the journal the work has when it has been judged."""
    return len(read_check_cell(work.cell.text).checks) if work.cell.checks else 1


def open_sandbox(unsandboxed: bool = False, tier: str | None = None) -> Sandbox:
    """The best sandbox of this machine, or one of a tier found earlier.

    Raises NotGraded where there is none and `unsandboxed` does not allow to go on without.
    """
    try:
        return launcher(unsandboxed=unsandboxed, tier=tier)
    except OSError as error:
        raise NotGraded(f"{error}") from error
