"""An exercise is proven answer by answer, and what does not hold is told in words."""

import pytest

from autograder.authoring.check_command import messages, told
from autograder.authoring.exercise import read_exercise
from autograder.authoring.proof import claims, prove
from tests.authoring.doubling import GOOD, write


def proofs(tmp_path, text=GOOD):
    exercise = read_exercise(write(tmp_path, text))
    return [prove(exercise, claim) for claim in claims(exercise)]


def problems(tmp_path, *changes):
    """What does not hold of the small exercise after these replacements."""
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return [problem for proof in proofs(tmp_path, text) for problem in proof.problems]


def test_a_good_exercise_is_proven(tmp_path):
    found = proofs(tmp_path)
    assert [proof.claim.kind for proof in found] == ["starter", "reference", "wrong"]
    assert not any(proof.problems for proof in found)
    assert all(seconds > 0 for proof in found for seconds in proof.seconds.values())
    assert [line for proof in found for line in told(proof)] == [
        "  ✔ the starter fails every check",
        "  ✔ the reference passes every check",
        "  ✔ adds_one is refused in its words",
    ]


def test_a_check_that_the_starter_passes_is_told(tmp_path):
    (problem,) = problems(tmp_path, ("assert student.double(2) == 4", "assert True"))[:1]
    assert problem == "it passes “it doubles”"


def test_a_reference_that_a_check_refuses_is_told_with_the_reason(tmp_path):
    (problem,) = problems(tmp_path, ("student.double(2) == 4", "student.double(2) == 5"))[:1]
    assert problem.startswith("“it doubles” refuses it: `double(2)` should be 5, but is 4")


def test_a_wrong_answer_that_passes_is_told(tmp_path):
    assert problems(tmp_path, ("return n + 1", "return n + n")) == ["no check refuses it"]


def test_another_right_answer_must_pass(tmp_path):
    found = problems(
        tmp_path, ("@wrong(", "@also_right\ndef by_three():\n    def double(n):\n        return 3 * n\n\n\n@wrong(")
    )
    assert len(found) == 2
    assert "refuses it: `double(2)` should be 4, but is 6" in found[0]


def test_what_a_wrong_answer_replaces_is_not_as_in_the_reference(tmp_path):
    text = GOOD.replace("def double(n):\n    ### BEGIN", "def double(n):\n    # Twice.\n    ### BEGIN")
    whole = "    def double(n):\n        return n + 1\n"
    text = text.replace('"should be 4")', '"should be 4", replaced={"2 * n": "Process + n"})').replace(
        whole, "    ...\n"
    )
    (answer,) = read_exercise(write(tmp_path, text)).wrong
    assert answer.code == (
        "from multiprocessing import Process\n\n\ndef double(n):\n    # Twice.\n    return Process + n"
    )


def test_what_is_replaced_stands_beside_what_an_answer_writes_itself(tmp_path):
    end = "\n    ### END SOLUTION"
    text = GOOD.replace("    return 2 * n" + end, f"    return two() * n{end}\n\n\ndef two():\n    return 2")
    text = text.replace('"should be 4")', '"should be 4", replaced={"return 2": "return 3"})').replace(
        "n + 1", "two() + n"
    )
    (answer,) = read_exercise(write(tmp_path, text)).wrong
    assert answer.code == "def two():\n    return 3\n\n\ndef double(n):\n    return two() + n"


def test_what_an_answer_leaves_out_is_as_in_the_reference(tmp_path):
    text = GOOD.replace(
        "    ### BEGIN SOLUTION\n    return 2 * n\n    ### END SOLUTION",
        "    ### BEGIN SOLUTION\n    return times(2, n)\n    ### END SOLUTION\n\n\n"
        "def one():\n    ### BEGIN SOLUTION\n    return 1\n\n\ndef times(m, n):\n    return m * n\n    ### END SOLUTION",
    )
    text = text.replace("    def double(n):\n        return n + 1", "    def times(m, n):\n        return m + n + 1")
    text += '\n\n@wrong("should be 4")\ndef by_itself():\n    def double(n):\n        return n\n'
    text += '\n\n@wrong("`double` is not defined")\ndef not_there():\n    double: object\n'
    adds_one, by_itself, not_there = read_exercise(write(tmp_path, text)).wrong
    rest = "def one():\n    return 1"
    assert (
        adds_one.code
        == f"def double(n):\n    return times(2, n)\n\n\n{rest}\n\n\ndef times(m, n):\n    return m + n + 1"
    )
    assert by_itself.code == f"{rest}\n\n\ndef double(n):\n    return n", "a helper that is not used is not there"
    assert not_there.code == f"{rest}\n\n\ndouble: object"
    assert not [
        problem for proof in proofs(tmp_path, text) for problem in proof.problems if proof.claim.kind == "wrong"
    ]


WORDS = {
    "in the first line": ("should be 4", []),
    "only in a later line": (
        "double(2) returned 3",
        ["the first line of its refusal does not say “double(2) returned 3”"],
    ),
    "nowhere": ("four", ["the first line of its refusal does not say “four”", "its refusal does not say “four”"]),
    "of a check, and then in the first line": ('✘ it doubles", "should be 4', []),
    "of a check alone": ("✘ it doubles", ["no words are given for the first line of its refusal"]),
    "of a check that holds": (
        "✔ it doubles",
        ["the first line of its refusal does not say", "its refusal does not say “✔ it doubles”"],
    ),
    "first in the first line, then anywhere": ('should be 4", "double(2) returned 3', []),
    "the other way round": ('double(2) returned 3", "should be 4', ["the first line of its refusal does not say"]),
}


@pytest.mark.parametrize(("words", "expected"), WORDS.values(), ids=list(WORDS))
def test_the_words_of_a_refusal_stand(tmp_path, words, expected):
    found = problems(tmp_path, ("should be 4", words))
    assert len(found) == len(expected)
    for problem, beginning in zip(found, expected, strict=True):
        assert problem.startswith(beginning)


def test_messages_show_what_a_learner_reads_first_and_the_rest(tmp_path):
    found = [line.strip() for line in "\n".join(messages(proofs(tmp_path)[-1])).splitlines()]
    assert found[1:4] == ["adds_one", "✘ it doubles", "`double(2)` should be 4, but is 3"]
    assert "|   double(2) returned 3" in found


def test_a_wrong_answer_may_be_judged_only_until_it_is_refused_in_its_words(tmp_path):
    for words, checks in (('"should be 4"', 1), ('"should be 4", "double(9)"', 2), ('"should be 4", "nowhere"', 2)):
        exercise = read_exercise(write(tmp_path, GOOD.replace('"should be 4"', words)))
        *_, wrong = claims(exercise)
        early = prove(exercise, wrong, whole=False)
        assert len(early.seconds) == checks
        assert early.problems == prove(exercise, wrong).problems
