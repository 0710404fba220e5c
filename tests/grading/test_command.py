"""`autograder grade`: the whole way in one command, the same as nbgrader's own commands, begun again after anything."""

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress

import psutil
import pytest
from sqlalchemy.exc import OperationalError

from autograder.__main__ import main
from autograder.authoring.catalogue import ROOT
from autograder.gradebook import command as grading_command
from autograder.gradebook import filing
from autograder.gradebook.alone import alone
from autograder.grading.grader import Grader, NothingRuns, open_sandbox
from autograder.grading.journal import Journal
from autograder.grading.storage import CannotWrite, obstacle
from autograder.grading.work import NotGraded, Settings
from autograder.nbgrader import registering, stages
from autograder.nbgrader.plugin import JOURNAL
from tests.grading.judged_class import grade_class
from tests.grading.test_grading import Local, work

pytestmark = pytest.mark.timeout(600)

SQUARE = "def double(number):\n    return number ** 2"
SLEEPING = "import time\ndef double(number):\n    time.sleep(0.3)\n    return 2 * number"


def command(course, *options):
    return [sys.executable, "-m", "autograder", "grade", "--course", str(course.root), "--unsandboxed", *options]


def environment():
    return os.environ | {"PYTHONPATH": str(ROOT)}


def grade(course, *options, code=0):
    done = subprocess.run(command(course, *options), capture_output=True, text=True, env=environment(), check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return done.stdout


def class_of(course, number):
    for index in range(number):
        answer = (course.RIGHT["double"], SQUARE, SLEEPING)[index % 3]
        course.submit(f"s{index}", course.answered(double=f"{answer}\n# {index}"))


def files(course):
    """What nbgrader makes of a class, without the seconds that checks took."""
    found = [path for part in ("autograded", "feedback") for path in (course.root / part).rglob("*") if path.is_file()]
    return {str(path.relative_to(course.root)): re.sub(rb"\d+\.\d+ s\b", b"", path.read_bytes()) for path in found}


def judged(course):
    """How many checks the journal has."""
    place = f"file:{course.root / JOURNAL}?mode=ro"
    with suppress(sqlite3.Error), closing(sqlite3.connect(place, uri=True)) as journal:
        return journal.execute("select count(*) from results").fetchone()[0]
    return 0


def wait_until_it_judges(course, running):
    while not judged(course) and running.poll() is None:
        time.sleep(0.05)


def result(course, number):
    return files(course), {f"s{index}": course.scores(f"s{index}") for index in range(number)}


@pytest.mark.slow
def test_one_command_makes_what_autograde_and_generate_feedback_make(course):
    class_of(course, 3)
    course.submit("cut", '{"cells"')
    said = grade(course, code=1)
    assert "s1, numbers: 4 of 6 points" in said
    assert "cut, numbers: not graded: it is not JSON" in said
    assert "3 submissions graded and in the gradebook, with feedback; 1 not graded" in said
    ours = result(course, 3)
    again = grade(course, code=1)
    assert "0 submissions graded and in the gradebook, with feedback; 3 were already" in again
    assert result(course, 3) == ours
    for part in ("autograded", "feedback", "gradebook.db"):
        path = course.root / part
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    registering.register(course.root, "numbers")
    shutil.rmtree(course.root / "submitted" / "cut")
    course.config.GradeInSandbox.recorded = open_sandbox(unsandboxed=True).tier
    assert course.autograde(), course.messages
    for student in ("s0", "s1", "s2"):
        course.feedback(student)
    assert result(course, 3) == ours


@pytest.mark.slow
def test_what_is_handed_in_again_is_graded_again_and_nothing_else(course):
    class_of(course, 2)
    grade(course)
    before = files(course)
    course.submit("s1", course.answered())
    assert "1 submission graded and in the gradebook, with feedback; 1 was already" in grade(course)
    assert course.scores("s1") == {"double-checks": 4.0, "halve-checks": 2.0}
    changed = {name for name, text in files(course).items() if before[name] != text}
    assert {name.split("/")[1] for name in changed} == {"s1"}
    (course.root / "late.py").write_text("A_DAY = 0.2  # of the points, say\n")
    assert "2 submissions graded" in grade(course), "a plugin of the course's own has changed"


KILLED = """
import os, signal, sys
from pathlib import Path
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.preprocessors import GetGrades, SaveAutoGrades
from autograder.grading.work import Settings
from autograder.gradebook import filing

def die(*arguments, **keywords):
    os.kill(os.getpid(), signal.SIGKILL)

{step}.preprocess_cell = die
filing.open_filing(Path({course!r}), Settings(Path({course!r}) / "journal.sqlite", tier={tier!r}))
filing.file_in_worker("numbers", "s0", "")
"""


@pytest.mark.slow
@pytest.mark.parametrize("step", ["SaveAutoGrades", "GetGrades"])
@pytest.mark.parametrize("taken_up_by", ["autograder grade", "nbgrader"])
def test_who_is_killed_inside_autograde_or_feedback_has_that_notebook_begun_again(course, step, taken_up_by):
    class_of(course, 1)
    tier = open_sandbox(unsandboxed=True).tier
    settings = Settings(course.root / JOURNAL, unsandboxed=True, tier=tier)
    grade_class(course.root, ["numbers"], settings, 2)
    text = KILLED.format(step=step, course=str(course.root), tier=tier)
    done = subprocess.run([sys.executable, "-c", text], env=environment(), check=False)
    assert done.returncode == -signal.SIGKILL
    assert stages.stage(course.root, "numbers", "s0").interrupted
    if step == "SaveAutoGrades":
        assert (course.root / "autograded/s0/numbers/numbers.ipynb").exists(), "half made, and nbgrader would keep it"
        assert course.scores("s0") == {"double-checks": None, "halve-checks": None}
    if taken_up_by == "nbgrader":
        course.config.GradeInSandbox.recorded = tier
        assert course.autograde(), course.messages
        course.feedback("s0")
    else:
        grade(course)
    assert course.scores("s0") == {"double-checks": 4.0, "halve-checks": 2.0}
    assert "s0" in str(files(course).keys() & {"feedback/s0/numbers/numbers.html"})
    assert not stages.stage(course.root, "numbers", "s0").interrupted


def all_below(process):
    """The processes that descend from one, by parent."""
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


@pytest.mark.slow
def test_killed_at_any_moment_it_goes_on_to_the_same_result_and_leaves_no_process(course, tmp_path):
    """One that is killed leaves nothing at work: workers and sandboxes end by themselves."""
    undisturbed = type(course)(shutil.copytree(course.root, tmp_path / "undisturbed"))
    for one in (undisturbed, course):
        class_of(one, 6)
    grade(undisturbed)
    for moment in (random.uniform(0.5, 8) for _ in range(3)):
        running = subprocess.Popen(
            command(course), env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(moment)
        below = all_below(psutil.Process(running.pid))
        running.kill()
        running.wait()
        _, alive = psutil.wait_procs(below, timeout=60)  # seconds on a machine that others keep busy
        assert not alive, [process.cmdline() for process in alive]
    grade(course)
    assert result(course, 6) == result(undisturbed, 6)


@pytest.mark.slow
def test_an_interruption_from_the_keyboard_says_how_to_go_on(course):
    hanging = "import time\ndef double(number):\n    time.sleep(1000)"
    course.submit("s0", course.answered(double=hanging))
    running = subprocess.Popen(
        command(course),
        env=environment(),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    wait_until_it_judges(course, running)
    below = all_below(psutil.Process(running.pid))
    os.killpg(running.pid, signal.SIGINT)
    said = running.communicate(timeout=60)[0]
    assert running.returncode == 130
    assert "Traceback" not in said
    assert "Nothing that was graded is lost: run the same command again" in said
    assert not psutil.wait_procs(below, timeout=60)[1]


@pytest.mark.slow
def test_two_graders_at_once_make_what_one_makes(course, tmp_path):
    undisturbed = type(course)(shutil.copytree(course.root, tmp_path / "undisturbed"))
    for one in (undisturbed, course):
        class_of(one, 3)
    grade(undisturbed)
    with alone(course.root):  # until both are there
        both = [
            subprocess.Popen(command(course), env=environment(), text=True, stdout=subprocess.PIPE) for _ in range(2)
        ]
        for one in both:
            assert "Another grader is at work in this course" in one.stdout.readline()
    said = [one.communicate()[0] for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    assert result(course, 3) == result(undisturbed, 3)


def test_the_lock_of_a_course_ends_with_its_holder(tmp_path, capsys):
    with alone(tmp_path):
        held = subprocess.run(
            [sys.executable, "-c", HELD.format(course=str(tmp_path))],
            env=environment(),
            text=True,
            capture_output=True,
            check=True,
        )
        assert "database is locked" in held.stdout
    with alone(tmp_path):
        assert capsys.readouterr().out == ""


HELD = """
import sqlite3
from pathlib import Path
from autograder.gradebook.alone import _connected
try:
    _connected(Path({course!r}) / ".grading" / "lock.sqlite", 0.0)
except sqlite3.OperationalError as error:
    print(error)
"""


def test_a_damaged_journal_is_set_aside_and_a_sound_one_is_not(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    assert journal.set_aside_if_damaged() is None
    assert journal.rows("any") == {}
    journal.path.write_bytes(b"this is no database at all" * 100)
    assert journal.set_aside_if_damaged().name == "journal.damaged-1"
    assert journal.rows("any") == {}
    journal.path.write_bytes(b"nor is this" * 100)
    assert journal.set_aside_if_damaged().name == "journal.damaged-2"


OBSTACLES = {
    "disk full": (OSError(28, "No space left on device"), "the disk is full"),
    "read-only": (OSError(30, "Read-only file system"), "its disk may only be read"),
    "not allowed": (PermissionError(13, "Permission denied"), "it may not be written by you"),
    "database full": (sqlite3.OperationalError("database or disk is full"), "the disk is full"),
    "database read-only": (
        sqlite3.OperationalError("attempt to write a readonly database"),
        "it may not be written by you",
    ),
    "database locked": (sqlite3.OperationalError("database is locked"), "another program holds it locked"),
    "something else": (sqlite3.OperationalError("no such table: grade"), ""),
    "no matter of disks": (ValueError("disk is full"), ""),
}


@pytest.mark.parametrize(("error", "words"), OBSTACLES.values(), ids=list(OBSTACLES))
def test_what_stands_in_the_way_is_told_in_plain_words(error, words):
    assert obstacle(error).startswith(words)
    assert bool(obstacle(error)) == bool(words)
    wrapped = RuntimeError("nbgrader's own")
    wrapped.__cause__ = error
    assert obstacle(wrapped) == obstacle(error)


def test_a_gradebook_that_another_program_keeps_locked_is_told_and_nothing_is_lost(course, monkeypatch):
    class_of(course, 1)
    monkeypatch.setattr(registering, "PATIENCE", 0.2)
    settings = Settings(course.root / JOURNAL, unsandboxed=True, tier="D")
    with closing(sqlite3.connect(course.root / "gradebook.db", isolation_level=None)) as other:
        other.execute("begin exclusive")
        with pytest.raises(CannotWrite, match="another program holds it locked; close what has it open"):
            grade_class(course.root, ["numbers"], settings, 1)
        with pytest.raises(CannotWrite, match="s0, numbers cannot be entered: another program holds it locked"):
            filing.Filing(course.root, settings).file("numbers", "s0", "")


def damaged(gradebook):
    gradebook.write_bytes(b"this is no database at all" * 100)


def of_an_older_nbgrader(gradebook):
    with closing(sqlite3.connect(gradebook)) as connection, connection:
        connection.execute("alter table student drop column lms_user_id")


@pytest.mark.parametrize(
    ("command", "spoil", "words"),
    [
        (["grade", "--unsandboxed"], damaged, "it is damaged; put a copy from before in its place"),
        (["report", "numbers"], damaged, "it is damaged; put a copy from before in its place"),
        (["report", "numbers"], of_an_older_nbgrader, "nbgrader db upgrade"),
    ],
)
def test_a_gradebook_that_cannot_be_used_is_told(course, capsys, command, spoil, words):
    class_of(course, 1)
    spoil(course.root / "gradebook.db")
    assert main([*command, "--course", str(course.root)]) == 1
    assert words in (said := capsys.readouterr().out)
    assert "sqlalche" not in said


def test_a_gradebook_on_a_full_disk_is_told_without_what_its_library_logs(course, monkeypatch, caplog):
    """Where the disk is full only when the gradebook writes, whose library logs it with a traceback."""
    class_of(course, 1)

    def full(session):
        raise OperationalError("commit", {}, sqlite3.OperationalError("database or disk is full"))

    monkeypatch.setattr("sqlalchemy.orm.session.Session.commit", full)
    settings = Settings(course.root / JOURNAL, unsandboxed=True, tier="D")
    with pytest.raises(CannotWrite, match="s0, numbers cannot be entered: the disk is full"):
        filing.Filing(course.root, settings).file("numbers", "s0", "")
    with pytest.raises(CannotWrite, match="numbers cannot be entered into the gradebook: the disk is full"):
        registering.register(course.root, "numbers")
    caplog.clear()
    assert main(["register", "--course", str(course.root)]) == 1
    assert not course.autograde()
    assert "Traceback" not in caplog.text
    assert "it is not done: the disk is full" in course.messages


FULL = OSError(28, "No space left on device", "a file")


def test_where_the_disk_is_full_is_told_by_every_command_and_nbgrader_only_logs_it(course, monkeypatch, capsys):
    class_of(course, 1)

    def full(*arguments, **keywords):
        raise FULL

    settings = Settings(course.root / JOURNAL, unsandboxed=True, tier="D")
    with monkeypatch.context() as patched:
        patched.setattr("nbconvert.writers.FilesWriter.write", full)
        with pytest.raises(CannotWrite, match="numbers cannot be entered into the gradebook: a file: the disk is full"):
            registering.register(course.root, "numbers")
    with monkeypatch.context() as patched:
        patched.setattr(stages, "_write", full)
        with pytest.raises(CannotWrite, match="s0, numbers cannot be entered: a file: the disk is full"):
            filing.Filing(course.root, settings).file("numbers", "s0", "")
        assert not (course.root / "autograded/s0").exists(), "what cannot be noted is not begun"
    for command, home in (("report", "report.command.write_report"), ("register", "nbgrader.registering.register")):
        monkeypatch.setattr(f"autograder.{home}", full)
        assert main([command, "numbers", "--course", str(course.root)]) == 1
        assert "Stopped: a file: the disk is full" in capsys.readouterr().err


def test_a_folder_for_temporary_files_that_is_full_stops_the_judges_and_holds_nothing_against_anybody(tmp_path):
    class Full(Local):
        def expect(self, cells):
            raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    with pytest.raises(CannotWrite, match="one-checks cannot be judged: no folder for temporary files can be written"):
        Grader(Settings(tmp_path / "journal.sqlite"), Full()).grade(work("def one():\n    return 1"))


@pytest.mark.parametrize("words", [["--jobs", "0"], ["--jobs", "many"], ["--patience", "nan"], ["--patience", "-1"]])
def test_a_number_that_cannot_be_is_refused_before_anything_is_done(tmp_path, capsys, words):
    with pytest.raises(SystemExit, match="2"):
        main(["grade", "--course", str(tmp_path), *words])
    assert f"{words[0]}: {words[1]} " in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", [["grade"], ["register"], ["report", "numbers"]])
def test_a_folder_that_is_no_course_is_told_and_stays_as_it_is(tmp_path, capsys, command):
    assert main([*command, "--course", str(tmp_path)]) == 1
    assert f"{tmp_path} is no course directory" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_graded_at_all_is_told_in_a_sentence(course, monkeypatch, capsys):
    asked = ["grade", "--course", str(course.root), "--unsandboxed"]
    assert main([*asked, "nubmers"]) == 1
    assert "there is no unit nubmers" in (said := capsys.readouterr().out)
    assert "there are numbers" in said
    assert main(asked) == 0
    assert "nothing to grade: what is handed in lies in submitted/STUDENT/UNIT/UNIT.ipynb" in capsys.readouterr().out

    def without_dask(name):
        raise ModuleNotFoundError("No module named 'distributed'", name="distributed")

    monkeypatch.setattr(grading_command, "import_module", without_dask)
    assert main([*asked, "--scheduler", "tcp://10.0.0.1:8786"]) == 1
    assert "--scheduler needs distributed, which is not installed" in capsys.readouterr().out


NAMES = {
    "pattern[1]": "one of the characters * ? [; rename it",
    "two\nlines": "characters that cannot be printed; rename it",
    "end ": "begins or ends with a space; rename it",
}


def test_what_nobody_would_find_is_told_and_nothing_of_a_class_is_lost_in_silence(course, capsys):
    for student in NAMES:
        course.submit(student, "{}")
    course.submit("ann", "{}", name="numbers.py")
    course.submit("bob", "{}", name="numbers (1).ipynb")
    submitted = course.root / "submitted"
    (submitted / "cleo" / "nubmers").mkdir(parents=True)
    (submitted / "Cleo").mkdir()
    (submitted / "dan").mkdir()
    for path in (submitted / "dan" / "numbers.ipynb", submitted / "eve.ipynb"):
        path.write_text("{}")
    assert main(["grade", "--course", str(course.root), "--unsandboxed"]) == 1
    said = capsys.readouterr().out
    assert "submitted/cleo/nubmers is not looked at: source/ has no unit of this name" in said
    for name in ("dan/numbers.ipynb", "eve.ipynb"):
        assert f"submitted/{name} is not looked at: what is handed in lies in submitted/STUDENT/UNIT/UNIT.ipynb" in said
    assert "there is no notebook, but numbers.py" in said
    assert "submitted/ has Cleo and cleo: are they one student? They are graded as 2" in said
    for words in NAMES.values():
        assert said.count(words) == 1
    assert "5 not graded (see above): ann, bob, end" in said.splitlines()[-1]


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_what_may_not_be_read_costs_nobody_else_anything(course):
    for student in ("ann", "bob", "cleo", "dan"):
        course.submit(student, course.answered())
    course.submit("ann", "for nobody", name="data.txt").chmod(0)
    submitted = course.root / "submitted"
    closed = [submitted / name for name in ("bob/numbers/numbers.ipynb", "cleo/numbers", "dan")]
    for path in closed:
        path.chmod(0)
    asked = [sys.executable, "-m", "autograder", "grade", "--unsandboxed", "--course", str(course.root)]
    as_nobody = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    done = subprocess.run([*as_nobody, *asked], capture_output=True, text=True, timeout=180, check=False)
    for path in closed:
        path.chmod(0o700)
    assert "ann, numbers: 6 of 6 points" in done.stdout
    assert "ann, numbers: left out: data.txt" in done.stdout
    assert "bob, numbers: not graded: the file cannot be read: Permission denied" in done.stdout
    for student in ("cleo", "dan"):
        assert f"{student}, numbers: not graded: its folder may not be read by you" in done.stdout
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.slow
def test_a_notebook_beside_the_units_own_is_named_and_not_looked_at(course, capsys):
    course.submit("ann", course.answered())
    course.submit("ann", course.answered(double="def double(number):\n    return 0"), name="numbers (1).ipynb")
    assert main(["grade", "--course", str(course.root), "--unsandboxed", "--jobs", "2"]) == 0
    assert "only numbers.ipynb is looked at, not numbers (1).ipynb" in (said := capsys.readouterr().out)
    assert "ann, numbers: 6 of 6 points" in said


def test_who_files_runs_no_program(course):
    """What is not in the journal is told, and no sandbox is started for it."""
    class_of(course, 1)
    filed = filing.Filing(course.root, Settings(course.root / JOURNAL, tier="D")).file("numbers", "s0", "")
    assert "the journal has not all of its results; run the command again" in filed.problem
    assert not (course.root / "autograded/s0/numbers").exists()
    with pytest.raises(OSError, match="the journal has not all"):
        NothingRuns("D").start()


def test_a_stage_is_interrupted_when_its_process_is_no_more(tmp_path):
    assert stages.stage(tmp_path, "numbers", "ann") is None
    stages.begun(tmp_path, "numbers", "ann", "autograde")
    assert not stages.stage(tmp_path, "numbers", "ann").interrupted, "this process is at it"
    text = f"from autograder.nbgrader import stages; from pathlib import Path; stages.begun(Path({str(tmp_path)!r}), 'numbers', 'ann', 'autograde')"
    subprocess.run([sys.executable, "-c", text], env=environment(), check=True)
    assert stages.stage(tmp_path, "numbers", "ann").interrupted
    stages.ended(tmp_path, "numbers", "ann", "complete", "this")
    assert stages.stage(tmp_path, "numbers", "ann") == stages.Stage("complete", of="this")


def test_a_plugin_that_is_not_there_is_told_of_every_submission(course):
    class_of(course, 2)
    registering.register(course.root, "numbers")
    (course.root / "nbgrader_config.py").write_text("c = get_config()\nc.AssignLatePenalties.plugin_class = 'nosuch'\n")
    one = filing.Filing(course.root, Settings(course.root / JOURNAL, unsandboxed=True, tier="D"))
    for student in ("s0", "s1"):
        assert "'nosuch' could not be imported" in one.file("numbers", student, "").problem


def test_a_config_of_the_course_that_cannot_be_executed_is_told(course):
    (course.root / "nbgrader_config.py").write_text("c = get_config()\nc.Autograde.force = tru\n")
    with pytest.raises(NotGraded, match="nbgrader_config.py cannot be executed: NameError"):
        registering.course_config(course.root)
    (course.root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"
    )
    assert registering.course_config(course.root).LateSubmissionPlugin.penalty_method == "zero"
