"""Merge sort in processes

Write three functions:

- `merge(left, right)` takes two sorted lists and returns the sorted list of all their items. It compares items at most `len(left) + len(right) - 1` times, and of
  equal items those of `left` come first.
- `sort_share(items)` returns the sorted list of a share: the task of a worker. Write it with `merge`: sort one half, sort the other half, merge.
- `merge_sort(items, workers)` returns the sorted list of all items. It starts `workers` processes, no more (and fewer only if there are fewer items). Each sorts its share; then, and also in the
  workers, every two sorted shares are merged into one, until there is one list. The list `items` is not changed.

The checks count comparisons, and run your program with 4 workers on 6 virtual cores.
"""

from multiprocessing import Pipe, Pool, Process, get_context

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given, simulate, work

points = 5

hints = [
    "In `merge` keep a place in each list. Compare the items there, take the smaller one, and go on in its list. What is left at the end of the other is sorted already.",
    "`pool.map(sort_share, shares)` sorts all shares. Then `pool.starmap(merge, pairs)` merges all pairs at once; with an odd number one list waits for the next round.",
    "`pairs = list(zip(lists[::2], lists[1::2]))`, and `lists = pool.starmap(merge, pairs) + lists[2 * len(pairs):]` until there is one list.",
]
equivalent_mutants = {
    "- pool.join()": "leaving `with` ends the workers, and waits for them",
    "+ middle = len(items) // 2": "it may be computed before it is needed",
    "+ bounds = [len(items) * worker // workers for worker in range(workers + 2)]": "the additional share is empty: slices end with the list",
    "+ lists = pool.map(sort_share, [items[start:stop] for start, stop in zip(bounds, bounds[1:])], chunksize=None)": "as many tasks as workers: the default is one at a time, too",
    "+ lists = pool.map(sort_share, [items[start:stop] for start, stop in zip(bounds, bounds[1:])], )": "as many tasks as workers: the default is one at a time, too",
    "+ lists = pool.starmap(merge, pairs, chunksize=None) + lists[2 * len(pairs) :]": "as many tasks as workers: the default is one at a time, too",
    "+ lists = pool.starmap(merge, pairs, ) + lists[2 * len(pairs) :]": "as many tasks as workers: the default is one at a time, too",
}


def merge(left, right):
    """The sorted list of the items of two sorted lists; of equal ones those of `left` come first."""
    ### BEGIN SOLUTION
    merged, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        if right[j] < left[i]:
            merged.append(right[j])
            j += 1
        else:
            merged.append(left[i])
            i += 1
    return merged + left[i:] + right[j:]
    ### END SOLUTION


def sort_share(items):
    """The sorted list of a share, by merging: the task of a worker."""
    ### BEGIN SOLUTION
    if len(items) < 2:
        return items
    middle = len(items) // 2
    return merge(sort_share(items[:middle]), sort_share(items[middle:]))
    ### END SOLUTION


def merge_sort(items, workers):
    """The sorted list of all items, sorted and merged by `workers` processes."""
    ### BEGIN SOLUTION
    bounds = [len(items) * worker // workers for worker in range(workers + 1)]
    with Pool(workers) as pool:
        lists = pool.map(sort_share, [items[start:stop] for start, stop in zip(bounds, bounds[1:])], chunksize=1)
        while len(lists) > 1:
            pairs = list(zip(lists[::2], lists[1::2]))
            lists = pool.starmap(merge, pairs, chunksize=1) + lists[2 * len(pairs) :]
        pool.close()
        pool.join()
    return lists[0]
    ### END SOLUTION


@given
class Counted:
    # A number that counts how often such numbers are compared, and has a mark that no comparison sees. Comparing takes some seconds.
    comparisons = 0

    def __init__(self, number, mark="", seconds=0):
        self.number, self.mark, self.seconds = number, mark, seconds

    def __lt__(self, other):
        Counted.comparisons += 1
        if self.seconds:
            work(self.seconds)
        return self.number < other.number

    def __eq__(self, other):
        return self.number == other.number  # is not counted: heapq.merge asks for it before each comparison

    def __gt__(self, other):
        return other < self

    def __le__(self, other):
        return not other < self

    def __ge__(self, other):
        return not self < other


@given
def merge_sort_slowly(numbers, workers):
    # A comparison takes 1 s of computing.
    return [one.number for one in merge_sort([Counted(number, seconds=1) for number in numbers], workers)]


@given
def merged_and_comparisons(left, right):
    # The merged numbers with the list that each came from, and how many comparisons it took.
    Counted.comparisons = 0
    merged = merge([Counted(n, "left") for n in left], [Counted(n, "right") for n in right])
    return [(one.number, one.mark) for one in merged], Counted.comparisons


@given
def comparisons_of_sort_share(numbers):
    Counted.comparisons = 0
    numbers = [one.number for one in sort_share([Counted(number) for number in numbers])]
    return numbers, Counted.comparisons


@given
def merges_of_sort_share(numbers):
    # How often sort_share, and what it calls, merges.
    learners, made = sort_share.__globals__, []
    own = learners["merge"]

    def counted(left, right):
        made.append(1)
        return own(left, right)

    learners["merge"] = counted
    try:
        sort_share(numbers)
    finally:
        learners["merge"] = own
    return len(made)


@given
def list_afterwards(items):
    # The list that merge_sort was given, after it has come back.
    merge_sort(items, 2)
    return items


@check("`merge` has all items of two sorted lists, in order")
def _(student):
    for left, right in (
        ([1, 4, 6], [2, 3, 9]),
        ([5], [1, 2]),
        ([], [3]),
        ([2, 2], []),
        ([], []),
        ([1, 2], [3, 4]),
        ([-1], [0, 0]),
    ):
        found = student.merge(left, right)
        assert len(found) >= len(left) + len(right), (
            f"{len(left) + len(right)} items, and {len(found)} came back: when one list is at its end, the rest of the other is still to come"
        )
        assert found == sorted(left + right)


@check("`merge` compares no more than it must")
def _(student):
    left, right = list(range(0, 60, 2)), list(range(1, 61, 2))
    found, comparisons = student.merged_and_comparisons(left, right)
    assert [number for number, _ in found] == list(range(60))
    assert comparisons <= 59, (
        f"{comparisons} comparisons for 60 items: each comparison puts one item into its place, so 59 are enough. "
        "Sorting again does not use that both lists are in order"
    )


@check("of equal items those of `left` come first")
def _(student):
    found, _ = student.merged_and_comparisons([1, 2, 2], [2, 3])
    assert [mark for number, mark in found if number == 2] == ["left", "left", "right"], (
        "of the equal items one of `right` came before one of `left`: a sort that keeps the order of equal items is stable, and people rely on it"
    )


@check("`sort_share` sorts, with n log2 n comparisons")
def _(student):
    numbers = [(7 * n * n + 3 * n) % 1_024 for n in range(1_024)]
    found, comparisons = student.comparisons_of_sort_share(numbers)
    assert found == sorted(numbers)
    assert comparisons <= 10_240, (
        f"{comparisons} comparisons for 1,024 items: merging halves of halves needs at most 10 for each item. Are the parts halves?"
    )
    assert student.merges_of_sort_share(numbers[:8]), (
        "`sort_share` never calls `merge`: sort one half, sort the other half, and merge them, instead of asking `sorted`"
    )


@check("all items are sorted, for any number of workers", limit=20)
def _(student):
    for items, workers in ([5, 2, 8, 1, 9, 3, 7], 3), ([3, 1, 2], 2), ([2, 1], 4), ([], 2), ([4, 4, 1, 4], 1):
        found = student.merge_sort(items, workers)
        assert len(found) >= len(items), (
            f"{len(items)} items with {workers} workers, and {len(found)} came back: are the items lost that are left over when they are divided by workers?"
        )
        assert sorted(found) != sorted(items) or found == sorted(items), (
            f"the answer is {found}: every share is sorted, and the shares are put one after another. They have to be merged"
        )
        assert found == sorted(items)


@check("lists that are larger than a pipe come back", limit=20)
def _(student):
    numbers = [n * 7_919 % 10_007 for n in range(600)]
    found = simulate(student.merge_sort, numbers, 3, cores=4, pipe_capacity=512, limit=15)
    assert found.result == sorted(numbers)
    assert found.processes > 1, "no other process was started: nobody shares the work"
    assert found.processes == 4, f"for 3 workers {found.processes - 1} processes were started"


@check("the list itself is not changed")
def _(student):
    assert student.list_afterwards([3, 1, 2, 5, 4]) == [3, 1, 2, 5, 4], "merge_sort changed the list of its caller"


@check("4 workers on 6 virtual cores share the sorting and the merging", limit=30)
def _(student):
    numbers = [(7 * n * n + 3 * n) % 256 for n in range(256)]
    found = simulate(student.merge_sort_slowly, numbers, 4, cores=6, costs="ideal", limit=25)
    assert found.result == sorted(numbers)
    parent, *loads = found.busy.values()
    assert loads, "no other process was started: nobody shares the work"
    assert len(loads) == 4, f"for 4 workers {len(loads)} processes were started"
    assert max(loads) <= 0.6 * sum(loads), (
        f"one of 4 workers makes {max(loads) / sum(loads):.0%} of their comparisons: each should sort a share"
    )
    assert parent <= 0.1 * found.work, (
        f"the parent makes {parent / found.work:.0%} of all comparisons itself: let the workers sort, and let them merge too"
    )
    assert found.work <= 2_048, (
        f"{found.work:.0f} comparisons, where 256 items that are merged from halves of halves need 2,048 at most: "
        "merge lists of the same length, each item 8 times, and not every share into one that gets longer and longer"
    )
    assert found.makespan <= 780, (
        f"each has its share, but on average only {found.parallelism:.1f} cores compute: is a worker waited for before the next one has its task, "
        "or does one make both merges of a round?"
    )


@hidden
@check("other lists, compared with the reference", limit=20)
def _(student, reference):
    for length, workers in (100, 5), (33, 6), (1, 3), (64, 8):
        items = [(37 * n * n + 11 * n) % 101 for n in range(length)]
        assert student.merge_sort(items, workers) == reference.merge_sort(items, workers)
    assert student.merge_sort(["b", "a", "c"], 2) == ["a", "b", "c"]


@wrong(
    "when one list is at its end, the rest of the other is still to come",
    replaced={"return merged + left[i:] + right[j:]": "return merged"},
)
def the_rest_is_forgotten(): ...


@wrong("Sorting again does not use that both lists are in order")
def sorted_again():
    def merge(left, right):
        return sorted(left + right)


@wrong(
    "a sort that keeps the order of equal items is stable",
    replaced={"if right[j] < left[i]:": "if not left[i] < right[j]:"},
)
def equal_items_change_places(): ...


@wrong("Are the parts halves?")
def one_item_after_another_is_inserted():
    def sort_share(items):
        if len(items) < 2:
            return items
        return merge(items[:1], sort_share(items[1:])) if len(items) < 30 else merge_all(items)

    def merge_all(items):
        done = []
        for start in range(0, len(items), 16):
            done = merge(done, sort_share(items[start : start + 16]))
        return done


@wrong("`sort_share` never calls `merge`")
def the_shares_sorted_by_the_library():
    def sort_share(items):
        return sorted(items)


@wrong("are the items lost that are left over when they are divided by workers?")
def the_remainder_is_lost():
    def merge_sort(items, workers):
        size = len(items) // workers
        with Pool(workers) as pool:
            lists = pool.map(sort_share, [items[size * n : size * (n + 1)] for n in range(workers)])
            while len(lists) > 1:
                pairs = list(zip(lists[::2], lists[1::2]))
                lists = pool.starmap(merge, pairs) + lists[2 * len(pairs) :]
        return lists[0]


@wrong("the shares are put one after another. They have to be merged")
def shares_put_together():
    def merge_sort(items, workers):
        with Pool(workers) as pool:
            lists = pool.map(sort_share, [items[n::workers] for n in range(workers)])
        return [item for one in lists for item in one]


@wrong("deadlock", "✘ lists that are larger than a pipe come back")
def joined_before_the_list_is_fetched():
    def run(me, items, workers, ends):
        mine, step = sort_share(items), 1
        while me % (2 * step) == 0 and step < workers:
            if me + step < workers:
                mine = merge(mine, ends[me + step][0].recv())
            step *= 2
        ends[me][1].send(mine)

    def merge_sort(items, workers):
        ends = [Pipe(duplex=False) for _ in range(workers)]
        processes = [Process(target=run, args=(n, items[n::workers], workers, ends)) for n in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return ends[0][0].recv()


@wrong("are the items lost", "7 items with 3 workers, and 5 came back")
def an_odd_list_is_lost():
    def merge_sort(items, workers):
        with Pool(workers) as pool:
            lists = pool.map(sort_share, [items[n::workers] for n in range(workers)])
            while len(lists) > 1:
                lists = pool.starmap(merge, list(zip(lists[::2], lists[1::2])))
        return lists[0]


@wrong(
    "merge_sort changed the list of its caller", replaced={"return lists[0]": "items[:] = lists[0]\n    return items"}
)
def sorted_in_place(): ...


@wrong("for 3 workers 4 processes were started", replaced={"Pool(workers)": "Pool(4)"})
def always_four_processes(): ...


@wrong(
    "for 3 workers 2 processes were started",
    replaced={"    bounds = [": "    workers = 2 ** (workers.bit_length() - 1)\n    bounds = ["},
)
def only_powers_of_two(): ...


@wrong("no other process was started: nobody shares the work")
def nobody_shares():
    def merge_sort(items, workers):
        return sort_share(items)


@wrong("is a worker waited for before the next one has its task")
def one_share_after_another():
    def merge_sort(items, workers):
        with Pool(workers) as pool:
            lists = [pool.apply(sort_share, (items[n::workers],)) for n in range(workers)]
            while len(lists) > 1:
                pairs = list(zip(lists[::2], lists[1::2]))
                lists = [pool.apply(merge, pair) for pair in pairs] + lists[2 * len(pairs) :]
        return lists[0]


@wrong("of all comparisons itself: let the workers sort")
def the_workers_get_nothing_to_sort():
    def merge_sort(items, workers):
        with Pool(workers) as pool:
            pool.map(sort_share, [[]] * workers, chunksize=1)
        return sort_share(items)


@wrong("of all comparisons itself: let the workers sort, and let them merge too")
def the_parent_merges():
    def merge_sort(items, workers):
        with Pool(workers) as pool:
            lists = pool.map(sort_share, [items[n::workers] for n in range(workers)], chunksize=1)
        sorted_list = []
        for one in lists:
            sorted_list = merge(sorted_list, one)
        return sorted_list


@also_right
def processes_in_a_tree_with_pipes():
    def sort_part(items, workers, connection):
        connection.send(sort_with(items, workers))
        connection.close()

    def sort_with(items, workers):
        # Sorts here, with workers - 1 more processes.
        if workers == 1:
            return sort_share(items)
        others = workers // 2
        cut = len(items) * others // workers
        ours, theirs = Pipe(duplex=False)
        child = Process(target=sort_part, args=(items[:cut], others, theirs))
        child.start()
        right = sort_with(items[cut:], workers - others)
        left = ours.recv()
        child.join()
        return merge(left, right)

    def merge_sort(items, workers):
        ours, theirs = Pipe(duplex=False)
        child = Process(target=sort_part, args=(items, workers, theirs))
        child.start()
        found = ours.recv()
        child.join()
        return found


@also_right
def spawned_and_with_many_words():
    import sys
    from functools import reduce

    def merge(left: list, right: list) -> list:
        merged: list = []
        left, right = list(reversed(left)), list(reversed(right))
        while left and right:
            merged.append(left.pop() if left[-1] <= right[-1] else right.pop())
        return merged + left[::-1] + right[::-1]

    def merge_pair(pair):
        return reduce(merge, pair)

    def merge_sort(items, workers: int):
        print("sorting", len(items), file=sys.stderr)
        lists = [list(items[len(items) * n // workers : len(items) * (n + 1) // workers]) for n in range(workers)]
        with get_context("spawn").Pool(workers) as pool:
            lists = pool.map(sort_share, lists, 1)
            while len(lists) > 1:
                lists = pool.map(merge_pair, [lists[n : n + 2] for n in range(0, len(lists), 2)], 1)
            pool.close()
            pool.join()
        return lists[0]


@also_right
def an_executor_and_shares_from_below():
    from concurrent.futures import ProcessPoolExecutor

    def sort_share(items):
        lists = [[item] for item in items]
        while len(lists) > 1:
            lists = [merge(*lists[n : n + 2]) if n + 1 < len(lists) else lists[n] for n in range(0, len(lists), 2)]
        return lists[0] if lists else []

    def merge_sort(items, workers):
        with ProcessPoolExecutor(workers) as pool:
            futures = [pool.submit(sort_share, items[n::workers]) for n in range(workers)]
            while len(futures) > 1:
                first, second, *futures = futures
                futures.append(pool.submit(merge, first.result(), second.result()))
            return futures[0].result()
