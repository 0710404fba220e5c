"""The instructors' guide: its commands, run as they stand there, on a course of one small unit."""

import csv
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.__main__ import COMMANDS
from autograder.authoring.catalogue import ROOT
from tests.grading.conftest import EXERCISES, LESSON, Course
from tests.missing import missing

GUIDE = (ROOT / "docs" / "instructors.md").read_text()
# What a test has already: a clone, its environment, a small unit; and what opens a browser.
ELSEWHERE = ("git clone", "make tools", "source .venv", "jupyter lab")
SQUARE = "def double(number):\n    return number ** 2\n"
TRIPLE = "def triple(number):\n    return 3 * number\n"
ALSO_RIGHT = "\n\n@also_right\ndef of_its_size():\n    def double(number):\n        return 2 * abs(number)\n"
FAST = "def double(number):\n    return number + number\n"


def blocks(heading: str, kind: str = "console") -> list[str]:
    """The blocks of commands, or of Python, in a section of the guide."""
    section = GUIDE.split(f"\n## {heading}\n", 1)[1].split("\n## ")[0]
    return re.findall(rf"^```{kind}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


class Instructor:
    """Somebody who types the guide's commands in a clone with one unit, `numbers`."""

    def __init__(self, folder: Path) -> None:
        self.clone, self.home = folder / "lockstep", folder / "home"
        self.home.mkdir()
        ignored = shutil.ignore_patterns("exercises", "gallery", "__pycache__")
        shutil.copytree(ROOT / "autograder", self.clone / "autograder", ignore=ignored)
        (self.clone / "lockstep").symlink_to(ROOT / "lockstep")
        shutil.copy(ROOT / "nbgrader_config.py", self.clone)
        (self.clone / "autograder" / "gallery").mkdir()
        shutil.copytree(EXERCISES, self.clone / "autograder" / "exercises" / "numbers")
        (self.clone / "lessons" / "numbers").mkdir(parents=True)
        (self.clone / "lessons" / "numbers" / "numbers.py").write_text(LESSON)
        self.types("python -m autograder build")

    def types(self, commands: str) -> str:
        """What the commands print; a line that fails fails the test."""
        lines = [line for line in commands.splitlines() if not line.startswith(ELSEWHERE)]
        text = "\n".join(lines).replace("UNIT=05-races", "UNIT=numbers").replace("races/mine", "numbers/mine")
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {
            **os.environ,
            "HOME": str(self.home),
            "PATH": path,
            "UNIT": "numbers",
            "PYTHONPATH": str(self.clone),
        }
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", text],
            cwd=self.clone,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def follows(self, heading: str) -> str:
        return "\n".join(self.types(block) for block in blocks(heading))

    def gets(self, student: str, folder: str, **answers: str) -> None:
        """A student's notebook comes in."""
        (self.home / folder / student).mkdir(parents=True, exist_ok=True)
        course = Course(self.clone)
        nbformat.write(course.answered(**{"mine": TRIPLE} | answers), self.home / folder / student / "numbers.ipynb")

    def report(self) -> dict[str, str]:
        """The scores in the CSV, by student."""
        with open(self.clone / "reports" / "numbers.csv", newline="") as file:
            return {row["student_id"]: row["score"] for row in csv.DictReader(file)}

    def scores(self) -> dict[str, tuple[float, float | None]]:
        """The points and the late penalty in the gradebook, by student."""
        with Gradebook(f"sqlite:///{self.clone}/gradebook.db") as gradebook:
            found = gradebook.assignment_submissions("numbers")
            return {one.student.id: (one.score, one.late_submission_penalty) for one in found}


@pytest.fixture(scope="module")
def instructor(tmp_path_factory):
    if shutil.which("bwrap") is None:
        missing("bubblewrap is not installed")
    return Instructor(tmp_path_factory.mktemp("guide"))


@pytest.mark.slow
@pytest.mark.sandbox
@pytest.mark.timeout(900)
def test_a_day_by_the_guide(instructor):
    me = instructor
    exercise = me.clone / "autograder/exercises/numbers/double.py"
    right = exercise.read_text()
    new_exercise, proving = blocks("An exercise of your own")
    me.types(new_exercise)
    mine = me.clone / "autograder/exercises/numbers/mine.py"
    assert mine.exists(), "the skeleton"
    mine.write_text(right.replace("double", "triple").replace("2 * number", "3 * number").replace("== 4", "== 6"))
    for old, new in (("four", "six"), ("-6", "-9"), ("Double it", "Triple it")):
        mine.write_text(mine.read_text().replace(old, new))
    me.types(proving)
    with Gradebook(f"sqlite:///{me.clone}/gradebook.db") as gradebook:
        assert "mine-checks" in {cell.name for cell in gradebook.find_notebook("numbers", "numbers").grade_cells}

    me.gets("ann", "handed-in")
    said = me.follows("From a clone to a graded class")
    assert "tier" in said
    assert me.report() == {"ann": "10.0"}
    assert (me.clone / "feedback/ann/numbers/numbers.html").exists()
    assert "ann" in (me.clone / "reports/numbers.html").read_text()

    me.follows("A course directory of your own")
    assert (me.home / "autumn" / "gradebook.db").exists()

    # A check is wrong after the release: it refuses an answer that is to be right, too.
    exercise.write_text(right.replace("import hidden", "import also_right, hidden") + ALSO_RIGHT)
    me.types("! python -m autograder check double")
    exercise.write_text(exercise.read_text().replace("student.double(-3) == -6", "student.double(-3) in (-6, 6)"))
    before = rows(me.clone)
    me.follows("Correct a check, and grade again what it touches")
    assert me.report() == {"ann": "10.0"}
    new = [name for name, number in rows(me.clone).items() if number > before[name]]
    assert new == ["double-checks"], "nothing else is judged again"

    late = blocks("Deadline, extension, late penalty, resubmission", "python")
    (me.clone / "late.py").write_text(late[0])
    for student in ("ann", "bob"):
        me.gets(student, "handed-in", double=SQUARE if student == "bob" else FAST)
        folder = me.clone / "submitted" / student / "numbers"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(me.home / "handed-in" / student / "numbers.ipynb", folder)
        (folder / "timestamp.txt").write_text("2026-12-02 20:00:00 UTC")
    me.gets("bob", "handed-in-again")
    deadline, penalty, extension, again = blocks("Deadline, extension, late penalty, resubmission")
    me.types(deadline)
    me.types(penalty)
    assert me.scores() == {"ann": (10.0, pytest.approx(2.0)), "bob": (8.0, pytest.approx(1.6))}, "two days have begun"
    me.types(extension)
    assert me.scores()["ann"] == (10.0, 0.0)
    me.types(extension.replace("'ann'", "'cleo'"))
    me.types("python -m autograder report $UNIT")
    assert me.report() == {"ann": "10.0", "bob": "6.4", "cleo": ""}, "she has not handed in, and has still time"
    me.gets("cleo", "handed-in")
    folder = me.clone / "submitted" / "cleo" / "numbers"
    folder.mkdir(parents=True)
    shutil.copy(me.home / "handed-in/cleo/numbers.ipynb", folder)
    (folder / "timestamp.txt").write_text("2026-12-02 20:00:00 UTC")
    me.types(again)
    assert me.scores()["bob"] == (10.0, pytest.approx(2.0))
    assert me.scores()["cleo"] == (10.0, 0.0)

    (me.home / "downloads").mkdir()
    with zipfile.ZipFile(me.home / "downloads" / "class.zip", "w") as archive:
        for name in ("Dan Doe_4711_assignsubmission_file", "Eve_4712_assignsubmission_file_"):
            archive.write(me.home / "handed-in/cleo/numbers.ipynb", f"{name}/numbers.ipynb")
    (me.clone / "class.csv").write_text("id,last_name,first_name,email\nEve_4712,Evans,Eve,\nfay,Fox,Fay,\n")
    me.follows("What a learning platform gives out")
    assert me.report()["fay"] == "0.0", "she handed in nothing"
    assert "fay" in (me.clone / "reports/numbers.html").read_text()
    assert me.scores().keys() == {"ann", "bob", "cleo", "Dan Doe_4711", "Eve_4712"}
    assert me.scores()["Dan Doe_4711"][0] == me.scores()["Eve_4712"][0] == 10.0

    with Gradebook(f"sqlite:///{me.clone}/gradebook.db") as gradebook:  # as formgrader does
        gradebook.find_grade("mine-checks", "numbers", "numbers", "Eve_4712").manual_score = 1.0
        gradebook.find_comment("mine", "numbers", "numbers", "Eve_4712").manual_comment = "Three times, please."
        gradebook.db.commit()
    me.follows("Grade by hand")
    assert float(me.report()["Eve_4712"]) == 7.0
    assert "Three times, please." in (me.clone / "feedback/Eve_4712/numbers/numbers.html").read_text()


def rows(course: Path) -> dict[str, int]:
    """How many rows the journal has of each exercise."""
    with sqlite3.connect(course / "journal.sqlite") as connection:
        return dict(connection.execute("select exercise, count(*) from results group by exercise"))


OF_A_CLASS = [
    "submitted/ann/05-races/05-races.ipynb", "autograded/ann/05-races/05-races.ipynb", "feedback/ann/05-races/05-races.html",
    "reports/05-races.csv", "downloaded/05-races/archive/class.zip", "class.csv", "gradebook.db", "journal.sqlite",
    "journal.damaged-1", ".grading/05-races/ann.json",
]  # fmt: skip


def test_nothing_of_a_class_is_committed_with_a_clone_by_accident():
    if not (ROOT / ".git").exists():
        pytest.skip("this is no clone")
    done = subprocess.run(["git", "check-ignore", *OF_A_CLASS], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == OF_A_CLASS


def test_every_command_of_ours_in_the_guide_is_one():
    assert {*re.findall(r"python -m autograder (\w+)", GUIDE)} <= COMMANDS.keys()
