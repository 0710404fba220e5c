"""A new exercise begins as a skeleton, which proves nothing until all of it is filled in."""

import ast

import pytest

from autograder import __main__ as command_line
from autograder.authoring import skeleton
from autograder.authoring.exercise import read_exercise
from autograder.authoring.parts import AuthorError
from autograder.authoring.proof import claims, prove
from autograder.authoring.rules import UNFILLED
from autograder.authoring.skeleton import problem_with
from tests.authoring.doubling import write

TEXT = skeleton.skeleton("readers")
PLACES = [number for number, line in enumerate(TEXT.splitlines(), 1) if UNFILLED.search(line)]


def filled(line: str) -> str:
    return UNFILLED.sub("done_", line)


def test_a_skeleton_is_told_every_line_that_is_to_be_written(tmp_path):
    with pytest.raises(AuthorError) as caught:
        read_exercise(write(tmp_path, TEXT, "readers"))
    assert len(str(caught.value).splitlines()) == len(PLACES) > 8


@pytest.mark.parametrize("place", PLACES)
def test_a_skeleton_with_one_place_left_is_no_exercise(tmp_path, place):
    lines = [line if number == place else filled(line) for number, line in enumerate(TEXT.splitlines(), 1)]
    path = write(tmp_path, "\n".join(lines), "readers")
    with pytest.raises(AuthorError, match=f"py:{place}: this is still to be written"):
        read_exercise(path)


def test_a_skeleton_filled_with_anything_is_read_and_not_proven(tmp_path):
    exercise = read_exercise(write(tmp_path, filled(TEXT), "readers"))
    failed = {claim.kind for claim in claims(exercise) if prove(exercise, claim).problems}
    assert failed >= {"reference", "also right", "wrong"}


def test_the_command_writes_one_file_and_never_over_another(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(skeleton, "ROOT", tmp_path)
    folder = tmp_path / "autograder" / "exercises"
    folder.mkdir(parents=True)
    monkeypatch.setattr(skeleton, "exercises_folder", lambda: folder)
    monkeypatch.setattr(skeleton, "exercise_files", lambda: sorted(folder.glob("*/*.py")))
    assert command_line.main(["new", "locks/readers"]) == 0
    assert "# exercise: readers" in capsys.readouterr().out
    path = folder / "locks" / "readers.py"
    assert ast.parse(path.read_text())
    path.write_text("mine")
    assert command_line.main(["new", "races/readers"]) == 1
    assert "already an exercise of this name: autograder/exercises/locks/readers.py" in capsys.readouterr().out
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("unit", "name"), [("locks", ""), ("locks", "def"), ("..", "x"), ("", "x"), ("a", "b-c"), ("a", "B")]
)
def test_what_is_no_name_of_a_function_is_refused(unit, name):
    assert "give UNIT/NAME" in problem_with(unit, name)
