"""Count primes with equal loads

Write `count_primes(limit, workers)`, which returns how many primes there are below `limit`, with `workers` processes.

`is_prime` is given, and slow on purpose: it tries every smaller number. So a large prime costs more than a small one, and
an even number costs nearly nothing. Share the numbers out so that all workers are busy until the end. The check runs your program on
8 virtual cores and asks for an *efficiency* of at least 60 %: so many of the cores compute, on average.
"""

from multiprocessing import Pool

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, simulate

points = 5

hints = [
    "Equal numbers of numbers are not equal amounts of work. Which worker of yours gets the large ones? Which gets the odd ones?",
    "Make many more blocks than workers, and let a worker take the next block when it has finished one.",
    "`pool.imap_unordered(f, blocks)` hands out one block at a time. A block of 100 numbers is worth a message; one number is not.",
]


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


@check("the right number of primes")
def _(student):
    for limit, workers, primes in [(10, 2, 4), (20, 3, 8), (102, 4, 26), (1000, 2, 168)]:
        found = student.count_primes(limit, workers)
        assert found == primes, f"there are {primes} primes below {limit}, and with {workers} workers you count {found}"


@check("`limit` itself does not count, and for small limits there are none")
def _(student):
    assert student.count_primes(7, 2) == 3, "below 7 are the primes 2, 3 and 5"
    assert student.count_primes(2, 2) == 0, "there is no prime below 2"


@check("a message is worth its price", limit=20)
def _(student):
    found = simulate(student.count_primes, 2_000, 4, cores=4, limit=15)
    assert found.processes > 1, "no other process was started: nobody shares the work"
    assert found.messages <= 500, (
        f"{found.messages} messages for 2000 numbers: a task for every number costs more than it saves; give out blocks of numbers"
    )


@check("each number is tested by one worker only", limit=20)
def _(student):
    alone = simulate(student.count_primes, 5_000, 1, cores=1, limit=8)
    found = simulate(student.count_primes, 5_000, 4, cores=4, limit=12)
    assert found.work <= 2 * alone.work, (
        f"4 workers compute {found.work / alone.work:.1f} times as much as one does alone: "
        "each number should be tested by one worker only"
    )


@check("all workers are busy until the end: an efficiency of 60 % on 8 virtual cores", limit=90)
def _(student):
    found = simulate(student.count_primes, 16_000, 8, cores=8, repeat=3, limit=80)
    assert found.efficiency >= 0.6, (
        f"on 8 virtual cores the efficiency is {found.efficiency:.0%}: on average {found.parallelism:.1f} cores compute. "
        "Some workers get the expensive numbers, and the others wait for them"
    )


@hidden
@check("other limits and numbers of workers, compared with the reference")
def _(student, reference):
    for limit, workers in [(541, 3), (542, 3), (250, 1), (90, 5)]:
        assert student.count_primes(limit, workers) == reference.count_primes(limit, workers)


@wrong("Some workers get the expensive numbers")
def contiguous_blocks():
    def is_prime(number):
        return number >= 2 and all(number % divisor for divisor in range(2, number))

    def primes_between(bounds):
        return sum(is_prime(number) for number in range(*bounds))

    def count_primes(limit, workers):
        bounds = [(limit * i // workers, limit * (i + 1) // workers) for i in range(workers)]
        with Pool(workers) as pool:
            total = sum(pool.map(primes_between, bounds, chunksize=1))
            pool.close()
            pool.join()
        return total


@wrong("Some workers get the expensive numbers")
def every_eighth_number_so_the_even_ones_stay_together():
    def is_prime(number):
        return number >= 2 and all(number % divisor for divisor in range(2, number))

    def primes_among(numbers):
        return sum(is_prime(number) for number in numbers)

    def count_primes(limit, workers):
        with Pool(workers) as pool:
            total = sum(pool.map(primes_among, [range(i, limit, workers) for i in range(workers)], chunksize=1))
            pool.close()
            pool.join()
        return total


@wrong("times as much as one does alone: each number should be tested by one worker only")
def every_worker_counts_them_all():
    def is_prime(number):
        return number >= 2 and all(number % divisor for divisor in range(2, number))

    def primes_below(limit):
        return sum(is_prime(number) for number in range(limit))

    def count_primes(limit, workers):
        with Pool(workers) as pool:
            counts = pool.map(primes_below, [limit] * workers, chunksize=1)
            pool.close()
            pool.join()
        return counts[0]


@wrong("a task for every number costs more than it saves")
def one_task_for_every_number():
    def is_prime(number):
        return number >= 2 and all(number % divisor for divisor in range(2, number))

    def count_primes(limit, workers):
        with Pool(workers) as pool:
            total = sum(pool.imap(is_prime, range(limit)))
            pool.close()
            pool.join()
        return total


@wrong("no other process was started", "on average 1.0 cores compute")
def no_worker_at_all():
    def is_prime(number):
        return number >= 2 and all(number % divisor for divisor in range(2, number))

    def count_primes(limit, workers):
        return sum(is_prime(number) for number in range(limit))


@also_right
def blocks_for_whoever_is_free():
    def is_prime(number):
        return number >= 2 and all(number % divisor for divisor in range(2, number))

    def primes_in(block):
        return sum(is_prime(number) for number in block)

    def count_primes(limit, workers):
        blocks = [range(start, limit, limit // 100 + 1) for start in range(limit // 100 + 1)]
        with Pool(workers) as pool:
            total = sum(pool.map(primes_in, blocks, chunksize=1))
            pool.close()
            pool.join()
        return total
