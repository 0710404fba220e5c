"""A map for many workers

Write `parallel_map(function, items, workers)`. It returns the list of `function(item)` for every item of the list
`items`, in the order of `items`, computed by `workers` processes. All of them take their tasks from **one** queue, one
at a time, and put what comes out into another queue. So whoever has finished early takes the next task.

- Items and results may be of any kind, also equal ones and `None`, and there may be many of them or none.
  No item is taken for a sentinel, whatever it is equal to, and the list stays as it is.
- If `function` raises an exception for an item, `parallel_map` raises that exception, or one of them if there are several.
  What it does with the other tasks is left to you.
- In any case all workers have ended and are joined when it returns or raises.
"""

import os
from multiprocessing import Process, Queue, SimpleQueue, get_context
from queue import Empty

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given, simulate, work

points = 6

hints = [
    "A task is a pair: the place in the list, and the item. So a result can say where it belongs.",
    "Put all the tasks into the queue, then one sentinel for each worker. Get as many results as there are items, then join.",
    "A worker that catches an exception can send it in the place of a result, with a mark that says which of the two it is.",
]

equivalent_mutants = {
    "+ for task in enumerate(items): ...": "a queue keeps its tasks until a worker is there",
    "+ found = sorted([results.get() for _ in items], key=lambda result: result[0])": "workers can learn of the end when all is done",
    "+ found = sorted([results.get() for _ in items], key=None)": "no place is there twice, so that only places are compared",
    "+ found = sorted([results.get() for _ in items], )": "no place is there twice, so that only places are compared",
}


def work_off(function, tasks, results):
    """The loop of a worker: take tasks until there are no more."""
    ### BEGIN SOLUTION
    while (task := tasks.get()) is not None:
        place, item = task
        try:
            results.put((place, True, function(item)))
        except Exception as error:
            results.put((place, False, error))
    ### END SOLUTION


def parallel_map(function, items, workers):
    """Return [function(item) for item in items], computed by `workers` processes that share a queue of tasks."""
    ### BEGIN SOLUTION
    tasks, results = Queue(), Queue()
    processes = [Process(target=work_off, args=(function, tasks, results)) for _ in range(workers)]
    for process in processes:
        process.start()
    for task in enumerate(items):
        tasks.put(task)
    for _ in processes:
        tasks.put(None)
    found = sorted([results.get() for _ in items], key=lambda result: result[0])
    for process in processes:
        process.join()
    for _, came, result in found:
        if not came:
            raise result
    return [result for _, _, result in found]
    ### END SOLUTION


@given
def doubled(item):
    return 2 * item


@given
def kind_of(item):
    return type(item).__name__


@given
def nothing_of(item):
    return None


@given
def error_of(item):
    return ValueError(item)


@given
def kinds_of_errors(items):
    return [kind_of(result) for result in parallel_map(error_of, items, 2)]


@given
class EqualToAll:
    def __eq__(self, other):
        return True

    __hash__ = None


@given
def kinds_beside_one_equal_to_all(items, workers):
    return parallel_map(kind_of, [EqualToAll(), *items], workers)


@given
def left_of(items):
    # What is left of `items` when they have been doubled.
    parallel_map(doubled, items, 2)
    return items


@given
def refuse_two(item):
    if item == 2:
        raise LookupError("two is refused")
    return item


@given
def computed_for(seconds):
    work(seconds)
    return seconds


@given
def many_bytes(number):
    return bytes(number)


@given
def of_long(items, number):
    # The length of each result, where each has so many bytes.
    return [len(result) for result in parallel_map(many_bytes, [number] * items, 2)]


@given
def what_comes_of_an_error(items, workers):
    try:
        found = parallel_map(refuse_two, items, workers)
    except Exception as error:
        return type(error).__name__, str(error)
    return "no exception", repr(found)


@check("all results, in the order of the items: in every interleaving")
def _(student):
    found = explore(student.parallel_map, given.doubled, [7], 1)
    assert not found.deadlocks or "queue.empty" not in found.operations, (
        "a worker finds its queue empty and goes home, and the task was only on its way: `empty()` does not say that there is no more. "
        "A sentinel does"
    )
    assert not found.deadlocks, (
        "with one item and one worker somebody waits for ever. A worker that asks with `get_nowait` or with a time limit goes home when the task is "
        "only on its way: a queue without an item does not say that there is no more, a sentinel does. Or does the sentinel come before the task, or is a result never sent?"
    )
    found.always(lambda result: list(result) == [14])
    assert not explore(student.parallel_map, given.doubled, [7], 2).deadlocks, (
        "one worker comes to its end, and of two one waits for ever: whoever gets a sentinel has taken it out of the queue, "
        "so each worker needs one"
    )
    found = explore(student.parallel_map, given.doubled, [1, 2], 2, budget=60_000).always_ends()
    for result in found.results:
        assert sorted(result) != [2, 4] or list(result) == [2, 4], (
            "the results can come in another order than the items: whoever is done first puts its result first. "
            "Send along where it belongs"
        )
    found.always(lambda result: list(result) == [2, 4])


@check("it maps, on real processes", limit=4)
def _(student):
    explore(student.parallel_map, given.doubled, [7], 2).always_ends()
    assert student.parallel_map(given.doubled, [3, 1, 2], 2) == [6, 2, 4]
    assert student.parallel_map(given.doubled, [5, 5, 5, 1, 5], 3) == [10, 10, 10, 2, 10]
    left = student.left_of([3, 1, 2])
    assert left == [3, 1, 2], f"parallel_map changed the list `items`, which is its caller's: {left} is left of it"


@check("there may be no items, or fewer than workers", limit=3)
def _(student):
    explore(student.parallel_map, given.doubled, [7], 2).always_ends()
    assert student.parallel_map(given.doubled, [], 2) == []
    assert student.parallel_map(given.doubled, [4], 3) == [8]


@check("None is an item like any other, and a result like any other", limit=3)
def _(student):
    explore(student.parallel_map, given.kind_of, [1], 2).always_ends()
    found = explore(student.parallel_map, given.kind_of, [None], 1)
    assert not found.deadlocks, (
        "with None among the items somebody waits for ever: is it taken for the sentinel? A task that is a pair is never None"
    )
    assert student.parallel_map(given.kind_of, [1, None, "two"], 2) == ["int", "NoneType", "str"]
    assert student.parallel_map(given.nothing_of, [1, 2, 3], 2) == [None, None, None]


@check("an exception that is returned is a result like any other", limit=3)
def _(student):
    explore(student.parallel_map, given.kind_of, [1], 2).always_ends()
    try:
        kinds = student.kinds_of_errors([1, 2])
    except Exception as error:
        kinds = error
    assert kinds == ["ValueError", "ValueError"], (
        "`function` returned an exception and raised none, and it was raised to the caller all the same, or is not there. What a result is does not "
        "say whether it was raised: send that along with it"
    )


@check("an exception in a worker comes to the caller, and all end", limit=5)
def _(student):
    explore(student.what_comes_of_an_error, [1], 2).always_ends()
    found = explore(student.what_comes_of_an_error, [2], 1)
    assert not found.deadlocks, (
        "`function` raised an exception, and somebody waits for ever: a worker that it ended sends no result, and takes no sentinel"
    )
    for items, workers in ([2], 1), ([1, 2], 2), ([1, 2, 3, 2, 4, 5], 2):
        assert student.what_comes_of_an_error(items, workers) == ("LookupError", "two is refused")


@check("many and large results: in every interleaving with a pipe that is soon full", limit=6)
def _(student):
    explore(student.parallel_map, given.doubled, [7], 2).always_ends()
    explore(student.parallel_map, given.doubled, [1, 2, 3], 1).always_ends()
    found = explore(student.parallel_map, given.doubled, [1, 2, 3, 4], 1, pipe_capacity=40)
    assert not found.deadlocks, (
        "when the pipe of a queue is full, all come to a standstill. Whoever has put much ends only after somebody has read it: "
        "read all results before you join. And read while others write: they may wait for that"
    )
    assert student.of_long(6, 300_000) == [300_000] * 6


@check("so many processes as there are workers, and whoever is free takes the next task")
def _(student):
    found = simulate(student.parallel_map, given.computed_for, [8, 1, 1, 1, 1, 1, 1, 1, 1], 2, cores=2, costs="ideal")
    assert found.processes > 1, "no other process was started: nobody shares the work"
    assert found.processes == 3, (
        f"for 2 workers {'1 process was' if found.processes == 2 else f'{found.processes - 1} processes were'} started"
    )
    on_two_cores = simulate(student.parallel_map, given.doubled, [1, 2, 3, 4], 3, cores=2, costs="ideal")
    assert on_two_cores.processes == 4, (
        f"for 3 workers {on_two_cores.processes - 1} processes were started on a computer with two cores: it is `workers` that says how many, and not the cores"
    )
    assert found.makespan < 15, (
        "the tasks were computed one after another: start all workers before you wait for a result"
    )
    assert found.makespan <= 8.5, (
        f"one task of 8 seconds and eight of 1 second took 2 workers {found.makespan:.0f} seconds: while one of them has the long task, "
        "the other one can do all the short ones, if they share one queue and take one task at a time"
    )


@hidden
@check("other functions and items, compared with the reference", limit=4)
def _(student, reference):
    explore(student.parallel_map, given.doubled, [7], 2).always_ends()
    for items, workers in (list(range(40)), 3), (["a", "", "b"], 2), ([[1], [2, 3]], 1), ([0.5] * 9, 4):
        assert student.parallel_map(given.doubled, items, workers) == reference.parallel_map(
            given.doubled, items, workers
        )


@hidden
@check("three tasks for two workers, in every interleaving that was taken", limit=30)
def _(student):
    found = explore(student.parallel_map, given.doubled, [3, 1, 2], 2, budget=20_000, feeder=False)
    found.always(lambda result: list(result) == [6, 2, 4])


@check("no item is taken for a sentinel, whatever it is equal to", limit=3)
def _(student):
    explore(student.parallel_map, given.kind_of, [1], 2).always_ends()
    found = explore(student.kinds_beside_one_equal_to_all, [], 1)
    assert not found.deadlocks, (
        "with an item that says to everything that it is equal to it, somebody waits for ever: it is taken for the sentinel. Items may be of any kind, so "
        "whatever you take for a sentinel can be one. A task that is a pair is never equal to it"
    )
    assert student.kinds_beside_one_equal_to_all([1], 2) == ["EqualToAll", "int"]


@wrong(
    "so each worker needs one",
    "✘ it maps, on real processes",
    replaced={"for _ in processes:\n        tasks.put(None)": "tasks.put(None)"},
)
def one_sentinel_for_all(): ...


@wrong(
    "whoever is done first puts its result first",
    "Send along where it belongs",
    replaced={"sorted([results.get() for _ in items], key=lambda result: result[0])": "[results.get() for _ in items]"},
)
def in_the_order_of_completion(): ...


@wrong(
    "read all results before you join",
    "✘ many and large results",
    replaced={
        "    found = sorted([results.get() for _ in items], key=lambda result: result[0])\n": "",
        "process.join()": "process.join()\n    found = sorted([results.get() for _ in items], key=lambda result: result[0])",
    },
)
def joined_before_the_results_are_read(): ...


@wrong(
    "read while others write: they may wait for that",
    "✘ many and large results",
    replaced={"Queue(), Queue()": "SimpleQueue(), SimpleQueue()"},
)
def all_tasks_put_where_put_waits(): ...


@wrong("a worker that it ended sends no result", "✘ an exception in a worker")
def an_exception_ends_the_worker():
    def work_off(function, tasks, results):
        while (task := tasks.get()) is not None:
            place, item = task
            results.put((place, True, function(item)))


@wrong(
    "should be ('LookupError', 'two is refused'), but is ('no exception'",
    "✘ an exception in a worker",
    replaced={"(place, False, error)": "(place, True, error)"},
)
def an_exception_among_the_results(): ...


@wrong(
    "What a result is does not say whether it was raised",
    "✘ an exception that is returned",
    replaced={"(place, False, error)": "(place, True, error)", "if not came": "if isinstance(result, Exception)"},
)
def every_exception_taken_for_a_raised_one(): ...


@wrong("it is taken for the sentinel", "✘ no item is taken for a sentinel")
def a_text_as_the_sentinel():
    def work_off(function, tasks, results):
        while (task := tasks.get())[1] != "stop":
            place, item = task
            try:
                results.put((place, True, function(item)))
            except Exception as error:
                results.put((place, False, error))

    def parallel_map(function, items, workers):
        tasks, results = Queue(), Queue()
        processes = [Process(target=work_off, args=(function, tasks, results)) for _ in range(workers)]
        for process in processes:
            process.start()
        for task in enumerate([*items, *["stop"] * workers]):
            tasks.put(task)
        found = sorted([results.get() for _ in items], key=lambda result: result[0])
        for process in processes:
            process.join()
        for _, came, result in found:
            if not came:
                raise result
        return [result for _, _, result in found]


@wrong(
    "parallel_map changed the list `items`",
    replaced={
        "for task in enumerate(items):\n        tasks.put(task)": "number = len(items)\n    for place in range(number):\n        tasks.put((place, items.pop(0)))",
        "for _ in items]": "for _ in range(number)]",
    },
)
def the_items_are_used_up(): ...


@wrong("is it taken for the sentinel?", "✘ None is an item like any other")
def an_item_that_looks_like_the_sentinel():
    def work_off(function, tasks, results):
        while (item := tasks.get()) is not None:
            try:
                results.put((item, True, function(item)))
            except Exception as error:
                results.put((item, False, error))

    def parallel_map(function, items, workers):
        tasks, results = Queue(), Queue()
        processes = [Process(target=work_off, args=(function, tasks, results)) for _ in range(workers)]
        for process in processes:
            process.start()
        for item in [*items, *[None] * workers]:
            tasks.put(item)
        found = [results.get() for _ in items]
        for process in processes:
            process.join()
        for _, came, result in found:
            if not came:
                raise result
        known = {repr(item): result for item, _, result in found}
        return [known[repr(item)] for item in items]


@wrong(
    "while one of them has the long task",
    "if they share one queue and take one task at a time",
    replaced={
        "tasks, results = Queue(), Queue()": "tasks, results = list(enumerate(items)), Queue()",
        "args=(function, tasks, results)) for _ in": "args=(function, tasks[n::workers], results)) for n in",
        "    for task in enumerate(items):\n        tasks.put(task)\n    for _ in processes:\n        tasks.put(None)\n": "",
        "while (task := tasks.get()) is not None:": "for task in tasks:",
    },
)
def equal_shares_beforehand(): ...


@wrong(
    "and not the cores",
    replaced={"for _ in range(workers)]": "for _ in range(min(workers, os.cpu_count() or 1))]"},
)
def no_more_workers_than_cores(): ...


@wrong(
    "should be ('LookupError', 'two is refused'), but is ('ValueError'",
    replaced={"(place, False, error)": "(place, False, str(error))", "raise result": "raise ValueError(result)"},
)
def an_exception_of_another_kind(): ...


@wrong(
    "for 2 workers 1 process was started",
    replaced={
        "for _ in range(workers)]": "for _ in range(workers - 1)]",
        "for _ in processes:\n        tasks.put(None)": "for _ in range(workers):\n        tasks.put(None)\n    work_off(function, tasks, results)",
    },
)
def the_parent_is_one_of_the_workers(): ...


@wrong(
    "Or does the sentinel come before the task",
    replaced={
        "    for task in enumerate(items):\n        tasks.put(task)\n    for _ in processes:\n        tasks.put(None)\n": "    for _ in processes:\n        tasks.put(None)\n    for task in enumerate(items):\n        tasks.put(task)\n"
    },
)
def the_sentinels_first(): ...


@wrong(
    "for 2 workers 9 processes were started",
    replaced={
        "tasks, results = Queue(), Queue()": "results = Queue()",
        "args=(function, tasks, results)) for _ in range(workers)]": "args=(function, [task], results)) for task in enumerate(items)]",
        "    for task in enumerate(items):\n        tasks.put(task)\n    for _ in processes:\n        tasks.put(None)\n": "",
        "while (task := tasks.get()) is not None:": "for task in tasks:",
    },
)
def a_process_for_every_item(): ...


@wrong(
    "`empty()` does not say that there is no more",
    "✘ all results, in the order of the items",
    replaced={
        "while (task := tasks.get()) is not None:\n        place, item = task": "while not tasks.empty():\n        place, item = tasks.get()",
        "    for _ in processes:\n        tasks.put(None)\n": "",
    },
)
def until_the_queue_says_that_it_is_empty(): ...


@wrong(
    "a queue without an item does not say that there is no more",
    "✘ all results, in the order of the items",
    replaced={"    for _ in processes:\n        tasks.put(None)\n": ""},
)
def until_nothing_comes_for_a_while():
    def work_off(function, tasks, results):
        while True:
            try:
                place, item = tasks.get(timeout=0.2)
            except Empty:
                return
            try:
                results.put((place, True, function(item)))
            except Exception as error:
                results.put((place, False, error))


@wrong(
    "something was left behind",
    "✘ an exception in a worker",
    replaced={
        "found = sorted([results.get() for _ in items], key=lambda result: result[0])": "found = []\n"
        "    for _ in items:\n        found.append(results.get())\n        if not found[-1][1]:\n            raise found[-1][2]",
        "for _, came, result in found:\n        if not came:\n            raise result\n    ": "",
        "for _, _, result in found]": "for _, _, result in sorted(found, key=lambda result: result[0])]",
    },
)
def raised_before_the_workers_are_joined(): ...


@also_right
def a_sentinel_that_each_puts_back():
    def work_off(function, tasks, results):
        for place, item in iter(tasks.get, "no more"):
            try:
                result = function(item), None
            except Exception as error:
                result = None, error
            results.put((place, *result))
        tasks.put("no more")

    def parallel_map(function, items, workers):
        tasks, results = Queue(), Queue()
        processes = [Process(target=work_off, args=(function, tasks, results), daemon=True) for _ in range(workers)]
        for task in enumerate(items):
            tasks.put(task)
        tasks.put("no more")
        for process in processes:
            process.start()
        found, errors = {}, []
        while len(found) < len(items):
            place, result, error = results.get()
            found[place] = result
            if error is not None:
                errors.append(error)
        for process in processes:
            process.join()
        if errors:
            raise errors[0]
        return [result for _, result in sorted(found.items())]


@also_right
def under_spawn_with_a_process_class():
    class Worker(get_context("spawn").Process):
        def __init__(self, function, tasks, results):
            super().__init__()
            self.function, self.tasks, self.results = function, tasks, results

        def run(self):
            while True:
                task = self.tasks.get()
                if task == ():
                    break
                try:
                    self.results.put((task[0], "result", self.function(task[1])))
                except Exception as error:
                    self.results.put((task[0], "error", error))

    def parallel_map(function, items: list, workers: int) -> list:
        context = get_context("spawn")
        tasks, results = context.Queue(), context.Queue()
        processes = [Worker(function, tasks, results) for _ in range(workers)]
        for process in processes:
            process.start()
        for task in [*enumerate(items), *[()] * workers]:
            tasks.put(task)
        found, wrong = [None] * len(items), None
        for _ in range(len(items)):
            place, kind, result = results.get()
            if kind == "error":
                wrong = result
            else:
                found[place] = result
        for process in processes:
            process.join()
        if wrong is not None:
            raise wrong
        return found


@also_right
def the_first_exception_stops_all():
    def work_off(function, tasks, results):
        while (task := tasks.get()) is not None:
            try:
                results.put((task[0], function(task[1]), False))
            except Exception as error:
                results.put((task[0], error, True))

    def parallel_map(function, items, workers):
        tasks, results = Queue(), Queue()
        processes = [Process(target=work_off, args=(function, tasks, results)) for _ in range(workers)]
        for process in processes:
            process.start()
        for place, item in enumerate(items):
            tasks.put((place, item))
        found = {}
        try:
            for _ in items:
                place, result, failed = results.get()
                if failed:
                    raise result
                found[place] = result
            return [found[place] for place in range(len(items))]
        finally:
            for process in processes:
                process.kill()
                process.join()
