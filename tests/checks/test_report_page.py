"""The report of an exercise as a page: marks in a column, code as code, one player open, one calm line where nothing was begun."""

import re
from types import SimpleNamespace

from lockstep.checks.report import CheckResult, Report
from lockstep.checks.report_page import Waiting, report_html

STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)


def page(*results, total=None, **options):
    return STYLE.sub("", report_html(Report("count", results, total or len(results)), **options))


def steps(words):
    return SimpleNamespace(text=lambda: f"{words}\n  step 1", _repr_html_=lambda: f"<div>player of {words}</div>")


def failed(words, evidence=None):
    return CheckResult("it `adds`", False, 0.1, words, evidence=evidence)


def test_every_row_has_its_mark_in_a_column_of_its_own():
    shown = page(
        CheckResult("one", True, 0.1), failed("no"), total=4, waiting=[Waiting("three", 5), Waiting("four", 5)]
    )
    assert shown.count('<div class="lockstep-row"><span class="lockstep-mark') == 4


def test_what_stands_between_backticks_is_code_and_never_markup():
    shown = page(failed("`f(1)` should be `<b>`, but is `2`\nand `more`"))
    assert "it <code>adds</code>" in shown
    assert "<code>f(1)</code> should be <code>&lt;b&gt;</code>" in shown
    assert "and <code>more</code>" in shown
    assert "an ` alone" in page(failed("an ` alone"))


def test_only_the_first_failures_player_is_open_and_the_others_say_why():
    shown = page(failed("A:", steps("A:")), CheckResult("fine", True, 0.1), failed("B:", steps("B:")))
    assert shown.count("<details open>") == 1
    assert shown.index("<details open>") < shown.index("player of A:") < shown.index("player of B:")
    assert "B:</div>" in shown
    assert shown.count('class="lockstep-why"') == 1, "the open player says it itself"


def test_a_traceback_that_several_checks_share_stands_once():
    results = [
        CheckResult(f"check {number}", False, 0.1, f"`f({number})` raised it", detail=detail)
        for number, detail in enumerate(["the same line", "the same line", "another line", ""])
    ]
    html = page(*results)
    assert (html.count("<pre>the same line"), html.count("<pre>another line")) == (1, 1)
    assert all(f"<code>f({number})</code> raised it" in html for number in range(4)), "each still says what it found"


def test_an_exercise_that_nobody_has_touched_is_one_calm_line():
    result = CheckResult(
        "it adds", False, 0.1, "`count` is not begun: it still raises NotImplementedError", not_begun=True
    )
    shown = page(result, total=4)
    assert re.sub("<.*?>", "", shown) == (
        "count is not begun: it still raises NotImplementedError; its 4 checks wait for that."
    )
    assert "✘" not in shown


def test_a_running_check_is_named_with_its_limit():
    shown = page(CheckResult("one", True, 0.1), total=3, waiting=[Waiting("two", 10.0), Waiting("three", 5.0)])
    assert "checking <code>count</code>: check 2 of 3, at most 10 s" in shown


def test_a_running_check_says_when_it_was_not_heard_of_for_longer_than_it_can_take_and_a_finished_one_does_not():
    waiting = [Waiting("one", 5.0)]
    assert "The kernel has said nothing for 20 s." in page(total=1, waiting=waiting)
    assert "The kernel" not in page(CheckResult("one", True, 0.1))
    report = Report("count", (), 1)
    assert "The kernel" not in report_html(report, waiting=waiting, interrupted="interrupted after 3 s")


def test_what_stands_below_a_report_is_at_its_end():
    assert page(CheckResult("one", True, 0.1), footer="<p>Go on</p>").endswith("<p>Go on</p></div>")
