"""Every exercise is tested against its starter, its reference, other right answers, and the wrong answers it names."""

import pytest

from autograder.build import read_exercises
from autograder.exercise import Exercise
from autograder.judging import judge, read_check_cell
from lockstep.checks.report import Report
from lockstep.program.source import ModuleSource
from lockstep.student.launcher import local_launcher

EXERCISES = read_exercises()
COSTLY = {"count_primes", "word_count"}  # simulated several times each


def report_on(exercise: Exercise, code: str, patience: float = 1) -> Report:
    cell = read_check_cell(exercise.checks)
    reference = ModuleSource.of_text(exercise.solution, "reference")
    return judge(cell, ModuleSource.of_text(code, "answer"), local_launcher(), reference=reference, patience=patience)


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=list(EXERCISES))
def test_the_reference_passes_every_check(exercise):
    report = report_on(exercise, exercise.solution, patience=3)
    assert report.passed == report.total, report.text()


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=list(EXERCISES))
def test_the_starter_fails_every_check(exercise):
    report = report_on(exercise, exercise.starter)
    assert report.passed == 0, report.text()


def answers(kind: str):
    """Every answer of a kind; the first of each exercise with the fast tests, the others with the slow ones."""
    for exercise in EXERCISES.values():
        for number, answer in enumerate(getattr(exercise, kind)):
            marks = [pytest.mark.slow] if number or kind == "also_right" or exercise.name in COSTLY else []
            yield pytest.param(exercise, answer, id=f"{exercise.name}-{answer.name}", marks=marks)


@pytest.mark.parametrize(("exercise", "answer"), answers("also_right"))
def test_another_right_answer_passes_every_check(exercise, answer):
    report = report_on(exercise, answer.code, patience=3)
    assert report.passed == report.total, report.text()


@pytest.mark.parametrize(("exercise", "answer"), answers("wrong"))
def test_a_wrong_answer_is_refused_in_its_own_words(exercise, answer):
    report = report_on(exercise, answer.code)
    assert report.passed < report.total, f"the wrong answer {answer.name} passes"
    text = report.text()
    missing = [words for words in answer.words if words not in text]
    assert not missing, f"the refusal of {answer.name} does not say {missing}:\n{text}"
