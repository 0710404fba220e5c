"""What a class has submitted, and its judging into the journal: in parallel, in sandboxes, and only what is missing."""

import os
import unicodedata
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from autograder.grading.assembly import assemble
from autograder.grading.grader import Graded, Grader, NothingRuns, judge_in_worker, open_sandbox, open_worker
from autograder.grading.jobs import Jobs
from autograder.grading.plain_files import StrangeFolder, strange, strange_within
from autograder.grading.pool import Workers, judging_pool
from autograder.grading.storage import CannotWrite
from autograder.grading.submission import Submission, UnreadableSubmission, read_submission
from autograder.grading.unit import Unit, read_unit, work_in
from autograder.grading.work import NotGraded, Settings, Work
from autograder.nbgrader.registering import register, units
from autograder.sandbox.bubblewrap import compile_packages
from lockstep.words import brief, enumerated, one_line

_TRIES = 3  # at a check whose process is killed
PLACE = "what is handed in lies in submitted/STUDENT/UNIT/UNIT.ipynb"


@dataclass(frozen=True)
class Outcome:
    """What became of one exercise of one student, or, with an empty `exercise`, of a file that cannot be read."""

    student: str
    unit: str
    exercise: str
    points: float
    graded: Graded | None
    problem: str = ""  # why it is not graded

    @property
    def score(self) -> float:
        return self.points * self.graded.share if self.graded else 0.0


@dataclass
class Submitted:
    """What there is to grade in a class: each exercise with its work, and what cannot be graded at all."""

    tasks: list[tuple[Outcome, Work]] = field(default_factory=list)
    problems: list[Outcome] = field(default_factory=list)


def what_is_submitted(course: Path, names: list[str], noted: Callable[[str], None]) -> Submitted:
    """Reads the submissions of these units, which it enters into the gradebook if there are any. Raises CannotWrite."""
    found = Submitted()
    for note in oddities(course, names):
        noted(one_line(note))
    for name in names:
        handed_in = submissions(course, name)
        try:
            unit = read_unit(course / "source" / name / f"{name}.ipynb")
            if handed_in:
                register(course, name)
        except CannotWrite:
            raise
        except NotGraded as error:
            found.problems.append(Outcome("everybody", name, "", 0.0, None, str(error)))
            continue
        for student, path in handed_in:
            try:
                for other, kind in strange_within(path.parent):
                    noted(one_line(f"{student}, {name}: left out: {other.name} is {kind}"))
            except StrangeFolder as error:
                found.problems.append(Outcome(student, name, "", 0.0, None, str(error)))
                continue
            tasks = tasks_of(student, unit, path, noted)
            if isinstance(tasks, Outcome):
                found.problems.append(tasks)
            else:
                found.tasks += tasks
    return found


def submissions(course: Path, name: str) -> list[tuple[str, Path]]:
    """(student, file) of each folder submitted for a unit, whether the file is there or not; also where it is a link.

    Of a student whose folder may not be read nobody knows: it counts.
    """
    places = (student / name for student in sorted(_students(course)))
    folders = [place for place in places if not _searchable(place.parent) or place.is_dir() or strange(place)]
    return [(folder.parent.name, folder / f"{name}.ipynb") for folder in folders]


def oddities(course: Path, names: Sequence[str]) -> Iterator[str]:
    """What is odd about the folders in submitted/, a sentence each.

    Files above their folder and folders of no unit, which nobody looks at; students whose names are nearly the same.
    """
    known = {*units(course), *names}
    alike: dict[str, list[str]] = {}
    for student in sorted(_students(course)):
        alike.setdefault(unicodedata.normalize("NFC", student.name).casefold().strip(), []).append(student.name)
        for path in sorted(student.iterdir()) if _searchable(student) else []:
            where = f"submitted/{student.name}/{path.name}"
            if path.is_file() and (path.suffix == ".ipynb" or path.name in known):
                yield f"{where} is not looked at: {PLACE}"
            elif path.is_dir() and path.name not in known:
                yield f"{where} is not looked at: source/ has no unit of this name"
    for path in sorted((course / "submitted").glob("*.ipynb")):
        yield f"submitted/{path.name} is not looked at: {PLACE}"
    for several in alike.values():
        if len(several) > 1:
            yield f"submitted/ has {enumerated(several)}: are they one student? They are graded as {len(several)}"


def _students(course: Path) -> list[Path]:
    """The folders of students, also where one is a link."""
    try:
        return [path for path in (course / "submitted").iterdir() if path.is_dir() or strange(path)]
    except FileNotFoundError:
        return []


def _searchable(folder: Path) -> bool:
    return os.access(folder, os.R_OK | os.X_OK)


def tasks_of(
    student: str, unit: Unit, path: Path, noted: Callable[[str], None] = lambda note: None
) -> list[tuple[Outcome, Work]] | Outcome:
    """What there is to grade in a submission, or why it cannot be read."""
    others = sorted(one_line(other.name) for other in path.parent.glob("*.ipynb") if other != path)
    if not path.exists() and not path.is_symlink():
        there = f"there is {', '.join(others)}: was it renamed?" if others else _no_notebook(path.parent)
        return Outcome(student, unit.name, "", 0.0, None, f"there is no {path.name}; {there}")
    if others:
        noted(one_line(f"{student}, {unit.name}: only {path.name} is looked at, not {brief(', '.join(others))}"))
    try:
        submission = read_submission(path)
    except UnreadableSubmission as error:
        return Outcome(student, unit.name, "", 0.0, None, str(error))
    for note in (*submission.notes, *_about_names(unit, submission)):
        noted(one_line(f"{student}, {unit.name}: {note}"))
    works = list(work_in(unit, assemble(unit, submission)))
    return [(Outcome(student, unit.name, work.cell.grade_id, work.cell.points, None), work) for work in works]


def _about_names(unit: Unit, submission: Submission) -> Iterator[str]:
    """What is odd about the cells in which answers are expected; wherever else answers stand, they count."""
    there = {cell.grade_id for cell in submission.cells if cell.grade_id}
    if lacking := sorted(unit.answer_ids - there):
        others = sorted(name for name in there - unit.grade_ids if not name.endswith("-checks"))
        instead = f", but {brief(', '.join(others))}: is it of another version of the unit?" if others else ""
        yield f"no cell of it is called {brief(', '.join(lacking))}{instead}"


def _no_notebook(folder: Path) -> str:
    files = sorted(one_line(path.name) for path in folder.iterdir() if path.is_file() and path.name != "timestamp.txt")
    return f"there is no notebook, but {brief(', '.join(files))}" if files else "there is no notebook at all"


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
        self._sandbox = open_sandbox(settings.unsandboxed, settings.tier)
        self.jobs = Jobs(jobs)
        self.settings = replace(settings, tier=self._sandbox.tier)
        super().__init__(
            lambda: judging_pool(self.jobs.most, "autograder.nbgrader.classroom", open_worker, self.settings)
        )

    def describe(self) -> str:
        return self._sandbox.describe()

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
