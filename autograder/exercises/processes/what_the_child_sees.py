"""What the child sees

A parent starts a first child, which does nothing. Then it prepares five things and starts a second child.

1. `"global"`: it calls a function that changes a global variable.
2. `"environment"`: it changes an environment variable.
3. `"thread"`: it starts a thread, which runs on.
4. `"argument"`: it passes an argument to the child.
5. `"definition"`: the child's function calls another function of the same program.

Write `what_the_child_sees(method)`: for `"fork"`, `"spawn"` and `"forkserver"`, return the set of those of the five
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


@check("under fork", limit=5)
def _(student):
    predicted = set(student.what_the_child_sees("fork"))
    really = set(student.what_it_really_sees("fork") or predicted)
    assert predicted <= really, f"you predicted that a forked child sees {sorted(predicted - really)}, and it did not"
    assert predicted >= really, f"a forked child did see {sorted(really - predicted)}, which you left out"


@check("under spawn")
def _(student):
    predicted = set(student.what_the_child_sees("spawn"))
    really = set(student.what_it_really_sees("spawn") or predicted)
    assert predicted <= really, (
        f"you predicted that a spawned child sees {sorted(predicted - really)}, and it did not: it is a new Python"
    )
    assert predicted >= really, f"a spawned child did see {sorted(really - predicted)}, which you left out"


@check("under forkserver")
def _(student):
    predicted = set(student.what_the_child_sees("forkserver"))
    really = set(student.what_it_really_sees("forkserver") or predicted)
    assert predicted <= really, (
        f"you predicted that a child of a forkserver sees {sorted(predicted - really)}, and it did not: it is a copy of the server, which "
        "was started before the parent changed anything"
    )
    assert predicted >= really, f"a child of a forkserver did see {sorted(really - predicted)}, which you left out"


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


@wrong("sees ['environment'], and it did not", "was started before the parent changed anything")
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
