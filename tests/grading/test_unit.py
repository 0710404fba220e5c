"""A submission put into the trusted unit: whatever was done to grade cells, they are ours and in their places."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.grading.assembly import assemble
from autograder.grading.submission import submission_of
from autograder.grading.unit import program, read_unit, work_in
from autograder.grading.work import NotGraded


def tagged(cell, grade_id, **flags):
    cell.metadata["nbgrader"] = {
        "schema_version": 3, "grade_id": grade_id, "grade": False, "solution": False, "locked": False, "task": False,
    } | flags  # fmt: skip
    cell["id"] = grade_id
    return cell


def solution(name, text):
    return tagged(new_code_cell(text), name, solution=True)


def checks(name, text):
    return tagged(new_code_cell(text), f"{name}-checks", grade=True, locked=True, points=3)


def prose(text, name):
    return new_markdown_cell(text, id=name)


@pytest.fixture
def unit(tmp_path):
    cells = [
        prose("# Unit", "title"),
        solution("one", "def one():\n    return 1"),
        checks("one", "assert one() == 1"),
        prose("More.", "more"),
        tagged(new_code_cell("GIVEN = 5"), "given", locked=True),
        solution("two", "def two():\n    return 2"),
        checks("two", "check.run('two')"),
        tagged(new_markdown_cell("Explain."), "essay", grade=True, solution=True, points=2),
    ]
    path = tmp_path / "unit.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return read_unit(path)


def put(unit, cells):
    return assemble(unit, submission_of({"cells": cells}))


def outline(notebook):
    return [cell.metadata.get("nbgrader", {}).get("grade_id") or cell.source for cell in notebook.cells]


WHOLE = ["# Unit", "one", "one-checks", "More.", "given", "two", "two-checks", "essay"]


def test_an_intact_submission_keeps_its_outline(unit):
    assert outline(put(unit, unit.notebook.cells)) == WHOLE


MUTATIONS = {
    "deleted": lambda cells: [cell for cell in cells if "checks" not in cell["id"]],
    "doubled": lambda cells: [*cells, cells[2], cells[6]],
    "moved to the top": lambda cells: [cells[6], cells[2], *cells[:2], *cells[3:6], cells[7]],
    "moved to the end": lambda cells: [*cells[:2], *cells[3:6], cells[7], cells[6], cells[2]],
    "read-only cell deleted": lambda cells: [cell for cell in cells if cell["id"] != "given"],
}


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=list(MUTATIONS))
def test_what_is_done_to_grade_cells_changes_nothing(unit, mutation):
    made = put(unit, mutation(list(unit.notebook.cells)))
    intact = put(unit, unit.notebook.cells)
    assert outline(made) == WHOLE
    assert list(work_in(unit, made)) == list(work_in(unit, intact))


def test_edited_points_text_flags_and_kind_of_a_grade_cell_are_put_right(unit):
    cells = [dict(cell) for cell in unit.notebook.cells]
    forged = {"grade_id": "one-checks", "points": 1000, "grade": False, "solution": True, "schema_version": 99}
    cells[2] = {"cell_type": "markdown", "source": "nothing to check", "metadata": {"nbgrader": forged}}
    made = put(unit, cells)
    assert made.cells[2].source == "assert one() == 1"
    assert made.cells[2].cell_type == "code"
    assert made.cells[2].metadata.nbgrader == unit.notebook.cells[2].metadata.nbgrader


def test_a_forged_grade_cell_is_an_ordinary_cell(unit):
    forged = checks("bonus", "5.0")
    made = put(unit, [*unit.notebook.cells, forged])
    assert made.cells[-1].source == "5.0"
    assert "nbgrader" not in made.cells[-1].metadata
    assert [work.cell.grade_id for work in work_in(unit, made)] == ["one-checks", "two-checks"]


def test_of_two_answers_both_run_and_the_last_has_the_name(unit):
    cells = list(unit.notebook.cells)
    made = put(unit, [*cells[:2], solution("one", "def one():\n    return 7"), *cells[2:]])
    texts = [cell.source for cell in program(made).cells]
    assert texts[:2] == ["def one():\n    return 1", "def one():\n    return 7"]
    (named,) = [cell for cell in made.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "one"]
    assert "7" in named.source


def test_a_missing_answer_is_named_in_its_place(unit):
    cells = [cell for cell in unit.notebook.cells if cell["id"] != "two"]
    made = put(unit, cells)
    assert outline(made) == WHOLE
    assert "missing from the submission" in made.cells[5].source


def test_cells_between_an_answer_and_its_checks_stay_there(unit):
    cells = list(unit.notebook.cells)
    own = [new_code_cell("helper = 1"), new_code_cell("after = 2")]
    made = put(unit, [*cells[:2], own[0], cells[2], own[1], *cells[3:]])
    assert outline(made) == ["# Unit", "one", "helper = 1", "one-checks", "after = 2", *WHOLE[3:]]
    deleted = put(unit, [*cells[:2], own[0], *cells[3:]])
    assert outline(deleted) == ["# Unit", "one", "helper = 1", *WHOLE[2:]]


def test_a_notebook_without_any_of_our_cells_gets_the_checks_behind_its_own(unit):
    made = put(unit, [new_code_cell("def one():\n    return 1")])
    works = list(work_in(unit, made))
    assert [work.cell.grade_id for work in works] == ["one-checks", "two-checks"]
    assert any("def one" in cell.source for cell in works[1].program.cells)


def test_assembling_twice_is_assembling_once(unit):
    for mutation in MUTATIONS.values():
        once = put(unit, [new_code_cell("a = 1"), *mutation(list(unit.notebook.cells)), new_code_cell("b = 2")])
        assert put(unit, once.cells) == once
        nbformat.validate(once)


def test_cells_are_called_by_their_number_in_the_notebook(unit):
    made = put(unit, unit.notebook.cells)
    assert [cell.label for cell in program(made).cells] == ["cell 2", "cell 5", "cell 6"]


def test_a_unit_that_is_not_there_is_no_score(tmp_path):
    with pytest.raises(NotGraded, match="build the course"):
        read_unit(tmp_path / "none.ipynb")
    (tmp_path / "bad.ipynb").write_text("{")
    with pytest.raises(NotGraded, match="cannot be read"):
        read_unit(tmp_path / "bad.ipynb")


def test_what_everybody_was_given_holds_no_answer_and_no_check(tmp_path):
    path = tmp_path / "unit.ipynb"
    given = new_code_cell("values = [1, 2, 3]")
    nbformat.write(
        new_notebook(cells=[prose("# Unit", "title"), given, solution("one", "1"), checks("one", "2")]), path
    )
    unit = read_unit(path)
    assert unit.given == {"values = [1, 2, 3]"}
    assert [work.given for work in work_in(unit, put(unit, []))] == [unit.given]
