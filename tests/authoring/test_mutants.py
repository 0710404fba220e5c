"""Small changes of a reference: which there are, that nothing else is touched, and what is told of those that survive."""

import textwrap

import pytest

from autograder.authoring import mutate_command
from autograder.authoring.exercise import read_exercise
from autograder.authoring.mutants import mutants
from autograder.authoring.mutate_command import Run, mutation_run, open_launcher, told
from autograder.authoring.parts import AuthorError
from autograder.grading.pool import judging_pool
from tests.authoring.doubling import GOOD, write

NAMES = "from multiprocessing import Lock\n\n\ndef f(lock, condition, items, n):\n    ### BEGIN SOLUTION\n"


def changes(body: str) -> set[str]:
    """The changes of a function with this body, with what they leave out."""
    solution = NAMES + textwrap.indent(textwrap.dedent(body).strip("\n"), "    ") + "\n    ### END SOLUTION"
    return {mutant.change for mutant in mutants(solution)}


EDITS = {
    "a lock that is left out": ("with lock:\n    n += 1\n    n += 2", {"- with lock:", "- with lock: ..."}),
    "one lock of two": ("with lock, condition:\n    n += 1", {"+ with lock:", "+ with condition:"}),
    "a join that is left out": ("for one in items:\n    one.join()", {"- one.join()", "- for one in items: ..."}),
    "two lines swapped": ("lock.acquire()\nn = n + 1", {"+ n = n + 1"}),
    "joined in the loop that starts": (
        "for one in items:\n    one.start()\nfor one in items:\n    one.join()",
        {"- for one in items:", "+ one.run()"},
    ),
    "a condition looked at once": ("while n < 3:\n    condition.wait()", {"+ if n < 3:", "+ while n <= 3:"}),
    "a condition that is settled": ("if n:\n    n = 1", {"+ if True:", "- if n: ..."}),
    "one too few and one too many": ("return items[n + 1]", {"+ return items[n + 2]", "+ return items[n + 0]"}),
    "an operand that is left out": ("return n + 1", {"+ return n", "+ return 1"}),
    "another operator": ("return n // 2 * 3", {"+ return n / 2 * 3", "+ return n // 2 / 3"}),
    "a constant for the result": ("return sum(items)", {"+ return 0", "- return sum(items)", "+ return sum(None)"}),
    "waking one or all": ("condition.notify()", {"+ condition.notify_all()"}),
    "the order left alone": ("return sorted(items)", {"+ return items"}),
    "nothing at the end": ("try:\n    n = 1\nfinally:\n    lock.release()", {"- lock.release()"}),
}


@pytest.mark.parametrize(("body", "expected"), EDITS.values(), ids=list(EDITS))
def test_a_mutant_has(body, expected):
    assert changes(body) >= expected


def test_what_is_said_when_an_exception_is_raised_is_left_alone():
    assert changes('raise ValueError("a text", 1 + 2)') == {"- raise ValueError('a text', 1 + 2)".replace("'", '"')}


def test_every_mutant_is_a_program_of_its_own_and_keeps_what_learners_are_given():
    solution = "def f(n=1 + 1):\n    '''Docs.'''\n    ### BEGIN SOLUTION\n    return n + 1\n\n\ndef g(n):\n    return n * 3\n    ### END SOLUTION"
    found = list(mutants(solution))
    assert len(found) > 8
    assert len({mutant.code for mutant in found}) == len(found)
    for mutant in found:
        compile(mutant.code, "mutant", "exec")
        assert mutant.code.startswith("def f(n=1 + 1):\n    '''Docs.'''\n")
        assert "SOLUTION" not in mutant.code
        assert any(line.startswith(("+", "-")) for line in mutant.diff.split("\n"))


SAME = {
    "names bound in another order": ("a = 0\nb = [Lock()]\nreturn a, b", "+ b = [Lock()]"),
    "two names bound at once": ("a, b = divmod(n, 2)\nc = 0\nreturn a, b, c", "+ c = 0"),
    "nothing returned at the end": ("n.close()\nreturn None", "- return None"),
    "None for False": ("return f(n, lock=False)", "+ return f(n, lock=None)"),
    "0 for False": ("return False", "+ return 0"),
}


@pytest.mark.parametrize(("body", "change"), SAME.values(), ids=list(SAME))
def test_what_cannot_differ_makes_no_mutant(body, change):
    assert changes(body)
    assert change not in changes(body)


ORDER_MATTERS = {
    "what another process reads": ("items[n].value = 1\nlock.value = 0", "+ lock.value = 0"),
    "two calls": ("a = items.pop()\nb = items.pop()", "+ b = items.pop()"),
    "one reads the other": ("a = n\nb = a + 1", "+ b = a + 1"),
    "one reads one of two": ("a, b = divmod(n, 2)\nc = b", "+ c = b"),
}


@pytest.mark.parametrize(("body", "change"), ORDER_MATTERS.values(), ids=list(ORDER_MATTERS))
def test_lines_whose_order_matters_are_swapped(body, change):
    assert change in changes(body)


def test_layout_alone_makes_no_mutant():
    assert "+ return (n)" not in changes("return (n)")
    assert not {change for change in changes("# a comment\nreturn (n)") if "comment" in change}


TAME = GOOD.replace("student.double(9) == reference.double(9)", "student.double(0) == reference.double(0)").replace(
    "student.double(2) == 4", "student.double(0) == 0"
)


@pytest.fixture(scope="module")
def pool():
    with judging_pool(2, "autograder.authoring.mutate_command", open_launcher, "D") as pool:
        yield pool


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Nothing is taken for hanging because the cores are busy."""
    monkeypatch.setattr(mutate_command, "_FOREVER", 30)


def run(tmp_path, pool, text) -> Run:
    return mutation_run(read_exercise(write(tmp_path, text)), pool)


def test_checks_with_strong_inputs_notice_every_change(tmp_path, pool):
    found = run(tmp_path, pool, GOOD)
    assert found.survivors == []
    assert {one.refused_by for one in found.outcomes} <= {"it doubles", "it doubles more"}
    assert list(told(found)) == ["double: 7 mutants, 7 killed (0 at the time limit), 0 survive (0 explained)"]


def test_a_tame_input_lets_changes_through_which_are_shown_as_diffs(tmp_path, pool):
    found = run(tmp_path, pool, TAME)
    survivors = {mutant.change for mutant in found.unexplained}
    assert {"+ return 3 * n", "+ return n", "+ return 0"} <= survivors
    text = "\n".join(told(found))
    assert "    -    return 2 * n\n    +    return 3 * n" in text
    assert "a check is missing, or '+ return 3 * n' changes nothing" in text


def test_a_survivor_that_is_explained_is_not_shown_and_an_explanation_of_nothing_is(tmp_path, pool):
    explained = "points = 2\nequivalent_mutants = {'+ return 3 * n': 'of nothing', '+ return 2 - n': 'there is none'}"
    found = run(tmp_path, pool, TAME.replace("points = 2", explained))
    assert "+ return 3 * n" in {mutant.change for mutant in found.survivors}
    assert "+ return 3 * n" not in {mutant.change for mutant in found.unexplained}
    assert found.stale == ["+ return 2 - n"]
    text = "\n".join(told(found))
    assert "(1 explained)" in text
    assert "'+ return 2 - n' is explained, but nothing of that name survives" in text


@pytest.mark.timeout(400)
def test_a_mutant_that_hangs_is_killed_at_its_limit(tmp_path, pool, monkeypatch):
    monkeypatch.setattr(mutate_command, "_FOREVER", 2)
    solution = "    while n < 10:\n        n += 1\n    return n"
    text = GOOD.replace("    return 2 * n\n", solution + "\n").replace(
        "student.double(2) == 4", "student.double(2) == 10"
    )
    found = run(tmp_path, pool, text)
    assert {one.mutant.change for one in found.outcomes if one.hung} >= {"- n += 1", "+ n += 0"}


def test_a_reference_that_is_refused_is_to_be_proven_first(tmp_path, pool):
    with pytest.raises(AuthorError, match="its reference does not pass “it doubles”: prove it first"):
        run(tmp_path, pool, GOOD.replace("student.double(2) == 4", "student.double(2) == 5"))
