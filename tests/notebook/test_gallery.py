"""The gallery keeps how far a learner came, and says when nothing is left to drive to."""

import json
from multiprocessing import Process, Value

import pytest

from lockstep.notebook import gallery, progress


def add(total):
    total.value += 1


def add_under_lock(total):
    with total.get_lock():
        total.value += 1


def count(work):
    total = Value("i", 0)
    processes = [Process(target=work, args=(total,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return total.value


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = {"counting": {"title": "Counting", "fewest": 5, "starter": ""}, "ring": {"points": 6, "starter": ""}}
    (tmp_path / "exercises.json").write_text(json.dumps(told))


def driven(player, path):
    player.path = [[f"Process-{name}" if name else "main", 0] for name in path]


def test_a_drive_to_the_failure_is_kept_and_one_to_another_end_is_not():
    player = gallery.drive("counting", count, add)
    driven(player, [1, 1, 2, 2, 0])
    assert "driven" not in progress.read(progress.file())
    driven(player, [1, 2, 1, 2, 0])
    assert player.verdict.endswith("It counts. In the fewest steps, 5.")
    assert progress.read(progress.file())["driven"] == {"counting": 5}
    assert "Counting (5 steps): driven in the fewest steps, mended not yet" in str(gallery.gallery())


def test_what_is_kept_is_the_drive_with_the_fewest_steps():
    progress.note(progress.file(), "driven", "counting", 9)
    assert "driven in 9 steps, mended not yet" in str(gallery.gallery())
    driven(gallery.drive("counting", count, add), [1, 2, 1, 2, 0])
    progress.note(progress.file(), "exercises", "counting", {"passed": 1, "of": 2})
    assert "driven in the fewest steps, mended not yet" in str(gallery.gallery())


def test_a_mended_program_leaves_nothing_to_drive_to(capsys):
    found = gallery.drive("counting", count, add_under_lock)
    assert found.results[2] == found.interleavings
    assert "Nothing is left to drive to, in all 2 interleavings." in capsys.readouterr().out


def test_the_table_shows_puzzles_alone_and_counts_them():
    progress.note(progress.file(), "exercises", "counting", {"passed": 2, "of": 2})
    assert (
        str(gallery.gallery())
        == "Counting (5 steps): driven not yet, mended proven\n0 of 1 driven to the failure, 1 mended."
    )
    assert "ring" not in gallery.gallery()._repr_html_()


def test_a_damaged_record_counts_as_not_begun():
    progress.note(progress.file(), "driven", "counting", "many")
    progress.note(progress.file(), "exercises", "counting", "all")
    assert "driven not yet, mended not yet" in str(gallery.gallery())
