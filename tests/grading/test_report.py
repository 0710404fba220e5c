"""The report on a class: what it counts, what it names, and that nothing a student wrote is more than text on it."""

import csv
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import ExportApp

from autograder.__main__ import main
from autograder.grading.unit import read_unit
from autograder.grading.work import NotGraded
from autograder.nbgrader import plugin
from autograder.nbgrader.exporting import GradedCsvExport
from autograder.nbgrader.plugin import JOURNAL
from autograder.report.alike import alike
from autograder.report.command import write_report
from autograder.report.mistakes import mistakes
from autograder.report.page import bars
from autograder.report.results import Judged, StudentResults, class_results
from lockstep.checks.report import CheckResult, Report
from tests.grading.conftest import Course

pytestmark = pytest.mark.timeout(300)

SQUARE = "def double(number):\n    return number ** 2"
EVIL = "def double(number):\n    raise ValueError('<script>alert(1)</script><img src=http://example.com/x>')"


@pytest.fixture(scope="module")
def graded(built, tmp_path_factory):
    """A class of all kinds, graded through nbgrader."""
    root = tmp_path_factory.mktemp("graded") / "course"
    shutil.copytree(built, root)
    course = Course(root)
    course.submit("ann", course.answered())
    course.submit("bob", course.answered(double=SQUARE))
    course.submit("bo<b>", course.answered(double=SQUARE))
    course.submit("cleo", course.released)
    course.submit("eve", course.answered(double=EVIL))
    course.submit("cut", '{"cells"')
    course.submit("renamed", course.answered(), name="my homework.ipynb")
    with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
        gradebook.add_student("zoe", last_name='=HYPERLINK("http://example.com")', first_name="a, b")
    plugin._grader.cache_clear()
    course.autograde()
    return course


def results(course):
    return class_results(course.root, read_unit(course.root / "source/numbers/numbers.ipynb"))


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def test_what_is_not_graded_is_named_with_its_reason_and_is_no_zero(graded):
    page, table = write_report(graded.root, "numbers")
    found = {one.student: one for one in results(graded).students}
    assert found["ann"].points == 6.0
    assert found["cleo"].points == 0.0, "nothing was begun: that is a 0"
    assert found["cut"].points is found["renamed"].points is None
    assert "not JSON" in found["cut"].problem
    assert "was it renamed?" in found["renamed"].problem
    text = page.read_text()
    assert "not JSON" in text
    assert "was it renamed?" in text
    scores = {student: row["score"] for student, row in rows(table).items()}
    assert (scores["ann"], scores["bob"], scores["cleo"], scores["cut"]) == ("6.0", "4.0", "0.0", "")
    assert scores["renamed"] == "", "who is not in the gradebook has a row, too"


def test_who_hands_in_again_what_cannot_be_read_has_no_score_on_the_page_and_in_the_table(graded, tmp_path):
    root = tmp_path / "course"
    shutil.copytree(graded.root, root)
    (root / "submitted/ann/numbers/numbers.ipynb").write_text("%PDF-1.4")
    page, table = write_report(root, "numbers")
    assert "it is a PDF" in page.read_text()
    found = rows(table)
    assert (found["ann"]["score"], found["bob"]["score"]) == ("", "4.0")


def test_submissions_that_are_only_judged_have_no_points_yet_and_those_without_a_journal_none_at_all(graded, tmp_path):
    root = tmp_path / "course"
    shutil.copytree(graded.root, root)
    with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
        gradebook.remove_submission("numbers", "ann")
    found = {one.student: one for one in results(Course(root)).students}
    assert (found["ann"].points, len(found["ann"].judged)) == (None, 2)
    assert "not in the gradebook" in found["ann"].problem
    (root / JOURNAL).unlink()
    found = {one.student: one for one in results(Course(root)).students}
    assert "not judged yet" in found["ann"].problem
    assert not (root / JOURNAL).exists(), "a report makes nothing but itself"


def test_who_of_the_class_handed_in_nothing_is_named(graded):
    assert results(graded).missing == ("zoe",)
    assert "1 of the class handed in nothing" in write_report(graded.root, "numbers")[0].read_text()


def test_each_check_counts_those_who_fail_it_by_the_wrong_answer_that_they_are_like(graded):
    double, halve = mistakes(graded.root, results(graded).students)
    assert (double.name, double.judged, double.passed, double.not_begun) == ("double", 5, 1, 1)
    assert all(not check.failed for check in halve.checks), "the untouched one is counted as not begun, not as failing"
    likeness = {one.name: one.students for check in double.checks for one in check.behaviours}
    assert likeness["square"] == ("bo<b>", "bob")
    assert likeness[""] == ("eve",), "an exception of her own is like none of them"


def judged(student, *results):
    return StudentResults(
        student, 0.0, "", (Judged("double-checks", Report("double", results, len(results)), "B"),), ""
    )


def test_who_has_not_begun_is_counted_so_whatever_a_later_check_says_of_it_and_others_by_what_they_are_told(tmp_path):
    def failed(told, not_begun=False):
        return CheckResult("it is doubled", False, 0.1, told, not_begun=not_begun)

    later = CheckResult("and again", False, 0.1, "that comes when the first one holds")
    students = [judged("ann", failed("it is not begun", True), later), judged("bob", failed("an odd one\nmore"), later)]
    students += [judged("cleo", failed("an odd one\nother"), later), judged("dan", failed("another"), later)]
    (double,) = mistakes(tmp_path, students)
    assert double.not_begun == 1
    first, second = double.checks
    assert [(one.students, one.told) for one in first.behaviours] == [
        (("bob", "cleo"), "an odd one"),
        (("dan",), "another"),
    ]
    assert second.failed == 3


class Elements(HTMLParser):
    """The names of all elements of a page, and where its attributes lead."""

    def __init__(self, text):
        super().__init__()
        self.names, self.targets = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.names.add(tag)
        assert not [name for name, _ in attributes if name.startswith("on")]
        self.targets += [value for name, value in attributes if name in ("src", "href", "data", "action", "srcset")]


def test_nothing_that_a_student_wrote_is_markup_and_nothing_is_fetched(graded):
    text = write_report(graded.root, "numbers")[0].read_text()
    assert "&lt;script&gt;alert(1)" in text
    assert "bo&lt;b&gt;" in text
    found = Elements(text)
    assert not found.names & {"script", "img", "iframe", "object", "link", "b"}
    assert all(target.startswith("#") for target in found.targets), "only places on the page itself"
    assert "url(" not in text
    assert "default-src 'none'" in text


def test_a_student_whose_name_is_a_formula_is_text_in_the_table(graded):
    row = rows(write_report(graded.root, "numbers")[1])["zoe"]
    assert row["last_name"].startswith("'=")
    assert (row["first_name"], row["score"]) == ("a, b", "0.0"), "who handed in nothing has 0, as in nbgrader"


def test_nbgraders_own_export_leaves_out_the_score_of_what_is_not_graded(graded, tmp_path):
    app = ExportApp(config=graded.config, argv=[])
    app.config.ExportPlugin.to = str(tmp_path / "grades.csv")
    app.initialize([])
    app.start()
    found = rows(tmp_path / "grades.csv")
    assert found["cut"]["score"] == ""
    assert found["bob"]["score"] == "4.0"


def test_a_report_that_cannot_be_written_leaves_the_old_one(graded, monkeypatch):
    found = write_report(graded.root, "numbers")
    before = [path.read_text() for path in found]

    def full(self, gradebook):
        Path(self.to).write_text("assignment,du")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(GradedCsvExport, "export", full)
    with pytest.raises(OSError, match="No space"):
        write_report(graded.root, "numbers")
    assert [path.read_text() for path in found] == before
    assert set(found[0].parent.iterdir()) == set(found), "and nothing beside it"
    assert [path.stat().st_mode & 0o777 for path in found] == [0o600, 0o600], "they hold names and grades"


def test_a_unit_that_is_not_there_or_that_nobody_handed_in_gets_a_sentence(course, capsys):
    assert main(["report", "nonsense", "--course", str(course.root)]) == 1
    assert "there are numbers" in capsys.readouterr().out
    with pytest.raises(NotGraded, match="nothing in"):
        write_report(course.root, "numbers")


OWN = """
def prime_factors(n):
    found = []
    divisor = 2
    while divisor * divisor <= n:
        while n % divisor == 0:
            found.append(divisor)
            n //= divisor
        divisor += 1
    if n > 1:
        found.append(n)
    return found
"""
DISGUISED = OWN.replace("found", "my_list").replace("divisor", "d").replace("    if n", "    # what is left\n    if n")
OTHER = (
    "def total(rows):\n    return {key: sum(map(int, row)) for key, row in sorted(rows.items()) if row is not None}\n"
)


def test_a_copy_with_other_names_and_comments_is_found_with_its_passages():
    (pair,) = alike({"ann": OWN, "bob": DISGUISED, "cleo": OTHER}, [])
    assert pair.students == ("ann", "bob")
    assert pair.share > 0.9
    for text, program in zip((OWN, DISGUISED), pair.programs, strict=True):
        assert "".join(passage.text for passage in program) == text
        assert sum(len(passage.text) for passage in program if passage.alike) > len(text) / 2


def test_what_was_released_and_what_many_write_makes_nobody_alike():
    assert not alike({"ann": OWN, "bob": OWN}, [OWN])
    assert not alike({f"student-{number}": OWN for number in range(8)}, [])
    assert not alike({"ann": "", "bob": "", "cleo": "def ("}, [])


def test_each_submission_is_in_one_bar():
    for points, maximum in (([0, 0.5, 16], 16), ([3.2, 6], 6), ([0], 0), ([18], 16), ([1.0] * 7, 100)):
        found = bars(points, maximum)
        assert sum(bar.count for bar in found) == len(points)
        assert [bar.below for bar in found[:-1]] == [bar.least for bar in found[1:]]
        assert found[-1].below >= max([*points, maximum])
