"""No name of a file or student, and nothing that a program says, steers the terminal of whoever grades."""

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios

import pytest

from autograder.grading.terminal import PlainStream
from lockstep.words import one_line, plain

STEERING = "\x1b[2J\x1b]0;owned\x07\x9b31m\r\u202e\x00\x7f\u2028"


def test_plain_text_keeps_what_is_read_and_nothing_that_steers():
    assert plain("größer → 数\n\tyes") == "größer → 数\n\tyes"
    assert set(plain(STEERING)) <= set("·[2J]0;owned31m")
    assert plain("\ud800 and \udcff") == "? and ?"
    assert one_line("ann\nbob\t6 of 6") == "ann·bob·6 of 6"


def test_a_plain_stream_prints_names_that_are_no_text(capsys):
    print("eve\udcff" + STEERING, file=PlainStream(sys.stdout))
    said = capsys.readouterr().out
    assert said.startswith("eve?")
    assert said.count("\n") == 1
    assert "\x1b" not in said


def command(*words: str) -> str:
    """All that a command of ours prints, as it prints it."""
    done = subprocess.run([sys.executable, "-m", "autograder", *words], capture_output=True, timeout=280, check=False)
    return (done.stdout + done.stderr).decode("utf-8")


def steers(said: str) -> set[str]:
    return {character for character in said if not character.isprintable() and character not in "\n\t"}


@pytest.mark.timeout(300)
def test_grading_prints_no_name_as_it_is(course):
    forged = "ann, numbers, double-checks: 4 of 4 points"
    course.submit("eve\x1b[2J\r", course.answered())
    course.submit(f"mallory\n{forged}", course.answered())
    course.submit("max", course.answered(), name="more\x1b[1m.ipynb")
    folder = course.submit("spy", json.dumps({"cells": [{"cell_type": "\x1b[2J", "source": ""}]})).parent
    (folder / "\x1b]0;owned\x07").symlink_to("/etc/passwd")
    os.makedirs(os.fsencode(course.root / "submitted") + b"/\xff\xfe/numbers")
    said = command("grade", "--unsandboxed", "--course", str(course.root), "--jobs", "2")
    assert not steers(said)
    assert forged not in said.splitlines()
    assert "eve·[2J·" in said
    assert "left out: ·]0;owned· is a link" in said
    assert "there is more·[1m.ipynb" in said
    assert "Traceback" not in said


def test_who_reads_only_the_first_line_stops_nothing():
    words = "from autograder.grading.terminal import print_plainly; print_plainly(); import sys, time; print('one', flush=True)"
    rest = "time.sleep(0.5); [print('x' * 1000, flush=True) for _ in range(200)]; sys.stderr.write('done')"
    done = subprocess.run(
        ["bash", "-c", '"$0" -c "$1" | head -1', sys.executable, f"{words}; {rest}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("one\n", "done")


BAR = """
from autograder.grading.terminal import print_plainly
from autograder.gradebook.progress import Progress
print_plainly()
with Progress(3, 1) as progress:
    progress.judged()
    progress.say("a line\\rof a student")
    progress.filed()
"""


def test_on_a_terminal_the_bar_stays_in_its_line_and_lines_stand_above_it():
    terminal, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    done = subprocess.run([sys.executable, "-c", BAR], stdout=end, stderr=end, timeout=60, check=False)
    said = os.read(terminal, 100_000).decode()
    for one in (terminal, end):
        os.close(one)
    assert done.returncode == 0
    assert "\rgrading   0% |" in said
    assert "\ra line·of a student\r\n" in said, "the bar makes room, and nothing of a student's steers"
    assert said.count("·") == 1


def test_an_error_of_a_command_is_plain_too(tmp_path):
    said = command("check", "no\x1b[2Jsuch")
    assert "no·[2Jsuch" in said
    assert not steers(said)


def test_what_nbgrader_logs_of_a_class_is_plain(course):
    folder = course.submit("spy", course.answered()).parent
    (folder / "\x1b[2Jdata.txt").symlink_to("/etc/passwd")
    (folder / "\x1b[2Jown.txt").write_text("x")
    assert course.autograde()
    assert not steers("".join(course.messages))
    assert any("left out: ·[2Jdata.txt" in text for text in course.messages)
