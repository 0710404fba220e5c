"""`explore` itself: learners' functions in their own process, functions of a file, the result as data, bad input."""

import importlib

import pytest

from lockstep.exploration.exploring import explore
from lockstep.exploration.findings import NotExplored
from lockstep.exploration.typed import Results
from lockstep.student.failure import CheckFailed, StudentTimedOut
from lockstep.student.given import given
from lockstep.student.session import student
from tests.exploration.taking import take
from tests.exploration.test_counts import COUNTER

LEARNER = '''
"""A learner's file."""
import multiprocessing as mp
import time


def add(total, times):
    for _ in range(times):
        total.value += 1


def count(workers, times):
    total = mp.Value("i", 0)
    processes = [mp.Process(target=add, args=(total, times)) for _ in range(workers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return total.value


class Meeting:
    def __init__(self):
        self.here = [mp.Semaphore(0), mp.Semaphore(0)]

    def meet(self, who):
        self.here[who].release()
        self.here[1 - who].acquire()


def clock():
    return time.time()


def for_ever():
    while True:
        pass


def something():
    return object()


def nameless():
    mp.Process(target=lambda: None).start()


lock = sorted([mp.Lock()])[0]


def guarded():
    with lock:
        return 1


def shared():
    return mp.Value("i", 1)


class Counter:
    def __init__(self, start):
        self.n = mp.Value("i", start)

    def increment(self):
        self.n.value += 1
        return self.n.value
'''


@pytest.fixture
def learner(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(LEARNER, encoding="utf-8")
    with student(path, limit=20) as opened:
        yield opened


def test_a_learners_function_is_explored_in_the_learners_process(learner):
    found = explore(learner.count, 2, 2)
    assert found.interleavings == 70
    assert found.results == {2: 32, 3: 32, 4: 6}
    assert "mine.py, line 9: total.value += 1" in found.always(lambda total: total > 0).trace()


def test_given_code_uses_the_learners_class(learner):
    @given
    def two_meet(times):
        from multiprocessing import Process

        meeting = Meeting()  # noqa: F821
        processes = [Process(target=Meeting.meet, args=(meeting, who)) for who in (0, 1)]  # noqa: F821
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return times

    learner_session = learner.__dict__["_session"]
    learner_session.given = given.source()
    assert explore(learner.two_meet, 3).always(lambda value: value == 3).interleavings == 4


@given
class Counted:
    def __init__(self, start):
        self.n = start

    def increment(self):
        self.n += 1
        return self.n


def test_a_learners_object_is_judged_by_what_is_given(learner):
    explore(learner.Counter, 4, clients=["increment(); increment()"]).one_at_a_time(Counted)
    found = explore(learner.Counter, 4, clients=["increment()", "increment()"])
    with pytest.raises(CheckFailed, match="`increment\\(\\)` of Process-2 both returned 6"):
        found.one_at_a_time(Counted)
    assert "mine.py, line" in found.trace()


def test_an_object_of_a_file_is_explored_by_its_class(tmp_path, monkeypatch):
    (tmp_path / "of_a_file.py").write_text(LEARNER, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("of_a_file")
    explore(module.Counter, 4, clients=["increment()"]).one_at_a_time(Counted)


def test_a_clock_is_refused_by_name(learner):
    with pytest.raises(NotExplored, match="`explore` does not cover what depends on a clock"):
        explore(learner.clock)


def test_a_loop_without_operations_runs_into_the_limit(learner):
    with pytest.raises(StudentTimedOut, match="the program was still running after 1 s") as stopped:
        explore(learner.for_ever, limit=1)
    assert "in `for_ever` at mine.py, line 3" in stopped.value.stacks
    assert stopped.value.__notes__ == [stopped.value.stacks]


def test_in_a_check_the_checks_limit_holds(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(LEARNER, encoding="utf-8")
    with student(path, limit=1) as learner, pytest.raises(StudentTimedOut, match="still running after 1 s"):
        explore(learner.for_ever)


def test_what_is_no_function_is_refused(learner):
    with pytest.raises(
        TypeError, match=r"`explore` takes a function and its arguments: explore\(f, x\), not explore\(f\(x\)\)"
    ):
        explore(3)
    with pytest.raises(ValueError, match="a budget is a number of states"):
        explore(learner.count, 2, 2, budget=0)
    with pytest.raises(ValueError, match="a budget is a number of states, at least 1, not 'many'"):
        explore(learner.count, 2, 2, budget="many")
    with pytest.raises(TypeError, match=r"argument 2 of `count` \(object\) cannot be given to the process"):
        explore(learner.count, 2, object())
    with pytest.raises(ValueError, match="a lambda has no name to find it by: define the function with `def`"):
        explore(lambda: None)
    for limit in (-1, 0, "x"):
        with pytest.raises(ValueError, match=f"a limit is a number of seconds, more than 0, not {limit!r}"):
            explore(learner.count, 2, 1, limit=limit)
    with pytest.raises(ValueError, match="a pipe holds at least 1 byte"):
        explore(learner.count, 2, 2, pipe_capacity=0)


def test_a_result_that_is_no_data_is_refused_by_its_kind(learner):
    with pytest.raises(NotExplored, match="`explore` compares what main returns, and it is an object, which cannot"):
        explore(learner.something)
    with pytest.raises(NotExplored, match=r"it is a Value, which cannot leave the process; return its \.value"):
        explore(learner.shared)


def test_a_lock_of_the_top_level_is_refused_with_what_to_do(learner):
    told = (
        "`lock` is made with `Lock` when the file runs (mine.py, line 48); under spawn every process makes one of its "
        "own, which keeps nobody out: make it in the function that starts the processes, and give it to them as an "
        "argument (to a pool by `initializer` and `initargs`)"
    )
    with pytest.raises(NotExplored) as refused:
        explore(learner.guarded)
    assert str(refused.value) == told


def test_the_result_shows_itself_in_words_with_its_results_in_order(learner):
    found = explore(learner.count, 2, 2)
    assert repr(found) == "count: all 70 interleavings; results 2: 32, 3: 32, 4: 6"
    assert (found.processes, found.operations) == (2, {"cell.read", "cell.write"})


def test_an_error_that_shows_an_address_is_the_same_error_every_time(learner):
    told = str(explore(learner.nameless))
    assert "crashes in 1 interleaving (main: PicklingError: a lambda cannot go to another process" in told


def test_the_result_cannot_be_changed():
    found = take(COUNTER, 2, 1)
    with pytest.raises(AttributeError):
        found.states = 3
    with pytest.raises(TypeError):
        found.results[2] = 5


def test_results_tell_types_apart():
    results = Results([(True, 1), (1, 2), ([1], 3), ((1,), 4), (0.0, 5), (-0.0, 6)])
    assert (results[True], results[1], results[[1]], results[(1,)], results[0.0], results[-0.0]) == (1, 2, 3, 4, 5, 6)
    assert len(results) == 6
    assert results != {1: 1}


def test_sometimes_says_what_comes_instead():
    found = take(COUNTER, 2, 1).sometimes(lambda total: total == 1)
    with pytest.raises(CheckFailed, match="No interleaving gives such a result"):
        found.sometimes(lambda total: total == 7)
