"""What went wrong is told from the trace: every sentence names processes, objects and lines, and is true."""

from textwrap import indent

import pytest

from lockstep.player.page_data import player_data
from lockstep.player.story import story
from lockstep.student.failure import CheckFailed
from tests.exploration.taking import take
from tests.exploration.test_bugs import BUFFER, PARALLEL_MAP, PETERSON
from tests.exploration.test_counts import COUNTER, PHILOSOPHERS
from tests.player.programs import CRASH, EVENT, LOST_WAKE_UP

MAIN = """
def main():
{setting}
    for process in processes:
        process.start()
    for process in processes:
        process.join()
"""


def program(definitions, setting, after=""):
    """A program whose main starts and joins `processes`; line 4 is the first of `definitions`."""
    return definitions + MAIN.format(setting=indent(setting.strip(), "    ")) + indent(after, "    ")


def told(found, trace=0):
    return player_data(found.findings)["traces"][trace]["story"]


def test_two_locks_in_opposite_order():
    found = take(
        program(
            "def move(first, second):\n    with first:\n        with second:\n            pass",
            "a, b = Lock(), Lock()\nprocesses = [Process(target=move, args=(a, b)), Process(target=move, args=(b, a))]",
        )
    )
    assert told(found) == [
        "Process-1 (line 6) holds a and waits for b, which Process-2 holds.",
        "Process-2 (line 6) holds b and waits for a, which Process-1 holds.",
        "They wait in a circle: Process-1 → Process-2 → Process-1.",
        "main (line 14) waits for Process-1 to end.",
    ]


def test_philosophers_wait_in_a_circle():
    found = take(PHILOSOPHERS, 3)
    assert player_data(found.findings)["headline"] == "6 of 168 interleavings deadlock; all were tried."
    sentences = told(found)
    assert "Process-1 (line 7) holds forks[0] and waits for forks[1], which Process-2 holds." in sentences
    assert "They wait in a circle: Process-1 → Process-2 → Process-3 → Process-1." in sentences


@pytest.mark.parametrize(
    ("workers", "sentence"),
    [
        (
            2,
            "Process-1 read total = 0 in step 1 and wrote 1 in step 4 (line 7): Process-2's 1 (step 3) is overwritten.",
        ),
        (
            3,
            "Process-2 read total = 1 in step 3 and wrote 2 in step 6 (line 7): Process-3's 2 (step 5) is overwritten.",
        ),
    ],
)
def test_a_lost_update_names_the_write_that_was_overwritten(workers, sentence):
    assert told(take(COUNTER, workers, 1)) == [sentence]


def test_many_lost_updates_are_one_sentence():
    (sentence,) = told(take(COUNTER, 2, 2))
    assert sentence.endswith("and so nothing is left of the 2 writes of Process-2 in between.")


def test_updates_one_after_another_overwrite_nothing():
    data = player_data(take(COUNTER, 2, 1).findings, goal=lambda total: total == 2)
    assert data["traces"][0]["story"] == []


def test_check_then_act_names_the_check_that_was_no_longer_so():
    found = take(
        program(
            "def withdraw(balance, amount):\n    if balance.value >= amount:\n        balance.value -= amount",
            "balance = Value('i', 100, lock=False)\n"
            "processes = [Process(target=withdraw, args=(balance, 70)) for _ in range(2)]",
            "return balance.value",
        )
    )
    assert told(found) == [
        "Process-1 read balance = 100 in step 1 (line 5) and acted on it, but Process-2 wrote 30 in step 4: "
        "the -40 that Process-1 wrote in step 6 (line 6) rests on what was no longer so."
    ]


def test_a_notification_before_the_wait_met_nobody():
    assert told(take(LOST_WAKE_UP)) == [
        "Process-1 (line 7) waits for a notification on changed, and nobody can go on to give one.",
        "The notification of main in step 2 met nobody: none was waiting on changed yet "
        "(Process-1 began to wait in step 5).",
        "main (line 15) waits for Process-1 to end.",
    ]


def test_a_notification_for_somebody_else_names_who_slept_on():
    sentences = told(take(BUFFER, "notify", 2))
    assert "The notification of Process-3 in step 20 woke Process-4; Process-2 slept on." in sentences


def test_an_event_that_was_cleared_too_early_is_named():
    sentences = told(take(EVENT, True))
    assert "Process-1 (line 6) waits for ready to be set, and nobody can go on to set it." in sentences
    assert (
        "main cleared ready in step 2, too early: Process-1 asked in step 3 and Process-2 asked in step 4." in sentences
    )
    outcomes = player_data(take(EVENT, False).findings)["outcomes"]
    assert not any("deadlock" in outcome["title"] for outcome in outcomes)


def test_an_event_that_nobody_sets_is_named():
    found = take(
        program(
            "def wait(ready):\n    ready.wait()",
            "ready = Event()\nprocesses = [Process(target=wait, args=(ready,))]",
        )
    )
    assert "Nobody has set ready." in told(found)


def test_a_barrier_short_of_one_process():
    found = take(
        program(
            "def meet(barrier):\n    barrier.wait()",
            "barrier = Barrier(3)\nprocesses = [Process(target=meet, args=(barrier,)) for _ in range(2)]",
        )
    )
    sentence = "Process-1 (line 5) waits for the others at barrier: 2 of 3 have come, and nobody else can come."
    assert told(found)[0] == sentence


def test_a_join_before_the_queue_is_drained():
    assert told(take(PARALLEL_MAP, 3, 1, "join first", pipe_capacity=20)) == [
        "main (line 20) waits for Process-1 to end.",
        "Process-1 is done, but cannot exit: what it put into results does not fit into the pipe, "
        "and nobody can go on to take something out.",
    ]


def test_a_sentinel_that_another_took():
    sentences = told(take(PARALLEL_MAP, 1, 2, "one sentinel"))
    assert "Process-2 (line 6) waits for something to come out of tasks, and nobody can go on to send it." in sentences
    assert any(
        sentence.startswith("All that came out of tasks: 0 to Process-1 (step")
        and "None to Process-1 (step" in sentence
        for sentence in sentences
    )


def test_a_message_that_nobody_sends():
    found = take("def main():\n    mine, other = Pipe()\n    return mine.recv()")
    assert told(found) == [
        "main (line 6) waits for something to come out of mine's end, and nobody can go on to send it.",
        "Nobody has put anything into mine's end.",
    ]


def test_two_inside_at_once_are_told_with_what_let_them_in():
    found = take(PETERSON, "turn to oneself", 1)
    with pytest.raises(CheckFailed) as failed:
        found.at_most("section", 1)
    path = failed.value.evidence.path
    assert story(found.findings, path) == [
        "Process-1 and Process-2 are inside 'section' at once: Process-1 came in with step 3 (having read "
        "self.flags[1] = 0) and Process-2 came in with step 7 (having read self.turn = 1)."
    ]


def test_a_livelock_says_that_nobody_can_come_to_an_end():
    sentence = "From here on somebody can always go on, but nobody can ever come to an end."
    assert told(take(PETERSON, "no turn", 1)) == [sentence]


def test_a_crash_with_a_lock_says_what_the_dead_still_hold():
    found = take(
        program(
            "def work(lock, total):\n    lock.acquire()\n    if total.value == 1:\n        raise RuntimeError('full')",
            "lock, total = Lock(), Value('i', 1, lock=False)\n"
            "processes = [Process(target=work, args=(lock, total)) for _ in range(2)]",
        )
    )
    assert told(found) == [
        "Process-1 ended with RuntimeError: full, still holding lock.",
        "Process-2 (line 5) waits for lock, which Process-1 holds, though it has ended.",
        "main (line 14) waits for Process-2 to end.",
    ]


def test_a_crash_is_told_with_its_exception():
    assert told(take(CRASH)) == ["Process-2 ended with LookupError: nothing left of <b>stock</b>."]


def test_a_lock_taken_twice_waits_for_itself():
    found = take("def main():\n    lock = Lock()\n    with lock:\n        with lock:\n            pass")
    assert told(found) == ["main (line 7) holds lock and waits for lock, which it holds itself."]
