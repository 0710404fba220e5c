"""A lesson: the text of a unit with its exercises in their places."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.authoring.exercise import Exercise
from autograder.authoring.puzzle import Puzzle

START = "00-start"  # the lesson that leads to all units, and is none


@dataclass(frozen=True)
class Lesson:
    """`notebook` is that of the instructor, with solutions and hidden checks."""

    name: str
    path: Path
    exercises: tuple[Exercise, ...]
    puzzles: tuple[Puzzle, ...]
    notebook: Any
