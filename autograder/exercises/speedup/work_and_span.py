"""Work, span and Brent's bound

A program is a graph of tasks. `tasks` is a dictionary: the name of a task to a pair `(cost, needs)`, where `needs` is the list of
the tasks that must be done before it. The tasks may be written in any order. There are no cycles.

- `work_and_span(tasks)` returns the pair of the *work*, the cost of all tasks together, and the *span*, the cost of the most expensive
  chain of tasks that need one another.
- `brent(work, span, p)` returns Brent's upper bound for the time on `p` processors: (work - span) / p + span (Brent, 1974).
"""

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check

points = 4

hints = [
    "The earliest time at which a task can be done is its cost plus the latest time at which one of its needs is done.",
    "Write a function that gives this time for one task. It calls itself for the needs.",
    "The span is the latest of these times. With no tasks at all, work and span are 0.",
]


def work_and_span(tasks):
    """The cost of all tasks, and of the most expensive chain of tasks that need one another."""
    ### BEGIN SOLUTION
    done = {}

    def done_at(name):
        if name not in done:
            cost, needs = tasks[name]
            done[name] = cost + max((done_at(need) for need in needs), default=0)
        return done[name]

    work = sum(cost for cost, _ in tasks.values())
    return work, max((done_at(name) for name in tasks), default=0)
    ### END SOLUTION


def brent(work, span, p):
    """An upper bound for the time on `p` processors of a program with this work and span."""
    ### BEGIN SOLUTION
    return (work - span) / p + span
    ### END SOLUTION


@check("three tasks that need nothing: the span is the most expensive one")
def _(student):
    assert student.work_and_span({"a": (3, []), "b": (5, []), "c": (2, [])}) == (10, 5)


@check("a chain: the span is all of the work")
def _(student):
    assert student.work_and_span({"a": (3, []), "b": (5, ["a"]), "c": (2, ["b"])}) == (10, 10)


@check("the span is the chain that costs most, not the one with most tasks")
def _(student):
    tasks = {"a": (1, []), "b": (1, ["a"]), "c": (1, ["b"]), "long": (10, []), "end": (1, ["c", "long"])}
    work, span = student.work_and_span(tasks)
    assert (work, span) == (14, 11), (
        f"work {work} and span {span} should be 14 and 11: the chain long, end costs most, although a, b, c, end has more tasks"
    )


@check("the tasks may be written in any order")
def _(student):
    tasks = {"dinner": (1, ["rice", "sauce"]), "sauce": (4, ["onions"]), "rice": (3, []), "onions": (2, [])}
    work, span = student.work_and_span(tasks)
    assert (work, span) == (10, 7), (
        f"work {work} and span {span} should be 10 and 7: onions, sauce, dinner. A task may be written before those that it needs"
    )


@check("Brent's bound")
def _(student):
    found = student.brent(100, 20, 4)
    assert found == 40, (
        f"brent(100, 20, 4) is {found}, and should be 40: the span cannot be divided, and the other 80 can"
    )
    found = student.brent(100, 20, 1)
    assert found == 100, f"brent(100, 20, 1) is {found}, and should be 100: one processor does all of the work"


@hidden
@check("a diamond, a deep chain, and nothing at all")
def _(student, reference):
    diamond = {"top": (2, []), "left": (3, ["top"]), "right": (7, ["top"]), "bottom": (1, ["left", "right"])}
    chain = {str(n): (n % 5 + 1, [str(n - 1)] if n else []) for n in range(200)}
    for tasks in (diamond, chain, {}):
        assert student.work_and_span(tasks) == reference.work_and_span(tasks)


@wrong("the chain long, end costs most")
def the_chain_with_most_tasks():
    def work_and_span(tasks):
        def chain(name):
            cost, needs = tasks[name]
            longest = max((chain(need) for need in needs), key=len, default=[])
            return longest + [cost]

        work = sum(cost for cost, _ in tasks.values())
        return work, max((sum(chain(name)) for name in tasks), default=0)

    def brent(work, span, p):
        return (work - span) / p + span


@wrong("should be (10, 5)")
def the_span_is_the_work():
    def work_and_span(tasks):
        work = sum(cost for cost, _ in tasks.values())
        return work, work

    def brent(work, span, p):
        return (work - span) / p + span


@wrong("A task may be written before those that it needs")
def needs_are_written_first():
    def work_and_span(tasks):
        done = {}
        for name, (cost, needs) in tasks.items():
            done[name] = cost + max((done.get(need, 0) for need in needs), default=0)
        return sum(cost for cost, _ in tasks.values()), max(done.values(), default=0)

    def brent(work, span, p):
        return (work - span) / p + span


@wrong("brent(100, 20, 4) is 45.0, and should be 40")
def brent_divides_all_of_the_work():
    def work_and_span(tasks):
        done = {}
        while len(done) < len(tasks):
            for name, (cost, needs) in tasks.items():
                if name not in done and all(need in done for need in needs):
                    done[name] = cost + max([done[need] for need in needs], default=0)
        return sum(cost for cost, _ in tasks.values()), max(done.values(), default=0)

    def brent(work, span, p):
        return work / p + span


@wrong("the span cannot be divided")
def brent_without_the_span():
    def work_and_span(tasks):
        done = {}
        while len(done) < len(tasks):
            for name, (cost, needs) in tasks.items():
                if name not in done and all(need in done for need in needs):
                    done[name] = cost + max([done[need] for need in needs], default=0)
        return sum(cost for cost, _ in tasks.values()), max(done.values(), default=0)

    def brent(work, span, p):
        return work / p


@also_right
def without_recursion():
    def work_and_span(tasks):
        done = {}
        while len(done) < len(tasks):
            for name, (cost, needs) in tasks.items():
                if name not in done and all(need in done for need in needs):
                    done[name] = cost + max([done[need] for need in needs], default=0)
        return sum(cost for cost, _ in tasks.values()), max(done.values(), default=0)

    def brent(work, span, p):
        return work / p + span * (p - 1) / p
