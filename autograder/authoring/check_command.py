"""`autograder check NAME`: proves exercises, and shows an author what their refusals say."""

import argparse
import os
import time
from collections.abc import Iterator

from autograder.authoring.catalogue import exercise_files, find_exercise
from autograder.authoring.exercise import Exercise
from autograder.authoring.proof import Claim, Proof, claims, prove
from autograder.authoring.repeating import busy_cores, launchers, repeated, right_answers
from autograder.grading.pool import judging_pool

_LINES = 12  # of a refusal that are printed below its first one
_HOLDS = {
    "starter": "fails every check",
    "reference": "passes every check",
    "also right": "passes every check",
    "wrong": "is refused in its words",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="exercises such as withdraw; all if none is given")
    parser.add_argument("--messages", action="store_true", help="print what each wrong answer's refusal says")
    parser.add_argument("--busy", action="store_true", help="judge right answers beside programs that only reckon")
    parser.add_argument("--times", type=int, default=1, metavar="N", help="judge right answers so often, nothing else")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many answers at once")


def run(arguments: argparse.Namespace) -> int:
    """Prints a line for each answer of each exercise; returns 1 if anything does not hold."""
    exercises = [find_exercise(name) for name in arguments.names or [path.stem for path in exercise_files()]]
    tasks = [(exercise, claim) for exercise in exercises for claim in claims(exercise)]
    if arguments.busy or arguments.times > 1:
        return repeat(exercises, arguments.times, busy=arguments.busy)
    holds = True
    with judging_pool(arguments.jobs, prove.__module__) as pool:
        found = pool.map(_prove, tasks)
        for exercise in exercises:
            began = time.perf_counter()
            print(f"{exercise.name}: {exercise.title}")
            proofs = []
            for _ in claims(exercise):
                proofs.append(next(found))
                for line in messages(proofs[-1]) if arguments.messages else told(proofs[-1]):
                    print(line, flush=True)
            print(*summary(proofs, time.perf_counter() - began), sep="\n", end="\n\n")
            holds = holds and not any(proof.problems for proof in proofs)
    return 0 if holds else 1


def repeat(exercises: list[Exercise], times: int, *, busy: bool) -> int:
    """Prints how often each right answer passed of so many times; returns 1 if one did not always."""
    holds = True
    with launchers() as found, busy_cores(None if busy else 0):
        for exercise in exercises:
            print(exercise.name)
            for answer in right_answers(exercise):
                result = repeated(exercise, answer, times, found)
                print(f"  {'✘' if result.refusals else '✔'} {result.told}", flush=True)
                for refusal in result.refusals:
                    print(*(f"      {line}" for line in refusal.splitlines()[:_LINES]), sep="\n", flush=True)
                holds = holds and not result.refusals
    return 0 if holds else 1


def told(proof: Proof) -> Iterator[str]:
    """A proof in a line, or a line for each problem."""
    mark = "✘" if proof.problems else "✔"
    if not proof.problems:
        yield f"  {mark} {proof.claim.answer.name} {_HOLDS[proof.claim.kind]}"
    for problem in proof.problems:
        yield f"  {mark} {proof.claim.answer.name}: {problem}"


def messages(proof: Proof) -> Iterator[str]:
    """What a learner with this answer reads: the first line of each refusal, and how the first of them goes on."""
    if proof.refusals:
        yield f"\n  {proof.claim.answer.name}"
    for refusal in proof.refusals:
        yield f"    ✘ {refusal.sentence}"
        yield f"      {refusal.first_line}"
        if refusal is proof.refusals[0] and proof.claim.kind != "starter":
            lines = refusal.rest.splitlines()
            more = [f"… and {len(lines) - _LINES} more lines"] if len(lines) > _LINES else []
            yield from (f"        | {line}" for line in [*lines[:_LINES], *more])
    for problem in proof.problems:
        yield f"    this does not hold: {problem}"


def summary(proofs: list[Proof], seconds: float) -> Iterator[str]:
    """How many answers of each kind are as they must be, and how long the reference takes with each check."""
    for kind, words in (
        ("also right", "other right answers pass"),
        ("wrong", "wrong answers are refused in their words"),
    ):
        own = [proof for proof in proofs if proof.claim.kind == kind]
        yield f"  {sum(not proof.problems for proof in own)} of {len(own)} {words}"
    (reference,) = (proof for proof in proofs if proof.claim.kind == "reference")
    yield "  seconds of the reference: "
    for sentence, taken in reference.seconds.items():
        yield f"    {taken:6.2f}  {sentence}"
    slowest = max(taken for proof in proofs for taken in proof.seconds.values())
    yield f"  the slowest check of all took {slowest:.1f} s, the proof {seconds:.1f} s"


def _prove(task: tuple[Exercise, Claim]) -> Proof:
    return prove(*task)
