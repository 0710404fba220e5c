"""Four litmus tests

A **litmus test** is a program of a few lines that shows how a memory behaves. In all four, `x` and `y` are shared numbers without a lock, 0 at
first; what is read is noted, and the program returns all that was noted, in order.

| test | process 1 | process 2 | process 3 | process 4 |
| --- | --- | --- | --- | --- |
| `"store buffering"` | write `x = 1`, read `y` | write `y = 1`, read `x` | | |
| `"message passing"` | write `x = 1`, write `y = 1` | read `y`, read `x` | | |
| `"load buffering"` | read `x`, write `y = 1` | read `y`, write `x = 1` | | |
| `"independent reads"` | write `x = 1` | write `y = 1` | read `x`, read `y` | read `y`, read `x` |

Write `litmus(test, memory)`: return the **set of the results that never come**, as tuples, where memory is `"sequential"` (every write is seen by all at
once) or `"store buffers"`. The first three tests note two numbers, so there are four conceivable results, `(0, 0)`, `(0, 1)`, `(1, 0)` and `(1, 1)`;
the last one notes four, those of process 3 and then those of process 4. If every result can come, it is `set()`.

Predict first, with pencil and paper, then run the checks: they take the four programs through all their interleavings.
"""

from multiprocessing import Array, Process, Value

from autograder.authoring.marks import also_right, wrong
from lockstep import check, explore, given

points = 4

hints = [
    "With sequential memory, each of the four tests has exactly one result that never comes. Take a result, and ask which step must come before which; "
    "if you go round in a circle, it never comes.",
    "Store buffers only delay writes, and each buffer keeps its writes in order. Who reads late sees more, never less. In which tests does a process "
    "write and then read *something else*?",
    "Only in store buffering. In the other three, process 1 says nothing too early, and what has left a buffer is seen by all at the same moment.",
]

equivalent_mutants = {
    '+ if test == "message passing": ...': "the tests may be asked for in any order",
    '+ if test == "load buffering": ...': "the tests may be asked for in any order",
}


def litmus(test, memory):
    """Return the set of the results, as tuples, that `test` never gives on this memory."""
    ### BEGIN SOLUTION
    if test == "store buffering":
        return {(0, 0)} if memory == "sequential" else set()
    if test == "message passing":
        return {(1, 0)}
    if test == "load buffering":
        return {(1, 1)}
    return {(1, 0, 1, 0)}
    ### END SOLUTION


@given
def store_buffering(who, x, y, noted):
    if who == 0:
        x.value = 1
        noted[0] = y.value
    else:
        y.value = 1
        noted[1] = x.value


@given
def message_passing(who, x, y, noted):
    if who == 0:
        x.value = 1
        y.value = 1
    else:
        noted[0] = y.value
        noted[1] = x.value


@given
def load_buffering(who, x, y, noted):
    if who == 0:
        noted[0] = x.value
        y.value = 1
    else:
        noted[1] = y.value
        x.value = 1


@given
def independent_reads(who, x, y, noted):
    if who == 0:
        x.value = 1
    elif who == 1:
        y.value = 1
    elif who == 2:
        noted[0] = x.value
        noted[1] = y.value
    else:
        noted[2] = y.value
        noted[3] = x.value


@given
def run_test(test):
    processes = 4 if test == "independent reads" else 2
    work = {
        "store buffering": store_buffering, "message passing": message_passing,
        "load buffering": load_buffering, "independent reads": independent_reads,
    }[test]  # fmt: skip
    x, y = Value("i", 0, lock=False), Value("i", 0, lock=False)
    noted = Array("i", processes)
    started = [Process(target=work, args=(who, x, y, noted)) for who in range(processes)]
    for process in started:
        process.start()
    for process in started:
        process.join()
    return tuple(noted[:])


@given
def prediction(test, memory):
    # The results that were said never to come, as a list in order; or a sentence on what is wrong with the answer.
    numbers = 4 if test == "independent reads" else 2
    said = litmus(test, memory)
    if said == {}:
        return []  # meant as an empty set
    if not isinstance(said, set | frozenset | list):
        return f"a value of type {type(said).__name__} came back: return a set of results, such as {{(0, 1)}}, or set()"
    for result in said:
        if not isinstance(result, tuple) or len(result) != numbers or any(read not in (0, 1) for read in result):
            return (
                f"{result!r:.40} is no result of this test: that is a tuple of {numbers} numbers, each of them 0 or 1"
            )
    return sorted(set(said))


@check("for every test and memory it returns a set of results")
def _(student):
    for test in ("store buffering", "message passing", "load buffering", "independent reads"):
        for memory in ("sequential", "store buffers"):
            said = student.prediction(test, memory)
            assert not isinstance(said, str), f"for {test!r} and {memory!r}: {said}"


@check("store buffering, on both memories")
def _(student):
    test = "store buffering"
    for memory in ("sequential", "store buffers"):
        said = student.prediction(test, memory)
        assert not isinstance(said, str), said
        found = explore(student.run_test, test, memory=memory)
        for result in said:
            comes = found.schedule(
                lambda end, one=result: end == one, f"litmus({test!r}, {memory!r}): {result} does come:"
            )
            assert comes is None, comes
        missing = len({(0, 0), (0, 1), (1, 0), (1, 1)} - set(found.results)) - len(said)
        assert missing == 0, (
            f"litmus({test!r}, {memory!r}): {missing} more of the four results never comes: who would have to read before whose write?"
        )


@check("message passing, on both memories")
def _(student):
    test = "message passing"
    for memory in ("sequential", "store buffers"):
        said = student.prediction(test, memory)
        assert not isinstance(said, str), said
        found = explore(student.run_test, test, memory=memory)
        for result in said:
            comes = found.schedule(
                lambda end, one=result: end == one, f"litmus({test!r}, {memory!r}): {result} does come:"
            )
            assert comes is None, comes
        missing = len({(0, 0), (0, 1), (1, 0), (1, 1)} - set(found.results)) - len(said)
        assert missing == 0, (
            f"litmus({test!r}, {memory!r}): {missing} more of the four results never comes: a store buffer is a line, and what was written first leaves it first"
        )


@check("load buffering, on both memories")
def _(student):
    test = "load buffering"
    for memory in ("sequential", "store buffers"):
        said = student.prediction(test, memory)
        assert not isinstance(said, str), said
        found = explore(student.run_test, test, memory=memory)
        for result in said:
            comes = found.schedule(
                lambda end, one=result: end == one, f"litmus({test!r}, {memory!r}): {result} does come:"
            )
            assert comes is None, comes
        missing = len({(0, 0), (0, 1), (1, 0), (1, 1)} - set(found.results)) - len(said)
        assert missing == 0, (
            f"litmus({test!r}, {memory!r}): {missing} more of the four results never comes: a write may be seen late, but never before it was made"
        )


@check("independent reads, on both memories")
def _(student):
    test = "independent reads"
    for memory in ("sequential", "store buffers"):
        said = student.prediction(test, memory)
        assert not isinstance(said, str), said
        found = explore(student.run_test, test, memory=memory)
        for result in said:
            comes = found.schedule(
                lambda end, one=result: end == one, f"litmus({test!r}, {memory!r}): {result} does come:"
            )
            assert comes is None, comes
        missing = 16 - len(found.results) - len(said)
        assert missing == 0, (
            f"litmus({test!r}, {memory!r}): {missing} more of the 16 results never comes: there is one memory, so two readers cannot see two writes in opposite orders"
        )


@wrong("litmus('store buffering', 'store buffers'): (0, 0) does come", "✘ store buffering")
def the_two_memories_are_the_same():
    def litmus(test, memory):
        return {
            "store buffering": {(0, 0)}, "message passing": {(1, 0)}, "load buffering": {(1, 1)},
            "independent reads": {(1, 0, 1, 0)},
        }[test]  # fmt: skip


@wrong(
    "litmus('store buffering', 'sequential'): 1 more of the four results never comes: who would have to read before whose write?"
)
def everything_can_come():
    def litmus(test, memory):
        return set()


@wrong("a store buffer is a line, and what was written first leaves it first", "✘ message passing")
def writes_overtake_each_other():
    def litmus(test, memory):
        if memory == "store buffers" and test in ("store buffering", "message passing"):
            return set()
        return {
            "store buffering": {(0, 0)}, "message passing": {(1, 0)}, "load buffering": {(1, 1)},
            "independent reads": {(1, 0, 1, 0)},
        }[test]  # fmt: skip


@wrong("a write may be seen late, but never before it was made", "✘ load buffering")
def reads_wait_in_a_buffer_too():
    def litmus(test, memory):
        if memory == "store buffers" and "buffering" in test:
            return set()
        return {
            "store buffering": {(0, 0)}, "message passing": {(1, 0)}, "load buffering": {(1, 1)},
            "independent reads": {(1, 0, 1, 0)},
        }[test]  # fmt: skip


@wrong("there is one memory, so two readers cannot see two writes in opposite orders", "✘ independent reads")
def each_reader_has_a_memory_of_its_own():
    def litmus(test, memory):
        if memory == "store buffers" and test in ("store buffering", "independent reads"):
            return set()
        return {
            "store buffering": {(0, 0)}, "message passing": {(1, 0)}, "load buffering": {(1, 1)},
            "independent reads": {(1, 0, 1, 0)},
        }[test]  # fmt: skip


@wrong("litmus('message passing', 'sequential'): (0, 1) does come", "✘ message passing")
def message_passing_read_the_other_way_round():
    def litmus(test, memory):
        if test == "store buffering":
            return {(0, 0)} if memory == "sequential" else set()
        return {
            "message passing": {(0, 1)}, "load buffering": {(1, 1)}, "independent reads": {(1, 0, 1, 0)},
        }[test]  # fmt: skip


@wrong("litmus('load buffering', 'sequential'): (0, 0) does come", "✘ load buffering")
def the_results_that_do_come():
    def litmus(test, memory):
        if test == "store buffering":
            return {(0, 0)} if memory == "sequential" else set()
        return {
            "message passing": {(1, 0)}, "load buffering": {(0, 0), (0, 1), (1, 0)},
            "independent reads": {(1, 0, 1, 0)},
        }[test]  # fmt: skip


@wrong("a value of type tuple came back: return a set of results, such as {(0, 1)}, or set()")
def a_result_instead_of_a_set():
    def litmus(test, memory):
        return (0, 0)


@wrong("(1, 0) is no result of this test: that is a tuple of 4 numbers, each of them 0 or 1")
def two_numbers_for_four():
    def litmus(test, memory):
        if test == "store buffering" and memory == "store buffers":
            return set()
        return {"store buffering": {(0, 0)}, "load buffering": {(1, 1)}}.get(test, {(1, 0)})


@also_right
def as_a_table_of_lists():
    NEVER = {
        ("store buffering", "sequential"): [(0, 0)],
        ("store buffering", "store buffers"): [],
        ("message passing", "sequential"): [(1, 0)],
        ("message passing", "store buffers"): [(1, 0)],
        ("load buffering", "sequential"): [(1, 1)],
        ("load buffering", "store buffers"): [(1, 1)],
        ("independent reads", "sequential"): [(1, 0, 1, 0)],
        ("independent reads", "store buffers"): [(1, 0, 1, 0)],
    }

    def litmus(test: str, memory: str) -> list[tuple[int, ...]]:
        return NEVER[test, memory]


@also_right
def by_trying_all_orders():
    import sys
    from itertools import permutations, product

    PROGRAMS = {
        "store buffering": [["x=1", "y"], ["y=1", "x"]],
        "message passing": [["x=1", "y=1"], ["y", "x"]],
        "load buffering": [["x", "y=1"], ["y", "x=1"]],
        "independent reads": [["x=1"], ["y=1"], ["x", "y"], ["y", "x"]],
    }

    def run_in_order(programs, order):
        memory, places = {"x": 0, "y": 0}, [0] * len(programs)
        read = [[] for _ in programs]
        for who in order:
            step = programs[who][places[who]]
            places[who] += 1
            if "=" in step:
                memory[step[0]] = 1
            else:
                read[who].append(memory[step])
        return tuple(number for numbers in read for number in numbers)

    def litmus(test, memory):
        print("trying all orders of", test, file=sys.stderr)
        programs = PROGRAMS[test]
        steps = [who for who, program in enumerate(programs) for _ in program]
        come = {run_in_order(programs, order) for order in permutations(steps)}
        if memory == "store buffers" and test == "store buffering":
            come.add((0, 0))
        return set(product((0, 1), repeat=len(next(iter(come))))) - come


@also_right
def as_a_match():
    from collections.abc import Set

    def litmus(test: str, memory: str) -> Set[tuple[int, ...]]:
        match test, memory:
            case "store buffering", "store buffers":
                return frozenset()
            case "store buffering", _:
                return frozenset({(0, 0)})
            case "message passing", _:
                return frozenset({(1, 0)})
            case "load buffering", _:
                return frozenset({(1, 1)})
        return frozenset({(1, 0, 1, 0)})
