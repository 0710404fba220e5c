"""The exercises of a course and the puzzles of its gallery, found by name."""

from collections.abc import Iterator
from pathlib import Path

from autograder.authoring.exercise import Exercise, read_exercise
from autograder.authoring.parts import AuthorError
from autograder.authoring.puzzle import Puzzle, read_puzzle

ROOT = Path(__file__).resolve().parents[2]


def exercise_files(root: Path = ROOT) -> Iterator[Path]:
    """autograder/exercises/UNIT/NAME.py, in the order of their paths."""
    for path in sorted(exercises_folder(root).glob("*/*.py")):
        if path.stem != "__init__":
            yield path


def exercises_folder(root: Path = ROOT) -> Path:
    return root / "autograder" / "exercises"


def read_exercises(root: Path = ROOT) -> dict[str, Exercise]:
    """All exercises by name. Raises AuthorError, also when two files have the same name."""
    exercises: dict[str, Exercise] = {}
    for path in exercise_files(root):
        exercise = read_exercise(path)
        if exercise.name in exercises:
            raise AuthorError(path, 1, f"an exercise of this name is already in {exercises[exercise.name].path}")
        exercises[exercise.name] = exercise
    return exercises


def puzzle_files(root: Path = ROOT) -> list[Path]:
    """autograder/gallery/NAME.py, in the order of their names."""
    return [path for path in sorted((root / "autograder" / "gallery").glob("*.py")) if path.stem != "__init__"]


def read_puzzles(root: Path = ROOT) -> dict[str, Puzzle]:
    """All puzzles by name. Raises AuthorError."""
    return {path.stem: read_puzzle(path) for path in puzzle_files(root)}


def find_exercise(name: str, root: Path = ROOT) -> Exercise:
    """The exercise or the puzzle of this name, whatever is wrong with others. Raises AuthorError."""
    puzzles = {path.stem: path for path in puzzle_files(root)}
    if name in puzzles:
        return read_puzzle(puzzles[name])
    files = {path.stem: path for path in exercise_files(root)}
    if name not in files:
        wanted = exercises_folder(root) / "UNIT" / f"{name}.py"
        raise AuthorError(wanted, 1, f"there is no exercise called `{name}`; there are {', '.join(files)}")
    return read_exercise(files[name])
