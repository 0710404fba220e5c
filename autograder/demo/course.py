"""A course directory of a demonstration: a unit, and what its students handed in."""

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat

from autograder.authoring.catalogue import ROOT
from autograder.authoring.exercise import Exercise
from autograder.authoring.lesson import Lesson

_MADE = "# Made by `python -m autograder demo`, which makes it anew each time.\n*\n"


def make_course(lesson: Lesson, folder: Path) -> Any:
    """A course directory with the unit, of which the released notebook is returned; an earlier one there is replaced.

    Raises FileExistsError for a folder with anything else in it.
    """
    ignoring = folder / ".gitignore"
    if folder.exists() and any(folder.iterdir()) and not (ignoring.exists() and ignoring.read_text() == _MADE):
        raise FileExistsError(f"{folder} has files that are not of a demonstration; give another --folder")
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("source", "notebooks"):
        shutil.copytree(ROOT / part / lesson.name, folder / part / lesson.name)
    ignoring.write_text(_MADE)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    return nbformat.read(folder / "notebooks" / lesson.name / f"{lesson.name}.ipynb", as_version=4)


def hand_in(folder: Path, unit: str, student: str, notebook: Any, name: str = "") -> None:
    """Puts a notebook, or the text of a file, into submitted/; `name` is that of the file, if not the unit's."""
    path = folder / "submitted" / student / unit / f"{name or unit}.ipynb"
    path.parent.mkdir(parents=True)
    if isinstance(notebook, str):
        path.write_text(notebook, encoding="utf-8")
    else:
        nbformat.write(notebook, path)


def answered(released: Any, lesson: Lesson, answer: Callable[[Exercise, bool], str]) -> Any:
    """The released notebook with an answer to each exercise; the flag says whether it is the unit's first."""
    notebook = copy.deepcopy(released)
    texts = {one.name: answer(one, position == 0) for position, one in enumerate(lesson.exercises)}
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in texts:
            cell.source = texts[name]
    return notebook
