"""Both engines on programs with a name: the classics, the traps of merging, and what they once disagreed on."""

from __future__ import annotations

import pytest

from .comparison import by_explore, by_oracle, compare
from .engine import Program, TooMany
from .schedules import every_schedule, typed
from .traps import TRAPS

_SURROUNDING = """
import multiprocessing as mp
import random
from contextlib import contextmanager
from enum import Enum
from functools import lru_cache, partial

TOTAL = 0
class Color(Enum):
    RED = 1
class Slots:
    __slots__ = ("n",)
class Point:
    def __init__(self, x):
        self.x = x
@contextmanager
def section(n):
    yield n
def work(v, w, LOCK):
{body}
def main():
    v, w = mp.Value("i", 0), mp.Value("i", 0)
    p = mp.Process(target=work, args=(v, w, mp.Lock()))
    p.start()
    v.value = 1
    w.value = 1
    v.value = 0
    p.join()
    return w.value, p.exitcode
"""


@pytest.mark.parametrize("name", TRAPS)
def test_merging_never_changes_an_answer(name):
    body = "\n".join("    " + line for line in TRAPS[name].strip().splitlines())
    answer = compare(Program(_SURROUNDING.replace("{body}", body)))
    assert len(answer.results) > 1, "the race must show, or nothing is compared"


def _shared(body: str, made: str = 'mp.Value("i", 0)', processes: int = 2, finish: str = "v.value") -> Program:
    lines = "\n".join("    " + line for line in body.splitlines())
    return Program(
        f"import multiprocessing as mp\ndef work(v):\n{lines}\ndef main():\n    v = {made}\n"
        f"    ps = [mp.Process(target=work, args=(v,)) for _ in range({processes})]\n"
        f"    for p in ps:\n        p.start()\n"
        f"    for p in ps:\n        p.join()\n    return {finish}\n"
    )


@pytest.mark.parametrize(("times", "interleavings"), [(1, 6), (2, 70), (3, 924)])
def test_unlocked_increments_interleave_as_binomials_say(times, interleavings):
    answer = compare(_shared(f"for _ in range({times}):\n    v.value += 1"))
    assert answer.interleavings == interleavings
    assert answer.results[typed(2)] > 0


def test_three_philosophers_deadlock_in_6_of_168():
    text = """
import multiprocessing as mp
def dine(left, right):
    with left, right:
        pass
def main():
    forks = [mp.Lock() for _ in range(3)]
    ps = [mp.Process(target=dine, args=(forks[i], forks[(i + 1) % 3])) for i in range(3)]
    for p in ps:
        p.start()
    for p in ps:
        p.join()
"""
    answer = compare(Program(text))
    assert (answer.interleavings, answer.deadlocks) == (168, 6)


def test_an_end_inside_a_section_has_its_exit_as_a_step():
    text = """
import multiprocessing as mp
from lockstep.exploration.sections import inside
def work(v):
    with inside("s"):
        v.value = 1
def main():
    v = mp.Value("i", 0)
    ps = [mp.Process(target=work, args=(v,)) for _ in range(2)]
    for p in ps:
        p.start()
    for p in ps:
        p.join()
"""
    answer = compare(Program(text))
    assert answer.interleavings == 6
    assert answer.crowded == {"s"}


def test_not_a_number_is_an_answer_like_any_other():
    answer = compare(_shared('v.value = float("nan")\nv.value = v.value', made='mp.Value("d", -0.0)'))
    assert list(answer.results) == [typed(float("nan"))]


def test_minus_zero_is_not_zero():
    text = """
import multiprocessing as mp
def work(v):
    v.value = 0.0
def main():
    v = mp.Value("d", -0.0)
    p = mp.Process(target=work, args=(v,))
    p.start()
    x = str(v.value)
    p.join()
    return x
"""
    assert compare(Program(text)).results == {typed("-0.0"): 1, typed("0.0"): 1}


def test_the_error_of_a_broken_barrier_is_imported_as_in_a_real_program():
    text = """
import multiprocessing as mp
from threading import BrokenBarrierError
def main():
    b = mp.Barrier(2)
    try:
        b.wait(1)
    except BrokenBarrierError:
        return 1
"""
    assert compare(Program(text)).results == {typed(1): 1}


def test_arguments_from_a_generator_survive_the_walk_over_the_stack():
    text = """
import multiprocessing as mp
def run(*ps):
    for p in ps:
        p.start()
    for p in ps:
        p.join()
def work(v):
    v.value += 1
def main():
    v = mp.Value("i", 0)
    run(*(mp.Process(target=work, args=(v,)) for _ in range(2)))
    return v.value
"""
    assert compare(Program(text)).interleavings == 6


SPINNING = {
    "a flag is waited for": ("while not v.value: pass\nw.value = 2", "v.value = 1"),
    "a flag is waited for that is taken back": ("while not v.value: pass\nw.value = 2", "v.value = 1\nv.value = 0"),
    "tries until it gets the lock": (
        "while not l.acquire(False): pass\nw.value += 1\nl.release()",
        "with l: w.value += 1",
    ),
    "polls a value through a function": (
        "while True:\n    if (lambda: v.value)(): break\nw.value += 2",
        "v.value = 1\nw.value += 1",
    ),
    "waits in a comprehension": ("while not all([v.value, w.value]): pass\nv.value = 7", "v.value = 1\nw.value = 1"),
}


@pytest.mark.parametrize("name", SPINNING)
def test_whatever_a_busy_waiting_program_returns_is_listed(name):
    """Schedules without number: the oracle takes those of at most so many steps, and must find the listed results."""
    waits, other = (body.replace("\n", "\n    ") for body in SPINNING[name])
    program = Program(f"""
import multiprocessing as mp
def waits(v, w, l):
    {waits}
def other(v, w, l):
    {other}
def main():
    v, w, l = mp.Value("i", 0), mp.Value("i", 0), mp.Lock()
    ps = [mp.Process(target=target, args=(v, w, l)) for target in (waits, other)]
    for p in ps:
        p.start()
    for p in ps:
        p.join()
    return v.value, w.value
""")
    found = by_explore(program)
    assert found.interleavings is None
    executed = every_schedule(program, at_most=30_000, steps=14)
    returned = {ending.main[1] for ending in executed.endings if ending.main[0] == typed("returned")}
    assert returned
    assert returned == set(found.results)


def test_the_oracle_refuses_what_is_too_large_for_it():
    with pytest.raises(TooMany):
        by_oracle(_shared("for _ in range(6):\n    v.value += 1"), at_most=100)


def test_main_that_exits_has_crashed_and_a_child_that_exits_has_not():
    answer = compare(
        Program(
            "import multiprocessing as mp, sys\ndef work(v):\n    v.value = 1\n    sys.exit(2)\n"
            "def main():\n    v = mp.Value('i', 0)\n    p = mp.Process(target=work, args=(v,))\n    p.start()\n"
            "    if v.value:\n        sys.exit(0)\n    p.join()\n    return p.exitcode\n"
        )
    )
    assert (answer.results, answer.crashes, answer.interleavings) == ({typed(2): 1}, 1, 2)
