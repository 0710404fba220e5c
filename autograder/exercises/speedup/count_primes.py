"""Count primes with equal loads

Write two functions:

- `primes_in(block)` returns how many primes are in a block of numbers, such as `range(100, 200)`: the task of a worker.
- `count_primes(limit, workers)` returns how many primes there are below `limit`. It starts `workers` processes, no more (and fewer only where there is too little to share),
  which share the numbers.

`is_prime` is given, and slow on purpose: it tries every smaller number. So a large prime costs more than a small one, and
an even number costs nearly nothing. Share the numbers out so that all workers are busy until the end. The check runs your program with
8 workers on 8 virtual cores: the busiest worker may compute at most 1.4 times what they compute on average, every number is tested by one
worker only, and there is at most one message for every 4 numbers.
"""

from multiprocessing import Pool

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, simulate

points = 5

hints = [
    "Equal numbers of numbers are not equal amounts of work. Which worker of yours gets the large ones? Which gets the odd ones?",
    "Make many more blocks than workers, and let a worker take the next block when it has finished one.",
    "`pool.imap_unordered(f, blocks)` hands out one block at a time. A block of 100 numbers is worth a message; one number is not.",
]
equivalent_mutants = {
    "+ blocks = [range(start, min(start + 101, limit)) for start in range(0, limit, 100)]": "a multiple of 100 is no prime",
    "+ blocks = [range(start, min(start + 100, limit)) for start in range(1, limit, 100)]": "0 is no prime",
    "+ blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 99)]": "a multiple of 99 is no prime",
    "- pool.join()": "leaving `with` ends the workers, and waits for them",
    "+ total = sum(pool.imap_unordered(primes_in, blocks))": "there are many blocks, so the last one is waited for briefly",
}


def is_prime(number):
    """Whether no number from 2 on divides it, tried one after another."""
    return number >= 2 and all(number % divisor for divisor in range(2, number))


def primes_in(block):
    """How many primes are in a block of numbers: the task of a worker."""
    ### BEGIN SOLUTION
    return sum(map(is_prime, block))
    ### END SOLUTION


def count_primes(limit, workers):
    """How many primes are below `limit`, counted by `workers` processes with equal loads."""
    ### BEGIN SOLUTION
    blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
    with Pool(workers) as pool:
        total = sum(pool.imap_unordered(primes_in, reversed(blocks)))
        pool.close()
        pool.join()
    return total
    ### END SOLUTION


@check("the right number of primes", limit=30)
def _(student):
    for limit, primes in [(20, 8), (102, 26)]:
        assert student.count_primes(limit, 1) == primes


@check("`limit` itself does not count, and for small limits there are none", limit=30)
def _(student):
    found = student.count_primes(7, 1)
    assert found != 4, "below 7 are the primes 2, 3 and 5: 7 is not below 7"
    assert found == 3
    assert student.count_primes(2, 1) == 0
    assert student.count_primes(0, 1) == 0


@check("`primes_in` counts the primes of one block")
def _(student):
    for block, primes in [(range(90, 104), [97, 101, 103]), (range(0, 3), [2]), (range(0), [])]:
        found = student.primes_in(list(block))
        assert found != primes, f"{block} has the primes {primes}: `primes_in` returns how many, and so {len(primes)}"
        assert found == len(primes)


@check("3 workers are 3 processes, and a message is worth its price", limit=20)
def _(student):
    found = simulate(student.count_primes, 2_000, 3, cores=8, limit=15)
    assert found.processes > 1, "no other process was started: nobody shares the work"
    assert found.processes == 4, f"for 3 workers {found.processes - 1} processes were started"
    assert found.messages <= 500, (
        f"{found.messages} messages for 2000 numbers: a message for every number costs more than it saves; give out blocks of numbers"
    )


@check("processes that share a total lose nothing, in whatever order they work", limit=30)
def _(student):
    for limit, right in [(6, 3), (202, 46)]:
        try:
            found = explore(student.count_primes, limit, 2, budget=3_000)
        except AssertionError as failure:
            if type(failure).__name__ != "NotExplored":  # as what asks a clock is not
                raise
            return
        lost = found.schedule(
            lambda primes, right=right: primes != right,
            f"With 2 workers the number of primes below {limit} is wrong in this order of their steps, and with one worker it is right: "
            "a number that they share is looked at and changed under one lock, or a change is lost",
        )
        assert lost is None, lost
        assert found.results, found.failure()
        assert not found.deadlocks, found.failure()


@check("each number is tested by one worker only", limit=20)
def _(student):
    alone = simulate(student.count_primes, 4_000, 1, cores=1, limit=8)
    found = simulate(student.count_primes, 4_000, 4, cores=4, limit=12)
    assert found.processes > 1, "no other process was started: nobody shares the work"
    assert found.work <= 2.5 * alone.work, (
        f"4 workers compute {found.work / alone.work:.1f} times as much as one does alone: "
        "each number should be tested by one worker only"
    )


@check("equal loads: 8 workers on 8 virtual cores are busy until the end", limit=60)
def _(student):
    found = simulate(student.count_primes, 7_994, 8, cores=8, limit=50)
    assert found.result == 1007, (
        f"there are 1007 primes below 7994, and 8 workers count {found.result!r:.80}: is the last block lost if it is smaller than the others?"
    )
    parent, *loads = found.busy.values()
    assert loads, "no other process was started: nobody shares the work"
    assert len(loads) == 8, f"for 8 workers {len(loads)} processes were started"
    assert found.messages <= 1_998, (
        f"{found.messages} messages for 7994 numbers cost more than they save: give out blocks"
    )
    share = parent / found.work
    assert share <= 0.4, (
        f"the parent does {share:.0%} of all the work itself: the workers should test the numbers, with the slow `is_prime` that is given"
    )
    share = max(loads) / sum(loads)
    assert share <= 0.6, f"one worker does {share:.0%} of the workers' work: there should be a share for each of them"
    assert share <= 1.4 / 8, (
        f"the busiest of 8 workers does {share:.0%} of their work, and an eighth is 12.5 %: "
        "it gets too many of the expensive numbers, and the others wait for it"
    )
    assert found.parallelism >= 3, (
        f"the loads are equal, but on average only {found.parallelism:.1f} of 8 cores compute: "
        "is a worker waited for before the next one has its task?"
    )


@hidden
@check("other limits and numbers of workers, compared with the reference", limit=30)
def _(student, reference):
    for limit, workers in [(242, 3), (241, 2), (150, 1), (90, 5), (1, 1)]:
        assert student.count_primes(limit, workers) == reference.count_primes(limit, workers)


@wrong("the busiest of 8 workers does", "it gets too many of the expensive numbers")
def contiguous_blocks():
    def count_primes(limit, workers):
        bounds = [limit * i // workers for i in range(workers + 1)]
        with Pool(workers) as pool:
            return sum(pool.map(primes_in, [range(a, b) for a, b in zip(bounds, bounds[1:])], chunksize=1))


@wrong("the busiest of 8 workers does", "it gets too many of the expensive numbers")
def every_eighth_number_so_the_even_ones_stay_together():
    def count_primes(limit, workers):
        with Pool(workers) as pool:
            return sum(pool.map(primes_in, [range(i, limit, workers) for i in range(workers)], chunksize=1))


@wrong("times as much as one does alone: each number should be tested by one worker only")
def every_worker_counts_them_all():
    def count_primes(limit, workers):
        with Pool(workers) as pool:
            return pool.map(primes_in, [range(limit)] * workers, chunksize=1)[0]


@wrong("4000 messages for 2000 numbers: a message for every number costs more than it saves")
def one_task_for_every_number():
    def count_primes(limit, workers):
        with Pool(workers) as pool:
            return sum(pool.imap(is_prime, range(limit)))


@wrong("no other process was started: nobody shares the work")
def no_worker_at_all():
    def count_primes(limit, workers):
        return primes_in(range(limit))


@wrong("of all the work itself: the workers should test the numbers")
def the_parent_counts_what_the_workers_list():
    def count_primes(limit, workers):
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        with Pool(workers) as pool:
            return sum(primes_in(numbers) for numbers in pool.imap_unordered(list, blocks))


@wrong("of the workers' work: there should be a share for each of them")
def one_worker_for_all_numbers():
    def count_primes(limit, workers):
        with Pool(workers) as pool:
            return pool.apply(primes_in, (range(limit),))


@wrong("the loads are equal, but on average only", "is a worker waited for before the next one has its task?")
def one_block_after_another():
    def count_primes(limit, workers):
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        with Pool(workers) as pool:
            return sum(pool.apply(primes_in, (block,)) for block in blocks)


@wrong("for 3 workers 8 processes were started")
def as_many_processes_as_cores():
    def count_primes(limit, workers):
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        with Pool() as pool:
            return sum(pool.imap_unordered(primes_in, blocks))


@wrong("for 3 workers 4 processes were started", "for 8 workers 4 processes were started")
def always_four_processes():
    def count_primes(limit, workers):
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        with Pool(4) as pool:
            return sum(pool.imap_unordered(primes_in, blocks))


@wrong("range(90, 104) has the primes [97, 101, 103]: `primes_in` returns how many, and so 3")
def a_list_in_the_place_of_a_number():
    def primes_in(block):
        return [number for number in block if is_prime(number)]

    def count_primes(limit, workers):
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        with Pool(workers) as pool:
            return sum(map(len, pool.imap_unordered(primes_in, blocks)))


@wrong("`primes_in` is not defined")
def every_answer_sent_to_the_parent():
    primes_in: object  # is never written

    def count_primes(limit, workers):
        with Pool(workers) as pool:
            return sum(pool.map(is_prime, range(limit)))


@wrong("a number that they share is looked at and changed under one lock")
def a_shared_total_without_a_lock():
    from multiprocessing import Process, Value

    def count(total, numbers):
        for number in numbers:
            if is_prime(number):
                total.value += 1

    def count_primes(limit, workers):
        total = Value("i", int(limit > 2))  # for 2, the even one
        odd = [range(2 * worker + 1, limit, 2 * workers) for worker in range(workers)]
        processes = [Process(target=count, args=(total, numbers)) for numbers in odd]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return total.value


@wrong("a number that they share is looked at and changed under one lock")
def blocks_added_to_a_total_without_a_lock():
    from multiprocessing import Value

    def begin(shared):
        global total
        total = shared

    def add(block):
        primes = primes_in(block)
        total.value += primes

    def count_primes(limit, workers):
        shared = Value("i", 0)
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        with Pool(workers, begin, (shared,)) as pool:
            pool.map(add, blocks, chunksize=1)
        return shared.value


@wrong("is the last block lost if it is smaller than the others?")
def large_limits_in_whole_blocks():
    def count_primes(limit, workers):
        size = 50 if limit > 1_000 else 25
        blocks = [range(start, start + size) for start in range(0, limit - size + 1, size)]
        blocks += [range(limit - limit % size, limit)] if limit < 1_000 else []
        with Pool(workers) as pool:
            return sum(pool.imap_unordered(primes_in, blocks))


@wrong("below 7 are the primes 2, 3 and 5: 7 is not below 7")
def the_limit_counted():
    def count_primes(limit, workers):
        blocks = [range(start, min(start + 100, limit + 1)) for start in range(0, limit + 1, 100)]
        with Pool(workers) as pool:
            return sum(pool.imap_unordered(primes_in, blocks))


@also_right
def blocks_for_whoever_is_free():
    def count_primes(limit, workers):
        blocks = [range(start, limit, limit // 100 + 1) for start in range(limit // 100 + 1)]
        with Pool(workers) as pool:
            total = sum(pool.map(primes_in, blocks, chunksize=1))
            pool.close()
            pool.join()
        return total


@also_right
def an_executor_that_spawns():
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    def count_primes(limit, workers):
        blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            return sum(pool.map(primes_in, blocks))


@also_right
def processes_that_take_blocks_from_a_queue():
    from multiprocessing import Process, Queue

    def work(tasks, results):
        total = 0
        while (block := tasks.get()) is not None:
            total += primes_in(block)
        results.put(total)

    def count_primes(limit, workers):
        tasks, results = Queue(), Queue()
        processes = [Process(target=work, args=(tasks, results)) for _ in range(workers)]
        for process in processes:
            process.start()
        for start in range(0, limit, 50):
            tasks.put(range(start, min(start + 50, limit)))
        for _ in processes:
            tasks.put(None)
        total = sum(results.get() for _ in processes)
        for process in processes:
            process.join()
        return total


@also_right
def odd_numbers_dealt_out():
    from multiprocessing import Process, Value

    def count(total, numbers):
        primes = primes_in(numbers)
        with total.get_lock():
            total.value += primes

    def count_primes(limit, workers):
        total = Value("i", int(limit > 2))  # for 2, the even one
        odd = [range(2 * worker + 1, limit, 2 * workers) for worker in range(workers)]
        processes = [Process(target=count, args=(total, numbers)) for numbers in odd]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return total.value
