"""A film shows arrays in one place of the page, seldom enough, and the last of them for certain."""

import numpy as np
import pytest

from lockstep.page import film
from lockstep.page.film import Film


class Shown:
    def __init__(self):
        self.pictures = []

    def update(self, picture):
        self.pictures.append(picture)


@pytest.fixture
def page(monkeypatch):
    """What stands on a page that is one."""
    shown = Shown()

    def display(picture, display_id):
        assert display_id
        shown.update(picture)
        return shown

    monkeypatch.setattr(film, "in_notebook", lambda: True)
    monkeypatch.setattr(film, "display", display)
    return shown


def test_pictures_that_come_too_soon_are_left_out_but_for_the_last_one(page):
    one = Film("steps", seconds=3_600)
    for _ in range(5):
        one.show(np.zeros((2, 3)))
    assert len(page.pictures) == 1
    one.show(np.ones((2, 3)), last=True)
    assert len(page.pictures) == 2


def test_outside_of_a_notebook_nothing_is_shown(page, monkeypatch):
    monkeypatch.setattr(film, "in_notebook", lambda: False)
    Film("steps").show(np.zeros((2, 2)), last=True)
    assert page.pictures == []


def test_a_picture_of_workers_names_those_that_are_in_it():
    axes = Film("who", colours="who").picture([[0, 1], [3, 3]]).axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["worker 1", "worker 3", "nobody"]
    assert axes.get_xlabel() == "column"
