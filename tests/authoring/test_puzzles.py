"""A puzzle's file is read as an exercise is, and every part that it lacks is named to its author."""

import pytest

from autograder.authoring.catalogue import ROOT, find_exercise, read_puzzles
from autograder.authoring.parts import AuthorError
from autograder.authoring.puzzle import read_puzzle

RIVER = ROOT / "autograder" / "gallery" / "river.py"


def changed(tmp_path, old, new):
    text = RIVER.read_text()
    assert old in text
    path = tmp_path / "river.py"
    path.write_text(text.replace(old, new))
    return path


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("@mistake(", "@wrong(", "it needs one @mistake"),
        ('play = "crossing"', "", "it needs the name of the function that is driven"),
        ("fewest = ", "least = ", "it needs the fewest steps to the failure"),
        ("@wrong(", "@also_right\n# ", "it needs at least one wrong answer"),
    ],
)
def test_what_a_puzzle_lacks_is_named(tmp_path, old, new, words):
    with pytest.raises(AuthorError, match=words):
        read_puzzle(changed(tmp_path, old, new))


def test_a_learner_begins_with_the_mistake_and_sees_the_program_as_ordinary_code():
    puzzle = read_puzzle(RIVER)
    assert "rows = self.waiting.value == 2" in puzzle.starter
    assert "@given" not in puzzle.program
    assert "def crossing():" in puzzle.program
    assert puzzle.play_cell == 'drive("river", crossing)'


def test_a_puzzle_is_found_by_its_name_as_an_exercise_is():
    assert find_exercise("river") == read_puzzles()["river"]
