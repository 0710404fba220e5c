"""Progress is one file that two notebooks may write at once, and that nothing can damage."""

import json
import multiprocessing

import pytest

from lockstep.notebook import progress
from lockstep.workspace import RECORD


def test_progress_lies_at_the_top_of_the_learners_folder_else_beside_the_notebook(tmp_path):
    unit = tmp_path / "work" / "05-races"
    unit.mkdir(parents=True)
    assert progress.file(unit) == unit / progress.FILE
    (tmp_path / "work" / RECORD).write_text("{}")
    assert progress.file(unit) == tmp_path / "work" / progress.FILE


def write_many(path, name):
    progress._PATIENCE_S = 60  # on busy cores nobody takes the other one for killed
    for number in range(20):
        progress.note(path, "predictions", f"{name} {number}", {"said": "x"})


def test_two_notebooks_that_write_at_once_lose_nothing(tmp_path):
    path = tmp_path / progress.FILE
    writers = [multiprocessing.Process(target=write_many, args=(path, name)) for name in ("a", "b")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(progress.read(path)["predictions"]) == 40


def test_a_damaged_file_counts_as_none_and_is_replaced(tmp_path):
    path = tmp_path / progress.FILE
    for text in ("{", "[]", '{"predictions": 3}', "\0"):
        path.write_text(text)
        assert progress.read(path) == {}
    progress.note(path, "predictions", "q", 1)
    assert json.loads(path.read_text()) == {"predictions": {"q": 1}}


def test_the_lock_of_a_notebook_that_was_killed_holds_nobody_up_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "_PATIENCE_S", 0.05)
    path = tmp_path / progress.FILE
    path.with_name(f"{path.name}.lock").touch()
    progress.note(path, "exercises", "count", {"passed": 3})
    assert progress.read(path)["exercises"]["count"] == {"passed": 3}
    assert [each.name for each in tmp_path.iterdir()] == [progress.FILE]


def test_a_folder_that_cannot_be_written_to_keeps_nothing_and_says_nothing(tmp_path):
    progress.note(tmp_path / "missing" / progress.FILE, "exercises", "count", 1)


def test_of_several_tries_the_best_and_the_last_are_kept(tmp_path):
    path = tmp_path / progress.FILE
    for passed in (2, 4, 1):
        progress.note_checks(path, "count", passed, 4)
    found = progress.checks(progress.read(path), "count")
    assert (found["passed"], found["best"], found["of"]) == (1, 4, 4)
    assert progress.all_hold(found)
    assert found["tried"] > 0


def test_what_was_reached_on_other_checks_counts_no_more(tmp_path):
    path = tmp_path / progress.FILE
    progress.note_checks(path, "count", 3, 3)
    progress.note_checks(path, "count", 3, 4)
    assert not progress.all_hold(progress.checks(progress.read(path), "count"))


HERE = {
    "exercises": {
        "count": {"passed": 1, "of": 4, "best": 3, "tried": 20},
        "pack": {"passed": 2, "of": 2, "best": 2, "tried": 5},
    },
    "predictions": {"both": {"said": "mine", "at": 9}, "mine": {"said": "x", "at": 1}},
    "driven": {"river": 9, "bakery": 4},
}
THERE = {
    "exercises": {"count": {"passed": 4, "of": 4, "best": 4, "tried": 10}, "ring": {"passed": 0, "of": 5, "tried": 7}},
    "predictions": {"both": {"said": "newer", "at": 10}, "other": {"said": "y"}},
    "driven": {"river": 7, "water": 4},
    "later kind": {"a": 1},
}


def test_what_is_taken_back_is_merged_and_nothing_of_either_is_lost(tmp_path):
    path = tmp_path / progress.FILE
    path.write_text(json.dumps(HERE))
    progress.take_back(path, json.dumps(THERE))
    known = progress.read(path)
    assert progress.checks(known, "count") == {"passed": 1, "of": 4, "best": 4, "tried": 20}
    assert progress.all_hold(progress.checks(known, "pack"))
    assert progress.checks(known, "ring")["tried"] == 7
    assert {name: each["said"] for name, each in known["predictions"].items()} == {
        "both": "newer",
        "mine": "x",
        "other": "y",
    }
    assert known["driven"] == {"river": 7, "bakery": 4, "water": 4}
    assert known["later kind"] == {"a": 1}


def test_to_take_the_same_back_again_changes_nothing(tmp_path):
    path = tmp_path / progress.FILE
    path.write_text(json.dumps(HERE))
    progress.take_back(path, json.dumps(THERE))
    once = progress.saved(path)
    progress.take_back(path, once)
    progress.take_back(path, json.dumps(THERE))
    assert progress.saved(path) == once


@pytest.mark.parametrize("text", ["", "[]", "{", '{"cells": [], "metadata": {}}', "[" * 100_000, "\0", "x" * 2_000_000])
def test_another_file_is_not_taken_and_changes_nothing(tmp_path, text):
    path = tmp_path / progress.FILE
    path.write_text(json.dumps(HERE))
    with pytest.raises(ValueError, match="progress"):
        progress.take_back(path, text)
    assert json.loads(path.read_text()) == HERE


@pytest.mark.parametrize("odd", [True, -1, 1.5, "3", None, [], {}, 10**400])
def test_a_number_that_cannot_be_is_not_counted(tmp_path, odd):
    path = tmp_path / progress.FILE
    progress.take_back(path, json.dumps({"exercises": {"count": {"passed": odd, "of": odd}}, "driven": {"river": odd}}))
    known = progress.read(path)
    assert progress.checks(known, "count") == {}
    assert progress.count(known["driven"].get("river")) == 0


def test_more_checks_than_there_are_count_as_all():
    assert progress.checks({"exercises": {"a": {"passed": 9, "of": 3}}}, "a")["best"] == 3


def test_progress_that_was_deleted_is_gone_and_begins_anew(tmp_path):
    path = tmp_path / progress.FILE
    progress.note_checks(path, "count", 1, 1)
    progress.forget(path)
    progress.forget(path)
    assert list(tmp_path.iterdir()) == []
    progress.note_checks(path, "ring", 1, 2)
    assert list(progress.read(path)["exercises"]) == ["ring"]
