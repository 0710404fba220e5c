"""Which check how many failed, and which named wrong answer of the exercise each of them behaves like."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.authoring.catalogue import ROOT, exercises_folder
from autograder.authoring.exercise import Answer, Exercise, read_exercise
from autograder.authoring.parts import AuthorError
from autograder.authoring.proof import is_refused_as
from autograder.report.results import StudentResults
from lockstep.checks.report import Report


@dataclass(frozen=True)
class Behaviour:
    """What some of those who fail a check do alike.

    `name` is that of the wrong answer of the exercise that is refused with the same words, "" where none is.
    `told` is the first line of what one of them reads.
    """

    name: str
    students: tuple[str, ...]
    told: str


@dataclass(frozen=True)
class FailedCheck:
    """A check of an exercise, and who fails it."""

    sentence: str
    behaviours: tuple[Behaviour, ...]

    @property
    def failed(self) -> int:
        return sum(len(one.students) for one in self.behaviours)


@dataclass(frozen=True)
class ExerciseMistakes:
    """An exercise, how many were judged, how many passed it, how many did not begin it, and its checks in order."""

    name: str
    judged: int
    passed: int
    not_begun: int
    checks: tuple[FailedCheck, ...]


def mistakes(course: Path, students: Sequence[StudentResults]) -> list[ExerciseMistakes]:
    """Of each exercise, in the order of the unit.

    A report is like a wrong answer when it says all that the proof of the exercise demands of that one's refusal; of
    several such, the one of which most is demanded. Wrong answers are those of the course's own exercises and of ours.
    """
    reports: dict[str, list[tuple[str, Report]]] = {}
    for one in students:
        for judged in one.judged:
            reports.setdefault(judged.exercise.removesuffix("-checks"), []).append((one.student, judged.report))
    exercises = {name: exercise_of(course, name) for name in reports}
    return [_of_exercise(name, found, exercises[name]) for name, found in reports.items()]


def exercise_of(course: Path, name: str) -> Exercise | None:
    """The exercise of this name, of the course's own or of ours, or None if there is no readable file of it."""
    for root in (course, ROOT):
        for path in exercises_folder(root).glob(f"*/{name}.py"):
            try:
                return read_exercise(path)
            except AuthorError:
                continue
    return None


def most_like(report: Report, answers: Iterable[Answer]) -> str:
    """The name of the wrong answer that a report is most like, "" if it is like none."""
    found = [answer for answer in answers if is_refused_as(answer, report)]
    return max(found, key=lambda answer: len("".join(answer.words))).name if found else ""


def _of_exercise(name: str, reports: list[tuple[str, Report]], exercise: Exercise | None) -> ExerciseMistakes:
    begun = [(student, report) for student, report in reports if not _is_not_begun(report)]
    answers = exercise.wrong if exercise else ()
    likeness = {student: most_like(report, answers) for student, report in begun if report.share < 1}
    sentences = list(dict.fromkeys(result.sentence for _, report in reports for result in report.results))
    checks = tuple(FailedCheck(sentence, tuple(_behaviours(sentence, begun, likeness))) for sentence in sentences)
    passed = sum(report.share == 1 for _, report in reports)
    return ExerciseMistakes(name, len(reports), passed, len(reports) - len(begun), checks)


def _behaviours(sentence: str, reports: list[tuple[str, Report]], likeness: dict[str, str]) -> list[Behaviour]:
    """Those like a wrong answer together, and of the others those who are told the same."""
    students: dict[tuple[str, str], list[str]] = {}
    told: dict[tuple[str, str], str] = {}
    for student, report in reports:
        for result in report.results:
            if result.sentence == sentence and not result.passed:
                name, first = likeness[student], result.explanation.partition("\n")[0]
                kind = (name, "" if name else first)
                students.setdefault(kind, []).append(student)
                told.setdefault(kind, first)
    found = [Behaviour(kind[0], tuple(sorted(those)), told[kind]) for kind, those in students.items()]
    return sorted(found, key=lambda one: (not one.name, -len(one.students)))


def _is_not_begun(report: Report) -> bool:
    """As in a notebook, where the other checks wait for the first then: some have words of their own for it."""
    return report.results[0].not_begun and not report.passed
