"""A ring without a lock

One process puts, one other process takes, and no lock keeps them apart. Write the class `Ring(size)` for whole numbers, first in, first out:

- `put(item)` waits while there are `size` items in the ring. Only one process ever calls it.
- `get()` waits while there is none, and returns the oldest item. Only one *other* process ever calls it.

Take shared numbers only, made with `lock=False`: an `Array` for the items, and a `Value` for each thing that has to be known. Who waits looks again and
again (busy waiting, and here it is meant). The ring must also be right on memory with store buffers.

Every shared number should be written by one of the two processes only. What does the one who puts have to know, what the one who takes, and which of
them can say it?
"""

from multiprocessing import Array, Lock, Process, Semaphore, Value

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given, wait_until

points = 6

hints = [
    "Two numbers: where the next item is put, which only `put` writes, and where the next one is taken, which only `get` writes. A number of items that both "
    "change would be a lost update.",
    "If both places are the same, is the ring empty or full? Have one place more than `size` in the array, which stays free; or count on, and take the "
    "place `count % size`.",
    "First the item, then the number that says it is there. First take the item out, then say that the place is free: whoever sees the number may act on it at once.",
]

equivalent_mutants = {
    "+ self.items[last] = item": "the place that stays free may be written before there is room, since nobody reads it yet",
    "+ self.first.value = (first + 1) % self.places": "the place that was just left is the free one, which is not written next",
    '+ self.first, self.last = Value("i", lock=False), Value("i", 0, lock=False)': "a Value starts at 0 anyway",
    '+ self.first, self.last = Value("i", 0, lock=False), Value("i", lock=False)': "a Value starts at 0 anyway",
}


class Ring:
    """A buffer of at most `size` whole numbers, for one process that puts and one that gets; first in, first out."""

    def __init__(self, size):
        ### BEGIN SOLUTION
        self.places = size + 1  # one of them is always free: it tells full from empty
        self.items = Array("i", self.places, lock=False)
        self.first, self.last = Value("i", 0, lock=False), Value("i", 0, lock=False)
        ### END SOLUTION

    def put(self, item):
        """Add a whole number; wait while there is no room."""
        ### BEGIN SOLUTION
        last = self.last.value
        after = (last + 1) % self.places
        while after == self.first.value:
            pass
        self.items[last] = item
        self.last.value = after
        ### END SOLUTION

    def get(self):
        """Take out the oldest item and return it; wait while there is none."""
        ### BEGIN SOLUTION
        first = self.first.value
        while first == self.last.value:
            pass
        item = self.items[first]
        self.first.value = (first + 1) % self.places
        return item
        ### END SOLUTION


@given
def put_all(ring, items):
    for item in items:
        ring.put(item)


@given
def get_all(ring, got):
    for index in range(len(got)):
        got[index] = ring.get()


@given
def pass_through(size, items):
    # One process puts all the items, one gets as many: returns what it got, in order.
    ring = Ring(size)
    got = Array("i", len(items), lock=False)
    processes = [
        Process(target=put_all, args=(ring, items)),
        Process(target=get_all, args=(ring, got)),
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return list(got)


@given
def put_and_get(size, items):
    # Puts and gets by one process, to see what a ring is made of.
    ring = Ring(size)
    put_all(ring, items)
    return [ring.get() for _ in items]


@given
def get_in_rounds(ring, rounds, put, taken, got):
    index = 0
    for items in rounds:
        put.acquire()
        for _ in items:
            got[index] = ring.get()
            index += 1
        taken.release()


@given
def put_and_get_in_rounds(size, rounds):
    # In every round one process puts some items, and only then the other one gets as many: returns all that it got, in order.
    ring = Ring(size)
    put, taken = Semaphore(0), Semaphore(0)
    got = Array("i", sum(len(items) for items in rounds), lock=False)
    process = Process(target=get_in_rounds, args=(ring, rounds, put, taken, got))
    process.start()
    for items in rounds:
        put_all(ring, items)
        put.release()
        taken.acquire()
    process.join()
    return list(got)


@given
def put_only(size, items):
    put_all(Ring(size), items)
    return "all are in"


@given
def get_only(size):
    Ring(size).get()
    return "there was an item"


@given
class FirstInFirstOut:
    # What a ring does when its methods are called one at a time.
    def __init__(self, size):
        self.size, self.items = size, []

    def put(self, item):
        wait_until(len(self.items) < self.size)
        self.items.append(item)

    def get(self):
        wait_until(self.items)
        return self.items.pop(0)


@check("of shared numbers alone, none of them with a lock")
def _(student):
    found = explore(student.put_and_get, 2, [1, 2]).never_crashes()
    assert found.operations, (
        "`put` and `get` read and write nothing that is shared: each process has its own attributes. "
        "Make an `Array` and a `Value` in `__init__`, and read and write their elements and their `.value`"
    )
    kinds = {kind.partition(".")[0].replace("proxy", "manager") for kind in found.operations} - {"cell", "cells"}
    own_lock = "RLock, which every Value and Array has without `lock=False`"
    used = ", ".join(own_lock if kind == "rlock" else kind.capitalize() for kind in sorted(kinds))
    assert not kinds, f"use nothing but shared numbers; this uses something else: {used}"
    shown = found.schedule() or found.failure()
    steps = shown.steps if shown else ()
    locked = sorted({step.objects[0][0].partition("[")[0] for step in steps if len(step.objects) > 1})
    assert not locked, f"{', '.join(locked)}: every read and write takes a lock here; make it with `lock=False`"


@check("`get` waits while the ring is empty, `put` while it is full, and not before", limit=2)
def _(student):
    found = explore(student.get_only, 2).never_crashes()
    assert not found.results, "`get` returns although nothing was ever put into the ring: it must wait"
    within = explore(student.put_only, 1, [7])
    assert within.results, within.failure("A ring for 1 has no room for 1: `put` waits, and it need not")
    for size in (1, 2):
        items = list(range(1, size + 2))
        over = explore(student.put_only, size, items)
        assert not over.results, (
            f"a ring for {size} takes {size + 1} items, and nobody has taken one out: `put` must wait"
        )


@check("some items are put, and then as many are taken, round after round: the same ones in the same order", limit=2)
def _(student):
    # What was read where there is no item may be an item, too.
    alone = explore(student.put_and_get, 2, [1, 2])
    assert alone.operations, "`put` and `get` read and write nothing that is shared"
    shown = alone.schedule()
    told = shown.text().split(" gives ")[1:] if shown else []
    reads = [words.split()[0] for words in told]
    signs = sorted({0, *(int(read) for read in reads if read.removeprefix("-").isdecimal())} - {1, 2})
    rounds = [[7, 8], [0, -5], [20_000_001], [2_000_000_000, 1], *([sign] for sign in signs)]
    items = [item for some in rounds for item in some]
    found = explore(student.put_and_get_in_rounds, 2, rounds).never_crashes()
    assert found.results, found.failure(
        "There is room for 2, one process puts two, then the other one gets two, again and again, and somebody waits for ever. "
        f"Is an item of {' or '.join(map(str, signs))} taken for none?"
    )
    turned = found.schedule(
        lambda got: got != items and sorted(got) == sorted(items),
        "All items come out, and in another order: the oldest one first",
    )
    assert turned is None, turned
    found.always(lambda got: got == items)


@check("what one process puts the other one gets: nothing too early, lost or twice, in every interleaving", limit=2)
def _(student):
    found = explore(student.pass_through, 2, [1, 2, 3, 4]).never_crashes()
    early = found.schedule(
        lambda got: 0 in got,
        "A place is read before the item is in it: the sign that it is there comes too early, or a place is emptied after it was said to be free",
    )
    assert early is None, early
    steps = (found.schedule() or found.failure()).steps
    written = [
        {step.objects[0][0] for step in steps if step.process == name and step.operation.startswith("write")}
        for name in ("Process-1", "Process-2")
    ]
    both = ", ".join(sorted(written[0] & written[1]))
    told = f" (both processes write {both}, so that an update can get lost)" if both else ""
    other = found.schedule(
        lambda got: got != [1, 2, 3, 4], f"An item is overwritten before it is out, or taken twice{told}"
    )
    assert other is None, other
    assert not found.livelocks, found.failure(f"An item is lost, and somebody waits for ever{told}")
    found.always_ends()


@check("every call behaves as if it happened at one instant, in every interleaving", limit=2)
def _(student):
    found = explore(student.Ring, 2, clients=["put(1); put(2); put(3)", "get(); get(); get()"])
    found.one_at_a_time(FirstInFirstOut)
    found.always_ends()


@check("the same on memory with store buffers", limit=2)
def _(student):
    clients = ["put(1); put(2); put(3)", "get(); get(); get()"]
    found = explore(student.Ring, 2, clients=clients, memory="store buffers")
    found.one_at_a_time(FirstInFirstOut)
    found.always_ends()


@check("two real processes pass numbers through it, and it goes round as often as it must", limit=10)
def _(student):
    items = [5, 0, -5, 7, 1]
    explore(student.pass_through, 2, items).always(lambda got: got == items)
    items = list(range(-8, 9))
    assert student.pass_through(8, items) == items
    items = list(range(15_000))
    assert student.pass_through(500, items) == items, "15,000 items through a ring for 500: another list comes out"
    assert student.put_and_get_in_rounds(500, [list(range(500))] * 66) == [*range(500)] * 66, (
        "33,000 items through a ring for 500, which is full again and again: another list comes out. Is a count too small, which goes on and on?"
    )


@hidden
@check("a ring for one, and one for three: every call behaves as if it happened at one instant", limit=2)
def _(student):
    for size, number in ((1, 3), (3, 5)):
        puts = "; ".join(f"put({7 * item - 9})" for item in range(number))
        found = explore(student.Ring, size, clients=[puts, "get(); " * (number - 1) + "get()"])
        found.one_at_a_time(FirstInFirstOut)
        found.always_ends()


@wrong("A place is read before the item is in it", "✘ every call behaves as if it happened at one instant")
def the_number_before_the_item():
    class Ring:
        def __init__(self, size):
            self.places = size + 1
            self.items = Array("i", self.places, lock=False)
            self.first, self.last = Value("i", 0, lock=False), Value("i", 0, lock=False)

        def put(self, item):
            last = self.last.value
            after = (last + 1) % self.places
            while after == self.first.value:
                pass
            self.last.value = after
            self.items[last] = item

        def get(self):
            first = self.first.value
            while first == self.last.value:
                pass
            item = self.items[first]
            self.first.value = (first + 1) % self.places
            return item


@wrong(
    "An item is overwritten before it is out",
    "✘ every call behaves as if it happened at one instant",
    "✘ a ring for one",
)
def the_place_is_free_before_the_item_is_out():
    class Ring:
        def __init__(self, size):
            self.size, self.items = size, Array("i", size, lock=False)
            self.put_so_far, self.taken_so_far = Value("i", 0, lock=False), Value("i", 0, lock=False)

        def put(self, item):
            number = self.put_so_far.value
            while number - self.taken_so_far.value == self.size:
                pass
            self.items[number % self.size] = item
            self.put_so_far.value = number + 1

        def get(self):
            number = self.taken_so_far.value
            while number == self.put_so_far.value:
                pass
            self.taken_so_far.value = number + 1
            return self.items[number % self.size]


@wrong(
    "An item is overwritten before it is out, or taken twice (both processes write self.number",
    "✘ every call behaves as if it happened at one instant",
)
def a_number_that_both_change():
    class Ring:
        def __init__(self, size):
            self.size, self.items = size, Array("i", size, lock=False)
            self.number = Value("i", 0, lock=False)
            self.first, self.last = Value("i", 0, lock=False), Value("i", 0, lock=False)

        def put(self, item):
            while self.number.value == self.size:
                pass
            self.items[self.last.value] = item
            self.last.value = (self.last.value + 1) % self.size
            self.number.value += 1

        def get(self):
            while self.number.value == 0:
                pass
            item = self.items[self.first.value]
            self.first.value = (self.first.value + 1) % self.size
            self.number.value -= 1
            return item


@wrong("or a place is emptied after it was said to be free")
def emptied_behind_the_sign():
    class Ring:
        def __init__(self, size):
            self.places = size + 1
            self.items = Array("i", self.places, lock=False)
            self.first, self.last = Value("i", 0, lock=False), Value("i", 0, lock=False)

        def put(self, item):
            last = self.last.value
            after = (last + 1) % self.places
            while after == self.first.value:
                pass
            self.items[last] = item
            self.last.value = after

        def get(self):
            first = self.first.value
            while first == self.last.value:
                pass
            item = self.items[first]
            self.first.value = (first + 1) % self.places
            self.items[first - 1] = 0
            return item


@wrong("All items come out, and in another order: the oldest one first")
def the_last_one_first():
    class Ring:
        def __init__(self, size):
            self.size, self.items, self.top = size, Array("i", size, lock=False), Value("i", 0, lock=False)

        def put(self, item):
            while self.top.value == self.size:
                pass
            self.items[self.top.value] = item
            self.top.value += 1

        def get(self):
            while self.top.value == 0:
                pass
            self.top.value -= 1
            return self.items[self.top.value]


@wrong("A ring for 1 has no room for 1: `put` waits, and it need not")
def no_free_place():
    class Ring:
        def __init__(self, size):
            self.places = size
            self.items = Array("i", size, lock=False)
            self.first, self.last = Value("i", 0, lock=False), Value("i", 0, lock=False)

        def put(self, item):
            last = self.last.value
            after = (last + 1) % self.places
            while after == self.first.value:
                pass
            self.items[last] = item
            self.last.value = after

        def get(self):
            first = self.first.value
            while first == self.last.value:
                pass
            item = self.items[first]
            self.first.value = (first + 1) % self.places
            return item


@wrong("a ring for 1 takes 2 items, and nobody has taken one out: `put` must wait")
def nobody_waits_for_room():
    class Ring:
        def __init__(self, size):
            self.places = size + 1
            self.items = Array("i", self.places, lock=False)
            self.first, self.last = Value("i", 0, lock=False), Value("i", 0, lock=False)

        def put(self, item):
            self.items[self.last.value] = item
            self.last.value = (self.last.value + 1) % self.places

        def get(self):
            first = self.first.value
            while first == self.last.value:
                pass
            item = self.items[first]
            self.first.value = (first + 1) % self.places
            return item


@wrong("`get` returns although nothing was ever put into the ring: it must wait")
def nobody_waits_for_an_item():
    class Ring:
        def __init__(self, size):
            self.places = size + 1
            self.items = Array("i", self.places, lock=False)
            self.first, self.last = Value("i", 0, lock=False), Value("i", 0, lock=False)

        def put(self, item):
            last = self.last.value
            after = (last + 1) % self.places
            while after == self.first.value:
                pass
            self.items[last] = item
            self.last.value = after

        def get(self):
            first = self.first.value
            item = self.items[first]
            self.first.value = (first + 1) % self.places
            return item


@wrong("`get` returns although nothing was ever put into the ring: it must wait")
def it_looks_once():
    class Ring:
        def __init__(self, size):
            self.places = size + 1
            self.items = Array("i", self.places, lock=False)
            self.first, self.last = Value("i", 0, lock=False), Value("i", 0, lock=False)

        def put(self, item):
            after = (self.last.value + 1) % self.places
            if after == self.first.value:
                pass
            self.items[self.last.value] = item
            self.last.value = after

        def get(self):
            first = self.first.value
            if first == self.last.value:
                pass
            self.first.value = (first + 1) % self.places
            return self.items[first]


@wrong("use nothing but shared numbers; this uses something else: Lock")
def a_lock_all_the_same():
    class Ring:
        def __init__(self, size):
            self.places, self.lock = size + 1, Lock()
            self.items = Array("i", self.places, lock=False)
            self.first, self.last = Value("i", 0, lock=False), Value("i", 0, lock=False)

        def put(self, item):
            while (self.last.value + 1) % self.places == self.first.value:
                pass
            with self.lock:
                self.items[self.last.value] = item
                self.last.value = (self.last.value + 1) % self.places

        def get(self):
            while self.first.value == self.last.value:
                pass
            with self.lock:
                item = self.items[self.first.value]
                self.first.value = (self.first.value + 1) % self.places
            return item


@wrong("use nothing but shared numbers; this uses something else: Semaphore")
def semaphores_as_in_unit_06():
    class Ring:
        def __init__(self, size):
            self.size, self.items = size, Array("i", size, lock=False)
            self.first, self.last = Value("i", 0, lock=False), Value("i", 0, lock=False)
            self.room, self.filled = Semaphore(size), Semaphore(0)

        def put(self, item):
            self.room.acquire()
            self.items[self.last.value] = item
            self.last.value = (self.last.value + 1) % self.size
            self.filled.release()

        def get(self):
            self.filled.acquire()
            item = self.items[self.first.value]
            self.first.value = (self.first.value + 1) % self.size
            self.room.release()
            return item


@wrong("every read and write takes a lock here; make it with `lock=False`")
def values_with_locks():
    class Ring:
        def __init__(self, size):
            self.places = size + 1
            self.items = Array("i", self.places)
            self.first, self.last = Value("i", 0), Value("i", 0)

        def put(self, item):
            last = self.last.value
            after = (last + 1) % self.places
            while after == self.first.value:
                pass
            self.items[last] = item
            self.last.value = after

        def get(self):
            first = self.first.value
            while first == self.last.value:
                pass
            item = self.items[first]
            self.first.value = (first + 1) % self.places
            return item


@wrong("`put` and `get` read and write nothing that is shared: each process has its own attributes")
def ordinary_attributes():
    class Ring:
        def __init__(self, size):
            self.size, self.items = size, []

        def put(self, item):
            while len(self.items) == self.size:
                pass
            self.items.append(item)

        def get(self):
            while not self.items:
                pass
            return self.items.pop(0)


@wrong("Main ends with an exception (IndexError")
def the_end_of_the_array_forgotten():
    class Ring:
        def __init__(self, size):
            self.places = size + 1
            self.items = Array("i", self.places, lock=False)
            self.first, self.last = Value("i", 0, lock=False), Value("i", 0, lock=False)

        def put(self, item):
            while self.last.value - self.first.value == self.places - 1:
                pass
            self.items[self.last.value] = item
            self.last.value += 1

        def get(self):
            while self.first.value == self.last.value:
                pass
            item = self.items[self.first.value]
            self.first.value += 1
            return item


@wrong(
    "did not come back within",
    "was ended by an exception: IndexError",
    replaced={
        "self.places = size + 1": "self.size, self.places = size, 1_000",
        "after = (last + 1) % self.places": "after = last + 1",
        "while after == self.first.value:": "while last - self.first.value == self.size:",
        "self.first.value = (first + 1) % self.places": "self.first.value = first + 1",
    },
)
def as_many_places_as_anybody_will_need(): ...


@wrong("Is an item of 0 taken for none?")
def an_item_of_0_means_free():
    class Ring:
        def __init__(self, size):
            self.size, self.items = size, Array("i", size, lock=False)
            self.first, self.last = Value("i", 0, lock=False), Value("i", 0, lock=False)

        def put(self, item):
            while self.items[self.last.value]:
                pass
            self.items[self.last.value] = item
            self.last.value = (self.last.value + 1) % self.size

        def get(self):
            while not self.items[self.first.value]:
                pass
            item = self.items[self.first.value]
            self.items[self.first.value] = 0
            self.first.value = (self.first.value + 1) % self.size
            return item


@wrong(
    "`get()` of Process-2 returned 0, which it does in no order",
    "✘ the same on memory with store buffers",
    "No call was given 0",
)
def petersons_lock_without_a_fence():
    class Ring:
        def __init__(self, size):
            self.size, self.items = size, Array("i", size, lock=False)
            self.number, self.first = Value("i", 0, lock=False), Value("i", 0, lock=False)
            self.flags, self.turn = Array("i", 2, lock=False), Value("i", 0, lock=False)

        def enter(self, me):
            self.flags[me] = 1
            self.turn.value = 1 - me
            while self.flags[1 - me] and self.turn.value == 1 - me:
                pass

        def put(self, item):
            while self.number.value == self.size:
                pass
            self.enter(0)
            self.items[(self.first.value + self.number.value) % self.size] = item
            self.number.value += 1
            self.flags[0] = 0

        def get(self):
            while self.number.value == 0:
                pass
            self.enter(1)
            item = self.items[self.first.value]
            self.first.value = (self.first.value + 1) % self.size
            self.number.value -= 1
            self.flags[1] = 0
            return item


@wrong("Is a count too small, which goes on and on?")
def counts_of_two_bytes():
    class Ring:
        def __init__(self, size):
            self.size = size
            self.items = Array("i", size, lock=False)
            self.put_so_far, self.taken_so_far = Value("h", 0, lock=False), Value("h", 0, lock=False)

        def put(self, item):
            while self.put_so_far.value - self.taken_so_far.value == self.size:
                pass
            self.items[self.put_so_far.value % self.size] = item
            self.put_so_far.value += 1

        def get(self):
            while self.put_so_far.value == self.taken_so_far.value:
                pass
            item = self.items[self.taken_so_far.value % self.size]
            self.taken_so_far.value += 1
            return item


@also_right
def counting_on():
    class Ring:
        def __init__(self, size: int) -> None:
            self.size = size
            self.items = Array("i", size, lock=False)
            self.put_so_far = Value("L", 0, lock=False)
            self.taken_so_far = Value("L", 0, lock=False)

        def put(self, item: int) -> None:
            while self.put_so_far.value - self.taken_so_far.value == self.size:
                pass
            self.items[self.put_so_far.value % self.size] = item
            self.put_so_far.value += 1

        def get(self) -> int:
            while self.put_so_far.value == self.taken_so_far.value:
                pass
            item = self.items[self.taken_so_far.value % self.size]
            self.taken_so_far.value += 1
            return item


@also_right
def a_sign_at_every_place():
    import sys
    import time
    from multiprocessing.sharedctypes import RawArray

    class Ring:
        def __init__(self, size):
            self.size = size
            self.items, self.there = RawArray("i", size), RawArray("b", size)
            self.places = {"put": RawArray("i", 1), "get": RawArray("i", 1)}

        def put(self, item):
            place = self.places["put"][0]
            while self.there[place] == 1:
                time.sleep(0)
            self.items[place] = item
            self.there[place] = 1
            self.places["put"][0] = (place + 1) % self.size
            print("put", item, file=sys.stderr)

        def get(self):
            place = self.places["get"][0]
            while not self.there[place]:
                time.sleep(0)
            item = self.items[place]
            self.there[place] = 0
            self.places["get"][0] = (place + 1) % self.size
            return item


@also_right
def the_place_that_stays_free_protects_the_last_one():
    class Ring:
        def __init__(self, size):
            self.places = size + 1
            self.items = Array("i", self.places, lock=False)
            self.first, self.last = Value("i", 0, lock=False), Value("i", 0, lock=False)

        def put(self, item):
            after = (self.last.value + 1) % self.places
            while after == self.first.value:
                pass
            self.items[self.last.value] = item
            self.last.value = after

        def get(self):
            first = self.first.value
            while first == self.last.value:
                pass
            self.first.value = (first + 1) % self.places
            return self.items[first]


@also_right
def places_of_one_s_own():
    class Ring:
        def __init__(self, size):
            # Each side keeps its own place to itself; what the other has to know is shared.
            self.n = size
            self.cells = Array("i", size, lock=False)
            self.head, self.tail = Value("i", 0, lock=False), Value("i", 0, lock=False)
            self.mine = 0

        def put(self, item):
            while self.mine - self.tail.value >= self.n:
                pass
            self.cells[self.mine % self.n] = item
            self.mine += 1
            self.head.value = self.mine

        def get(self):
            taken = self.tail.value
            while self.head.value <= taken:
                pass
            item = self.cells[taken % self.n]
            self.tail.value = taken + 1
            return item


@wrong("Is an item of -999999 or 0 taken for none?")
def a_number_that_nobody_would_put():
    class Ring:
        def __init__(self, size):
            self.size, self.items = size, Array("i", [-999_999] * size, lock=False)
            self.first, self.last = Value("i", 0, lock=False), Value("i", 0, lock=False)

        def put(self, item):
            while self.items[self.last.value] != -999_999:
                pass
            self.items[self.last.value] = item
            self.last.value = (self.last.value + 1) % self.size

        def get(self):
            while self.items[self.first.value] == -999_999:
                pass
            item = self.items[self.first.value]
            self.items[self.first.value] = -999_999
            self.first.value = (self.first.value + 1) % self.size
            return item


@also_right
def one_name_for_two_places():
    class Ring:
        def __init__(self, size):
            self.size = size
            self.items, self.full = Array("i", size, lock=False), Array("b", size, lock=False)
            self.at = 0  # each process has its own

        def put(self, item):
            while self.full[self.at]:
                pass
            self.items[self.at], self.full[self.at] = item, 1
            self.at = (self.at + 1) % self.size

        def get(self):
            while not self.full[self.at]:
                pass
            item, self.full[self.at] = self.items[self.at], 0
            self.at = (self.at + 1) % self.size
            return item


@also_right
def a_ring_that_has_a_length():
    class Ring:
        def __init__(self, size: int) -> None:
            self.size = size
            self.places = [Value("i", 0, lock=False) for _ in range(size)]
            self.puts, self.gets = Value("L", 0, lock=False), Value("L", 0, lock=False)

        def __len__(self) -> int:
            return self.puts.value - self.gets.value

        def put(self, item: int) -> None:
            while len(self) == self.size:
                pass
            self.places[self.puts.value % self.size].value = item
            self.puts.value += 1

        def get(self) -> int:
            while len(self) == 0:
                continue
            item = self.places[self.gets.value % self.size].value
            self.gets.value += 1
            return item
