"""Every unit says where to read on, and the last one maps all units to the books that they prepare for."""

import re

import pytest

from autograder.authoring.catalogue import ROOT

UNITS = [path for path in sorted((ROOT / "lessons").glob("*/*.py")) if path.stem != "00-start"]
PAGE = (ROOT / "lessons/16-capstone/16-capstone.py").read_text(encoding="utf-8").split("# ## After this course")[-1]
KINDS = [
    "multiprocessor programming", "MPI", "concurrent programming", "Python concurrency", "OpenMP", "Java", "Go", "C++", "operating systems",
    "computer architecture", "patterns", "CUDA", "asyncio", "big data", "machine learning", "the cloud", "theory",
]  # fmt: skip


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_says_where_to_read_on(path):
    assert re.search(r"^# (\*\*To read on\.\*\*|To read on:) \S", path.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_page_of_books_names_every_unit():
    named = set(re.findall(r"\(\.\./(.+?)/", PAGE)) | {"16-capstone"}
    assert {path.stem for path in UNITS} <= named


def test_the_page_has_every_kind_of_book_with_a_unit_that_prepares_for_it():
    rows = dict(re.findall(r"^# \| ([^|]+?) \| (.+)$", PAGE, re.MULTILINE))
    assert set(KINDS) <= set(rows)
    for kind in KINDS:
        assert re.search(r"\*[A-Z].+?\*.+\(.*(19|20)\d\d", rows[kind]), f"{kind}: a title and its year"
        assert "](../" in rows[kind], f"{kind}: a unit"
