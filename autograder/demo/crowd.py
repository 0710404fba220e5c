"""A class of any size for a demonstration: right answers, wrong ones, and a few submissions as odd as real ones."""

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from autograder.authoring.build import Lesson
from autograder.authoring.exercise import Exercise
from autograder.demo.answers import HANGING, replaced
from autograder.demo.course import answered, hand_in

LEAST = 10  # students, of whom eight are odd
_WAITING = ("did not come back", "deadlock")  # of a refusal that takes its time


def make_crowd(lesson: Lesson, released: Any, folder: Path, number: int) -> list[str]:
    """Hands in for so many students, the same ones each time, and returns their names."""
    chance = random.Random(number)
    odd = list(_odd(lesson, released))
    first = ""
    for place in range(number - len(odd) - 1):
        texts = {exercise.name: _answer(exercise, chance) for exercise in lesson.exercises}
        first = first or f"student-{place + 1:03d}"
        notebook = _with(released, lesson, texts)
        hand_in(folder, lesson.name, f"student-{place + 1:03d}", notebook)
        if place == 0:
            copied = {name: _disguised(text) for name, text in texts.items()}
            hand_in(folder, lesson.name, "copied-from-001", _with(released, lesson, copied))
    for student, content, name in odd:
        hand_in(folder, lesson.name, student, content, name)
    return sorted(path.name for path in (folder / "submitted").iterdir())


def _with(released: Any, lesson: Lesson, texts: dict[str, str]) -> Any:
    return answered(released, lesson, lambda exercise, first: texts[exercise.name])


def _answer(exercise: Exercise, chance: random.Random) -> str:
    """Half of the answers are right, a third wrong in a way that shows soon, a few not begun."""
    wrong = [one for one in exercise.wrong if not any(word in text for word in _WAITING for text in one.words)]
    kind = chance.choices(["reference", "also right", "wrong", "starter"], [30, 25, 38, 7])[0]
    if kind == "wrong" and wrong:
        return chance.choice(wrong).code
    if kind == "also right" and exercise.also_right:
        return chance.choice(exercise.also_right).code
    return exercise.starter if kind == "starter" else exercise.solution


def _odd(lesson: Lesson, released: Any) -> Iterator[tuple[str, Any, str]]:
    """(student, what is handed in, the name of the file if it is not the unit's)"""
    right = answered(released, lesson, lambda exercise, first: exercise.solution)
    last = lesson.exercises[-1]
    yield "hanging", _with_first(released, lesson, replaced(lesson.exercises[0], HANGING)), ""
    yield "syntax-error", _with_first(released, lesson, lesson.exercises[0].solution.replace(":", "", 1)), ""
    yield "empty", nbformat.v4.new_notebook(), ""
    yield "missing-cell", _changed(right, last.name, remove=True), ""
    yield "renamed-cell", _changed(right, last.name, remove=False), ""
    yield "renamed-file", right, "homework final (2)"
    yield "cut-off", nbformat.writes(right)[:2000], ""


def _with_first(released: Any, lesson: Lesson, text: str) -> Any:
    return answered(released, lesson, lambda exercise, first: text if first else exercise.solution)


def _changed(notebook: Any, name: str, *, remove: bool) -> Any:
    """The notebook without the cell of this name, or with another name in the cell's metadata."""
    made = nbformat.from_dict(notebook)
    cells = []
    for cell in made.cells:
        tag = dict(cell.metadata.get("nbgrader", {}))
        if tag.get("grade_id") == name:
            if remove:
                continue
            cell = nbformat.from_dict({**cell, "metadata": {"nbgrader": {**tag, "grade_id": f"{name}_2"}}})
        cells.append(cell)
    made.cells = cells
    return made


def _disguised(text: str) -> str:
    """The program with other local names, as somebody does who copies it."""
    names = sorted(set(re.findall(r"\bfor (\w+) in", text)) - {"_"})
    for place, name in enumerate(names):
        text = re.sub(rf"\b{name}\b", f"my_{place}", text)
    return text
