"""What a notebook can tell of its exercises: only from the course's own files, only when asked, and nothing of the learner's is lost."""

import json
import re

import nbformat
import pytest

from autograder.authoring.catalogue import ROOT, read_exercises, read_puzzles
from lockstep.notebook.exercise_help import EXERCISES, SOLUTIONS, HelpView, keep, known, offer, where_to_go_on
from tests.notebook.test_kernel import run_notebook

CHECKED = """
from lockstep import check
@check("it doubles")
def _(student):
    assert student.double(4) == 8
check.run("double")
"""
STARTER = "def double(n):\n    # YOUR CODE HERE\n    raise NotImplementedError()"


def test_every_exercise_has_points_a_starter_a_solution_and_a_way_on():
    for exercise in read_exercises().values():
        (folder,) = (
            path.parent
            for path in (ROOT / "notebooks").glob(f"*/{EXERCISES}")
            if f'"{exercise.name}"' in path.read_text()
        )
        told = known(EXERCISES, exercise.name, folder)
        assert (told["points"], told["starter"]) == (exercise.points, exercise.starter)
        link = told["then"]["link"]
        titles = {
            heading.replace("`", "").replace(" ", "-")
            for cell in nbformat.read(folder / f"{folder.name}.ipynb", 4).cells
            for heading in re.findall(r"^#+ (.+)$", cell.source, re.MULTILINE)
        }
        assert link[1:] in titles if link.startswith("#") else (folder / link).resolve().exists()
        answer = known(SOLUTIONS, exercise.name, ROOT / "solutions" / folder.name)
        assert "###" not in answer["solution"]
        assert answer["also_right"] == [other.code for other in exercise.also_right]


def test_a_class_gets_no_solution_with_its_notebooks():
    assert not list((ROOT / "notebooks").rglob(SOLUTIONS))
    puzzles, exercises = read_puzzles(), read_exercises()
    for path in (ROOT / "notebooks").rglob(EXERCISES):
        for name, told in json.loads(path.read_text()).items():
            puzzle = "fewest" in told
            assert told.keys() == ({"title", "fewest", "starter"} if puzzle else {"points", "starter", "then"})
            assert told["starter"] == (puzzles if puzzle else exercises)[name].starter


def test_only_what_answers_the_learners_click_reads_solutions():
    readers = [path for path in (ROOT / "lockstep").rglob("*.py") if SOLUTIONS in path.read_text()]
    assert [path.name for path in readers] == ["exercise_help.py"]


@pytest.mark.parametrize("text", [None, "", "[]", '{"double": 3}', "{"])
def test_a_file_that_is_missing_or_damaged_tells_nothing(tmp_path, text):
    if text is not None:
        (tmp_path / EXERCISES).write_text(text)
    assert known(EXERCISES, "double", tmp_path) == {}


def test_where_to_go_on_is_a_link_and_what_an_author_wrote_is_text():
    told = where_to_go_on({"points": 1, "then": {"title": "What `<b>` means", "link": "#What-<b>-means"}})
    assert told.startswith("1 of 1 point. Go on with <a href=")
    assert "<b>" not in told
    assert where_to_go_on({}) == ""


def test_what_was_written_is_kept_under_a_name_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert keep("double", "first", "")[1] == "What you had is kept in double-kept-1.py."
    assert keep("double", "second", "")[1] == "What you had is kept in double-kept-2.py."
    assert keep("double", None, "third, as it was run last")[0]
    assert [path.read_text() for path in sorted(tmp_path.iterdir())] == ["first", "second", "third, as it was run last"]
    monkeypatch.setattr(
        "pathlib.Path.write_text", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    put, said = keep("double", "fourth", "")
    assert not put, "then the cell keeps it"
    assert "could not be kept" in said


def test_what_was_revealed_stays_in_the_saved_notebook_and_is_text():
    view = HelpView(revealed={"own": "<b>", "solution": "return 2", "also_right": ["return 1 + 1"]})
    page, text = view.still()
    assert "&lt;b&gt;" in page
    assert text == "Yours:\n<b>\n\nA solution:\nreturn 2\n\nAnother right answer:\nreturn 1 + 1"


@pytest.mark.parametrize(
    ("told", "kind"), [({"points": 2, "then": {}}, "exercise"), ({"title": "Doubles", "fewest": 4}, "puzzle")]
)
def test_help_calls_a_puzzle_a_puzzle_and_an_exercise_an_exercise(tmp_path, monkeypatch, told, kind):
    monkeypatch.chdir(tmp_path)
    (tmp_path / EXERCISES).write_text(json.dumps({"double": {**told, "starter": STARTER}}))
    shown = []
    monkeypatch.setattr("lockstep.notebook.exercise_help.Display", shown.append)
    offer("double", passed=False)
    assert [(view.kind, view.still()[1]) for view in shown] == [(kind, f"help with this {kind}")]


def test_a_report_in_a_kernel_offers_help_only_for_exercises_of_the_course(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = {"points": 2, "starter": STARTER, "then": {"title": "Next", "link": "#Next"}}
    (tmp_path / EXERCISES).write_text(json.dumps({"double": told}))
    (tmp_path / SOLUTIONS).write_text(json.dumps({"double": {"solution": "SECRET", "also_right": []}}))
    failed, passed = "def double(n):\n    return n", "def double(n):\n    return 2 * n"
    notebook = run_notebook(
        failed, CHECKED, passed, CHECKED, CHECKED.replace('run("double")', 'run("other")'), allow_errors=True
    )
    pages = [json.dumps(cell.outputs) for cell in notebook.cells]
    assert [page.count('data-view=\\"help\\"') > 0 for page in pages] == [False, False, True, False, True, False]
    assert "2 of 2 points. Go on with" in pages[4]
    assert "Go on with" not in pages[2] + pages[5]
    assert "SECRET" not in "".join(pages), "before anybody asks"
