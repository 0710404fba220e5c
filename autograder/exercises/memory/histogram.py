"""A histogram by many

Write `histogram(values, bins, workers)`. `values` is a list of whole numbers from 0 to `bins - 1`. Return the list of `bins` numbers that says how often
each of them occurs. `workers` processes count, each of them its share of the values.

Every one of them may finish at any moment, and nothing may be lost, in whatever order they go. And counting must stay cheap: a lock is taken, and a message sent, for a
**worker**, not for a value. (There may be more workers than values.) Leave `values` as it is.
"""

from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import Array, Lock, Pipe, Process, Queue, get_context

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, simulate

points = 4

hints = [
    "Two processes that add 1 to the same place need a lock. Two that add to places of their own need none.",
    "Let each worker count into a list of its own, as if it were alone. What is left to do when it is done?",
    "The counts of a worker are few numbers, however many values there are: send them once, or add them to a shared array once, under its lock.",
]


def count_share(values, bins, results):
    """The task of a worker: count some of the values, and hand over the counts."""
    ### BEGIN SOLUTION
    counts = [0] * bins
    for value in values:
        counts[value] += 1
    results.put(counts)
    ### END SOLUTION


def histogram(values, bins, workers):
    """Return how often each of 0 ... bins - 1 occurs in the values, counted by `workers` processes."""
    ### BEGIN SOLUTION
    results = Queue()
    processes = [Process(target=count_share, args=(values[n::workers], bins, results)) for n in range(workers)]
    for process in processes:
        process.start()
    found = [results.get() for _ in processes]
    for process in processes:
        process.join()
    return [sum(counts) for counts in zip(*found)]
    ### END SOLUTION


@check("nothing is lost when two count the same value: in every interleaving")
def _(student):
    found = explore(student.histogram, [0, 0], 1, 2).always_ends()
    lengths = sorted({len(counts) for counts in found.results} - {1})
    assert not lengths, f"for 1 bin the list has {lengths[0]} numbers: one for each of 0 ... bins - 1"
    shared = {kind.partition(".")[0] for kind in found.operations} & {"cell", "cells", "memory", "proxy"}
    assert shared or not any(list(counts) == [0] for counts in found.results), (
        "two workers count one 0 each, and the histogram can say 0: what a worker writes into a list is in its own copy, and nobody else sees it. "
        "Send the counts, or share memory"
    )
    few = sorted(counts[0] for counts in found.results if list(counts) != [2])
    assert not few, (
        f"two workers count one 0 each, and the histogram can say {few[0]}: both read the old number, and both write it plus one. "
        "Counts of one's own need no lock; shared ones do"
    )
    explore(student.histogram, [1, 0], 2, 2, budget=60_000).always(lambda counts: list(counts) == [1, 1])


@check("on real processes", limit=3)
def _(student):
    for values, bins, workers, expected in (
        ([0, 2, 2, 1, 2], 3, 2, [1, 1, 3]),
        ([3, 3, 3, 3, 3, 0, 3], 5, 3, [1, 0, 0, 6, 0]),
    ):
        counts = student.histogram(values, bins, workers)
        assert sum(counts) >= len(values), (
            f"{len(values)} values, and {sum(counts)} were counted: are those lost that are left over when values are divided by workers?"
        )
        assert len(counts) == bins, (
            f"for {bins} bins the list has {len(counts)} numbers: a value that never comes has a 0"
        )
        assert counts == expected


@check("no values, or fewer than workers; and `values` stays as it is", limit=3)
def _(student):
    counts, (values, *_) = student.histogram.in_place([2, 0, 1, 2], 3, 2)
    assert values == [2, 0, 1, 2], "histogram changed the list `values`, which is its caller's: work on a copy"
    assert student.histogram([], 3, 2) == [0, 0, 0]
    assert student.histogram([1], 2, 3) == [0, 1]


@check("workers count, and no lock is taken for every value")
def _(student):
    values = [number * number % 7 for number in range(600)]
    found = simulate(student.histogram, values, 7, 3, cores=3, costs="ideal")
    assert found.processes > 1, "no other process was started: nobody shares the work"
    assert found.processes == 4, f"for 3 workers {found.processes - 1} processes were started"
    assert found.result == [values.count(value) for value in range(7)]
    kinds = [stretch.operation.kind for done in found.log.processes.values() for stretch in done if stretch.operation]
    locked = sum(kind in ("lock.acquire", "rlock.acquire", "semaphore.acquire") for kind in kinds)
    assert locked <= 60, (
        f"a lock was taken {locked} times for 600 values: that costs more than counting. Count alone, then add once"
    )
    assert found.messages <= 60, f"{found.messages} messages were sent for 600 values: send the counts, not the values"
    touched = sum(kind == "memory.access" for kind in kinds)
    assert touched <= 300, (
        f"a shared array was read or written {touched} times for 600 values, each time under its lock: count into a list of your own, then add once"
    )


@check("workers count, also where there is little to count")
def _(student):
    found = simulate(student.histogram, [1, 0, 1, 2, 2], 3, 3, cores=2, costs="ideal")
    assert found.processes <= 4, f"for 5 values and 3 workers {found.processes - 1} processes were started"
    assert found.processes == 4, "for 5 values and 3 workers fewer than 3 processes were started"
    found = simulate(student.histogram, [1], 2, 3, cores=3, costs="ideal")
    assert found.processes > 1, "one value, and 3 workers: it was counted in the process that called histogram"


@check("all workers count at the same time")
def _(student):
    for _ in range(3):  # what the computer does beside it can make one worker seem slow, but not three times
        found = simulate(student.histogram, [number % 5 for number in range(20_000)], 5, 2, cores=2, limit=4)
        shares = [0.0]  # of each worker's time: how much of it has a lock
        for process, done in found.log.processes.items():
            inside = alone = 0.0
            held = False
            for stretch in done if process != "0" else []:
                inside, alone = (inside + stretch.cpu, alone) if held else (inside, alone + stretch.cpu)
                kind = stretch.operation.kind if stretch.operation else ""
                held = kind.endswith(".acquire") or (held and not kind.endswith(".release"))
            shares.append(inside / (inside + alone or 1))
        if max(shares) <= 0.5:
            break
    kinds = [stretch.operation.kind for stretch in found.log.processes["0"] if stretch.operation]
    starts, joins = (
        [place for place, kind in enumerate(kinds) if kind == f"process.{what}"] for what in ("start", "join")
    )
    assert not starts or not joins or max(starts) < min(joins), (
        "a worker is joined before the last one is started: they count one after the other. Start all of them, then join all of them"
    )
    assert max(shares) <= 0.5, (
        f"a worker holds a lock for {max(shares):.0%} of its time, and meanwhile the others wait for it: count without the lock, and take it to add"
    )


@check("more counts than fit into a pipe: in every interleaving")
def _(student):
    explore(student.histogram, [0, 1], 2, 1).always_ends()
    found = explore(student.histogram, [0, 1], 2, 1, pipe_capacity=10)
    assert not found.deadlocks, (
        "with so many bins that the counts of a worker do not fit into a pipe somebody waits for ever: a worker ends only after somebody has read what it "
        "has put. Get the counts first, then join"
    )


@check("each worker counts a share")
def _(student):
    for _ in range(3):  # what the computer does beside it can make one worker seem slow, but not three times
        found = simulate(student.histogram, [number % 5 for number in range(200_000)], 5, 2, cores=2, limit=6)
        parent, *loads = found.busy.values()
        assert loads, "no other process was started: nobody shares the work"
        assert found.result == [40_000] * 5, (
            f"each of five numbers occurs 40,000 times, and the counts are {found.result}: how large a number does each place hold?"
        )
        if max(loads) <= 0.75 * sum(loads):
            break
    assert max(loads) <= 0.75 * sum(loads), (
        f"one of two workers does {max(loads) / sum(loads):.0%} of the counting: give each a half"
    )


@hidden
@check("other values, compared with the reference", limit=5)
def _(student, reference):
    for values, bins, workers in ([n % 11 for n in range(500)], 12, 4), ([0] * 50, 1, 3), ([4, 4, 1], 5, 1):
        assert student.histogram(values, bins, workers) == reference.histogram(values, bins, workers)


@wrong(
    "for 5 values and 3 workers 5 processes were started",
    replaced={
        "results = Queue()": "results, size = Queue(), max(1, len(values) // workers)",
        "args=(values[n::workers], bins, results)) for n in range(workers)]": "args=(values[n : n + size], bins, results)) for n in range(0, len(values), size)]",
        "return [sum(counts) for counts in zip(*found)]": "return [sum(counts) for counts in zip(*found)] if found else [0] * bins",
    },
)
def shares_of_a_size_that_is_rounded_down(): ...


@wrong(
    "it was counted in the process that called histogram",
    replaced={
        "results = Queue()": "if len(values) < workers:\n        return [values.count(number) for number in range(bins)]\n    results = Queue()"
    },
)
def few_values_are_counted_by_the_parent(): ...


@wrong("for 1 bin the list has 2 numbers", replaced={"[0] * bins": "[0] * (bins + 1)"})
def a_place_too_many(): ...


@wrong("how large a number does each place hold?", "✘ each worker counts a share")
def counts_of_16_bits():
    def count_share(values, bins, shared):
        counts = [values.count(number) for number in range(bins)]
        with shared.get_lock():
            for number in range(bins):
                shared[number] += counts[number]

    def histogram(values, bins, workers):
        shared = Array("h", bins)
        processes = [Process(target=count_share, args=(values[n::workers], bins, shared)) for n in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return list(shared)


@wrong("histogram changed the list `values`", replaced={"results = Queue()": "results = Queue()\n    values.sort()"})
def sorted_in_its_place(): ...


@wrong("both read the old number, and both write it plus one")
def one_array_and_no_lock():
    def count_share(values, shared):
        for value in values:
            shared[value] += 1

    def histogram(values, bins, workers):
        shared = Array("i", bins, lock=False)
        processes = [Process(target=count_share, args=(values[n::workers], shared)) for n in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return list(shared)


@wrong("both read the old number, and both write it plus one")
def an_array_that_has_a_lock_of_its_own():
    def count_share(values, shared):
        for value in values:
            shared[value] += 1  # reads under the lock, and writes under the lock

    def histogram(values, bins, workers):
        shared = Array("i", bins)
        processes = [Process(target=count_share, args=(values[n::workers], shared)) for n in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return shared[:]


@wrong("a lock was taken 600 times for 600 values")
def a_lock_for_every_value():
    def count_share(values, shared):
        for value in values:
            with shared.get_lock():
                shared[value] += 1

    def histogram(values, bins, workers):
        shared = Array("i", bins)
        processes = [Process(target=count_share, args=(values[n::workers], shared)) for n in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return shared[:]


@wrong("both read the old number, and both write it plus one")
def added_at_the_end_without_a_lock():
    def count_share(values, shared):
        counts = Counter(values)
        for value in counts:
            shared[value] += counts[value]

    def histogram(values, bins, workers):
        shared = Array("i", bins)
        processes = [Process(target=count_share, args=(values[n::workers], shared)) for n in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return shared[:]


@wrong("messages were sent for 600 values: send the counts, not the values")
def every_value_is_sent():
    def count_share(values, results):
        for value in values:
            results.put(value)

    def histogram(values, bins, workers):
        results = Queue()
        processes = [Process(target=count_share, args=(values[n::workers], results)) for n in range(workers)]
        for process in processes:
            process.start()
        counts = [0] * bins
        for _ in values:
            counts[results.get()] += 1
        for process in processes:
            process.join()
        return counts


@wrong(
    "are those lost that are left over when values are divided by workers?",
    replaced={
        "results = Queue()\n    processes = [Process(target=count_share, args=(values[n::workers], bins, results)) for n in range(workers)]": "results, size = Queue(), len(values) // workers\n    shares = [values[n * size : (n + 1) * size] for n in range(workers)] if size else [values]\n    processes = [Process(target=count_share, args=(share, bins, results)) for share in shares]",
    },
)
def the_rest_is_lost():
    def count_share(values, bins, results):
        results.put([values.count(value) for value in range(bins)])


@wrong("for 5 bins the list has 4 numbers: a value that never comes has a 0")
def only_the_bins_that_occur():
    def count_share(values, results):
        results.put(Counter(values))

    def histogram(values, bins, workers):
        results = Queue()
        processes = [Process(target=count_share, args=(values[n::workers], results)) for n in range(workers)]
        for process in processes:
            process.start()
        total = sum((results.get() for _ in processes), Counter())
        for process in processes:
            process.join()
        return [total[value] for value in range(max(total, default=-1) + 1)]


@wrong("no other process was started")
def nobody_shares():
    def histogram(values, bins, workers):
        return [values.count(value) for value in range(bins)]


@wrong("nobody else sees it. Send the counts")
def counted_into_a_list_of_the_parent():
    def count_share(values, counts):
        for value in values:
            counts[value] += 1

    def histogram(values, bins, workers):
        counts = [0] * bins
        processes = [Process(target=count_share, args=(values[n::workers], counts)) for n in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return counts


@wrong(
    "Get the counts first, then join",
    replaced={
        "    found = [results.get() for _ in processes]\n": "",
        "process.join()": "process.join()\n    found = [results.get() for _ in processes]",
    },
)
def joined_before_the_counts_are_read(): ...


@wrong(
    "they count one after the other",
    replaced={"process.start()\n    found": "process.start()\n        process.join()\n    found"},
)
def joined_in_the_loop_that_starts(): ...


@wrong("give each a half", replaced={"values[n::workers]": "values if n == 0 else []"})
def the_first_worker_counts_all(): ...


@wrong("count without the lock, and take it to add")
def a_lock_around_all_the_counting():
    def count_share(values, lock, shared):
        with lock:
            for value in values:
                shared[value] += 1

    def histogram(values, bins, workers):
        lock, shared = Lock(), Array("q", bins, lock=False)
        processes = [Process(target=count_share, args=(values[n::workers], lock, shared)) for n in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return shared[:]


@also_right
def mapped_by_an_executor_with_a_partial_function():
    def count_share(bins, values):
        return [values.count(value) for value in range(bins)]

    def histogram(values, bins, workers):
        with ProcessPoolExecutor(workers) as executor:
            found = list(executor.map(partial(count_share, bins), [values[n::workers] for n in range(workers)]))
        return list(map(sum, zip(*found)))


@also_right
def added_once_under_the_lock():
    def count_share(values, shared):
        counts = Counter(values)
        with shared.get_lock():
            for value, number in counts.items():
                shared[value] += number

    def histogram(values, bins, workers):
        shared = Array("q", bins)
        processes = [Process(target=count_share, args=(values[n::workers], shared)) for n in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return shared[:]


@also_right
def places_of_ones_own_under_spawn():
    def count_share(values: list, bins: int, shared, worker: int) -> None:
        counts = [0] * bins
        for value in values:
            counts[value] += 1
        shared[worker * bins : (worker + 1) * bins] = counts

    def histogram(values: list, bins: int, workers: int) -> list:
        context = get_context("spawn")
        shared = context.Array("l", bins * workers, lock=False)
        bounds = [len(values) * worker // workers for worker in range(workers + 1)]
        processes = []
        for worker, (begin, end) in enumerate(zip(bounds, bounds[1:])):
            process = context.Process(target=count_share, args=(values[begin:end], bins, shared, worker))
            process.start()
            processes.append(process)
        for process in processes:
            process.join()
        return [sum(shared[value::bins]) for value in range(bins)]


@also_right
def a_pipe_for_each_worker():
    def count_share(values, connection):
        connection.send(Counter(values))
        connection.close()

    def histogram(values, bins, workers):
        counts, started = Counter(), []
        for worker in range(workers):
            ours, theirs = Pipe(False)
            process = Process(target=count_share, args=(values[worker::workers], theirs))
            process.start()
            started.append((process, ours))
        for process, ours in started:
            counts.update(ours.recv())
            process.join()
        return [counts[value] for value in range(bins)]
