"""Every attack gets its verdict, leaves nothing on the host, and the next check on the same sandbox is right."""

from collections import Counter

import pytest

from lockstep.checks.report_page import report_html
from tests.attacks.attack import HELD, inhabitants, next_check_is_right, nothing_is_left, run
from tests.attacks.escapes import ESCAPES
from tests.attacks.exhaustion import EXHAUSTION
from tests.attacks.forgeries import FORGERIES
from tests.attacks.resources import RESOURCES
from tests.attacks.trespasses import TRESPASSES

pytestmark = pytest.mark.sandbox

ATTACKS = (*EXHAUSTION, *RESOURCES, *TRESPASSES, *ESCAPES, *FORGERIES)


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_an_attack_is_held(attack, launcher, host):
    before = inhabitants(launcher)

    result = run(launcher, attack.program, host, attack.limit)

    assert result.passed == (attack.verdict == HELD), result.explanation + result.detail
    assert not result.infrastructure, result.explanation
    assert attack.verdict in result.explanation, result.explanation
    assert "'through" not in result.explanation
    assert attack.detail in result.detail, result.detail
    nothing_is_left(launcher, before)
    if attack.then:
        later = run(launcher, attack.then, host)
        assert later.passed, later.explanation
    next_check_is_right(launcher)


def test_there_are_attacks_of_every_class():
    kinds = Counter(attack.kind for attack in ATTACKS)
    classes = "loops deadlocks daemons memory output disk inodes leaks exits signals files processes network frames"
    assert set(kinds) == {*classes.split(), "fork bombs", "bombs", "patches", "lies", "persistence", "escapes"}
    assert len(ATTACKS) >= 60
    assert len({str(attack) for attack in ATTACKS}) == len(ATTACKS)


def test_text_of_a_program_can_neither_steer_a_terminal_nor_a_page(launcher, host):
    from lockstep.checks.report import Report

    attack = next(attack for attack in RESOURCES if attack.name == "that steers a terminal")
    page = report_html(Report("attack", (run(launcher, attack.program, host),), 1))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page
    assert "\x00" not in page
    page.encode("utf-8")
