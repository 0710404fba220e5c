"""A class of any size for a demonstration: right answers, wrong ones, and a few submissions as odd as real ones."""

import ast
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from autograder.authoring.exercise import Answer, Exercise
from autograder.authoring.lesson import Lesson
from autograder.demo.answers import HANGING, replaced
from autograder.demo.course import answered, hand_in

LEAST = 10  # students, of whom nine are odd
_WAITING = ("did not come back", "deadlock")  # of a refusal that takes its time


def make_crowd(lesson: Lesson, released: Any, folder: Path, number: int) -> None:
    """Hands in for so many students, the same ones each time."""
    chance = random.Random(number)
    odd = list(_odd(lesson, released, chance))
    for student, notebook, name in odd:
        hand_in(folder, lesson.name, student, notebook, name)
    for place in range(1, number - len(odd) + 1):
        texts = {exercise.name: _answer(exercise, chance) for exercise in lesson.exercises}
        hand_in(folder, lesson.name, f"student-{place:03d}", _with(released, lesson, texts))


def _with(released: Any, lesson: Lesson, texts: dict[str, str]) -> Any:
    return answered(released, lesson, lambda exercise, first: texts[exercise.name])


def _answer(exercise: Exercise, chance: random.Random) -> str:
    """Half of the answers are right, a third wrong in a way that shows soon, a few not begun."""
    wrong = _quick(exercise)
    kind = chance.choices(["reference", "also right", "wrong", "starter"], [30, 25, 38, 7])[0]
    if kind == "wrong" and wrong:
        return chance.choice(wrong).code
    if kind == "also right" and exercise.also_right:
        return chance.choice(exercise.also_right).code
    return exercise.starter if kind == "starter" else exercise.solution


def _quick(exercise: Exercise) -> list[Answer]:
    """The wrong answers that nobody has to wait for."""
    return [one for one in exercise.wrong if not any(word in text for word in _WAITING for text in one.words)]


def _odd(lesson: Lesson, released: Any, chance: random.Random) -> Iterator[tuple[str, Any, str]]:
    """(student, what is handed in, the name of the file if it is not the unit's)"""
    copied = {exercise.name: chance.choice(_quick(exercise) or exercise.wrong).code for exercise in lesson.exercises}
    yield "first", _with(released, lesson, copied), ""
    yield "copies-from-first", _with(released, lesson, {name: _disguised(text) for name, text in copied.items()}), ""
    right = answered(released, lesson, lambda exercise, first: exercise.solution)
    last = lesson.exercises[-1]
    shortest = min(lesson.exercises, key=lambda exercise: exercise.checks.count("@check("))
    texts = {exercise.name: exercise.solution for exercise in lesson.exercises}
    yield "hanging", _with(released, lesson, texts | {shortest.name: replaced(shortest, HANGING)}), ""
    yield "syntax-error", _with(released, lesson, texts | {last.name: last.solution.replace(":", "", 1)}), ""
    yield "empty", nbformat.v4.new_notebook(), ""
    yield "missing-cell", _changed(right, last.name, remove=True), ""
    yield "renamed-cell", _changed(right, last.name, remove=False), ""
    yield "renamed-file", right, "homework final (2)"
    yield "cut-off", nbformat.writes(right)[:2000], ""


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
    """The program with other names in its loops, and laid out anew, as somebody does who copies it. It does the same."""
    tree = ast.parse(text)
    nodes = list(ast.walk(tree))
    targets = [node.target for node in nodes if isinstance(node, ast.For | ast.comprehension)]
    loops = {target.id for target in targets if isinstance(target, ast.Name)}
    # A name of a parameter, keyword, function, import or exception is told otherwise than in an expression: it stays.
    known = {text for node in nodes if not isinstance(node, ast.Name) for text in _texts(node)}
    names = {name: f"my_{place}" for place, name in enumerate(sorted(loops - known - {"_"}))}
    for node in nodes:
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
    return ast.unparse(tree)


def _texts(node: ast.AST) -> Iterator[str]:
    for _, value in ast.iter_fields(node):
        yield from (text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str))
