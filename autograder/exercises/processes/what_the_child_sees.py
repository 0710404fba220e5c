"""What the child sees

A parent does five things: it changes a **global** variable by calling a function, changes an **environment** variable,
starts a **thread** that runs on, passes an **argument**, and starts a child, whose function calls a function that is a
**definition** of the same program. If the method is forkserver, an earlier child has been started before all this.

Write `what_the_child_sees(method)`: for `"fork"`, `"spawn"` and `"forkserver"`, return the set of those of the five
that the child sees, as the parent has them at that moment. For example: `{"global", "thread"}`.

Predict first, then run the checks: they start such a child and look. (A method that your system does not have is not
checked there.)
"""

import os
import threading
from multiprocessing import get_all_start_methods, get_context

from autograder.exercise import also_right, wrong
from lockstep import check, given

points = 3

hints = [
    "Two of the five are the same for all methods and arrive, one is the same for all and does not.",
    "`fork` copies the memory of the parent, but continues only the one thread that called it.",
    "A forkserver got its environment when it was started. When was that?",
]


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
        "global": globals().get("mood") == "changed",
        "environment": os.environ.get("LOCKSTEP_MOOD") == "changed",
        "thread": any(thread.name == "of the parent" for thread in threading.enumerate()),
        "argument": argument == "passed",
        "definition": a_definition(),
    }
    seen.send([name for name in found if found[name]])


@given
def change_the_global():
    global mood
    mood = "changed"


@given
def what_it_really_sees(method):
    # None if this system does not have the method.
    if method not in get_all_start_methods():
        return None
    context = get_context(method)
    early = context.Process(target=a_definition)
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


@check("under fork", limit=5)
def _(student):
    predicted, really = set(student.what_the_child_sees("fork")), student.what_it_really_sees("fork")
    too_many, missed = sorted(predicted - set(really or predicted)), sorted(set(really or predicted) - predicted)
    assert not too_many, f"you predicted that a forked child sees {too_many}, and it did not"
    assert not missed, f"a forked child did see {missed}, which you left out"


@check("under spawn")
def _(student):
    predicted, really = set(student.what_the_child_sees("spawn")), student.what_it_really_sees("spawn")
    too_many, missed = sorted(predicted - set(really or predicted)), sorted(set(really or predicted) - predicted)
    assert not too_many, f"you predicted that a spawned child sees {too_many}, and it did not: it is a new Python"
    assert not missed, f"a spawned child did see {missed}, which you left out"


@check("under forkserver")
def _(student):
    predicted, really = set(student.what_the_child_sees("forkserver")), student.what_it_really_sees("forkserver")
    too_many, missed = sorted(predicted - set(really or predicted)), sorted(set(really or predicted) - predicted)
    assert not too_many, (
        f"you predicted that a child of a forkserver sees {too_many}, and it did not: it is a copy of the server, not of "
        "the parent, and the server was started earlier"
    )
    assert not missed, f"a child of a forkserver did see {missed}, which you left out"


@wrong("a spawned child sees ['global'], and it did not: it is a new Python")
def every_method_copies_the_memory():
    def what_the_child_sees(method):
        return {"argument", "definition", "environment", "global"}


@wrong("a forked child sees ['thread'], and it did not")
def fork_copies_the_threads_too():
    def what_the_child_sees(method):
        if method == "fork":
            return {"argument", "definition", "environment", "global", "thread"}
        return {"argument", "definition"} if method == "forkserver" else {"argument", "definition", "environment"}


@wrong("sees ['environment'], and it did not", "the server was started earlier")
def a_forkserver_asks_the_parent():
    def what_the_child_sees(method):
        seen = {"argument", "definition", "environment"}
        return seen | {"global"} if method == "fork" else seen


@wrong("a spawned child did see ['definition', 'environment'], which you left out")
def spawn_takes_only_the_argument():
    def what_the_child_sees(method):
        if method == "fork":
            return {"argument", "definition", "environment", "global"}
        return {"argument"} if method == "spawn" else {"argument", "definition"}


@also_right
def as_a_table_of_lists():
    def what_the_child_sees(method):
        return {
            "fork": ["definition", "argument", "global", "environment"],
            "spawn": ["definition", "argument", "environment"],
            "forkserver": ["definition", "argument"],
        }[method]
