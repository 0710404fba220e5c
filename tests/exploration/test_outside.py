"""Files do not leak from one interleaving into the next: who comes to them on a way round is refused by name."""

import pytest

from lockstep.exploration.exploring import explore
from lockstep.exploration.findings import NotExplored
from lockstep.student.session import student

LEARNER = """
import io
import os
import pathlib
import sys


def write():
    pathlib.Path("left-behind.txt").write_text("mine")


def read():
    return io.open("left-behind.txt").read()


def make():
    pathlib.Path("left-behind").mkdir()


def remove():
    os.remove("left-behind.txt")


def load():
    import numpy
    return float(numpy.load("left-behind.npy")[0])


def late():
    import colorsys
    import xml.dom.minidom
    return colorsys.rgb_to_hsv(0, 0, 0)[2]


def beside(folder):
    sys.path.insert(0, folder)
    import lies_beside
    return lies_beside.ANSWER


def outside():
    return open(os.devnull).read()
"""


@pytest.fixture
def learner(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(LEARNER, encoding="utf-8")
    (tmp_path / "lies_beside.py").write_text("ANSWER = 42", encoding="utf-8")
    with student(path) as opened:
        yield opened


def test_files_are_refused_on_every_way_to_them_and_nowhere_else(learner, tmp_path):
    for name, told in {
        "write": "`explore` does not cover opening a file: pass the data as an argument",
        "read": "`explore` does not cover opening a file: pass the data as an argument",
        "make": "`explore` does not cover `os.mkdir`: the next interleaving would find it so; use a Value or a Queue",
        "remove": "`explore` does not cover `os.remove`: the next interleaving would find it so",
        "load": "`explore` does not cover opening a file",
    }.items():
        with pytest.raises(NotExplored) as refused:
            explore(getattr(learner, name))
        assert told in str(refused.value)
    assert explore(learner.late).results == {0: 1}, "an import reads files"
    assert explore(learner.beside, str(tmp_path)).results == {42: 1}, "so does a module of the learner's own"
    assert learner.outside() == "", "a call of a check is no simulated process"
    assert [path.name for path in tmp_path.iterdir() if "left" in path.name] == []
