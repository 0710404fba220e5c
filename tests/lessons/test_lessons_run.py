"""Every lesson runs from top to bottom with the solutions, says nothing on stderr and leaves no process."""

import nbformat
import pytest

from autograder.authoring.catalogue import ROOT

from .executing import executed

LESSONS = sorted((ROOT / "source").glob("*/*.ipynb"))
QUICK = {"01-processes"}  # one of them with the fast tests


def lessons():
    for path in LESSONS:
        yield pytest.param(path, id=path.stem, marks=[] if path.stem in QUICK else [pytest.mark.slow])


@pytest.mark.timeout(400)
@pytest.mark.parametrize("path", lessons())
def test_a_lesson_runs_with_its_solutions_and_without_stderr(path, tmp_path_factory):
    notebook = executed(path, tmp_path_factory)
    for cell in notebook.cells:
        # A check cell goes on past a failure for learners; with the solution there is none.
        checks = cell.metadata.get("nbgrader", {}).get("grade", False)
        meant = "raises-exception" in cell.metadata.get("tags", []) and not checks
        for output in cell.get("outputs", []):
            assert output.output_type != "error" or meant, f"{cell.source}\n{output.get('evalue')}"
            shown = output.get("text", "") if output.get("name") == "stderr" else ""
            assert not shown or "shows-stderr" in cell.metadata.get("tags", []), f"{cell.source}\n{shown}"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_has_one_title_and_its_headings_in_order(path):
    text = "\n".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown")
    within = False
    levels = []
    for line in text.split("\n"):
        within ^= line.startswith("```")
        if not within and line.startswith("#"):
            levels.append(len(line) - len(line.lstrip("#")))
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 or (before, after) == (1, 3) for before, after in zip(levels, levels[1:]))


def test_the_start_notebook_leads_to_every_unit():
    start = (ROOT / "notebooks" / "00-start" / "00-start.ipynb").read_text()
    missing = [path.stem for path in LESSONS if path.stem != "00-start" and path.stem not in start]
    assert not missing
