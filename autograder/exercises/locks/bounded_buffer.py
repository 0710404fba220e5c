"""A buffer with room for so many

Write the class `BoundedBuffer(size)` for producers and consumers. It keeps its items in a shared `Array` and works in the
order first in, first out. Items are whole numbers, such as `Array("i", size)` holds: 0, negative ones and large ones, too.

- `put(item)` waits while there are `size` items in the buffer.
- `get()` waits while there is none, and returns the oldest item.

Use semaphores (or a `Condition`) for waiting and a lock for the array; a queue would do the work for you. Whoever waits
sleeps, and does not look again and again. No item may be lost or come twice, and nobody may wait for ever.
"""

from multiprocessing import Array, Condition, Lock, Process, Queue, Semaphore, Value

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given, wait_until

points = 6

hints = [
    "Two different things are waited for: room and items. One semaphore each: `Semaphore(size)` and `Semaphore(0)`.",
    "`put` takes one of the room and gives one of the items. `get` takes one of the items and gives one of the room.",
    "Never wait for a semaphore while you hold the lock: whoever could release it needs the lock.",
]

equivalent_mutants = {
    '+ self.first, self.last = Value("i", ), Value("i", 0)': "a Value starts at 0 anyway",
    '+ self.first, self.last = Value("i", 0), Value("i", )': "a Value starts at 0 anyway",
}


class BoundedBuffer:
    """A buffer of at most `size` whole numbers for processes; first in, first out."""

    def __init__(self, size):
        ### BEGIN SOLUTION
        self.size = size
        self.items = Array("i", size)
        self.first, self.last = Value("i", 0), Value("i", 0)
        self.lock = Lock()
        self.room = Semaphore(size)
        self.filled = Semaphore(0)
        ### END SOLUTION

    def put(self, item):
        """Add a whole number; wait while there is no room."""
        ### BEGIN SOLUTION
        self.room.acquire()
        with self.lock:
            self.items[self.last.value] = item
            self.last.value = (self.last.value + 1) % self.size
        self.filled.release()
        ### END SOLUTION

    def get(self):
        """Take out the oldest item and return it; wait while there is none."""
        ### BEGIN SOLUTION
        self.filled.acquire()
        with self.lock:
            item = self.items[self.first.value]
            self.first.value = (self.first.value + 1) % self.size
        self.room.release()
        return item
        ### END SOLUTION


@given
def produce(buffer, items):
    for item in items:
        buffer.put(item)


@given
def consume(buffer, number, got):
    for index in range(number):
        got[index] = buffer.get()


@given
def pass_through(size, producers, consumers):
    # producers: a list of items each; consumers: how many items each takes. Returns what each consumer got, in order.
    buffer = BoundedBuffer(size)
    got = [Array("i", number, lock=False) for number in consumers]
    processes = [Process(target=produce, args=(buffer, items)) for items in producers]
    processes += [Process(target=consume, args=(buffer, len(mine), mine)) for mine in got]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [list(mine) for mine in got]


@given
def put_and_get(size, rounds):
    # One process alone: in every round it puts some items, and gets as many. Returns all that it got, in order.
    buffer, got = BoundedBuffer(size), []
    for items in rounds:
        produce(buffer, items)
        got += [buffer.get() for _ in items]
    return got


@given
def put_only(size, items):
    produce(BoundedBuffer(size), items)
    return "all are in"


@given
def get_only(size):
    BoundedBuffer(size).get()
    return "there was an item"


@given
class FirstInFirstOut:
    # What a buffer does when its methods are called one at a time.
    def __init__(self, size):
        self.size, self.items = size, []

    def put(self, item):
        wait_until(len(self.items) < self.size)
        self.items.append(item)

    def get(self):
        wait_until(self.items)
        return self.items.pop(0)


@check("one process alone puts items, and gets the same ones in the same order", limit=5)
def _(student):
    rounds = [[7, 8], [0, -5], [20_000_001], [2_000_000_000, 1]]
    explore(student.put_and_get, 2, rounds).always_ends()
    assert student.put_and_get(2, rounds) == [7, 8, 0, -5, 20_000_001, 2_000_000_000, 1]


@check("`get` waits while the buffer is empty, `put` while it is full, and not before")
def _(student):
    found = explore(student.get_only, 2).never_crashes()
    assert not found.results, "`get` returns although nothing was ever put into the buffer: it must wait"
    for size in (1, 2, 3):
        items = list(range(size + 1))
        explore(student.put_only, size, items[:-1]).always_ends()
        found = explore(student.put_only, size, items).never_crashes()
        assert not found.results, (
            f"a buffer for {size} takes {size + 1} items, and nobody has taken one out: `put` must wait"
        )


@check("whoever waits sleeps, and is woken when it is time")
def _(student):
    found = explore(student.pass_through, 1, [[1, 2]], [2]).always_ends()
    kinds = {kind.partition(".")[0].replace("proxy", "manager").capitalize() for kind in found.operations}
    others = ", ".join(sorted(kinds - {"Cell", "Cells", "Lock", "Rlock", "Semaphore", "Condition"}))
    assert not others, f"this is to be built from semaphores, a lock and an array; it uses {others}"
    assert found.interleavings is not None, (
        "somebody looks again and again until there is room or an item (busy waiting); "
        "`acquire()` of a semaphore sleeps until there is a `release()`"
    )


@check("one producer, one consumer: everything arrives in order, in every interleaving and on real processes")
def _(student):
    explore(student.pass_through, 2, [[1, 2, 3]], [3]).always(lambda got: got == [[1, 2, 3]])
    assert student.pass_through(2, [[1, 2, 3, 4, 5, 6, 7, 8]], [8]) == [[1, 2, 3, 4, 5, 6, 7, 8]]


@check("two producers: nothing is lost and nothing comes twice, in every interleaving")
def _(student):
    explore(student.pass_through, 2, [[1], [2]], [2]).always(lambda got: sorted(got[0]) == [1, 2])


@check("two consumers: nothing is lost, nothing comes twice, and nothing is overtaken, in every interleaving")
def _(student):
    found = explore(student.pass_through, 2, [[1, 2, 3]], [1, 2])
    found.always(lambda got: sorted(got[0] + got[1]) == [1, 2, 3] and got[1] == sorted(got[1]))


@check("every call behaves as if it happened at one instant, whoever calls, in every interleaving")
def _(student):
    clients = ["put(1)", "put(2); get()", "get()"]
    explore(student.BoundedBuffer, 2, clients=clients).one_at_a_time(FirstInFirstOut)


@hidden
@check("two producers and two consumers: nothing is lost and nothing comes twice, in every interleaving")
def _(student):
    explore(student.pass_through, 1, [[1], [2]], [1, 1]).always(lambda got: sorted(got[0] + got[1]) == [1, 2])


@hidden
@check("any number of items goes through", limit=5)
def _(student):
    explore(student.put_and_get, 3, [[1, 2, 3], [4]]).always_ends()
    assert student.put_and_get(3, [[1, 2, 3]] * 400) == [1, 2, 3] * 400


@hidden
@check("a buffer for 3: everything arrives in order, in every interleaving")
def _(student):
    explore(student.pass_through, 3, [[1, 2, 3, 4, 5]], [5]).always(lambda got: got == [[1, 2, 3, 4, 5]])


@wrong("IndexError", "✘ any number of items goes through")
def a_large_array_that_ends_some_day():
    class BoundedBuffer:
        def __init__(self, size):
            self.items, self.lock = Array("i", 1_000), Lock()
            self.first, self.last = Value("i", 0), Value("i", 0)
            self.room, self.filled = Semaphore(size), Semaphore(0)

        def put(self, item):
            self.room.acquire()
            with self.lock:
                self.items[self.last.value] = item
                self.last.value += 1
            self.filled.release()

        def get(self):
            self.filled.acquire()
            with self.lock:
                item = self.items[self.first.value]
                self.first.value += 1
            self.room.release()
            return item


@wrong("nobody can go on (deadlock)")
def the_lock_before_the_semaphore():
    class BoundedBuffer:
        def __init__(self, size):
            self.size, self.items = size, Array("i", size)
            self.first, self.last, self.lock = Value("i", 0), Value("i", 0), Lock()
            self.room, self.filled = Semaphore(size), Semaphore(0)

        def put(self, item):
            with self.lock:
                self.room.acquire()
                self.items[self.last.value] = item
                self.last.value = (self.last.value + 1) % self.size
            self.filled.release()

        def get(self):
            with self.lock:
                self.filled.acquire()
                item = self.items[self.first.value]
                self.first.value = (self.first.value + 1) % self.size
            self.room.release()
            return item


@wrong("the result is wrong ([[1, 0]], [[2, 0]])", "✘ two producers", "✘ two consumers")
def no_lock():
    class BoundedBuffer:
        def __init__(self, size):
            self.size, self.items = size, Array("i", size)
            self.first, self.last = Value("i", 0), Value("i", 0)
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


@wrong("the result is wrong ([[2], [3, 3]], [[3], [2, 3]])", "✘ two consumers: nothing is lost")
def a_consumer_reads_outside_the_lock():
    class BoundedBuffer:
        def __init__(self, size):
            self.size, self.items = size, Array("i", size)
            self.first, self.last, self.lock = Value("i", 0), Value("i", 0), Lock()
            self.room, self.filled = Semaphore(size), Semaphore(0)

        def put(self, item):
            self.room.acquire()
            with self.lock:
                self.items[self.last.value] = item
                self.last.value = (self.last.value + 1) % self.size
            self.filled.release()

        def get(self):
            self.filled.acquire()
            with self.lock:
                place = self.first.value
                self.first.value = (place + 1) % self.size
            item = self.items[place]
            self.room.release()
            return item


@wrong("`put_and_get(2, [[7, 8], [0, -5]", "the items are the right ones, in another order")
def last_in_first_out():
    class BoundedBuffer:
        def __init__(self, size):
            self.items, self.used, self.lock = Array("i", size), Value("i", 0), Lock()
            self.room, self.filled = Semaphore(size), Semaphore(0)

        def put(self, item):
            self.room.acquire()
            with self.lock:
                self.items[self.used.value] = item
                self.used.value += 1
            self.filled.release()

        def get(self):
            self.filled.acquire()
            with self.lock:
                self.used.value -= 1
                item = self.items[self.used.value]
            self.room.release()
            return item


@wrong("a buffer for 1 takes 2 items, and nobody has taken one out: `put` must wait")
def room_for_one_more():
    class BoundedBuffer:
        def __init__(self, size):
            self.size, self.items = size + 1, Array("i", size + 1)
            self.first, self.last, self.lock = Value("i", 0), Value("i", 0), Lock()
            self.room, self.filled = Semaphore(size + 1), Semaphore(0)

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


@wrong("this is to be built from semaphores, a lock and an array; it uses Queue")
def a_queue_inside():
    class BoundedBuffer:
        def __init__(self, size):
            self.queue = Queue(size)

        def put(self, item):
            self.queue.put(item)

        def get(self):
            return self.queue.get()


@wrong("somebody looks again and again until there is room or an item (busy waiting)")
def looking_again_and_again():
    class BoundedBuffer:
        def __init__(self, size):
            self.items, self.used, self.lock = Array("i", size), Value("i", 0), Lock()

        def put(self, item):
            while True:
                with self.lock:
                    if self.used.value < len(self.items):
                        self.items[self.used.value] = item
                        self.used.value += 1
                        return

        def get(self):
            while True:
                with self.lock:
                    if self.used.value:
                        item = self.items[0]
                        self.items[:-1] = self.items[1:]
                        self.used.value -= 1
                        return item


@wrong("20000001", "they differ first at index 4: 1 in the place of 20000001")
def bytes_for_items():
    class BoundedBuffer:
        def __init__(self, size):
            self.size, self.items = size, Array("b", size)
            self.first, self.last, self.lock = Value("i", 0), Value("i", 0), Lock()
            self.room, self.filled = Semaphore(size), Semaphore(0)

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


@also_right
def a_lock_for_each_end():
    class BoundedBuffer:
        def __init__(self, size):
            self.size, self.items = size, Array("i", size)
            self.first, self.last = Value("i", 0), Value("i", 0)
            self.room, self.filled = Semaphore(size), Semaphore(0)

        def put(self, item):
            self.room.acquire()
            with self.last.get_lock():
                self.items[self.last.value] = item
                self.last.value = (self.last.value + 1) % self.size
            self.filled.release()

        def get(self):
            self.filled.acquire()
            with self.first.get_lock():
                item = self.items[self.first.value]
                self.first.value = (self.first.value + 1) % self.size
            self.room.release()
            return item


@also_right
def with_a_condition():
    class BoundedBuffer:
        def __init__(self, size):
            self.items, self.used, self.changed = Array("i", size), Value("i", 0), Condition()

        def put(self, item):
            with self.changed:
                while self.used.value == len(self.items):
                    self.changed.wait()
                self.items[self.used.value] = item
                self.used.value += 1
                self.changed.notify_all()

        def get(self):
            with self.changed:
                self.changed.wait_for(lambda: self.used.value > 0)
                item = self.items[0]
                self.items[:-1] = self.items[1:]
                self.used.value -= 1
                self.changed.notify_all()
                return item
