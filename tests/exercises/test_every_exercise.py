"""Every exercise is proven: against its starter, its reference, other right answers, and the wrong answers it names."""

import pytest

from autograder.authoring.catalogue import read_exercises
from autograder.authoring.proof import claims, prove

COSTLY = {"count_primes", "word_count"}  # simulated several times each
# Wrong answers whose refusal has the likely cause further down than in its first line.
LATER = {
    "tree_reduce-only_powers_of_two",
    "tree_reduce-none_for_no_items",
    "first_to_finish-waits_for_all",
    "first_to_finish-leaves_the_losers",
    "first_to_finish-stops_the_losers_but_does_not_join_them",
    "first_to_finish-one_after_another",
    "run_with_deadline-join_with_a_timeout_and_nothing_more",
    "run_with_deadline-terminate_without_join",
    "run_with_deadline-zero_taken_for_nothing",
    "run_with_deadline-sleeps_until_the_deadline",
    "amdahl-serial_and_parallel_mixed_up",
    "amdahl-the_time_in_the_place_of_the_speedup",
    "split-rounded_up_and_cut_off",
}


def proofs():
    """The claims of every exercise; the first wrong answer of each with the fast tests, the others with the slow ones."""
    for exercise in read_exercises().values():
        wrong = [claim for claim in claims(exercise) if claim.kind == "wrong"]
        for claim in claims(exercise):
            slow = claim.kind == "also right" or claim in wrong[1:] or (claim in wrong and exercise.name in COSTLY)
            name = f"{exercise.name}-{claim.answer.name.replace('the ', '')}"
            yield pytest.param(exercise, claim, id=name, marks=[pytest.mark.slow] if slow else [])


@pytest.mark.parametrize(("exercise", "claim"), list(proofs()))
def test_what_an_exercise_claims_of_an_answer_holds(exercise, claim):
    problems = prove(exercise, claim).problems
    if f"{exercise.name}-{claim.answer.name}" in LATER:
        problems = [problem for problem in problems if not problem.startswith("the first line of its refusal")]
    assert not problems, "\n".join(problems)


def test_every_exception_is_for_a_wrong_answer_that_there_is():
    answers = {f"{exercise.name}-{one.name}" for exercise in read_exercises().values() for one in exercise.wrong}
    assert answers >= LATER
