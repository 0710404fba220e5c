"""A unit is short enough for one sitting, and a page changes between what is told and what is done."""

import re

import pytest

from autograder.authoring.catalogue import ROOT

EVERY = sorted((ROOT / "lessons").glob("*/*.py"))
UNITS = [path for path in EVERY if "01" <= path.stem[:2] <= "15"]  # between the start page and the capstone
MOST_CELLS = 45


def cells(path):
    return re.split(r"(?m)^# %%", path.read_text(encoding="utf-8"))[1:]


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.stem)
def test_a_unit_has_at_most_45_cells_besides_its_predictions(path):
    assert len([cell for cell in cells(path) if "\npredict(" not in cell]) <= MOST_CELLS


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_prediction_has_a_cell_of_its_own_with_the_experiment_below(path):
    found = cells(path)
    for asked, following in zip(found, found[1:]):
        if "\npredict(" in asked:
            assert asked.strip().startswith("predict("), asked
            assert not following.startswith(" [markdown]"), asked


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_no_prose_follows_prose(path):
    kinds = [cell.startswith(" [markdown]") for cell in cells(path)]
    assert (True, True) not in zip(kinds, kinds[1:])


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_says_what_it_means_in_practice(path):
    assert re.search(r"(?mi)^# ## .*in practice$", path.read_text(encoding="utf-8"))
