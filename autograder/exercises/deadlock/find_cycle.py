"""Who waits for whom?

Write `find_cycle(waits)`, which finds a deadlock. `waits` is a wait-for graph: a dict from the name of each process that waits to
the list of those it waits for. A process that waits for nobody may be missing, or have an empty list.

Return the names of processes that wait for each other in a circle, as a list in the order of waiting: each of them waits for the
next one, and the last one for the first. Each name is there once, and it does not matter where the list begins. Where there are
several circles, any of them will do. Where there is none, return an empty list. A process can wait for itself, and
that is a circle of one. The graph may be large: a chain of thousands, and very many ways through it. Leave `waits` as it is.
"""

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given

points = 4

hints = [
    "Go from a process to one it waits for, and on, and remember the way. You are in a circle when you meet somebody who is on this way.",
    "To have met somebody before is not enough: two may wait for the same one. It must be on the way that leads here.",
    "Or from the other end: whoever waits for nobody will go on some day. Strike those off, and whoever then waits for nobody, and so on. "
    "If some are left, each of them waits for another one that is left: follow that until you meet somebody again.",
]

equivalent_mutants = {
    "+ tried[nearest] = iter(waits.get(nearest, []))": "the two lines do not touch each other",
}


def find_cycle(waits):
    """Processes that wait for each other in a circle, in the order of waiting; an empty list if there are none."""
    ### BEGIN SOLUTION
    finished = set()
    for start in waits:
        way, tried = [start], {start: iter(waits[start])}
        while way:
            nearest = next(tried[way[-1]], None)
            if nearest is None:
                finished.add(way.pop())
            elif nearest in way:
                return way[way.index(nearest) :]
            elif nearest not in finished:
                way.append(nearest)
                tried[nearest] = iter(waits.get(nearest, []))
    return []
    ### END SOLUTION


@given
def find_cycle_and_look():
    # Is the graph the same afterwards?
    waits = {"A": ["X", "B"], "B": ["A"], "X": []}
    find_cycle(waits)
    return waits == {"A": ["X", "B"], "B": ["A"], "X": []}


@check("two that wait for each other")
def _(student):
    found = student.find_cycle({"A": ["B"], "B": ["A"]})
    assert isinstance(found, (list, tuple)), (
        f"return a list of names, such as ['A', 'B'], not a value of the type {type(found).__name__}"
    )
    assert len(found) == 2, f"A waits for B and B for A: these two are the circle, each once, and this is {found!r:.60}"
    assert sorted(found) == ["A", "B"]


@check("nobody waits in a circle: an empty list")
def _(student):
    assert student.find_cycle({}) == []
    assert student.find_cycle({"A": ["B"], "B": ["C"]}) == []
    met_twice = student.find_cycle({"A": ["B", "C"], "B": ["D"], "C": ["D"], "D": []})
    assert len(met_twice) == 0, (
        f"B and C both wait for D, and D waits for nobody: no circle, but this is {met_twice!r:.60}. Who is met twice need not be in a circle"
    )


@check("a circle of three, and two that only wait for it")
def _(student):
    waits = {"X": ["Y"], "Y": ["A"], "A": ["B"], "B": ["C"], "C": ["A"]}
    found = list(student.find_cycle(waits))
    assert found, (
        "A, B and C wait for each other in a circle, and none was found: a circle may be of any length, and need not begin with the first name"
    )
    outside = [name for name in found if name in ("X", "Y")]
    assert not outside, (
        f"{outside[0]} waits for the circle, and nobody in the circle waits for {outside[0]}; this is {found}"
    )
    assert sorted(found) == ["A", "B", "C"]
    steps = [later in waits.get(earlier, []) for earlier, later in zip(found, [*found[1:], *found[:1]])]
    assert all(steps), f"each waits for the next one, and the last one for the first; that is not so in {found}"


@check("a process that waits for several, and only one of them leads round")
def _(student):
    for waits in ({"A": ["X", "B"], "B": ["Y", "C"], "C": ["A", "X"]}, {"Z": ["Y"], "A": ["X", "B"], "B": ["A"]}):
        found = list(student.find_cycle(waits))
        assert found, f"there is a circle in {waits}, and none was found: is every way tried, from every process?"
        steps = [later in waits.get(earlier, []) for earlier, later in zip(found, [*found[1:], *found[:1]])]
        assert all(steps), f"each waits for the next one, and the last one for the first; that is not so in {found}"


@check("a process that waits for itself")
def _(student):
    found = list(student.find_cycle({"A": ["B"], "B": ["B"]}))
    assert found == ["B"], (
        f"B waits for itself, as with a Lock that it has already; that is a circle of one, ['B'], not {found}"
    )


@check("a chain of 2,000 processes, with and without a circle at its end", limit=5)
def _(student):
    chain = {str(number): [str(number + 1)] for number in range(2_000)}
    assert len(student.find_cycle(chain)) == 0
    found = student.find_cycle({**chain, "2000": ["1998"]})
    assert sorted(found) == ["1998", "1999", "2000"]


@hidden
@check("forty steps with two ways each, 2 ** 40 ways in all", limit=5)
def _(student):
    waits = {}
    for step in range(40):
        waits[f"{step}"] = [f"{step} left", f"{step} right"]
        waits[f"{step} left"] = waits[f"{step} right"] = [f"{step + 1}"]
    assert len(student.find_cycle(waits)) == 0
    assert len(student.find_cycle(dict(reversed(waits.items())))) == 0


@hidden
@check("whatever the names are, and wherever the circle is")
def _(student):
    numbers = {7: [8], 8: [], 0: [3, 7], 3: [4, 8], 4: [8, 5], 5: [0], 9: [7]}
    of_seven = {"": ["e"], "e": ["b"], "b": ["g"], "g": ["c"], "c": ["f"], "f": ["d"], "d": [""]}
    for waits, length in ((numbers, 4), (of_seven, 7)):
        found = list(student.find_cycle(waits))
        steps = [later in waits.get(earlier, []) for earlier, later in zip(found, [*found[1:], *found[:1]])]
        assert len(found) == length, f"the circle in {waits} has {length} names, and this is {found}"
        assert all(steps), f"each waits for the next one, and the last one for the first; that is not so in {found}"


@hidden
@check("two circles through one process: one of them, and each name once")
def _(student):
    waits = {"A": ["X", "B"], "B": ["C"], "C": ["A"], "X": ["Y"], "Y": ["A"]}
    found = list(student.find_cycle(waits))
    assert sorted(found) in (["A", "B", "C"], ["A", "X", "Y"]), (
        f"A, B, C are a circle and A, X, Y are one, both through A; this is {found}: some of them, or all, but no circle"
    )


@hidden
@check("two circles, and a way from one to the other")
def _(student):
    waits = {"A": ["B"], "B": ["X", "A"], "X": ["C"], "C": ["D"], "D": ["C"]}
    for graph in (waits, dict(reversed(waits.items()))):
        found = list(student.find_cycle(graph))
        assert sorted(found) in (["A", "B"], ["C", "D"]), (
            f"A and B are a circle, C and D are one, and X only leads from one to the other; this is {found}: more than a circle, or less"
        )


@hidden
@check("`waits` stays as it is")
def _(student):
    assert student.find_cycle_and_look(), "the caller's `waits` was changed: take nothing out of its lists"


@wrong("the caller's `waits` was changed: take nothing out of its lists")
def it_takes_out_what_it_has_tried():
    def find_cycle(waits):
        finished = set()
        for start in waits:
            way = [start]
            while way:
                left = waits.get(way[-1], [])
                nearest = left.pop(0) if left else None
                if nearest is None:
                    finished.add(way.pop())
                elif nearest in way:
                    return way[way.index(nearest) :]
                elif nearest not in finished:
                    way.append(nearest)
        return []


@wrong("A, B, C are a circle and A, X, Y are one, both through A")
def all_that_can_come_back_to_themselves():
    def find_cycle(waits):
        def reached(start):
            found, waiting = {}, list(waits.get(start, []))
            while waiting:
                process = waiting.pop()
                if process not in found:
                    found[process] = True
                    waiting += waits.get(process, [])
            return list(found)

        for start in waits:
            mine = reached(start)
            if start in mine:
                return [process for process in mine if start in reached(process)]
        return []


@wrong("Who is met twice need not be in a circle")
def met_twice_taken_for_a_circle():
    def find_cycle(waits):
        for start in waits:
            way, waiting = [], [start]
            while waiting:
                process = waiting.pop()
                if process in way:
                    return way[way.index(process) :]
                way.append(process)
                waiting += waits.get(process, [])
        return []


@wrong("X waits for the circle, and nobody in the circle waits for X")
def the_way_there_belongs_to_it():
    def find_cycle(waits):
        for start in waits:
            way, process = [], start
            while process not in way:
                way.append(process)
                if not waits.get(process):
                    break
                process = waits[process][0]
            else:
                return way
        return []


@wrong("there is a circle in", "is every way tried, from every process?")
def only_the_first_of_the_list():
    def find_cycle(waits):
        for start in waits:
            way, process = [], start
            while process not in way:
                way.append(process)
                if not waits.get(process):
                    break
                process = waits[process][0]
            else:
                return way[way.index(process) :]
        return []


@wrong("KeyError", "✘ nobody waits in a circle")
def everybody_must_be_in_the_dict():
    def find_cycle(waits):
        for start in waits:
            way, process = [], start
            while process not in way:
                way.append(process)
                process = waits[process][0]
            return way[way.index(process) :]
        return []


@wrong("these two are the circle, each once, and this is ['A', 'B', 'A']")
def the_first_one_again_at_the_end():
    def find_cycle(waits):
        finished = set()
        for start in waits:
            way, tried = [start], {start: iter(waits[start])}
            while way:
                nearest = next(tried[way[-1]], None)
                if nearest is None:
                    finished.add(way.pop())
                elif nearest in way:
                    return [*way[way.index(nearest) :], nearest]
                elif nearest not in finished:
                    way.append(nearest)
                    tried[nearest] = iter(waits.get(nearest, []))
        return []


@wrong("RecursionError", "✘ a chain of 2,000 processes")
def a_call_within_a_call_for_each():
    def find_cycle(waits):
        finished = set()

        def search(way):
            for process in waits.get(way[-1], []):
                if process in way:
                    return way[way.index(process) :]
                found = process not in finished and search([*way, process])
                if found:
                    return found
            finished.add(way[-1])
            return []

        return next((found for found in map(search, [[start] for start in waits]) if found), [])


@wrong("B waits for itself, as with a Lock that it has already; that is a circle of one")
def nobody_waits_for_oneself():
    def find_cycle(waits):
        left = {process: [other for other in others if other != process] for process, others in waits.items()}
        while True:
            able = [process for process, others in left.items() if not any(other in left for other in others)]
            if not able:
                break
            for process in able:
                del left[process]
        way, process = [], next(iter(left), None)
        while left and process not in way:
            way.append(process)
            process = next(other for other in left[process] if other in left)
        return way[way.index(process) :] if left else []


@wrong("a circle may be of any length")
def only_two_that_wait_for_each_other():
    def find_cycle(waits):
        for process in waits:
            for other in waits[process]:
                if process in waits.get(other, []):
                    return [process, other] if process != other else [process]
        return []


@wrong("return a list of names, such as ['A', 'B'], not a value of the type bool")
def only_whether_there_is_one():
    def find_cycle(waits):
        return any(process in waits.get(other, []) for process, others in waits.items() for other in others)


@also_right
def whoever_waits_for_nobody_is_struck_off():
    from collections import Counter, defaultdict

    def find_cycle(waits):
        waiters, number = defaultdict(list), Counter()
        for process, others in waits.items():
            number[process] += len(others)
            for other in others:
                waiters[other].append(process)
                number[other] += 0
        able = [process for process, count in number.items() if count == 0]
        for process in able:
            for waiter in waiters[process]:
                number[waiter] -= 1
                if number[waiter] == 0:
                    able.append(waiter)
        left = set(number) - set(able)
        way, process = {}, next(iter(left), None)
        while left and process not in way:
            way[process] = len(way)
            process = next(other for other in waits[process] if other in left)
        return list(way)[way[process] :] if left else []


@also_right
def colours():
    def find_cycle(waits: dict) -> list:
        white, grey = set(waits) | {o for others in waits.values() for o in others}, {}
        while white:
            stack = [(white.pop(), 0)]
            grey = {stack[0][0]: True}
            while stack:
                process, index = stack.pop()
                others = waits.get(process, ())
                if index == len(others):
                    grey.pop(process)
                    continue
                stack.append((process, index + 1))
                other = others[index]
                if other in grey:
                    names = list(grey)
                    return names[names.index(other) :]
                if other in white:
                    white.discard(other)
                    grey[other] = True
                    stack.append((other, 0))
        return []


@also_right
def a_deep_recursion_on_purpose_as_a_tuple():
    import sys

    def find_cycle(waits):
        sys.setrecursionlimit(20_000)
        finished, way = set(), {}

        def search(process):
            if process in way:
                names = tuple(way)
                return names[names.index(process) :]
            if process not in finished:
                way[process] = None
                for other in waits.get(process, ()):
                    found = search(other)
                    if found:
                        return found
                del way[process]
                finished.add(process)
            return ()

        for process in waits:
            found = search(process)
            if found:
                return found
        return ()


@wrong("✘ two circles, and a way from one to the other", "more than a circle, or less")
def it_returns_the_whole_way_that_it_went():
    def find_cycle(waits):
        left = {name: list(others) for name, others in waits.items()}
        while True:
            smaller = {name: [other for other in others if other in left] for name, others in left.items()}
            smaller = {name: others for name, others in smaller.items() if others}
            if smaller == left:
                break
            left = smaller
        while left and (lonely := left.keys() - {other for others in left.values() for other in others}):
            left = {name: others for name, others in left.items() if name not in lonely}
        way, name = [], next(iter(left), None)
        while name is not None and name not in way:
            way.append(name)
            others = [other for other in left[name] if other in left]
            name = next((other for other in others if other not in way), others[0])
        return way
