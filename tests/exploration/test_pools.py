"""Pool and ProcessPoolExecutor on every interleaving: who takes which task, in which order results come, what goes wrong."""

import pytest

from lockstep.player.page_data import player_data
from lockstep.standin.machine import NotCovered
from tests.exploration.taking import local_states, merged_and_not, take
from tests.oracle.engine import Program
from tests.oracle.schedules import every_schedule
from tests.player.rules import Rules

HEAD = """
    from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, ProcessPoolExecutor, as_completed, wait
    import sys

    def square(x):
        return x * x

    def add(a, b=0):
        return a + b

    def fail(x):
        if x == 2:
            raise ValueError(f"no {x}")
        return x

    def keep(value):
        global total
        total = value

    def increment(n):
        total.value += n
"""


def main(body):
    """The exploration of a main of these lines; merged states give what histories give."""
    lines = "\n".join("        " + line for line in body.strip("\n").splitlines())
    return merged_and_not(f"{HEAD}\n    def main():\n{lines}\n")


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("pool.map(square, [1, 2, 3])", [1, 4, 9]),
        ("pool.map(square, [1, 2, 3], chunksize=2)", [1, 4, 9]),
        ("pool.map(square, [])", []),
        ("pool.starmap(add, [(1, 2), (3,)])", [3, 3]),
        ("pool.apply(add, (1,), {'b': 2})", 3),
        ("pool.map_async(square, [2, 3]).get()", [4, 9]),
        ("list(pool.imap(square, [1, 2, 3]))", [1, 4, 9]),
        ("[job.get() for job in [pool.apply_async(square, (n,)) for n in (1, 2)]]", [1, 4]),
    ],
)
def test_a_pool_keeps_the_order_of_its_items_in_every_interleaving(call, value):
    found = main(f"with Pool(2) as pool:\n    return {call}")
    found.always(lambda result: result == value)
    found.never_leaves_running()


def test_imap_unordered_gives_what_is_ready_first():
    found = main("with Pool(2) as pool:\n    return list(pool.imap_unordered(square, [1, 2]))")
    assert set(found.results) == {(1, 4), (4, 1)}


def test_two_workers_can_be_in_the_same_task_at_once():
    found = main(
        'value = Value("i", 0)\nwith Pool(2, keep, (value,)) as pool:\n    pool.map(increment, [1, 1])\nreturn value.value'
    )
    assert set(found.results) == {1, 2}


def test_an_exception_of_a_task_is_raised_where_its_result_is_asked_for():
    body = "with Pool(2) as pool:\n    try:\n        pool.map(fail, [1, 2])\n    except ValueError as error:\n        return str(error)"
    assert list(main(body).results) == ["no 2"]


def test_closing_and_joining_waits_for_all_tasks_and_all_workers():
    body = "got = []\npool = Pool(2)\nfor n in (1, 2):\n    pool.apply_async(square, (n,), callback=got.append)\n"
    found = main(body + "pool.close()\npool.join()\nreturn sorted(got)")
    found.always(lambda got: got == [1, 4]).never_leaves_running()


def test_a_time_limit_may_always_have_passed():
    body = 'with Pool(1) as pool:\n    try:\n        return pool.apply_async(square, (3,)).get(timeout=1)\n    except mp.TimeoutError:\n        return "late"'
    assert set(main(body).results) == {9, "late"}


def test_a_worker_that_exits_takes_its_task_with_it():
    assert main("with Pool(1) as pool:\n    pool.apply(sys.exit, (1,))").deadlocks
    body = (
        "with ProcessPoolExecutor(1) as executor:\n    return type(executor.submit(sys.exit, 1).exception()).__name__"
    )
    assert list(main(body).results) == ["BrokenProcessPool"]


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("list(executor.map(square, [1, 2, 3]))", [1, 4, 9]),
        ("list(executor.map(add, [1, 2], [3, 4], chunksize=2))", [4, 6]),
        ("[future.result() for future in [executor.submit(square, n) for n in (1, 2)]]", [1, 4]),
        ("executor.submit(add, 1, b=2).result()", 3),
        ("str(executor.submit(fail, 2).exception())", "no 2"),
        ("len(wait([executor.submit(square, n) for n in (1, 2)]).done)", 2),
    ],
)
def test_an_executor_gives_its_results_in_every_interleaving(call, value):
    found = main(f"with ProcessPoolExecutor(2) as executor:\n    return {call}")
    found.always(lambda result: result == value).never_leaves_running()


def test_a_map_that_is_given_up_is_done_all_the_same(capfd):
    found = main(
        "with ProcessPoolExecutor(2) as executor:\n    for value in executor.map(square, [2, 3]):\n        return value"
    )
    found.always(lambda value: value == 4).never_leaves_running()
    assert not capfd.readouterr().err


def test_a_worker_is_replaced_after_so_many_tasks():
    body = "pool = Pool(1, maxtasksperchild=1)\ngot = pool.map(square, [1, 2])\npool.close()\npool.join()\nreturn got"
    found = main(body)
    found.always(lambda got: got == [1, 4])
    assert found.processes == 2


def test_futures_are_completed_in_any_order():
    body = "with ProcessPoolExecutor(2) as executor:\n    futures = [executor.submit(square, n) for n in (1, 2)]\n"
    found = main(body + "    return [future.result() for future in as_completed(futures)]")
    assert set(found.results) == {(1, 4), (4, 1)}


def test_what_was_submitted_is_done_before_main_ends():
    found = main(
        'value = Value("i", 0)\nProcessPoolExecutor(1, initializer=keep, initargs=(value,)).submit(increment, 1)'
    )
    found.always_ends()


def test_a_task_that_waits_for_a_task_of_the_same_full_pool_waits_for_ever():
    text = f"""{HEAD}
    def outer(queue):
        return queue.get()

    def main():
        manager = Manager()
        queue = manager.Queue()
        with ProcessPoolExecutor(1) as executor:
            first = executor.submit(outer, queue)
            second = executor.submit(queue.put, 1)
            return first.result()
    """
    assert take(text).deadlocks


BY_HAND = """
import multiprocessing as mp
def work(tasks, results):
    while (task := tasks.get()) is not None:
        results.put(task * task)
def main():
    tasks, results = mp.SimpleQueue(), mp.SimpleQueue()
    workers = [mp.Process(target=work, args=(tasks, results)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for n in (1, 2):
        tasks.put(n)
    got = [results.get() for _ in range(2)]
    for worker in workers:
        tasks.put(None)
    for worker in workers:
        worker.join()
    return sorted(got)
"""


def test_a_pool_takes_the_steps_of_a_task_and_a_result_queue():
    found = main("pool = Pool(2)\ngot = pool.map(square, [1, 2])\npool.close()\npool.join()\nreturn got")
    assert found.interleavings == every_schedule(Program(BY_HAND)).interleavings == 208


def test_merged_states_are_fewer_than_histories():
    text = f"{HEAD}\n    def main():\n        with Pool(2) as pool:\n            return pool.map(square, [1, 2, 3])\n"
    assert local_states(take(text)) < local_states(take(text, merge=False))


def test_the_player_shows_tasks_and_results_by_name():
    text = f"{HEAD}\n    def main():\n        pool = Pool(2)\n        return pool.map(square, [1, 2])\n"
    data = player_data(take(text).findings)
    assert len(Rules(data).states()) == take(text).states
    shown = {each["name"]: [value["text"] for value in each["values"]] for each in data["objects"]}
    assert "[square(1), square(2)]" in shown["pool's tasks"]
    assert "[1, 4]" in shown["pool's results"]


def test_what_a_thread_of_the_executor_would_decide_is_refused_by_name():
    for method in ("cancel", "running"):
        with pytest.raises(NotCovered, match=rf"`explore` does not cover `Future.{method}`"):
            take(f"{HEAD}\n    def main():\n        ProcessPoolExecutor(1).submit(square, 1).{method}()\n")


def test_one_partial_function_is_sent_to_many_tasks():
    found = main("""
        from functools import partial
        with ProcessPoolExecutor(2) as executor:
            return list(executor.map(partial(add, b=1), [1, 2]))
    """)
    assert set(found.results) == {(2, 3)}
