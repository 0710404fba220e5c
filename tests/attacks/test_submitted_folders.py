"""Links, fifos, pages and what is too large in what students hand in: left out and named; with the defence off they get through."""

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeCollect

from autograder.grading import grader as grading
from autograder.grading import plain_files
from autograder.grading.plain_files import StrangeFolder, strange_within
from autograder.grading.work import Settings
from autograder.nbgrader import conversion, handed_in, plugin
from autograder.nbgrader.collecting import CollectPlainFiles
from autograder.nbgrader.plugin import JOURNAL
from tests.grading.conftest import Course, built, course  # noqa: F401 - fixtures
from tests.grading.judged_class import grade_class

pytestmark = pytest.mark.timeout(300)

FULL = 6.0
SECRET = "the key of the instructor"


@pytest.fixture(autouse=True)
def _one_sandbox_for_all_graders(monkeypatch):
    plugin._grader.cache_clear()
    sandbox = grading.open_sandbox(unsandboxed=True)
    monkeypatch.setattr(grading, "open_sandbox", lambda *arguments: sandbox)
    yield
    sandbox.close()


@pytest.fixture
def defenceless(monkeypatch):
    monkeypatch.setattr(conversion, "leave_out_what_is_no_file", lambda converter: None)
    monkeypatch.setattr(conversion, "in_our_words", lambda record: True)
    monkeypatch.setattr(handed_in, "strange_within", lambda folder: [])


@pytest.fixture
def attacked(course: Course) -> Course:  # noqa: F811
    """ann's honest work, and five who hand in something else."""
    course.submit("ann", course.answered())
    submitted = course.root / "submitted"
    (submitted / "whole").symlink_to("ann")
    (submitted / "unit").mkdir()
    (submitted / "unit" / "numbers").symlink_to("../ann/numbers")
    (course.root / "secret.txt").write_text(SECRET)
    folder = course.submit("spy", course.answered()).parent
    (folder / "data.txt").symlink_to(course.root / "secret.txt")
    (folder / "inner").mkdir()
    (folder / "inner" / "more[1].txt").symlink_to("../../../../secret.txt")
    (folder / "own.txt").write_text("the spy's own data")
    folder = course.submit("piper", course.answered()).parent
    os.mkfifo(folder / "music")
    os.mknod(folder / "line", stat.S_IFSOCK | 0o600)
    return course


def points(course: Course, student: str) -> float | None:  # noqa: F811
    try:
        return sum(score or 0.0 for score in course.scores(student).values())
    except Exception:  # the gradebook does not know the student
        return None


def said(course: Course, student: str) -> str:  # noqa: F811
    return "\n".join(text for text in course.messages if text.startswith(f"{student}, numbers"))


def pages(course: Course, student: str) -> str:  # noqa: F811
    """All that lies in the student's feedback folder, beside the page itself."""
    files = [path for path in (course.root / "feedback" / student).rglob("*") if path.is_file()]
    return "\n".join(path.read_text() for path in files if path.suffix != ".html")


def test_nbgrader_follows_nothing_and_names_what_it_leaves_out(attacked):
    attacked.autograde()
    assert points(attacked, "ann") == points(attacked, "spy") == points(attacked, "piper") == FULL
    assert points(attacked, "whole") is points(attacked, "unit") is None
    assert "not graded: the student's folder is a link, which is not followed" in said(attacked, "whole")
    assert "not graded: the folder of the unit is a link, which is not followed" in said(attacked, "unit")
    assert "left out: data.txt is a link" in said(attacked, "spy")
    assert "left out: more[1].txt is a link" in said(attacked, "spy")
    assert "left out: music is a fifo" in said(attacked, "piper")
    assert "left out: line is a socket" in said(attacked, "piper")
    assert not said(attacked, "ann")
    attacked.feedback("spy")
    assert pages(attacked, "spy") == "the spy's own data"


def test_without_the_defence_anothers_work_earns_its_points_and_a_link_shows_what_it_points_to(attacked, defenceless):
    attacked.autograde()
    assert points(attacked, "whole") == points(attacked, "unit") == FULL
    assert points(attacked, "piper") in (None, 0.0), "its fifo cannot be copied"
    attacked.feedback("spy")
    assert SECRET in pages(attacked, "spy")


def test_feedback_follows_no_link_that_an_earlier_run_left(attacked):
    attacked.autograde()
    (attacked.root / "autograded/ann/numbers/late.txt").symlink_to(attacked.root / "secret.txt")
    attacked.feedback("ann")
    assert SECRET not in pages(attacked, "ann")
    assert "left out: late.txt is a link" in said(attacked, "ann")


def graded(course: Course, noted=lambda note: None) -> dict[str, list]:  # noqa: F811
    outcomes = grade_class(course.root, ["numbers"], Settings(course.root / JOURNAL, unsandboxed=True), 2, noted=noted)
    return {
        name: [one for one in outcomes if one.student == name] for name in sorted({one.student for one in outcomes})
    }


def test_grade_follows_nothing_and_names_what_it_leaves_out(attacked):
    notes = []
    found = graded(attacked, notes.append)
    for name in ("ann", "spy", "piper"):
        assert sum(one.score for one in found[name]) == FULL
    assert "the student's folder is a link" in found["whole"][0].problem
    assert "the folder of the unit is a link" in found["unit"][0].problem
    assert "spy, numbers: left out: data.txt is a link" in notes
    assert "piper, numbers: left out: music is a fifo" in notes


def test_without_the_defence_grade_counts_anothers_work(attacked, defenceless):
    found = graded(attacked)
    assert sum(one.score for one in found["whole"]) == sum(one.score for one in found["unit"]) == FULL


STAMPS = {
    "a fifo": lambda path: os.mkfifo(path),
    "a link": lambda path: path.symlink_to("/dev/zero"),
    "100000 bytes": lambda path: path.write_text("x" * 100_000),
    "no date": lambda path: path.write_text("yesterday, I think"),
}


@pytest.mark.parametrize("words", STAMPS)
def test_a_time_stamp_that_is_none_is_not_opened(course, words):  # noqa: F811
    course.submit("zoe", course.answered())
    STAMPS[words](course.submit("ann", course.answered()).parent / "timestamp.txt")
    course.autograde()
    assert points(course, "zoe") == FULL
    assert f"its timestamp.txt {'has' if 'bytes' in words else 'is'} {words}" in said(course, "ann")


def test_a_name_in_two_lines_stops_nobody_else(course):  # noqa: F811
    course.submit("zoe", course.answered())
    course.submit("ann\nbob", course.answered())
    course.autograde()
    assert points(course, "zoe") == FULL
    assert "the name of its folder has characters that cannot be printed" in "\n".join(course.messages)


def test_without_the_defence_a_name_in_two_lines_ends_the_run_for_everybody(course, defenceless):  # noqa: F811
    course.submit("ann\nbob", course.answered())
    course.submit("zoe", course.answered())
    assert not course.autograde()
    assert points(course, "zoe") is None


def test_a_name_that_is_a_pattern_reaches_for_nobody_elses_work(course):  # noqa: F811
    course.submit("zoe", course.answered())
    course.submit("z*", course.released)
    course.autograde()
    assert points(course, "zoe") == FULL
    assert "the name of its folder has one of the characters" in "\n".join(course.messages)


def test_many_links_are_no_submission(course):  # noqa: F811
    folder = course.submit("ann", course.answered()).parent
    for number in range(101):
        (folder / f"link-{number}").symlink_to("/etc/passwd")
    course.autograde()
    assert "more than 100 links, fifos, pages or large files lie in it" in said(course, "ann")
    assert len(course.messages) < 20


def beside(course: Course, student: str) -> set[str]:  # noqa: F811
    """What was copied beside the notebook."""
    folder = course.root / "autograded" / student / "numbers"
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.suffix != ".ipynb"}


@pytest.fixture
def laden(course, monkeypatch):  # noqa: F811
    """A submission with a file of holes, pages that a browser would run beside formgrader, and honest files."""
    monkeypatch.setattr(plain_files, "SIZE_LIMIT", 2**20)
    folder = course.submit("ann", course.answered()).parent
    with open(folder / "holes.bin", "wb") as file:
        file.truncate(2**21)
    for name in ("evil.html", "evil.SVG", "evil.xml"):
        (folder / name).write_text("<script>alert(1)</script>")
    (folder / "numbers.html").mkdir()
    (folder / "numbers.html" / "in.the.way").write_text("")
    for name in ("data.csv", "picture.png", "report.docx"):
        (folder / name).write_text("x")
    return course


def test_what_is_too_large_or_a_page_is_not_copied(laden):
    laden.autograde()
    assert points(laden, "ann") == FULL
    assert beside(laden, "ann") == {"data.csv", "picture.png", "report.docx"}
    assert "left out: holes.bin is too large (2 MB)" in said(laden, "ann")
    assert "left out: evil.html is a page that a browser would run" in said(laden, "ann")
    assert laden.feedback("ann")


def test_without_the_defence_holes_are_written_out_and_pages_lie_beside_formgrader(laden, defenceless):
    laden.autograde()
    assert beside(laden, "ann") >= {"holes.bin", "evil.html", "evil.SVG"}
    copied = (laden.root / "autograded/ann/numbers/holes.bin").stat()
    assert copied.st_size == 2**21


def test_folders_deeper_or_fuller_than_any_submission_are_named_and_stop_nobody(course, monkeypatch):  # noqa: F811
    course.submit("zoe", course.answered())
    folder = course.submit("deep", course.answered()).parent
    (folder / "/".join("d" * 60)).mkdir(parents=True)
    full = course.submit("full", course.answered()).parent
    monkeypatch.setattr(plain_files, "FILES_LIMIT", 80)
    for number in range(90):
        (full / f"{number}.txt").touch()
    course.autograde()
    assert points(course, "zoe") == FULL
    assert "its folders lie more than 50 deep in each other" in said(course, "deep")
    assert "more than 80 files lie in it" in said(course, "full")


@pytest.fixture
def deep(tmp_path, monkeypatch) -> Iterator[Path]:
    """1,500 folders in each other: deeper than Python's own walk goes on some versions, and pytest's when it tidies up."""
    folder = tmp_path / "ann" / "numbers"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    for _ in range(1_500):
        os.mkdir("d")
        os.chdir("d")
    deepest = os.open(".", os.O_RDONLY)
    os.chdir(tmp_path)
    yield folder
    os.fchdir(deepest)
    os.close(deepest)
    for _ in range(1_500):
        os.chdir("..")
        os.rmdir("d")


def test_no_depth_of_folders_ends_a_walk(deep, monkeypatch):
    with pytest.raises(StrangeFolder, match="50 deep"):
        strange_within(deep)
    monkeypatch.setattr(plain_files, "DEPTH_LIMIT", 10**6)
    if sys.version_info < (3, 12):
        with pytest.raises(RecursionError):
            strange_within(deep)


@pytest.fixture
def inbound(tmp_path) -> Path:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    folder = tmp_path / "inbound" / "spy+numbers+time"
    (folder / "inner").mkdir(parents=True)
    (folder / "numbers.ipynb").write_text("{}")
    (folder / "data.txt").symlink_to(secret)
    (folder / "inner" / "all").symlink_to(tmp_path / "inbound", target_is_directory=True)
    (tmp_path / "inbound" / "whole+numbers+time").symlink_to(folder)
    return tmp_path / "inbound"


def collected(kind, inbound: Path, name: str, to: Path) -> dict[str, str]:
    coursedir = CourseDirectory()
    kind(coursedir=coursedir).do_copy(str(inbound / f"{name}+numbers+time"), str(to))
    return {str(path.relative_to(to)): path.read_text() for path in to.rglob("*") if path.is_file()}


def test_collect_copies_plain_files_alone(inbound, tmp_path):
    assert collected(CollectPlainFiles, inbound, "spy", tmp_path / "to") == {"numbers.ipynb": "{}"}
    assert collected(CollectPlainFiles, inbound, "whole", tmp_path / "nothing") == {}
    os.mkfifo(inbound / "spy+numbers+time" / "music")
    assert collected(CollectPlainFiles, inbound, "spy", tmp_path / "again") == {"numbers.ipynb": "{}"}


def test_without_the_defence_collect_copies_what_links_show(inbound, tmp_path):
    (inbound / "spy+numbers+time" / "inner" / "all").unlink()
    assert SECRET in collected(ExchangeCollect, inbound, "spy", tmp_path / "to").values()
    assert SECRET in collected(ExchangeCollect, inbound, "whole", tmp_path / "whole").values()


def test_the_course_collects_by_it(course):  # noqa: F811
    assert course.config.ExchangeFactory.collect.endswith("collecting.CollectPlainFiles")
