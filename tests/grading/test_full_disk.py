"""`autograder grade` on a disk that fills up: it says so, and on a larger one it goes on to the same result."""

import shutil
import subprocess

import pytest

from tests.grading.test_command import class_of, command, environment, result
from tests.missing import missing

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

# In namespaces of its own, where a disk of any size may be mounted; $1 is the course, $2 a place for it.
ON_A_SMALL_DISK = """
set -e
size=$(du -s -k "$1" | cut -f 1)
mount -t tmpfs -o size=$((size + size / 4 + 200))k tmpfs "$2"
cp -r "$1" "$2/course"
head -c 100m /dev/zero > "$2/ballast" 2> /dev/null || true
truncate -s -8k "$2/ballast"
grade() { echo "== $1"; shift; "$@" || echo "exit code $?"; }
course="$2/course"; shift 2
grade nothing "$@"
rm "$course/../ballast"
grade some "$@"
head -c 100m /dev/zero > "$course/../ballast" 2> /dev/null || true
grade report "$1" -m autograder report numbers --course "$course" 2>&1
rm "$course/../ballast"
mount -o remount,size=500m "$course/.."
grade all "$@"
for part in autograded feedback gradebook.db; do cp -r "$course/$part" "$COPY/"; done
"""


def test_a_disk_that_fills_up_is_told_and_nothing_is_lost(course, tmp_path):
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        missing("no namespace in which a disk can be mounted")
    undisturbed = type(course)(shutil.copytree(course.root, tmp_path / "undisturbed"))
    for one in (undisturbed, course):
        class_of(one, 3)
    apart = ["unshare", "-rm"]  # the same sandbox holds in all such namespaces
    subprocess.run([*apart, *command(undisturbed)], env=environment(), check=True, capture_output=True)
    disk, copy = tmp_path / "disk", tmp_path / "copy"
    disk.mkdir()
    copy.mkdir()
    there = type(course)(disk / "course")
    done = subprocess.run(
        [*apart, "bash", "-c", ON_A_SMALL_DISK, "bash", str(course.root), str(disk), *command(there)],
        env=environment() | {"COPY": str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    _, nothing, some, report, everything = done.stdout.split("== ")
    assert "Stopped: " in report
    assert "the disk is full" in report
    for told in (nothing, some):
        assert "the disk is full" in told, done.stdout
        assert "Nothing that was graded is lost: run the same command again" in told
        assert "exit code 1" in told
    assert "none is missing" in everything
    assert "exit code" not in everything
    assert result(type(course)(copy), 3) == result(undisturbed, 3)
