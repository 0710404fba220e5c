"""How many states `explore` visits for every check of Part II, and in how many seconds, on the reference of each exercise.

Run as `python -m benchmarks.interleavings`; `--gallery` takes the puzzles of the gallery.
"""

import time
from typing import Any, NamedTuple

import lockstep
from autograder.authoring.catalogue import read_exercises, read_puzzles
from autograder.authoring.exercise import Exercise
from autograder.grading.judging import read_check_cell
from benchmarks import options
from lockstep.checks.check import run_checks
from lockstep.checks.report import CheckResult
from lockstep.exploration import exploring
from lockstep.program.source import ModuleSource
from lockstep.student.launcher import local_launcher
from lockstep.student.session import Session
from lockstep.words import brief

PART_II = ("races", "locks", "conditions", "deadlock", "promises")
AIM = 2.0  # seconds that a check may take


class Row(NamedTuple):
    """A check: how many programs it explored, the states of all and of the largest, seconds in `explore` and in all."""

    exercise: str
    sentence: str
    programs: int
    states: int
    largest: int
    exploring: float
    seconds: float


def rows(exercise: Exercise) -> list[Row]:
    """A row for each check of the exercise, judged on its reference. Raises AssertionError for one that does not hold."""
    found: list[Row] = []
    taken: list[tuple[int, float]] = []
    real = exploring.explore

    def counted(*arguments: Any, **keywords: Any) -> Any:
        began = time.perf_counter()
        result = real(*arguments, **keywords)
        taken.append((result.states, time.perf_counter() - began))
        return result

    def add(result: CheckResult) -> None:
        assert result.passed, f"{exercise.name}: {result.sentence}"
        states = [each for each, _ in taken]
        in_explore = sum(each for _, each in taken)
        found.append(
            Row(
                exercise.name,
                result.sentence,
                len(taken),
                sum(states),
                max(states, default=0),
                in_explore,
                result.seconds,
            )
        )
        taken.clear()

    program, launcher = ModuleSource.of_text(exercise.solution, "reference"), local_launcher()
    lockstep.explore = exploring.explore = counted  # as check cells import it, and as `replay` calls it
    try:
        cell = read_check_cell(exercise.checks)
        run_checks(
            cell.exercise,
            cell.checks,
            lambda limit: Session(program, cell.given, launcher, 3 * limit),
            lambda limit: Session(program, cell.given, launcher, 3 * limit),
            add,
        )
    finally:
        lockstep.explore = exploring.explore = real
    return found


def main() -> None:
    parser = options("interleavings", __doc__)
    parser.add_argument("--gallery", action="store_true", help="the puzzles of the gallery in the place of Part II")
    chosen = parser.parse_args()
    exercises: list[Exercise] = list(read_puzzles().values())
    if not chosen.gallery:
        exercises = [each for unit in PART_II for each in read_exercises().values() if each.path.parent.name == unit]
    if chosen.tiny:
        exercises = exercises[:1]
    print(f"{'exercise':24} {'check':58} {'programs':>8} {'states':>9} {'largest':>9} {'explore s':>9} {'check s':>8}")
    every = []
    for exercise in exercises:
        for row in rows(exercise):
            every.append(row)
            print(
                f"{row.exercise:24} {brief(row.sentence, 58):58} {row.programs:8} {row.states:9,} {row.largest:9,} "
                f"{row.exploring:9.2f} {row.seconds:8.2f}",
                flush=True,
            )
    exploring_ones = [row for row in every if row.programs]
    slowest = max(every, key=lambda row: row.seconds)
    print(
        f"\nin short: {len(exploring_ones)} of {len(every)} checks explore, together {sum(row.states for row in every):,} states; "
        f"the slowest check takes {slowest.seconds:.2f} s ({slowest.exercise}; aim: at most {AIM:g})"
    )


if __name__ == "__main__":
    main()
