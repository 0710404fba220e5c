"""NumPy's numbers count as Python's, times without end are errors, and a result that is no data is told of."""

import copy
import pickle
import warnings

import numpy as np
import pytest

from lockstep import simulate
from lockstep.simulation.simulating import _whole
from lockstep.simulation.simulation import NoResult
from lockstep.student.failure import StudentRaised
from tests.simulation import odd_results
from tests.simulation.virtual import reply, simulated


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("mp.Barrier(np.int64(1)).wait()", 0),
        ("[q := mp.Queue(np.int64(1)), q.put(1), q.full()][2]", True),
        ("mp.Event().wait(np.float32(0.5))", False),
        ("mp.Lock().acquire(timeout=np.int64(2))", True),
        ("[s := mp.Semaphore(np.int64(2)), s.acquire(), s.get_value()][2]", 1),
        ("mp.Pipe()[0].poll(np.float64(1))", False),
        ("time.sleep(np.float32(1))", None),
        ("work(np.float32(1))", None),
        ("[c := mp.Condition(), c.acquire(), c.notify(np.int64(1))][2]", None),
        ("[p := mp.Process(target=time.sleep, args=(9,)), p.start(), p.join(np.int64(1)), p.is_alive()][3]", True),
        ("mp.Pool(np.int64(2)).map(abs, [np.int64(-1)], np.int64(1))", [1]),
    ],
)
def test_numbers_of_numpy_are_numbers(expression, result):
    assert simulated(f"import numpy as np\ndef main():\n    return {expression}").result == result


def test_a_time_limit_of_numpy_passes():
    found = simulated("""
        import queue
        import numpy as np

        def main():
            try:
                mp.Queue().get(timeout=np.int64(3))
            except queue.Empty:
                return time.perf_counter()
    """)
    assert found.result == 3


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("mp.Queue().get(timeout=math.inf)", "OverflowError"),
        ("mp.Queue().get(timeout=math.nan)", "ValueError"),
        ("mp.Pipe()[0].poll(math.inf)", "OverflowError"),
        ("time.sleep(math.nan)", "ValueError"),
        ("time.sleep(math.inf)", "OverflowError"),
        ("time.sleep(1e30)", "OverflowError"),
        ("work(math.inf)", "ValueError"),
    ],
)
def test_a_time_without_end_is_an_error_where_it_is_asked_for(statement, error):
    program = f"import math\ndef main():\n work(1)\n q = mp.Queue()\n try:\n  {statement}\n except {error}:\n  return 7"
    assert simulated(program).result == 7
    assert simulated(program).work == pytest.approx(1), "nothing of what came before is lost"
    assert reply(f"import math\ndef main():\n {statement}")["raised"]["types"][0] == error


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (odd_results.generator, "it is a generator, which cannot leave the process; return a list"),
        (odd_results.function, "it is a function, which cannot leave the process"),
    ],
)
def test_a_result_that_is_no_data_is_told_of(function, words):
    with pytest.warns(UserWarning, match=words):
        found = simulate(function, cores=1, costs="ideal")
    assert isinstance(found.result, NoResult)
    assert f"no result: {words}" in str(found)
    assert words in repr(found.result)


def test_a_result_that_is_none_is_not_told_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = simulate(odd_results.nothing, cores=np.int64(4), costs="ideal")
        curve = simulate.curve(odd_results.nothing, cores=np.arange(1, 3), costs="ideal", pipe_capacity=np.int32(100))
    assert (found.result, type(found.cores), found.cores) == (None, int, 4)
    assert "no result" not in str(found)
    assert curve.cores == (1, 2)


@pytest.mark.parametrize("number", [True, np.bool_(True), 0, np.int64(0), 2.0, np.float64(2), "2", None])
def test_whole_numbers_are_whole(number):
    with pytest.raises(ValueError, match="cores: a whole number from 1, not"):
        _whole("cores", number)


def test_a_simulation_cannot_be_changed_and_is_copied_whole():
    found = simulated("def main():\n    work(1)")
    with pytest.raises(TypeError):
        found.busy["main"] = 9
    for again in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found), copy.copy(found)):
        assert (again.busy, again.makespan, again.log) == (found.busy, found.makespan, found.log)
        with pytest.raises(TypeError):
            again.busy["main"] = 9


def test_a_function_that_cannot_go_to_another_process_is_told_as_everywhere():
    with pytest.raises(
        StudentRaised, match=r"a function inside a function \(`add` in `inner_target`\) cannot go to another process"
    ):
        simulate(odd_results.inner_target, cores=1, costs="ideal")


def test_a_structure_is_shared_field_by_field():
    assert simulate(odd_results.structure, cores=1, costs="ideal").result == (2, b"b", 2)
