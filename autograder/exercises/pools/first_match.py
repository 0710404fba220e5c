"""The first match

A test takes long, and you need only **one** item that passes. Write `first_match(test, items, workers)`. `workers` processes try the items of the list; as soon as one has
found an item for which `test(item)` is true, `first_match` returns that item, whichever it is. If no item passes, it returns `None`.

**As soon as**: it waits neither for tests that are running nor for those that have not begun. It stops them. When it returns, all processes have ended.

Items go to the workers one at a time, in the order of the list, which stays as it is. An item that passes may be of any kind but `None`, also 0 or `""`.
"""

import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import Pool, Process, Queue, get_context
from time import sleep

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given, simulate, work

points = 4

hints = [
    "`pool.imap_unordered(f, items)` gives each result as soon as it is there. So the task of a worker should say both: the item, and whether it passed.",
    "A function of two arguments for the pool: `partial(tried, test)` is `tried` with its first argument given.",
    "Leaving `with Pool(...) as pool:` terminates the workers, whatever they do. Leaving `with ProcessPoolExecutor(...)` waits for them.",
]
equivalent_mutants = {"- return None": "a function that comes to its end returns None"}


def tried(test, item):
    """The task of a worker: the item, and whether it passes."""
    ### BEGIN SOLUTION
    return item, bool(test(item))
    ### END SOLUTION


def first_match(test, items, workers):
    """Return an item that passes the test, as soon as one of `workers` processes has found one; None if none does."""
    ### BEGIN SOLUTION
    with Pool(workers) as pool:
        for item, passed in pool.imap_unordered(partial(tried, test), items):
            if passed:
                return item
    return None
    ### END SOLUTION


@given
def is_even(number):
    return number % 2 == 0


@given
def left_of(items):
    # What is left of `items` when an even one has been looked for.
    first_match(is_even, items, 2)
    return items


@given
def rest_of_two(number):
    return number % 2  # 0 or 1: false or true, and no bool


@given
def never(item):
    return False


@given
def empty(item):
    return not item


@given
def is_short(seconds):
    # Computes for so many seconds, and passes where these are between 1 and 2.
    work(seconds)
    return 1 <= seconds <= 2


@given
def first_match_on_one_core(items, workers):
    cores = os.cpu_count, getattr(os, "process_cpu_count", None)
    os.cpu_count = os.process_cpu_count = lambda: 1  # whatever this computer has
    try:
        return first_match(is_short, items, workers)
    finally:
        os.cpu_count, os.process_cpu_count = cores


@given
def sleeps_or_passes(item):
    if item == "found":
        return True
    sleep(3_600)
    return False


@check("an item that passes, or None", limit=5)
def _(student):
    found = student.first_match(given.is_even, [3, 5, 8, 7], 2)
    assert found is not True, "the answer of the test came back, and not the item that passed it"
    assert found == 8
    assert student.first_match(given.is_even, [1, 3, 5], 2) is None
    assert student.first_match(given.rest_of_two, [2, 7, 4], 2) == 7, (
        "the test says 1 for 7, which is true, though it is not `True`: 7 has passed"
    )
    assert student.first_match(given.is_even, [], 2) is None
    left = student.left_of([3, 5, 8, 7])
    assert left == [3, 5, 8, 7], f"first_match changed the list `items`, which is its caller's: {left} is left of it"


@check("an item may itself be false", limit=4)
def _(student):
    found = student.first_match(given.is_even, [1, 0, 3], 2)
    assert found is not None, (
        "0 is even, and None came back: `if item` asks whether the item is true, and 0 is not. Ask whether it has passed"
    )
    assert found == 0
    assert student.first_match(given.empty, ["a", "", "b"], 1) == ""


@check("nobody waits for tests that are running", limit=15)
def _(student):
    found = simulate(student.first_match, given.is_short, [100, 1, 50], 2, cores=4, costs="ideal")
    assert found.processes > 1, "no other process was started: nobody shares the work"
    assert found.processes == 3, f"for 2 workers {found.processes - 1} processes were started"
    on_one_core = simulate(student.first_match_on_one_core, [100, 1, 50], 2, cores=4, costs="ideal")
    assert on_one_core.processes == 3, (
        f"for 2 workers {on_one_core.processes - 1} processes were started on a computer with one core: it is `workers` that says how many, and not the cores"
    )
    assert found.result == 1
    assert found.makespan < 3, (
        f"after 1 second an item had passed, and first_match came back after {found.makespan:.0f}: it waits for a test that runs. To cancel stops only what "
        "has not begun; a process that computes has to be terminated"
    )


@check("all workers try, each one item at a time")
def _(student):
    found = simulate(student.first_match, given.is_short, [8, *[3] * 20, 1.5, *[3] * 20], 4, cores=4, costs="ideal")
    assert found.result == 1.5
    assert found.makespan <= 21, (
        f"the item that passes is number 21, and three free workers get there after 20 seconds; it took {found.makespan:.0f}. Do all of them try, and does each take "
        "one item at a time? In a larger chunk it waits behind others"
    )


@check("nobody waits for tests that have not begun")
def _(student):
    found = simulate(student.first_match, given.is_short, [3, 2, *[3] * 20], 2, cores=2, costs="ideal")
    assert found.result == 2
    assert found.makespan < 6, (
        f"after 2 seconds an item had passed, and first_match came back after {found.makespan:.0f}: the tests that come behind it are done all the same"
    )


@check("on real processes: whoever sleeps for an hour is stopped", limit=4)
def _(student):
    found = simulate(student.first_match, given.is_short, [100, 1, 50], 2, cores=4, costs="ideal")
    assert found.makespan < 3, (
        "it waits for tests that are running: with some that sleep for an hour it would take an hour"
    )
    assert student.first_match(given.sleeps_or_passes, ["sleeps", "found", "sleeps", "sleeps"], 2) == "found"


@hidden
@check("other tests, compared with the reference", limit=8)
def _(student, reference):
    for test, items, workers in (
        (given.is_even, [*range(1, 60, 2), 4], 3),
        (given.never, list(range(20)), 2),
        (given.empty, [[], 1], 1),
    ):
        assert student.first_match(test, items, workers) == reference.first_match(test, items, workers)


@wrong("and not the cores", replaced={"Pool(workers)": "Pool(min(workers, os.cpu_count() or 1))"})
def no_more_workers_than_cores(): ...


@wrong("first_match changed the list `items`")
def the_items_are_used_up():
    def taken(items):
        while items:
            yield items.pop(0)

    def first_match(test, items, workers):
        with Pool(workers) as pool:
            for item, passed in pool.imap_unordered(partial(tried, test), taken(items)):
                if passed:
                    return item
        return None


@wrong("it waits for a test that runs", "the tests that come behind it are done all the same")
def waits_for_all():
    def first_match(test, items, workers):
        with Pool(workers) as pool:
            passed = pool.map(test, items, chunksize=1)
        return next((item for item, good in zip(items, passed) if good), None)


@wrong("it waits for a test that runs. To cancel stops only what has not begun")
def cancels_and_believes_it():
    def first_match(test, items, workers):
        with ProcessPoolExecutor(workers) as executor:
            futures = {executor.submit(test, item): item for item in items}
            for future in as_completed(futures):
                if future.result():
                    for other in futures:
                        other.cancel()
                    return futures[future]
        return None


@wrong("it waits for a test that runs. To cancel stops only what has not begun")
def an_executor_that_is_only_left():
    def first_match(test, items, workers):
        executor = ProcessPoolExecutor(workers)
        futures = {executor.submit(test, item): item for item in items}
        found = next((futures[future] for future in as_completed(futures) if future.result()), None)
        executor.shutdown(cancel_futures=True)
        return found


@wrong("it waits for a test that runs")
def in_the_order_of_the_items():
    def tried(test, item):
        return item, bool(test(item))

    def first_match(test, items, workers):
        with Pool(workers) as pool:
            for item, passed in pool.imap(partial(tried, test), items):
                if passed:
                    return item
        return None


@wrong("`if item` asks whether the item is true, and 0 is not")
def an_item_that_is_false():
    def item_or_none(test, item):
        return item if test(item) else None

    def first_match(test, items, workers):
        with Pool(workers) as pool:
            for item in pool.imap_unordered(partial(item_or_none, test), items):
                if item:
                    return item
        return None


@wrong("the answer of the test came back, and not the item that passed it")
def the_answer_of_the_test():
    def first_match(test, items, workers):
        with Pool(workers) as pool:
            for passed in pool.imap_unordered(test, items):
                if passed:
                    return passed
        return None


@wrong("In a larger chunk it waits behind others")
def in_large_chunks():
    def tried(test, item):
        return item, bool(test(item))

    def first_match(test, items, workers):
        size = max(1, len(items) // workers)
        with Pool(workers) as pool:
            for item, passed in pool.imap_unordered(partial(tried, test), items, chunksize=size):
                if passed:
                    return item
        return None


@wrong("no other process was started: nobody shares the work")
def nobody_shares():
    def first_match(test, items, workers):
        return next((item for item in items if test(item)), None)


@wrong(
    "which is true, though it is not `True`",
    replaced={"bool(test(item))": "test(item)", "if passed:": "if passed is True:"},
)
def only_true_itself_is_true(): ...


@also_right
def processes_that_are_killed():
    def serve(test, tasks, results):
        while task := tasks.get():
            results.put((task[0], bool(test(task[0]))))

    def first_match(test, items, workers):
        tasks, results = Queue(), Queue()
        processes = [Process(target=serve, args=(test, tasks, results)) for _ in range(workers)]
        for process in processes:
            process.start()
        for item in items:
            tasks.put((item,))
        try:
            for _ in items:
                item, passed = results.get()
                if passed:
                    return item
            return None
        finally:
            for process in processes:
                process.kill()
            for process in processes:
                process.join()
            tasks.cancel_join_thread()


@also_right
def callbacks_under_spawn():
    def tried(test, place: int, item) -> tuple:
        return place, True if test(item) else False

    def first_match(test, items: list, workers: int):
        with get_context("spawn").Pool(processes=workers) as pool:
            running = [pool.apply_async(tried, (test, place, item)) for place, item in enumerate(items)]
            while running:
                for one in [one for one in running if one.ready()]:
                    place, passed = one.get()
                    if passed:
                        return items[place]
                    running.remove(one)
                sleep(0.01)


@also_right
def a_pool_that_is_terminated():
    class Tried:
        def __init__(self, test):
            self.test = test

        def __call__(self, pair):
            return pair if self.test(pair[1]) else None

    def first_match(test, items, workers):
        pool = Pool(workers)
        matches = filter(None, pool.imap_unordered(Tried(test), enumerate(items)))
        try:
            for place, item in matches:
                return item
        finally:
            pool.terminate()
            pool.join()
