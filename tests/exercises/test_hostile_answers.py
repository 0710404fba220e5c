"""Whatever a learner's functions give back, a check ends, costs the judging process little, and is not passed by it."""

import contextlib
import copy
import json
import resource
import subprocess
import sys
import time
from decimal import Decimal
from functools import cached_property
from typing import ClassVar

import numpy as np
import pytest

from autograder.authoring.catalogue import find_exercise, read_exercises
from autograder.grading.judging import read_check_cell
from lockstep.checks.check import check_one
from lockstep.program.source import ModuleSource
from lockstep.student.data import decode, encode
from lockstep.student.launcher import local_launcher
from lockstep.student.process import Leftovers
from lockstep.student.session import Session, crossing

CPU_S = 10.0  # of the judging process, for one answer to one check
MEMORY = 400 * 2**20  # bytes by which it may grow


def deep(depth: int, make=lambda inner: [inner]):
    value = 1
    for _ in range(depth):
        value = make(value)
    return value


ANSWERS = {
    "a long int": lambda: 10**300_000,
    "a long negative int": lambda: -(10**300_000),
    "a large int": lambda: 10**12,
    "ranges of a million million": lambda: [(0, 10**12)] * 4,
    "one such range among small ones": lambda: [(0, 3), (3, 10**15)],
    "ranges between long ints": lambda: [(-(10**300_000), 10**300_000)] * 4,
    "not a number": lambda: float("nan"),
    "infinite": lambda: float("inf"),
    "pairs of what is no number": lambda: [(float("nan"), float("inf"))] * 4,
    "a pair of infinities": lambda: (float("inf"), float("-inf")),
    "complex": lambda: complex("nan+infj"),
    "a Decimal": lambda: Decimal("NaN"),
    "a long Decimal": lambda: Decimal("1E+999"),
    "Decimals that become long": lambda: [Decimal("1E+999")] * 100_000,
    "a deep list": lambda: deep(58),
    "a deep pair": lambda: deep(58, lambda inner: (inner, 1)),
    "a tree of pairs": lambda: deep(15, lambda inner: (inner, inner)),
    "nearly a million items": lambda: [0] * 900_000,
    "as many of wrong kinds": lambda: ["x", None, 0.5, b""] * 220_000,
    "lists without end": lambda: [[]] * 140_000,
    "long text": lambda: "x" * 10_000_000,
    "characters that control": lambda: "\x1b[2J\x00\ud800\u202e\r" * 1_000,
    "long bytes": lambda: b"\xff" * 10_000_000,
    "a large set": lambda: set(range(100_000)),
    "a large dict": lambda: {number: [number] for number in range(100_000)},
    "long keys": lambda: {"k" * 100_000 + str(number): 10**10_000 for number in range(20)},
    "an array": lambda: np.zeros((1_000, 1_000)),
    "an array without items": lambda: np.empty((0, 3)),
    "rows that are empty": lambda: np.empty((1_000_000, 0)),
    "an array of small numbers": lambda: np.zeros(2_000_000, "i1"),
    "an array of what is no number": lambda: np.full((3,), float("nan")),
    "an array of text": lambda: np.array(["x" * 1_000_000]),
    "no items": list,
    "False": lambda: False,
}


class Hostile:
    """Stands for a learner's process, in the place of the launcher too: its answer to everything is one value.

    That is decoded once, and each check gets a copy of it: to decode it costs the same whatever the check is.
    """

    def __init__(self, value) -> None:
        self.frame = encode({"value": value})
        self.decoding = 0.0  # seconds of CPU
        self.output = "\x1b[2J\r" * 1_000

    @cached_property
    def value(self):
        began = time.process_time()
        decoded = decode(self.frame)["value"]
        self.decoding = time.process_time() - began
        return decoded

    def start(self):
        return self

    def begin(self, service, source, given) -> None:
        self.service = service

    def ask(self, request, deadline):
        answer = {"value": copy.copy(self.value)}
        if isinstance(request, dict) and request.get("do") == "call" and request["with_arguments"]:
            answer["arguments"] = [copy.copy(self.value)]
        return answer

    def survey(self, children=()):
        return Leftovers()

    def cpu_seconds(self):
        return 0.0

    def stacks(self):
        return []

    def stop(self) -> None:
        pass


class Remembering(Session):
    """Of our own answer: what it was once asked for, whichever hostile answer it is compared with, it is not asked again."""

    known: ClassVar[dict[bytes, bytes]] = {}

    def call(self, function, arguments, keywords, back):
        asked = encode([function, crossing(arguments), crossing(keywords), back])
        if asked not in self.known:
            self.known[asked] = encode(super().call(function, arguments, keywords, back))
        return decode(self.known[asked])


def judged(exercise: str, answers: list[str]) -> list[dict[str, object]]:
    """In a process of its own: what each answer to each check costs, and what is said of it."""
    found = find_exercise(exercise)
    cell = read_check_cell(found.checks)
    reference = ModuleSource.of_text(found.solution, "reference")
    told = []
    for name in answers:
        hostile = Hostile(ANSWERS[name]())
        for one in cell.checks:
            session = Session(ModuleSource(), cell.given, hostile, 5.0)
            ours = Remembering(reference, cell.given, local_launcher(), 30.0) if one.takes_reference else None
            memory, began = _largest(), time.process_time()
            result = check_one(one, session, ours)
            told.append(
                {
                    "answer": name, "check": one.sentence, "passed": result.passed,
                    "cpu": time.process_time() - began + hostile.decoding, "grown": _largest() - memory,
                    "said": len(result.explanation) + len(result.detail) + sum(map(len, result.calls)),
                    "first": result.explanation[:300],
                }
            )  # fmt: skip
    return told


def _largest() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("exercise", sorted(read_exercises()))
def test_no_hostile_answer_costs_the_judge_much_or_passes(exercise):
    done = subprocess.run(
        [sys.executable, "-m", __name__, exercise], capture_output=True, text=True, timeout=840, check=False
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert not [one for one in told if one["cpu"] > CPU_S], "a check is to end soon"
    assert not [one for one in told if one["grown"] > MEMORY], "a check is to need little memory"
    assert not [one for one in told if one["said"] > 60_000], "what is said is short"
    assert not [one for one in told if "lockstep." in one["first"] or "Traceback" in one["first"]]
    assert all(any(not one["passed"] for one in told if one["answer"] == name) for name in ANSWERS)


if __name__ == "__main__":
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (600, 600))
    print(json.dumps(judged(sys.argv[1], sys.argv[2:] or list(ANSWERS))))
