"""`autograder mutate NAME`: how many small changes of a reference the checks of an exercise notice, and which not."""

import argparse
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from autograder.authoring.catalogue import exercise_files, find_exercise
from autograder.authoring.exercise import Exercise
from autograder.authoring.mutants import Mutant, mutants
from autograder.authoring.parts import AuthorError
from autograder.grading.judging import read_check_cell
from autograder.grading.pool import judging_pool
from autograder.sandbox import SandboxLauncher, UnsandboxedLauncher, launcher
from autograder.sandbox.tiers import probe
from lockstep.checks.check import check_one
from lockstep.checks.report import CheckResult
from lockstep.program.source import ModuleSource
from lockstep.student.session import Session

_FOREVER = 2.0  # seconds that a check may take at least, and
_LONGER = 10  # times as long as the reference takes: a mutant that is slower by so much hangs


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant: the check that refused it, or "" if it survived; whether that was at the time limit."""

    mutant: Mutant
    refused_by: str
    hung: bool = False


@dataclass(frozen=True)
class Run:
    """All mutants of an exercise, judged."""

    exercise: Exercise
    outcomes: tuple[Outcome, ...]

    @property
    def survivors(self) -> list[Mutant]:
        return [one.mutant for one in self.outcomes if not one.refused_by]

    @property
    def unexplained(self) -> list[Mutant]:
        """Those that the exercise does not call equivalent."""
        return [mutant for mutant in self.survivors if mutant.change not in self.exercise.equivalent_mutants]

    @property
    def stale(self) -> list[str]:
        """Explanations of what does not survive."""
        changes = {mutant.change for mutant in self.survivors}
        return [change for change in self.exercise.equivalent_mutants if change not in changes]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="exercises such as withdraw; all if none is given")
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1), help="how many mutants at once")


def run(arguments: argparse.Namespace) -> int:
    """Prints what survives, as diffs; returns 1 if anything does that is not explained."""
    exercises = [find_exercise(name) for name in arguments.names or [path.stem for path in exercise_files()]]
    explained = True
    with judging_pool(arguments.jobs, __name__, open_launcher, probe().tier) as pool:
        for exercise in exercises:
            try:
                found = mutation_run(exercise, pool)
            except AuthorError as error:
                print(error, flush=True)
                explained = False
            else:
                print(*told(found), sep="\n", flush=True)
                explained = explained and not found.unexplained and not found.stale
    return 0 if explained else 1


def mutation_run(exercise: Exercise, pool: ProcessPoolExecutor) -> Run:
    """Judges every mutant by all checks, the quick ones first, until one refuses it.

    Raises AuthorError if a check refuses the reference itself.
    """
    seconds: dict[int, float] = {}
    numbers = range(len(read_check_cell(exercise.checks).checks))
    for number, result in enumerate(pool.map(partial(_result_of_reference, exercise), numbers)):
        if not result.passed:
            raise AuthorError(exercise.path, 1, f"its reference does not pass “{result.sentence}”: prove it first")
        seconds[number] = result.seconds
    quick_first = sorted(seconds, key=seconds.__getitem__)
    limits = {number: _FOREVER + _LONGER * seconds[number] for number in quick_first}
    return Run(exercise, tuple(pool.map(partial(judge_mutant, exercise, limits), mutants(exercise.solution))))


def judge_mutant(exercise: Exercise, limits: dict[int, float], mutant: Mutant) -> Outcome:
    """What becomes of a mutant at these checks, by number and in this order, each with its limit in seconds."""
    for number, limit in limits.items():
        result = _result(exercise, number, mutant.code, limit)
        if not result.passed:
            return Outcome(mutant, result.sentence, result.seconds >= limit)
    return Outcome(mutant, "")


def told(found: Run) -> Iterator[str]:
    """The numbers in a line, then every survivor that is not explained as a diff."""
    total, survivors = len(found.outcomes), found.survivors
    hung = sum(one.hung for one in found.outcomes)
    explained = len(survivors) - len(found.unexplained)
    yield (
        f"{found.exercise.name}: {total} mutants, {total - len(survivors)} killed ({hung} at the time limit), "
        f"{len(survivors)} survive ({explained} explained)"
    )
    for mutant in found.unexplained:
        yield f"\n  a check is missing, or {mutant.change!r} changes nothing:"
        yield from (f"    {line}" for line in mutant.diff.split("\n"))
    for change in found.stale:
        yield f"\n  {change!r} is explained, but nothing of that name survives"


def _result_of_reference(exercise: Exercise, number: int) -> CheckResult:
    limit = 3 * read_check_cell(exercise.checks).checks[number].limit
    return replace(_result(exercise, number, exercise.solution, limit), evidence=None)


def _result(exercise: Exercise, number: int, code: str, limit: float) -> CheckResult:
    cell = read_check_cell(exercise.checks)
    assert _launcher is not None
    program, reference = (
        Session(ModuleSource.of_text(text, label), cell.given, _launcher, limit)
        for text, label in ((code, "answer"), (exercise.solution, "reference"))
    )
    result = check_one(cell.checks[number], program, reference)
    if result.infrastructure:
        raise OSError(result.explanation)
    return result


def open_launcher(tier: str) -> None:
    """A mutant may fork without end or fill the memory: it runs in a sandbox where there is one."""
    global _launcher
    _launcher = launcher(unsandboxed=True, tier=tier)


_launcher: SandboxLauncher | UnsandboxedLauncher | None = None
