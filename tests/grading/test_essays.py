"""A text that a person grades: released without its model answer, and through autograde and feedback with points and comments."""

import shutil

import pytest
from nbgrader.api import Gradebook

from autograder.authoring.build import build
from autograder.grading.work import Settings
from autograder.nbgrader.plugin import JOURNAL
from autograder.nbgrader.registering import register
from tests.grading.conftest import EXERCISES, LESSON, Course
from tests.grading.judged_class import grade_class

pytestmark = [pytest.mark.timeout(300), pytest.mark.slow]

ESSAY = """
# %% [markdown] points=5 grade_id="why"
# **Why does it work?**
#
# ### BEGIN SOLUTION
# Because twice is two times.
# ### END SOLUTION
"""
WRITTEN = "**Why does it work?**\n\nSince 2 times a half is one."


@pytest.fixture(scope="module")
def with_an_essay(built, tmp_path_factory):
    root = tmp_path_factory.mktemp("essays")
    shutil.copytree(EXERCISES, root / "autograder" / "exercises" / "numbers")
    (root / "lessons" / "numbers").mkdir(parents=True)
    (root / "lessons" / "numbers" / "numbers.py").write_text(LESSON + ESSAY)
    build(root)
    register(root, "numbers")
    return Course(root)


def grade_of(course, student):
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        grade = gradebook.find_grade("why", "numbers", "numbers", student)
        return grade.auto_score, grade.manual_score, grade.needs_manual_grade, grade.max_score


def test_learners_get_the_question_and_not_the_model_answer(with_an_essay):
    (cell,) = [cell for cell in with_an_essay.released.cells if cell.metadata.get("nbgrader", {}).get("points") == 5]
    assert cell.source == "**Why does it work?**\n\nYOUR ANSWER HERE"
    assert "twice is two times" not in str(with_an_essay.released)


def test_a_text_waits_for_a_person_whose_points_and_words_arrive_and_stay(with_an_essay):
    course = with_an_essay
    course.submit("ann", course.answered(why=WRITTEN))
    course.submit("bob", course.answered())
    settings = Settings(course.root / JOURNAL, unsandboxed=True, patience=1.0, tier="D")
    outcomes = grade_class(course.root, ["numbers"], settings, 1)
    assert {one.exercise for one in outcomes} == {"double-checks", "halve-checks"}, "no machine grades a text"
    assert course.autograde(), course.messages
    assert grade_of(course, "ann") == (None, None, True, 5.0), "it waits, and is not 0"
    assert grade_of(course, "bob") == (0.0, None, False, 5.0), "nothing was written"
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        gradebook.find_grade("why", "numbers", "numbers", "ann").manual_score = 3.5
        gradebook.find_grade("why", "numbers", "numbers", "ann").needs_manual_grade = False
        gradebook.find_comment("why", "numbers", "numbers", "ann").manual_comment = "Say what a half is."
        gradebook.db.commit()
    grade_class(course.root, ["numbers"], settings, 1)
    assert course.autograde(force=True), course.messages
    assert grade_of(course, "ann")[1] == 3.5, "grading again by machine keeps what a person gave"
    page = course.feedback("ann")
    assert "Since 2 times a half is one." in page
    assert "Say what a half is." in page
    assert "3.5 / 5" in " ".join(page.replace("(", " ").replace(")", " ").split()), "its points"
    assert "twice is two times" not in page
