"""A picture tells in words what it shows."""

import numpy as np

from lockstep.page.film import Film
from lockstep.page.picture import Picture


def test_the_words_of_a_picture_name_its_axes_and_lines():
    picture = Picture()
    axes = picture.subplots()
    axes.plot([1, 2], [1, 4], label="measured")
    axes.set_title("Speed-up")
    axes.set_xlabel("workers")
    axes.set_ylabel("times as fast")
    axes.legend()
    assert picture.words() == "Speed-up: times as fast by workers: measured"
    assert Picture().words() == ""


def test_a_film_is_published_with_its_words():
    data, told = Film("A hot plate", unit="degrees").picture(np.zeros((3, 5)))._repr_mimebundle_()
    assert data["image/png"].startswith("iVBOR")
    assert told == {"image/png": {"alt": "A hot plate: 3 by 5: row by column; degrees"}}
