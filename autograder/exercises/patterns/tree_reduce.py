"""Reduce in a tree

Write `tree_reduce(operator, items)`. It combines all items with `operator(left, right)`, as many processors would: neighbours
in pairs, then the results in pairs, until one is left. With n items no chain of combinations is longer than log2 n, rounded up.

`operator` is associative, but it need not be commutative: `left` stays left of `right`. Items can be anything, 0 and `None` too, and the
list `items` itself is not changed. For no items at all raise `ValueError`.
"""

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given, raises

points = 4

hints = [
    "In one round, combine items 0 and 1, items 2 and 3, and so on. Each round halves the number of items.",
    "What happens to the last item of an odd number? It goes on to the next round as it is.",
    "`range(0, len(items) - 1, 2)` gives the left index of every pair.",
]
equivalent_mutants = {"+ if not items: ...": "with no items the loop is not entered"}


def tree_reduce(operator, items):
    """Combine all items with an associative operator, in order, in a tree of at most log2(n) rounds, rounded up."""
    ### BEGIN SOLUTION
    if not items:
        raise ValueError("there is nothing to reduce")
    while len(items) > 1:
        pairs = [operator(items[i], items[i + 1]) for i in range(0, len(items) - 1, 2)]
        items = pairs + items[2 * len(pairs) :]
    return items[0]
    ### END SOLUTION


@given
def joined(left, right):
    return left + right


@given
def bracketed(left, right):
    # Shows what was combined with what: ((ab)c) is a with b, and that with c.
    return f"({left}{right})"


@given
def left_of(items):
    # The list after tree_reduce has had it.
    tree_reduce(joined, items)
    return items


@check("it combines all items, in order")
def _(student):
    for text in ("q", "on", "left", "notebook"):
        made = student.tree_reduce(given.joined, list(text))
        if isinstance(made, str) and len(made) == len(text) and sorted(made) == sorted(text):
            assert made == text, (
                f"the letters of {text!r}, joined, give {made!r}: what is left must stay left, because the operator need not be commutative"
            )
        assert made == text


@check("any number of items, not only powers of two")
def _(student):
    for text in ("cat", "horse", "giraffe", "grasshopper"):
        made = student.tree_reduce(given.joined, list(text))
        if isinstance(made, str) and len(made) < len(text):
            assert made == text, (
                f"the letters of {text!r}, joined, give {made!r}: with an odd number the last one has no partner, and must not be lost"
            )
        if isinstance(made, str) and len(made) == len(text):
            assert made == text, (
                f"the letters of {text!r}, joined, give {made!r}: with an odd number the last one has no partner, and keeps its place"
            )
        assert made == text


@check("8 items: 3 rounds are enough; 11 items: 4 rounds")
def _(student):
    for text, enough in [("notebook", 3), ("grasshopper", 4)]:
        made = student.tree_reduce(given.bracketed, list(text))
        assert made != text, "`operator` was never called: something else, such as +, combines the items"
        told = f"{text!r}, combined in brackets, gives {made[:80]!r}"
        assert len(made) == 3 * len(text) - 2, f"{told}: that should be {len(text) - 1} combinations"
        assert made.replace("(", "").replace(")", "") == text, f"{told}: every item should be there, in its place"
        depth = deepest = 0
        for character in made:
            depth += (character == "(") - (character == ")")
            deepest = max(deepest, depth)
        assert deepest <= enough, (
            f"a chain of {deepest} combinations waits for one another, where {enough} are enough: {made}"
        )


@check("0, None and an empty text are items like others")
def _(student):
    made = student.tree_reduce(given.bracketed, [7, 0, 5, None, False])
    told = (
        f"7, 0, 5, None and False, combined in brackets, give {made[:40]!r}: "
        "an item must not be left out because it counts as false, or because it is None"
    )
    assert made.count("(") == 4, told
    assert made[:40].replace("(", "").replace(")", "") == "705NoneFalse", told
    assert student.tree_reduce(given.joined, ["", "x", "", ""]) == "x"
    assert student.tree_reduce(given.joined, [-1, -1, -1]) == -3, (
        "-1, -1 and -1 together are -3: any number can be an item"
    )


@check("no items: ValueError")
def _(student):
    with raises(ValueError):
        student.tree_reduce(given.joined, [])


@check("`items` is not changed, and nothing is left from an earlier call")
def _(student):
    assert student.left_of([1, 2, 3, 4, 5]) == [1, 2, 3, 4, 5], (
        "tree_reduce changes the list `items` that it is given: whoever calls it has lost the items"
    )
    assert student.tree_reduce(given.joined, [1, 2]) == 3


@hidden
@check("the span is at most log2 n, rounded up, for many n, and the order is kept")
def _(student):
    for n in [*range(1, 65), 100, 127, 128, 129, 255, 256]:
        text = "".join("abcdefghijklmnopqrstuvwxyz"[i * i % 26] for i in range(n))
        made = student.tree_reduce(given.bracketed, list(text))
        assert made[: 3 * n].replace("(", "").replace(")", "") == text, (
            f"with {n} items they are not all there, in order"
        )
        assert len(made) == 3 * n - 2, f"with {n} items there should be {n - 1} combinations"
        depth = deepest = 0
        for character in made:
            depth += (character == "(") - (character == ")")
            deepest = max(deepest, depth)
        assert deepest <= (n - 1).bit_length(), (
            f"{n} items take {deepest} rounds in the place of {(n - 1).bit_length()}"
        )


@wrong("a chain of 7 combinations waits for one another, where 3 are enough")
def a_left_fold():
    def tree_reduce(operator, items):
        if not items:
            raise ValueError("nothing")
        result = items[0]
        for item in items[1:]:
            result = operator(result, item)
        return result


@wrong("raised IndexError: list index out of range")
def only_powers_of_two():
    def tree_reduce(operator, items):
        if not items:
            raise ValueError("nothing")
        while len(items) > 1:
            items = [operator(items[i], items[i + 1]) for i in range(0, len(items), 2)]
        return items[0]


@wrong("the letters of 'left', joined, give 'lfet': what is left must stay left")
def halves_combined_item_by_item():
    def tree_reduce(operator, items):
        items = list(items)
        if not items:
            raise ValueError("nothing")
        while len(items) > 1:
            half = (len(items) + 1) // 2
            left, right = items[:half], items[half:]
            items = [operator(a, b) for a, b in zip(left, right)] + left[len(right) :]
        return items[0]


@wrong("the letters of 'cat', joined, give 'tca': with an odd number the last one has no partner, and keeps its place")
def the_odd_one_goes_first():
    def tree_reduce(operator, items):
        items = list(items)
        if not items:
            raise ValueError("nothing")
        while len(items) > 1:
            odd = [items.pop()] if len(items) % 2 else []
            items = odd + [operator(items[i], items[i + 1]) for i in range(0, len(items), 2)]
        return items[0]


@wrong("the letters of 'cat', joined, give 'ca': with an odd number the last one has no partner, and must not be lost")
def the_odd_one_is_lost():
    def tree_reduce(operator, items):
        items = list(items)
        if not items:
            raise ValueError("nothing")
        while len(items) > 1:
            items = [operator(a, b) for a, b in zip(items[::2], items[1::2])]
        return items[0]


@wrong("should raise ValueError")
def none_for_no_items():
    def tree_reduce(operator, items):
        if len(items) < 2:
            return items[0] if items else None
        half = len(items) // 2
        return operator(tree_reduce(operator, items[:half]), tree_reduce(operator, items[half:]))


@wrong("an item must not be left out because it counts as false")
def what_is_false_is_taken_for_missing():
    from itertools import zip_longest

    def tree_reduce(operator, items):
        if not items:
            raise ValueError("nothing")
        while len(items) > 1:
            items = [operator(a, b) if b else a for a, b in zip_longest(items[::2], items[1::2])]
        return items[0]


@wrong("tree_reduce changes the list `items` that it is given")
def in_the_list_that_was_given():
    def tree_reduce(operator, items):
        if not items:
            raise ValueError("nothing")
        step = 1
        while step < len(items):
            for i in range(0, len(items) - step, 2 * step):
                items[i] = operator(items[i], items[i + step])
            step *= 2
        return items[0]


@wrong("should be 'on', but is 'qon'")
def items_are_remembered():
    def tree_reduce(operator, items, level=[]):
        level.extend(items)
        if not level:
            raise ValueError("nothing")
        while len(level) > 1:
            pairs = [operator(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
            level[:] = pairs + level[2 * len(pairs) :]
        return level[0]


@wrong("a chain of 5 combinations waits for one another, where 4 are enough")
def what_is_left_over_is_combined_at_the_end():
    def tree_reduce(operator, items):
        items, left_over = list(items), []
        if not items:
            raise ValueError("nothing")
        while len(items) > 1:
            if len(items) % 2:
                left_over.append(items.pop())
            items = [operator(items[i], items[i + 1]) for i in range(0, len(items), 2)]
        for item in reversed(left_over):
            items[0] = operator(items[0], item)
        return items[0]


@wrong("`operator` was never called: something else, such as +, combines the items")
def plus_in_the_place_of_the_operator():
    def tree_reduce(operator, items):
        items = list(items)
        if not items:
            raise ValueError("nothing")
        while len(items) > 1:
            pairs = [items[i] + items[i + 1] for i in range(0, len(items) - 1, 2)]
            items = pairs + items[2 * len(pairs) :]
        return items[0]


@also_right
def by_recursion_on_halves():
    def tree_reduce(operator, items):
        if len(items) == 0:
            raise ValueError("nothing to reduce")
        if len(items) == 1:
            return items[0]
        half = len(items) // 2
        return operator(tree_reduce(operator, items[:half]), tree_reduce(operator, items[half:]))


@also_right
def an_odd_one_joins_the_last_pair():
    def tree_reduce(operator, items):
        items = list(items)
        if not items:
            raise ValueError("nothing to reduce")
        while len(items) > 1:
            pairs = [operator(a, b) for a, b in zip(items[::2], items[1::2])]
            if len(items) % 2:
                pairs[-1] = operator(pairs[-1], items[-1])
            items = pairs
        return items[0]


@also_right
def pairs_for_threads():
    from multiprocessing.pool import ThreadPool

    def tree_reduce(operator, items):
        items = list(items)
        if not items:
            raise ValueError("nothing to reduce")
        with ThreadPool(2) as pool:
            while len(items) > 1:
                pairs = pool.starmap(operator, zip(items[::2], items[1::2]))
                items = pairs + items[2 * len(pairs) :]
        return items[0]
