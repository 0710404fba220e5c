"""The watch over what a program uses: it adds up memory exactly where that can matter, and cheaply where it cannot."""

import os
import subprocess
import sys

import pytest

from autograder.sandbox.inside import limits
from autograder.sandbox.inside.policy import MIB, Defences, Limits, Policy

TIER_C = Policy("C", Limits(memory=100 * MIB), Defences(sockets=False))


class Process:
    def __init__(self, pid):
        self.pid = pid


def excess(monkeypatch, resident, share):
    """What the watch says of two processes with so much in memory each, and with such a share of it (MiB)."""
    monkeypatch.setattr(limits, "_resident", lambda pid: resident * MIB)
    monkeypatch.setattr(limits, "_share", share)
    return limits.Watch(TIER_C).excess(lambda: [Process(1), Process(2)])


def test_what_is_little_even_if_nothing_is_shared_is_not_looked_at_more_closely(monkeypatch):
    assert excess(monkeypatch, 49, lambda pid: pytest.fail("nobody needs to know")) == ""


def test_what_processes_have_in_common_is_not_counted_twice(monkeypatch):
    assert excess(monkeypatch, 90, lambda pid: 45 * MIB) == ""


def test_more_than_the_limit_is_told(monkeypatch):
    assert "more than 100 MiB of memory" in excess(monkeypatch, 90, lambda pid: 60 * MIB)


@pytest.mark.skipif(not os.path.exists("/proc/self/smaps_rollup"), reason="this system does not tell of shares")
def test_a_share_is_never_more_than_the_whole():
    block = bytearray(os.urandom(20 * MIB))
    # The kernel keeps the whole by estimate, for each CPU to some hundred KiB.
    assert 20 * MIB <= limits._share(os.getpid()) <= limits._resident(os.getpid()) + MIB * (os.cpu_count() or 1)
    del block
    assert limits._resident(2**22 + 1) == 0, "a process that is no more"


@pytest.mark.skipif(sys.platform != "linux", reason="the clock of another process is Linux's")
def test_what_sleeps_is_not_looked_at_again_until_it_has_run_or_is_gone(monkeypatch):
    looks = []
    monkeypatch.setattr(limits, "INTERVAL", 0)
    monkeypatch.setattr(limits, "_resident", lambda pid: looks.append(pid) or 0)
    watch = limits.Watch(TIER_C)
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:

        def look():
            """How often it was looked at."""
            before = len(looks)
            assert watch.excess(lambda: [Process(child.pid)]) == ""
            return len(looks) - before

        assert look() == 1
        while look():
            pass  # it has not come to its first line of input yet
        for _ in range(3):
            child.stdin.write(b"x")
            child.stdin.flush()
            assert child.stdout.read(1) == b"x"
            assert look() == 1, "it may hold more now"
            while look():
                pass
        child.kill()
        child.wait()
        assert look() == 1
