"""Progress is one file that two notebooks may write at once, and that nothing can damage."""

import json
import multiprocessing

from lockstep.notebook import progress
from lockstep.workspace import RECORD


def test_progress_lies_at_the_top_of_the_learners_folder_else_beside_the_notebook(tmp_path):
    unit = tmp_path / "work" / "05-races"
    unit.mkdir(parents=True)
    assert progress.file(unit) == unit / progress.FILE
    (tmp_path / "work" / RECORD).write_text("{}")
    assert progress.file(unit) == tmp_path / "work" / progress.FILE


def write_many(path, name):
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
