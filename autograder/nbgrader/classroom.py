"""The judging of a class into the journal: in parallel, in sandboxes, and only what is missing."""

from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from dataclasses import replace
from typing import Any, Protocol

from autograder.grading.grader import Grader, NothingRuns, judge_in_worker, open_sandbox, open_worker
from autograder.grading.jobs import Jobs
from autograder.grading.pool import Workers, judging_pool
from autograder.grading.storage import CannotWrite
from autograder.grading.work import NotGraded, Settings, Work
from autograder.nbgrader.handed_in import Outcome
from autograder.sandbox.bubblewrap import compile_packages

_TRIES = 3  # at a check whose process is killed


class Judges(Protocol):
    """Judges checks elsewhere, as many as they are given, each in a process that the others do not share.

    `settings` have the journal that results come to and the tier of sandbox, `jobs` says how many to give them at once.
    """

    settings: Settings
    jobs: Jobs

    def describe(self) -> str: ...

    def judge(self, work: Work, number: int) -> Future[None]:
        """When the future is done, the journal has the check of this number.

        It raises NotGraded, and BrokenExecutor where the process was killed: then it may be asked again.
        """
        ...


class LocalJudges(Workers):
    """Processes of this machine, each with its own sandboxes."""

    def __init__(self, settings: Settings, jobs: int | None = None) -> None:
        """Raises NotGraded where nothing holds a submission, and that was not allowed."""
        compile_packages()
        self._references = open_sandbox(settings.unsandboxed, settings.tier)  # in which all workers run our own answers
        self.jobs = Jobs(jobs)
        self.settings = replace(settings, tier=self._references.tier)
        super().__init__(self._judging)

    def _judging(self) -> ProcessPoolExecutor:
        lent = self._references.lendable
        return judging_pool(self.jobs.most, "autograder.nbgrader.classroom", open_worker, self.settings, lent)

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self._references.close()

    def describe(self) -> str:
        return self._references.describe()

    def judge(self, work: Work, number: int) -> Future[None]:
        return self.submit(judge_in_worker, work, number)


def judged(tasks: list[tuple[Outcome, Work]], judges: Judges) -> Iterator[Outcome]:
    """The outcomes as they come. Equal programs are judged once; long waits of one hold up no other.

    Raises CannotWrite where nothing can be recorded: then nobody's can.
    """
    distinct: dict[Work, list[Outcome]] = {}
    for one, work in tasks:
        distinct.setdefault(work, []).append(one)
    reader = Grader(judges.settings, NothingRuns(judges.settings.tier or ""))
    left: deque[tuple[Work, int]] = deque()
    # The exercise that most have handed in first: what its reference needs is then known early.
    common = Counter(one.exercise for one, _ in tasks)
    for work in sorted(distinct, key=lambda work: -common[work.cell.grade_id]):
        left += [(work, number) for number in _missing(work, reader)]
    open_checks = Counter(work for work, _ in left)
    for work in [one for one in distinct if one not in open_checks]:
        yield from _outcomes(work, distinct[work], reader)
    tries: Counter[tuple[Work, int]] = Counter()
    problems: dict[Work, str] = {}
    waiting: dict[Future[None], tuple[Work, int]] = {}
    while left or waiting:
        while left and judges.jobs.may_begin(len(waiting)):
            check = left.popleft()
            waiting[judges.judge(*check)] = check
        for future in wait(waiting, judges.jobs.patience, FIRST_COMPLETED).done:
            work, _ = check = waiting.pop(future)
            problem = ""
            try:
                future.result()
            except CannotWrite:
                raise
            except NotGraded as error:
                problem = str(error)
            except BrokenExecutor:  # which may be another check's doing
                tries[check] += 1
                if tries[check] < _TRIES and work not in problems:
                    left.append(check)
                    continue
                problem = f"the process that judged it was killed {_TRIES} times; is there memory enough?"
            open_checks[work] -= 1
            if problem:
                problems.setdefault(work, problem)
                for other in [one for one in left if one[0] is work]:  # it is not graded in this run, whatever they say
                    left.remove(other)
                    open_checks[work] -= 1
            if not open_checks[work]:
                yield from _outcomes(work, distinct[work], reader, problems.get(work, ""))


def _missing(work: Work, reader: Grader) -> list[int]:
    """The checks that have to be run; none where even that cannot be told, of which `_outcomes` says why."""
    try:
        return reader.missing(work)
    except CannotWrite:
        raise
    except NotGraded:
        return []


def _outcomes(work: Work, those: list[Outcome], reader: Grader, problem: str = "") -> Iterator[Outcome]:
    """The outcomes of those who have handed in this work, by what the journal has; not graded if there is a problem."""
    graded = None
    try:
        graded = None if problem else reader.grade(work)
    except CannotWrite:
        raise
    except NotGraded as error:
        problem = str(error)
    for one in those:
        yield replace(one, graded=graded, problem=problem)
