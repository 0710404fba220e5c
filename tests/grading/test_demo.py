"""`make demo`, and what the command line says about itself."""

import subprocess
import sys

import pytest

from autograder.__main__ import COMMANDS
from autograder.authoring.exercise import Exercise, read_exercise
from autograder.demo.answers import ANSWERS
from autograder.demo.course import make_course
from autograder.grading.judging import judge, read_check_cell
from lockstep.program.source import ModuleSource
from lockstep.student.launcher import local_launcher


def run(*words: str, timeout: float) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "autograder", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


def test_help_names_every_command():
    shown = run("--help", timeout=60)
    assert shown.returncode == 0
    for name in COMMANDS:
        assert name in shown.stdout


def exercise(request) -> Exercise:
    return read_exercise(request.path.parent / "exercises" / "double.py")


def test_a_folder_with_somebodys_files_is_left_as_it_is(tmp_path):
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("my thesis")
    with pytest.raises(FileExistsError, match="give another --folder"):
        make_course(None, tmp_path)
    assert thesis.read_text() == "my thesis"


ENDS = {"right": "", "untouched": "NotImplementedError", "hanging": "did not come back", "crashing": "SIGSEGV"}


@pytest.mark.parametrize(("student", "words"), ENDS.items(), ids=list(ENDS))
def test_each_student_of_the_demonstration_gets_what_he_is_there_for(request, student, words):
    one = exercise(request)
    answer = ModuleSource.of_text(ANSWERS[student](one, True), "answer")
    patience = 0.3 if student == "hanging" else 3  # tests wait for hanging ones; the others may take their time
    reference = ModuleSource.of_text(one.solution, "reference")
    report = judge(read_check_cell(one.checks), answer, local_launcher(), reference=reference, patience=patience)
    assert (report.passed == report.total) == (student == "right")
    assert words in report.text()


@pytest.mark.slow
@pytest.mark.sandbox
@pytest.mark.timeout(1200)
def test_the_demonstration_grades_five_and_writes_their_pages(tmp_path):
    made = run("demo", "--folder", str(tmp_path / "demo"), timeout=1100)
    assert made.returncode == 0, made.stdout + made.stderr
    assert "tier" in made.stdout
    for student in ANSWERS:
        assert f"\n{student}: " in made.stdout
        assert list((tmp_path / "demo/feedback" / student).glob("*/*.html"))
