"""An author's mistake is one clear line with file and line number."""

import inspect

import pytest

from autograder.authoring import rules
from autograder.authoring.build import read_lessons
from autograder.authoring.exercise import read_exercise
from autograder.authoring.parts import AuthorError
from tests.authoring.doubling import GOOD, write


def test_a_good_exercise_is_read_into_its_parts(tmp_path):
    exercise = read_exercise(write(tmp_path))
    assert (exercise.title, exercise.prompt, exercise.points) == ("Title", "Prompt.", 2)
    assert exercise.starter == "def double(n):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    assert "reference" not in exercise.visible_checks
    assert "reference" in exercise.checks
    assert [answer.words for answer in exercise.wrong] == [("should be 4",)]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("points = 2\n", "", "py:1: it needs points"),
        ("points = 2", "points = -1", "py:11: points must be a whole number"),
        ('"""Title\n\nPrompt.\n"""', "", "py:1: it needs a docstring"),
        ("    ### BEGIN SOLUTION\n", "", "the reference needs its solution between"),
        ("def double(n):", "### BEGIN SOLUTION\n### END SOLUTION\n\n\ndef double(n):", "outside of a function"),
        ("student.double(2) == 4", "student.double(2) == expected", "a check cannot use `expected`"),
        ("def _(student):", "def _(student, reference):", "it may take `student` alone"),
        ("def _(student):", "def _(answer):", "it takes answer; it may take"),
        ('@wrong("should be 4")', "@wrong()", "needs the words that its refusal must contain"),
        ('@check("it doubles more")', '@check("it doubles")', "two checks say the same"),
        ('@check("it doubles")', "@check()", "a check needs a sentence"),
        ("return 2 * n", "return 2 *", "it does not parse"),
        ("points = 2", "points = 2 - 1", "py:11: `points` must be written as a literal"),
        ("points = 2", "points = 2\nequivalent_mutants = {'+ x': ''}", "to the reason"),
        ("points = 2", "points = 2\nequivalent_mutants = ['+ x']", "to the reason"),
        ('@wrong("should be 4")', "@wrong(3)", "must be written as text"),
        ('"should be 4")', '"should be 4", replaced={"n": "m"})', "the reference has 'n' 3 times"),
        ('"should be 4")', '"should be 4", replaced={"3 * n": ""})', "the reference has '3 * n' 0 times"),
        ('"should be 4")', '"should be 4", replaced={"2 * n": "2 *"})', "does not parse with what is replaced"),
        ('"should be 4")', '"should be 4", replaced=["2 * n"])', "`replaced` is a dict from a text"),
        ('"should be 4")', '"should be 4", replaced={"2 * n": words})', "`replaced` is a dict from a text"),
        ("def adds_one():", "class AddsOne:", "an answer is the body of a function"),
        ("assert student.double(2) == 4", "explore(student.double, 2)", "a check cannot use `explore`"),
    ],
)
def test_a_mistake_in_an_exercise_names_file_and_line(tmp_path, old, new, words):
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(AuthorError) as caught:
        read_exercise(path)
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"{path}:")


def lesson(tmp_path, text):
    folder = tmp_path / "lessons" / "01-unit"
    folder.mkdir(parents=True)
    (folder / "01-unit.py").write_text(text)


def test_an_unknown_exercise_in_a_lesson_is_named_with_its_line(tmp_path):
    write(tmp_path)
    lesson(tmp_path, "# %% [markdown]\n# # Title\n\n# %%\n# exercise: tripple\n")
    with pytest.raises(AuthorError, match=r"01-unit.py:5: there is no exercise called `tripple`; there are double"):
        read_lessons(tmp_path)


def test_an_exercise_that_no_lesson_uses_is_named(tmp_path):
    write(tmp_path)
    lesson(tmp_path, "# %% [markdown]\n# # Title\n")
    with pytest.raises(AuthorError, match=r"double.py:1: no lesson uses it"):
        read_lessons(tmp_path)


def test_an_exercise_used_twice_is_named(tmp_path):
    write(tmp_path)
    lesson(tmp_path, "# %%\n# exercise: double\n\n# %%\n# exercise: double\n")
    with pytest.raises(AuthorError, match="already in"):
        read_lessons(tmp_path)


def test_two_exercises_of_one_name_are_named(tmp_path):
    write(tmp_path)
    other = tmp_path / "autograder" / "exercises" / "other"
    other.mkdir()
    (other / "double.py").write_text(GOOD)
    with pytest.raises(AuthorError, match="an exercise of this name is already in"):
        read_lessons(tmp_path)


def test_all_mistakes_of_an_exercise_are_told_at_once_in_the_order_of_their_lines(tmp_path):
    path = write(tmp_path, GOOD.replace("points = 2", "points = 0").replace('@wrong("should be 4")', "@wrong()"))
    with pytest.raises(AuthorError) as caught:
        read_exercise(path)
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert "points must be" in lines[0]
    assert "a wrong answer needs the words" in lines[1]


def test_every_rule_is_there_and_has_a_name_that_says_what_it_demands():
    demanding = [name for name, one in vars(rules).items() if inspect.isgeneratorfunction(one) and name[0] != "_"]
    assert [rule.__name__ for rule in rules.RULES] == demanding
