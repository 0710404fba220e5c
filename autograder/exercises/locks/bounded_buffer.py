"""A buffer with room for so many

Write the class `BoundedBuffer(size)` for producers and consumers. It keeps its items, whole numbers, in a shared `Array` and
works in the order first in, first out.

- `put(item)` waits while the buffer is full.
- `get()` waits while the buffer is empty, and returns the oldest item.

Use semaphores for waiting and a lock for the array. No item may be lost or come twice, and nobody may wait for ever.
"""

from multiprocessing import Array, Lock, Process, Semaphore, Value

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given

points = 6

hints = [
    "Two different things are waited for: room and items. One semaphore each: `Semaphore(size)` and `Semaphore(0)`.",
    "`put` takes one of the room and gives one of the items. `get` takes one of the items and gives one of the room.",
    "Never wait for a semaphore while you hold the lock: whoever could release it needs the lock.",
]


class BoundedBuffer:
    """A buffer of at most `size` whole numbers for processes; first in, first out."""

    def __init__(self, size):
        ### BEGIN SOLUTION
        self.size = size
        self.items = Array("i", size, lock=False)
        self.first = Value("i", 0, lock=False)
        self.last = Value("i", 0, lock=False)
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


@check("one producer, one consumer: everything arrives in order, in every interleaving")
def _(student):
    explore(student.pass_through, 2, [[1, 2, 3]], [3]).always(lambda got: got == [[1, 2, 3]])


@check("a buffer for 1: nobody waits for ever")
def _(student):
    explore(student.pass_through, 1, [[1, 2]], [2]).always_ends()


@check("two producers: nothing is lost and nothing comes twice, in every interleaving")
def _(student):
    explore(student.pass_through, 2, [[1], [2]], [2]).always(lambda got: sorted(got[0]) == [1, 2])


@check("two consumers: nothing is lost and nothing comes twice, in every interleaving")
def _(student):
    explore(student.pass_through, 2, [[1, 2, 3]], [1, 2]).always(lambda got: sorted(got[0] + got[1]) == [1, 2, 3])


@check("it works on real processes", limit=8)
def _(student):
    got = student.pass_through(3, [list(range(0, 30)), list(range(30, 60))], [20, 40])
    assert sorted(got[0] + got[1]) == list(range(60))


@hidden
@check("two producers and two consumers: nothing is lost and nothing comes twice, in every interleaving")
def _(student):
    explore(student.pass_through, 1, [[1], [2]], [1, 1]).always(lambda got: sorted(got[0] + got[1]) == [1, 2])


@wrong("nobody can go on (deadlock)")
def the_lock_before_the_semaphore():
    class BoundedBuffer:
        def __init__(self, size):
            self.size = size
            self.items = Array("i", size, lock=False)
            self.first = Value("i", 0, lock=False)
            self.last = Value("i", 0, lock=False)
            self.lock = Lock()
            self.room = Semaphore(size)
            self.filled = Semaphore(0)

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


@wrong("nothing is lost and nothing comes twice", "the result is wrong")
def no_lock():
    class BoundedBuffer:
        def __init__(self, size):
            self.size = size
            self.items = Array("i", size, lock=False)
            self.first = Value("i", 0, lock=False)
            self.last = Value("i", 0, lock=False)
            self.room = Semaphore(size)
            self.filled = Semaphore(0)

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


@wrong("two consumers: nothing is lost", "the result is wrong")
def a_consumer_reads_outside_the_lock():
    class BoundedBuffer:
        def __init__(self, size):
            self.size = size
            self.items = Array("i", size, lock=False)
            self.first = Value("i", 0, lock=False)
            self.last = Value("i", 0, lock=False)
            self.lock = Lock()
            self.room = Semaphore(size)
            self.filled = Semaphore(0)

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


@wrong("two consumers: nothing is lost", "the result is wrong")
def only_producers_lock():
    class BoundedBuffer:
        def __init__(self, size):
            self.size = size
            self.items = Array("i", size, lock=False)
            self.first = Value("i", 0, lock=False)
            self.last = Value("i", 0, lock=False)
            self.lock = Lock()
            self.room = Semaphore(size)
            self.filled = Semaphore(0)

        def put(self, item):
            self.room.acquire()
            with self.lock:
                self.items[self.last.value] = item
                self.last.value = (self.last.value + 1) % self.size
            self.filled.release()

        def get(self):
            self.filled.acquire()
            item = self.items[self.first.value]
            self.first.value = (self.first.value + 1) % self.size
            self.room.release()
            return item


@wrong("1,758,980 of 1,758,980 interleavings the result is wrong", "acquire self.room")
def semaphores_swapped():
    class BoundedBuffer:
        def __init__(self, size):
            self.size = size
            self.items = Array("i", size, lock=False)
            self.first = Value("i", 0, lock=False)
            self.last = Value("i", 0, lock=False)
            self.lock = Lock()
            self.room = Semaphore(size)
            self.filled = Semaphore(0)

        def put(self, item):
            self.filled.acquire()
            with self.lock:
                self.items[self.last.value] = item
                self.last.value = (self.last.value + 1) % self.size
            self.room.release()

        def get(self):
            self.room.acquire()
            with self.lock:
                item = self.items[self.first.value]
                self.first.value = (self.first.value + 1) % self.size
            self.filled.release()
            return item


@wrong("the result is wrong")
def last_in_first_out():
    class BoundedBuffer:
        def __init__(self, size):
            self.items = Array("i", size, lock=False)
            self.used = Value("i", 0, lock=False)
            self.lock = Lock()
            self.room = Semaphore(size)
            self.filled = Semaphore(0)

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


@also_right
def a_lock_for_each_end():
    class BoundedBuffer:
        def __init__(self, size):
            self.size = size
            self.items = Array("i", size, lock=False)
            self.first = Value("i", 0, lock=False)
            self.last = Value("i", 0, lock=False)
            self.putting = Lock()
            self.getting = Lock()
            self.room = Semaphore(size)
            self.filled = Semaphore(0)

        def put(self, item):
            self.room.acquire()
            with self.putting:
                self.items[self.last.value] = item
                self.last.value = (self.last.value + 1) % self.size
            self.filled.release()

        def get(self):
            self.filled.acquire()
            with self.getting:
                item = self.items[self.first.value]
                self.first.value = (self.first.value + 1) % self.size
            self.room.release()
            return item
