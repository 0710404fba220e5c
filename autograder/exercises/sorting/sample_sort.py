"""Sample sort

Write three functions:

- `choose_splitters(items, buckets)` returns a sorted list of `buckets - 1` items that cut the items into `buckets` parts of about the same size. Do not sort all items for it: take a **sample** of
  16 items for each bucket (or all, if there are fewer), from everywhere in the list, sort the sample, and cut it into `buckets` parts of the same length: if there are enough, at every 16th.
- `into_buckets(items, splitters)` returns the list of buckets, each a list of items: no item of a bucket is larger than any item of the next one. Every item is in exactly one bucket. Items
  that are **equal to several splitters** fit into several buckets: deal them out among these, or one bucket gets them all.
- `sample_sort(items, workers)` returns the sorted list of the items. `workers` processes, no more (and fewer only if there are fewer items), sort one bucket each.

The checks look at the largest bucket: it may have up to 1.9 times as many items as the mean, and 1.55 times on average over several lists; with 16 items for each bucket it has about 1.4 times. The list `items` is not changed.
"""

import random
from bisect import bisect_left, bisect_right
from multiprocessing import Pool, get_context

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given, simulate, work

points = 5

hints = [
    "`random.sample(items, 16 * buckets)` takes items from everywhere. Sorted, its items number 16, 32, 48, ... are the splitters.",
    "`bisect_left(splitters, item)` says how many splitters are smaller than the item, and so the first bucket for it. `bisect_right` says the last one that fits.",
    "If both give the same number, there is one bucket for it. Else put it into the one of these that has the fewest items so far.",
]
equivalent_mutants = {
    "- pool.join()": "leaving `with` ends the workers, and waits for them",
    "+ sample = sorted(random.sample(items, min(len(items), 15 * buckets)))": "a sample that is a little smaller",
    "+ sample = sorted(random.sample(items, min(len(items), 17 * buckets)))": "a sample that is a little larger",
    "+ parts = pool.map(sorted, buckets, chunksize=None)": "as many tasks as workers: the default is one at a time, too",
    "+ parts = pool.map(sorted, buckets, )": "as many tasks as workers: the default is one at a time, too",
}


def choose_splitters(items, buckets):
    """Sorted items, `buckets - 1` of them, that cut all items into parts of about the same size."""
    ### BEGIN SOLUTION
    sample = sorted(random.sample(items, min(len(items), 16 * buckets)))
    return [sample[len(sample) * bucket // buckets] for bucket in range(1, buckets)] if sample else []
    ### END SOLUTION


def into_buckets(items, splitters):
    """The items in `len(splitters) + 1` lists, the smaller ones before; what is equal to several splitters is dealt out."""
    ### BEGIN SOLUTION
    buckets = [[] for _ in range(len(splitters) + 1)]
    for item in items:
        first, last = bisect_left(splitters, item), bisect_right(splitters, item)
        min(buckets[first : last + 1], key=len).append(item)
    return buckets
    ### END SOLUTION


def sample_sort(items, workers):
    """The sorted list of the items; each of `workers` processes sorts one bucket."""
    ### BEGIN SOLUTION
    buckets = into_buckets(items, choose_splitters(items, workers))
    with Pool(workers) as pool:
        parts = pool.map(sorted, buckets, chunksize=1)
        pool.close()
        pool.join()
    return [item for part in parts for item in part]
    ### END SOLUTION


@given
def bucket_lengths(items, buckets):
    return [len(bucket) for bucket in into_buckets(items, choose_splitters(items, buckets))]


@given
def splitters_in_order(items, buckets):
    splitters = choose_splitters(items, buckets)
    return splitters, list(items)


@given
def list_afterwards(items):
    # The list that sample_sort was given, after it has come back.
    sample_sort(items, 2)
    return items


@given
class Counted(int):
    # A number whose comparisons are counted.
    comparisons = 0

    def __lt__(self, other):
        Counted.comparisons += 1
        return int(self) < int(other)

    def __gt__(self, other):
        return other < self


@given
def comparisons_for_splitters(length, buckets):
    # How often items are compared to choose the splitters of so many items.
    Counted.comparisons = 0
    choose_splitters([Counted(n * 7_919 % 10_007) for n in range(length)], buckets)
    return Counted.comparisons


@given
class Slow:
    # A number of which a comparison takes 1 s of computing.
    def __init__(self, number):
        self.number = number

    def __lt__(self, other):
        work(1)
        return self.number < other.number

    def __gt__(self, other):
        return other < self


@given
def sorted_slowly(length, workers):
    items = [Slow(n * 7_919 % 10_007) for n in range(length)]
    return [one.number for one in sample_sort(items, workers)]


@check("`into_buckets` puts every item into one bucket, the smaller ones first")
def _(student):
    for items, splitters in ([5, 1, 9, 3, 7, 4], [4, 7]), ([3, 1, 2], []), ([], [1]), ([8, 9], [1, 2, 3]):
        buckets = student.into_buckets(items, splitters)
        assert len(buckets) == len(splitters) + 1, (
            f"{len(splitters)} splitters make {len(splitters) + 1} buckets, one more than there are cuts, and {len(buckets)} came back"
        )
        assert sorted(item for bucket in buckets for item in bucket) == sorted(items), (
            f"the items {items} with the splitters {splitters} came back as {buckets}: every item is in exactly one bucket"
        )
        filled = [bucket for bucket in buckets if len(bucket)]
        for one, other in zip(filled, filled[1:]):
            assert max(one) <= min(other), (
                f"with the splitters {splitters} the buckets are {buckets}: {max(one)} is in a bucket before {min(other)}"
            )


@check("the splitters are sorted items, one fewer than buckets")
def _(student):
    items = [n * 7_919 % 10_007 for n in range(1_000)]
    splitters, afterwards = student.splitters_in_order(items, 12)  # so many are not in order by luck
    assert len(splitters) == 11, f"12 buckets need 11 splitters, and there are {len(splitters)}"
    assert all(one in items for one in splitters), "a splitter is an item of the list"
    assert splitters == sorted(splitters), f"the splitters {splitters} are not in order"
    assert afterwards == items, "choose_splitters changed the list of its caller"
    for length, buckets in (40, 8), (9, 4), (17, 2):
        splitters, _ = student.splitters_in_order(items[:length], buckets)
        assert len(splitters) == buckets - 1, (
            f"of {length} items, too few for 16 in a bucket, {len(splitters)} splitters were chosen for {buckets} buckets, and {buckets - 1} are needed: all items are the sample then, "
            "and the distance between splitters is smaller than 16"
        )
        assert splitters == sorted(splitters)


@check("no bucket is much larger than the others")
def _(student):
    lists = {
        "in a wild order": [n * 7_919 % 100_003 for n in range(4_000)],
        "in order": list(range(4_000)),
        "from the largest to the smallest": list(range(4_000, 0, -1)),
        "squares": [n * n for n in range(4_000)],
        "most of them small": [2 ** (n % 64) * 4_000 + n for n in range(4_000)],
    }
    largest_ones = []
    for name, items in lists.items():
        lengths = [student.bucket_lengths(items, 8) for _ in range(9)]
        assert all(len(one) == 8 for one in lengths), "8 buckets were asked for"
        largest_ones += [max(one) for one in lengths]
        largest = sorted(largest_ones[-9:])[4]
        assert largest <= 950, (
            f"4,000 items ({name}) in 8 buckets: the largest has {largest} of them, the mean is 500. Are the splitters from a sorted sample, taken from everywhere "
            "in the list, of 16 items a bucket? Equal distances between smallest and largest item do not make equal buckets"
        )
    average = sum(largest_ones) / len(largest_ones)
    assert average <= 775, (
        f"in several lists of 4,000 items the largest of 8 buckets has {average:.0f} on average, and about 690 if the splitters are from a sample of 16 items a bucket: is it smaller?"
    )
    compared = student.comparisons_for_splitters(4_000, 8)
    assert compared <= 4_000, (
        f"{compared} comparisons to choose 7 splitters among 4,000 items: sort a sample of them, and not all. To sort them all is what the workers are for"
    )


@check("equal items do not all go into one bucket")
def _(student):
    for name, items in ("all equal", [7] * 4_000), ("three different ones", [n % 3 for n in range(4_000)]):
        largest = max(max(student.bucket_lengths(items, 8)) for _ in range(4))  # a rhythm meets most splitters, not all
        assert largest <= 1_100, (
            f"4,000 items ({name}) in 8 buckets: the largest has {largest} of them, the mean is 500. An item that is equal to several splitters fits into all the "
            "buckets between them: deal them out, and let each value have its own turn, or take the bucket that has the fewest. If all values share one turn, those "
            "that come in a rhythm meet the same bucket again and again"
        )


@check("the items are sorted, for any number of workers", limit=20)
def _(student):
    for items, workers in ([5, 2, 8, 1, 9, 3, 7], 3), ([2, 2, 2, 1], 2), ([], 2), ([3], 3), ([4, 1, 3], 1):
        found = student.sample_sort(items, workers)
        assert sorted(found) != sorted(items) or found == sorted(items), (
            f"the answer is {found}: the buckets are one after another, and the items in a bucket are not in order. Sort each"
        )
        assert found == sorted(items)
    assert student.list_afterwards([3, 1, 2]) == [3, 1, 2], "sample_sort changed the list of its caller"


@check("each of 4 workers sorts one bucket", limit=30)
def _(student):
    found = simulate(student.sorted_slowly, 800, 4, cores=6, costs="ideal", limit=25)
    assert found.result == sorted(n * 7_919 % 10_007 for n in range(800))
    assert found.processes > 1, "no other process was started: the caller sorts all buckets itself"
    assert found.processes == 5, f"for 4 workers {found.processes - 1} processes were started"
    parent, *loads = found.busy.values()
    assert max(loads) > 0, (
        "4 processes were started, and none of them compared an item: the caller sorts the buckets itself"
    )
    assert parent <= 0.75 * found.work, (
        f"the caller makes {parent / found.work:.0%} of all comparisons: it finds the bucket of every item, and looks at splitters for that. Let the workers sort"
    )
    assert min(loads) > 0, "one of 4 workers has nothing to compare: each should sort a bucket"
    assert max(loads) <= 0.6 * sum(loads), (  # the largest bucket may have 1.9 times the mean
        f"one of 4 workers makes {max(loads) / sum(loads):.0%} of their comparisons: each should sort a bucket"
    )
    assert found.makespan <= parent + 0.7 * sum(loads), (
        "each has its bucket, but they sort one after another: is a worker waited for before the next one has its task?"
    )


@check("buckets that are larger than a pipe come back", limit=20)
def _(student):
    numbers = [n * 7_919 % 10_007 for n in range(600)]
    found = simulate(student.sample_sort, numbers, 3, cores=4, pipe_capacity=512, limit=15)
    assert found.result == sorted(numbers)
    assert found.processes == 4, f"for 3 workers {found.processes - 1} processes were started"


@hidden
@check("other lists, compared with the reference", limit=20)
def _(student, reference):
    for length, workers in (200, 5), (9, 4), (50, 1):
        items = [n * n * 37 % 101 for n in range(length)]
        assert student.sample_sort(items, workers) == reference.sample_sort(items, workers)
    assert student.sample_sort(["b", "a", "c", "a"], 2) == ["a", "a", "b", "c"]


@hidden
@check("a list with few items between many equal ones")
def _(student):
    items = list(range(1_000)) + [5] * 3_000
    assert max(student.bucket_lengths(items, 8)) <= 1_100, (
        "of 4,000 items, 3,000 of them equal, one bucket has far too many: deal out what is equal to several splitters"
    )


@wrong("Equal distances between smallest and largest item do not make equal buckets")
def equal_distances():
    def choose_splitters(items, buckets):
        if not items:
            return []
        low, high = min(items), max(items)
        if isinstance(low, str):
            return sorted(items)[:: max(1, len(items) // buckets)][1:buckets]
        wanted = [low + (high - low) * bucket / buckets for bucket in range(1, buckets)]
        return [min(items, key=lambda item: abs(item - cut)) for cut in wanted]


@wrong("An item that is equal to several splitters fits into all the buckets between them")
def one_turn_for_all_items():
    def into_buckets(items, splitters):
        buckets = [[] for _ in range(len(splitters) + 1)]
        for turn, item in enumerate(items):
            first, last = bisect_left(splitters, item), bisect_right(splitters, item)
            buckets[first + turn % (last - first + 1)].append(item)
        return buckets


@wrong("Are the splitters from a sorted sample, taken from everywhere in the list, of 16 items a bucket?")
def one_item_for_each_bucket():
    def choose_splitters(items, buckets):
        return sorted(random.sample(items, min(len(items), buckets - 1)))


@wrong("Are the splitters from a sorted sample, taken from everywhere in the list, of 16 items a bucket?")
def the_first_items_for_a_sample():
    def choose_splitters(items, buckets):
        sample = sorted(items[: 16 * buckets])
        return [sample[len(sample) * bucket // buckets] for bucket in range(1, buckets)] if sample else []


@wrong("An item that is equal to several splitters fits into all the buckets between them")
def all_equal_items_into_the_first_bucket():
    def into_buckets(items, splitters):
        buckets = [[] for _ in range(len(splitters) + 1)]
        for item in items:
            buckets[bisect_left(splitters, item)].append(item)
        return buckets


@wrong("An item that is equal to several splitters fits into all the buckets between them")
def every_splitter_once():
    def into_buckets(items, splitters):
        buckets = [[] for _ in range(len(splitters) + 1)]
        splitters = sorted(set(splitters))
        for item in items:
            buckets[bisect_right(splitters, item)].append(item)
        return buckets


@wrong("is in a bucket before", "✘ `into_buckets` puts every item into one bucket, the smaller ones first")
def dealt_out_like_cards():
    def into_buckets(items, splitters):
        return [items[n :: len(splitters) + 1] for n in range(len(splitters) + 1)]


@wrong("buckets, one more than there are cuts")
def as_many_buckets_as_splitters():
    def into_buckets(items, splitters):
        buckets = [[] for _ in splitters] or [[]]
        for item in items:
            buckets[min(bisect_left(splitters, item), len(buckets) - 1)].append(item)
        return buckets


@wrong("are not in order", "✘ the splitters are sorted items, one fewer than buckets")
def a_sample_that_is_not_sorted():
    def choose_splitters(items, buckets):
        return random.sample(items, min(len(items), 16 * buckets))[: buckets - 1]


@wrong("of 16 items a bucket")
def five_items_for_each_bucket():
    def choose_splitters(items, buckets):
        sample = sorted(random.sample(items, min(len(items), 5 * buckets)))
        return [sample[len(sample) * bucket // buckets] for bucket in range(1, buckets)] if sample else []


@wrong("too few for 16 in a bucket")
def every_sixteenth_however_few():
    def choose_splitters(items, buckets):
        return sorted(random.sample(items, min(len(items), 16 * buckets)))[16::16]


@wrong("the items in a bucket are not in order. Sort each")
def buckets_that_nobody_sorts():
    def sample_sort(items, workers):
        buckets = into_buckets(items, choose_splitters(items, workers))
        with Pool(workers) as pool:
            parts = pool.map(list, buckets, chunksize=1)
        return [item for part in parts for item in part]


@wrong("Let the workers sort")
def buckets_of_items_that_are_sorted_first():
    def into_buckets(items, splitters):
        items, number = sorted(items), len(splitters) + 1
        return [items[len(items) * n // number : len(items) * (n + 1) // number] for n in range(number)]


@wrong("for 3 workers 4 processes were started", replaced={"Pool(workers)": "Pool(4)"})
def always_four_processes(): ...


@wrong("no other process was started: the caller sorts all buckets itself")
def nobody_shares():
    def sample_sort(items, workers):
        buckets = into_buckets(items, choose_splitters(items, workers))
        return [item for bucket in buckets for item in sorted(bucket)]


@wrong("none of them compared an item: the caller sorts the buckets itself")
def the_caller_sorts_once_more():
    def sample_sort(items, workers):
        with Pool(workers) as pool:
            parts = pool.map(list, into_buckets(items, choose_splitters(items, workers)), chunksize=1)
        return sorted(item for part in parts for item in part)


@wrong("is a worker waited for before the next one has its task?")
def one_bucket_after_another():
    def sample_sort(items, workers):
        with Pool(workers) as pool:
            parts = [pool.apply(sorted, (one,)) for one in into_buckets(items, choose_splitters(items, workers))]
        return [item for part in parts for item in part]


@wrong(
    "sort a sample of them, and not all",
    replaced={"sorted(random.sample(items, min(len(items), 16 * buckets)))": "sorted(items)"},
)
def all_items_for_a_sample(): ...


@wrong("came back as", "every item is in exactly one bucket")
def equal_items_into_every_bucket_that_fits():
    def into_buckets(items, splitters):
        buckets = [[] for _ in range(len(splitters) + 1)]
        for item in items:
            for bucket in range(bisect_left(splitters, item), bisect_right(splitters, item) + 1):
                buckets[bucket].append(item)
        return buckets


@also_right
def regular_sampling_and_turns():
    from collections import Counter

    def choose_splitters(items, buckets):
        size = min(len(items), 16 * buckets)
        sample = sorted(items[len(items) * n // size] for n in range(size))
        return [sample[size * bucket // buckets] for bucket in range(1, buckets)] if size else []

    def into_buckets(items, splitters):
        buckets: list = [[] for _ in range(len(splitters) + 1)]
        turns: Counter = Counter()
        for item in items:
            fitting = range(bisect_left(splitters, item), bisect_right(splitters, item) + 1)
            buckets[fitting[turns[item] % len(fitting)]].append(item)
            turns[item] += 1
        return buckets


@also_right
def processes_and_pipes_under_spawn():
    import sys

    def sort_bucket(bucket: list, connection) -> None:
        print("sorting", len(bucket), file=sys.stderr)
        connection.send(sorted(bucket))
        connection.close()

    def sample_sort(items: list, workers: int) -> list:
        context = get_context("spawn")
        buckets = into_buckets(items, choose_splitters(items, workers))
        buckets += [[]] * (workers - len(buckets))
        ends, processes = [], []
        for bucket in buckets:
            ours, theirs = context.Pipe(duplex=False)
            processes.append(context.Process(target=sort_bucket, args=(bucket, theirs)))
            processes[-1].start()
            theirs.close()
            ends.append(ours)
        sorted_items = [item for end in ends for item in end.recv()]
        for process in processes:
            process.join()
        return sorted_items


@also_right
def an_executor_and_numbered_buckets():
    from concurrent.futures import ProcessPoolExecutor
    from itertools import chain

    def sort_numbered(numbered):
        return numbered[0], sorted(numbered[1])

    def sample_sort(items, workers):
        buckets = into_buckets(items, choose_splitters(items, workers))
        with ProcessPoolExecutor(workers) as executor:
            parts = dict(executor.map(sort_numbered, enumerate(buckets)))
        return list(chain.from_iterable(parts[number] for number in sorted(parts)))
