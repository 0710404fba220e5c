"""The data of the player hold the program's graph, its counts, and what went wrong in words."""

import json

import pytest

from lockstep.player.data import player_data
from lockstep.player.page import page
from tests.explore.taking import take
from tests.explore.test_counts import COUNTER, PHILOSOPHERS
from tests.player.programs import CRASH, EVENT, LOST_WAKE_UP, PROGRAMS


def ways_of(data):
    """Ways from state 0 to each outcome, counted on the data alone; the graph must have no cycle."""
    known = {}

    def ways(state):
        if state not in known:
            sums = [0] * len(data["outcomes"])
            if str(state) in data["ends"]:
                sums[data["ends"][str(state)]] += 1
            for _, after, _ in data["moves"][state]:
                sums = [one + other for one, other in zip(sums, ways(after), strict=True)]
            known[state] = sums
        return known[state]

    return dict(zip([outcome["title"] for outcome in data["outcomes"]], ways(0), strict=True))


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name != "peterson"])
def test_the_ways_in_the_data_are_the_interleavings_that_explore_counted(name):
    text, arguments = PROGRAMS[name]
    found = take(text, *arguments)
    data = json.loads(json.dumps(player_data(found)))
    ways = ways_of(data)
    assert sum(ways.values()) == found.interleavings
    assert sum(number for title, number in ways.items() if title.endswith("deadlock")) == found.deadlocks


def test_the_trace_leads_to_the_failure_by_moves_of_the_data():
    for text, arguments in PROGRAMS.values():
        data = player_data(take(text, *arguments))
        state = 0
        for actor, choice in data["trace"]:
            state = [after for who, after, _ in data["moves"][state] if who == actor][choice]
        if data["aim"]:
            assert state in data["lost"] or data["outcomes"][data["ends"][str(state)]]["goal"]


def test_philosophers_are_told_who_holds_and_who_waits():
    data = player_data(take(PHILOSOPHERS, 3))
    assert data["headline"] == "6 of 168 interleavings deadlock; all were tried."
    assert "Process-1 holds forks[0] and waits for forks[1], which Process-2 holds." in data["story"]
    assert "They wait in a circle: Process-1 → Process-2 → Process-3 → Process-1." in data["story"]


def test_a_lost_update_names_the_write_that_was_overwritten():
    data = player_data(take(COUNTER, 2, 1))
    assert data["headline"] == "4 of 6 interleavings do not return 2, as an undisturbed run does; all were tried."
    assert data["story"] == [
        "Process-1 read total = 0 in step 1 and wrote 1 in step 4: Process-2's 1 (step 3) is overwritten."
    ]


def test_updates_one_after_another_overwrite_nothing():
    data = player_data(take(COUNTER, 2, 1), goal=lambda total: total == 2)
    assert data["story"] == []


def test_a_wake_up_that_met_nobody_is_named():
    story = player_data(take(LOST_WAKE_UP))["story"]
    assert "Process-1 waits for a notification on changed, and nobody is left who could give one." in story
    assert any(
        sentence.startswith("The notification of main in step") and "met nobody" in sentence for sentence in story
    )


def test_an_event_that_was_cleared_too_early_is_named():
    data = player_data(take(EVENT, True))
    assert "deadlock" in data["headline"]
    assert "Process-1 waits for ready to be set, and nobody is left who could set it." in data["story"]
    assert "main cleared ready in step 2, before Process-2 had seen it set." in data["story"]
    assert not any("deadlock" in outcome["title"] for outcome in player_data(take(EVENT, False))["outcomes"])


def test_a_crash_is_told_with_its_exception():
    assert any("LookupError" in sentence for sentence in player_data(take(CRASH))["story"])


def test_a_program_that_cannot_fail_has_nothing_to_aim_at():
    data = player_data(take(PHILOSOPHERS, 3, True))
    assert (data["aim"], data["headline"]) == ("", "No failure was found; all were tried.")
    assert not any(outcome["goal"] for outcome in data["outcomes"])


def test_a_large_graph_sends_only_the_trace():
    found = take(PHILOSOPHERS, 6)
    data = player_data(found)
    assert found.states > 2_000
    assert not data["whole"]
    assert len(data["states"]) == len(data["trace"]) + 1 == 7
    assert len(json.dumps(data)) < 20_000


def test_a_program_over_the_budget_shows_the_failure_that_was_found():
    found = take(COUNTER, 2, 10, budget=8_000)
    assert not found.claim.complete
    data = player_data(found)
    assert not data["whole"]
    assert data["headline"].startswith("There are interleavings that do not return 20, as an undisturbed run does; ")
    assert [outcome["goal"] for outcome in data["outcomes"]] == [True]
    assert "overwritten" in data["story"][0]


def test_long_values_are_cut():
    data = player_data(take("def main():\n    v = Value('i', 1)\n    v.value\n    return 'x' * 10_000"))
    assert all(len(outcome["title"]) <= 200 for outcome in data["outcomes"])


def test_a_goal_that_nothing_reaches_is_refused():
    with pytest.raises(ValueError, match="no interleaving of main reaches this goal"):
        player_data(take(COUNTER, 2, 1), goal=lambda total: total == 17)
    with pytest.raises(TypeError, match='a function of what the program returns, or "deadlock"'):
        player_data(take(COUNTER, 2, 1), goal=17)


def test_what_a_learner_wrote_cannot_close_the_script_of_a_saved_page():
    text = page(
        player_data(take("def main():\n    v = Value('i', 1)\n    return v.value, '</script><script>alert(1)//'"))
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
