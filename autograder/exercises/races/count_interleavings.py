"""How many interleavings are there?

One process takes `m` steps, another one takes `n`. Each keeps to its own order; between the two everything is possible.
Write `count_interleavings(m, n)`: the number of different orders in which the `m + n` steps can happen.

It answers at once, also for large numbers, and is right to the last digit: with 100 steps each, the number has 59. The
checks compare it with what `explore` counts.
"""

import math
from functools import cache
from multiprocessing import Process, Value

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given

points = 3

hints = [
    "Write an interleaving as a word, such as AABAB: whose step is it? How long is the word, and how many As has it?",
    "The word says everything: *which* step of A it is follows from the order within A.",
    "So choose which of the `m + n` places are A's, and count such choices. The module `math` has a function for it.",
]


def count_interleavings(m, n):
    """In how many orders can `m` steps of one process and `n` of another one happen?"""
    ### BEGIN SOLUTION
    orders = 1
    for place in range(1, n + 1):
        orders = orders * (m + place) // place  # m + place over place; it always divides
    return orders
    ### END SOLUTION


@given
def walk(place, steps):
    for step in range(steps):
        place.value = step  # a write: one step


@given
def two_walk(m, n):
    here, there = Value("i", 0), Value("i", 0)
    processes = [Process(target=walk, args=(here, m)), Process(target=walk, args=(there, n))]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


@check("one step each: either may be first")
def _(student):
    assert student.count_interleavings(1, 1) == 2


@check("one process alone keeps to its own order: 1 interleaving")
def _(student):
    assert student.count_interleavings(3, 0) == 1
    assert student.count_interleavings(0, 3) == 1


@check("as many as `explore` counts for 2 steps and 2 steps")
def _(student):
    counted = explore(student.two_walk, 2, 2).interleavings
    assert student.count_interleavings(2, 2) == counted


@check("large numbers, at once", limit=4)
def _(student):
    assert student.count_interleavings(20, 20) == 137_846_528_820


@check("larger ones, to the last digit", limit=4)
def _(student):
    exactly = 90_548_514_656_103_281_165_404_177_077_484_163_874_504_589_675_413_336_841_320
    answer = student.count_interleavings(100, 100)
    assert not isinstance(answer, float), (
        "a float holds about 16 digits, and this number has 59: `/` makes a float, `//` divides whole numbers exactly"
    )
    if type(answer) is int:
        assert not 10**25 < abs(answer - exactly) < 10**50, (
            "only the first digits are right: somewhere it counts in floats, which hold about 16 digits. "
            "`//` divides whole numbers exactly"
        )
    assert answer == exactly


@hidden
@check("as many as `explore` counts, for all m and n up to 4", limit=6)
def _(student, reference):
    for m in range(5):
        for n in range(5):
            assert student.count_interleavings(m, n) == reference.count_interleavings(m, n)
    assert student.count_interleavings(4, 3) == explore(student.two_walk, 4, 3).interleavings
    assert student.count_interleavings(70, 30) == reference.count_interleavings(70, 30)


@wrong("`count_interleavings(3, 0)` should be 1, but is 6")
def all_orders_of_all_steps():
    def count_interleavings(m, n):
        return math.factorial(m + n)


@wrong("`count_interleavings(1, 1)` should be 2, but is 4")
def a_free_choice_at_every_step():
    def count_interleavings(m, n):
        return 2 ** (m + n)


@wrong("`count_interleavings(3, 0)` should be 1, but is 0")
def none_without_the_other_process():
    def count_interleavings(m, n):
        if m == 0 or n == 0:
            return 0
        return math.comb(m + n, m)


@wrong("`count_interleavings(2, 2)` should be 6")
def only_where_the_second_process_comes_in():
    def count_interleavings(m, n):
        return m + 1 if n else 1


@wrong("`count_interleavings(20, 20)` did not come back within 4 s")
def counting_them_one_by_one():
    def count_interleavings(m, n):
        if m == 0 or n == 0:
            return 1
        return count_interleavings(m - 1, n) + count_interleavings(m, n - 1)


@wrong("a float holds about 16 digits, and this number has 59")
def divided_with_a_slash():
    def count_interleavings(m, n):
        return math.factorial(m + n) / (math.factorial(m) * math.factorial(n))


@wrong("only the first digits are right")
def divided_with_a_slash_and_rounded():
    def count_interleavings(m, n):
        orders = 1
        for place in range(1, n + 1):
            orders = orders * (m + place) / place
        return round(orders)


@wrong("`count_interleavings(100, 100)` should be")
def in_64_bits():
    def count_interleavings(m, n):
        row = [1] * (n + 1)
        for _ in range(m):
            for place in range(1, n + 1):
                row[place] = (row[place] + row[place - 1]) % 2**64
        return row[n]


@wrong("`count_interleavings(70, 30)` should be")
def as_if_both_took_m_steps_when_there_are_many():
    def count_interleavings(m, n):
        return math.comb(m + n, m) if m + n < 10 else math.comb(2 * m, m)


@wrong("printing shows a value to people")
def printed_and_not_returned():
    def count_interleavings(m, n):
        print(math.comb(m + n, m))


@also_right
def as_a_choice_of_places():
    def count_interleavings(m, n):
        return math.comb(m + n, m)


@also_right
def with_factorials():
    def count_interleavings(m, n):
        return math.factorial(m + n) // (math.factorial(m) * math.factorial(n))


@also_right
def row_by_row():
    def count_interleavings(m, n):
        row = [1] * (n + 1)
        for _ in range(m):
            for place in range(1, n + 1):
                row[place] += row[place - 1]
        return row[n]


@also_right
def by_the_last_step_with_a_memory():
    @cache
    def count_interleavings(m, n):
        if m == 0 or n == 0:
            return 1
        return count_interleavings(m - 1, n) + count_interleavings(m, n - 1)
