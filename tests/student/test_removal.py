"""A learner's folder goes, whatever is in it: deeper than a stack, longer than a path, shut, with links that lead out."""

import contextlib
import os
import shutil
import sys
import tempfile
import traceback

import pytest

from lockstep.student.inside.removal import remove_folder
from lockstep.student.launcher_forking import ForkingLauncher
from lockstep.student.launcher_one_by_one import OneByOneLauncher
from tests.student.changed import ChangedLauncher
from tests.student.test_leftovers import judged

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it opens no folders")

MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else "/tmp"  # a disk would take seconds
DEPTH = 1_100  # more than Python lets functions call each other
ORDINARY = 65533  # a user without rights, to whom nothing belongs


def nested(folder: str, depth: int, name: str) -> None:
    at = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=at)
        inner = os.open(name, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = inner
    os.close(at)


def shut(folder: str) -> None:
    os.makedirs(f"{folder}/a/b/c")
    open(f"{folder}/a/b/file", "w").close()
    for path in ("a/b/c", "a/b", "a", ""):
        os.chmod(os.path.join(folder, path), 0)


def readable_alone(folder: str) -> None:
    os.makedirs(f"{folder}/a/b")
    open(f"{folder}/a/file", "w").close()
    os.chmod(f"{folder}/a", 0o400)
    os.chmod(folder, 0o500)


def branched(folder: str) -> None:
    for number in range(200):
        os.makedirs(f"{folder}/{number % 7}/{number % 5}/{number}")
        open(f"{folder}/{number % 7}/{number % 5}/{number}/file", "w").close()


FOLDERS = {
    "deeper than a stack": lambda folder: nested(folder, DEPTH, "d"),
    "longer than a path": lambda folder: nested(folder, 50, "d" * 255),
    "shut": shut,
    "readable alone": readable_alone,
    "branched": branched,
    "empty": lambda folder: None,
}


def is_removed(fill, remove=remove_folder) -> bool:
    folder = tempfile.mkdtemp(prefix="lockstep-removal-", dir=MEMORY)
    fill(folder)
    with contextlib.suppress(RecursionError):
        remove(folder)
    gone = not os.path.lexists(folder)
    remove_folder(folder)
    assert not os.path.lexists(folder)
    return gone


def as_an_ordinary_user(told) -> bool:
    """What `told()` says in a process of a user who, unlike root, may not do everything."""
    child = os.fork()
    if child == 0:
        status = 2
        try:
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(ORDINARY)
                os.setuid(ORDINARY)
            status = 0 if told() else 1
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, 1), "the child raised"
    return status == 0


@pytest.mark.parametrize("fill", FOLDERS.values(), ids=FOLDERS)
def test_a_folder_is_removed_whatever_is_in_it(fill):
    assert is_removed(fill)
    assert as_an_ordinary_user(lambda: is_removed(fill))


def undefended(path: str) -> None:
    shutil.rmtree(path, ignore_errors=True)


def test_without_the_defence_what_is_shut_stays():
    assert not as_an_ordinary_user(lambda: is_removed(shut, undefended))


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="since 3.13 it does not call itself")
def test_without_the_defence_what_is_deep_stays():
    assert not is_removed(FOLDERS["deeper than a stack"], undefended)


def test_links_are_removed_and_not_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "thesis.txt").write_text("mine")
    outside.chmod(0o500)
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    for place in (folder, folder / "inner"):
        (place / "all").symlink_to(outside, target_is_directory=True)
        (place / "one").symlink_to(outside / "thesis.txt")
        (place / "none").symlink_to("/nonexistent")
        os.mkfifo(place / "pipe")
    remove_folder(str(folder))
    assert not folder.exists()
    assert (outside / "thesis.txt").read_text() == "mine"
    assert outside.stat().st_mode & 0o777 == 0o500
    (tmp_path / "link").symlink_to(outside, target_is_directory=True)
    remove_folder(str(tmp_path / "link"))
    remove_folder(str(tmp_path / "nothing"))
    assert (outside / "thesis.txt").read_text() == "mine"


DEEP = f"""
import os
def leave(name):
    os.makedirs("shut/inner")
    os.chmod("shut", 0)
    for _ in range({DEPTH}):
        os.mkdir("d")
        os.chdir("d")
"""


def left_in(folder: str, launcher) -> list[str]:
    """What is left in the folder for temporary files when a program that goes deep has been judged."""
    with contextlib.closing(launcher):
        assert judged(DEEP, launcher).passed
        return [name for name in os.listdir(folder) if {"shut", "d"} & {*os.listdir(os.path.join(folder, name))}]


@pytest.fixture
def temporary(monkeypatch):
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield folder
        for name in os.listdir(folder):
            remove_folder(os.path.join(folder, name))


@pytest.mark.parametrize("launcher", [ForkingLauncher, OneByOneLauncher])
def test_a_program_that_goes_deep_leaves_no_folder_when_it_has_been_judged(launcher, temporary):
    assert left_in(temporary, launcher()) == []


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="since 3.13 it does not call itself")
def test_without_the_defence_it_leaves_one(temporary):
    changed = "import shutil; keeper.remove_folder = zygote.remove_folder = lambda path: shutil.rmtree(path, True)"
    assert len(left_in(temporary, ChangedLauncher(changed))) == 1
