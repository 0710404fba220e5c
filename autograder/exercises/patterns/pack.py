"""Pack: keep some, in order

Write `pack(keep, items)`, which returns the items for which `keep(item)` is true, in their order. `keep` may return anything that
counts as true or false. Items can be anything, `None` too, and the list `items` itself is not changed. Do it as many processors would:
first find, for every item that is kept, its *position* in the result, by a scan over ones and zeros; then put every item
there, in any order.

Return the pair `(positions, result)`. `positions[i]` is the position of item i, or `None` if it is not kept.
"""

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given

points = 3

hints = [
    "Write 1 for an item that is kept and 0 for one that is not. What does the running total of these say?",
    "The inclusive running total at a kept item counts it and those kept before it. Its position is one less.",
    "`itertools.accumulate(flags)` gives the running totals here; the exercise before says how processors would share it.",
]


def pack(keep, items):
    """The positions that a scan gives to the kept items (None for others), and the kept items in order."""
    ### BEGIN SOLUTION
    flags = [1 if keep(item) else 0 for item in items]
    totals = []
    total = 0
    for flag in flags:
        total += flag
        totals.append(total)
    positions = [total - 1 if flag else None for flag, total in zip(flags, totals)]
    result = [None] * total
    for item, position in zip(items, positions):
        if position is not None:
            result[position] = item
    return positions, result
    ### END SOLUTION


@given
def is_even(number):
    return number % 2 == 0


@given
def never(item):
    return False


@given
def rest_by_three(number):
    # 0 counts as false, 1 and 2 count as true.
    return number % 3


@given
def itself(item):
    # What an item counts as, true or false.
    return item


@given
def is_missing(item):
    return item is None


@given
def left_of(items):
    # The list after pack has had it.
    pack(is_even, items)
    return items


@check("even numbers are kept, in order")
def _(student):
    positions, result = student.pack(given.is_even, [5, 2, 8, 3, 6])
    positions, result = list(positions), list(result)
    assert result != [None, 0, 1, None, 2], "the pair is (positions, result): the positions come first"
    assert result != [2, 8, 6, None, None], "the result has as many places as items are kept, and no others"
    assert result == [2, 8, 6]


@check("each kept item has its position, the others have none")
def _(student):
    positions, _ = student.pack(given.is_even, [5, 2, 8, 3, 6])
    positions = list(positions)
    for mistaken, why in [
        ([None, 1, 2, None, 3], "positions count from 0"),
        ([None, 1, 2, None, 4], "these are the indices in `items`, and not those in the result"),
        ([0, 0, 1, 2, 2], "an item that is not kept has None"),
        ([0, 1, 1, 2, 3], "a position is how many are kept before the item"),
        ([0, 1, 2], "every item has its entry, None if it is not kept"),
        ([0, 1, 1, 0, 1], "these are the ones and zeros, whose running totals give the positions"),
    ]:
        assert positions != mistaken, f"the positions are {mistaken}, and should be [None, 0, 1, None, 2]: {why}"
    assert positions == [None, 0, 1, None, 2]


@check("`items` is not changed, and nothing is left from an earlier call")
def _(student):
    assert student.left_of([1, 2, 3, 4, 6]) == [1, 2, 3, 4, 6], (
        "pack changes the list `items` that it is given: whoever calls it has lost the items"
    )
    positions, result = student.pack(given.is_even, [8])
    positions, result = list(positions), list(result)
    assert len(result) < 2, "the result for [8] has more than one item: a list lives on from call to call"
    assert (positions, result) == ([0], [8])


@check("equal items have places of their own")
def _(student):
    positions, result = student.pack(given.is_even, [4, 7, 4, 4])
    positions, result = list(positions), list(result)
    assert result == [4, 4, 4]
    assert positions != [0, None, 0, 0], (
        "the positions are [0, None, 0, 0], and should be [0, None, 1, 2]: to look an item up finds only the first that is equal"
    )
    assert positions == [0, None, 1, 2]


@check("nothing kept, and nothing there")
def _(student):
    for keep, items in [(given.never, [1, 2]), (given.is_even, [])]:
        positions, result = student.pack(keep, items)
        positions, result = list(positions), list(result)
        assert (positions, result) == ([None] * len(items), [])


@check("what counts as true is true: `keep` may return 2")
def _(student):
    positions, result = student.pack(given.rest_by_three, [5, 6, 1, 9, 2])
    positions, result = list(positions), list(result)
    told = "for [5, 6, 1, 9, 2] `keep` returns 2, 0, 1, 0, 2: 5, 1 and 2 are kept, for 2 counts as true and 0 as false"
    assert result == [5, 1, 2], told
    assert [result[position] for position in positions if position is not None] == [5, 1, 2]
    assert positions == [0, None, 1, None, 2]


@check("what counts as true is true: `keep` may return any value")
def _(student):
    items = [3, -1, "no", "", 0.5, [], [0], None]
    positions, result = student.pack(given.itself, items)
    positions, result = list(positions), list(result)
    told = "3, -1, 'no', 0.5 and [0] count as true, and '', [] and None as false: of what `keep` returns make a 1 or a 0 first"
    assert result == [3, -1, "no", 0.5, [0]], told
    assert positions == [0, 1, 2, None, 3, None, 4, None], told


@check("an item that is None or 0 can be kept")
def _(student):
    for keep, items, kept in [(given.is_missing, [7, None, 0, None], [None, None]), (given.is_even, [0, 3, 0], [0, 0])]:
        positions, result = student.pack(keep, items)
        positions, result = list(positions), list(result)
        assert result == kept, (
            "an item that is None or 0 is kept like others where `keep` says so, and is in the result"
        )
        assert positions == ([None, 0, None, 1] if kept == [None, None] else [0, None, 1])


@hidden
@check("many items, compared with the reference")
def _(student, reference):
    items = [n * 7919 % 101 for n in range(200)]
    for keep in (given.is_even, given.rest_by_three):
        positions, result = student.pack(keep, items)
        positions, result = list(positions), list(result)
        assert (positions, result) == reference.pack(keep, items)


@wrong("the result should be [2, 8, 6], but is [2, 6, 8]")
def whoever_is_first_appends():
    def pack(keep, items):
        result = []
        for item in sorted(items):
            if keep(item):
                result.append(item)
        return [result.index(item) if keep(item) else None for item in items], result


@wrong("the positions are [None, 1, 2, None, 3], and should be [None, 0, 1, None, 2]: positions count from 0")
def the_position_counts_from_one():
    def pack(keep, items):
        total = 0
        positions = []
        for item in items:
            total += bool(keep(item))
            positions.append(total if keep(item) else None)
        return positions, [item for item in items if keep(item)]


@wrong("the positions are [0, None, 0, 0]", "to look an item up finds only the first that is equal")
def the_position_looked_up():
    def pack(keep, items):
        result = [item for item in items if keep(item)]
        return [result.index(item) if keep(item) else None for item in items], result


@wrong("5, 1 and 2 are kept, for 2 counts as true", "returned ([1, None, 2, None, 4], [None, 5, 1, None, 2])")
def what_keep_returns_is_added_up():
    from itertools import accumulate

    def pack(keep, items):
        flags = [keep(item) for item in items]
        totals = list(accumulate(flags))
        positions = [total - 1 if flag else None for flag, total in zip(flags, totals)]
        result = [None] * (totals[-1] if totals else 0)
        for item, position in zip(items, positions):
            if position is not None:
                result[position] = item
        return positions, result


@wrong("5, 1 and 2 are kept, for 2 counts as true", "returned ([None, None, 0, None, None], [1])")
def compared_with_true():
    def pack(keep, items):
        kept = [i for i, item in enumerate(items) if keep(item) == True]  # noqa: E712
        return [kept.index(i) if i in kept else None for i in range(len(items))], [items[i] for i in kept]


@wrong("of what `keep` returns make a 1 or a 0 first")
def no_more_than_one():
    from itertools import accumulate

    def pack(keep, items):
        flags = [
            min(1, keep(item)) if isinstance(keep(item), (int, float)) else int(bool(keep(item))) for item in items
        ]
        totals = list(accumulate(flags))
        positions = [int(total) - 1 if flag else None for flag, total in zip(flags, totals)]
        return positions, [item for flag, item in zip(flags, items) if flag]


@wrong("an item that is None or 0 is kept like others")
def places_that_hold_none_are_taken_for_empty():
    def pack(keep, items):
        positions, total = [], 0
        result = [None] * len(items)
        for item in items:
            positions.append(total if keep(item) else None)
            if keep(item):
                result[total] = item
                total += 1
        return positions, [item for item in result if item is not None]


@wrong("the result has as many places as items are kept, and no others")
def places_for_all_items():
    def pack(keep, items):
        positions, total = [], 0
        result = [None] * len(items)
        for item in items:
            positions.append(total if keep(item) else None)
            if keep(item):
                result[total] = item
                total += 1
        return positions, result


@wrong("these are the indices in `items`, and not those in the result")
def indices_in_the_place_of_positions():
    def pack(keep, items):
        return [i if keep(item) else None for i, item in enumerate(items)], [item for item in items if keep(item)]


@wrong("an item that is not kept has None")
def a_position_for_every_item():
    def pack(keep, items):
        positions, total = [], 0
        for item in items:
            positions.append(total)
            total += bool(keep(item))
        return positions, [item for item in items if keep(item)]


@wrong("the pair is (positions, result): the positions come first")
def the_result_first():
    def pack(keep, items):
        kept = [i for i, item in enumerate(items) if keep(item)]
        return [items[i] for i in kept], [kept.index(i) if i in kept else None for i in range(len(items))]


@wrong("pack changes the list `items` that it is given")
def the_others_are_removed():
    def pack(keep, items):
        kept = [i for i, item in enumerate(items) if keep(item)]
        positions = [kept.index(i) if i in kept else None for i in range(len(items))]
        items[:] = [items[i] for i in kept]
        return positions, items


@wrong("a list lives on from call to call")
def one_result_for_all_calls():
    def pack(keep, items, positions=[], result=[]):
        for item in items:
            positions.append(len(result) if keep(item) else None)
            if keep(item):
                result.append(item)
        return positions, result


@also_right
def with_an_exclusive_scan():
    def pack(keep, items):
        before = 0
        positions = []
        for item in items:
            positions.append(before if keep(item) else None)
            before += 1 if keep(item) else 0
        result = [None] * before
        for position, item in zip(positions, items):
            if position is not None:
                result[position] = item
        return positions, result


@also_right
def with_numpy():
    import numpy as np

    def pack(keep, items):
        kept = np.array([bool(keep(item)) for item in items], dtype=bool)
        totals = np.cumsum(kept)
        positions = [total - 1 if one else None for one, total in zip(kept, totals)]
        result = [None] * int(kept.sum())
        for i in reversed(range(len(items))):
            if positions[i] is not None:
                result[positions[i]] = items[i]
        return [positions, result]
