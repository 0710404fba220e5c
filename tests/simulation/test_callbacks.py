"""Callbacks in virtual time, and what else the threads of pools do while their process waits."""

import pytest

from lockstep.simulation.costs import IDEAL, LAPTOP

from .virtual import reply, simulated

pytestmark = pytest.mark.usefixtures("steady_cpu")
both_costs = pytest.mark.parametrize("costs", [IDEAL, LAPTOP])

SQUARE = """
def square(x):
    work(0.05)
    if x == 9:
        raise ValueError("nine")
    return x * x
"""


@both_costs
def test_callbacks_are_called_while_the_program_sleeps_and_looks(costs):
    program = (
        SQUARE
        + """
def main():
    called, failed, looks = [], [], 0
    with mp.Pool(2) as pool:
        for x in (1, 2, 3, 9):
            pool.apply_async(square, (x,), callback=called.append, error_callback=failed.append)
        while len(called) + len(failed) < 4 and looks < 100:
            time.sleep(0.1)
            looks += 1
    return sorted(called), [str(error) for error in failed], looks
"""
    )
    called, failed, looks = simulated(program, costs=costs).result
    assert (called, failed) == ([1, 4, 9], ["nine"])
    assert 1 <= looks <= 3


@both_costs
@pytest.mark.parametrize("wait", ["time.sleep(1)", "mp.Event().wait(1)", "mp.Lock().acquire(timeout=1)", "nap.join(1)"])
def test_done_callbacks_are_called_when_a_limited_wait_ends(costs, wait):
    program = (
        SQUARE
        + f"""
def main():
    called = []
    nap = mp.Process(target=time.sleep, args=(2,))
    nap.start()
    with ProcessPoolExecutor(2) as executor:
        for x in range(4):
            executor.submit(square, x).add_done_callback(lambda future: called.append(future.result()))
        before = len(called)
        {wait}
        return before, sorted(called)
"""
    )
    if "Lock" in wait:
        program = program.replace("mp.Lock()", "lock").replace(
            "called = []", "called, lock = [], mp.Lock(); lock.acquire()"
        )
    assert simulated(program, costs=costs).result == (0, [0, 1, 4, 9])


def test_a_callback_may_itself_sleep_and_submit():
    program = (
        SQUARE
        + """
def main():
    called = []
    with ProcessPoolExecutor(2) as executor:

        def again(future):
            time.sleep(0.5)
            called.append(future.result())
            if len(called) < 3:
                executor.submit(square, len(called)).add_done_callback(again)

        executor.submit(square, 5).add_done_callback(again)
        time.sleep(0.1)
        time.sleep(1)
    return called
"""
    )
    assert simulated(program).result == [25, 1, 4]


def test_a_callback_that_raises_takes_no_result_away(caplog):
    program = (
        SQUARE
        + """
def fail(future):
    raise KeyError("callback")

def main():
    with ProcessPoolExecutor(1) as executor:
        future = executor.submit(square, 3)
        future.add_done_callback(fail)
        result = future.result()
        future.add_done_callback(fail)
        return result
"""
    )
    assert simulated(program).result == 9
    assert [record.exc_info[0] for record in caplog.records] == [KeyError, KeyError]


@both_costs
def test_retired_workers_are_replaced_while_the_program_sleeps(costs):
    program = (
        SQUARE
        + """
def main():
    with mp.Pool(2, maxtasksperchild=1) as pool:
        results = [pool.apply_async(square, (x,)) for x in range(6)]
        for _ in range(10):
            time.sleep(0.1)
        began = time.monotonic()
        return [result.get() for result in results], time.monotonic() - began
"""
    )
    values, seconds = simulated(program, costs=costs).result
    assert values == [0, 1, 4, 9, 16, 25]
    assert seconds == pytest.approx(0, abs=0.01)


@both_costs
def test_imap_sends_its_tasks_while_the_iterable_gives_them(costs):
    program = """
    def items(n):
        for x in range(n):
            time.sleep(0.1)
            yield x

    def slow(x):
        time.sleep(0.1)
        return x

    def main(ordered):
        with mp.Pool(1) as pool:
            return list((pool.imap if ordered else pool.imap_unordered)(slow, items(6))), time.monotonic()
    """
    for ordered in (True, False):
        values, seconds = simulated(program, ordered, costs=costs).result
        assert values == list(range(6))
        assert seconds == pytest.approx(0.7, abs=0.05)


def test_what_the_iterable_of_imap_raises_comes_in_its_place():
    program = (
        SQUARE
        + """
def items():
    yield 1
    yield 2
    raise KeyError("items")

def main():
    told = []
    with mp.Pool(2) as pool:
        results = pool.imap(square, items())
        told += [next(results), next(results)]
        try:
            next(results)
        except KeyError:
            told.append("raised")
        told += [list(results), list(pool.imap(square, [])), pool.map(square, [], 3)]
    return told
"""
    )
    assert simulated(program).result == [1, 4, "raised", [], [], []]


@pytest.mark.parametrize(
    "asking",
    [
        "mp.Pool(2).imap(square, itertools.repeat(1))",
        "mp.Pool(2).imap(square, (x for x in itertools.count()))",
        "mp.Pool(2).imap(square, (x for x in itertools.count()), 1_000)",
        "mp.Pool(2).starmap(square, itertools.cycle([(1,)]))",
        "mp.Pool(2).map(square, (x for x in itertools.count()))",
        "mp.Pool(2).imap(square, itertools.count(), 100)",
        "mp.Pool(2).map(square, itertools.repeat(1))",
        "ProcessPoolExecutor(2).map(square, itertools.repeat(1))",
    ],
)
def test_an_iterable_without_end_is_refused(asking, monkeypatch):
    monkeypatch.setattr("lockstep.standin.timed.mailbox.MOST_ITEMS", 1_000)
    monkeypatch.setattr("lockstep.standin.timed.mailbox.MOST_TASKS", 200)
    refused = reply(f"import itertools\n{SQUARE}\ndef main():\n    {asking}\n")["not_covered"]
    assert "iterable that ends" in refused


def test_an_iterable_with_an_end_is_not_refused():
    program = f"""
import itertools
{SQUARE}
def main():
    with mp.Pool(2) as pool:
        return pool.map(square, itertools.repeat(2, 3)), list(pool.imap(square, itertools.repeat(3, 2)))
"""
    assert simulated(program).result == ([4, 4, 4], [9, 9])


def test_a_function_that_cannot_be_pickled_fails_where_its_result_is_asked_for():
    program = """
    def main():
        told, called = [], []
        with mp.Pool(1) as pool:
            results = [
                pool.apply_async(lambda: 1, error_callback=called.append),
                pool.map_async(lambda x: x, [1, 2], 1, error_callback=called.append),
                pool.apply_async(abs, (mp.Queue(),)),
            ]
            waiting = pool.imap(lambda x: x, [1])
            with ProcessPoolExecutor(1) as executor:
                future = executor.submit(lambda: 1)
                for ask in (*[result.get for result in results], waiting.next, future.result):
                    try:
                        ask()
                    except Exception as error:
                        told.append(type(error).__name__)
                return told, len(called), pool.apply(abs, (-1,)), executor.submit(abs, -2).result()
    """
    told, called, *after = simulated(program).result
    assert len(told) == 5
    assert told[2] == "RuntimeError"
    assert (called, after) == (2, [1, 2])
