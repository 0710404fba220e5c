"""What a submission prints or gives back costs the process that judges it little time and bounded memory."""

import time

import pytest

from autograder.grading import pool
from autograder.grading.pool import judging_pool
from lockstep.checks import crashes
from lockstep.checks.crashes import parted

CPU_S = 3.0  # of what takes milliseconds here, and half a minute undefended

PRINTED = {
    "heads of processes": "Process x:\n" * 5_900,
    "brackets": "Exception in thread " + " (" * 32_000 + "\n",
    "pickle's words": 'Process x:\nTraceback (most recent call last):\n  File "a", line 1, in f\n'
    "X: Can't pickle <function " + "a" * 65_000 + "\n",
    "a chain": "Process x:\n" + "Traceback (most recent call last):\nx\nDuring handling of the above exception\n" * 860,
    "a chain of nobody": "Traceback (most recent call last):\nx\nDuring handling of the above exception\n" * 860,
    "a library's frame": 'Traceback (most recent call last):\n  File "' + "/" * 60_000 + "\nX\n",
}


@pytest.mark.parametrize("printed", PRINTED.values(), ids=PRINTED.keys())
def test_what_is_printed_to_take_long_is_read_soon(printed):
    began = time.process_time()
    _, found = parted(printed)
    assert len("".join(crash.told for crash in found)) < 5_000
    assert time.process_time() - began < CPU_S


def test_without_the_defence_it_takes_long(monkeypatch):
    def seconds(length: int) -> float:
        began = time.process_time()
        _, (found,) = parted(PRINTED["pickle's words"].replace("a" * 65_000, "a" * length))
        assert found.told
        return time.process_time() - began

    assert seconds(12_000) < 0.1
    monkeypatch.setattr(crashes, "_LONGEST", 10**9)
    assert seconds(12_000) > 0.1


def allocate(size: int) -> int:
    return len(bytearray(size))


def test_a_judge_that_a_submission_makes_grow_says_so_and_goes_on():
    with judging_pool(1, __name__) as workers:
        with pytest.raises(MemoryError):
            workers.submit(allocate, 3 * 2**30).result()
        assert workers.submit(allocate, 1000).result() == 1000


def test_without_the_defence_it_grows():
    with judging_pool(1, __name__, pool_without_bound) as workers:
        assert workers.submit(allocate, 3 * 2**30).result() == 3 * 2**30


def pool_without_bound() -> None:
    """In the worker: as it was before it was bounded."""
    _, most = pool.resource.getrlimit(pool.resource.RLIMIT_DATA)
    pool.resource.setrlimit(pool.resource.RLIMIT_DATA, (most, most))
