"""Work, span and Brent's bound

A program is a graph of tasks. `tasks` is a dictionary: the name of a task to a pair `(cost, needs)`, where `needs` is the list of
the tasks that must be done before it. The tasks may be written in any order. There are no cycles. Any dictionary key can be a name, and
`tasks` is not changed.

- `work_and_span(tasks)` returns the pair of the *work*, the cost of all tasks together, and the *span*, the cost of the most expensive
  chain of tasks that need one another. Without tasks both are 0.
- `brent(work, span, p)` returns Brent's upper bound for the time on `p` processors: (work - span) / p + span (Brent, 1974), not rounded.
"""

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check

points = 4

hints = [
    "The earliest time at which a task can be done is its cost plus the latest time at which one of its needs is done.",
    "Write a function that gives this time for one task. It calls itself for the needs.",
    "The span is the latest of these times. With no tasks at all, work and span are 0.",
]
equivalent_mutants = {"+ if True:": "what is already known is computed again, to the same"}


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
    work, span = student.work_and_span({"a": (3, []), "b": (5, []), "c": (2, [])})
    assert (work, span) != (5, 10), "(5, 10) are the span and the work: the work comes first"
    assert (work, span) == (10, 5)


@check("a chain: the span is all of the work")
def _(student):
    work, span = student.work_and_span({"a": (3, []), "b": (5, ["a"]), "c": (2, ["b"])})
    assert (work, span) == (10, 10)


@check("the span is the chain that costs most, not the one with most tasks")
def _(student):
    tasks = {"a": (1, []), "b": (1, ["a"]), "c": (1, ["b"]), "long": (10, []), "end": (1, ["c", "long"])}
    work, span = student.work_and_span(tasks)
    for mistaken, why in [
        (4, "a, b, c, end is the chain with most tasks, but long, end costs more"),
        (10, "this is long alone, but end needs it, and is done after it"),
        (13, "c and long need not be waited for one after another: long, end is the most expensive chain"),
        (14, "not all tasks need one another: long, end is the most expensive chain"),
    ]:
        assert span != mistaken, f"the span should be 11, and is {mistaken}: {why}"
    assert (work, span) == (14, 11)


@check("what a task needs most may be cheap itself, at the end of an expensive chain")
def _(student):
    tasks = {"paint": (6, []), "dig": (9, []), "wall": (2, ["dig"]), "house": (1, ["paint", "wall"])}
    work, span = student.work_and_span(tasks)
    assert span != 11, (
        "the span should be 12, and is 11: paint costs more than wall, but wall waits for dig, and house for wall"
    )
    assert (work, span) == (18, 12)


@check("the tasks may be written in any order, and there may be none")
def _(student):
    tasks = {"dinner": (1, ["rice", "sauce"]), "sauce": (4, ["onions"]), "rice": (3, []), "onions": (2, [])}
    work, span = student.work_and_span(tasks)
    assert span != 4, (
        "the span should be 7, and is 4: dinner and sauce are written before what they need, but done after it"
    )
    assert (work, span) == (10, 7)
    work, span = student.work_and_span({})
    assert (work, span) == (0, 0)


@check("`tasks` is not changed, and nothing is left from an earlier call")
def _(student):
    tasks = {"a": (2, []), "b": (3, ["a"]), "c": (4, ["a", "b"])}
    _, arguments = student.work_and_span.in_place(tasks)
    assert arguments == [tasks], "work_and_span changes the dictionary or a list in it: whoever calls it has lost tasks"
    work, span = student.work_and_span({"a": (20, []), "b": (3, ["a"])})
    assert (work, span) != (23, 5), (
        "the span should be 23, and is 5: what task a cost in an earlier call is left somewhere"
    )
    assert (work, span) == (23, 23)


@check("Brent's bound")
def _(student):
    found = student.brent(100, 20, 4)
    assert found != 45, (
        "brent(100, 20, 4) is 45, and should be 40: of the work, 20 are the span, and only the rest is divided"
    )
    assert found != 25, "brent(100, 20, 4) is 25, and should be 40: the span cannot be divided"
    assert abs(found - 40) < 1e-9
    assert abs(student.brent(100, 20, 1) - 100) < 1e-9
    assert abs(student.brent(100, 20, 3) - 140 / 3) < 1e-9


@hidden
@check("any dictionary key can be a name, and a cost need not be whole")
def _(student):
    tasks = {0: (4, []), "": (0.5, [0]), (1, 2): (2, ["", 0]), None: (0, [(1, 2)]), "x": (5.25, [])}
    work, span = student.work_and_span(tasks)
    assert span != 5.25, (
        "the span should be 6.5, and is 5.25: a name that counts as false, such as 0, is a name as well"
    )
    assert abs(work - 11.75) < 1e-9
    assert abs(span - 6.5) < 1e-9


@hidden
@check("other graphs and costs, compared with the reference")
def _(student, reference):
    diamond = {"top": (2, []), "left": (3, ["top"]), "right": (7, ["top"]), "bottom": (1, ["left", "right"])}
    chain = {str(n): (n % 5 + 1, [str(n - 1)] if n else []) for n in range(200)}
    mixed = {n: (n * 7 % 10, [m for m in range(n) if m * n % 5 == 1]) for n in range(14)}
    backwards = dict(reversed(mixed.items()))
    for tasks in (diamond, chain, mixed, backwards, {}):
        work, span = student.work_and_span(tasks)
        right_work, right_span = reference.work_and_span(tasks)
        assert abs(work - right_work) < 1e-9
        assert abs(span - right_span) < 1e-9
    for work, span, p in [(7, 2, 3), (10, 10, 4), (1, 0.25, 7), (0, 0, 2)]:
        assert abs(student.brent(work, span, p) - reference.brent(work, span, p)) < 1e-9


@wrong("a, b, c, end is the chain with most tasks, but long, end costs more")
def the_chain_with_most_tasks():
    def work_and_span(tasks):
        def chain(name):
            cost, needs = tasks[name]
            longest = max((chain(need) for need in needs), key=lambda one: (len(one), sum(one)), default=[])
            return longest + [cost]

        work = sum(cost for cost, _ in tasks.values())
        return work, sum(max((chain(name) for name in tasks), key=lambda one: (len(one), sum(one)), default=[]))


@wrong("should be (10, 5)")
def the_span_is_the_work():
    def work_and_span(tasks):
        work = sum(cost for cost, _ in tasks.values())
        return work, work


@wrong("dinner and sauce are written before what they need, but done after it")
def needs_are_written_first():
    def work_and_span(tasks):
        done = {}
        for name, (cost, needs) in tasks.items():
            done[name] = cost + max((done.get(need, 0) for need in needs), default=0)
        return sum(cost for cost, _ in tasks.values()), max(done.values(), default=0)


@wrong("brent(100, 20, 4) is 45, and should be 40: of the work, 20 are the span")
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


@wrong("`brent(100, 20, 3)` should be 46.666666666666664, but is 46")
def brent_in_whole_numbers():
    def work_and_span(tasks):
        def done_at(name):
            cost, needs = tasks[name]
            return cost + max((done_at(need) for need in needs), default=0)

        return sum(cost for cost, _ in tasks.values()), max((done_at(name) for name in tasks), default=0)

    def brent(work, span, p):
        return (work - span) // p + span


@wrong("paint costs more than wall, but wall waits for dig")
def the_dearest_need_is_followed():
    def work_and_span(tasks):
        def chain(name):
            cost, needs = tasks[name]
            return cost + (chain(max(needs, key=lambda need: tasks[need][0])) if needs else 0)

        return sum(cost for cost, _ in tasks.values()), max((chain(name) for name in tasks), default=0)


@wrong("c and long need not be waited for one after another")
def level_after_level():
    def work_and_span(tasks):
        def level(name):
            return 1 + max((level(need) for need in tasks[name][1]), default=0)

        dearest = {}
        for name, (cost, _) in tasks.items():
            dearest[level(name)] = max(dearest.get(level(name), 0), cost)
        return sum(cost for cost, _ in tasks.values()), sum(dearest.values())


@wrong("raised ValueError: max()")
def there_is_always_a_task():
    def work_and_span(tasks):
        def done_at(name):
            cost, needs = tasks[name]
            return cost + max((done_at(need) for need in needs), default=0)

        return sum(cost for cost, _ in tasks.values()), max(done_at(name) for name in tasks)


@wrong("the span should be 23, and is 5: what task a cost in an earlier call is left somewhere")
def remembered_from_call_to_call():
    def work_and_span(tasks, done={}):
        def done_at(name):
            if name not in done:
                cost, needs = tasks[name]
                done[name] = cost + max((done_at(need) for need in needs), default=0)
            return done[name]

        return sum(cost for cost, _ in tasks.values()), max((done_at(name) for name in tasks), default=0)


@wrong("work_and_span changes the dictionary or a list in it")
def done_tasks_are_taken_out():
    def work_and_span(tasks):
        work = sum(cost for cost, _ in tasks.values())
        done = {}
        while tasks:
            for name, (cost, needs) in list(tasks.items()):
                if all(need in done for need in needs):
                    done[name] = cost + max((done[need] for need in needs), default=0)
                    del tasks[name]
        return work, max(done.values(), default=0)


@wrong("a name that counts as false, such as 0, is a name as well")
def a_name_that_is_false():
    def work_and_span(tasks):
        def done_at(name):
            if not name:
                return 0
            cost, needs = tasks[name]
            return cost + max((done_at(need) for need in needs), default=0)

        return sum(cost for cost, _ in tasks.values()), max((done_at(name) for name in tasks), default=0)


@wrong("(5, 10) are the span and the work: the work comes first")
def the_span_first():
    def work_and_span(tasks):
        def done_at(name):
            cost, needs = tasks[name]
            return cost + max((done_at(need) for need in needs), default=0)

        return max((done_at(name) for name in tasks), default=0), sum(cost for cost, _ in tasks.values())


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


@also_right
def sorted_by_the_library_and_returned_as_a_list():
    from graphlib import TopologicalSorter

    def work_and_span(tasks):
        finished = {}
        for name in TopologicalSorter({name: needs for name, (_, needs) in tasks.items()}).static_order():
            cost, needs = tasks[name]
            finished[name] = cost + max((finished[need] for need in needs), default=0)
        return [sum(cost for cost, _ in tasks.values()), max(finished.values(), default=0)]

    def brent(work, span, p):
        return (work + (p - 1) * span) / p
