"""Time limits in virtual time: what has come is given, one limit counts for a whole call, and no limit is too short."""

import pytest

from lockstep.simulation.costs import IDEAL, LAPTOP

from .virtual import simulated

pytestmark = pytest.mark.usefixtures("steady_cpu")
both_costs = pytest.mark.parametrize("costs", [IDEAL, LAPTOP])

SQUARE = """
def square(x):
    work(0.05)
    return x * x
"""


@both_costs
@pytest.mark.parametrize(
    ("opening", "asking"),
    [
        ("mp.Pool(1)", "[opened.apply_async(square, (3,))]; time.sleep(1); return asked[0].get(timeout=0)"),
        ("mp.Pool(1)", "opened.imap(square, [3]); time.sleep(1); return asked.next(timeout=0)"),
        ("ProcessPoolExecutor(1)", "opened.submit(square, 3); time.sleep(1); return asked.result(timeout=0)"),
        ("ProcessPoolExecutor(1)", "opened.map(square, [2, 3], timeout=0.3); time.sleep(1); return list(asked)[1]"),
        (
            "ProcessPoolExecutor(1)",
            "opened.submit(square, 3); time.sleep(1); return wait([asked], 0).done.pop().result()",
        ),
    ],
)
def test_a_result_that_is_there_is_given_though_no_time_is_left(costs, opening, asking):
    program = f"{SQUARE}\ndef main():\n    with {opening} as opened:\n        asked = {asking}\n"
    assert simulated(program, costs=costs).result == 9


def test_a_result_that_is_not_there_is_no_result_when_no_time_is_left():
    program = (
        SQUARE
        + """
def main():
    late = []
    with mp.Pool(1) as pool:
        for ask in (pool.apply_async(square, (3,)).get, pool.imap(square, [3]).next):
            try:
                ask(timeout=0)
            except mp.TimeoutError:
                late.append(time.monotonic())
    with ProcessPoolExecutor(1) as executor:
        try:
            executor.submit(square, 3).result(timeout=0)
        except TimeoutError:
            late.append(time.monotonic())
    return late
"""
    )
    assert simulated(program).result == [0, 0, 0]


def test_results_of_others_do_not_renew_a_limit():
    program = """
    def nap(seconds):
        time.sleep(seconds)

    def main():
        with mp.Pool(2) as pool:
            results = pool.imap(nap, [2] + [0.2] * 8)
            try:
                results.next(timeout=0.5)
            except mp.TimeoutError:
                return time.monotonic()
    """
    assert simulated(program).result == pytest.approx(0.5)


@both_costs
def test_wait_for_has_one_limit_however_often_it_is_notified(costs):
    program = """
    def waiter(condition, queue):
        with condition:
            began = time.monotonic()
            queue.put((condition.wait_for(lambda: False, timeout=0.5), time.monotonic() - began))
            queue.put((condition.wait_for(lambda: True, timeout=0), 0))

    def main():
        condition, queue = mp.Condition(), mp.Queue()
        process = mp.Process(target=waiter, args=(condition, queue))
        process.start()
        for _ in range(8):
            time.sleep(0.2)
            with condition:
                condition.notify_all()
        told = [queue.get(), queue.get()]
        process.join()
        return told
    """
    (late, seconds), at_once = simulated(program, costs=costs).result
    assert (late, at_once) == (False, (True, 0))
    assert seconds == pytest.approx(0.5, abs=0.01)


@both_costs
@pytest.mark.parametrize("timeout", [0, -1])
def test_a_condition_waits_for_its_lock_even_without_time(costs, timeout):
    program = """
    def hold(condition, ready):
        ready.set()
        with condition:
            time.sleep(0.5)

    def main(timeout):
        condition, ready = mp.Condition(), mp.Event()
        process = mp.Process(target=hold, args=(condition, ready))
        with condition:
            process.start()
            ready.wait()
            time.sleep(0.5)
            notified = condition.wait(timeout)
            seconds = time.monotonic()
        process.join()
        return notified, seconds
    """
    notified, seconds = simulated(program, timeout, costs=costs).result
    assert notified is False
    assert seconds == pytest.approx(0.5, abs=0.01) or seconds == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("timeout", [0.5, 1.5])
def test_a_limit_that_passes_while_a_barriers_action_runs_breaks_nothing(timeout):
    program = """
    def act():
        time.sleep(1)

    def other(barrier, timeout, queue):
        for _ in range(2):
            queue.put(barrier.wait(timeout))

    def main(timeout):
        barrier, queue = mp.Barrier(2, act), mp.Queue()
        process = mp.Process(target=other, args=(barrier, timeout, queue))
        process.start()
        times = []
        for _ in range(2):
            time.sleep(0.2)
            times.append((sorted([barrier.wait(), queue.get()]), time.monotonic()))
        process.join()
        return times
    """
    assert simulated(program, timeout).result == [([0, 1], pytest.approx(1.2)), ([0, 1], pytest.approx(2.4))]


def test_as_completed_says_how_many_are_late():
    program = """
    def main():
        seconds = []
        with ProcessPoolExecutor(2) as executor:
            try:
                for future in as_completed([executor.submit(work, x) for x in (1, 5, 9)], timeout=2):
                    seconds.append(time.monotonic())
            except TimeoutError as error:
                return seconds, str(error)
    """
    assert simulated(program).result == ([1], "2 (of 3) futures unfinished")
