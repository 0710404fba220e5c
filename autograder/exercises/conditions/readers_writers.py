"""Readers together, a writer alone

Write the class `ReadersWriters` for data that many read and few change. Whoever reads calls `begin_read()`, reads, and calls `end_read()`; whoever
writes calls `begin_write()` and `end_write()`. All of them come again and again.

- Any number of readers can be inside at the same time.
- A writer is inside alone: without another writer, and without a reader.
- A writer does not starve: however often readers come, one that waits gets its turn. (Readers may have to wait for writers for ever.)

Build it from a condition or semaphores, locks and shared values. Whoever waits sleeps, and does not look again and again.
"""

from multiprocessing import Condition, Lock, Process, RLock, Semaphore, Value

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given, inside

points = 6

hints = [
    "Under one condition, count who reads, and note whether somebody writes. A reader waits while somebody writes; a writer waits while anybody is inside.",
    "With this alone a writer starves: the second reader comes before the first one leaves, the first one comes again before the second leaves.",
    "Count the writers that wait as well, and let no reader in while there are some. Do not forget to count down.",
]

equivalent_mutants = {
    '+ self.readers, self.writers, self.waiting = Value("i", ), Value("i", 0), Value("i", 0)': "it starts at 0 anyway",
    '+ self.readers, self.writers, self.waiting = Value("i", 0), Value("i", ), Value("i", 0)': "it starts at 0 anyway",
    '+ self.readers, self.writers, self.waiting = Value("i", 0), Value("i", 0), Value("i", )': "it starts at 0 anyway",
    "+ self.changed.notify_all()": "whoever is woken needs the lock, and gets it after the next line",
    "+ self.writers.value = 1": "the order of lines does not matter while nobody else can have the lock",
    "+ self.writers.value = 2": "it is only asked whether it is 0",
}


class ReadersWriters:
    """Any number of readers, or one writer; no writer starves."""

    def __init__(self):
        ### BEGIN SOLUTION
        self.readers, self.writers, self.waiting = Value("i", 0), Value("i", 0), Value("i", 0)
        self.changed = Condition()
        ### END SOLUTION

    def begin_read(self):
        """Return when this reader may read."""
        ### BEGIN SOLUTION
        with self.changed:
            while self.writers.value or self.waiting.value:
                self.changed.wait()
            self.readers.value += 1
        ### END SOLUTION

    def end_read(self):
        """This reader has read."""
        ### BEGIN SOLUTION
        with self.changed:
            self.readers.value -= 1
            self.changed.notify_all()
        ### END SOLUTION

    def begin_write(self):
        """Return when this writer may write."""
        ### BEGIN SOLUTION
        with self.changed:
            self.waiting.value += 1
            while self.writers.value or self.readers.value:
                self.changed.wait()
            self.waiting.value -= 1
            self.writers.value = 1
        ### END SOLUTION

    def end_write(self):
        """This writer has written."""
        ### BEGIN SOLUTION
        with self.changed:
            self.writers.value = 0
            self.changed.notify_all()
        ### END SOLUTION


@given
def read(door, me, times, done):
    while times:  # for ever, if `times` is negative
        door.begin_read()
        with inside("reading"), inside(f"writing, or reader {me}"):
            done.value = 1
        door.end_read()
        times -= times > 0


@given
def write(door, readers, times, done):
    alone = [inside(f"writing, or reader {reader}") for reader in range(readers)]
    while times:
        door.begin_write()
        with inside("writing"), alone[0], alone[-1]:
            done.value = 1
        door.end_write()
        times -= times > 0


@given
def library(readers, writers, times=1, writing=None):
    # So many readers and writers come so many times, writers `writing` times if that is given; -1 is for ever. Has everybody been inside?
    door = ReadersWriters()
    done = [Value("b", 0, lock=False) for _ in range(readers + writers)]
    processes = [Process(target=read, args=(door, me, times, done[me])) for me in range(readers)]
    for writer in range(writers):
        often = times if writing is None else writing
        processes.append(Process(target=write, args=(door, max(readers, 1), often, done[readers + writer])))
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return all(mine.value for mine in done)


@given
def come_in(door):
    door.begin_read()


@given
def all_come_in(readers):
    # One reader after the other comes in, and none of them leaves.
    door = ReadersWriters()
    for _ in range(readers):
        process = Process(target=come_in, args=(door,))
        process.start()
        process.join()


@check("a reader, a writer: both get in and out, and never both inside", limit=5)
def _(student):
    found = explore(student.library, 1, 1)
    assert "AssertionError" not in str(found), found.failure(
        "This lock is not yours: `wait` and `notify` need that of their condition, and an RLock its owner"
    )
    found.never_crashes()
    assert not found.deadlocks, found.failure(
        "Somebody waits for ever, and nobody is inside: was it not woken, or never counted down?"
    )
    found.at_most("writing, or reader 0", 1)
    found.always(lambda everybody: everybody)
    assert student.library(1, 1)


@check("two readers can be inside at the same time, and whoever waits sleeps")
def _(student):
    found = explore(student.library, 2, 0)
    assert "AssertionError" not in str(found), found.failure(
        "An RLock can be given back by the one who took it, and by nobody else: the last reader is not always the first"
    )
    most = found.always_ends().at_once("reading")
    assert most == 2, (
        "never 2 readers inside at once, in any interleaving: this is a lock, and readers do not harm each other"
    )
    found = explore(student.library, 1, 1).always_ends()
    assert "rwlock.want_write" not in found.operations, "the `ReadersWriterLock` of lockstep does the work for you here"
    assert found.interleavings is not None, "somebody looks again and again until it may go in (busy waiting)"


@check("two readers, one writer: the writer is alone")
def _(student):
    found = explore(student.library, 2, 1).never_crashes()
    for section in ("writing, or reader 0", "writing, or reader 1"):
        found.at_most(section, 1)
    assert not found.deadlocks, found.failure(
        "Somebody waits for ever: was not everybody woken who waits, or is there a lost update in the counting?"
    )
    found.always(lambda everybody: everybody)


@check("two writers, one reader: one writer at a time, and the reader is not forgotten")
def _(student):
    found = explore(student.library, 1, 2).never_crashes()
    for section in ("writing", "writing, or reader 0"):
        found.at_most(section, 1)
    assert not found.deadlocks, found.failure("Somebody waits for ever, and nobody is inside")
    found.always(lambda everybody: everybody)


@check("two readers come again and again, and the writer gets its turn", limit=10)
def _(student):
    explore(student.library, 2, 1).always_ends()
    explore(student.library, 2, 1, -1, budget=10_000).never_starves("writing")


@check("three real readers and two writers, five times each", limit=5)
def _(student):
    explore(student.library, 2, 1).always(lambda everybody: everybody)
    assert student.library(3, 2, 5)


@hidden
@check("a reader comes again and again, and each of two writers gets its turn", limit=10)
def _(student):
    explore(student.library, 1, 2).always_ends()
    explore(student.library, 1, 2, -1, 1, budget=10_000).never_starves("writing")


@hidden
@check("a dozen readers can be inside, one after the other, before the first one leaves")
def _(student):
    found = explore(student.all_come_in, 12).never_crashes()
    assert not found.deadlocks, found.failure("Any number of readers can be inside, and one of twelve has to wait")


@hidden
@check("two readers, two writers, in every interleaving")
def _(student):
    found = explore(student.library, 2, 2).always(lambda everybody: everybody)
    found.at_most("writing", 1)


@wrong(
    "can be kept out of 'writing' for ever, while Process-1 goes through again and again",
    "✘ a reader comes again and again, and each of two writers",
)
def one_sign_for_all_writers_that_wait():
    class ReadersWriters:
        def __init__(self):
            self.readers, self.writers, self.waiting = Value("i", 0), Value("i", 0), Value("b", 0)
            self.changed = Condition()

        def begin_read(self):
            with self.changed:
                while self.writers.value or self.waiting.value:
                    self.changed.wait()
                self.readers.value += 1

        def end_read(self):
            with self.changed:
                self.readers.value -= 1
                self.changed.notify_all()

        def begin_write(self):
            with self.changed:
                self.waiting.value = 1
                while self.writers.value or self.readers.value:
                    self.changed.wait()
                self.waiting.value = 0
                self.writers.value = 1

        def end_write(self):
            with self.changed:
                self.writers.value = 0
                self.changed.notify_all()


@wrong("Any number of readers can be inside, and one of twelve has to wait")
def two_permits():
    class ReadersWriters:
        def __init__(self):
            self.permits, self.order = Semaphore(2), Lock()

        def begin_read(self):
            with self.order:
                self.permits.acquire()

        def end_read(self):
            self.permits.release()

        def begin_write(self):
            with self.order:
                for _ in range(2):
                    self.permits.acquire()

        def end_write(self):
            for _ in range(2):
                self.permits.release()


@wrong(
    "Process-3 can be kept out of 'writing' for ever, while Process-1 and Process-2 go through again and again (starvation)"
)
def the_first_reader_locks_and_the_last_unlocks():
    class ReadersWriters:
        def __init__(self):
            self.readers, self.counting, self.empty = Value("i", 0), Lock(), Lock()

        def begin_read(self):
            with self.counting:
                self.readers.value += 1
                if self.readers.value == 1:
                    self.empty.acquire()

        def end_read(self):
            with self.counting:
                self.readers.value -= 1
                if self.readers.value == 0:
                    self.empty.release()

        def begin_write(self):
            self.empty.acquire()

        def end_write(self):
            self.empty.release()


@wrong("never 2 readers inside at once, in any interleaving: this is a lock, and readers do not harm each other")
def one_lock_for_all():
    class ReadersWriters:
        def __init__(self):
            self.lock = Lock()
            self.begin_read = self.begin_write = self.lock.acquire
            self.end_read = self.end_write = self.lock.release


@wrong("An RLock can be given back by the one who took it, and by nobody else")
def an_rlock_that_the_first_reader_takes():
    class ReadersWriters:
        def __init__(self):
            self.readers, self.counting, self.empty, self.queue = Value("i", 0), Lock(), RLock(), Lock()

        def begin_read(self):
            with self.queue, self.counting:
                self.readers.value += 1
                if self.readers.value == 1:
                    self.empty.acquire()

        def end_read(self):
            with self.counting:
                self.readers.value -= 1
                if self.readers.value == 0:
                    self.empty.release()

        def begin_write(self):
            self.queue.acquire()
            self.empty.acquire()

        def end_write(self):
            self.empty.release()
            self.queue.release()


@wrong("Somebody waits for ever, and nobody is inside: was it not woken, or never counted down?")
def never_counted_down():
    class ReadersWriters:
        def __init__(self):
            self.inside, self.waiting, self.changed = Value("i", 0), Value("i", 0), Condition()

        def begin_read(self):
            with self.changed:
                self.changed.wait_for(lambda: self.inside.value >= 0 and not self.waiting.value)
                self.inside.value += 1

        def end_read(self):
            with self.changed:
                self.inside.value -= 1
                self.changed.notify_all()

        def begin_write(self):
            with self.changed:
                self.waiting.value += 1
                self.changed.wait_for(lambda: self.inside.value == 0)
                self.inside.value = -1

        def end_write(self):
            with self.changed:
                self.inside.value = 0
                self.changed.notify_all()


@wrong("Somebody waits for ever: was not everybody woken who waits")
def only_one_is_woken():
    class ReadersWriters:
        def __init__(self):
            self.inside, self.waiting, self.changed = Value("i", 0), Value("i", 0), Condition()

        def begin_read(self):
            with self.changed:
                self.changed.wait_for(lambda: self.inside.value >= 0 and not self.waiting.value)
                self.inside.value += 1

        def end_read(self):
            with self.changed:
                self.inside.value -= 1
                self.changed.notify()

        def begin_write(self):
            with self.changed:
                self.waiting.value += 1
                self.changed.wait_for(lambda: self.inside.value == 0)
                self.waiting.value -= 1
                self.inside.value = -1

        def end_write(self):
            with self.changed:
                self.inside.value = 0
                self.changed.notify()


@also_right
def a_turnstile_where_all_queue():
    class ReadersWriters:
        def __init__(self):
            self.readers, self.counting = Value("i", 0, lock=False), Lock()
            self.turnstile, self.empty = Semaphore(1), Semaphore(1)

        def begin_read(self):
            with self.turnstile:
                pass
            with self.counting:
                self.readers.value += 1
                if self.readers.value == 1:
                    self.empty.acquire()

        def end_read(self):
            with self.counting:
                self.readers.value -= 1
                if self.readers.value == 0:
                    self.empty.release()

        def begin_write(self):
            self.turnstile.acquire()
            self.empty.acquire()

        def end_write(self):
            self.turnstile.release()
            self.empty.release()


@also_right
def one_number_and_two_conditions():
    class ReadersWriters:
        def __init__(self) -> None:
            lock = Lock()
            self.calm, self.empty = Condition(lock), Condition(lock)
            self.inside, self.waiting = Value("i", 0, lock=False), Value("i", 0, lock=False)

        def begin_read(self) -> None:
            with self.calm:
                self.calm.wait_for(lambda: self.inside.value >= 0 and self.waiting.value == 0)
                self.inside.value += 1

        def end_read(self) -> None:
            with self.empty:
                self.inside.value -= 1
                if self.inside.value == 0:
                    self.empty.notify()

        def begin_write(self) -> None:
            with self.empty:
                self.waiting.value += 1
                self.empty.wait_for(lambda: self.inside.value == 0)
                self.waiting.value -= 1
                self.inside.value = -1

        def end_write(self) -> None:
            with self.empty:
                self.inside.value = 0
                self.empty.notify()
                self.calm.notify_all()


@also_right
def the_writer_keeps_the_lock_while_readers_leave():
    class ReadersWriters:
        def __init__(self):
            self.door, self.gone = Lock(), Condition()
            self.readers = Value("i", 0, lock=False)

        def begin_read(self):
            with self.door, self.gone:
                self.readers.value += 1

        def end_read(self):
            with self.gone:
                self.readers.value -= 1
                self.gone.notify_all()

        def begin_write(self):
            self.door.acquire()
            with self.gone:
                while self.readers.value:
                    self.gone.wait()

        def end_write(self):
            self.door.release()


@also_right
def in_the_order_of_coming():
    class ReadersWriters:
        def __init__(self):
            self.changed = Condition()
            self.ticket, self.turn, self.readers = Value("i", 0), Value("i", 0), Value("i", 0)

        def draw(self):
            mine = self.ticket.value
            self.ticket.value = (mine + 1) % 10
            self.changed.wait_for(lambda: self.turn.value == mine)

        def begin_read(self):
            with self.changed:
                self.draw()
                self.readers.value += 1
                self.turn.value = (self.turn.value + 1) % 10
                self.changed.notify_all()

        def end_read(self):
            with self.changed:
                self.readers.value -= 1
                self.changed.notify_all()

        def begin_write(self):
            with self.changed:
                self.draw()
                self.changed.wait_for(lambda: self.readers.value == 0)

        def end_write(self):
            with self.changed:
                self.turn.value = (self.turn.value + 1) % 10
                self.changed.notify_all()
