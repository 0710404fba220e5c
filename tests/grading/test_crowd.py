"""The demonstration's class of any size: the same one each time, and each submission graded as it was made to be."""

import csv
import shutil

import nbformat
import pytest

from autograder.authoring.build import read_lessons
from autograder.demo.crowd import LEAST, _disguised, make_crowd
from autograder.report.command import write_report
from tests.grading.test_command import grade

UNIT = "numbers"


def handed_in(course, number):
    """The lesson of which a class of so many hands in."""
    (lesson,) = read_lessons(course.root)
    make_crowd(lesson, course.released, course.root, number)
    return lesson


def files(course):
    found = (course.root / "submitted").rglob("*.ipynb")
    return {str(path.relative_to(course.root)): path.read_bytes() for path in found}


def answers(course, student):
    """What a student has in each exercise's cell."""
    notebook = nbformat.read(course.root / "submitted" / student / UNIT / f"{UNIT}.ipynb", as_version=4)
    return {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in notebook.cells}


def test_the_same_class_is_made_each_time(course):
    handed_in(course, 20)
    first = files(course)
    assert len(first) == 20
    shutil.rmtree(course.root / "submitted")
    handed_in(course, 20)
    assert files(course) == first


def test_the_smallest_class_is_the_odd_ones_and_one_more(course):
    handed_in(course, LEAST)
    assert len(files(course)) == LEAST
    assert any(name.endswith("homework final (2).ipynb") for name in files(course))


NAMES_THAT_MUST_STAY = """
def squares(count, power=2):
    found = []
    for power in range(count):
        found.append(dict(power=power)["power"] ** 2)
    for number in range(count):
        number.real  # of a number
        found += [f"{number}" for number in range(2)]
    for error in (1, 2):
        try:
            raise ValueError(error)
        except ValueError as error:
            found.append(str(error))
    return found
"""


def test_a_copy_with_other_names_does_what_the_original_does():
    disguised = _disguised(NAMES_THAT_MUST_STAY)
    assert "number" not in disguised
    results = []
    for text in (NAMES_THAT_MUST_STAY, disguised):
        namespace = {}
        exec(text, namespace)
        results.append(namespace["squares"](4))
    assert results[0] == results[1]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_class_is_graded_as_it_was_made(course):
    lesson = handed_in(course, 14)
    said = grade(course, code=1)
    assert "12 submissions graded and in the gradebook, with feedback; 2 not graded" in said
    most = {exercise.name: exercise.points for exercise in lesson.exercises}
    right = {text for one in lesson.exercises for text in (one.solution, *(answer.code for answer in one.also_right))}
    starters = {one.starter for one in lesson.exercises}
    for place in range(1, 14 - LEAST + 2):
        student = f"student-{place:03d}"
        for name, points in most.items():
            text, score = answers(course, student)[name], course.scores(student)[f"{name}-checks"]
            assert (score == points) == (text in right), (student, name)
            assert score == 0 or text not in starters, (student, name)
    assert course.scores("first") == course.scores("copies-from-first"), "a copy with other names earns the same"
    assert course.scores("missing-cell") == {"double-checks": 4.0, "halve-checks": 0.0}
    assert course.scores("renamed-cell") == {"double-checks": 4.0, "halve-checks": 2.0}, (
        "the program has it all the same"
    )
    assert sum(course.scores("empty").values()) == 0
    assert 0 < sum(course.scores("hanging").values()) < sum(most.values())
    _, table = write_report(course.root, UNIT)
    with open(table, newline="") as file:
        given = {row["student_id"]: row["score"] for row in csv.DictReader(file)}
    assert given["empty"] == "0.0"
    assert (given.get("cut-off", ""), given.get("renamed-file", "")) == ("", ""), "not graded is not a 0"
