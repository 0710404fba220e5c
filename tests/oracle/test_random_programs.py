"""`explore` and the oracle give the same answers about small random programs over all objects and statements.

Compared are the returned values with their counts, the numbers of all interleavings, of those that deadlock, crash and
leave somebody running, and the sections in which two processes meet. The oracle executes the program as it is written.
A program that disagrees is shown shrunk, with both answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from .comparison import Answer, Disagreement, compare, shrunk
from .engine import Program, TooMany
from .programs import random_program
from .schedules import estimate

FEW = range(150)
MANY = range(1_000, 3_700)
LARGE = 900  # schedules, roughly: programs with more are passed over


def agreed(seeds: range, merge: tuple[bool, ...]) -> Iterator[tuple[Program, Answer]]:
    """The programs of these seeds that are small enough, with the answer on which both engines agree."""
    for seed in seeds:
        program = random_program(seed)
        try:
            if estimate(program) <= LARGE:
                yield program, compare(program, merge=merge)
        except TooMany:
            continue
        except Disagreement as first:
            try:
                compare(shrunk(program))
            except Disagreement as smaller:
                raise AssertionError(f"seed {seed}, shrunk:\n{smaller}") from None
            raise AssertionError(f"seed {seed}:\n{first}") from None


def tally(seeds: range, merge: tuple[bool, ...]) -> Counter[str]:
    """Compares, and counts what was among the programs, so that no test is empty."""
    seen: Counter[str] = Counter()
    for program, answer in agreed(seeds, merge):
        seen["programs"] += 1
        seen["interleavings"] += answer.interleavings or 0
        seen["several results"] += len(answer.results) > 1
        seen["some deadlock"] += answer.deadlocks > 0
        seen["some crash"] += answer.crashes > 0
        seen["left running"] += answer.left_running > 0
        for word in WORDS:
            seen[word] += word in program.text
    return seen


WORDS = (
    ".Lock()",
    ".RLock()",
    "Semaphore(",
    "BoundedSemaphore(",
    ".Condition(",
    ".Event()",
    ".Barrier(",
    ".Queue(",
    ".JoinableQueue(",
    ".SimpleQueue()",
    ".Pipe(",
    "Value(",
    "Array(",
    "RawValue(",
    "RawArray(",
    ".terminate()",
    "daemon=True",
    "(Process):",
    "exitcode",
    "for ",
    "while ",
    "else:",
    "elif ",
    "break",
    "continue",
    "try:",
    "except ",
    "finally:",
    "raise",
    "with ",
    "match ",
    "lambda",
    ":=",
    "yield",
    "nonlocal",
    "global ",
    "class ",
    "return",
    "notify",
    "wait_for(",
    "close()",
    "get_nowait()",
    "timeout=",
)


@pytest.mark.timeout(600)  # 20 s of CPU time; more only where the machine is shared by many
def test_both_engines_agree_on_small_random_programs():
    seen = tally(FEW, (True,))
    assert seen["programs"] >= 100
    assert seen["several results"] >= 30
    assert seen["some deadlock"] >= 10


def test_the_random_programs_hold_every_kind_of_object_and_of_statement():
    texts = [random_program(seed).text for seed in MANY[:1_200]]
    assert [word for word in WORDS if sum(word in text for text in texts) < 3] == []


@pytest.mark.slow
@pytest.mark.timeout(1_800)  # 40 s of CPU time each
@pytest.mark.parametrize("part", range(9))
def test_both_engines_agree_on_thousands_of_random_programs(part):
    seeds = MANY[part * 300 : part * 300 + 300]
    seen = tally(seeds, (True,))
    print(dict(seen))
    assert seen["programs"] >= 225  # 9 parts: more than 2,000


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_histories_that_are_not_merged_agree_as_well():
    assert tally(range(5_000, 5_200), (False,))["programs"] >= 150
