"""`simulate` as learners and checks call it: through another process, with words for what goes wrong."""

import pytest

from lockstep import simulate
from lockstep.simulation.costs import IDEAL, LAPTOP, Costs
from lockstep.simulation.runs import NotSimulated, costs_named
from lockstep.student.failure import CheckFailed, StudentMissing, StudentRaised, StudentTimedOut
from lockstep.student.session import student

from . import programs

TEXT = """
import multiprocessing as mp
from concurrent.futures import ProcessPoolExecutor
from lockstep.standin.timed.clock import work

def overlap(tasks, workers=1):
    processes = [mp.Process(target=work, args=(seconds,)) for seconds in tasks]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return len(tasks)

def one_by_one(tasks):
    for seconds in tasks:
        work(seconds)

def call_all(functions):
    return [function() for function in functions]

def seven():
    return 7

def hang():
    mp.Queue().get()

def fail():
    raise KeyError("lost")

def bad_start():
    raise RuntimeError("the initializer failed")

def broken_pool():
    with mp.Pool(2, bad_start) as pool:
        pool.map(abs, [1])

def broken_executor():
    with ProcessPoolExecutor(2, initializer=bad_start) as pool:
        pool.submit(abs, 1).result()

def spin():
    flag = mp.RawValue("i", 0)
    while not flag.value:
        pass

def thread():
    import threading
    threading.Thread(target=work, args=(1,)).start()

print("this line is no definition")
"""


@pytest.fixture(scope="module")
def learner(tmp_path_factory):
    path = tmp_path_factory.mktemp("program") / "mine.py"
    path.write_text(TEXT)
    with student(path, limit=100) as found:
        yield found


def test_a_learners_function_is_simulated_against_its_serial_one(learner):
    found = simulate(learner.overlap, [1.0] * 4, cores=2, serial=learner.one_by_one, costs="ideal")
    assert (found.makespan, found.serial, found.result) == (pytest.approx(2), pytest.approx(4), 4)
    assert (found.speedup, found.efficiency, found.extra_work) == (pytest.approx(2), pytest.approx(1), pytest.approx(1))
    assert {wait.line for wait in found.waiting} == {"mine.py:11"}
    assert "exact" in str(found.accuracy)
    assert "parallelism 2.00" in str(found)


def test_a_curve_gives_every_number_of_cores_and_free_workers_follow_it(learner):
    curve = simulate.curve(learner.overlap, [1.0] * 8, cores=[4, 1, 2, 64], costs=IDEAL)
    assert curve.cores == (1, 2, 4, 64)
    assert curve.speedups == (1, 2, 4, 8)
    assert curve.at(4).parallelism == pytest.approx(4)
    with pytest.raises(KeyError, match="1, 2, 4, 64"):
        curve.at(3)


def test_functions_cross_by_name(learner):
    assert simulate(learner.call_all, [learner.seven, learner.seven], cores=1).result == [7, 7]


def test_a_deadlock_is_a_failed_check_with_its_wait_for_graph(learner):
    with pytest.raises(
        CheckFailed, match=r"hang.*deadlock.*main waits for ever in Queue.get \(mine.py:\d+\)"
    ) as caught:
        simulate(learner.hang, cores=2)
    assert "main waits in Queue.get" in caught.value.evidence.text()


def test_what_goes_wrong_is_said_in_the_learners_words(learner):
    with pytest.raises(StudentRaised, match="KeyError"):
        simulate(learner.fail, cores=2)
    with pytest.raises(StudentMissing, match="`nowhere` is not defined"):
        simulate(learner.nowhere, cores=2)
    with pytest.raises(StudentMissing, match="overlap"):
        simulate(learner.overlap, cores=2)
    with pytest.raises(NotSimulated, match="threading"):
        simulate(learner.thread, cores=2)


def test_an_initializer_that_raises_is_named_where_its_pool_fails(learner):
    with pytest.raises(
        CheckFailed, match="waits for ever in Pool.results .* Process-1 ended with RuntimeError: the init"
    ):
        simulate(learner.broken_pool, cores=2)
    with pytest.raises(StudentRaised, match="BrokenProcessPool") as caught:
        simulate(learner.broken_executor, cores=2)
    assert "Process-1 ended with RuntimeError: the initializer failed" in caught.value.traceback


def test_a_loop_that_looks_at_memory_is_stopped_and_told_what_to_do(learner):
    with pytest.raises(StudentTimedOut, match=r"`spin\(\)` was not simulated within 1 s .* a Lock, Event or Queue"):
        simulate(learner.spin, cores=2, limit=1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"repeat": 0}, "repeat is how often"), ({"repeat": 1.5}, "repeat is how often"),
        ({"limit": -1}, "more than 0"), ({"limit": float("nan")}, "more than 0"), ({"limit": "long"}, "more than 0"),
        ({"pipe_capacity": 0}, "how many bytes"), ({"serial": 4}, "serial is a function"),
        ({"cores": 10**6}, "at most 100_000"),
    ],
)  # fmt: skip
def test_options_that_make_no_sense_are_refused_in_words(learner, options, words):
    with pytest.raises((ValueError, TypeError), match=words):
        simulate(learner.seven, **{"cores": 2, **options})


@pytest.mark.parametrize("cores", [[], "12", 4, None, [0], [1, "2"]])
def test_a_curve_wants_a_list_of_numbers_of_cores(learner, cores):
    with pytest.raises(ValueError, match="cores is"):
        simulate.curve(learner.seven, cores=cores)


@pytest.mark.parametrize("cores", [0, -1, 2.5, True, "4"])
def test_impossible_numbers_of_cores_are_refused(learner, cores):
    with pytest.raises(ValueError, match="a whole number from 1"):
        simulate(learner.seven, cores=cores)


def test_a_call_in_place_of_a_function_and_unknown_costs_are_refused(learner):
    with pytest.raises(TypeError, match="a function and its arguments"):
        simulate(7, cores=2)
    with pytest.raises(ValueError, match="top level"):
        simulate(lambda: 1, cores=2)
    with pytest.raises(ValueError, match="laptop"):
        simulate(learner.seven, cores=2, costs="mainframe")
    assert costs_named(None, trusted=False) is LAPTOP


def test_a_plain_function_of_a_file_is_simulated_too():
    found = simulate(programs.parallel_sum, 4, cores=4, serial=programs.serial_sum, costs="laptop")
    assert found.result == programs.serial_sum()
    assert 1 < found.parallelism <= 4
    assert found.work > 0.01


def test_costs_come_back_as_they_were_and_none_is_negative():
    assert Costs.of_data(LAPTOP.to_data()) == LAPTOP
    with pytest.raises(ValueError, match="below 0"):
        Costs.of_data({**LAPTOP.to_data(), "wake": -1.0})
