"""Workers that die

Processes are killed: by the system when memory is short, by a crash in a library, by somebody's `kill`. Write `retry_dead_workers(function, items, workers)`. It returns the list
of `function(item)` for every item of the list, in their order, computed by at most `workers` processes at a time, **although any of these may die at any moment**.

- Items and results may be of any kind, also lists, equal ones, and `None`. The list `items` stays as it is.
- A task whose worker has died is done again by another one. (It will not die for ever: some time or other every task comes through.)
- What has been done is not done again: when a worker has finished a task and dies in a later one, its earlier result counts.
- If `function` raises an exception, nobody has died: `retry_dead_workers` raises that exception, at once or in the end.
- In any case all processes have ended and are joined when it returns or raises.

If there are tasks enough, all `workers` are at work.
"""

import contextlib
import os
import signal
import sys
import traceback
from concurrent.futures import ProcessPoolExecutor, as_completed, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import Pipe, Pool, Process, get_context
from multiprocessing.connection import wait as wait_for_connections
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given

points = 5

hints = [
    "When a worker of a `ProcessPoolExecutor` dies, all its futures that are not done raise `BrokenProcessPool`, and it takes no more tasks. Those that were done keep their results.",
    "So keep the results by their places. As long as places are missing, make a new executor, and submit only those.",
    "Catch `BrokenProcessPool` and nothing else: every other exception is one of `function`'s own.",
]


def retry_dead_workers(function, items, workers):
    """Return [function(item) for item in items], computed by `workers` processes of which some may die."""
    ### BEGIN SOLUTION
    results = {}
    while len(results) < len(items):
        with ProcessPoolExecutor(workers) as executor:
            futures = {}
            try:
                for place, item in enumerate(items):
                    if place not in results:
                        futures[place] = executor.submit(function, item)
            except BrokenProcessPool:
                pass  # one has died already
            for place, future in futures.items():
                try:
                    results[place] = future.result()
                except BrokenProcessPool:
                    pass
    return [results[place] for place in range(len(items))]
    ### END SOLUTION


@given
def noted(task):
    # The task: a folder, a number, and how often its worker dies first. Every attempt leaves a file there.
    folder, number, deaths = task
    attempts = len([name for name in os.listdir(folder) if name.startswith(f"{number} ")])
    Path(folder, f"{number} {attempts}").touch()
    if number >= 100:
        raise ValueError("a number of three digits")
    if attempts < deaths:
        os.kill(os.getpid(), signal.SIGKILL)
    return 10 * number


@given
def doubled(number):
    return 2 * number


@given
def left_of(items):
    # What is left of `items` when they have been doubled.
    retry_dead_workers(doubled, items, 2)
    return items


@given
def results_and_attempts(deaths, workers):
    # One task for each number in `deaths`: how often its worker dies. The results, and how often each task was begun.
    with TemporaryDirectory() as folder:
        tasks = [(folder, number, times) for number, times in enumerate(deaths)]
        try:
            results = retry_dead_workers(noted, tasks, workers)
        except BrokenProcessPool as error:
            submitting = any(frame.name == "submit" for frame in traceback.extract_tb(error.__traceback__))
            results = "BrokenProcessPool: `submit` raises it, too" if submitting else "BrokenProcessPool"
        names = os.listdir(folder)
    return results, [len([name for name in names if name.startswith(f"{number} ")]) for number in range(len(deaths))]


@given
def nothing(folder):
    # Returns None; whoever asks a third time has not taken that for a result.
    attempts = len(os.listdir(folder))
    Path(folder, str(attempts)).touch()
    if attempts > 2:
        raise RuntimeError("done again and again")


@given
def dies_behind_others(task):
    # The first attempt of number 0 dies when number 2 has been begun, and not at all if it waits in vain. Every attempt leaves a file.
    folder, number = task
    attempts = len([name for name in os.listdir(folder) if name.startswith(f"{number} ")])
    Path(folder, f"{number} {attempts}").touch()
    if number == 0 and attempts == 0:
        for _ in range(300):
            if Path(folder, "2 0").exists():
                os.kill(os.getpid(), signal.SIGKILL)
            sleep(0.02)
    return number


@given
def attempts_behind_others():
    with TemporaryDirectory() as folder:
        results = retry_dead_workers(dies_behind_others, [(folder, number) for number in range(3)], 2)
        return results, len([name for name in os.listdir(folder) if name.startswith("1 ")])


@given
def done_with_nothing():
    with TemporaryDirectory() as folder:
        return retry_dead_workers(nothing, [folder], 1)


@given
def the_first_waits_for_the_second(task):
    # Returns its number. Number 0 waits until number 1 is done and a little longer, or some seconds in vain.
    folder, number = task
    for _ in range(150):
        if number == 1 or os.listdir(folder):
            break
        sleep(0.02)
    sleep(0.3 * (number == 0))
    Path(folder, str(number)).touch()
    return number


@given
def results_of_a_slow_first():
    with TemporaryDirectory() as folder:
        return retry_dead_workers(the_first_waits_for_the_second, [(folder, 0), (folder, 1)], 2)


@given
def met(folder):
    # Waits for somebody else who is here at the same time. Whoever has waited some seconds in vain says so, and nobody waits any more.
    Path(folder, str(os.getpid())).touch()
    for _ in range(600):
        here = os.listdir(folder)
        if len(here) > 1:
            return "alone" not in here
        sleep(0.02)
    Path(folder, "alone").touch()
    return False


@given
def two_met():
    with TemporaryDirectory() as folder:
        return retry_dead_workers(met, [folder] * 2, 2)


@given
def how_many_are_here(folder):
    mine = Path(folder, str(os.getpid()))
    mine.touch()
    sleep(0.2)
    here = len(os.listdir(folder))
    mine.unlink()
    return here


@given
def most_at_once(workers):
    cores = os.cpu_count, getattr(os, "process_cpu_count", None)
    os.cpu_count = os.process_cpu_count = lambda: 4  # whatever this computer has
    try:
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            return max(retry_dead_workers(how_many_are_here, [folder] * 5, workers))
    finally:
        os.cpu_count, os.process_cpu_count = cores


@given
def met_after_a_death(task):
    # The first of all that meet dies. Whoever comes later waits for somebody else who is here at the same time. Whoever has waited some
    # seconds in vain says so, and nobody waits any more.
    def alive(number):
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return False
        return True

    folder, meets = task
    if not meets:
        return True
    try:
        Path(folder, "0").touch(exist_ok=False)
    except FileExistsError:
        pass
    else:
        os.kill(os.getpid(), signal.SIGKILL)
    mine, both = Path(folder, str(os.getpid())), Path(folder, "both")
    mine.touch()
    for _ in range(600):
        here = set(os.listdir(folder))
        if "alone" in here:
            return False
        if "both" in here or sum(alive(int(name)) for name in here - {"0"}) > 1:
            both.touch()  # whoever looks later may find the other one gone
            return True
        sleep(0.02)
    Path(folder, "alone").touch()
    return False


@given
def two_met_after_a_death():
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        # Two short tasks come first: until one is done, Python's executor may not notice that its second worker has died.
        return retry_dead_workers(met_after_a_death, [(folder, meets) for meets in (False, False, True, True)], 2)


@given
def results_where_one_dies_before_all_are_handed_out():
    # Here whoever hands out tasks to an executor is so slow that the first one has died before the second one is handed out.
    submit, submitted = ProcessPoolExecutor.submit, []

    def submit_slowly(executor, *args, **kwargs):
        submitted.append(submit(executor, *args, **kwargs))
        if len(submitted) == 1:
            wait(submitted, 5)
        return submitted[-1]

    ProcessPoolExecutor.submit = submit_slowly
    try:
        return results_and_attempts([1, 0, 0], 2)[0]
    finally:
        ProcessPoolExecutor.submit = submit


@given
def complains(task):
    # Raises the first two times it is asked.
    folder, kind = task
    attempts = len(os.listdir(folder))
    Path(folder, str(attempts)).touch()
    if attempts < 2:
        raise {"RuntimeError": RuntimeError, "OSError": OSError}[kind]("a complaint")


@given
def what_comes_of_a_complaint(kind):
    with TemporaryDirectory() as folder:
        try:
            retry_dead_workers(complains, [(folder, kind)], 1)
        except Exception as error:
            return type(error).__name__
        return f"no exception, and {len(os.listdir(folder))} attempts"


@given
def what_comes_of_an_error():
    with TemporaryDirectory() as folder:
        try:
            found = retry_dead_workers(noted, [(folder, 1, 0), (folder, 100, 0), (folder, 2, 0)], 2)
        except Exception as error:
            return type(error).__name__, str(error)
    return "no exception", repr(found)


@check("nobody dies: all results in the order of the items", limit=6)
def _(student):
    results = student.results_of_a_slow_first()
    assert results != [1, 0], (
        "the second task was done before the first, and its result came first: results belong in the order of the items, and not in that of their ends. Keep them by their places"
    )
    assert results == [0, 1]
    assert student.retry_dead_workers(given.doubled, [3, 1, 2, 1], 2) == [6, 2, 4, 2]
    assert student.retry_dead_workers(given.doubled, [], 2) == []
    assert student.retry_dead_workers(given.doubled, [[1], [2], [1]], 2) == [[1, 1], [2, 2], [1, 1]]
    left = student.left_of([3, 1, 2])
    assert left == [3, 1, 2], (
        f"retry_dead_workers changed the list `items`, which is its caller's: {left} is left of it"
    )


@check("None is a result like any other", limit=3)
def _(student):
    try:
        results = student.done_with_nothing()
    except Exception as error:
        results = [str(error)]
    assert "done again and again" not in str(results), (
        "`function` returned None, and the task was done again and again: None is a result, too, and does not say that one is missing"
    )
    assert results == [None]


@check("no more processes at a time than there are workers", limit=5)
def _(student):
    most = student.most_at_once(1)
    assert most == 1, f"for 1 worker {most} processes were at work at the same time"


@check("a worker that dies costs no result", limit=3)
def _(student):
    results, attempts = student.results_and_attempts([0, 1, 0], 1)
    assert not isinstance(results, str), (
        "a worker died, and `BrokenProcessPool` came to the caller: an executor that has lost a worker is broken for good, and not only its futures say so: `submit` raises it, too. "
        "Catch it, and make a new executor for the tasks without a result"
    )
    assert results == [0, 10, 20], (
        f"the worker died once in the second of three tasks. Right is [0, 10, 20], and {results} came back"
    )


@check("what has been done is not done again", limit=3)
def _(student):
    results, attempts = student.results_and_attempts([0, 0, 1, 0], 1)
    assert results == [0, 10, 20, 30]
    assert attempts[:2] == [1, 1], (
        f"one worker did the tasks 0 and 1 and died in task 2; then task 0 was begun {attempts[0]} times, and task 1 {attempts[1]} times in all. They had "
        "been done: keep their results, and do only what is missing"
    )
    assert attempts[2] == 2, (
        f"the worker died once in task 2, and it was begun {attempts[2]} times: once more is enough"
    )


@check("what has been done behind the dead is not done again", limit=20)
def _(student):
    results, attempts = student.attempts_behind_others()
    assert results == [0, 1, 2]
    assert attempts == 1, (
        "one worker died in task 0 when the other one had done task 1, and task 1 was done again: where results are taken in their order, and the first one "
        "is missing, the later ones are lost. Ask every future for its own"
    )


@check("others may die, too, and the same task may kill four times", limit=6)
def _(student):
    results, attempts = student.results_and_attempts([0, 4, 0, 1], 2)
    assert results != "BrokenProcessPool: `submit` raises it, too", (
        "a worker had died when the next task was handed out, and `BrokenProcessPool` came to the caller: `submit` raises it, too, where the executor is broken already"
    )
    assert results != "BrokenProcessPool", (
        "more than one worker died, and `BrokenProcessPool` came to the caller: one more try is not enough. Go on until no result is missing"
    )
    assert results == [0, 10, 20, 30], (
        f"two tasks killed five workers. Right is [0, 10, 20, 30], and {results} came back"
    )


@check("an exception is no death: it comes to the caller", limit=6)
def _(student):
    assert student.what_comes_of_an_error() == ("ValueError", "a number of three digits")
    for kind in "RuntimeError", "OSError":
        came = student.what_comes_of_a_complaint(kind)
        assert not came.startswith("no exception"), (
            f"`function` raised {kind}, and the task was done again as if its worker had died: catch `BrokenProcessPool` and nothing else"
        )
        assert came == kind


@check("all workers are at work", limit=30)
def _(student):
    assert student.two_met() == [True, True], (
        "two tasks for 2 workers never were at work at the same time: hand out all the tasks, and wait for results only then"
    )


@hidden
@check("many tasks and some deaths, compared with the reference", limit=5)
def _(student, reference):
    deaths = [int(number in (3, 11, 17)) for number in range(20)]
    assert student.results_and_attempts(deaths, 3)[0] == reference.results_and_attempts(deaths, 3)[0]


@check("a worker may die before all tasks are handed out", limit=6)
def _(student):
    results = student.results_where_one_dies_before_all_are_handed_out()
    assert not isinstance(results, str), (
        "a worker had died when the next task was handed out, and `BrokenProcessPool` came to the caller: `submit` raises it, too, where the executor is broken already"
    )
    assert results == [0, 10, 20]


@check("all workers are at work after a death, too", limit=30)
def _(student):
    assert student.two_met_after_a_death() == [True] * 4, (
        "a worker died, and the two tasks that were left for 2 workers never were at work at the same time: the one who replaces the dead works beside the others"
    )


@wrong("did not come back", "✘ a worker that dies costs no result")
def waits_on_a_pool():
    def retry_dead_workers(function, items, workers):
        with Pool(workers) as pool:
            results = pool.map(function, items, chunksize=1)
            pool.close()
            pool.join()
        return results


@wrong(
    "`submit` raises it, too",
    replaced={
        "            try:\n                for place, item in enumerate(items):\n                    if place not in results:\n                        futures[place] = executor.submit(function, item)\n            except BrokenProcessPool:\n                pass  # one has died already\n": "            for place, item in enumerate(items):\n                if place not in results:\n                    futures[place] = executor.submit(function, item)\n"
    },
)
def handed_out_without_a_try(): ...


@wrong(
    "one more try is not enough",
    replaced={
        "while len(results) < len(items):": "for more in reversed(range(3)):",
        "except BrokenProcessPool:\n                    pass": "except BrokenProcessPool:\n                    if not more:\n                        raise",
    },
)
def three_tries(): ...


@wrong(
    "as if its worker had died",
    replaced={
        "future.result()\n                except BrokenProcessPool": "future.result()\n                except (BrokenProcessPool, OSError)"
    },
)
def a_file_that_is_missing_taken_for_a_death(): ...


@wrong(
    "as if its worker had died",
    replaced={
        "future.result()\n                except BrokenProcessPool": "future.result()\n                except RuntimeError"
    },
)
def every_runtime_error_taken_for_a_death(): ...


@wrong(
    "the one who replaces the dead works beside the others",
    "✘ all workers are at work after a death, too",
    replaced={
        "    results = {}\n": "    results, first = {}, True\n",
        "ProcessPoolExecutor(workers) as executor:\n": "ProcessPoolExecutor(workers if first else 1) as executor:\n            first = False\n",
    },
)
def what_is_left_is_done_by_one(): ...


@wrong(
    "retry_dead_workers changed the list `items`",
    replaced={
        "    return [results": "    number = len(items)\n    items.clear()\n    return [results",
        "range(len(items))]": "range(number)]",
    },
)
def the_items_are_used_up(): ...


@wrong("results belong in the order of the items")
def in_the_order_of_completion():
    def retry_dead_workers(function, items, workers):
        results, done = [], set()
        while len(done) < len(items):
            with ProcessPoolExecutor(workers) as executor, contextlib.suppress(BrokenProcessPool):
                places = {}
                for place, item in enumerate(items):
                    if place not in done:
                        places[executor.submit(function, item)] = place
                for future in as_completed(places):
                    results.append(future.result())
                    done.add(places[future])
        return results


@wrong("an executor that has lost a worker is broken for good")
def an_executor_and_no_more():
    def retry_dead_workers(function, items, workers):
        with ProcessPoolExecutor(workers) as executor:
            return list(executor.map(function, items))


@wrong("for 1 worker", "processes were at work at the same time")
def as_many_workers_as_cores():
    def retry_dead_workers(function, items, workers):
        results = {}
        while len(results) < len(items):
            with ProcessPoolExecutor() as executor:
                futures = {
                    place: executor.submit(function, item) for place, item in enumerate(items) if place not in results
                }
                for place, future in futures.items():
                    try:
                        results[place] = future.result()
                    except BrokenProcessPool:
                        pass
        return [results[place] for place in range(len(items))]


@wrong("They had been done: keep their results, and do only what is missing")
def begins_anew():
    def retry_dead_workers(function, items, workers):
        while True:
            try:
                with ProcessPoolExecutor(workers) as executor:
                    return list(executor.map(function, items))
            except BrokenProcessPool:
                pass


@wrong(
    "one more try is not enough. Go on until no result is missing",
    replaced={
        "while len(results) < len(items):": "for last in (False, True):",
        "except BrokenProcessPool:\n                    pass": "except BrokenProcessPool:\n                    if last:\n                        raise",
    },
)
def only_one_more_try(): ...


@wrong("an executor that has lost a worker is broken for good", "make a new executor")
def the_same_executor_again():
    def retry_dead_workers(function, items, workers):
        results = []
        with ProcessPoolExecutor(workers) as executor:
            for item in items:
                try:
                    results.append(executor.submit(function, item).result())
                except BrokenProcessPool:
                    results.append(executor.submit(function, item).result())
        return results


@wrong("Right is [0, 10, 20], and [0, None, None] came back")
def a_hole_for_the_dead():
    def retry_dead_workers(function, items, workers):
        results, futures = [None] * len(items), []
        with ProcessPoolExecutor(workers) as executor, contextlib.suppress(BrokenProcessPool):
            for item in items:
                futures.append(executor.submit(function, item))
        for place, future in enumerate(futures):
            with contextlib.suppress(BrokenProcessPool):
                results[place] = future.result()
        return results


@wrong(
    "did not come back",
    "✘ an exception is no death",
    replaced={
        "future.result()\n                except BrokenProcessPool": "future.result()\n                except Exception"
    },
)
def every_exception_is_taken_for_a_death(): ...


@wrong("Ask every future for its own")
def results_in_order_up_to_the_first_that_is_missing():
    def retry_dead_workers(function, items, workers):
        results = {}
        while len(results) < len(items):
            places = [place for place in range(len(items)) if place not in results]
            try:
                with ProcessPoolExecutor(workers) as executor:
                    for place, result in zip(places, executor.map(function, [items[place] for place in places])):
                        results[place] = result
            except BrokenProcessPool:
                pass
        return [results[place] for place in range(len(items))]


@wrong("never were at work at the same time")
def one_task_after_the_other():
    def retry_dead_workers(function, items, workers):
        results = []
        while len(results) < len(items):
            with ProcessPoolExecutor(workers) as executor:
                try:
                    while len(results) < len(items):
                        results.append(executor.submit(function, items[len(results)]).result())
                except BrokenProcessPool:
                    pass
        return results


@wrong(
    "None is a result, too",
    replaced={
        "    results = {}\n": "    results = dict.fromkeys(range(len(items)))\n",
        "len(results) < len(items)": "None in results.values()",
        "place not in results": "results[place] is None",
    },
)
def none_for_what_is_missing(): ...


@wrong(
    "raised TypeError: unhashable type: 'list'",
    replaced={
        "results[place] = future": "results[items[place]] = future",
        "place not in results": "item not in results",
        "results[place] for place in range(len(items))": "results[item] for item in items",
        "len(results) < len(items)": "len(results) < len(set(map(repr, items)))",
    },
)
def results_by_their_items(): ...


@also_right
def as_they_come_under_spawn():
    def retry_dead_workers(function, items: list, workers: int) -> list:
        results: dict = {}
        while missing := [place for place in range(len(items)) if place not in results]:
            with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as executor:
                places = {}
                try:
                    for place in missing:
                        places[executor.submit(function, items[place])] = place
                except BrokenProcessPool:
                    print("a worker has died while tasks were handed out", file=sys.stderr)
                for future in as_completed(places):
                    if isinstance(future.exception(), BrokenProcessPool):
                        print("a worker has died", file=sys.stderr)
                    else:
                        results[places[future]] = future.result()
        return [results[place] for place in sorted(results)]


@also_right
def a_process_for_every_task():
    def send(function, item, connection):
        try:
            connection.send((function(item), None))
        except Exception as error:
            connection.send((None, error))

    def retry_dead_workers(function, items, workers):
        results, errors, running = {}, [], {}
        todo = list(reversed(range(len(items))))
        while todo or running:
            while todo and len(running) < workers:
                place = todo.pop()
                ours, theirs = Pipe(False)
                process = Process(target=send, args=(function, items[place], theirs))
                process.start()
                theirs.close()
                running[ours] = process, place
            for ours in wait_for_connections(list(running)):
                process, place = running.pop(ours)
                try:
                    results[place], error = ours.recv()
                    if error is not None:
                        errors.append(error)
                except EOFError:
                    todo.append(place)
                process.join()
        if errors:
            raise errors[0]
        return [results[place] for place in range(len(items))]


@also_right
def one_executor_for_every_attempt_and_no_more():
    def attempt(function, items, workers, results):
        with ProcessPoolExecutor(max_workers=min(workers, max(1, len(items)))) as executor:
            futures = []
            with contextlib.suppress(BrokenProcessPool):
                for place, item in items:
                    futures.append((place, executor.submit(function, item)))
            for place, future in futures:
                if not isinstance(future.exception(), BrokenProcessPool):
                    results[place] = future.result()

    def retry_dead_workers(function, items, workers):
        results = {}
        while len(results) != len(items):
            attempt(function, [pair for pair in enumerate(items) if pair[0] not in results], workers, results)
        return list(map(results.get, range(len(items))))
