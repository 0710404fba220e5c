"""A submitted notebook file, read without trusting anything in it."""

import json
import re
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

FILE_LIMIT = 128 * 2**20  # bytes of a file that is read at all
_PARTS_LIMIT = 3_000_000  # marks of JSON: a list of empty lists takes thirty times the memory of its text
_PICTURES_LIMIT = 20 * 2**20  # characters of all attachments together
_MOST_NOTES = 10  # of one kind
TEXT_LIMIT = 2 * 2**20  # characters of all cells together
CELL_LIMIT = 5_000
_LARGE = 20 * 2**20  # bytes above which a file is worth a word
_KINDS = ("code", "markdown", "raw")
_BEGINNINGS = {  # of files that are handed in as notebooks
    b"%PDF": "a PDF",
    b"PK\x03\x04": "an archive or an office document",
    b"<!doctype": "a web page",
    b"<html": "a web page",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
}


class UnreadableSubmission(Exception):
    """The file is no notebook that can be graded; the message says why in words for whoever collects the files."""


@dataclass(frozen=True)
class SubmittedCell:
    """One cell: its kind (code, markdown or raw), its text, and the names that its metadata claim for it."""

    kind: str
    source: str
    grade_id: str = ""
    cell_id: str = ""
    attachments: dict[str, dict[str, str]] = field(default_factory=dict)  # pictures of a Markdown cell


@dataclass(frozen=True)
class Submission:
    """The cells of a submitted notebook in document order, and what was odd about the file, one sentence each."""

    cells: tuple[SubmittedCell, ...]
    notes: tuple[str, ...] = ()


def read_submission(path: Path) -> Submission:
    """Raises UnreadableSubmission with a sentence for every file that is not a notebook."""
    require_plain_file(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableSubmission(f"the file cannot be read: {error.strerror}") from None
    notes = []
    if len(data) > _LARGE:
        notes.append(f"the file has {len(data) / 2**20:.0f} MB; outputs are not looked at")
    return submission_of(_parsed(data), notes)


def require_plain_file(path: Path) -> None:
    """Raises UnreadableSubmission for what is no plain file of a bearable size: a link could show another's work."""
    try:
        status = path.lstat()
    except OSError as error:
        raise UnreadableSubmission(f"the file cannot be read: {error.strerror}") from None
    if stat.S_ISLNK(status.st_mode):
        raise UnreadableSubmission("it is a link to another file, not a notebook; ask for the notebook itself")
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableSubmission("it is not a file")
    if status.st_size > FILE_LIMIT:
        size = status.st_size / 2**20
        raise UnreadableSubmission(f"the file has {size:.0f} MB; ask for it again with its outputs cleared")


def submission_of(content: Any, notes: list[str] | None = None) -> Submission:
    """The submission in parsed JSON. Raises UnreadableSubmission."""
    notes = list(notes or [])
    if not isinstance(content, dict):
        raise UnreadableSubmission(f"it is JSON, but not a notebook: {_kind_of(content)} in the place of an object")
    if "worksheets" in content:
        raise UnreadableSubmission("it has the notebook format of before 2015; ask for it saved by a current Jupyter")
    if not isinstance(content.get("cells"), list):
        raise UnreadableSubmission("it is JSON, but not a notebook: it has no list of cells")
    if len(content["cells"]) > CELL_LIMIT:
        raise UnreadableSubmission(f"it has {len(content['cells'])} cells; at most {CELL_LIMIT} are read")
    cells, left_out = [], []
    for number, one in enumerate(content["cells"], 1):
        cell, problem = _cell(one)
        if cell is not None:
            cells.append(cell)
        if problem:
            left_out.append(f"cell {number} is left out: {problem}")
    total = sum(len(cell.source) for cell in cells)
    if total > TEXT_LIMIT:
        raise UnreadableSubmission(f"its cells hold {total / 1e6:.1f} million characters; at most 2 million are read")
    notes += left_out[:_MOST_NOTES]
    if len(left_out) > _MOST_NOTES:
        notes.append(f"{len(left_out) - _MOST_NOTES} more cells are left out")
    pictures = sum(len(data) for cell in cells for bundle in cell.attachments.values() for data in bundle.values())
    if pictures > _PICTURES_LIMIT:
        notes.append(f"its pictures are left out: they hold {pictures / 2**20:.0f} MB")
        cells = [replace(cell, attachments={}) for cell in cells]
    notes += _about_language(content.get("metadata"))
    return Submission(tuple(cells), tuple(notes))


def clean(text: str) -> str:
    """Text that can be written as UTF-8: JSON can hold halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _parsed(data: bytes) -> Any:
    if sum(map(data.count, (b"[", b"{", b","))) > _PARTS_LIMIT:
        raise UnreadableSubmission(
            f"it has more than {_PARTS_LIMIT:,} parts; ask for it again with its outputs cleared"
        )
    start = data[:20].lstrip().lower()
    for beginning, kind in _BEGINNINGS.items():
        if start.startswith(beginning.lower()):
            raise UnreadableSubmission(f"it is {kind}, not a notebook; ask for the .ipynb file as Jupyter saved it")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableSubmission(f"it is not UTF-8 text (byte {error.start}); was it saved by Jupyter?") from None
    if not text.strip():
        raise UnreadableSubmission("the file is empty")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise UnreadableSubmission(
            f"it is not JSON ({where}: {error.msg}); was it cut off or edited by hand?"
        ) from None
    except RecursionError:
        raise UnreadableSubmission("it is nested more deeply than any notebook") from None
    except ValueError as error:  # a number of thousands of digits
        raise UnreadableSubmission(f"it is not JSON that can be read: {error}") from None


def _cell(one: Any) -> tuple[SubmittedCell | None, str]:
    """The cell, or None; and what is wrong with it."""
    if not isinstance(one, dict):
        return None, f"it is {_kind_of(one)}, not a cell"
    kind = one.get("cell_type")
    if kind not in _KINDS:
        return None, f"its type is {_word(kind)}"
    source = one.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None, f"its source is {_kind_of(source)}, not text"
    metadata = one.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    cell_id = one.get("id")
    made = SubmittedCell(
        kind,
        clean(source),
        grade_id if isinstance(grade_id, str) else "",
        cell_id if isinstance(cell_id, str) else "",
        _attachments(one.get("attachments")) if kind == "markdown" else {},
    )
    return made, ""


def _attachments(value: Any) -> dict[str, dict[str, str]]:
    """Pictures only: anything else that an attachment can be is left out."""
    if not isinstance(value, dict):
        return {}
    return {
        clean(name): {kind: clean(data) for kind, data in bundle.items() if _is_picture(kind, data)}
        for name, bundle in value.items()
        if isinstance(bundle, dict)
    }


def _is_picture(kind: Any, data: Any) -> bool:
    return kind in ("image/png", "image/jpeg") and isinstance(data, str) and bool(re.fullmatch(r"[\w+/=\s]*", data))


def _about_language(metadata: Any) -> list[str]:
    if not isinstance(metadata, dict):
        return []
    for part in ("kernelspec", "language_info"):
        value = metadata.get(part)
        if isinstance(value, dict):
            for key in ("language", "name"):
                name = value.get(key)
                if (
                    isinstance(name, str)
                    and not (part == "kernelspec" and key == "name")
                    and "python" not in name.lower()
                ):
                    return [f"it was written for another kernel ({_word(name)}); it is judged as Python"]
    return []


def _word(value: Any) -> str:
    """A foreign value as a few characters of one line."""
    text = value if isinstance(value, str) else _kind_of(value)
    return "".join(c if c.isprintable() else "·" for c in clean(text[:40])) or "empty"


def _kind_of(value: Any) -> str:
    names = {
        dict: "an object",
        list: "a list",
        str: "a text",
        int: "a number",
        float: "a number",
        type(None): "nothing",
    }
    return names.get(type(value), "true or false")
