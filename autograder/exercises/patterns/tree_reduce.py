"""Reduce in a tree

Write `tree_reduce(operator, items)`. It combines all items with `operator(left, right)`, as many processors would: neighbours
in pairs, then the results in pairs, until one is left. With n items no chain of combinations is longer than log2 n, rounded up.

`operator` is associative, but it need not be commutative: `left` stays left of `right`. For no items at all raise `ValueError`.
"""

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given, raises

points = 4

hints = [
    "In one round, combine items 0 and 1, items 2 and 3, and so on. Each round halves the number of items.",
    "What happens to the last item of an odd number? It goes on to the next round as it is.",
    "`range(0, len(items) - 1, 2)` gives the left index of every pair.",
]


def tree_reduce(operator, items):
    """Combine all items with an associative operator, in order, in a tree of at most log2(n) rounds, rounded up."""
    ### BEGIN SOLUTION
    items = list(items)
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
def tree(left, right):
    # Shows which items were combined with which: the nesting is the tree.
    return (left, right)


@check("it combines all items, in order")
def _(student):
    for text in ("a", "ab", "abcd", "abcdefgh"):
        made = student.tree_reduce(given.joined, list(text))
        assert made == text, (
            f"the letters of {text!r}, joined, give {made!r}: what is left must stay left, because the operator need not be commutative"
        )


@check("any number of items, not only powers of two")
def _(student):
    for text in ("abc", "abcde", "abcdefg", "abcdefghijk"):
        made = student.tree_reduce(given.joined, list(text))
        assert made == text, (
            f"the letters of {text!r}, joined, give {made!r}: with an odd number, the last one has no partner, and keeps its place"
        )


@check("8 items: 3 rounds are enough; 11 items: 4 rounds")
def _(student):
    def depth(node):
        return 1 + max(depth(node[0]), depth(node[1])) if isinstance(node, tuple) else 0

    for n, enough in [(8, 3), (11, 4)]:
        made = student.tree_reduce(given.tree, list(range(n)))
        assert depth(made) == enough, (
            f"a chain of {depth(made)} combinations waits for one another, where {enough} are enough: {made}"
        )


@check("no items: ValueError")
def _(student):
    with raises(ValueError):
        student.tree_reduce(given.joined, [])


@hidden
@check("the span is at most log2 n, rounded up, for every n to 40, and the order is kept")
def _(student):
    def depth(node):
        return 1 + max(depth(node[0]), depth(node[1])) if isinstance(node, tuple) else 0

    def leaves(node):
        return leaves(node[0]) + leaves(node[1]) if isinstance(node, tuple) else [node]

    for n in range(1, 41):
        made = student.tree_reduce(given.tree, list(range(n)))
        assert leaves(made) == list(range(n)), f"with {n} items the order is not kept: {made}"
        assert depth(made) <= (n - 1).bit_length(), (
            f"{n} items take {depth(made)} rounds in the place of {(n - 1).bit_length()}"
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


@wrong("any number of items, not only powers of two", "raised IndexError")
def only_powers_of_two():
    def tree_reduce(operator, items):
        if not items:
            raise ValueError("nothing")
        while len(items) > 1:
            items = [operator(items[i], items[i + 1]) for i in range(0, len(items), 2)]
        return items[0]


@wrong("give 'acbd': what is left must stay left")
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


@wrong("the last one has no partner, and keeps its place")
def the_odd_one_goes_first():
    def tree_reduce(operator, items):
        items = list(items)
        if not items:
            raise ValueError("nothing")
        while len(items) > 1:
            odd = [items.pop()] if len(items) % 2 else []
            items = odd + [operator(items[i], items[i + 1]) for i in range(0, len(items), 2)]
        return items[0]


@wrong("the last one has no partner, and keeps its place")
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


@also_right
def by_recursion_on_halves():
    def tree_reduce(operator, items):
        if len(items) == 0:
            raise ValueError("nothing to reduce")
        if len(items) == 1:
            return items[0]
        half = len(items) // 2
        return operator(tree_reduce(operator, items[:half]), tree_reduce(operator, items[half:]))
