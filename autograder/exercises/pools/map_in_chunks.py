"""A map in chunks

Write `map_in_chunks(function, items, workers, size)`. It returns the list of `function(item)` for every item of the list `items`, in their order, computed by
`workers` processes. A task is a **chunk** of `size` items (the last one may be smaller), and goes to whichever worker is free. So there is one message to a worker, and one back, for
each chunk, and not for each item.

There may be no items, and fewer than workers. Leave `items` as it is. You may use a `Pool` or a `ProcessPoolExecutor`. All processes have ended when `map_in_chunks` returns.
"""

import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import Pool, Process, Queue, get_context

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given, simulate, work

points = 3

hints = [
    "`pool.map` has a parameter for this. Without it, a Pool chooses the size itself; `imap` and an executor's `map` take 1.",
    "`with Pool(workers) as pool:` ends the workers when the block is left.",
]
equivalent_mutants = {
    "- pool.join()": "leaving `with` ends the workers, and waits for them",
}


def map_in_chunks(function, items, workers, size):
    """Return [function(item) for item in items], computed by `workers` processes in tasks of `size` items."""
    ### BEGIN SOLUTION
    with Pool(workers) as pool:
        results = pool.map(function, items, chunksize=size)
        pool.close()
        pool.join()
    return results
    ### END SOLUTION


@given
def squared(number):
    return number * number


@given
def computed_for(seconds):
    work(seconds)
    return seconds


@given
def number_of_my_process(item):
    return os.getpid()


@given
def where_computed(items, workers, size):
    # The number of the process that calls map_in_chunks, and of those that computed; and whether `items` is as it was.
    before = list(items)
    return os.getpid(), map_in_chunks(number_of_my_process, items, workers, size), items == before


@check("all results, in the order of the items", limit=6)
def _(student):
    results = student.map_in_chunks(given.squared, [1, 2, 3, 4, 5, 6, 7], 2, 3)
    assert isinstance(results, list), "map_in_chunks should return a list; `list(...)` makes one of an iterator"
    assert not any(isinstance(result, list) for result in results), (
        f"a list for each chunk came back, and not one list of all results: {str(results)[:60]}"
    )
    assert len(results) == 7, (
        f"7 items in chunks of 3, and {len(results)} results came back: the last chunk has only one item, and it counts, too"
    )
    assert sorted(results) != [1, 4, 9, 16, 25, 36, 49] or results == sorted(results), (
        f"{results} are the right results, in the order in which they were done, and not in that of the items"
    )
    assert results == [1, 4, 9, 16, 25, 36, 49]


@check("no items, and fewer than workers", limit=6)
def _(student):
    assert student.map_in_chunks(given.squared, [], 2, 5) == []
    assert student.map_in_chunks(given.squared, [3], 3, 5) == [9]


@check("the next chunk goes to whoever is free")
def _(student):
    found = simulate(
        student.map_in_chunks, given.computed_for, [8, 0, 1, 1, 1, 1, 1, 1, 1, 1], 2, 2, cores=2, costs="ideal"
    )
    assert found.processes > 1, "no other process was started: nobody shares the work"
    assert found.makespan <= 8.5, (
        f"one chunk of 8 seconds and four of 2 seconds took two workers {found.makespan:.0f} seconds: while one has the long one, the other can do all the rest"
    )


@check("one message to a worker and one back for each chunk")
def _(student):
    for size in 10, 25:
        found = simulate(student.map_in_chunks, given.squared, list(range(200)), 2, size, cores=5)
        chunks = 200 // size
        assert found.processes > 1, "no other process was started: nobody shares the work"
        assert found.processes == 3, f"for 2 workers {found.processes - 1} processes were started"
        assert found.messages < 400, (
            f"{found.messages} messages for 200 items in chunks of {size}: one there and one back for every item. A message costs more than a small item"
        )
        assert 2 * chunks <= found.messages <= 2 * chunks + 6, (
            f"200 items in chunks of {size} are {chunks} chunks, with one message there and one back for each (and perhaps one for the end of each worker), and "
            f"{found.messages} messages were sent: is it `size` that decides?"
        )


@check("so many workers as were asked for, on a computer with fewer cores, too")
def _(student):
    found = simulate(student.map_in_chunks, given.squared, list(range(12)), 3, 2, cores=2)
    assert found.processes == 4, (
        f"for 3 workers {found.processes - 1} processes were started on a computer with two cores: it is `workers` that says how many, and not the cores"
    )


@check("the results come in order, whoever is done first")
def _(student):
    seconds = [3, 1, 2, 1, 1, 1]
    found = simulate(student.map_in_chunks, given.computed_for, seconds, 3, 1, cores=3, costs="ideal")
    assert sorted(found.result) != sorted(seconds) or found.result == seconds, (
        f"the items compute for {seconds} seconds, and the results came as {found.result}: in the order in which they are done, and not in that of the items"
    )
    assert found.result == seconds


@hidden
@check("other items and sizes, compared with the reference", limit=10)
def _(student, reference):
    for items, workers, size in (list(range(50)), 3, 7), ([2.5, -1], 1, 1), (list(range(9)), 2, 100):
        assert student.map_in_chunks(given.squared, items, workers, size) == reference.map_in_chunks(
            given.squared, items, workers, size
        )


@check("the workers compute, also where there is little to do, and `items` stays as it is", limit=6)
def _(student):
    for items in [1, 2, 3, 4, 5], [1], [1, 2]:
        caller, found, unchanged = student.where_computed(items, 2, 2)
        assert caller not in found, (
            f"of {len(items)} items in chunks of 2, {found.count(caller)} were computed in the process that called map_in_chunks: its workers compute, "
            "and all of it"
        )
        assert unchanged is True, "map_in_chunks changed the list `items`, which is its caller's: cut slices out of it"


@wrong("messages for 200 items in chunks of 10: one there and one back for every item")
def one_message_an_item():
    def map_in_chunks(function, items, workers, size):
        with Pool(workers) as pool:
            return list(pool.imap(function, items))


@wrong("1 were computed in the process that called map_in_chunks")
def little_is_not_worth_a_pool():
    def map_in_chunks(function, items, workers, size):
        if len(items) <= 1:
            return [function(item) for item in items]
        with Pool(workers) as pool:
            return pool.map(function, items, chunksize=size)


@wrong("map_in_chunks changed the list `items`")
def the_items_are_used_up():
    def one_chunk(function, chunk):
        return [function(item) for item in chunk]

    def map_in_chunks(function, items, workers, size):
        chunks = []
        while items:
            chunks.append(items[:size])
            del items[:size]
        with Pool(workers) as pool:
            return [result for results in pool.imap(partial(one_chunk, function), chunks) for result in results]


@wrong("and not the cores", replaced={"Pool(workers)": "Pool(min(workers, os.cpu_count() or 1))"})
def no_more_workers_than_cores(): ...


@wrong("is it `size` that decides?")
def the_pool_chooses():
    def map_in_chunks(function, items, workers, size):
        with Pool(workers) as pool:
            return pool.map(function, items)


@wrong("the last chunk has only one item, and it counts, too")
def the_last_chunk_is_lost():
    def of_chunk(function, chunk):
        return [function(item) for item in chunk]

    def map_in_chunks(function, items, workers, size):
        chunks = [items[number * size : (number + 1) * size] for number in range(len(items) // size)]
        with Pool(workers) as pool:
            results = pool.map(partial(of_chunk, function), chunks, chunksize=1)
        return [result for chunk in results for result in chunk]


@wrong("a list for each chunk came back")
def a_list_of_lists():
    def of_chunk(function, chunk):
        return [function(item) for item in chunk]

    def map_in_chunks(function, items, workers, size):
        chunks = [items[begin : begin + size] for begin in range(0, len(items), size)]
        with Pool(workers) as pool:
            return pool.map(partial(of_chunk, function), chunks, chunksize=1)


@wrong("and not in that of the items", "✘ the results come in order")
def in_the_order_of_completion():
    def map_in_chunks(function, items, workers, size):
        with Pool(workers) as pool:
            return list(pool.imap_unordered(function, items, chunksize=size))


@wrong("map_in_chunks should return a list")
def an_iterator_that_is_used_up():
    def map_in_chunks(function, items, workers, size):
        with ProcessPoolExecutor(workers) as pool:
            results = pool.map(function, items, chunksize=size)
        return tuple(results)


@wrong("no other process was started: nobody shares the work")
def nobody_shares():
    def map_in_chunks(function, items, workers, size):
        return [function(item) for item in items]


@wrong("while one has the long one, the other can do all the rest")
def shares_dealt_out_beforehand():
    def of_chunks(function, chunks, results):
        for place, chunk in chunks:
            results.put((place, [function(item) for item in chunk]))

    def map_in_chunks(function, items, workers, size):
        results = Queue()
        chunks = [(begin, items[begin : begin + size]) for begin in range(0, len(items), size)]
        processes = [Process(target=of_chunks, args=(function, chunks[n::workers], results)) for n in range(workers)]
        for process in processes:
            process.start()
        found = sorted(results.get() for _ in chunks)
        for process in processes:
            process.join()
        return [result for _, chunk in found for result in chunk]


@also_right
def an_executor_under_spawn():
    def map_in_chunks(function, items: list, workers: int, size: int) -> list:
        with ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn")) as executor:
            return [*executor.map(function, items, chunksize=size)]


@also_right
def chunks_of_ones_own():
    def of_chunk(function, chunk):
        return list(map(function, chunk))

    def map_in_chunks(function, items, workers, size):
        chunks = [items[begin : begin + size] for begin in range(0, len(items), size)]
        with Pool(workers) as pool:
            waiting = [pool.apply_async(of_chunk, (function, chunk)) for chunk in chunks]
            found = [result for one in waiting for result in one.get()]
            pool.close()
            pool.join()
        return found


@also_right
def processes_and_queues():
    def serve(function, tasks, results):
        for begin, chunk in iter(tasks.get, None):
            results.put((begin, [function(item) for item in chunk]))

    def map_in_chunks(function, items, workers, size):
        tasks, results = Queue(), Queue()
        processes = [Process(target=serve, args=(function, tasks, results)) for _ in range(workers)]
        for process in processes:
            process.start()
        begins = range(0, len(items), size)
        for begin in begins:
            tasks.put((begin, items[begin : begin + size]))
        for _ in processes:
            tasks.put(None)
        found = [None] * len(items)
        for _ in begins:
            begin, chunk = results.get()
            found[begin : begin + len(chunk)] = chunk
        for process in processes:
            process.join()
        return found
