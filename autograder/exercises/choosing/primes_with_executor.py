"""Primes, whoever counts them

`count_primes` of unit 10 was written for a `Pool` of processes. Write `primes_with_executor(limit, executor)`, which counts the primes below `limit` and leaves open who does it: `executor` is any executor of
`concurrent.futures`, with threads, with processes or with interpreters. `primes_in(block)` is given, and uses `is_prime`, which is slow on purpose.

- The executor belongs to the caller, who goes on using it: do not shut it down, and start no other.
- Share the numbers out in tasks: from `limit` = 1,000 on at least 8 of them, and never more than one for every 20 numbers (one task is allowed in any case). To an executor of threads `chunksize` means nothing: make the blocks yourself.
- Every task is handed over before the first result is waited for.
- The tasks test the numbers, each number once. The caller only adds up.
- A task has nothing but its arguments, and gives nothing but its result: then it does not matter where it runs.
"""

import threading
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor, as_completed, wait
from functools import partial

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given

points = 4

hints = [
    "`executor.submit(primes_in, block)` gives a future at once. `future.result()` waits. So two loops: one hands over, one adds up.",
    "A block is `range(start, min(start + 100, limit))`: the last one ends at `limit`, however long it is.",
    "A process gets its task as a pickle: a function by its name, arguments by their values. A lambda has no name, and a global variable stays at home.",
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


def primes_with_executor(limit, executor):
    """How many primes are below `limit`, counted by tasks of the executor."""
    ### BEGIN SOLUTION
    blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
    futures = [executor.submit(primes_in, block) for block in blocks]
    return sum(future.result() for future in futures)
    ### END SOLUTION


@given
class Watched(Executor):
    # An executor of threads that counts its tasks, and in which the first four wait for one another.
    def __init__(self, meeting):
        self.threads = ThreadPoolExecutor(8)
        self.lock = threading.Condition()
        self.here = threading.local()
        self.tasks, self.begun, self.meeting, self.met, self.shut = 0, 0, meeting, True, False

    def submit(self, function, /, *arguments, **keywords):
        self.tasks += 1
        return self.threads.submit(self.run, function, arguments, keywords)

    def run(self, function, arguments, keywords):
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
def watched(limit, meeting):
    # The count, the tasks, whether the first of them met, whether it was shut down, and the numbers tested: by tasks, by others.
    executor = Watched(meeting)
    by_tasks, by_others = [], []
    names = primes_with_executor.__globals__
    slow = names["is_prime"]

    def noted(number):
        (by_tasks if getattr(executor.here, "task", False) else by_others).append(number)
        return number >= 2 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))

    names["is_prime"] = noted
    try:
        found = primes_with_executor(limit, executor)
    finally:
        names["is_prime"] = slow
    shut = executor.shut
    executor.threads.shutdown(cancel_futures=True)
    of_two_on = [number for number in by_tasks if number >= 2]
    twice = len(of_two_on) - len(set(of_two_on))
    missing = next((number for number in range(2, limit) if number not in set(of_two_on)), None)
    return found, executor.tasks, executor.met, shut, missing, twice, len(by_others)


@given
def by_threads(limit, workers):
    with ThreadPoolExecutor(workers) as executor:
        return primes_with_executor(limit, executor)


@given
def by_processes(limit, workers):
    with ProcessPoolExecutor(workers) as executor:
        first = primes_with_executor(limit, executor)
        return first, primes_with_executor(limit, executor)


@check("the right number of primes, counted by threads")
def _(student):
    for limit, workers, primes in (100, 2, 25), (250, 3, 53), (90, 1, 24):
        found = student.by_threads(limit, workers)
        assert isinstance(found, int), f"it returned a value of type {type(found).__name__} in the place of a number"
        assert found == primes or student.by_threads(limit, 1) != primes, (
            f"there are {primes} primes below {limit}; one thread counts them, and {workers} threads count {found}: do tasks change something that all of them share?"
        )
        assert found == primes, (
            f"there are {primes} primes below {limit}, and it counts {found}. Is the last block whole, and does each number belong to one block?"
        )


@check("`limit` itself does not count, and for small limits there are none")
def _(student):
    found = student.by_threads(7, 2)
    assert found != 4, "below 7 are the primes 2, 3 and 5: 7 is not below 7. Does the last block end at `limit`?"
    assert found == 3
    assert student.by_threads(2, 2) == 0
    assert student.by_threads(0, 2) == 0


@check("the executor does the work, in tasks of a good size")
def _(student):
    for limit in 1_000, 1_530, 100, 30:
        _, tasks, _, _, missing, twice, by_others = student.watched(limit, 0)
        assert tasks > 0, "the executor that was passed got no task"
        assert by_others == 0, f"{by_others} numbers were tested outside of the executor's tasks"
        assert tasks <= -(-limit // 20), (
            f"{tasks} tasks for {limit} numbers: a task for fewer than 20 of them costs more than it saves. Make blocks (an executor's map has a `chunksize`, but only processes heed it)"
        )
        assert tasks >= 8 or limit < 1_000, (
            f"{tasks} tasks for {limit} numbers: with so few, eight workers have nothing to share"
        )
        assert missing is None, f"no task tested {missing}, which is below {limit}"
        assert twice == 0, f"{twice} tests were of a number that another task had tested already"


@check("all tasks are handed over before the first result is waited for", limit=30)
def _(student):
    found, _, met, _, _, _, _ = student.watched(1_000, 4)
    assert met is True, (
        "four tasks that wait for each other never met: while one was at work, the next had not been handed over. `result()` waits"
    )
    assert found == 168, f"there are 168 primes below 1000, and it counts {found}"


@check("the executor goes on: it is its caller's")
def _(student):
    _, _, _, shut, _, _, _ = student.watched(1_000, 0)
    assert shut is False, (
        "the executor was shut down, and its caller wants to go on using it. Leaving `with executor` does that, too"
    )


@check("the same, counted by processes", limit=30)
def _(student):
    first, again = student.by_processes(250, 2)
    assert first == 53, (
        f"there are 53 primes below 250; threads count them, and processes count {first}: do tasks change something that each process has a copy of?"
    )
    assert again == 53, f"a second time, with the same executor, it counts {again} in the place of 53"


@hidden
@check("other limits, compared with the reference", limit=30)
def _(student, reference):
    for limit in 1, 3, 99, 101, 200, 211, 317:
        assert student.by_threads(limit, 2) == reference.by_threads(limit, 2)


@wrong("four tasks that wait for each other never met", "`result()` waits")
def each_result_at_once():
    def primes_with_executor(limit, executor):
        total = 0
        for start in range(0, limit, 100):
            total += executor.submit(primes_in, range(start, min(start + 100, limit))).result()
        return total


@wrong("1000 tasks for 1000 numbers", "a task for fewer than 20 of them costs more than it saves")
def a_task_for_every_number():
    def primes_with_executor(limit, executor):
        return sum(executor.map(is_prime, range(limit)))


@wrong("1000 tasks for 1000 numbers", "only processes heed it")
def chunks_that_threads_do_not_heed():
    def primes_with_executor(limit, executor):
        return sum(executor.map(is_prime, range(limit), chunksize=100))


@wrong("✘ the same, counted by processes", "a lambda cannot go to another process")
def a_lambda():
    def primes_with_executor(limit, executor):
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        return sum(executor.map(lambda block: primes_in(block), blocks))


@wrong(
    "✘ the executor goes on: it is its caller's", "the executor was shut down", "Leaving `with executor` does that, too"
)
def shut_down_afterwards():
    def primes_with_executor(limit, executor):
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        with executor:
            return sum(executor.map(primes_in, blocks))


@wrong("the executor that was passed got no task")
def an_executor_of_its_own():
    def primes_with_executor(limit, executor):
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        with ThreadPoolExecutor(4) as own:
            return sum(own.map(primes_in, blocks))


@wrong("and processes count 0: do tasks change something that each process has a copy of?")
def a_global_total():
    total = 0
    lock = threading.Lock()

    def count_block(block):
        global total
        primes = primes_in(block)
        with lock:
            total += primes

    def primes_with_executor(limit, executor):
        global total
        total = 0
        wait([executor.submit(count_block, range(at, min(at + 100, limit))) for at in range(0, limit, 100)])
        return total


@wrong("do tasks change something that")
def a_global_total_without_a_lock():
    total = 0

    def count_block(block):
        global total
        total += primes_in(block)

    def primes_with_executor(limit, executor):
        global total
        total = 0
        wait([executor.submit(count_block, range(at, min(at + 100, limit))) for at in range(0, limit, 100)])
        return total


@wrong("there are 53 primes below 250, and it counts 46", "Is the last block whole")
def the_last_block_is_lost():
    def primes_with_executor(limit, executor):
        blocks = [range(100 * number, 100 * number + 100) for number in range(limit // 100)]
        return sum(executor.map(primes_in, blocks))


@wrong("there are 24 primes below 90, and it counts 25")
def the_last_block_is_too_long():
    def primes_with_executor(limit, executor):
        blocks = [range(start, start + 50) for start in range(0, limit, 50)]
        return sum(executor.map(primes_in, blocks))


@wrong("7 is not below 7")
def the_limit_counts():
    def primes_with_executor(limit, executor):
        blocks = [range(start, min(start + 100, limit + 1)) for start in range(0, limit + 1, 100)]
        return sum(executor.map(primes_in, blocks))


@wrong("the executor that was passed got no task")
def nobody_but_the_caller():
    def primes_with_executor(limit, executor):
        return primes_in(range(limit))


@wrong("2 tasks for 1000 numbers: with so few, eight workers have nothing to share")
def two_halves():
    def primes_with_executor(limit, executor):
        halves = [range(0, limit // 2), range(limit // 2, limit)]
        return sum(executor.map(primes_in, halves))


@wrong("8 tasks for 100 numbers")
def always_eight():
    def primes_with_executor(limit, executor):
        return sum(executor.map(primes_in, [range(first, limit, 8) for first in range(8)]))


@wrong("numbers were tested outside of the executor's tasks")
def the_caller_helps():
    def primes_with_executor(limit, executor):
        blocks = [range(start, min(start + 50, limit)) for start in range(0, limit, 50)]
        futures = [executor.submit(primes_in, block) for block in blocks[1:]]
        return sum(map(primes_in, blocks[:1])) + sum(future.result() for future in futures)


@wrong("it returned a value of type list in the place of a number")
def the_counts_of_the_blocks():
    def primes_with_executor(limit, executor):
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        return list(executor.map(primes_in, blocks))


@wrong("tests were of a number that another task had tested already")
def blocks_that_overlap():
    def primes_with_executor(limit, executor):
        blocks = [range(start, min(start + 101, limit)) for start in range(0, limit, 50)]
        futures = [executor.submit(primes_in, block) for block in blocks]
        return sum(future.result() for future in futures[::2])


@also_right
def map_over_blocks():
    def primes_with_executor(limit, executor):
        return sum(executor.map(primes_in, (range(start, min(start + 64, limit)) for start in range(0, limit, 64))))


@also_right
def as_they_come_with_small_blocks_for_large_numbers():
    def primes_with_executor(limit, executor):
        blocks, end = [], limit
        while end > 0:
            start = max(0, end - 40)
            blocks.append(range(start, end))
            end = start
        return sum(future.result() for future in as_completed([executor.submit(primes_in, block) for block in blocks]))


@also_right
def every_so_manyth_number():
    def stride(begin, limit, step):
        return primes_in(range(begin, limit, step))

    def primes_with_executor(limit, executor):
        step = max(1, min(16, limit // 20))
        futures = [executor.submit(stride, begin, limit, step) for begin in range(step)]
        wait(futures)
        return sum(future.result() for future in futures)


@also_right
def a_partial_function():
    def count_from(length, limit, start):
        return primes_in(range(start, min(start + length, limit)))

    def primes_with_executor(limit: int, executor: Executor) -> int:
        length = max(20, limit // 16)
        return sum(executor.map(partial(count_from, length, limit), range(0, limit, length)))
