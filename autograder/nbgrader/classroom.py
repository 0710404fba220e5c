"""Grades all submissions of a class into the journal: in parallel, in sandboxes, and again only what is missing."""

import argparse
import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.grading.assembly import assemble
from autograder.grading.grader import Graded, grade_in_worker, open_sandbox, open_worker
from autograder.grading.plain_files import StrangeFolder, strange, strange_within
from autograder.grading.pool import judging_pool
from autograder.grading.submission import UnreadableSubmission, read_submission
from autograder.grading.unit import Unit, read_unit, work_in
from autograder.grading.work import NotGraded, Settings, Work
from autograder.nbgrader.plugin import JOURNAL
from autograder.nbgrader.registering import register, units
from lockstep.words import one_line


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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("units", nargs="*", help="names such as 01-processes; all that were submitted if none is given")
    parser.add_argument("--course", type=Path, default=Path.cwd(), help="the course directory (default: here)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many exercises at once")
    parser.add_argument("--patience", type=float, default=1.0, help="time limits of checks are multiplied by this")
    parser.add_argument("--unsandboxed", action="store_true", help="grade although there is no sandbox")


def run(arguments: argparse.Namespace) -> int:
    """Prints a line for each exercise, then the sums; returns 1 if something is not graded."""
    settings = Settings(arguments.course / JOURNAL, arguments.unsandboxed, arguments.patience)
    try:
        sandbox = open_sandbox(settings.unsandboxed)
    except NotGraded as error:
        print(f"Nothing is graded: {error}")
        return 1
    print(sandbox.describe())
    settings = replace(settings, tier=sandbox.tier)
    names = arguments.units or units(arguments.course)
    outcomes = grade_class(arguments.course, names, settings, arguments.jobs, lambda one: print(line(one)), print)
    graded = sum(one.graded is not None for one in outcomes)
    print(f"{graded} graded, {len(outcomes) - graded} not graded; now run `nbgrader autograde UNIT`")
    return 0 if graded == len(outcomes) else 1


def line(one: Outcome) -> str:
    """An outcome in a line."""
    where = one_line(f"{one.student}, {one.unit}" + (f", {one.exercise}" if one.exercise else ""))
    if one.graded is None:
        return f"{where}: not graded: {one.problem}"
    checks = f"{one.graded.report.passed} of {one.graded.report.total} checks"
    return f"{where}: {one.score:g} of {one.points:g} points, {checks}"


def grade_class(
    course: Path,
    names: list[str],
    settings: Settings,
    jobs: int,
    finished: Callable[[Outcome], None] = lambda outcome: None,
    noted: Callable[[str], None] = lambda note: None,
) -> list[Outcome]:
    """Grades what is in submitted/ of these units; `finished` sees each outcome at once. One never stops another.

    `noted` gets a line for everything that is left out.
    """
    outcomes: list[Outcome] = []

    def add(outcome: Outcome) -> None:
        outcomes.append(outcome)
        finished(outcome)

    tasks: list[tuple[Outcome, Work]] = []
    places: dict[str, int] = {}
    for name in names:
        try:
            unit = read_unit(course / "source" / name / f"{name}.ipynb")
            register(course, name)
        except NotGraded as error:
            add(Outcome("everybody", name, "", 0.0, None, str(error)))
            continue
        places |= {cell.grade_id: place for place, cell in enumerate(unit.grade_cells)}
        for student, path in submissions(course, name):
            try:
                for other, kind in strange_within(path.parent):
                    noted(one_line(f"{student}, {name}: left out: {other.name} is {kind}"))
            except StrangeFolder as error:
                add(Outcome(student, name, "", 0.0, None, str(error)))
                continue
            found = tasks_of(student, unit, path)
            tasks += found if isinstance(found, list) else []
            if isinstance(found, Outcome):
                add(found)
    for outcome in _graded(tasks, settings, jobs):
        add(outcome)
    return sorted(outcomes, key=lambda one: (one.unit, one.student, places.get(one.exercise, 0)))


def submissions(course: Path, name: str) -> list[tuple[str, Path]]:
    """(student, file) of each folder submitted for a unit, whether the file is there or not; also where it is a link."""
    folders = sorted(path for path in (course / "submitted").glob(f"*/{name}") if path.is_dir() or strange(path))
    return [(folder.parent.name, folder / f"{name}.ipynb") for folder in folders]


def tasks_of(student: str, unit: Unit, path: Path) -> list[tuple[Outcome, Work]] | Outcome:
    """What there is to grade in a submission, or why it cannot be read."""
    others = sorted(one_line(other.name) for other in path.parent.glob("*.ipynb"))
    if not path.exists() and not path.is_symlink():
        there = f"there is {', '.join(others)}: was it renamed?" if others else "there is no notebook at all"
        return Outcome(student, unit.name, "", 0.0, None, f"there is no {path.name}; {there}")
    try:
        notebook = assemble(unit, read_submission(path))
    except UnreadableSubmission as error:
        return Outcome(student, unit.name, "", 0.0, None, str(error))
    works = list(work_in(unit, notebook))
    return [(Outcome(student, unit.name, work.cell.grade_id, work.cell.points, None), work) for work in works]


def _graded(tasks: list[tuple[Outcome, Work]], settings: Settings, jobs: int) -> Iterator[Outcome]:
    """The outcomes as they come. Equal programs are judged once; long waits of one hold up no other."""
    if not tasks:
        return
    distinct: dict[Work, list[Outcome]] = {}
    for one, work in tasks:
        distinct.setdefault(work, []).append(one)
    # The exercise that most have handed in first: what its reference needs is then known early.
    common = Counter(one.exercise for one, _ in tasks)
    order = sorted(distinct, key=lambda work: -common[work.cell.grade_id])
    with judging_pool(jobs, "autograder.grading.grader", open_worker, settings) as pool:
        waiting: dict[Future[Graded], Work] = {pool.submit(grade_in_worker, work): work for work in order}
        for future in as_completed(waiting):
            graded, problem = None, ""
            try:
                graded = future.result()
            except NotGraded as error:
                problem = str(error)
            except Exception as error:  # a worker that was killed, most likely
                problem = f"the grading process failed ({type(error).__name__}); run the command again"
            for one in distinct[waiting[future]]:
                yield replace(one, graded=graded, problem=problem)
