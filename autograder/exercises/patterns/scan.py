"""Scan: all the running totals at once

Write `scan(operator, items)`, the inclusive scan: item i of the result combines the items 0 to i, in order. `operator` is
associative, but need not be commutative. Items can be anything, 0 and `None` too, and the list `items` itself is not changed.

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
equivalent_mutants = {
    "+ pairs = [operator(items[i], items[i + 1]) for i in range(0, len(items) - 1, 2)]": "one item and none have no pairs",
    "+ if len(items) < 1:": "the scan of one item goes on to the one of no pairs",
    "+ return items": "nobody changes the list that is handed back",
}


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
def bracketed(left, right):
    # Shows what was combined with what: ((ab)c) is a with b, and that with c.
    return f"({left}{right})"


@given
def counted(items):
    # How many combinations a scan makes.
    calls = []

    def operator(left, right):
        calls.append(1)
        return left + right

    scan(operator, items)
    return len(calls)


@given
def left_of(items):
    # The list after scan has had it.
    scan(joined, items)
    return items


@check("the running totals, in order")
def _(student):
    made = list(student.scan(given.joined, [3, 1, 4, 1, 5]))
    for mistaken, why in [
        ([0, 3, 4, 8, 9], "the total at an item includes the item itself"),
        ([3, 4, 8, 9], "one total is lost: with an odd number, the last item has no partner"),
        ([14], "the totals on the way are asked for, too"),
    ]:
        assert made != mistaken, (
            f"the running totals of [3, 1, 4, 1, 5] are [3, 4, 8, 9, 14], and not {mistaken}: {why}"
        )
    assert made == [3, 4, 8, 9, 14]


@check("what is left stays left")
def _(student):
    made = list(student.scan(given.joined, ["w", "o", "r", "d"]))
    if len(made) == 4 and [len(one) for one in made] == [1, 2, 3, 4]:
        assert made == ["w", "wo", "wor", "word"], (
            f"the running totals of w, o, r, d, joined, are w, wo, wor, word, and not {', '.join(map(str, made))}"
        )
    assert made == ["w", "wo", "wor", "word"]


@check("one item, and none")
def _(student):
    assert list(student.scan(given.joined, [7])) == [7]
    assert list(student.scan(given.joined, [])) == []


@check("64 items: at most 128 combinations")
def _(student):
    made = student.counted(list(range(64)))
    assert made > 0, "`operator` was never called: the totals come from something else, such as + or sum"
    assert made <= 128, f"{made} combinations for 64 items: the work should be at most 2n = 128"


@check("64 items: no chain of more than 13 combinations")
def _(student):
    text = "the quick brown fox jumps over the lazy dog and sleeps in the sun"[:64]
    made = student.scan(given.bracketed, list(text))
    assert len(made) == 64, f"64 items have {len(made)} running totals"
    longest = 0
    for i, one in enumerate(made):
        assert one[:200].replace("(", "").replace(")", "") == text[: i + 1], (
            f"total {i} should combine {text[: i + 1]!r} in order, and is {one[:200]}"
        )
        depth = 0
        for character in one[:200]:
            depth += (character == "(") - (character == ")")
            longest = max(longest, depth)
    assert longest > 0, "`operator` was never called: the totals come from something else, such as + or sum"
    assert longest <= 13, f"a chain of {longest} combinations waits for one another; with 64 items 13 are enough"


@check("0, None and an empty text are items like others")
def _(student):
    made = student.scan(given.bracketed, [7, 0, None, False])
    assert len(made) == 4, f"4 items have {len(made)} running totals"
    last = str(made[3])[:40]
    assert last.replace("(", "").replace(")", "") == "70NoneFalse", (
        f"7, 0, None and False, combined in brackets, give {last} at the end: "
        "an item must not be left out because it counts as false, or because it is None"
    )


@check("`items` is not changed, and nothing is left from an earlier call")
def _(student):
    assert student.left_of([1, 2, 3, 4, 5]) == [1, 2, 3, 4, 5], (
        "scan changes the list `items` that it is given: whoever calls it has lost the items"
    )
    assert list(student.scan(given.joined, [1, 2])) == [1, 3]


@hidden
@check("work, span and order for many n to 256")
def _(student):
    for n in [*range(1, 41), 63, 64, 65, 100, 127, 128, 200, 256]:
        text = "".join("abcdefghijklmnopqrstuvwxyz"[i * i % 26] for i in range(n))
        work = student.counted(list(range(n)))
        assert work <= 2 * n, f"{n} items: {work} combinations, more than 2n = {2 * n}"
        made = student.scan(given.bracketed, list(text))
        assert len(made) == n, f"{n} items have {len(made)} running totals"
        longest = 0
        for i, one in enumerate(made):
            assert one[: 3 * n].replace("(", "").replace(")", "") == text[: i + 1], (
                f"with {n} items, total {i} does not combine the items 0 to {i} in order"
            )
            assert len(one) == 3 * i + 1, f"with {n} items, total {i} should be {i} combinations of {i + 1} items"
            depth = 0
            for character in one:
                depth += (character == "(") - (character == ")")
                longest = max(longest, depth)
        bound = 2 * (n - 1).bit_length() + 1
        assert longest <= bound, f"{n} items: a chain of {longest} combinations, where {bound} are enough"


@wrong("the total at an item includes the item itself")
def each_total_without_its_item():
    def scan(operator, items):
        result, total = [], None
        for item in items:
            result.append(0 if total is None else total)
            total = item if total is None else operator(total, item)
        return result


@wrong("the work should be at most 2n = 128")
def a_tree_for_every_item():
    def tree(operator, items):
        if len(items) == 1:
            return items[0]
        half = len(items) // 2
        return operator(tree(operator, items[:half]), tree(operator, items[half:]))

    def scan(operator, items):
        return [tree(operator, items[: i + 1]) for i in range(len(items))]


@wrong("a chain of 63 combinations waits for one another")
def one_after_another():
    def scan(operator, items):
        result = list(items[:1])
        for item in items[1:]:
            result.append(operator(result[-1], item))
        return result


@wrong("the work should be at most 2n = 128")
def n_log_n_work():
    def scan(operator, items):
        items = list(items)
        step = 1
        while step < len(items):
            items = [item if i < step else operator(items[i - step], item) for i, item in enumerate(items)]
            step *= 2
        return items


@wrong("joined, are w, wo, wor, word, and not w, ow, row, drow")
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


@wrong("`operator` was never called: the totals come from something else, such as + or sum")
def totals_by_plus():
    from itertools import accumulate

    def scan(operator, items):
        return list(accumulate(items))


@wrong("a chain of 32 combinations waits for one another; with 64 items 13 are enough")
def two_halves():
    from itertools import accumulate

    def scan(operator, items):
        half = len(items) // 2
        left, right = list(accumulate(items[:half], operator)), list(accumulate(items[half:], operator))
        return left + [operator(left[-1], total) for total in right] if left else right


@wrong("a chain of 18 combinations waits for one another; with 64 items 13 are enough")
def blocks_of_four_and_a_loop_over_the_blocks():
    from itertools import accumulate

    def scan(operator, items):
        blocks = [list(accumulate(items[i : i + 4], operator)) for i in range(0, len(items), 4)]
        before = list(accumulate((block[-1] for block in blocks), operator))
        result = list(blocks[0]) if blocks else []
        for total, block in zip(before, blocks[1:]):
            result += [operator(total, item) for item in block]
        return result


@wrong("192 combinations for 64 items")
def the_right_half_gets_the_total_of_the_left():
    def scan(operator, items):
        if len(items) < 2:
            return list(items)
        half = len(items) // 2
        left, right = scan(operator, items[:half]), scan(operator, items[half:])
        return left + [operator(left[-1], total) for total in right]


@wrong("one total is lost: with an odd number, the last item has no partner")
def the_last_of_an_odd_number_is_lost():
    def scan(operator, items):
        if len(items) < 2:
            return list(items)
        pairs = [operator(a, b) for a, b in zip(items[::2], items[1::2])]
        odd = scan(operator, pairs)
        result = [items[0]]
        for i in range(1, 2 * len(pairs)):
            result.append(odd[i // 2] if i % 2 else operator(odd[i // 2 - 1], items[i]))
        return result


@wrong("an item must not be left out because it counts as false, or because it is None")
def none_is_taken_for_nothing():
    def scan(operator, items):
        if len(items) < 2:
            return list(items)

        def both(left, right):
            return left if right is None else right if left is None else operator(left, right)

        odd = scan(operator, [both(items[i], items[i + 1]) for i in range(0, len(items) - 1, 2)])
        return [odd[i // 2] if i % 2 else both(odd[i // 2 - 1], items[i]) if i else items[0] for i in range(len(items))]


@wrong("scan changes the list `items` that it is given")
def in_the_list_that_was_given():
    def scan(operator, items):
        step = 1
        while step < len(items):
            for i in range(2 * step - 1, len(items), 2 * step):
                items[i] = operator(items[i - step], items[i])
            step *= 2
        while step:
            for i in range(3 * step - 1, len(items), 2 * step):
                items[i] = operator(items[i - step], items[i])
            step //= 2
        return items


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


@also_right
def up_and_down_in_a_copy():
    def scan(operator, items):
        totals = list(items)
        step = 1
        while step < len(totals):
            for i in range(2 * step - 1, len(totals), 2 * step):
                totals[i] = operator(totals[i - step], totals[i])
            step *= 2
        while step:
            for i in range(3 * step - 1, len(totals), 2 * step):
                totals[i] = operator(totals[i - step], totals[i])
            step //= 2
        return tuple(totals)


@also_right
def blocks_of_four_all_the_way_up():
    from itertools import accumulate

    def scan(operator, items):
        if len(items) < 2:
            return list(items)
        blocks = [list(accumulate(items[i : i + 4], operator)) for i in range(0, len(items), 4)]
        before = scan(operator, [block[-1] for block in blocks]) if len(blocks) > 1 else []
        result = list(blocks[0])
        for k in range(1, len(blocks)):
            result += [operator(before[k - 1], item) for item in blocks[k][:-1]] + [before[k]]
        return result
