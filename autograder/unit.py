"""A unit as graders see it: the trusted notebook of source/, and a submission put into it."""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from autograder.submission import Submission, SubmittedCell
from autograder.work import GradeCell, NotGraded, Work
from lockstep.program.source import Cell, ModuleSource

_MAKERS: dict[str, Callable[[str], Any]] = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}
_MISSING = "This cell was missing from the submission."


@dataclass(frozen=True)
class Unit:
    """One notebook of source/, and what grading takes from it."""

    name: str
    notebook: Any
    grade_cells: tuple[GradeCell, ...]
    reference: ModuleSource

    @property
    def grade_ids(self) -> frozenset[str]:
        """The names of all cells that nbgrader knows by name."""
        return frozenset(_tag(cell)["grade_id"] for cell in self.notebook.cells if _tag(cell))


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
        if (tag := _tag(cell)).get("grade") and not tag.get("solution") and cell.cell_type == "code"
    ]
    return Unit(path.stem, notebook, tuple(grade_cells), program(notebook, "reference, cell"))


def program(notebook: Any, label: str = "cell") -> ModuleSource:
    """The program in a notebook: its code cells but for grade cells, "cell N" being the N-th cell of the notebook."""
    return ModuleSource(tuple(Cell(f"{label} {number}", source) for number, source in _code(notebook.cells)))


def program_above(notebook: Any, grade_id: str) -> ModuleSource:
    """The program in the cells above a grade cell, which is what a plain one is executed after."""
    position = next(i for i, cell in enumerate(notebook.cells) if _tag(cell).get("grade_id") == grade_id)
    return ModuleSource(tuple(Cell(f"cell {number}", source) for number, source in _code(notebook.cells[:position])))


def work_in(unit: Unit, notebook: Any) -> Iterator[Work]:
    """What there is to grade in an assembled notebook, in the order of the unit."""
    whole = program(notebook)
    for cell in unit.grade_cells:
        if cell.checks:
            yield Work(cell, whole, unit.reference)
        else:
            yield Work(cell, program_above(notebook, cell.grade_id), program_above(unit.notebook, cell.grade_id))


def assemble(unit: Unit, submission: Submission) -> Any:
    """A notebook with the submission's answers and other cells, and everything else from our source.

    Grade cells, read-only cells, points and metadata are those of the unit, whatever the submission has in their
    places; assembling the result again gives the same notebook.
    """
    ours = unit.notebook.cells
    known = {_tag(cell)["grade_id"]: index for index, cell in enumerate(ours) if _tag(cell)}
    prose = {cell.get("id", ""): index for index, cell in enumerate(ours) if not _tag(cell)}
    items = _identified(submission.cells, known, prose, ours)
    placed: list[tuple[int | None, Any]] = [
        (at, _answer_cell(ours[at], submitted) if at is not None and _tag(ours[at]) else _own_cell(submitted))
        for at, submitted in items
        if at is None or not _is_ours(ours[at])
    ]
    for index, cell in enumerate(ours):
        if _tag(cell) and (_is_ours(cell) or all(index != other for other, _ in placed)):
            made = _restored_cell(cell) if _is_ours(cell) else _missing_cell(cell)
            placed.insert(_place(index, placed, items), (index, made))
    notebook = new_notebook(cells=[cell for _, cell in placed], metadata=copy.deepcopy(unit.notebook.metadata))
    for number, (at, cell) in enumerate(placed, 1):
        cell["id"] = f"own-{number}" if at is None else ours[at].get("id", f"ours-{at}")
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def _identified(
    cells: tuple[SubmittedCell, ...], known: dict[str, int], prose: dict[str, int], ours: list[Any]
) -> list[tuple[int | None, SubmittedCell]]:
    """Each submitted cell with the position in our notebook that it answers to.

    Of an answer that is there twice the last one counts, as in a program; the earlier ones are cells like others.
    """
    found: list[tuple[int | None, SubmittedCell]] = []
    last = {cell.grade_id: number for number, cell in enumerate(cells) if cell.grade_id in known}
    last_prose = {cell.cell_id: number for number, cell in enumerate(cells) if cell.cell_id in prose}
    for number, cell in enumerate(cells):
        index = known.get(cell.grade_id)
        if index is None and last_prose.get(cell.cell_id) == number:
            index = prose[cell.cell_id]
        elif index is not None and not _is_ours(ours[index]) and last[cell.grade_id] != number:
            index = None
        found.append((index, cell))
    return found


def _place(index: int, placed: list[tuple[int | None, Any]], items: list[tuple[int | None, SubmittedCell]]) -> int:
    """Where cell `index` of ours goes: behind what precedes it in our notebook and the learner's cells after that.

    Where the learner left a cell in its place, cells that he added behind it stay behind it.
    """
    at = 0
    for position, (other, _) in enumerate(placed):
        if other is not None and other < index:
            at = position + 1
    anchor = placed[at - 1][0] if at else None
    own = _own_cells_between(anchor, index, items)
    while own and at < len(placed) and placed[at][0] is None:
        at += 1
        own -= 1
    return at


def _own_cells_between(anchor: int | None, index: int, items: list[tuple[int | None, SubmittedCell]]) -> int:
    """How many cells of the learner's own stand between the two; all that follow `anchor` if `index` is not there."""
    positions = [position for position, (other, _) in enumerate(items) if other == anchor]
    start = positions[-1] + 1 if positions and anchor is not None else 0
    count = 0
    for other, _ in items[start:]:
        if other == index:
            return count
        if other is not None and other > index:
            return count
        count += other is None
    return count


def _code(cells: list[Any]) -> Iterator[tuple[int, str]]:
    for number, cell in enumerate(cells, 1):
        tag = _tag(cell)
        if cell.cell_type == "code" and (tag.get("solution") or not tag.get("grade")):
            yield number, cell.source


def _tag(cell: Any) -> dict[str, Any]:
    """The nbgrader metadata of a cell of ours that means something, or {}."""
    tag = cell.metadata.get("nbgrader", {})
    return tag if any(tag.get(key) for key in ("grade", "solution", "locked", "task")) else {}


def _is_ours(cell: Any) -> bool:
    return bool(_tag(cell)) and not _tag(cell).get("solution")


def _ends_with_run(text: str) -> bool:
    try:
        tree = ast.parse(text)
    except SyntaxError:  # a plain cell with a magic in it
        return False
    calls = [node.value.func for node in tree.body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    return any(ast.unparse(function) == "check.run" for function in calls)


def _answer_cell(ours: Any, submitted: SubmittedCell) -> Any:
    made = _MAKERS[ours.cell_type](submitted.source)
    if submitted.attachments and ours.cell_type == "markdown":
        made["attachments"] = submitted.attachments
    return _tagged(made, ours)


def _own_cell(submitted: SubmittedCell) -> Any:
    made = _MAKERS[submitted.kind](submitted.source)
    if submitted.attachments:
        made["attachments"] = submitted.attachments
    return made


def _restored_cell(ours: Any) -> Any:
    return _tagged(_MAKERS[ours.cell_type](ours.source), ours)


def _missing_cell(ours: Any) -> Any:
    return _tagged(_MAKERS[ours.cell_type](f"# {_MISSING}" if ours.cell_type == "code" else _MISSING), ours)


def _tagged(made: Any, ours: Any) -> Any:
    made.metadata["nbgrader"] = copy.deepcopy(ours.metadata["nbgrader"])
    return made
