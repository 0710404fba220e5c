"""A learner's copies of the notebooks are brought up to date and never overwritten."""

import json

import pytest

from lockstep.workspace import CONFIG, for_learners, quieten, update


def make(folder, text):
    (folder / "01").mkdir(parents=True, exist_ok=True)
    (folder / "01" / "01.ipynb").write_text(text)


def test_solutions_come_only_where_they_are_asked_for(tmp_path):
    make(tmp_path / "notebooks", "one")
    (tmp_path / "solutions" / "unit").mkdir(parents=True)
    (tmp_path / "solutions" / "unit" / ".solutions.json").write_text("{}")
    for folders in (["notebooks", "class"], ["notebooks", "solutions", "work"]):
        for release in folders[:-1]:
            update(tmp_path / release, tmp_path / folders[-1])
    assert not list((tmp_path / "class").rglob(".solutions.json"))
    assert list((tmp_path / "work").rglob(".solutions.json"))


def test_the_first_update_copies_everything(tmp_path):
    make(tmp_path / "notebooks", "one")
    assert update(tmp_path / "notebooks", tmp_path / "work")[0].startswith("new:")
    assert (tmp_path / "work" / "01" / "01.ipynb").read_text() == "one"


def test_an_unchanged_copy_follows_the_release(tmp_path):
    make(tmp_path / "notebooks", "one")
    update(tmp_path / "notebooks", tmp_path / "work")
    make(tmp_path / "notebooks", "two")
    update(tmp_path / "notebooks", tmp_path / "work")
    assert (tmp_path / "work" / "01" / "01.ipynb").read_text() == "two"


def test_a_changed_copy_is_kept_and_the_new_version_put_beside_it(tmp_path):
    make(tmp_path / "notebooks", "one")
    update(tmp_path / "notebooks", tmp_path / "work")
    make(tmp_path / "work", "mine")
    make(tmp_path / "notebooks", "two")
    told = update(tmp_path / "notebooks", tmp_path / "work")
    assert "kept, because you changed it" in told[0]
    assert (tmp_path / "work" / "01" / "01.ipynb").read_text() == "mine"
    assert (tmp_path / "work" / "01" / "01-new.ipynb").read_text() == "two"
    assert update(tmp_path / "notebooks", tmp_path / "work") == []


def test_a_copy_made_before_there_was_a_record_is_kept(tmp_path):
    make(tmp_path / "notebooks", "one")
    make(tmp_path / "work", "mine")
    update(tmp_path / "notebooks", tmp_path / "work")
    assert (tmp_path / "work" / "01" / "01.ipynb").read_text() == "mine"


def test_a_missing_release_is_one_clear_line(tmp_path):
    with pytest.raises(FileNotFoundError, match="there are no notebooks in"):
        update(tmp_path / "nothing", tmp_path / "work")


def test_lab_does_not_ask_about_news_and_other_overrides_are_kept(tmp_path):
    quieten(tmp_path)
    overrides = tmp_path / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    assert "fetchNews" in overrides.read_text()
    overrides.write_text("{}")
    quieten(tmp_path)
    assert overrides.read_text() == "{}"


def test_what_of_nbgrader_is_for_teachers_is_switched_off_for_learners(tmp_path):
    for_learners(tmp_path)
    page = json.loads((tmp_path / CONFIG / "labconfig" / "page_config.json").read_text())
    assert page["disabledExtensions"]["@jupyter/nbgrader:formgrader"]
    assert "@jupyter/nbgrader:validate-assignment" not in page["disabledExtensions"]
