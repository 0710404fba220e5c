"""Reading what students hand in: every odd file gets a sentence, none an exception of ours."""

import json

import pytest

from autograder.grading import submission
from autograder.grading.submission import UnreadableSubmission, read_submission

CELL = {"cell_type": "code", "source": "x = 1", "metadata": {}, "outputs": []}

UNREADABLE = {
    "empty": (b"", "empty"),
    "truncated": (b'{"cells": [{"cell_type": "co', "not JSON (line 1"),
    "PDF": (b"%PDF-1.4\n%\xe2\xe3", "it is a PDF, not a notebook"),
    "web page": (b"\n<!DOCTYPE html>", "it is a web page, not a notebook"),
    "office": (b"PK\x03\x04\x14", "an archive or an office document"),
    "UTF-16": ('{"cells": []}'.encode("utf-16"), "text in UTF-16, not a notebook"),
    "prose": (b"I could not do it, sorry", "not JSON"),
    "latin-1": (b'{"cells": ["caf\xe9"]}', "not UTF-8"),
    "list": (b"[]", "not a notebook: a list"),
    "number": (b"7", "not a notebook: a number"),
    "no cells": (b'{"metadata": {}}', "no list of cells"),
    "cells is text": (b'{"cells": "none"}', "no list of cells"),
    "old format": (b'{"worksheets": []}', "before 2015"),
    "deep": (b'{"cells": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", "deeply"),
    "long number": (b'{"cells": [], "n": ' + b"9" * 10_000 + b"}", "not JSON that can be read"),
    "many cells": (json.dumps({"cells": [CELL] * 6_000}).encode(), "6000 cells"),
    "many parts": (b'{"cells": [], "more": [' + b"[]," * 2_000_000 + b"0]}", "more than 3,000,000 parts"),
    "much text": (json.dumps({"cells": [{**CELL, "source": "#" * 3_000_000}]}).encode(), "3.0 million characters"),
}


@pytest.mark.parametrize(("content", "words"), UNREADABLE.values(), ids=list(UNREADABLE))
def test_what_is_no_notebook_is_refused_in_words(tmp_path, content, words):
    path = tmp_path / "a.ipynb"
    path.write_bytes(content)
    with pytest.raises(UnreadableSubmission, match=".") as refused:
        read_submission(path)
    assert words in str(refused.value)


def test_a_link_to_anothers_work_is_not_followed(tmp_path):
    (tmp_path / "theirs.ipynb").write_text(json.dumps({"cells": [CELL]}))
    (tmp_path / "mine.ipynb").symlink_to(tmp_path / "theirs.ipynb")
    assert read_submission(tmp_path / "theirs.ipynb").cells
    with pytest.raises(UnreadableSubmission, match="link to another file"):
        read_submission(tmp_path / "mine.ipynb")


def test_a_folder_and_a_missing_file_are_no_notebooks(tmp_path):
    (tmp_path / "a.ipynb").mkdir()
    for name in ("a.ipynb", "b.ipynb"):
        with pytest.raises(UnreadableSubmission, match="not a file|cannot be read"):
            read_submission(tmp_path / name)


def test_a_file_past_the_limit_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": [CELL]}))
    monkeypatch.setattr(submission, "FILE_LIMIT", 10)
    with pytest.raises(UnreadableSubmission, match="outputs cleared"):
        read_submission(path)


def test_fifty_megabytes_of_outputs_are_named_and_left_out(tmp_path):
    path = tmp_path / "a.ipynb"
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 50 * 2**20}
    path.write_text(json.dumps({"cells": [{**CELL, "outputs": [output]}]}))
    found = read_submission(path)
    assert [cell.source for cell in found.cells] == ["x = 1"]
    assert "50 MB" in found.notes[0]


def test_a_bad_cell_costs_only_itself_and_is_named(tmp_path):
    bad = [7, None, {"cell_type": "code"}, {"cell_type": "sql", "source": ""}, {"cell_type": "code", "source": [1]}]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": [CELL, *bad, CELL]}))
    found = read_submission(path)
    assert len(found.cells) == 2
    assert [note.split(" is ")[0] for note in found.notes] == [f"cell {number}" for number in range(2, 7)]


def test_another_kernel_is_named(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": [CELL], "metadata": {"kernelspec": {"name": "ir", "language": "R"}}}))
    assert "another kernel (R)" in read_submission(path).notes[0]
    path.write_text(json.dumps({"cells": [CELL], "metadata": {"kernelspec": {"name": "mine", "language": "python"}}}))
    assert read_submission(path).notes == ()


def test_half_surrogates_become_text_that_can_be_written(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text('{"cells": [{"cell_type": "code", "source": "x = \'\\ud800\'"}]}')
    (cell,) = read_submission(path).cells
    cell.source.encode("utf-8")


def test_only_pictures_stay_attached(tmp_path):
    path = tmp_path / "a.ipynb"
    attachments = {"a": {"image/png": "aGk=", "text/html": "<script>"}, "b": 3, "c": {"image/png": "<script>"}}
    path.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": "", "attachments": attachments}]}))
    (cell,) = read_submission(path).cells
    assert cell.attachments == {"a": {"image/png": "aGk="}, "c": {}}


def test_many_bad_cells_are_told_in_few_lines(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": [CELL, *[7] * 3_000]}))
    found = read_submission(path)
    assert len(found.cells) == 1
    assert len(found.notes) == 11
    assert found.notes[-1] == "2990 more cells are left out"


def test_pictures_of_a_size_that_no_page_can_show_are_left_out(tmp_path):
    path = tmp_path / "a.ipynb"
    cell = {"cell_type": "markdown", "source": "", "attachments": {"a": {"image/png": "a" * 22_000_000}}}
    path.write_text(json.dumps({"cells": [CELL, cell]}))
    found = read_submission(path)
    assert [one.attachments for one in found.cells] == [{}, {}]
    assert "its pictures are left out: they hold 21 MB" in found.notes
