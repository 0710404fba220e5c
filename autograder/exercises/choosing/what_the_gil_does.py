"""What the GIL does

In a Python with a global interpreter lock (GIL) only the thread that holds it executes bytecode. What does that give you, and what does it take? Write `what_the_gil_does(question)`, which returns a set of names for each of
two questions.

`"whole"`: which of these statements does another thread never come into the middle of, even if it may come between any two steps of the interpreter (bytecodes)? The other thread executes the same statement on the same objects. Whole
is a statement if all is then as if one had come after the other.

| Name | Statement |
| --- | --- |
| `"append"` | `numbers.append(1)` |
| `"add"` | `counter.n += 1` |
| `"extend"` | `numbers.extend([1, 2])` |
| `"pop"` | `numbers.pop()` |
| `"item"` | `table["n"] = 1` |
| `"add to item"` | `table["n"] += 1` |
| `"swap"` | `pair.a, pair.b = pair.b, pair.a` |
| `"look and pop"` | `if numbers: numbers.pop()` |

`"together"`: during which of these does another thread's Python code go on *at the same moment*, on another core? (Not only in turns.)

| Name | Call |
| --- | --- |
| `"sleep"` | `time.sleep(0.05)` |
| `"hash"` | `hashlib.sha256(megabytes)` |
| `"sort"` | `sorted(a_million_numbers)` |
| `"power"` | `3 ** 500_000` |
| `"loop"` | `for number in range(2_000_000): pass` |
| `"compress"` | `zlib.compress(megabytes)` |
| `"array sort"` | `np.sort(an_array_of_a_million)` |
| `"pickle"` | `pickle.dumps(a_million_numbers)` |

For example, `what_the_gil_does("whole")` returns something like `{"append", "swap"}`. Predict first. Then run the checks: for the first question they bring the second thread between every two bytecodes, one place after the other; for the second they forbid
Python to take the GIL away from anybody, and look whether another thread goes on all the same. (On a Python without a GIL only the first is looked at.)
"""

import hashlib
import pickle
import random
import sys
import threading
import time
import zlib
from types import SimpleNamespace

import numpy as np

from autograder.authoring.marks import also_right, wrong
from lockstep import check, given

points = 4

hints = [
    "One line is not one step. `n += 1` reads n, adds, and writes n: three bytecodes at least. A method of a list that is written in C is called by one.",
    "Whoever waits gives the GIL away. Whoever computes keeps it, unless it is C code that touches no Python objects for a while: then its author could let it go.",
    "A megabyte is bytes, and an array is numbers without objects. A list of a million numbers is a million Python objects.",
]


def what_the_gil_does(question):
    """Return the names of what is "whole", or of what lets others go on "together", with the GIL."""
    ### BEGIN SOLUTION
    if question == "whole":
        return {"append", "extend", "pop", "item"}
    return {"sleep", "hash", "compress", "array sort"}
    ### END SOLUTION


@given
class Statements:
    # Each on objects of its own, which two threads share.
    def __init__(self):
        self.numbers = []
        self.table = {"n": 0}
        self.counter = SimpleNamespace(n=0)
        self.pair = SimpleNamespace(a=1, b=2)

    def append(self):
        self.numbers.append(1)

    def extend(self):
        self.numbers.extend([1, 2])

    def pop(self):
        self.numbers.pop()

    def item(self):
        self.table["n"] = 1

    def add(self):
        self.counter.n += 1

    def add_to_item(self):
        self.table["n"] += 1

    def swap(self):
        self.pair.a, self.pair.b = self.pair.b, self.pair.a

    def look_and_pop(self):
        if self.numbers:
            self.numbers.pop()

    def seen(self):
        return self.numbers, self.table, vars(self.counter), vars(self.pair)


@given
def with_another_at(name, place, numbers):
    # What is there after the statement, when another thread came before its step `place`; None if it has fewer steps.
    shared = Statements()
    shared.numbers += numbers
    statement = getattr(shared, name)
    steps = 0

    def watch(frame, event, argument):
        nonlocal steps
        if frame.f_code is not statement.__func__.__code__:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            if steps == place:
                other = threading.Thread(target=statement)
                other.start()
                other.join()
            steps += 1
        return watch

    before = sys.gettrace()
    sys._getframe().f_trace_opcodes = True  # Python 3.12 tells of bytecodes from the next `settrace` on only
    sys.settrace(watch)
    try:
        statement()
    except (IndexError, KeyError) as error:
        return type(error).__name__
    finally:
        sys.settrace(before)
    return shared.seen() if steps > place else None


@given
def is_whole(name):
    # Is all as after one and then the other, wherever the other comes?
    numbers = [7] if name == "look_and_pop" else [7, 8, 9]
    shared = Statements()
    shared.numbers += numbers
    for _ in range(2):
        getattr(shared, name)()
    wanted = shared.seen()
    for place in range(200):
        found = with_another_at(name, place, numbers)
        if found is None:
            return place > 2
        if found != wanted:
            return False
    return True


@given
def whole_statements():
    names = ["append", "extend", "pop", "item", "add", "add to item", "swap", "look and pop"]
    return [name for name in names if is_whole(name.replace(" ", "_"))]


@given
def goes_on_beside(call, times):
    # Does another thread go on during the call, when nobody takes the GIL away from anybody? It is tried so many times, since the other
    # thread also needs a CPU.
    ticks = []
    over = threading.Event()

    def tick():
        while not over.is_set():
            time.sleep(0.001)
            ticks.append(None)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1_000)
    other = threading.Thread(target=tick)
    other.start()
    try:
        while not ticks:
            time.sleep(0.001)
        for _ in range(times):
            before = len(ticks)
            call()
            if len(ticks) > before:
                return True
        return False
    finally:
        sys.setswitchinterval(interval)
        over.set()
        other.join()


@given
def count_to(number):
    for _ in range(number):
        pass


@given
def together_calls(predicted):
    # Those that let another thread go on; who was predicted to do so is given more tries. None without a GIL.
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        return None
    megabytes = bytes(32_000_000)  # for so long that the other thread also gets a CPU where others want one
    numbers = [random.random() for _ in range(200_000)]
    array = np.array(numbers * 5)
    calls = {
        "sleep": lambda: time.sleep(0.05),
        "loop": lambda: count_to(2_000_000),
        "hash": lambda: hashlib.sha256(megabytes),
        "compress": lambda: zlib.compress(megabytes),
        "sort": lambda: sorted(numbers),
        "array sort": lambda: np.sort(array),
        "power": lambda: 3**500_000,
        "pickle": lambda: pickle.dumps(numbers),
    }
    return [name for name in calls if goes_on_beside(calls[name], 40 if name in predicted else 10)]


@given
def predicted_and_seen(question):
    # One name that was predicted and is not so, if any; how many are so that were not predicted.
    names = what_the_gil_does(question)
    names = (
        [name for name in names if isinstance(name, str)] if isinstance(names, set | frozenset | list | tuple) else []
    )
    really = whole_statements() if question == "whole" else together_calls(names)
    if really is None:
        return None, 0
    return next((name for name in sorted(names) if name not in really), None), len(set(really).difference(names))


@check("it returns sets of the names")
def _(student):
    known = {
        "whole": ["append", "extend", "pop", "item", "add", "add to item", "swap", "look and pop"],
        "together": ["sleep", "loop", "hash", "compress", "sort", "array sort", "power", "pickle"],
    }
    for question in known:
        names = student.what_the_gil_does(question)
        assert isinstance(names, set | frozenset | list | tuple), (
            f"for {question!r} a value of type {type(names).__name__} came back: return a set of names"
        )
        assert len(names) <= 16, f"for {question!r} {len(names)} names came back, and there are eight"
        for name in names:
            assert isinstance(name, str), f"for {question!r} the set holds other things than names, which are text"
            assert name in known[question], f"{name[:30]!r} is none of the eight names of {question!r}"


@check("which statements are whole", limit=30)
def _(student):
    wrongly, missing = student.predicted_and_seen("whole")
    assert wrongly is None, (
        f"you predicted that {wrongly[:30]!r} is whole. Another thread came between two of its bytecodes, and it went otherwise than one after the other: the GIL keeps each step whole, and not each line"
    )
    assert missing == 0, (
        f"{missing} of the eight statements are whole that you did not predict: wherever another thread came, nothing was lost"
    )


@check("what goes on together", limit=60)
def _(student):
    wrongly, missing = student.predicted_and_seen("together")
    assert wrongly is None, (
        f"you predicted that another thread goes on during {wrongly[:30]!r}, and none did: it works on Python objects, and keeps the GIL for that"
    )
    assert missing == 0, (
        f"another thread went on during {missing} of the eight that you did not predict: they let the GIL go"
    )


@wrong("'add' is whole", "the GIL keeps each step whole, and not each line")
def every_line_is_whole():
    def what_the_gil_does(question):
        if question == "whole":
            return {"append", "add", "extend", "pop", "item", "add to item", "swap", "look and pop"}
        return {"sleep", "hash", "compress", "array sort"}


@wrong("'add' is whole")
def what_has_one_operator_is_whole():
    def what_the_gil_does(question):
        if question == "whole":
            return {"append", "extend", "pop", "item", "add", "add to item"}
        return {"sleep", "hash", "compress", "array sort"}


@wrong("'add to item' is whole")
def a_dict_guards_itself():
    def what_the_gil_does(question):
        if question == "whole":
            return {"append", "extend", "pop", "item", "add to item"}
        return {"sleep", "hash", "compress", "array sort"}


@wrong("'swap' is whole")
def a_swap_is_one_statement():
    def what_the_gil_does(question):
        if question == "whole":
            return {"append", "extend", "pop", "item", "swap"}
        return {"sleep", "hash", "compress", "array sort"}


@wrong("'look and pop' is whole")
def who_looks_first_is_safe():
    def what_the_gil_does(question):
        if question == "whole":
            return {"append", "extend", "pop", "item", "look and pop"}
        return {"sleep", "hash", "compress", "array sort"}


@wrong("4 of the eight statements are whole that you did not predict")
def nothing_without_a_lock():
    def what_the_gil_does(question):
        return set() if question == "whole" else {"sleep", "hash", "compress", "array sort"}


@wrong("1 of the eight statements are whole that you did not predict")
def extend_goes_item_by_item():
    def what_the_gil_does(question):
        return {"append", "pop", "item"} if question == "whole" else {"sleep", "hash", "compress", "array sort"}


@wrong("another thread goes on during 'pickle'", "it works on Python objects, and keeps the GIL for that")
def whatever_is_written_in_c():
    def what_the_gil_does(question):
        if question == "whole":
            return {"append", "extend", "pop", "item"}
        return {"sleep", "hash", "compress", "array sort", "sort", "power", "pickle"}


@wrong("another thread goes on during 'power'")
def arithmetic_in_c_needs_no_gil():
    def what_the_gil_does(question):
        if question == "whole":
            return {"append", "extend", "pop", "item"}
        return {"sleep", "hash", "compress", "array sort", "power"}


@wrong("another thread goes on during 'loop'")
def threads_always_run_at_the_same_moment():
    def what_the_gil_does(question):
        if question == "whole":
            return {"append", "extend", "pop", "item"}
        return {"sleep", "hash", "compress", "array sort", "loop"}


@wrong("another thread went on during 3 of the eight that you did not predict")
def only_who_waits_lets_it_go():
    def what_the_gil_does(question):
        return {"append", "extend", "pop", "item"} if question == "whole" else {"sleep"}


@wrong("another thread went on during 1 of the eight that you did not predict")
def a_sleep_stops_the_whole_program():
    def what_the_gil_does(question):
        if question == "whole":
            return {"append", "extend", "pop", "item"}
        return {"hash", "compress", "array sort"}


@wrong("for 'whole' a value of type str came back: return a set of names")
def a_name_without_a_set():
    def what_the_gil_does(question):
        return "append"


@wrong("'sorted' is none of the eight names of 'together'")
def a_name_that_is_none_of_the_eight():
    def what_the_gil_does(question):
        return {"append", "extend", "pop", "item"} if question == "whole" else {"sleep", "sorted"}


@also_right
def as_a_table_of_lists():
    def what_the_gil_does(question):
        return {
            "together": ["array sort", "compress", "hash", "sleep"],
            "whole": ["append", "extend", "item", "pop"],
        }[question]


@also_right
def by_leaving_out():
    def what_the_gil_does(question):
        if question == "together":
            return frozenset({"sleep", "hash", "compress", "array sort"})
        statements = {"append", "add", "extend", "pop", "item", "add to item", "swap", "look and pop"}
        return {name for name in statements if "add" not in name and name not in ("swap", "look and pop")}
