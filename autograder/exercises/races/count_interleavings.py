"""How many interleavings are there?

One process takes `m` steps, another one takes `n`. Each keeps to its own order; between the two everything is possible.
Write `count_interleavings(m, n)`: the number of different orders in which the `m + n` steps can happen.

It should answer at once, also for large numbers. The checks compare it with what `explore` counts.
"""

import math
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


@check("one process alone: its own order is the only one")
def _(student):
    answer = student.count_interleavings(3, 0)
    assert answer == 1, f"a process keeps to its own order, so 3 steps and 0 steps give 1 interleaving, not {answer}"


@check("as many as `explore` counts for 2 steps and 2 steps")
def _(student):
    counted = explore(student.two_walk, 2, 2).interleavings
    assert student.count_interleavings(2, 2) == counted


@check("large numbers", limit=4)
def _(student):
    assert student.count_interleavings(20, 20) == 137_846_528_820


@hidden
@check("as many as `explore` counts, for all m and n up to 4")
def _(student, reference):
    for m in range(5):
        for n in range(5):
            assert student.count_interleavings(m, n) == reference.count_interleavings(m, n)
    assert student.count_interleavings(4, 3) == explore(student.two_walk, 4, 3).interleavings


@wrong("a process keeps to its own order, so 3 steps and 0 steps give 1 interleaving, not 6")
def all_orders_of_all_steps():
    def count_interleavings(m, n):
        return math.factorial(m + n)


@wrong("a process keeps to its own order, so 3 steps and 0 steps give 1 interleaving, not 8")
def a_free_choice_at_every_step():
    def count_interleavings(m, n):
        return 2 ** (m + n)


@wrong("`count_interleavings(2, 2)` should be 6")
def only_where_the_second_process_comes_in():
    def count_interleavings(m, n):
        return m + 1 if n else 1


@wrong("large numbers")
def counting_them_one_by_one():
    def count_interleavings(m, n):
        if m == 0 or n == 0:
            return 1
        return count_interleavings(m - 1, n) + count_interleavings(m, n - 1)


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
