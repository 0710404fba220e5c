"""A buffer, this time with a condition

Write the class `BoundedBuffer(size)` once more: a buffer for at most `size` whole numbers, such as `Array("i", size)` holds, first in,
first out.

- `put(item)` waits while there are `size` items in it.
- `get()` waits while there is none, and returns the oldest item.

Now build it from one `Condition` (or two on one lock), a shared `Array` and shared values. Semaphores and queues are not allowed. Whoever
waits sleeps, and does not look again and again. There may be several producers and several consumers; no item may be lost or come
twice, and nobody may wait for ever for what is there.
"""

from multiprocessing import Array, Condition, Lock, Process, Queue, Value

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given

points = 5

hints = [
    "Everything happens under the lock of the condition: look, sleep, take or put, wake.",
    "Whoever is woken has to look again, for another one may have been faster: `while`, not `if`.",
    "Producers and consumers sleep in the same place. Whom does `notify()` wake?",
]

equivalent_mutants = {
    '+ self.first, self.used = Value("i", ), Value("i", 0)': "a Value starts at 0 anyway",
    '+ self.first, self.used = Value("i", 0), Value("i", )': "a Value starts at 0 anyway",
    '+ self.first, self.used = Value("i", 1), Value("i", 0)': "the ring may begin anywhere",
    "+ self.used.value -= 1": "the order of lines does not matter while nobody else can have the lock",
    "+ self.changed.notify_all()": "whoever is woken needs the lock, and gets it after the next line",
    "+ self.changed.notify()": "if `get` wakes all, only consumers sleep when `put` wakes one, and the other way round",
}


class BoundedBuffer:
    """A buffer of at most `size` whole numbers for processes; first in, first out."""

    def __init__(self, size):
        ### BEGIN SOLUTION
        self.size, self.items = size, Array("i", size)
        self.first, self.used = Value("i", 0), Value("i", 0)
        self.changed = Condition()
        ### END SOLUTION

    def put(self, item):
        """Add a whole number; wait while there is no room."""
        ### BEGIN SOLUTION
        with self.changed:
            while self.used.value == self.size:
                self.changed.wait()
            self.items[(self.first.value + self.used.value) % self.size] = item
            self.used.value += 1
            self.changed.notify_all()
        ### END SOLUTION

    def get(self):
        """Take out the oldest item and return it; wait while there is none."""
        ### BEGIN SOLUTION
        with self.changed:
            while self.used.value == 0:
                self.changed.wait()
            item = self.items[self.first.value % self.size]
            self.first.value += 1
            self.used.value -= 1
            self.changed.notify_all()
            return item
        ### END SOLUTION


@given
def produce_all(buffer, items):
    for item in items:
        buffer.put(item)


@given
def consume_some(buffer, got):
    for index in range(len(got)):
        got[index] = buffer.get()


@given
def pass_through(size, producers, consumers):
    # producers: a list of items each; consumers: how many items each takes. Returns what each consumer got.
    buffer = BoundedBuffer(size)
    got = [Array("i", number, lock=False) for number in consumers]
    processes = [Process(target=consume_some, args=(buffer, mine)) for mine in got]
    processes += [Process(target=produce_all, args=(buffer, items)) for items in producers]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [list(mine) for mine in got]


@given
def alone(size, rounds):
    # One process puts some items, gets as many, and so on. Returns all that it got, in order.
    buffer, got = BoundedBuffer(size), []
    for items in rounds:
        produce_all(buffer, items)
        got += [buffer.get() for _ in items]
    return got


@given
def only(size, items, getting):
    # One process puts these items into a new buffer, and then may get one.
    buffer = BoundedBuffer(size)
    produce_all(buffer, items)
    return buffer.get() if getting else "all are in"


@check("one process alone gets what it has put, in the same order", limit=5)
def _(student):
    found = explore(student.alone, 2, [[7, 8], [0, -5], [9]])
    assert "AssertionError" not in str(found), found.failure(
        "`wait`, `notify` and `notify_all` need the lock of their condition: call them in `with self.changed:`"
    )
    found.never_crashes()
    assert not found.deadlocks, found.failure(
        "One process alone waits for ever: a buffer for 2 has room for two items, and 0 is an item like any other"
    )
    found.always_ends()
    assert student.alone(2, [[7, 8], [0, -5], [9]]) == [7, 8, 0, -5, 9]


@check("`get` waits while the buffer is empty, `put` while it is full, and not before")
def _(student):
    found = explore(student.only, 2, [], True).never_crashes()
    assert not found.results, "`get` returns although nothing was ever put into the buffer: it must wait"
    explore(student.only, 2, [1, 2], False).always_ends()
    found = explore(student.only, 2, [1, 2, 3], False).never_crashes()
    assert not found.results, "a buffer for 2 takes 3 items, and nobody has taken one out: `put` must wait"


@check("one producer, one consumer: everything arrives in order, in every interleaving and on real processes", limit=5)
def _(student):
    found = explore(student.pass_through, 1, [[1, 2]], [2]).never_crashes()
    shared = any(kind.startswith("cell") for kind in explore(student.alone, 1, [[7]]).operations)
    assert shared or not found.deadlocks, found.failure(
        "One sleeps for ever: of an ordinary list or number each process has its own, so keep all in an `Array` and `Value`s"
    )
    assert not found.deadlocks, found.failure(
        "One sleeps for ever: it was told before it slept, or was never told (a lost wake-up), or it sleeps with a lock in its hand"
    )
    found.always(lambda got: got == [[1, 2]])
    assert student.pass_through(2, [[1, 2, 3, 4, 5]], [5]) == [[1, 2, 3, 4, 5]]


@check("two consumers: whoever is woken looks again")
def _(student):
    found = explore(student.pass_through, 2, [[1, 2]], [1, 1]).never_crashes()
    stolen = found.schedule(
        lambda got: sorted(got[0] + got[1]) != [1, 2],
        "A consumer takes what is not there. Does it look again when it is woken (`while`)? Do all hold one and the same lock, "
        "and is all that they count with shared?",
    )
    assert stolen is None, stolen
    assert not found.deadlocks, found.failure(
        "Two items are put in, and one of the two consumers sleeps for ever: wake for every item, not only for the first"
    )
    found.always_ends()


@check("two producers, two consumers, room for one: nobody sleeps while there is work")
def _(student):
    found = explore(student.pass_through, 1, [[1], [2]], [1, 1]).never_crashes()
    assert not found.deadlocks, found.failure(
        "Somebody sleeps although there is an item, or room: the wake-up went to one who could do nothing with it"
    )
    found.always(lambda got: sorted(got[0] + got[1]) == [1, 2])


@check("whoever waits sleeps, and sleeps in a condition")
def _(student):
    found = explore(student.pass_through, 1, [[1, 2]], [2]).always_ends()
    meant = ("cell", "lock", "rlock", "condition")
    others = sorted({kind.partition(".")[0].capitalize() for kind in found.operations if not kind.startswith(meant)})
    assert not others, f"this is to be built from a condition, an array and shared values; it uses {', '.join(others)}"
    assert found.interleavings is not None, (
        "somebody looks again and again until there is room or an item (busy waiting); `wait()` of a condition sleeps"
    )


@hidden
@check("two producers, one consumer, room for one: a producer that is woken looks again, too")
def _(student):
    found = explore(student.pass_through, 1, [[1, 2], [3]], [3]).never_crashes()
    lost = "An item is overwritten: a producer was woken, another one was faster, and it did not look again"
    overwritten = found.schedule(lambda got: sorted(got[0]) != [1, 2, 3], lost)
    assert overwritten is None, overwritten
    found.always(lambda got: got[0].index(1) < got[0].index(2))


@hidden
@check("a buffer for 3 goes round: everything arrives in order")
def _(student):
    explore(student.pass_through, 3, [[5, 4, 3, 2, 1]], [5]).always(lambda got: got == [[5, 4, 3, 2, 1]])


@wrong("A consumer takes what is not there. Does it look again when it is woken (`while`)?")
def if_instead_of_while():
    class BoundedBuffer:
        def __init__(self, size):
            self.size, self.items, self.changed = size, Array("i", size), Condition()
            self.first, self.used = Value("i", 0), Value("i", 0)

        def put(self, item):
            with self.changed:
                if self.used.value == self.size:
                    self.changed.wait()
                self.items[(self.first.value + self.used.value) % self.size] = item
                self.used.value += 1
                self.changed.notify_all()

        def get(self):
            with self.changed:
                if self.used.value == 0:
                    self.changed.wait()
                item = self.items[self.first.value % self.size]
                self.first.value += 1
                self.used.value -= 1
                self.changed.notify_all()
                return item


@hidden
@check("any number of items goes through, 0, negative and large ones, too", limit=5)
def _(student):
    rounds = [[-1, 2_000_000_000], [-2_147_483_648, 2_147_483_647]]
    found = explore(student.alone, 2, rounds).never_crashes()
    assert not found.deadlocks, found.failure("No number means “empty”: -1 is an item like any other")
    assert student.alone(2, rounds) == [-1, 2_000_000_000, -2_147_483_648, 2_147_483_647]
    assert student.alone(3, [[1, 2, 3]] * 400) == [1, 2, 3] * 400


@wrong("`alone(3, [[1, 2, 3], [1, 2, 3]", "IndexError", "✘ any number of items goes through")
def a_large_array_that_ends_some_day():
    class BoundedBuffer:
        def __init__(self, size):
            self.size, self.items, self.changed = size, Array("i", 1_000), Condition()
            self.first, self.used = Value("i", 0), Value("i", 0)

        def put(self, item):
            with self.changed:
                self.changed.wait_for(lambda: self.used.value < self.size)
                self.items[self.first.value + self.used.value] = item
                self.used.value += 1
                self.changed.notify_all()

        def get(self):
            with self.changed:
                self.changed.wait_for(lambda: self.used.value > 0)
                item = self.items[self.first.value]
                self.first.value += 1
                self.used.value -= 1
                self.changed.notify_all()
                return item


@wrong("No number means “empty”: -1 is an item like any other")
def a_number_that_means_empty():
    class BoundedBuffer:
        def __init__(self, size):
            self.size, self.items, self.changed = size, Array("i", [-1] * size), Condition()
            self.puts, self.gets = Value("i", 0), Value("i", 0)

        def put(self, item):
            with self.changed:
                self.changed.wait_for(lambda: self.items[self.puts.value % self.size] == -1)
                self.items[self.puts.value % self.size] = item
                self.puts.value += 1
                self.changed.notify_all()

        def get(self):
            with self.changed:
                self.changed.wait_for(lambda: self.items[self.gets.value % self.size] != -1)
                item = self.items[self.gets.value % self.size]
                self.items[self.gets.value % self.size] = -1
                self.gets.value += 1
                self.changed.notify_all()
                return item


@wrong("should be [-1, 2000000000,", "✘ any number of items goes through")
def an_array_of_short_numbers():
    class BoundedBuffer:
        def __init__(self, size):
            self.size, self.items, self.changed = size, Array("h", size), Condition()
            self.first, self.used = Value("i", 0), Value("i", 0)

        def put(self, item):
            with self.changed:
                self.changed.wait_for(lambda: self.used.value < self.size)
                self.items[(self.first.value + self.used.value) % self.size] = item
                self.used.value += 1
                self.changed.notify_all()

        def get(self):
            with self.changed:
                self.changed.wait_for(lambda: self.used.value > 0)
                item = self.items[self.first.value % self.size]
                self.first.value += 1
                self.used.value -= 1
                self.changed.notify_all()
                return item


@wrong("One process alone waits for ever: a buffer for 2 has room for two items")
def a_ring_with_one_place_too_few():
    class BoundedBuffer:
        def __init__(self, size):
            self.size, self.items, self.changed = size, Array("i", size), Condition()
            self.first, self.after = Value("i", 0), Value("i", 0)

        def put(self, item):
            with self.changed:
                self.changed.wait_for(lambda: (self.after.value + 1) % self.size != self.first.value)
                self.items[self.after.value] = item
                self.after.value = (self.after.value + 1) % self.size
                self.changed.notify_all()

        def get(self):
            with self.changed:
                self.changed.wait_for(lambda: self.after.value != self.first.value)
                item = self.items[self.first.value]
                self.first.value = (self.first.value + 1) % self.size
                self.changed.notify_all()
                return item


@wrong("One sleeps for ever: of an ordinary list or number each process has its own")
def an_ordinary_list():
    class BoundedBuffer:
        def __init__(self, size):
            self.size, self.items, self.changed = size, [], Condition()

        def put(self, item):
            with self.changed:
                self.changed.wait_for(lambda: len(self.items) < self.size)
                self.items.append(item)
                self.changed.notify_all()

        def get(self):
            with self.changed:
                self.changed.wait_for(lambda: self.items)
                self.changed.notify_all()
                return self.items.pop(0)


@wrong("A consumer takes what is not there.", "Do all hold one and the same lock")
def two_conditions_with_a_lock_each():
    class BoundedBuffer:
        def __init__(self, size):
            self.size, self.items = size, Array("i", size)
            self.room, self.filled = Condition(), Condition()
            self.first, self.used = Value("i", 0), Value("i", 0)

        def put(self, item):
            with self.room:
                while self.used.value == self.size:
                    self.room.wait()
                self.items[(self.first.value + self.used.value) % self.size] = item
                self.used.value += 1
            with self.filled:
                self.filled.notify()

        def get(self):
            with self.filled:
                while self.used.value == 0:
                    self.filled.wait()
                item = self.items[self.first.value % self.size]
                self.first.value += 1
                self.used.value -= 1
            with self.room:
                self.room.notify()
            return item


@wrong("Two items are put in, and one of the two consumers sleeps for ever: wake for every item")
def it_wakes_for_the_first_item_only():
    class BoundedBuffer:
        def __init__(self, size):
            self.size, self.items, lock = size, Array("i", size), Lock()
            self.room, self.filled = Condition(lock), Condition(lock)
            self.first, self.used = Value("i", 0), Value("i", 0)

        def put(self, item):
            with self.room:
                self.room.wait_for(lambda: self.used.value < self.size)
                self.items[(self.first.value + self.used.value) % self.size] = item
                self.used.value += 1
                if self.used.value == 1:
                    self.filled.notify()

        def get(self):
            with self.filled:
                self.filled.wait_for(lambda: self.used.value > 0)
                item = self.items[self.first.value % self.size]
                self.first.value += 1
                self.used.value -= 1
                if self.used.value == self.size - 1:
                    self.room.notify()
                return item


@wrong("Somebody sleeps although there is an item, or room: the wake-up went to one who could do nothing with it")
def notify_wakes_the_wrong_one():
    class BoundedBuffer:
        def __init__(self, size):
            self.size, self.items, self.changed = size, Array("i", size), Condition()
            self.first, self.used = Value("i", 0), Value("i", 0)

        def put(self, item):
            with self.changed:
                self.changed.wait_for(lambda: self.used.value < self.size)
                self.items[(self.first.value + self.used.value) % self.size] = item
                self.used.value += 1
                self.changed.notify()

        def get(self):
            with self.changed:
                self.changed.wait_for(lambda: self.used.value > 0)
                item = self.items[self.first.value % self.size]
                self.first.value += 1
                self.used.value -= 1
                self.changed.notify()
                return item


@wrong("`wait`, `notify` and `notify_all` need the lock of their condition")
def notify_after_the_lock():
    class BoundedBuffer:
        def __init__(self, size):
            self.size, self.items, self.changed = size, Array("i", size), Condition()
            self.first, self.used = Value("i", 0), Value("i", 0)

        def put(self, item):
            with self.changed:
                self.changed.wait_for(lambda: self.used.value < self.size)
                self.items[(self.first.value + self.used.value) % self.size] = item
                self.used.value += 1
            self.changed.notify_all()

        def get(self):
            with self.changed:
                self.changed.wait_for(lambda: self.used.value > 0)
                item = self.items[self.first.value % self.size]
                self.first.value += 1
                self.used.value -= 1
            self.changed.notify_all()
            return item


@wrong("One sleeps for ever", "or it sleeps with a lock in its hand")
def a_second_lock_in_its_hand():
    class BoundedBuffer:
        def __init__(self, size):
            self.items, self.used = Array("i", size), Value("i", 0)
            self.lock, self.changed = Lock(), Condition()

        def put(self, item):
            with self.lock, self.changed:
                self.changed.wait_for(lambda: self.used.value < len(self.items))
                self.items[self.used.value] = item
                self.used.value += 1
                self.changed.notify_all()

        def get(self):
            with self.lock, self.changed:
                self.changed.wait_for(lambda: self.used.value)
                item, *rest = self.items[:]
                self.items[:] = [*rest, 0]
                self.used.value -= 1
                self.changed.notify_all()
                return item


@wrong("An item is overwritten: a producer was woken, another one was faster, and it did not look again")
def only_the_consumer_looks_again():
    class BoundedBuffer:
        def __init__(self, size):
            self.size, self.items, self.changed = size, Array("i", size), Condition()
            self.first, self.used = Value("i", 0), Value("i", 0)

        def put(self, item):
            with self.changed:
                if self.used.value == self.size:
                    self.changed.wait()
                self.items[(self.first.value + self.used.value) % self.size] = item
                self.used.value += 1
                self.changed.notify_all()

        def get(self):
            with self.changed:
                self.changed.wait_for(lambda: self.used.value > 0)
                item = self.items[self.first.value % self.size]
                self.first.value += 1
                self.used.value -= 1
                self.changed.notify_all()
                return item


@wrong("this is to be built from a condition, an array and shared values; it uses Queue")
def a_queue_inside():
    class BoundedBuffer:
        def __init__(self, size):
            self.queue = Queue(size)

        def put(self, item):
            self.queue.put(item)

        def get(self):
            return self.queue.get()


@also_right
def two_conditions_on_one_lock():
    class BoundedBuffer:
        def __init__(self, size):
            self.size, self.items, lock = size, Array("i", size, lock=False), Lock()
            self.room, self.filled = Condition(lock), Condition(lock)
            self.first, self.used = Value("i", 0, lock=False), Value("i", 0, lock=False)

        def put(self, item):
            with self.room:
                while self.used.value == self.size:
                    self.room.wait()
                self.items[(self.first.value + self.used.value) % self.size] = item
                self.used.value += 1
                self.filled.notify()

        def get(self):
            with self.filled:
                while not self.used.value:
                    self.filled.wait()
                item = self.items[self.first.value]
                self.first.value = (self.first.value + 1) % self.size
                self.used.value -= 1
                self.room.notify()
            return item


@also_right
def items_move_up():
    class BoundedBuffer:
        def __init__(self, size):
            self.items, self.used, self.changed = Array("i", size), Value("i", 0), Condition()

        def put(self, item):
            with self.changed:
                self.changed.wait_for(lambda: self.used.value < len(self.items))
                self.items[self.used.value] = item
                self.used.value += 1
                self.changed.notify_all()

        def get(self):
            with self.changed:
                self.changed.wait_for(lambda: self.used.value)
                item, *rest = self.items[:]
                self.items[:] = [*rest, 0]
                self.used.value -= 1
                self.changed.notify_all()
                return item


@also_right
def told_before_the_change_but_under_the_lock():
    class BoundedBuffer:
        def __init__(self, size):
            self.items, self.changed = Array("q", size), Condition()
            self.puts, self.gets = Value("q", 0), Value("q", 0)

        def put(self, item: int) -> None:
            with self.changed:
                while self.puts.value - self.gets.value >= len(self.items):
                    self.changed.wait()
                self.changed.notify_all()
                self.items[self.puts.value % len(self.items)] = item
                self.puts.value += 1

        def get(self) -> int:
            with self.changed:
                while self.puts.value <= self.gets.value:
                    self.changed.wait()
                self.changed.notify_all()
                item = self.items[self.gets.value % len(self.items)]
                self.gets.value += 1
                return item
