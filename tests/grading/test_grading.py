"""Grading one exercise: the journal, the reference's word, the report, and cells in plain nbgrader style."""

import sqlite3
import time

import pytest

from autograder.grading import grader as grading
from autograder.grading.grader import Grader
from autograder.grading.hidden import hidden_lines, without_source
from autograder.grading.work import GradeCell, NotGraded, Settings, Work
from lockstep.checks.report_page import report_html
from lockstep.program.source import Cell, ModuleSource
from lockstep.student.launcher import local_launcher
from tests.missing import missing

CHECKS = """
from lockstep import check

@check("one is one")
def _(student):
    assert student.one() == 1

@check("and stays one")
def _(student):
    assert student.one() == 1

check.run("one")
"""
REFERENCE = "def one():\n    return 1"


class Local:
    """Learners' processes on this machine, counted; as a sandbox of tier D."""

    tier = "D"

    def __init__(self) -> None:
        self.started = 0

    def describe(self):
        return "Graded without a sandbox (tier D)."

    def start(self):
        self.started += 1
        process = local_launcher().start()
        process.wait_until_kept(time.monotonic() + 60)  # a cold start is not the learner's
        return process

    def expect(self, cells):
        pass

    def close(self):
        pass


class Broken(Local):
    def start(self):
        raise OSError("the sandbox does not start")


def work(answer, *, text=CHECKS, reference=REFERENCE, points=3.0, checks=True):
    cell = GradeCell("one-checks", text, points, checks)
    return Work(cell, ModuleSource((Cell("cell 2", answer),)), ModuleSource((Cell("reference", reference),)))


def plain(answer, text, points=4.0):
    # The reference passes any of these cells, so that a failure is the answer's own.
    return work(answer, text=text, reference="def one():\n    return 1", points=points, checks=False)


@pytest.fixture
def sandbox():
    return Local()


@pytest.fixture
def grader(tmp_path, sandbox):
    return Grader(Settings(tmp_path / "journal.sqlite"), sandbox)


def rows(tmp_path):
    return sqlite3.connect(tmp_path / "journal.sqlite").execute("select sentence, passed from results").fetchall()


def test_the_share_is_that_of_the_checks_that_hold(grader):
    assert grader.grade(work(REFERENCE)).share == 1.0
    two = "def one():\n    return 2"
    assert grader.grade(work(two)).share == 0.0
    text = CHECKS.replace("student.one() == 1", "student.one() > 1", 1)
    assert grader.grade(work(REFERENCE, text=text.replace("== 1", "> 0"), reference=two)).share == 0.5


def test_what_is_in_the_journal_is_not_run_again(grader, sandbox, tmp_path):
    first = grader.grade(work("def one():\n    return 2"))
    started = sandbox.started
    again = Grader(Settings(tmp_path / "journal.sqlite"), sandbox).grade(work("def one():\n    return 2"))
    assert sandbox.started == started
    assert again.report.text() == first.report.text()
    grader.grade(work("def one():\n    return 3"))
    assert sandbox.started > started, "another program is another key"


def test_an_interrupted_run_goes_on_with_the_checks_that_are_missing(grader, sandbox, tmp_path):
    grader.grade(work(REFERENCE))
    with sqlite3.connect(tmp_path / "journal.sqlite") as connection:
        connection.execute("delete from results where number = 1")
    before = sandbox.started
    assert grader.grade(work(REFERENCE)).share == 1.0
    assert sandbox.started == before + 1


@pytest.mark.parametrize("change", [{"points": 5.0}, {"text": CHECKS + "\n"}, {"reference": REFERENCE + "\n"}])
def test_a_change_of_what_a_verdict_depends_on_is_another_key(grader, sandbox, change):
    grader.grade(work(REFERENCE))
    before = sandbox.started
    grader.grade(work(REFERENCE, **change))
    assert sandbox.started > before


def test_a_sandbox_that_does_not_start_is_not_graded_and_not_recorded(tmp_path):
    broken = Grader(Settings(tmp_path / "journal.sqlite"), Broken())
    with pytest.raises(NotGraded, match="does not start"):
        broken.grade(work(REFERENCE))
    assert rows(tmp_path) == []
    assert Grader(Settings(tmp_path / "journal.sqlite"), Local()).grade(work(REFERENCE)).share == 1.0


def test_an_exception_of_the_grader_is_not_graded(grader, monkeypatch):
    monkeypatch.setattr(grading, "check_one", lambda *arguments, **keywords: 1 / 0)
    with pytest.raises(NotGraded, match="ZeroDivisionError"):
        grader.grade(work(REFERENCE))


def test_no_check_counts_that_the_reference_itself_does_not_pass(grader, tmp_path):
    needs = CHECKS.replace("student.one() == 1", "student.one() == 2", 1)
    with pytest.raises(NotGraded, match="the reference itself does not pass “one is one”"):
        grader.grade(work(REFERENCE, text=needs))
    assert not [row for row in rows(tmp_path) if not row[1]]


def killed(times, marks):
    """A right answer whose process is killed `times` times, as the kernel does where another program takes all memory."""
    return f"""
import os, signal
def one():
    if len(os.listdir({str(marks)!r})) < {times}:
        open(os.path.join({str(marks)!r}, str(os.getpid())), "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return 1
"""


def test_a_right_answer_whose_process_the_kernel_ended_for_memory_is_asked_again(grader, tmp_path, monkeypatch):
    marks = tmp_path / "marks"
    marks.mkdir()
    monkeypatch.setattr(grading, "ended_for_memory", lambda: len(list(marks.iterdir())))
    assert grader.grade(work(killed(2, marks))).share == 1.0
    with pytest.raises(NotGraded, match="runs out of memory; grade with fewer --jobs"):
        grader.grade(work(killed(20, marks)))


def test_an_answer_that_kills_itself_gets_no_second_try(grader, tmp_path):
    marks = tmp_path / "marks"
    marks.mkdir()
    graded = grader.grade(work(killed(1, marks)))
    assert graded.share == 0.5
    assert "was killed by SIGKILL" in graded.report.text()


def test_a_damaged_journal_is_not_graded_and_says_what_to_do(grader, tmp_path):
    (tmp_path / "journal.sqlite").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(NotGraded, match="may be deleted"):
        grader.grade(work(REFERENCE))


@pytest.mark.parametrize("change", ["row = '{'", "share = 0.25", "passed = 1 - passed", "sentence = 'forged'"])
def test_a_row_that_is_not_as_it_was_written_is_judged_again(grader, tmp_path, change):
    whole = grader.grade(work(REFERENCE))
    with sqlite3.connect(tmp_path / "journal.sqlite") as connection:
        connection.execute(f"update results set {change} where number = 1")
    assert grader.missing(work(REFERENCE)) == [1]
    again = grader.grade(work(REFERENCE))
    assert (again.share, len(again.report.results)) == (whole.share, len(whole.report.results))


def test_the_tier_stands_in_the_report(grader):
    assert "tier D" in grader.grade(work(REFERENCE)).report.text()


CORRECT = {
    "writes to stderr": "import sys\ndef one():\n    print('busy', file=sys.stderr)\n    return 1",
    "warns": "import warnings\ndef one():\n    warnings.warn('careful')\n    return 1",
    "recovers from a crashed child": (
        "import os\nfrom multiprocessing import Process\n"
        "def crash():\n    raise RuntimeError('on purpose')\n"
        "def one():\n    child = Process(target=crash)\n    child.start()\n    child.join()\n    return child.exitcode"
    ),
}


@pytest.mark.parametrize("answer", CORRECT.values(), ids=list(CORRECT))
def test_a_correct_answer_gets_all_its_points_although_it(grader, answer):
    graded = grader.grade(work(answer))
    assert graded.share == 1.0, graded.report.text()


def test_what_a_learner_writes_is_escaped_in_the_page(grader):
    answer = "def one():\n    print('<script>alert(1)</script>')\n    raise ValueError('<img src=x>\\x1b[31m')"
    page = report_html(grader.grade(work(answer)).report)
    assert "&lt;img src=x&gt;" in page
    assert "&lt;script&gt;" in page
    assert "<img" not in page
    assert "<script" not in page
    assert "\x1b" not in page


PLAIN = {
    "asserts that hold": (REFERENCE, "assert one() == 1", 1.0),
    "no value": (REFERENCE, "x = one()", 1.0),
    "a value that is no number": (REFERENCE, "'fine'", 1.0),
    "partial credit": (REFERENCE, "4.0 if one() == 1 else 4.0\n2.0 + one()", 0.75),
    "stderr": (REFERENCE, "import sys; print('hm', file=sys.stderr)\nassert one() == 1", 1.0),
    "a variable of a cell above": ("x = 5 * 2", "assert x == 10", 1.0),
    "a cell above that raises": ("y = 1\nraise ValueError\n", "assert y == 1", 1.0),
    "magics above": ("%load_ext lockstep\n%matplotlib inline\nz = 3", "assert z == 3", 1.0),
}


@pytest.mark.parametrize(("answer", "text", "share"), PLAIN.values(), ids=list(PLAIN))
def test_a_plain_cell_is_scored_by_nbgraders_rule(grader, answer, text, share, monkeypatch):
    monkeypatch.setattr(grader, "_require_reference", lambda *arguments: None)
    graded = grader.grade(plain(answer, text))
    assert graded.share == share, graded.report.text()
    assert "one process with the submission" in graded.report.text()


def test_a_plain_cell_that_fails_says_where_but_shows_no_hidden_line(grader):
    text = "assert one() > 0\n### BEGIN HIDDEN TESTS\nassert one() == 1  # secret\n### END HIDDEN TESTS"
    shown = grader.grade(plain("def one():\n    return -1", text)).report.text()
    assert "line 1 of the cell:  assert one() > 0" in shown
    graded = grader.grade(plain("def one():\n    return 2", text))
    assert graded.share == 0.0
    assert "secret" not in graded.report.text()
    assert "in a hidden part of the cell" in graded.report.text()


@pytest.mark.parametrize("value", ["100", "-1", "float('inf')", "float('nan')"])
def test_a_value_that_is_no_number_of_points_gives_none(grader, value, monkeypatch):
    monkeypatch.setattr(grader, "_require_reference", lambda *arguments: None)
    assert grader.grade(plain(REFERENCE, value)).share == 0.0


ENDINGS = {
    "exits": ("def one():\n    raise SystemExit(0)", "SystemExit"),
    "ends its process": ("import os\ndef one():\n    os._exit(0)", "never came back"),
    "raises": ("def one():\n    raise ValueError('no')", "ValueError: no (at cell 2, line 2)"),
}


@pytest.mark.parametrize(("answer", "words"), ENDINGS.values(), ids=list(ENDINGS))
def test_a_plain_cell_survives_an_answer_that(grader, answer, words):
    graded = grader.grade(plain(answer, "assert one() == 1"))
    assert graded.share == 0.0
    assert words in graded.report.text()


def test_a_plain_cell_that_hangs_is_ended_and_the_line_told(grader, monkeypatch):
    monkeypatch.setattr("autograder.grading.plain_cell.LIMIT", 3.0)
    graded = grader.grade(plain("import time\ndef one():\n    time.sleep(100)", "assert one() == 1"))
    assert "took more than" in graded.report.text()
    assert "cell 2, line 3" in graded.report.text()


def test_a_failed_hidden_check_says_what_came_and_keeps_its_source():
    assert without_source("`f(secret)` should be [1], but is [`x` should be 2]") == (
        "the result should be [1], but is [`x` should be 2]"
    )
    assert "secret" not in without_source("this does not hold: f(secret) < 3")
    assert without_source("an author's own words") == "an author's own words"
    assert hidden_lines("a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS\nc") == {2, 3, 4}


@pytest.mark.sandbox
def test_both_kinds_of_cells_are_graded_in_the_sandbox(tmp_path):
    try:
        sandbox = grading.open_sandbox()
    except NotGraded:
        missing("this machine has no sandbox")
    grader = Grader(Settings(tmp_path / "journal.sqlite"), sandbox)
    pool = "from multiprocessing import Pool\ndef one():\n    with Pool(2) as p:\n        return p.map(abs, [-1])[0]"
    for one in (work(pool), plain(pool, "assert one() == 1"), plain("raise ValueError\n" + pool, "assert True")):
        graded = grader.grade(one)
        assert graded.share == 1.0, graded.report.text()
        assert f"tier {sandbox.tier}" in graded.report.text()
    assert grader.grade(plain("def one():\n    return 2", "assert one() == 1")).share == 0.0
    grader.close()
