"""Large chunks first

A list says for how many seconds each item will compute, **as far as one can guess**: in truth it may be half or twice as long. Write `adaptive_chunks(costs, workers)`. It cuts the list into chunks, and
returns the list of these chunks, each a list of costs. All items are in them, once and in their order, and no chunk is empty. The list itself stays as it is.

The chunks go to `workers` processes in your order, the next one to whoever is free. Choose them so that

- for 1,000 items and 8 workers there are **at most 100** chunks, since each of them costs a message;
- all workers end at nearly the same time: the whole takes **at most 5 % longer** than it must, which is the sum of the true costs divided by the number of workers.

In the checks no item is more than half a percent of the sum, and the costs may rise, fall, or jump. Equal chunks cannot do both, neither of equal numbers nor of equal costs, since a guess is a guess. Large ones
first, and smaller and smaller ones towards the end, can.
"""

from itertools import accumulate
from math import ceil
from multiprocessing import Pool

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given, simulate, work

points = 4

hints = [
    "How large may the first chunk be? If it takes more than a share of one worker, everybody waits for it. If it takes half a share, nothing is lost.",
    "And the next one? Ask the same question of what is left: `remaining / (2 * workers)`.",
    "Count the remaining *cost*, not the remaining items: go on adding items to a chunk until it has its part of the cost that was left when it began.",
]
equivalent_mutants = {
    "+ if spent > target:": "a chunk that has exactly its part may as well have one item more",
    "+ target = remaining / (3 * workers)": "the first chunk may be smaller, if the others are not",
    "+ spent += cost": "one item sooner or later, no part is exact",
    "+ remaining -= spent": "nobody looks at it in between",
    "+ target = remaining / (2 * workers)": "a part of what was left before the last chunk is small enough, too",
}


def adaptive_chunks(costs, workers):
    """Cut the list of costs into chunks, large ones first, for `workers` processes that take the next one when they are free."""
    ### BEGIN SOLUTION
    chunks, chunk, spent = [], [], 0
    remaining = sum(costs)
    target = remaining / (2 * workers)
    for cost in costs:
        chunk.append(cost)
        spent += cost
        if spent >= target:
            chunks.append(chunk)
            remaining -= spent
            target = remaining / (2 * workers)
            chunk, spent = [], 0
    if chunk:
        chunks.append(chunk)
    return chunks
    ### END SOLUTION


@given
def compute_all(chunk):
    for seconds in chunk:
        work(seconds)
    return len(chunk)


@given
def compute_in_chunks(costs, times, workers):
    # Item number n computes for costs[n] * times[n // 100 % len(times)] seconds. Returns the lengths of the chunks.
    seconds = [cost * times[number // 100 % len(times)] for number, cost in enumerate(costs)]
    lengths = list(map(len, adaptive_chunks(costs, workers)))
    ends = list(accumulate(lengths))
    with Pool(workers) as pool:
        list(pool.imap_unordered(compute_all, [seconds[end - length : end] for end, length in zip(ends, lengths)]))
        pool.close()
        pool.join()
    return lengths


@check("all items, once and in their order, and no chunk is empty")
def _(student):
    for costs, workers in ([1] * 10, 2), ([5, 1, 4, 1, 3, 2, 8], 3), ([2], 4), ([0.1, 0.2, 0.3, 0, 0], 2):
        chunks, (left, _) = student.adaptive_chunks.in_place(costs, workers)
        assert left == costs, (
            f"adaptive_chunks changed the list `costs`, which is its caller's: {left} is left of {costs}"
        )
        assert all(isinstance(chunk, list) for chunk in chunks), (
            f"a chunk is a list of costs, and {chunks[0]!r} is in the list of chunks: return the items themselves"
        )
        assert [] not in chunks, f"there is an empty chunk in {chunks}"
        items = [cost for chunk in chunks for cost in chunk]
        assert len(items) >= len(costs), (
            f"{len(costs)} items, and {len(items)} of them are in the chunks: some are lost at the end"
        )
        assert sorted(items) != sorted(costs) or items == costs, "the items are not in the order of the list any more"
        assert items == costs
    assert student.adaptive_chunks([], 2) == []


@check("1,000 equal items: at most 100 chunks, and all workers end nearly at once")
def _(student):
    costs = [0.125] * 1_000
    chunks = student.adaptive_chunks(costs, 8)
    assert len(chunks) <= 100, f"{len(chunks)} chunks for 1,000 items: each costs a message, and 100 are enough"
    found = simulate(student.compute_in_chunks, costs, [1], 8, cores=8, costs="ideal")
    longer = found.makespan / (sum(costs) / 8) - 1
    assert longer <= 0.05, (
        f"with {len(chunks)} chunks, of {min(map(len, chunks))} to {max(map(len, chunks))} items, it takes {longer:.0%} longer than it must: at the end most workers have nothing "
        "to do, and wait for a chunk that somebody has begun late. The last chunks should be small"
    )


@check("items that become cheaper and cheaper")
def _(student):
    for costs in [(1_500 - number) / 1_000 for number in range(1_000)], [1] * 150 + [1 / 16] * 850:
        chunks = student.adaptive_chunks(costs, 8)
        assert len(chunks) <= 100, f"{len(chunks)} chunks for 1,000 items: each costs a message, and 100 are enough"
        found = simulate(student.compute_in_chunks, costs, [1], 8, cores=8, costs="ideal")
        longer = found.makespan / (sum(costs) / 8) - 1
        assert longer <= 0.05, (
            f"it takes {longer:.0%} longer than it must; the first chunk alone takes {sum(chunks[0]) / (sum(costs) / 8):.0%} of the share of one worker. Equal numbers of items "
            "are not equal amounts of work: count the cost"
        )


@check("1,000 equal items for many workers")
def _(student):
    costs = [0.125] * 1_000
    found = simulate(student.compute_in_chunks, costs, [1], 24, cores=24, costs="ideal")
    longer = found.makespan / (sum(costs) / 24) - 1
    assert longer <= 0.05, (
        f"with 24 workers it takes {longer:.0%} longer than it must; the first chunk alone takes {found.result[0] / (1_000 / 24):.0%} of the share of one worker: "
        "the more workers there are, the smaller the part of one"
    )


@check("items that take half or twice as long as was guessed")
def _(student):
    costs, times = [0.125] * 1_000, [0.5, 2, 1, 0.5, 2]
    found = simulate(student.compute_in_chunks, costs, times, 8, cores=8, costs="ideal")
    longer = found.makespan / (sum(costs) * 1.2 / 8) - 1
    assert longer <= 0.05, (
        f"every hundred items take half, once or twice as long as was guessed, and all is done {longer:.0%} later than it must: with a large chunk at the end a wrong guess cannot be made up for. "
        "Keep small chunks for the end"
    )


@check("items that become more and more expensive")
def _(student):
    costs = [((number + 1) / 1_000) ** 2 for number in range(1_000)]
    found = simulate(student.compute_in_chunks, costs, [1, 2], 8, cores=8, costs="ideal")
    least = sum(cost * (1, 2)[number // 100 % 2] for number, cost in enumerate(costs)) / 8
    assert found.makespan <= 1.05 * least, (
        f"it takes {found.makespan / least - 1:.0%} longer than it must: the last chunks are too expensive. Go by the cost that is left, not by the number of items"
    )
    assert len(found.result) <= 100, (
        f"{len(found.result)} chunks for 1,000 items: each costs a message, and 100 are enough"
    )


@hidden
@check("costs that jump, and other numbers of workers")
def _(student):
    for workers, times in (3, [2, 0.5]), (8, [1, 0.5, 2]):
        costs = [((number * 37 % 101) ** 2) / 10_000 for number in range(1_000)]
        assert [cost for chunk in student.adaptive_chunks(costs, workers) for cost in chunk] == costs
        found = simulate(student.compute_in_chunks, costs, times, workers, cores=workers, costs="ideal")
        assert len(found.result) <= 100, f"{len(found.result)} chunks for 1,000 items and {workers} workers"
        least = sum(cost * times[number // 100 % len(times)] for number, cost in enumerate(costs)) / workers
        assert found.makespan <= 1.05 * least, (
            f"with costs that jump and {workers} workers it takes {found.makespan / least - 1:.0%} longer than it must"
        )


@wrong("adaptive_chunks changed the list `costs`")
def the_costs_are_used_up():
    def adaptive_chunks(costs, workers):
        chunks = []
        while costs:
            chunk, part = [costs.pop(0)], sum(costs) / (2 * workers)
            while costs and sum(chunk) < part:
                chunk.append(costs.pop(0))
            chunks.append(chunk)
        return chunks


@wrong("with a large chunk at the end a wrong guess cannot be made up for")
def shares_of_equal_cost():
    def adaptive_chunks(costs, workers):
        chunks, chunk, part = [], [], sum(costs) / workers
        for cost in costs:
            chunk.append(cost)
            if sum(chunk) >= part - 1e-9:
                chunks.append(chunk)
                chunk = []
        return chunks + [chunk] if chunk else chunks


@wrong("longer than it must: at the end most workers have nothing to do")
def a_chunk_for_each_worker_and_a_rest():
    def adaptive_chunks(costs, workers):
        size = max(1, len(costs) * 10 // (11 * workers))
        return [costs[begin : begin + size] for begin in range(0, len(costs), size)]


@wrong("longer than it must", "the last chunks are too expensive. Go by the cost that is left")
def chunks_of_one_size():
    def adaptive_chunks(costs, workers):
        return [costs[begin : begin + 12] for begin in range(0, len(costs), 12)]


@wrong("Equal numbers of items are not equal amounts of work: count the cost")
def by_the_number_of_items():
    def adaptive_chunks(costs, workers):
        chunks, begin = [], 0
        while begin < len(costs):
            size = ceil((len(costs) - begin) / workers)
            chunks.append(costs[begin : begin + size])
            begin += size
        return chunks


@wrong("1000 chunks for 1,000 items: each costs a message, and 100 are enough")
def a_chunk_for_every_item():
    def adaptive_chunks(costs, workers):
        return [[cost] for cost in costs]


@wrong("some are lost at the end")
def rounded_down_to_nothing():
    def adaptive_chunks(costs, workers):
        chunks = []
        while size := len(costs) // (2 * workers):
            chunks.append(costs[:size])
            costs = costs[size:]
        return chunks


@wrong("the items are not in the order of the list any more")
def sorted_by_cost():
    def adaptive_chunks(costs, workers):
        costs = sorted(costs, reverse=True)
        chunks, begin = [], 0
        while begin < len(costs):
            size = ceil((len(costs) - begin) / (2 * workers))
            chunks.append(costs[begin : begin + size])
            begin += size
        return chunks


@wrong("a chunk is a list of costs", "return the items themselves")
def sizes_for_chunks():
    def adaptive_chunks(costs, workers):
        sizes, left = [], len(costs)
        while left:
            sizes.append(ceil(left / (2 * workers)))
            left -= sizes[-1]
        return sizes


@wrong("The last chunks should be small")
def small_ones_first():
    def adaptive_chunks(costs, workers):
        chunks, end = [], len(costs)
        while end:
            size = ceil(end / (2 * workers))
            chunks.insert(0, costs[end - size : end])
            end -= size
        return chunks


@wrong(
    "the more workers there are, the smaller the part of one",
    replaced={
        "target = remaining / (2 * workers)\n    for": "target = remaining / 16\n    for",
        "target = remaining / (2 * workers)\n            chunk": "target = remaining / 16\n            chunk",
    },
)
def always_as_for_eight_workers(): ...


@wrong("Equal numbers of items are not equal amounts of work: count the cost")
def a_part_of_the_items_that_are_left():
    def adaptive_chunks(costs, workers):
        chunks = []
        while costs:
            size = -(-len(costs) // (2 * workers))
            chunks.append(costs[:size])
            costs = costs[size:]
        return chunks


@also_right
def a_part_of_what_is_left_by_slices():
    def adaptive_chunks(costs: list, workers: int) -> list:
        chunks = []
        while costs:
            limit, size, taken = sum(costs) / (1.5 * workers), 0, 0.0
            while size < len(costs) and (size == 0 or taken + costs[size] <= limit):
                taken += costs[size]
                size += 1
            chunks.append(costs[:size])
            costs = costs[size:]
        return chunks


@also_right
def rounds_of_equal_chunks_that_are_halved():
    def adaptive_chunks(costs, workers):
        chunks, begin, left = [], 0, sum(costs)
        while begin < len(costs):
            part = left / (2 * workers)  # the chunks of this round
            for _ in range(workers):
                end, taken = begin, 0
                while end < len(costs) and taken < part:
                    taken += costs[end]
                    end += 1
                if end == begin:
                    end += begin < len(costs)
                if end > begin:
                    chunks.append(costs[begin:end])
                left -= sum(costs[begin:end])
                begin = end
        return chunks


@also_right
def places_of_the_cuts_in_a_running_sum():
    from bisect import bisect_left
    from itertools import accumulate

    def adaptive_chunks(costs, workers):
        sums = [0, *accumulate(costs)]
        cuts = [0]
        while cuts[-1] < len(costs):
            done = sums[cuts[-1]]
            aim = done + (sums[-1] - done) / (2 * workers)
            cuts.append(min(len(costs), max(cuts[-1] + 1, bisect_left(sums, aim))))
        return [costs[begin:end] for begin, end in zip(cuts, cuts[1:])]
