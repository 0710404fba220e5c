"""A submission put into the unit that it answers: the learner's cells, and everything that grading trusts from us."""

import copy
from typing import Any

from nbformat import NotebookNode

from autograder.grading.submission import Submission, SubmittedCell
from autograder.grading.unit import Unit, tag_of

_MISSING = "This cell was missing from the submission."


def assemble(unit: Unit, submission: Submission) -> Any:
    """A notebook with the submission's answers and other cells, and everything else from our source.

    Grade cells, read-only cells, points and metadata are those of the unit, whatever the submission has in their
    places; assembling the result again gives the same notebook.
    """
    ours = unit.notebook.cells
    known = {tag_of(cell)["grade_id"]: index for index, cell in enumerate(ours) if tag_of(cell)}
    prose = {cell.get("id", ""): index for index, cell in enumerate(ours) if not tag_of(cell)}
    items = _identified(submission.cells, known, prose, ours)
    placed: list[tuple[int | None, Any]] = [
        (at, _answer_cell(ours[at], submitted) if at is not None and tag_of(ours[at]) else _own_cell(submitted))
        for at, submitted in items
        if at is None or not _is_ours(ours[at])
    ]
    for index, cell in enumerate(ours):
        if tag_of(cell) and (_is_ours(cell) or all(index != other for other, _ in placed)):
            made = _restored_cell(cell) if _is_ours(cell) else _missing_cell(cell)
            placed.insert(_place(index, placed, items), (index, made))
    for number, (at, cell) in enumerate(placed, 1):
        cell["id"] = f"own-{number}" if at is None else ours[at].get("id", f"ours-{at}")
    metadata = copy.deepcopy(unit.notebook.metadata)
    return NotebookNode(nbformat=4, nbformat_minor=5, metadata=metadata, cells=[cell for _, cell in placed])


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


def _is_ours(cell: Any) -> bool:
    return bool(tag_of(cell)) and not tag_of(cell).get("solution")


def _answer_cell(ours: Any, submitted: SubmittedCell) -> Any:
    made = _cell(ours.cell_type, submitted.source)
    if submitted.attachments and ours.cell_type == "markdown":
        made["attachments"] = submitted.attachments
    return _tagged(made, ours)


def _own_cell(submitted: SubmittedCell) -> Any:
    made = _cell(submitted.kind, submitted.source)
    if submitted.attachments:
        made["attachments"] = submitted.attachments
    return made


def _restored_cell(ours: Any) -> Any:
    return _tagged(_cell(ours.cell_type, ours.source), ours)


def _missing_cell(ours: Any) -> Any:
    return _tagged(_cell(ours.cell_type, f"# {_MISSING}" if ours.cell_type == "code" else _MISSING), ours)


def _cell(kind: str, source: str) -> Any:
    """A cell as nbformat makes it, which validates each one, and for a class that takes longer than all the rest here."""
    made = NotebookNode(cell_type=kind, metadata=NotebookNode(), source=source)
    return NotebookNode(made, execution_count=None, outputs=[]) if kind == "code" else made


def _tagged(made: Any, ours: Any) -> Any:
    made.metadata["nbgrader"] = copy.deepcopy(ours.metadata["nbgrader"])
    return made
