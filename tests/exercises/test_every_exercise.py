"""Every exercise is proven: against its starter, its reference, other right answers, and the wrong answers it names."""

import pytest

from autograder.authoring.catalogue import read_exercises
from autograder.authoring.proof import claims, prove

# Simulated several times each, or with a first wrong answer that is waited for.
COSTLY = {
    "all_reduce",
    "count_primes",
    "distributed_word_count",
    "first_to_finish",
    "pipeline",
    "retry_dead_workers",
    "word_count",
}


def proofs():
    """The claims of every exercise; the first wrong answer of each with the fast tests, the others with the slow ones."""
    for exercise in read_exercises().values():
        wrong = [claim for claim in claims(exercise) if claim.kind == "wrong"]
        for claim in claims(exercise):
            slow = claim.kind == "also right" or claim in wrong[1:] or (claim in wrong and exercise.name in COSTLY)
            name = f"{exercise.name}-{claim.answer.name.replace('the ', '')}"
            yield pytest.param(exercise, claim, id=name, marks=[pytest.mark.slow] if slow else [])


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("exercise", "claim"), list(proofs()))
def test_what_an_exercise_claims_of_an_answer_holds(exercise, claim):
    problems = prove(exercise, claim).problems
    assert not problems, "\n".join(problems)
