"""The same counts and verdicts on every interpreter: where frames are read, and where histories alone must do."""

import os
import subprocess
import sys

import pytest

from lockstep.checks.assertion import CheckFailed
from lockstep.exploration.inside import interpreter_frames, remembering
from tests.exploration.taking import RACE, local_states, merged_and_not, outcome, take
from tests.standin.programs import PROGRAMS

UNREADABLE = """
import sys
{before}
from lockstep.exploration.inside.interpreter_frames import READABLE
from tests.exploration.taking import take
assert not READABLE
print(take({program!r}).interleavings)
"""
COUNTER = """
    def add(v):
        for _ in range(3):
            v.value += 1

    def main():
        v = Value("i", 0)
        processes = [Process(target=add, args=(v,)) for _ in range(2)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return v.value
"""


@pytest.fixture
def histories(monkeypatch):
    """`take` on an interpreter whose frames cannot be read."""

    def take_by_histories(*arguments, **options):
        with monkeypatch.context() as patch:
            patch.setattr(remembering, "READABLE", False)
            return take(*arguments, **options)

    return take_by_histories


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_histories_alone_give_the_same_results_and_counts(histories, name):
    assert outcome(histories(PROGRAMS[name])) == outcome(take(PROGRAMS[name]))


def test_histories_alone_are_really_used_where_frames_cannot_be_read(histories):
    forced = histories(COUNTER)
    assert local_states(forced) == local_states(take(COUNTER, merge=False)) > local_states(take(COUNTER))
    assert forced.interleavings == 924


def test_histories_alone_find_the_same_schedule_and_the_same_fault(histories):
    told = []
    for explored in (take(COUNTER), histories(COUNTER)):
        with pytest.raises(CheckFailed) as failed:
            explored.always(lambda total: total == 6)
        told.append(str(failed.value))
    assert told[0] == told[1]
    assert "should" in told[0] or "v" in told[0]


@pytest.mark.skipif(not hasattr(sys, "_is_gil_enabled"), reason="there is no Python of this version without the GIL")
@pytest.mark.parametrize("says", ["GIL", "build"])
def test_without_the_gil_frames_are_left_alone_and_counts_are_the_same(monkeypatch, says):
    assert interpreter_frames.readable()
    if says == "GIL":
        monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False)
    else:
        monkeypatch.setattr(sys, "version", "3.14.0 free-threading build (main)")
    assert not interpreter_frames.readable()


@pytest.mark.parametrize(
    "before",
    ["sys._is_gil_enabled = lambda: False", "sys.implementation.name = 'another'", "sys.version_info = (3, 99)"],
)
def test_an_interpreter_that_is_not_known_counts_by_histories(before):
    program = UNREADABLE.format(before=before, program=COUNTER)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "924", done.stderr


@pytest.mark.skipif(not getattr(getattr(sys, "_jit", None), "is_available", bool)(), reason="it is not compiled in")
def test_with_the_jit_compiler_histories_are_counted():
    program = UNREADABLE.format(before="assert sys._jit.is_enabled()", program=COUNTER)
    environment = {**os.environ, "PYTHON_JIT": "1"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, env=environment)
    assert done.stdout.strip() == "924", done.stderr


# What a process does between two looks at `v`, and at how many local states all processes then are. Histories have more.
CONSTRUCTS = {
    "a method that Python calls for `[]`": ("p[n]", 10),
    "for `in`": ("3 in p", 10),
    "for `not`": ("not p", 10),
    "for `with`": ("with p: v.value", 13),
    "an error that `with` handles": ("with p: raise ValueError", 10),
    "an iterator of one's own": ("next(iter(p))", 10),
    "an instance that is called": ("p()", 10),
    "arguments in a tuple and a dict": ("call(v, *(1, 2), **{'a': 1})", 10),
    "a generator that has not begun": ("g = outer(v); v.value; next(g)", 13),
    "a generator in the middle": ("g = plain(v); next(g); v.value; next(g)", 16),
    "all of a generator": ("all(v.value for _ in [1])", 10),
    "a list in the making": ("[v.value, v.value]", 16),
    "a dict in the making": ("{k: v.value for k in 'ab'}", 16),
    "an iterator up to a value": ("for n in iter(lambda: v.value, 1): break", 13),
    "an iterator without end": ("next(endless); v.value", 10),
    "an iterator that counts": ("next(numbers); v.value", 10),
    "an iterator that repeats": ("next(repeated).value", 10),
    "pairs of two iterators": ("for a, b in zip([1, 2], range(2)): v.value", 13),
    "numbered items": ("for y in enumerate([v.value]): v.value", 16),
    "a function without a name": ("(lambda: v.value)()", 10),
    "an annotated tuple": ("Named(v).cell.value", 10),
    "an exception on its way": ("try:\n            v.value; 1 / 0\n        except ZeroDivisionError: v.value", 13),
}
DEFINITIONS = """
    import itertools
    from dataclasses import dataclass
    from typing import Any, NamedTuple

    @dataclass
    class Pair:
        first: Any
        later: int = 0

        def __getitem__(self, n): return self.first.value

        def __contains__(self, n): return self.first.value == n

        def __bool__(self): return self.first.value == 1

        def __enter__(self): return self.first.value

        def __exit__(self, *error): return True

        def __iter__(self): return self

        def __next__(self): return self.first.value

        def __call__(self, *a, **k): return self.first.value

    class Named(NamedTuple):
        cell: Any

    def outer(v):
        def inner():
            yield v.value
        return inner()

    def plain(v):
        yield v.value
        yield v.value

    def call(v, *a, **k): return v.value

    total: int = 0
    if total == 0:
        other: str = "x"

    def race(v, out):
        p = Pair(v)
        numbers, repeated, endless = itertools.count(3), itertools.repeat(v, 5), iter(int, 1)
        for n in range(3):
            {body}
"""


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_local_states_are_merged_in_the_middle_of(construct):
    body, states = CONSTRUCTS[construct]
    program = RACE.replace("{definitions}", DEFINITIONS.replace("{body}", body.replace("\n", "\n    ")).strip())
    assert local_states(merged_and_not(program)) == states < local_states(take(program, merge=False))
