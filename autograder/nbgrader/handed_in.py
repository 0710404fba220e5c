"""What a class has handed in: the work in it, what cannot be graded at all, and what is odd about it."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.grading.assembly import assemble
from autograder.grading.grader import Graded
from autograder.grading.plain_files import StrangeFolder, searchable, strange, strange_within
from autograder.grading.storage import CannotWrite
from autograder.grading.submission import Submission, UnreadableSubmission, read_submission
from autograder.grading.unit import Unit, read_unit, work_in
from autograder.grading.work import NotGraded, Work
from autograder.nbgrader.registering import register, units
from lockstep.words import brief, enumerated, one_line

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
    folders = [place for place in places if not searchable(place.parent) or place.is_dir() or strange(place)]
    return [(folder.parent.name, folder / f"{name}.ipynb") for folder in folders]


def oddities(course: Path, names: Sequence[str]) -> Iterator[str]:
    """What is odd about the folders in submitted/, a sentence each.

    Files above their folder and folders of no unit, which nobody looks at; students whose names are nearly the same.
    """
    known = {*units(course), *names}
    alike: dict[str, list[str]] = {}
    for student in sorted(_students(course)):
        alike.setdefault(unicodedata.normalize("NFC", student.name).casefold().strip(), []).append(student.name)
        for path in sorted(student.iterdir()) if searchable(student) else []:
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
