"""The map of the course: it comes from the build, shows what was reached, leads to where the learner was, and escapes what it shows."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from autograder.authoring.catalogue import ROOT, read_exercises, read_puzzles
from autograder.authoring.course_map import read_glossary
from lockstep import course
from lockstep.notebook import progress
from lockstep.notebook.course_page import course_page
from lockstep.notebook.places import continue_at
from lockstep.notebook.units import told_units, units_with_progress

START = ROOT / "notebooks" / "00-start"
DIFFICULTY = ROOT / "lessons" / "difficulty.toml"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    (tmp_path / "course.json").write_text((START / "course.json").read_text())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def units():
    return units_with_progress(told_units(Path()), progress.read(progress.file()))


def here():
    return continue_at(told_units(Path()), progress.read(progress.file()))


def at(monkeypatch, seconds):
    monkeypatch.setattr(progress, "now", lambda: seconds)


def test_every_unit_exercise_and_puzzle_is_on_the_map_once():
    told = told_units(Path())
    names = [each["name"] for unit in told for each in unit["exercises"]]
    assert sorted(names) == sorted(read_exercises())
    assert sorted(name for unit in told for name in unit["puzzles"]) == sorted(read_puzzles())
    released = sorted(path.stem for path in (ROOT / "notebooks").glob("*/*.ipynb"))
    assert [unit["name"] for unit in told] == [name for name in released if name != "00-start"]
    assert all(unit["question"] and unit["minutes"] >= 15 for unit in told)


def test_every_link_of_the_map_leads_to_a_heading_of_its_notebook():
    for unit in told_units(Path()):
        cells = json.loads((ROOT / "notebooks" / unit["name"] / f"{unit['name']}.ipynb").read_text())["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        headings = {
            "#" + re.sub(r"[`*]", "", found).replace(" ", "-") for found in re.findall(r"^#+ (.+)$", text, re.M)
        }
        links = [each["link"] for each in unit["exercises"]] + [each["link"] for each in unit["puzzles"].values()]
        assert {*links, *unit["predictions"].values()} <= headings


def test_every_exercise_has_a_difficulty_and_no_other_name_of_its_folder_has():
    there = {}
    for each in read_exercises().values():
        there.setdefault(each.path.parent.name, set()).add(each.name)
    told = {folder: set(names) for folder, names in tomllib.loads(DIFFICULTY.read_text()).items() if folder in there}
    assert told == there, "lessons/difficulty.toml tells how hard each exercise is"


# Of units that are there: its words may come before a unit does.
GLOSSARY = {unit: words for unit, words in read_glossary(ROOT).items() if (ROOT / "lessons" / unit).is_dir()}
WORDS = [word for words in GLOSSARY.values() for word in words]


def test_each_word_is_met_in_the_unit_that_the_glossary_names():
    for unit, words in GLOSSARY.items():
        cells = json.loads((ROOT / "notebooks" / unit / f"{unit}.ipynb").read_text())["cells"]
        prose = " ".join(" ".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown").split())
        assert [word for word in words if not re.search(rf"\b{re.escape(word)}(?:e?s)?\b", prose, re.IGNORECASE)] == []


def test_a_word_stands_once_in_the_glossary_with_one_sentence():
    words = [word.casefold() for word in WORDS]
    assert len(words) == len(set(words))
    for told in GLOSSARY.values():
        for meaning in told.values():
            assert meaning.endswith(".")
            assert not re.search(r"\. [A-Z]", meaning)
    start = (START / "00-start.ipynb").read_text()
    assert all(f"**{word}**" in start for word in WORDS)


def test_what_was_reached_stands_in_points_by_the_checks_that_held():
    progress.note_checks(progress.file(), "withdraw", 2, 4)
    (races,) = (unit for unit in units() if unit.title == "05 Races")
    task = next(task for task in races.tasks if task.title.startswith("Pay out"))
    assert (task.best, task.of, task.reached, task.done) == (2, 4, 1.5, False)
    assert races.reached == 1.5
    assert "05 Races: What can go wrong between two lines? 1.5 of 13 points" in repr(course())
    assert "<td>2 of 4</td><td>1.5 of 3</td><td>today at" in course()._repr_html_()


def test_at_first_the_map_begins_with_the_first_unit():
    assert (here().words, here().link) == ("Begin with", "../01-processes/01-processes.ipynb")


def test_whoever_failed_a_check_continues_there_and_whoever_passed_goes_on(monkeypatch):
    at(monkeypatch, 100)
    progress.note_checks(progress.file(), "ring", 6, 6)
    at(monkeypatch, 200)
    progress.note_checks(progress.file(), "withdraw", 2, 4)
    link = "../05-races/05-races.ipynb#Exercise:-Pay-out,-but-only-if-there-is-enough"
    assert (here().title, here().link, here().at) == ("Pay out, but only if there is enough", link, 200)
    at(monkeypatch, 300)
    progress.note_checks(progress.file(), "withdraw", 4, 4)
    assert here().words == "You solved “Pay out, but only if there is enough”. Continue with"
    assert here().link == "../05-races/05-races.ipynb#Nothing-but-numbers"


def test_a_newer_prediction_is_where_the_learner_was(monkeypatch):
    at(monkeypatch, 100)
    progress.note_checks(progress.file(), "withdraw", 2, 4)
    question = next(iter(told_units(Path())[0]["predictions"]))
    progress.note(progress.file(), progress.PREDICTED, question, {"said": "3", "at": 101})
    assert (here().title, here().unit) == (question, "01 Processes")
    assert here().link == "../01-processes/01-processes.ipynb#Two-processes"


def test_a_puzzle_counts_as_driven_and_as_mended():
    progress.note(progress.file(), progress.DRIVEN, "river", 9)
    progress.note_checks(progress.file(), "water", 2, 2)
    assert "1 driven, 1 mended of 18" in repr(course())
    assert here().words == "You mended"


def test_what_comes_from_files_is_escaped():
    told = told_units(Path())
    told[0]["question"] = told[0]["title"] = told[0]["exercises"][0]["title"] = "<script>alert(1)</script>"
    told[0]["exercises"][0]["link"] = '#"><script>'
    page = course_page(units_with_progress(told, {}), continue_at(told, {}))
    assert "<script" not in page


@pytest.mark.parametrize("text", [None, "", "[]", "{", '{"units": 3}'])
def test_without_a_map_a_sentence_says_so(folder, text):
    (folder / "course.json").unlink()
    if text is not None:
        (folder / "course.json").write_text(text)
    assert "There is no map of the course beside this notebook." in repr(course())
    assert "There is no map of the course beside this notebook." in course()._repr_html_()


def test_progress_can_be_saved_forgotten_and_taken_back_by_calls(folder, capsys):
    progress.note_checks(progress.file(), "withdraw", 2, 4)
    course().save("mine.json")
    course().forget()
    assert "0 of 13 points" in repr(course())
    course().take_back("mine.json")
    assert "1.5 of 13 points" in repr(course())
    assert "mine.json" in capsys.readouterr().out
