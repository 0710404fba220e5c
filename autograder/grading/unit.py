"""A unit as graders see it: the trusted notebook of source/, and what there is to grade in one that answers it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat

from autograder.grading.work import GradeCell, NotGraded, Work
from lockstep.program.source import Cell, ModuleSource


@dataclass(frozen=True)
class Unit:
    """One notebook of source/, and what grading takes from it."""

    name: str
    notebook: Any
    grade_cells: tuple[GradeCell, ...]
    reference: ModuleSource

    @cached_property
    def given(self) -> frozenset[str]:
        """The texts of the code cells that are released as they are, and hold nothing of an answer or a check."""
        return frozenset(cell.source for cell in self.notebook.cells if cell.cell_type == "code" and not tag_of(cell))

    @property
    def grade_ids(self) -> frozenset[str]:
        """The names of all cells that nbgrader knows by name."""
        return frozenset(tag_of(cell)["grade_id"] for cell in self.notebook.cells if tag_of(cell))

    @property
    def answer_ids(self) -> frozenset[str]:
        """The names of the cells that students fill in."""
        return frozenset(tag_of(cell)["grade_id"] for cell in self.notebook.cells if tag_of(cell).get("solution"))


def read_unit(path: Path) -> Unit:
    """The unit in a notebook of ours. Raises NotGraded if it is not there or damaged."""
    try:
        notebook = nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise NotGraded(f"there is no {path}, from which the checks come: build the course first") from None
    except Exception as error:  # nbformat raises whatever a damaged file leads to
        raise NotGraded(f"{path}, from which the checks come, cannot be read: {error}") from error
    grade_cells = [
        GradeCell(tag["grade_id"], cell.source, float(tag["points"]), _ends_with_run(cell.source))
        for cell in notebook.cells
        if (tag := tag_of(cell)).get("grade") and not tag.get("solution") and cell.cell_type == "code"
    ]
    return Unit(path.stem, notebook, tuple(grade_cells), program(notebook, "reference, cell"))


def program(notebook: Any, label: str = "cell") -> ModuleSource:
    """The program in a notebook: its code cells but for grade cells, "cell N" being the N-th cell of the notebook."""
    return ModuleSource(tuple(Cell(f"{label} {number}", source) for number, source in _code(notebook.cells)))


def program_above(notebook: Any, grade_id: str) -> ModuleSource:
    """The program in the cells above a grade cell, which is what a plain one is executed after."""
    position = next(i for i, cell in enumerate(notebook.cells) if tag_of(cell).get("grade_id") == grade_id)
    return ModuleSource(tuple(Cell(f"cell {number}", source) for number, source in _code(notebook.cells[:position])))


def work_in(unit: Unit, notebook: Any) -> Iterator[Work]:
    """What there is to grade in an assembled notebook, in the order of the unit."""
    whole = program(notebook)
    for cell in unit.grade_cells:
        if cell.checks:
            yield Work(cell, whole, unit.reference, unit.given)
        else:
            above, reference = (program_above(one, cell.grade_id) for one in (notebook, unit.notebook))
            yield Work(cell, above, reference, unit.given)


def tag_of(cell: Any) -> dict[str, Any]:
    """The nbgrader metadata of a cell of ours that means something, or {}."""
    tag = cell.metadata.get("nbgrader", {})
    return tag if any(tag.get(key) for key in ("grade", "solution", "locked", "task")) else {}


def _code(cells: list[Any]) -> Iterator[tuple[int, str]]:
    for number, cell in enumerate(cells, 1):
        tag = tag_of(cell)
        if cell.cell_type == "code" and (tag.get("solution") or not tag.get("grade")):
            yield number, cell.source


def _ends_with_run(text: str) -> bool:
    try:
        tree = ast.parse(text)
    except SyntaxError:  # a plain cell with a magic in it
        return False
    calls = [node.value.func for node in tree.body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    return any(ast.unparse(function) == "check.run" for function in calls)
