"""Pack: keep some, in order

Write `pack(keep, items)`, which returns the items for which `keep(item)` is true, in their order. Do it as many processors would:
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


@check("even numbers are kept, in order")
def _(student):
    _, result = student.pack(given.is_even, [5, 2, 8, 3, 6])
    assert result == [2, 8, 6], f"the even ones of [5, 2, 8, 3, 6] in their order are [2, 8, 6], not {result}"


@check("each kept item has its position, the others have none")
def _(student):
    positions, _ = student.pack(given.is_even, [5, 2, 8, 3, 6])
    assert positions == [None, 0, 1, None, 2], (
        f"the positions are {positions}, and should be [None, 0, 1, None, 2]: a kept item's position counts the kept ones before it"
    )


@check("equal items have places of their own")
def _(student):
    positions, result = student.pack(given.is_even, [4, 7, 4, 4])
    assert result == [4, 4, 4], f"three items of [4, 7, 4, 4] are even, and the result is {result}"
    assert positions == [0, None, 1, 2], (
        f"the positions are {positions}, and should be [0, None, 1, 2]: to look an item up in the result finds only the first that is equal"
    )


@check("nothing kept, and nothing there")
def _(student):
    assert student.pack(given.never, [1, 2]) == ([None, None], [])
    assert student.pack(given.is_even, []) == ([], [])


@hidden
@check("many items, compared with the reference")
def _(student, reference):
    items = [n * 7919 % 101 for n in range(200)]
    assert student.pack(given.is_even, items) == reference.pack(given.is_even, items)


@wrong("in their order are [2, 8, 6]")
def whoever_is_first_appends():
    def pack(keep, items):
        result = []
        for item in sorted(items):
            if keep(item):
                result.append(item)
        return [result.index(item) if keep(item) else None for item in items], result


@wrong("a kept item's position counts the kept ones before it")
def the_position_counts_from_one():
    def pack(keep, items):
        total = 0
        positions = []
        for item in items:
            total += bool(keep(item))
            positions.append(total if keep(item) else None)
        return positions, [item for item in items if keep(item)]


@wrong("finds only the first that is equal")
def the_position_looked_up():
    def pack(keep, items):
        result = [item for item in items if keep(item)]
        return [result.index(item) if keep(item) else None for item in items], result


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
