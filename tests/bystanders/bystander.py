"""Another program of this machine: it makes things, holds them, takes them away again, and counts what it lost meanwhile.

Run as `python bystander.py KIND`. It prints a line when it holds as much as it ever does. When its standard input closes, and it
has made LEAST more, it prints {"made": N, "lost": [...]} and ends.
"""

import itertools
import json
import os
import secrets
import select
import shutil
import subprocess
import sys
import tempfile
from _multiprocessing import SemLock, sem_unlink
from collections import deque
from multiprocessing import get_context
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

HELD = 15  # things at a time
LEAST = 6
PAUSE = 0.01  # seconds between two of them
SHARED = Path("/dev/shm")

# As other programs, the library, a check of an earlier day and an OpenMP runtime call what they share.
NAMES = (
    "mpich_shm_{}",
    "psm_{}",
    "sem.{}",
    "sem.mp-{}",
    "sem.lockstep-{}",
    "plain-{}",
    "lockstep-{}",
    "abcdef_{}",
    "__KMP_REGISTERED_LIB_{}",
)


class File:
    """A file in the folder of shared memory that nobody has open; `word` is what it is called by."""

    def __init__(self, number):
        self.word = NAMES[number % len(NAMES)].format(secrets.token_hex(3))
        self.path = SHARED / self.word
        self.path.write_text(self.word)

    def is_there(self):
        return self.path.exists() and self.path.read_text() == self.word

    def end(self):
        self.path.unlink()


class Segment:
    """A SharedMemory, with and without a name of its own, kept open and closed at once."""

    def __init__(self, number):
        self.segment = SharedMemory(f"bystander-{secrets.token_hex(4)}" if number % 2 else None, create=True, size=64)
        self.word = self.segment.name
        self.segment.buf[0] = 7
        if number % 4 < 2:
            self.segment.close()

    def is_there(self):
        return (SHARED / self.word).exists()

    def end(self):
        self.segment.close()
        self.segment.unlink()


class Semaphore:
    """A named semaphore, multiprocessing's own and one with a name from the program."""

    def __init__(self, number):
        self.own = None
        if number % 2:
            self.own = get_context("spawn").Semaphore(1)
            self.word = self.own._semlock.name
        else:
            self.word = f"/bystander-{secrets.token_hex(4)}"
            SemLock(1, 1, 1, self.word, False)

    def is_there(self):
        return (SHARED / f"sem.{self.word[1:]}").exists()

    def end(self):
        if self.own is None:
            sem_unlink(self.word)
        self.own = None


class Folder:
    """A folder for temporary files, as multiprocessing and Lockstep name theirs too."""

    def __init__(self, number):
        self.word = tempfile.mkdtemp(prefix=("pymp-", "lockstep-", "tmp")[number % 3])
        Path(self.word, "file").write_text("content")

    def is_there(self):
        return Path(self.word, "file").exists()

    def end(self):
        shutil.rmtree(self.word)


class Process:
    """A child, one that has left its parents and session, or one with the command line of a helper.

    It holds one end of a pipe for as long as it lives, and ends when the other pipe is closed.
    """

    def __init__(self, number):
        self.word = ("child", "daemon", "helper")[number % 3]
        waits, self.release = os.pipe()
        self.alive, held = os.pipe()
        if self.word == "helper":
            words = ["multiprocessing.forkserver", "-u"]
            self.popen = subprocess.Popen(words, executable=shutil.which("cat"), stdin=waits, stdout=held)
        else:
            self._fork(waits, held)
        os.close(waits)
        os.close(held)

    def _fork(self, waits, held):
        child = os.fork()
        if child == 0:
            daemon = self.word == "daemon"
            if daemon:
                os.setsid()
            if not daemon or os.fork() == 0:
                os.dup2(waits, 0)
                os.dup2(held, 1)
                os.closerange(2, 256)
                os.read(0, 1)
            os._exit(0)
        self.pid = child
        if self.word == "daemon":
            os.waitpid(child, 0)

    def is_there(self):
        return not select.select([self.alive], [], [], 0)[0]

    def end(self):
        os.close(self.release)
        select.select([self.alive], [], [], 10)
        os.close(self.alive)
        if self.word == "helper":
            self.popen.wait()
        elif self.word == "child":
            os.waitpid(self.pid, 0)


KINDS = {"files": File, "segments": Segment, "semaphores": Semaphore, "folders": Folder, "processes": Process}


def end(thing, lost):
    try:
        thing.end()
    except OSError:
        lost.append(thing.word)


def main(kind):
    held, lost = deque(), []
    for made in itertools.count():
        for thing in [thing for thing in held if not thing.is_there()]:
            held.remove(thing)
            lost.append(thing.word)
        if select.select([sys.stdin], [], [], PAUSE)[0] and made >= HELD + LEAST:
            break
        if made == HELD:
            print("at work", flush=True)
        if len(held) == HELD:
            end(held.popleft(), lost)
        held.append(KINDS[kind](made))
    for thing in held:
        end(thing, lost)
    print(json.dumps({"made": made, "lost": lost}))


if __name__ == "__main__":
    main(sys.argv[1])
