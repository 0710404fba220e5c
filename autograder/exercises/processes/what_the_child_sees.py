"""What the child sees

A parent starts a first child, which does nothing. Then it prepares five things and starts a second child.

1. `"global"`: it calls a function that changes a global variable.
2. `"environment"`: it changes an environment variable.
3. `"thread"`: it starts a thread, which runs on.
4. `"argument"`: it passes an argument to the child.
5. `"definition"`: the child's function calls another function of the same program.

Write `what_the_child_sees(method)`: for `"fork"`, `"spawn"` and `"forkserver"`, return the set of the names of those
that the child sees, as the parent has them at that moment. For example: `{"global", "thread"}`.

Predict first, then run the checks: they start such a child and look. (A method that your system does not have is not
checked there.)
"""

import os
import threading
from multiprocessing import get_all_start_methods, get_context

from autograder.authoring.marks import also_right, wrong
from lockstep import check, given

points = 3

hints = [
    "Two of the five are the same for all methods and arrive, one is the same for all and does not.",
    "`fork` copies the memory of the parent, but continues only the one thread that called it.",
    "A forkserver got its environment when it was started. When was that?",
]

equivalent_mutants = {'+ if method == "fork": ...': "the order in which a set is filled means nothing"}


def what_the_child_sees(method):
    """Return which of "global", "environment", "thread", "argument", "definition" a child made by `method` sees."""
    ### BEGIN SOLUTION
    seen = {"argument", "definition"}
    if method in ("fork", "spawn"):
        seen.add("environment")
    if method == "fork":
        seen.add("global")
    return seen
    ### END SOLUTION


@given
def a_definition():
    return True


@given
def look_around(seen, argument):
    found = {
        "global": globals().get("what_a_check_sets") == "changed",
        "environment": os.environ.get("LOCKSTEP_MOOD") == "changed",
        "thread": any(thread.name == "of the parent" for thread in threading.enumerate()),
        "argument": argument == "passed",
        "definition": a_definition(),
    }
    seen.send([name for name in found if found[name]])


@given
def change_the_global():
    global what_a_check_sets
    what_a_check_sets = "changed"


@given
def what_it_really_sees(method):
    if method not in get_all_start_methods():
        return None  # this system cannot tell
    context = get_context(method)
    early = context.Process(target=a_definition)  # a forkserver begins with it
    early.start()
    early.join()
    change_the_global()
    os.environ["LOCKSTEP_MOOD"] = "changed"
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait, name="of the parent")
    thread.start()
    seen, childs_end = context.Pipe(duplex=False)
    child = context.Process(target=look_around, args=(childs_end, "passed"))
    child.start()
    childs_end.close()
    child.join()
    stop.set()
    thread.join()
    return seen.recv()


@given
def beside_a_child(method):
    # One that was predicted and that the child does not see, if any; how many it sees that were not predicted.
    names = what_the_child_sees(method)
    names = names if isinstance(names, set | frozenset | list | tuple) else []
    predicted = [name for name in ["global", "environment", "thread", "argument", "definition"] if name in names]
    really = what_it_really_sees(method) or predicted
    return next((name for name in predicted if name not in really), None), len(set(really).difference(predicted))


@check("it returns a set of names out of the five")
def _(student):
    for method in "fork", "spawn", "forkserver":
        predicted = student.what_the_child_sees(method)
        assert isinstance(predicted, set | frozenset | list | tuple), (
            f"for {method!r} a value of type {type(predicted).__name__} came back: return a set of names, such as {{'global', 'thread'}}"
        )
        assert len(predicted) <= 10, f"for {method!r} {len(predicted)} names came back, and there are five"
        for name in predicted:
            assert isinstance(name, str), f"for {method!r} the set holds other things than names, which are text"
            assert name in ("global", "environment", "thread", "argument", "definition"), (
                f"{name[:30]!r} is none of the five names: global, environment, thread, argument, definition"
            )


@check("what it returns for a method does not depend on what it was asked before")
def _(student):
    before = student.what_the_child_sees("forkserver")
    student.what_the_child_sees("fork")
    assert student.what_the_child_sees("forkserver") == before, (
        "after it was asked for 'fork', another answer came back for 'forkserver'. Is one set, in a default argument or a "
        "global variable, used for all calls? It keeps what was added to it"
    )


@check("under fork")
def _(student):
    wrongly, missing = student.beside_a_child("fork")
    assert wrongly is None, (
        f"you predicted that a forked child sees {wrongly[:30]!r}, and it did not: fork copies the memory, but continues only "
        "the thread that called it"
    )
    assert missing == 0, f"a forked child saw {missing} of the five that you did not predict"


@check("under spawn")
def _(student):
    wrongly, missing = student.beside_a_child("spawn")
    assert wrongly is None, (
        f"you predicted that a spawned child sees {wrongly[:30]!r}, and it did not: it is a new Python"
    )
    assert missing == 0, f"a spawned child saw {missing} of the five that you did not predict"


@check("under forkserver")
def _(student):
    wrongly, missing = student.beside_a_child("forkserver")
    assert wrongly is None, (
        f"you predicted that a child of a forkserver sees {wrongly[:30]!r}, and it did not: it is a copy of the server, which "
        "was started before the parent changed anything"
    )
    assert missing == 0, f"a child of a forkserver saw {missing} of the five that you did not predict"


@wrong("a spawned child sees 'global', and it did not: it is a new Python")
def every_method_copies_the_memory():
    def what_the_child_sees(method):
        return {"argument", "definition", "environment", "global"}


@wrong("a forked child sees 'thread', and it did not: fork copies the memory")
def fork_copies_the_threads_too():
    def what_the_child_sees(method):
        if method == "fork":
            return {"argument", "definition", "environment", "global", "thread"}
        return {"argument", "definition"} if method == "forkserver" else {"argument", "definition", "environment"}


@wrong("sees 'environment', and it did not", "was started before the parent changed anything")
def a_forkserver_asks_the_parent():
    def what_the_child_sees(method):
        seen = {"argument", "definition", "environment"}
        return seen | {"global"} if method == "fork" else seen


@wrong("a spawned child saw 2 of the five that you did not predict")
def spawn_takes_only_the_argument():
    def what_the_child_sees(method):
        if method == "fork":
            return {"argument", "definition", "environment", "global"}
        return {"argument"} if method == "spawn" else {"argument", "definition"}


@wrong("for 'fork' a value of type str came back: return a set of names")
def one_name_without_a_set():
    def what_the_child_sees(method):
        return "argument"


@wrong("'arguments' is none of the five names")
def a_name_that_is_none_of_the_five():
    def what_the_child_sees(method):
        seen = {"arguments", "definition"}
        if method != "forkserver":
            seen.add("environment")
        return seen | {"global"} if method == "fork" else seen


@wrong("another answer came back for 'forkserver'", "It keeps what was added to it")
def one_set_for_all_calls():
    def what_the_child_sees(method, seen={"argument", "definition"}):  # noqa: B006
        if method in ("fork", "spawn"):
            seen.add("environment")
        if method == "fork":
            seen.add("global")
        return seen


@also_right
def as_a_table_of_lists():
    def what_the_child_sees(method):
        return {
            "fork": ["definition", "argument", "global", "environment"],
            "spawn": ["definition", "argument", "environment"],
            "forkserver": ["definition", "argument"],
        }[method]


@also_right
def by_leaving_out():
    def what_the_child_sees(method):
        missing = {"fork": {"thread"}, "spawn": {"thread", "global"}, "forkserver": {"thread", "global", "environment"}}
        return frozenset({"global", "environment", "thread", "argument", "definition"}) - missing[method]
