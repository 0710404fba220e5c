"""Primes beside an event loop

A server answers many callers in one event loop, and one of them wants to know how many primes there are below `limit`. Whoever computes that in a coroutine makes all others wait. Write the coroutine
`primes_with_asyncio(limit, executor)`: it lets the tasks of `executor` count, and awaits them, so that the loop goes on all the while. `primes_in(block)` is given, and uses `is_prime`, which is slow on purpose.

- The event loop never stands still: neither does it compute, nor does anything in it wait but by `await`.
- Share the numbers out in tasks of the executor that was passed: from `limit` = 1,000 on at least 8 of them, and never more than one for every 20 numbers (one task is allowed in any case).
- All are handed over before the first is waited for.
- The executor may be one of threads or of processes. It belongs to the caller: do not shut it down.
- When the coroutine is cancelled, the tasks that have not begun do not begin any more, and it raises `CancelledError`.
"""

import asyncio
import threading
import time
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor, as_completed, wait
from functools import partial

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given

points = 4

hints = [
    "`asyncio.get_running_loop().run_in_executor(executor, primes_in, block)` gives something to await, and has begun already.",
    "`future.result()` of `concurrent.futures`, and `executor.map`, wait without `await`: the whole loop waits with them.",
    "`await asyncio.gather(*waiting)` waits for all, and when it is cancelled, it cancels them all. A loop with an `await` for each cancels only the one that it is at.",
]

equivalent_mutants = {
    "+ blocks = [range(start, min(start + 101, limit)) for start in range(0, limit, 100)]": "a multiple of 100 is no prime",
    "+ blocks = [range(start, min(start + 100, limit)) for start in range(1, limit, 100)]": "0 is no prime",
}


def is_prime(number):
    """Whether no number from 2 on divides it, tried one after another."""
    return number >= 2 and all(number % divisor for divisor in range(2, number))


def primes_in(block):
    """How many primes are in a block of numbers."""
    return sum(map(is_prime, block))


async def primes_with_asyncio(limit, executor):
    """How many primes are below `limit`, counted by tasks of the executor while the event loop goes on."""
    ### BEGIN SOLUTION
    loop = asyncio.get_running_loop()
    blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
    return sum(await asyncio.gather(*[loop.run_in_executor(executor, primes_in, block) for block in blocks]))
    ### END SOLUTION


@given
class Watched(Executor):
    # An executor of threads that counts its tasks. If it is to ask, each task waits for an answer of the event loop, and the first ones wait for one another.
    def __init__(self, loop, asking, meeting):
        self.loop = loop
        self.threads = ThreadPoolExecutor(8)
        self.lock = threading.Condition()
        self.here = threading.local()
        self.tasks, self.begun, self.meeting = 0, 0, meeting
        self.met, self.answers, self.asking, self.shut = True, True, asking, False

    def submit(self, function, /, *arguments, **keywords):
        self.tasks += 1
        return self.threads.submit(self.run, function, arguments, keywords)

    def run(self, function, arguments, keywords):
        if self.asking and self.answers:
            answer = threading.Event()
            self.loop.call_soon_threadsafe(answer.set)
            if not answer.wait(10):
                self.answers = False
        with self.lock:
            self.begun += 1
            self.lock.notify_all()
            if self.met and not self.lock.wait_for(lambda: self.begun >= self.meeting, timeout=10):
                self.met = False
                self.lock.notify_all()
        self.here.task = True
        try:
            return function(*arguments, **keywords)
        finally:
            self.here.task = False

    def shutdown(self, wait=True, *, cancel_futures=False):
        self.shut = True
        self.threads.shutdown(wait, cancel_futures=cancel_futures)


@given
def awaitable(limit, executor):
    waiting = primes_with_asyncio(limit, executor)
    if not hasattr(waiting, "__await__"):
        raise TypeError("primes_with_asyncio cannot be awaited: write it with `async def`, and without asyncio.run")
    return waiting


@given
def watched(limit, asking=False, meeting=0):
    # The count, the tasks, whether the loop answered and the first tasks met, whether it was shut down, and the numbers tested
    # by tasks (one that is missing, how many twice), in the loop's thread, elsewhere.
    by_tasks, in_the_loop, elsewhere = [], [], []
    names = primes_with_asyncio.__globals__
    slow = names["is_prime"]

    async def main():
        executor = Watched(asyncio.get_running_loop(), asking, meeting)
        home = threading.get_ident()

        def noted(number):
            here = in_the_loop if threading.get_ident() == home else elsewhere
            (by_tasks if getattr(executor.here, "task", False) else here).append(number)
            return number >= 2 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))

        names["is_prime"] = noted
        try:
            found = await awaitable(limit, executor)
        finally:
            names["is_prime"] = slow
        shut = executor.shut
        executor.threads.shutdown(cancel_futures=True)
        return found, executor, shut

    found, executor, shut = asyncio.run(main())
    of_two_on = [number for number in by_tasks if number >= 2]
    tested = set(of_two_on)
    missing = next((number for number in range(2, limit) if number not in tested), None)
    twice = len(of_two_on) - len(tested)
    return found, executor.tasks, executor.answers, executor.met, shut, missing, twice, len(in_the_loop), len(elsewhere)


@given
def by_threads(limit, workers):
    async def main():
        with ThreadPoolExecutor(workers) as executor:
            return await awaitable(limit, executor)

    return asyncio.run(main())


@given
def by_processes(limit, workers):
    async def main():
        with ProcessPoolExecutor(workers) as executor:
            return await awaitable(limit, executor)

    return asyncio.run(main())


@given
def when_cancelled(limit):
    # One thread, and its first task does not end before the coroutine is cancelled. How many others begin all the same?
    begun, go_on = [], threading.Event()
    names = primes_with_asyncio.__globals__
    slow = names["is_prime"]

    class Slow(Executor):
        def __init__(self, told):
            self.threads = ThreadPoolExecutor(1)
            self.told = told

        def submit(self, function, /, *arguments, **keywords):
            def task():
                begun.append(True)
                self.told()
                if not go_on.wait(10):
                    go_on.set()
                return function(*arguments, **keywords)

            return self.threads.submit(task)

    async def main():
        loop, one_begun = asyncio.get_running_loop(), asyncio.Event()
        executor = Slow(lambda: loop.call_soon_threadsafe(one_begun.set))
        names["is_prime"] = lambda number: False
        task = asyncio.ensure_future(awaitable(limit, executor))
        telling = asyncio.create_task(one_begun.wait())
        await asyncio.wait([task, telling], timeout=10, return_when=asyncio.FIRST_COMPLETED)
        task.cancel()
        telling.cancel()
        done, _ = await asyncio.wait([task], timeout=5)
        go_on.set()
        await asyncio.to_thread(executor.threads.shutdown)
        names["is_prime"] = slow
        return bool(done) and task.cancelled(), len(begun)

    return asyncio.run(main())


@check("the right number of primes")
def _(student):
    for limit, workers, primes in (100, 2, 25), (250, 3, 53), (90, 1, 24), (7, 2, 3), (2, 2, 0), (0, 1, 0):
        found = student.by_threads(limit, workers)
        assert isinstance(found, int), f"it returned a value of type {type(found).__name__} in the place of a number"
        assert found == primes or student.by_threads(limit, 1) != primes, (
            f"there are {primes} primes below {limit}; one thread counts them, and {workers} threads count {found}: do tasks change something that all of them share?"
        )
        assert found == primes, f"there are {primes} primes below {limit}, and it counts {found}"


@check("the event loop goes on", limit=30)
def _(student):
    _, tasks, answers, _, _, _, _, in_the_loop, elsewhere = student.watched(1_000, True)
    assert in_the_loop == 0, (
        f"{in_the_loop} numbers were tested in the thread of the event loop: everybody else in the loop waits meanwhile, also if you let them in now and then"
    )
    assert tasks > 0, "the executor that was passed got no task"
    assert elsewhere == 0, f"{elsewhere} numbers were tested in threads that are none of the executor's"
    assert answers is True, (
        "while a task was at work the event loop stood still: something waits in it that is not awaited, such as `result()`, `executor.map` or `with executor`"
    )


@check("the tasks have a good size, and test each number once", limit=20)
def _(student):
    for limit in 1_000, 1_530, 100, 30:
        _, tasks, _, _, _, missing, twice, _, _ = student.watched(limit)
        assert tasks <= -(-limit // 20), (
            f"{tasks} tasks for {limit} numbers: a task for fewer than 20 of them costs more than it saves. Make blocks"
        )
        assert tasks >= 8 or limit < 1_000, (
            f"{tasks} tasks for {limit} numbers: with so few, eight workers have nothing to share"
        )
        assert missing is None, f"no task tested {missing}, which is below {limit}"
        assert twice == 0, f"{twice} tests were of a number that another task had tested already"


@check("all tasks are handed over before the first is waited for", limit=30)
def _(student):
    found, _, _, met, _, _, _, _, _ = student.watched(1_000, False, 4)
    assert met is True, (
        "four tasks that wait for each other never met: while one was awaited, the next had not been handed over"
    )
    assert found == 168, f"there are 168 primes below 1000, and it counts {found}"


@check("the executor goes on: it is its caller's", limit=20)
def _(student):
    assert student.watched(1_000)[4] is False, "the executor was shut down, and its caller wants to go on using it"


@check("the same with processes", limit=30)
def _(student):
    found = student.by_processes(250, 2)
    assert found == 53, (
        f"there are 53 primes below 250; threads count them, and processes count {found}: do tasks change something that each process has a copy of?"
    )


@hidden
@check("when it is cancelled, no more tasks begin", limit=40)
def _(student):
    cancelled, begun = student.when_cancelled(1_000)
    assert begun > 0, "the executor that was passed got no task"
    assert cancelled is True, "it was cancelled, and did not end with `CancelledError` within 5 seconds"
    assert begun == 1, f"it was cancelled while one task was at work, and {begun - 1} more began afterwards, for nobody"


@hidden
@check("other limits, compared with the reference", limit=30)
def _(student, reference):
    for limit in 1, 3, 99, 101, 200, 211, 317:
        assert student.by_threads(limit, 2) == reference.by_threads(limit, 2)


@wrong("while a task was at work the event loop stood still", "something waits in it that is not awaited")
def the_map_of_the_executor():
    async def primes_with_asyncio(limit, executor):
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        return sum(executor.map(primes_in, blocks))


@wrong("while a task was at work the event loop stood still", "such as `result()`")
def results_that_are_not_awaited():
    async def primes_with_asyncio(limit, executor):
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        futures = [executor.submit(primes_in, block) for block in blocks]
        return sum(future.result() for future in futures)


@wrong("while a task was at work the event loop stood still")
def as_they_come_without_await():
    async def primes_with_asyncio(limit, executor):
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        return sum(future.result() for future in as_completed([executor.submit(primes_in, one) for one in blocks]))


@wrong("while a task was at work the event loop stood still")
def looking_until_it_is_done():
    async def primes_with_asyncio(limit, executor):
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        futures = [executor.submit(primes_in, block) for block in blocks]
        while not all(future.done() for future in futures):
            time.sleep(0.01)
        return sum(future.result() for future in futures)


@wrong("never met: while one was awaited, the next had not been handed over")
def one_await_after_the_other():
    async def primes_with_asyncio(limit, executor):
        loop = asyncio.get_running_loop()
        total = 0
        for start in range(0, limit, 100):
            total += await loop.run_in_executor(executor, primes_in, range(start, min(start + 100, limit)))
        return total


@wrong("numbers were tested in the thread of the event loop")
def computed_in_the_coroutine():
    async def primes_with_asyncio(limit, executor):
        return primes_in(range(limit))


@wrong("numbers were tested in the thread of the event loop", "also if you let them in now and then")
def computed_in_the_coroutine_with_pauses():
    async def primes_with_asyncio(limit, executor):
        total = 0
        for start in range(0, limit, 100):
            total += primes_in(range(start, min(start + 100, limit)))
            await asyncio.sleep(0)
        return total


@wrong("numbers were tested in the thread of the event loop")
def gathered_coroutines_that_compute():
    async def count_block(block):
        return primes_in(block)

    async def primes_with_asyncio(limit, executor):
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        return sum(await asyncio.gather(*map(count_block, blocks)))


@wrong("the executor that was passed got no task")
def threads_of_its_own():
    async def primes_with_asyncio(limit, executor):
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        return sum(await asyncio.gather(*[asyncio.to_thread(primes_in, block) for block in blocks]))


@wrong("the executor that was passed got no task")
def the_executor_of_the_loop():
    async def primes_with_asyncio(limit, executor):
        loop = asyncio.get_running_loop()
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        return sum(await asyncio.gather(*[loop.run_in_executor(None, primes_in, block) for block in blocks]))


@wrong("asyncio.run() cannot be called from a running event loop")
def a_loop_within_the_loop():
    async def primes_with_asyncio(limit, executor):
        async def main():
            return primes_in(range(limit))

        return asyncio.run(main())


@wrong("primes_with_asyncio cannot be awaited: write it with `async def`")
def an_ordinary_function():
    def primes_with_asyncio(limit, executor):
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        return sum(executor.map(primes_in, blocks))


@wrong("10 tasks for 100 numbers")
def always_ten():
    async def primes_with_asyncio(limit, executor):
        loop = asyncio.get_running_loop()
        blocks = [range(first, limit, 10) for first in range(10)]
        return sum(await asyncio.gather(*[loop.run_in_executor(executor, primes_in, block) for block in blocks]))


@wrong("1000 tasks for 1000 numbers")
def a_task_for_every_number():
    async def primes_with_asyncio(limit, executor):
        loop = asyncio.get_running_loop()
        return sum(await asyncio.gather(*[loop.run_in_executor(executor, is_prime, one) for one in range(limit)]))


@wrong("✘ when it is cancelled, no more tasks begin", "more began afterwards, for nobody")
def an_await_for_each_future():
    async def primes_with_asyncio(limit, executor):
        loop = asyncio.get_running_loop()
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        waiting = [loop.run_in_executor(executor, primes_in, block) for block in blocks]
        return sum([await one for one in waiting])


@wrong("do tasks change something that")
def a_global_total():
    total = 0

    def count_block(block):
        global total
        total += primes_in(block)

    async def primes_with_asyncio(limit, executor):
        global total
        total = 0
        loop = asyncio.get_running_loop()
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        await asyncio.gather(*[loop.run_in_executor(executor, count_block, block) for block in blocks])
        return total


@wrong("it was cancelled, and did not end with `CancelledError`")
def what_there_is_when_cancelled():
    async def primes_with_asyncio(limit, executor):
        loop = asyncio.get_running_loop()
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        try:
            return sum(await asyncio.gather(*[loop.run_in_executor(executor, primes_in, block) for block in blocks]))
        except asyncio.CancelledError:
            return 0


@wrong("there are 53 primes below 250, and it counts 46")
def the_last_block_is_lost():
    async def primes_with_asyncio(limit, executor):
        loop = asyncio.get_running_loop()
        blocks = [range(100 * number, 100 * number + 100) for number in range(limit // 100)]
        return sum(await asyncio.gather(*[loop.run_in_executor(executor, primes_in, block) for block in blocks]))


@wrong("the executor was shut down")
def shut_down_in_the_end():
    async def primes_with_asyncio(limit, executor):
        loop = asyncio.get_running_loop()
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        counts = await asyncio.gather(*[loop.run_in_executor(executor, primes_in, block) for block in blocks])
        executor.shutdown()
        return sum(counts)


@wrong("✘ the same with processes", "a lambda cannot go to another process")
def a_lambda():
    async def primes_with_asyncio(limit, executor):
        loop = asyncio.get_running_loop()
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        waiting = [loop.run_in_executor(executor, lambda block=block: primes_in(block)) for block in blocks]
        return sum(await asyncio.gather(*waiting))


@also_right
def wrapped_futures():
    async def primes_with_asyncio(limit, executor):
        blocks = [range(start, min(start + 50, limit)) for start in range(0, limit, 50)]
        return sum(await asyncio.gather(*[asyncio.wrap_future(executor.submit(primes_in, one)) for one in blocks]))


@also_right
def a_task_group():
    async def primes_with_asyncio(limit, executor):
        async def counted(block):
            return await asyncio.get_running_loop().run_in_executor(executor, primes_in, block)

        async with asyncio.TaskGroup() as group:
            starts = range(0, limit, 80)
            tasks = [group.create_task(counted(range(start, min(start + 80, limit)))) for start in starts]
        return sum(task.result() for task in tasks)


@also_right
def as_they_come():
    def count_from(length, limit, start):
        return primes_in(range(start, min(start + length, limit)))

    async def primes_with_asyncio(limit, executor):
        loop, length = asyncio.get_running_loop(), max(20, limit // 16)
        count = partial(count_from, length, limit)
        waiting = [loop.run_in_executor(executor, count, start) for start in range(0, limit, length)]
        total = 0
        try:
            for one in asyncio.as_completed(waiting):
                total += await one
        finally:
            for one in waiting:
                one.cancel()
        return total


@also_right
def looking_now_and_then():
    async def primes_with_asyncio(limit, executor):
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        futures = [executor.submit(primes_in, block) for block in blocks]
        try:
            while not all(future.done() for future in futures):
                await asyncio.sleep(0.005)
        except asyncio.CancelledError:
            for future in futures:
                future.cancel()
            raise
        return sum(future.result() for future in futures)
