"""No submission is excused from a check because it says that something is missing here: that is found by a program of ours."""

import contextlib
from importlib.util import find_spec

import pytest

from autograder.grading.grader import Grader
from autograder.grading.work import GradeCell, NotGraded, Settings, Work
from lockstep.checks.check import Check, check_one
from lockstep.mpi import mpiexec as running
from lockstep.mpi.inside.service import launcher
from lockstep.mpi.mpiexec import mpiexec
from lockstep.program.source import ModuleSource
from lockstep.student.launcher import local_launcher
from lockstep.student.session import Session

pytestmark = pytest.mark.timeout(300)

RIGHT = "def doubled(comm):\n    return 2 * comm.Get_rank()\n"
EXCUSES = {
    "its ranks cannot talk": """
import os
def doubled(comm):
    os.write(1, b"HYDU_sock_connect: refused")
    os._exit(1)
""",
}


def judged(program: str):
    def judge(student):
        try:
            found = mpiexec(student.doubled, ranks=2, limit=20)
        except RuntimeError:
            return  # no MPI here, which the report says
        assert found == [0, 2], f"{found} came"

    session = Session(ModuleSource.of_text(program), ModuleSource(), local_launcher(), 60.0)
    return check_one(Check("real ranks", judge, 60.0), session)


@pytest.fixture
def mpi():
    if launcher() is None or find_spec("mpi4py") is None:
        pytest.skip("MPI is not installed")


@pytest.mark.parametrize("program", EXCUSES.values(), ids=EXCUSES.keys())
def test_a_program_that_says_that_mpi_cannot_start_is_not_excused_where_it_can(program, mpi):
    assert judged(RIGHT).passed
    result = judged(program)
    assert not result.passed, result.explanation


@pytest.mark.parametrize("program", EXCUSES.values(), ids=EXCUSES.keys())
def test_without_the_defence_it_is(program, mpi, monkeypatch):
    monkeypatch.setattr(running, "_is_here", lambda opened: False)
    result = judged(program)
    assert result.passed
    assert "not tried with real ranks" in result.explanation


def test_where_mpi_is_missing_for_everybody_a_check_goes_without(mpi, monkeypatch):
    monkeypatch.setattr(running, "_OURS", EXCUSES["its ranks cannot talk"].replace("doubled", "rank"))
    assert judged(EXCUSES["its ranks cannot talk"]).passed


CHECKS = """
from lockstep import check

@check("it is there")
def _(student):
    found = student.one()
    if isinstance(found, dict):
        raise OSError(found["absent"])
    assert found == 1

check.run("one")
"""


class Local:
    tier = "D"

    def describe(self):
        return "Graded without a sandbox (tier D)."

    def start(self):
        return local_launcher().start()

    def expect(self, cells):
        pass

    def close(self):
        pass


def graded(tmp_path, program: str, reference: str):
    cell = GradeCell("one-checks", CHECKS, 3.0, True)
    work = Work(cell, ModuleSource.of_text(program), ModuleSource.of_text(reference))
    with contextlib.closing(
        Grader(Settings(tmp_path / "journal.sqlite", unsandboxed=True, tier="D"), Local())
    ) as grader:
        return grader.grade(work)


EXCUSED = "def one():\n    return {'absent': 'nothing is installed here'}\n"


def test_a_program_alone_with_its_trouble_has_failed_and_a_machine_without_something_has_not_graded(tmp_path):
    found = graded(tmp_path, EXCUSED, "def one():\n    return 1\n")
    assert found.share == 0.0
    assert "It is this program that it cannot be started with" in found.report.results[0].explanation
    with pytest.raises(NotGraded, match="nothing is installed here"):
        graded(tmp_path, EXCUSED, EXCUSED)
