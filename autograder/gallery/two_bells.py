"""Two bells

A hatch between kitchen and dining room holds one plate. The cook waits until it is free, the waiter until there is a plate. There are two bells, one for each, and each rings for the other. Two cooks and two waiters, a plate each.

Mend `Hatch`.
"""

from multiprocessing import Condition, Lock, Process, Semaphore, Value

from autograder.authoring.marks import also_right, mistake, wrong
from lockstep import check, explore, given

play = "dinner_time"
fewest = 15

hints = [
    "Who sleeps where, and who rings which bell?",
    "Who has put a plate down has news for waiters; who has taken one, for cooks.",
]


class Hatch:
    """Room for one plate between kitchen and dining room."""

    def __init__(self):
        lock = Lock()
        self.plates = Value("i", 0, lock=False)
        self.for_cooks, self.for_waiters = Condition(lock), Condition(lock)

    def put(self):
        with self.for_cooks:
            while self.plates.value == 1:
                self.for_cooks.wait()
            self.plates.value += 1
            self.for_waiters.notify()

    def take(self):
        with self.for_waiters:
            while self.plates.value == 0:
                self.for_waiters.wait()
            self.plates.value -= 1
            self.for_cooks.notify()


@given
def all_at_once(*jobs):
    processes = [Process(target=job, args=arguments) for job, *arguments in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


@given
def cook_at_the_hatch(hatch):
    hatch.put()


@given
def waiter(hatch):
    hatch.take()


@given
def dinner_time():
    hatch = Hatch()
    all_at_once(*((cook_at_the_hatch, hatch) for _ in range(2)), *((waiter, hatch) for _ in range(2)))
    return "well"


@given
def two_plates():
    hatch = Hatch()
    hatch.put()
    hatch.put()


@given
def no_plate():
    Hatch().take()


@check("both plates come through, in every interleaving", limit=5)
def _(student):
    found = explore(student.dinner_time).never_crashes()
    assert not found.deadlocks, found.failure("Somebody sleeps for ever:")
    found.always(lambda end: end == "well")


@check("one plate at a time, and none that was not put there", limit=5)
def _(student):
    assert not explore(student.two_plates).results, "two plates stand in a hatch for one"
    assert not explore(student.no_plate).results, "a plate was taken that nobody has put there"


@mistake("Somebody sleeps for ever")
def each_rings_the_own_bell():
    class Hatch:
        """Room for one plate between kitchen and dining room."""

        def __init__(self):
            lock = Lock()
            self.plates = Value("i", 0, lock=False)
            self.for_cooks, self.for_waiters = Condition(lock), Condition(lock)

        def put(self):
            with self.for_cooks:
                while self.plates.value == 1:
                    self.for_cooks.wait()
                self.plates.value += 1
                self.for_cooks.notify()

        def take(self):
            with self.for_waiters:
                while self.plates.value == 0:
                    self.for_waiters.wait()
                self.plates.value -= 1
                self.for_waiters.notify()


@wrong("Somebody sleeps for ever")
def one_bell_and_one_is_woken():
    class Hatch:
        def __init__(self):
            self.plates, self.bell = Value("i", 0, lock=False), Condition()

        def put(self):
            with self.bell:
                while self.plates.value == 1:
                    self.bell.wait()
                self.plates.value += 1
                self.bell.notify()

        def take(self):
            with self.bell:
                while self.plates.value == 0:
                    self.bell.wait()
                self.plates.value -= 1
                self.bell.notify()


@wrong("two plates stand in a hatch for one")
def cooks_do_not_wait():
    class Hatch:
        def __init__(self):
            self.plates = Semaphore(0)

        def put(self):
            self.plates.release()

        def take(self):
            self.plates.acquire()


@also_right
def semaphores():
    class Hatch:
        def __init__(self):
            self.room, self.plates = Semaphore(1), Semaphore(0)

        def put(self):
            self.room.acquire()
            self.plates.release()

        def take(self):
            self.plates.acquire()
            self.room.release()


@also_right
def one_bell_for_all():
    class Hatch:
        def __init__(self):
            self.plates, self.bell = Value("i", 0, lock=False), Condition()

        def put(self):
            with self.bell:
                self.bell.wait_for(lambda: self.plates.value == 0)
                self.plates.value = 1
                self.bell.notify_all()

        def take(self):
            with self.bell:
                self.bell.wait_for(lambda: self.plates.value == 1)
                self.plates.value = 0
                self.bell.notify_all()
