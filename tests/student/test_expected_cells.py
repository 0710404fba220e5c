"""Cells that a launcher expects are read once, by its zygote, and change nothing for a program that has them or has not."""

import os

import pytest

from lockstep.program.source import Cell, ModuleSource
from lockstep.student.launcher_forking import ForkingLauncher
from lockstep.student.session import Session, Student

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is a zygote only where there is fork")

COMMON = "def twice(number):\n    return 2 * number"
OWN = """
def four_times(number):
    return twice(twice(number))

def cells_that_were_read_before():
    from lockstep.program.cells import analysed
    return analysed.cache_info().hits
"""


@pytest.fixture
def launcher():
    opened = ForkingLauncher()
    yield opened
    opened.close()


def answers(launcher, common=COMMON):
    """What a program calculates, and how many of its cells nobody had to read for it."""
    program = ModuleSource((Cell("cell 1", common), Cell("cell 2", OWN)))
    session = Session(program, ModuleSource(), launcher, 60)
    try:
        return Student(session).four_times(3), Student(session).cells_that_were_read_before()
    finally:
        session.close()


def test_what_is_expected_is_read_before_also_by_a_zygote_that_follows(launcher):
    assert answers(launcher) == (12, 0)
    launcher.expect({COMMON})
    assert answers(launcher) == (12, 1)
    launcher.expect({COMMON, "x = 1"})
    launcher.close()
    assert answers(launcher) == (12, 1)


def test_whoever_changed_an_expected_cell_has_the_changed_one(launcher):
    launcher.expect({COMMON})
    assert answers(launcher, COMMON.replace("2", "3")) == (27, 0)


def test_expected_text_that_is_no_python_disturbs_nothing(launcher):
    launcher.expect({"def (", "%%time\nx = 1", "\x00", "\ud800", ""})
    assert answers(launcher) == (12, 0)
