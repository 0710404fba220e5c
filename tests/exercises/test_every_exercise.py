"""Every exercise is proven: against its starter, its reference, other right answers, and the wrong answers it names."""

import pytest

from autograder.authoring.catalogue import read_exercises
from autograder.authoring.proof import claims, prove


def proofs():
    """The claims of every exercise; of its starter and its reference with the fast tests, of other answers with the slow ones."""
    for exercise in read_exercises().values():
        for claim in claims(exercise):
            slow = claim.kind in ("also right", "wrong")
            name = f"{exercise.name}-{claim.answer.name.replace('the ', '')}"
            yield pytest.param(exercise, claim, id=name, marks=[pytest.mark.slow] if slow else [])


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("exercise", "claim"), list(proofs()))
def test_what_an_exercise_claims_of_an_answer_holds(exercise, claim):
    problems = prove(exercise, claim, whole=False).problems
    assert not problems, "\n".join(problems)
