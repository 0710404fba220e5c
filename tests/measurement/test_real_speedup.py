"""Measuring on the real machine and its clock: what is started is stopped, and what is asked for is done."""

import itertools
import json
import multiprocessing
import os
import time
from types import SimpleNamespace

import psutil
import pytest

from lockstep.machine.processes import descendants, stop
from lockstep.measurement.measured_program import program_of
from lockstep.measurement.measuring import measured, request_for, speedup
from lockstep.measurement.timing import THREAD_VARIABLES, ThisMachine, one_thread_a_process


def busy_loop(size, workers):
    """Real processes: half of them would do for a test of the effects."""
    with multiprocessing.Pool(workers) as pool:
        return sum(pool.map(abs, range(size)))


def sleep_in_pool(size, workers):
    with multiprocessing.Pool(workers) as pool:
        return pool.map(time.sleep, [size] * workers)


def with_pool(size, pool):
    return sum(pool.map(abs, range(size)))


def test_a_real_campaign_leaves_no_process_and_its_result_is_a_value():
    before = descendants()
    result = speedup(busy_loop, 100, workers=[1, 2], seconds=0.1, live=False)
    assert result.state == "finished"
    assert 1 <= result.rounds == result.rounds_done
    assert {row["workers"] for row in result.table()} == {1, 2}
    assert json.loads(json.dumps(result.to_json()))["points"][1]["workers"] == 2
    assert descendants() <= before


def test_a_warm_pool_is_started_once_for_each_number_of_workers():
    started = []

    def pool(workers):
        started.append(workers)
        return multiprocessing.Pool(workers)

    speedup(with_pool, 10, workers=[1, 2], seconds=0.1, warm=True, pool=pool, live=False)
    assert sorted(started) == [1, 2]
    started.clear()
    result = speedup(with_pool, 10, workers=[1, 2], seconds=0.1, pool=pool, live=False)
    assert len(started) == len(result.samples) > 2


def test_an_interrupt_in_the_middle_of_a_real_run_leaves_no_process():
    before = descendants()
    seen = itertools.count()

    def show(result):
        if next(seen) == 3:
            leave_one_running()
            raise KeyboardInterrupt

    result = measured(request_for(sleep_in_pool, (0.001,), workers=[1, 2]), show)
    assert result.state == "interrupted"
    assert "Interrupted after" in result.sentence()
    assert descendants() <= before


def leave_one_running():
    multiprocessing.get_context("spawn" if os.name == "nt" else "fork").Process(target=time.sleep, args=(60,)).start()


def test_an_error_of_the_program_is_the_learners_own_and_leaves_no_process():
    def broken(size, workers):
        leave_one_running()
        raise ZeroDivisionError("mine")

    before = descendants()
    with pytest.raises(ZeroDivisionError, match="mine"):
        speedup(broken, 1, live=False)
    assert descendants() <= before


def test_blas_has_one_thread_while_measuring_and_gets_its_own_back(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with one_thread_a_process():
        assert {os.environ[name] for name in THREAD_VARIABLES} == {"1"}
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "MKL_NUM_THREADS" not in os.environ


@pytest.mark.skipif("forkserver" not in multiprocessing.get_all_start_methods(), reason="there is none")
def test_a_forkserver_that_already_runs_has_one_thread_while_measuring_and_its_own_after_an_error(monkeypatch):
    context = multiprocessing.get_context("forkserver")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    with ThisMachine(context.Pool):
        pass
    assert threads_of_a_worker(1, context) == "7", "it runs"

    def fails(size, workers):
        seen.append(threads_of_a_worker(size, context))
        context.Process(target=time.sleep, args=(60,)).start()
        raise ZeroDivisionError("mine")

    seen = []
    with pytest.raises(ZeroDivisionError), ThisMachine(context.Pool) as machine:
        machine.run(program_of(fails, (1,)), 1, 1, False)
    assert seen == ["1"]
    with context.Pool(1) as own:
        assert own.apply(os.getenv, ("OMP_NUM_THREADS",)) == "7"
        with ThisMachine(context.Pool):
            assert own.apply(abs, (-3,)) == 3, "a forkserver at work is left alone"
        assert own.apply(abs, (-4,)) == 4
    with ThisMachine(context.Pool):
        pass  # the one with seven threads is not for the tests that follow


def threads_of_a_worker(size, context):
    with context.Pool(size) as pool:
        return pool.apply(os.getenv, ("OMP_NUM_THREADS",))


def test_a_process_that_ignores_being_asked_is_stopped_all_the_same():
    process = psutil.Popen(
        [
            "python",
            "-c",
            "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)",
        ],
        stdout=-1,
    )
    process.stdout.readline()
    stop({psutil.Process(process.pid)})
    assert process.wait(5) != 0
    process.stdout.close()


def test_a_simulated_curve_may_be_pairs_or_functions():
    curve = SimpleNamespace(cores=(1, 2), speedups=(1.0, 1.5))
    for given in ([(1, 1.0), (2, 1.5)], curve, lambda workers: workers / 2, lambda size, workers: size / 10):
        result = speedup(busy_loop, 10, workers=[1], seconds=0.01, simulated=given, live=False)
        assert result.simulated[0][0] == 1
        assert len(result.simulated) in (2, 8)


def test_this_machine_times_what_it_runs():
    with ThisMachine(multiprocessing.Pool) as machine:
        seconds, answer = machine.run(program_of(lambda size, workers: time.sleep(size) or 7, (0.02,)), 1, 1, False)
    assert answer == 7
    assert seconds >= 0.02
