"""Builds source/, notebooks/ and solutions/ from lessons/ and autograder/exercises/: byte-identical on every build."""

import logging
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.authoring.catalogue import ROOT, read_exercises, read_puzzles
from autograder.authoring.companions import EXERCISES, SOLUTIONS, exercises_text, solutions_text, title_of
from autograder.authoring.course_map import COURSE, course_map, course_text, fill_tables
from autograder.authoring.exercise import Exercise
from autograder.authoring.lesson import START, Lesson
from autograder.authoring.parts import AuthorError
from autograder.authoring.puzzle import Puzzle

_EXERCISE_LINE = re.compile(r"^#?\s*(?:exercise|puzzle):\s*(\S+)\s*$")
_FIRST = "%load_ext lockstep"
# For Colab, and whatever Jupyter has only this notebook.
_ELSEWHERE = "# No module named 'lockstep'? Run  %pip install lockstep-course  in a cell above, and restart the kernel."
_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def build(root: Path = ROOT) -> list[Lesson]:
    """Writes root/source, root/notebooks and root/solutions anew. Raises AuthorError for a mistake in a lesson or an exercise."""
    lessons = read_lessons(root)
    with tempfile.TemporaryDirectory(prefix="lockstep-build-") as folder:
        made = Path(folder)
        for lesson in lessons:
            _write(lesson.notebook, made / "source" / lesson.name / f"{lesson.name}.ipynb")
        _release(made, [lesson.name for lesson in lessons])
        for path in sorted((made / "notebooks").glob("*/*.ipynb")):
            notebook = nbformat.read(path, as_version=4)
            _write(_with_ids(notebook, path.stem), path)
        _write_companions(made, lessons)
        _write_course(made, lessons, root)
        for part in ("source", "notebooks", "solutions"):
            shutil.rmtree(root / part, ignore_errors=True)
            shutil.copytree(made / part, root / part, ignore=shutil.ignore_patterns(".nbgrader*", ".ipynb*"))
    return lessons


def read_lessons(root: Path = ROOT) -> list[Lesson]:
    """All lessons in order. Raises AuthorError, also for an exercise that no lesson or more than one uses."""
    exercises: dict[str, Exercise] = {**read_exercises(root), **read_puzzles(root)}
    lessons = [_read_lesson(path, exercises) for path in sorted((root / "lessons").glob("*/*.py"))]
    used: dict[str, Path] = {}
    for lesson in lessons:
        for exercise in (*lesson.exercises, *lesson.puzzles):
            if exercise.name in used:
                raise AuthorError(lesson.path, 1, f"the exercise `{exercise.name}` is already in {used[exercise.name]}")
            used[exercise.name] = lesson.path
    for name, exercise in exercises.items():
        if name not in used:
            line = "puzzle" if isinstance(exercise, Puzzle) else "exercise"
            raise AuthorError(exercise.path, 1, f"no lesson uses it; write `# {line}: {name}` where it goes")
    units = course_map(lessons, root)
    for lesson in lessons:
        fill_tables(lesson, units, root)
    return lessons


def _read_lesson(path: Path, exercises: dict[str, Exercise]) -> Lesson:
    text = path.read_text(encoding="utf-8")
    if path.parent.name != path.stem:
        raise AuthorError(path, 1, f"a lesson has the name of its folder: {path.parent.name}.py")
    lines = text.split("\n")
    cells: list[Any] = []
    placed: list[Exercise] = []
    for cell in jupytext.reads(text, fmt="py:percent").cells:
        found = _EXERCISE_LINE.match(cell.source.strip())
        if found is None:
            cells.append(_prose_or_code(cell))
            continue
        name = found[1]
        line = next(number for number, one in enumerate(lines, 1) if _EXERCISE_LINE.match(one) and name in one)
        if name not in exercises:
            raise AuthorError(path, line, f"there is no exercise called `{name}`; there are {', '.join(exercises)}")
        placed.append(exercises[name])
        found_here = exercises[name]
        cells += _puzzle_cells(found_here) if isinstance(found_here, Puzzle) else _exercise_cells(found_here)
    notebook = new_notebook(cells=cells, metadata=_METADATA)
    graded = tuple(one for one in placed if not isinstance(one, Puzzle))
    puzzles = tuple(one for one in placed if isinstance(one, Puzzle))
    return Lesson(path.stem, path, graded, puzzles, _with_ids(notebook, path.stem))


def _prose_or_code(cell: Any) -> Any:
    if "points" in cell.metadata:
        return _essay_cell(cell)
    if cell.cell_type == "markdown":
        return new_markdown_cell(cell.source)
    made = new_code_cell(f"{_FIRST}\n{_ELSEWHERE}" if cell.source.strip() == _FIRST else cell.source)
    if cell.metadata.get("tags"):
        made.metadata["tags"] = list(cell.metadata["tags"])
    return made


def _essay_cell(cell: Any) -> Any:
    """A Markdown cell with points, `# %% [markdown] points=8 grade_id="choice"`: learners write, and a person grades."""
    made = new_markdown_cell(cell.source)
    essay = {"grade": True, "solution": True, "locked": False, "points": cell.metadata["points"]}
    return _graded(made, cell.metadata["grade_id"], essay)


def _exercise_cells(exercise: Exercise) -> Iterator[Any]:
    points = f"{exercise.points} point{'s' if exercise.points > 1 else ''}"
    yield new_markdown_cell(
        f"### Exercise: {exercise.title}\n\n*{points}*\n\n{exercise.prompt}" + _folded(exercise.hints)
    )
    solution = {"grade": False, "solution": True, "locked": False}
    yield _graded_cell(exercise.solution, exercise.name, solution)
    checks = {"grade": True, "solution": False, "locked": True, "points": exercise.points}
    cell = _graded_cell(exercise.checks, f"{exercise.name}-checks", checks)
    # Folded, so that an answer and its report stand together; and a check that fails does not stop Run All.
    cell.metadata |= {"jupyter": {"source_hidden": True}, "tags": ["raises-exception"]}
    yield cell


def _puzzle_cells(puzzle: Puzzle) -> Iterator[Any]:
    yield new_markdown_cell(f"## {puzzle.title}\n\n{puzzle.prompt}")
    yield new_code_cell(puzzle.program)
    yield new_code_cell(puzzle.starter)
    yield new_markdown_cell(f"**Drive.** It goes wrong in {puzzle.fewest} steps, and not in fewer.")
    yield new_code_cell(puzzle.play_cell)
    yield new_markdown_cell("**Mend** the second cell above, run it, and have it proven." + _folded(puzzle.hints))
    yield new_code_cell(puzzle.checks, metadata={"jupyter": {"source_hidden": True}, "tags": ["raises-exception"]})


def _folded(hints: tuple[str, ...]) -> str:
    """The hints, each inside the one before it: they open one after another."""
    texts = [f"\n\n<details><summary>Hint {number}</summary>\n\n{hint}" for number, hint in enumerate(hints, 1)]
    return "".join(texts) + "\n\n</details>" * len(hints)


def _write_companions(root: Path, lessons: list[Lesson]) -> None:
    titles = [(title_of(lesson.notebook.cells), lesson.name) for lesson in lessons]
    for lesson, following in zip(lessons, [*titles[1:], None], strict=True):
        if lesson.exercises or lesson.puzzles:
            text = exercises_text(lesson.exercises, lesson.puzzles, lesson.notebook.cells, following)
            (root / "notebooks" / lesson.name / EXERCISES).write_text(text, encoding="utf-8")
            path = root / "solutions" / lesson.name / SOLUTIONS
            path.parent.mkdir(parents=True)
            path.write_text(solutions_text([*lesson.exercises, *lesson.puzzles]), encoding="utf-8")


def _write_course(made: Path, lessons: list[Lesson], root: Path) -> None:
    """course.json beside the start notebook."""
    folder = made / "notebooks" / START
    if folder.is_dir():
        (folder / COURSE).write_text(course_text(course_map(lessons, root)), encoding="utf-8")


def _graded_cell(source: str, grade_id: str, flags: dict[str, Any]) -> Any:
    return _graded(new_code_cell(source), grade_id, flags)


def _graded(cell: Any, grade_id: str, flags: dict[str, Any]) -> Any:
    kind = {"schema_version": 3, "task": False, "grade_id": grade_id, "cell_type": cell.cell_type}
    cell.metadata["nbgrader"] = {**kind, **flags}
    return cell


def _with_ids(notebook: Any, name: str) -> Any:
    """Cell ids from the grade id or the position: nbformat makes random ones, and no two builds would be alike."""
    for number, cell in enumerate(notebook.cells):
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if not grade_id or cell.cell_type == "markdown":
            grade_id = f"{name}-{number:03d}"
        cell["id"] = re.sub(r"[^A-Za-z0-9_-]", "-", grade_id)[:64]
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def _write(notebook: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def _release(root: Path, names: list[str]) -> None:
    """nbgrader's own generate_assignment, without its database."""
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.release_directory = "notebooks"
    config.GenerateAssignment.no_database = True
    config.GenerateAssignment.preprocessors = [
        f"nbgrader.preprocessors.{step.__name__}"
        for step in GenerateAssignment.preprocessors.default_args[0]
        if step.__name__ != "SaveCells"  # it writes to the gradebook
    ]
    for name in names:
        course = CourseDirectory(config=config)
        course.assignment_id = name
        converter = GenerateAssignment(coursedir=course, config=config)
        converter.log.setLevel(logging.WARNING)
        converter.start()
