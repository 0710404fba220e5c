"""Scan: all the running totals at once

Write `scan(operator, items)`, the inclusive scan: item i of the result combines the items 0 to i, in order. `operator` is
associative, but need not be commutative.

A loop does this with n - 1 combinations, one after another. Do it so that many processors could share it: with at most 2n combinations
in all (*work*), and no chain of more than 2 log2 n + 1 of them, rounded up (*span*). This is what Blelloch's algorithm does (1990).
"""

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given

points = 5

hints = [
    "Combine neighbours in pairs: the list of pairs is half as long. Scan that list, by the same function.",
    "The scan of the pairs already is every second item of the answer: those at odd positions.",
    "An item at an even position i > 0 is the answer at i - 1 combined with items[i]. Item 0 is itself.",
]


def scan(operator, items):
    """The inclusive scan: item i of the result is items 0 to i combined; work at most 2n, span at most 2 log2(n) + 1."""
    ### BEGIN SOLUTION
    if len(items) < 2:
        return list(items)
    pairs = [operator(items[i], items[i + 1]) for i in range(0, len(items) - 1, 2)]
    odd = scan(operator, pairs)
    result = [items[0]]
    for i in range(1, len(items)):
        result.append(odd[i // 2] if i % 2 else operator(odd[i // 2 - 1], items[i]))
    return result
    ### END SOLUTION


@given
def joined(left, right):
    return left + right


@given
def tree(left, right):
    # Shows which items were combined with which: the nesting is the tree.
    return (left, right)


@given
def counted(items):
    # How many combinations a scan makes.
    calls = []

    def operator(left, right):
        calls.append(1)
        return left + right

    scan(operator, items)
    return len(calls)


@check("the running totals, in order")
def _(student):
    made = student.scan(given.joined, [3, 1, 4, 1, 5])
    assert made == [3, 4, 8, 9, 14], (
        f"the running totals of [3, 1, 4, 1, 5] are [3, 4, 8, 9, 14], and not {made}: the total at an item includes the item itself"
    )
    made = student.scan(given.joined, ["a", "b", "c", "d"])
    assert made == ["a", "ab", "abc", "abcd"], (
        f"the running totals of a, b, c, d are a, ab, abc, abcd, and not {', '.join(map(str, made))}: what is left must stay left"
    )


@check("one item, and none")
def _(student):
    assert student.scan(given.joined, [7]) == [7]
    assert student.scan(given.joined, []) == []


@check("16 items: at most 32 combinations")
def _(student):
    made = student.counted(list(range(16)))
    assert 15 <= made <= 32, f"{made} combinations for 16 items: the work should be at most 2n = 32"


@check("16 items: no chain of more than 9 combinations")
def _(student):
    def depth(node):
        return 1 + max(depth(node[0]), depth(node[1])) if isinstance(node, tuple) else 0

    longest = max(depth(node) for node in student.scan(given.tree, list(range(16))))
    assert longest <= 9, f"a chain of {longest} combinations waits for one another; with 16 items 9 are enough"


@hidden
@check("work, span and order for every n to 40")
def _(student):
    def depth(node):
        return 1 + max(depth(node[0]), depth(node[1])) if isinstance(node, tuple) else 0

    def leaves(node):
        return leaves(node[0]) + leaves(node[1]) if isinstance(node, tuple) else [node]

    for n in range(1, 41):
        made = student.scan(given.tree, list(range(n)))
        assert [leaves(node) for node in made] == [list(range(i + 1)) for i in range(n)], (
            f"with {n} items the order is not kept"
        )
        bound = 2 * (n - 1).bit_length() + 1
        longest = max(depth(node) for node in made)
        assert longest <= bound, f"{n} items: a chain of {longest} combinations, where {bound} are enough"
        work = student.counted(list(range(n)))
        assert work <= 2 * n, f"{n} items: {work} combinations, more than 2n = {2 * n}"


@wrong("the total at an item includes the item itself")
def each_total_without_its_item():
    def scan(operator, items):
        result, total = [], None
        for item in items:
            result.append(0 if total is None else total)
            total = item if total is None else operator(total, item)
        return result


@wrong("the work should be at most 2n = 32")
def a_tree_for_every_item():
    def tree(operator, items):
        if len(items) == 1:
            return items[0]
        half = len(items) // 2
        return operator(tree(operator, items[:half]), tree(operator, items[half:]))

    def scan(operator, items):
        return [tree(operator, items[: i + 1]) for i in range(len(items))]


@wrong("a chain of 15 combinations waits for one another")
def one_after_another():
    def scan(operator, items):
        result = list(items[:1])
        for item in items[1:]:
            result.append(operator(result[-1], item))
        return result


@wrong("the work should be at most 2n = 32")
def n_log_n_work():
    def scan(operator, items):
        items = list(items)
        step = 1
        while step < len(items):
            items = [item if i < step else operator(items[i - step], item) for i, item in enumerate(items)]
            step *= 2
        return items


@wrong("what is left must stay left")
def the_order_turned_round():
    def scan(operator, items):
        if len(items) < 2:
            return list(items)
        pairs = [operator(items[i + 1], items[i]) for i in range(0, len(items) - 1, 2)]
        odd = scan(operator, pairs)
        result = [items[0]]
        for i in range(1, len(items)):
            result.append(odd[i // 2] if i % 2 else operator(items[i], odd[i // 2 - 1]))
        return result


@also_right
def level_by_level():
    def scan(operator, items):
        levels = [list(items)]
        while len(levels[-1]) > 1:
            below = levels[-1]
            levels.append([operator(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])
        sums = levels.pop()
        while levels:
            below = levels.pop()
            sums = [
                below[0] if i == 0 else sums[i // 2] if i % 2 else operator(sums[i // 2 - 1], below[i])
                for i in range(len(below))
            ]
        return sums
