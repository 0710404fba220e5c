"""The data of the player hold the program's graph, its counts, and what went wrong in words."""

import json

import pytest

from lockstep.player.page_data import player_data
from lockstep.player.standalone import page
from lockstep.player.widget import Player
from tests.exploration.taking import take
from tests.exploration.test_bugs import BUFFER
from tests.exploration.test_counts import COUNTER, PHILOSOPHERS
from tests.player.programs import CRASH, PROGRAMS, THREE_KINDS
from tests.player.rules import Rules


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name != "peterson"])
def test_the_ways_in_the_data_are_the_interleavings_that_explore_counted(name):
    text, arguments = PROGRAMS[name]
    found = take(text, *arguments)
    data = json.loads(json.dumps(player_data(found.findings)))
    ways = Rules(data).ways()
    assert sum(ways.values()) == found.interleavings
    assert sum(number for title, number in ways.items() if title.endswith("deadlock")) == found.deadlocks


@pytest.mark.parametrize(
    ("program", "arguments"), [*PROGRAMS.values(), (PHILOSOPHERS, (6,)), (COUNTER, (2, 4)), (BUFFER, ("notify_all", 2))]
)
def test_the_rules_in_the_data_make_every_state_of_the_program_and_no_other(program, arguments):
    found = take(program, *arguments)
    data = json.loads(json.dumps(player_data(found.findings)))
    assert len(Rules(data).states()) == found.states


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_trace_leads_to_what_it_is_of_by_the_rules_of_the_data(name):
    text, arguments = PROGRAMS[name]
    data = player_data(take(text, *arguments).findings)
    rules = Rules(data)
    ends = [rules.special(rules.along(trace)) for trace in data["traces"]]
    assert ends[0][2] == bool(data["aim"]), "the first leads to what a driver tries to reach"
    for trace, (outcome, lost, _) in zip(data["traces"], ends, strict=True):
        assert trace["fails"] == bool(lost or data["outcomes"][outcome]["bad"])


def test_a_program_that_cannot_fail_has_nothing_to_aim_at():
    data = player_data(take(PHILOSOPHERS, 3, True).findings)
    assert (data["aim"], data["headline"]) == ("", "No failure was found; all were tried.")
    assert not any(outcome["goal"] for outcome in data["outcomes"])


def test_a_large_graph_is_driven_by_rules_that_are_few():
    found = take(PHILOSOPHERS, 6)
    data = player_data(found.findings)
    assert found.states > 2_000
    assert (data["drivable"], data["counted"]) == (True, False)
    assert len(json.dumps(data)) < 20_000


def test_too_many_rules_are_not_sent_but_traces_are():
    found = take(COUNTER, 2, 12)
    data = player_data(found.findings)
    rules = Rules(data)
    assert not data["drivable"]
    assert found.states > 20_000
    assert len(json.dumps(data)) < 20_000
    outcome, _, aimed = rules.special(rules.along(data["traces"][0]))
    assert aimed
    assert data["outcomes"][outcome]["bad"]


def test_every_kind_of_failure_has_its_trace():
    data = player_data(take(THREE_KINDS).findings)
    assert [trace["title"] for trace in data["traces"]] == ["a deadlock", "a crash", "a result other than 2"]
    rules = Rules(data)
    titles = [data["outcomes"][rules.special(rules.along(trace))[0]]["title"] for trace in data["traces"]]
    assert titles == ["deadlock", "returns 1, Process-1 ends with ValueError: late", "returns 1"]
    assert len({trace["headline"] for trace in data["traces"]}) == 3


def test_a_program_over_the_budget_shows_the_failure_that_was_found():
    found = take(COUNTER, 2, 10, budget=8_000)
    assert not found.claim.complete
    data = player_data(found.findings)
    assert not data["drivable"]
    assert data["headline"].startswith("There are interleavings that do not return 20, as an undisturbed run does; ")
    assert [outcome["goal"] for outcome in data["outcomes"]] == [True]
    assert "overwritten" in data["traces"][0]["story"][0]


def test_long_values_are_cut():
    data = player_data(take("def main():\n    v = Value('i', 1)\n    v.value\n    return 'x' * 10_000").findings)
    assert all(len(outcome["title"]) <= 200 for outcome in data["outcomes"])


def test_a_goal_that_nothing_reaches_is_refused():
    with pytest.raises(ValueError, match="no interleaving of main reaches this goal"):
        player_data(take(COUNTER, 2, 1).findings, goal=lambda total: total == 17)
    with pytest.raises(TypeError, match='a function of what the program returns, or "deadlock", or "livelock"'):
        player_data(take(COUNTER, 2, 1).findings, goal=17)


def test_what_a_learner_wrote_cannot_close_the_script_of_a_saved_page():
    text = page(
        player_data(
            take("def main():\n    v = Value('i', 1)\n    return v.value, '</script><script>alert(1)//'").findings
        )
    )
    assert text.count("</script>") == 2
    assert "<script>alert" not in text


def test_a_schedule_in_a_report_is_lanes_with_what_a_learner_wrote_as_text():
    shown = take(CRASH).failure()._repr_html_()
    assert "&lt;b&gt;stock&lt;/b&gt;" in shown
    assert "<b>stock" not in shown
    assert "inside store" in shown
    assert shown.count("<tr") == len(take(CRASH).failure().steps) + 1
    assert "waits: acquire forks[1], held by Process-2" in take(PHILOSOPHERS, 3).failure()._repr_html_()


def test_a_saved_page_asks_for_nothing_else(tmp_path):
    take(COUNTER, 2, 1).save(tmp_path / "why.html")
    text = (tmp_path / "why.html").read_text("utf-8")
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert " src=" not in text
    assert "@import" not in text


def test_a_player_is_a_picture_and_a_text_where_there_are_no_widgets():
    picture, text = Player(take(COUNTER, 2, 1).findings).still()
    assert text.splitlines()[0].startswith("4 of 6 interleavings do not return 2")
    assert "write total = 1" in text
    assert picture.count("<tr") > 5
    assert "<script" not in picture


def test_a_puzzle_without_widgets_does_not_tell_its_answer():
    for form in Player(take(COUNTER, 2, 1).findings, lambda total: total == 1, puzzle=True).still():
        assert "run this cell in a notebook, and drive" in form
        assert "Process-1" not in form
