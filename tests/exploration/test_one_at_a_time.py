"""Do an object's calls behave as if each happened at one instant? Right objects pass, and what is wrong is told in its own words."""

import re
from textwrap import dedent

import pytest

from lockstep import wait_until
from lockstep.exploration.findings import NotExplored
from lockstep.student.failure import CheckFailed
from tests.exploration.taking import take

BUFFER = """
    class Buffer:
        def __init__(self, size):
            self.size, self.items = size, Array("i", size)
            self.first, self.last = Value("i", 0), Value("i", 0)
            self.lock, self.room, self.filled = Lock(), Semaphore(size), Semaphore(0)

        def put(self, item):
            self.room.acquire()
            with self.lock:
                self.items[self.last.value] = item
                self.last.value = (self.last.value + 1) % self.size
            self.filled.release()

        def get(self):
            self.filled.acquire()
            with self.lock:
                item = self.items[self.first.value]
                self.first.value = (self.first.value + 1) % self.size
            self.room.release()
            return item
"""
RING = """
    class Ring:
        def __init__(self, size):
            self.items = Array("i", size + 1, lock=False)
            self.first, self.last = RawValue("i", 0), RawValue("i", 0)

        def put(self, item):
            last = self.last.value
            after = (last + 1) % len(self.items)
            while after == self.first.value:
                pass
            self.items[last] = item
            self.last.value = after

        def get(self):
            first = self.first.value
            while first == self.last.value:
                pass
            item = self.items[first]
            self.first.value = (first + 1) % len(self.items)
            return item
"""
LATCH = """
    class Latch:
        def __init__(self, n):
            self.left, self.changed = Value("i", n), Condition()

        def count_down(self):
            with self.changed:
                self.left.value -= 1
                if self.left.value == 0:
                    self.changed.notify_all()

        def wait(self):
            with self.changed:
                while self.left.value:
                    self.changed.wait()
"""
STACK = """
    class Stack:
        def __init__(self):
            self.items, self.top, self.lock = Array("i", 3), Value("i", 0), Lock()

        def push(self, item):
            with self.lock:
                self.items[self.top.value] = item
                self.top.value += 1

        def pop(self):
            with self.lock:
                if self.top.value == 0:
                    raise IndexError("pop from an empty stack")
                self.top.value -= 1
                return self.items[self.top.value]
"""
COUNTER = """
    class Counter:
        def __init__(self):
            self.n = Value("i", 0)

        def increment(self):
            with self.n.get_lock():
                self.n.value += 1

        def value(self):
            return self.n.value
"""
ACCOUNTS = """
    class Accounts:
        def __init__(self, first, second):
            self.money, self.lock = Array("i", [first, second]), Lock()

        def transfer(self, amount):
            with self.lock:
                self.money[0] -= amount
                self.money[1] += amount

        def total(self):
            with self.lock:
                return self.money[0] + self.money[1]
"""
SET = """
    class Flags:
        def __init__(self):
            self.there, self.lock = Array("b", 3), Lock()

        def add(self, k):
            with self.lock:
                new = not self.there[k]
                self.there[k] = 1
                return new
"""


class Buffer:
    def __init__(self, size):
        self.size, self.items = size, []

    def put(self, item):
        wait_until(len(self.items) < self.size)
        self.items.append(item)

    def get(self):
        wait_until(self.items)
        return self.items.pop(0)


class Latch:
    def __init__(self, n):
        self.left = n

    def count_down(self):
        self.left -= 1

    def wait(self):
        wait_until(self.left == 0)


class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        return self.items.pop()


class Counter:
    def __init__(self):
        self.n = 0

    def increment(self):
        self.n += 1

    def value(self):
        return self.n


class Accounts:
    def __init__(self, first, second):
        self.first, self.second = first, second

    def transfer(self, amount):
        self.first, self.second = self.first - amount, self.second + amount

    def total(self):
        return self.first + self.second


class Flags:
    def __init__(self):
        self.there = set()

    def add(self, k):
        new = k not in self.there
        self.there.add(k)
        return new


def used(text, *arguments, clients):
    return take(text, *arguments, function=re.search(r"class (\w+)", text).group(1), clients=clients)


def refusal(text, *arguments, clients, like):
    with pytest.raises(CheckFailed) as caught:
        used(text, *arguments, clients=clients).one_at_a_time(like)
    return caught.value


def without(text, *lines):
    """The text without these lines; what stood below them moves out."""
    for line in lines:
        assert line in text
    kept, out = [], []
    for row in dedent(text).splitlines():
        indent = len(row) - len(row.lstrip())
        out = [depth for depth in out if indent > depth or not row.strip()]
        if row.strip() in lines:
            out.append(indent)
        else:
            kept.append(row[4 * len(out) :])
    return "\n".join(kept)


RIGHT = [
    (BUFFER, (2,), ["put(1); put(2)", "get(); get()"], Buffer),
    (BUFFER, (1,), ["put(1)", "put(2)", "get()", "get()"], Buffer),
    (RING, (1,), ["put(1); put(2); put(3)", "get(); get(); get()"], Buffer),
    (LATCH, (2,), ["count_down(); wait()", "count_down()", "wait()"], Latch),
    (STACK, (), ["push(1); pop()", "push(2)", "pop()"], Stack),
    (COUNTER, (), ["increment(); value()", "increment()", "value()"], Counter),
    (ACCOUNTS, (100, 0), ["transfer(10)", "transfer(5)", "total(); total()"], Accounts),
    (SET, (), ["add(1)", "add(1); add(2)", "add(2)"], Flags),
]


@pytest.mark.parametrize(("text", "arguments", "clients", "like"), RIGHT)
def test_a_right_object_passes_in_every_interleaving(text, arguments, clients, like):
    found = used(text, *arguments, clients=clients)
    assert found.one_at_a_time(like) is found
    assert "results" not in str(found)
    assert found.claim.complete


def test_a_get_that_waits_has_not_happened():
    found = used(BUFFER, 1, clients=["get(); get()", "put(1)"])
    assert found.deadlocks
    found.one_at_a_time(Buffer)


def test_whoever_spins_for_ever_because_it_has_to_wait_has_not_happened_either():
    found = used(RING, 1, clients=["get(); get()", "put(1)"])
    assert found.livelocks
    found.one_at_a_time(Buffer)


def test_without_a_lock_two_get_the_same_item():
    clients = ["put(1); put(2)", "get()", "get()"]
    text = str(refusal(without(BUFFER, "with self.lock:"), 2, clients=clients, like=Buffer))
    assert text.startswith("`get()` of Process-2 and `get()` of Process-3 both returned 1, which in no order")
    assert "1 went in once and came out twice." in text
    assert "`get()` of Process-2 could here only have returned 2." in text


def test_a_ring_without_a_lock_is_for_one_consumer_only():
    text = str(refusal(RING, 2, clients=["put(1); put(2)", "get()", "get()"], like=Buffer))
    assert "both returned 1" in text


def test_an_item_that_nobody_gets_is_lost():
    forgets = BUFFER.replace("self.filled.release()", "if item != 2:\n                self.filled.release()")
    text = str(refusal(forgets, 2, clients=["put(1); put(2)", "get(); get()"], like=Buffer))
    assert text.startswith("`get()` of Process-2 waits for ever; with one call at a time it would have returned 2.")
    assert "`put(2)` of Process-1 was over, and nobody has got 2: it is lost." in text


def test_items_in_another_order_than_they_were_put():
    text = str(refusal(BUFFER.replace("item = self.items[self.first.value]", "item = self.items[self.last.value - 1]"), 3,
                       clients=["put(1); put(2)", "get()"], like=Buffer))  # fmt: skip
    assert text.startswith(
        "`get()` of Process-2 returned 2, although `put(1)` of Process-1 was over before `put(2)` of Process-1 was called."
    )
    assert "1 went in before 2, and 2 came out first." in text


def test_an_item_that_was_never_put():
    early = BUFFER.replace(
        "            self.room.acquire()\n", "            self.room.acquire()\n            self.filled.release()\n"
    )
    text = str(refusal(early, 2, clients=["put(1)", "get()"], like=Buffer))
    assert text.startswith("`get()` of Process-2 returned 0, which it does in no order of the calls.")
    assert "No call was given 0." in text


def test_a_lost_update_is_told_by_who_was_over():
    text = str(
        refusal(
            without(COUNTER, "with self.n.get_lock():"), clients=["increment(); value()", "increment()"], like=Counter
        )
    )
    assert text.startswith(
        "`value()` of Process-1 returned 1, although `increment()` of Process-1 and `increment()` of Process-2 were over "
    )
    assert "could here only have returned 2." in text
    assert "No call was given" not in text
    assert "Every call has come back." in text
    assert "Counter returns" not in text, "what the program that makes the calls returns is nobody's business"


def test_a_total_read_in_the_middle_of_a_transfer():
    unlocked = ACCOUNTS.replace("with self.lock:\n                return", "if True:\n                return")
    text = str(refusal(unlocked, 100, 0, clients=["transfer(10)", "total()"], like=Accounts))
    assert text.startswith("`total()` of Process-2 returned 90, which it does in no order of the calls.")
    assert "`total()` of Process-2 could here only have returned 100." in text


def test_check_then_act_lets_two_be_first():
    text = str(refusal(without(SET, "with self.lock:"), clients=["add(1)", "add(1)"], like=Flags))
    assert text.startswith("`add(1)` of Process-1 and `add(1)` of Process-2 both returned True")


def test_whoever_comes_back_before_it_may():
    text = str(
        refusal(
            LATCH.replace("while self.left.value:", "if self.left.value > 1:"),
            1,
            clients=["count_down()", "wait()"],
            like=Latch,
        )
    )
    assert text.startswith("`wait()` of Process-2 came back before `count_down()` of Process-1 was called.")
    assert "`wait()` of Process-2 would have waited here." in text


def test_whoever_is_not_woken_waits_for_ever():
    text = str(
        refusal(LATCH.replace("notify_all", "notify"), 1, clients=["count_down()", "wait()", "wait()"], like=Latch)
    )
    assert re.match(
        r"`wait\(\)` of Process-[23] waits for ever; with one call at a time it would have come back\.", text
    )


def test_an_exception_is_an_outcome_too():
    clients = ["push(1)", "pop(); pop()"]
    used(STACK, clients=clients).one_at_a_time(Stack)
    text = str(refusal(STACK.replace("IndexError", "ValueError"), clients=clients, like=Stack))
    assert "`pop()` of Process-2 ended with ValueError" in text
    assert "could here only have ended with IndexError" in text


def test_an_object_that_cannot_be_made_is_not_right():
    text = "class Never:\n    def __init__(self):\n        raise NotImplementedError\n"
    with pytest.raises(CheckFailed, match="Main ends with an exception"):
        used(text, clients=["push(1)"]).one_at_a_time(Stack)


def test_a_call_that_ends_its_process_does_not_come_back():
    text = STACK.replace("if self.top.value == 0:", "if True:").replace("raise IndexError", "raise SystemExit")
    assert "`pop()` of Process-1 waits for ever" in str(refusal(text, clients=["push(1); pop()"], like=Stack))


def test_a_method_that_is_missing_is_an_exception_of_the_object():
    assert "`take()` of Process-1 ended with AttributeError" in str(
        refusal(STACK, clients=["take()"], like=type("Like", (Stack,), {"take": lambda self: None}))
    )


def test_calls_that_touch_nothing_shared_take_place_all_the_same():
    local = """
        class Local:
            def __init__(self):
                self.items = []
            def push(self, item):
                self.items.append(item)
            def pop(self):
                return self.items.pop()
    """
    text = str(refusal(local, clients=["push(1)", "pop()"], like=Stack))
    assert (
        "`pop()` of Process-2 ended with IndexError, although `push(1)` of Process-1 was over before it was called."
        in text
    )
    used(local, clients=["push(1); pop()"]).one_at_a_time(Stack)


def test_reading_one_counter_after_the_other_shows_a_value_that_never_was():
    text = """
        class Pair:
            def __init__(self):
                self.a, self.b = Value("i", 0), Value("i", 0)
            def set(self, n):
                with self.a.get_lock():
                    self.a.value = n
                    self.b.value = n
            def get(self):
                return [self.a.value, self.b.value]
    """

    class Pair:
        def __init__(self):
            self.a = self.b = 0

        def set(self, n):
            self.a = self.b = n

        def get(self):
            return self.a, self.b

    assert "returned [0, 1]" in str(refusal(text, clients=["set(1)", "get()"], like=Pair))


def test_the_history_is_shown_as_intervals_a_lane_a_process_and_escaped():
    wrong = without(BUFFER, "with self.lock:")
    evidence = refusal(wrong, 2, clients=["put(1); put(2)", "get()", "get()"], like=Buffer).evidence
    lanes = [line for line in evidence.text().splitlines() if line.startswith("  Process")]
    assert [lane.split()[0] for lane in lanes] == ["Process-1", "Process-2", "Process-3"]
    assert "├ put(1) ┤ ├ put(2) ┤" in lanes[0]
    assert "get() → 1" in lanes[1]
    assert "The steps" in evidence.text()
    page = evidence._repr_html_()
    assert page.count("<rect") == 4
    assert 'aria-label="Process-1: put(1); Process-1: put(2); ' in page
    names = """
        class Names:
            def __init__(self):
                self.n = Value("i", 0)
            def name(self, text):
                return text + str(self.n.value)
    """

    class Names:
        def name(self, text):
            return text

    page = refusal(names, clients=["name('<b>')"], like=Names).evidence._repr_html_()
    assert "<b>0" not in page
    assert "&lt;b&gt;0" in page


def test_it_costs_at_most_twice_the_states():
    from lockstep.exploration.one_at_a_time.judging import judged
    from lockstep.exploration.one_at_a_time.specification import Specification

    for text, arguments, clients, like in RIGHT:
        found = used(text, *arguments, clients=clients)
        pairs = judged(found.findings, found.used.clients, Specification(like, arguments, {})).pairs
        assert pairs <= 2 * found.states


def test_too_many_interleavings_are_judged_as_far_as_they_are_taken():
    unlocked, four = without(COUNTER, "with self.n.get_lock():"), "; ".join(["increment()"] * 4)

    def bounded(clients, budget):
        return take(unlocked, function="Counter", clients=clients, budget=budget)

    found = bounded([four] * 3, 15_000)
    assert "(at most 2 preemptions)" in str(found.claim)
    found.one_at_a_time(Counter)  # nobody looks at what is lost
    with pytest.raises(CheckFailed, match="`value\\(\\)` of Process-3 returned"):
        bounded([four, four, f"{four}; value()"], 15_000).one_at_a_time(Counter)
    with pytest.raises(NotExplored, match="take fewer clients, or fewer calls"):
        bounded([four] * 3, 300).one_at_a_time(Counter)


def test_what_makes_no_sense_is_refused_in_plain_words():
    found = used(BUFFER, 2, clients=["put(1)", "get()"])
    with pytest.raises(TypeError, match="has no method `get`, which a client calls"):
        found.one_at_a_time(type("Half", (), {"__init__": lambda self, size: None, "put": lambda self, item: None}))
    with pytest.raises(TypeError, match="made with the same arguments as the object"):
        found.one_at_a_time(Stack)
    with pytest.raises(TypeError, match="a specification is a class"):
        found.one_at_a_time(Buffer(2))
    with pytest.raises(TypeError, match="needs clients"):
        take("def main(): pass").one_at_a_time(Stack)
    with pytest.raises(BaseException, match="a program waits by its locks"):
        wait_until(False)


@pytest.mark.parametrize("clients", [[], ["put("], ["put(x)"], ["put(1) + 1"], ["a.put(1)"], ["put(*[1])"]])
def test_clients_are_texts_with_calls(clients):
    with pytest.raises(ValueError, match="client"):
        used(BUFFER, 2, clients=clients)


def test_clients_are_a_list_of_texts():
    with pytest.raises(TypeError, match="a text for each process"):
        used(BUFFER, 2, clients="put(1)")
    with pytest.raises(TypeError, match="a client is a text"):
        used(BUFFER, 2, clients=[1])


def test_what_a_method_returns_must_be_data():
    odd = "class Odd:\n    def f(self):\n        return (x for x in [])\n"
    with pytest.raises(BaseException, match="compares what the object's methods return"):
        used(odd, clients=["f()"])
