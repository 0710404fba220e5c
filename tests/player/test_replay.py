"""A schedule that a learner names is run as it says, or refused in words."""

import pytest

from lockstep import explore
from lockstep.exploration.exploring import replay
from lockstep.player.replaying import ScheduleError, replayed
from lockstep.player.widget import Player
from lockstep.student.failure import CheckFailed
from tests.exploration.taking import take
from tests.exploration.test_counts import COUNTER, PHILOSOPHERS
from tests.player.programs import LOST_WAKE_UP

LOSES = [1, 2, 2, 2, 1, 1, 1, 2]


@pytest.fixture(scope="module")
def counter():
    return take(COUNTER, 2, 2)


def test_a_schedule_of_numbers_gives_its_result(counter):
    assert replayed(counter.findings, [1, 1, 1, 1, 2, 2, 2, 2]).value == 4
    assert replayed(counter.findings, [1, 2, 2, 2, 1, 1, 2, 1]).value == 2


def test_every_result_is_reached_by_the_schedule_that_its_trace_names(counter):
    for total in (2, 3, 4):
        steps = [step.process for step in counter.schedule(lambda value, total=total: value == total).steps]
        done = replayed(counter.findings, steps)
        assert done.value == total
        assert list(done.schedule) == steps
        assert "returns" in done.trace()


def test_names_and_numbers_are_the_same(counter):
    names = ["Process-1", "Process-2", *["Process-2"] * 3, *["Process-1"] * 3, "main"]
    assert replayed(counter.findings, names) == replayed(counter.findings, [1, 2, 2, 2, 2, 1, 1, 1, 0])


def test_the_end_may_be_left_out_where_only_one_can_go(counter):
    assert replayed(counter.findings, [1, 1, 1, 1]).value == 4


@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        ([1, 1, 2], "the schedule is too short: after its 3 steps Process-1 and Process-2 can go"),
        ([], "the schedule is too short: after its 0 steps Process-1 and Process-2 can go"),
        ([1] * 5, "step 5: Process-1 cannot go: it has ended. Process-2 can."),
        ([1, 1, 1, 1, 2, 2, 2, 2, 0, 1], "the schedule is too long by 1 step: after step 9 it is over"),
        ([0], "step 1: main cannot go: it waits to join Process-1"),
        ([3], "step 1: there is no Process-3; the processes are main, Process-1, Process-2"),
        ([1.5], "step 1: a process is named by its number (0 is main) or its name, not by 1.5"),
        ([True], "not by True"),
        ([(1, 3)], "step 1: Process-1 can go in 1 ways here, counted from 0; there is no way 3"),
    ],
)
def test_a_schedule_that_does_not_fit_is_refused_in_words(counter, schedule, told):
    with pytest.raises(ScheduleError) as refused:
        replayed(counter.findings, schedule)
    assert told in refused.value.message


def test_somebody_who_waits_for_a_lock_is_refused_with_its_holder():
    with pytest.raises(
        CheckFailed, match=r"Process-3 cannot go: it waits to acquire forks\[0\].*and Process-1 holds"
    ) as refused:
        replayed(take(PHILOSOPHERS, 3).findings, [3, 1, 3])
    assert "So far:" in str(refused.value)


def test_a_deadlock_returns_nothing_and_says_why():
    done = replayed(take(PHILOSOPHERS, 3).findings, [1, 2, 3])
    assert done.deadlocked
    assert not done.returned
    with pytest.raises(ScheduleError, match="returns nothing under this schedule: Nobody can go on: deadlock"):
        _ = done.value


def test_a_schedule_that_is_no_list_is_refused():
    for wrong in (12, "12", None):
        with pytest.raises(ScheduleError, match="a schedule is a list of process numbers"):
            replay(print, schedule=wrong)


def count(workers, times):
    from multiprocessing import Process, Value

    total = Value("i", 0)
    processes = [Process(target=add, args=(total, times)) for _ in range(workers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return total.value


def add(total, times):
    for _ in range(times):
        total.value += 1


def test_a_function_of_a_file_is_replayed():
    assert replay(count, 2, 2, schedule=[1, 2, 2, 2, 1, 1, 2, 1]).value == 2
    assert explore(count, 2, 1).results == {1: 4, 2: 2}


def test_the_widget_counts_only_a_path_that_python_has_replayed(counter):
    player = Player(counter.findings, lambda total: total == 2)
    player.path = [["Process-1", 0]] * 4 + [["Process-2", 0]] * 4 + [["main", 0]]
    assert not player.reached
    assert "not the goal" in player.verdict
    player.path = [["Process-9", 0]]
    assert not player.reached
    assert "cannot replay" in player.verdict
    player.path = [[f"Process-{each}", 0] for each in (1, 2, 2, 2, 1, 1, 2, 1)] + [["main", 0]]
    assert player.reached
    assert "It counts" in player.verdict
    assert replayed(counter.findings, player.schedule).value == 2


def test_a_wake_up_before_the_wait_is_driven_to_a_deadlock():
    player = Player(take(LOST_WAKE_UP).findings, "deadlock")
    player.path = [["main", 0]] * 3 + [["Process-1", 0]] * 2
    assert player.reached
