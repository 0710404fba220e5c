"""The sushi bar

A small bar. When all seats are taken, those who come later are taken for a party, and wait until all of those who eat have left; then as many as there are seats come in. (Reek, 2004; Downey, 7.1.) With a single seat already more can eat than there are seats.

Mend `SushiBar`.
"""

from multiprocessing import Lock, Process, Semaphore, Value

from autograder.authoring.marks import mistake, wrong
from lockstep import check, explore, given, inside

play = "evening"
fewest = 55

hints = [
    "Whoever was called in has to take the lock again. Who may come through the door in the meantime?",
    "The one who leaves calls others in. It knows how many: it can count them as eating at once, before it gives the lock back.",
]


class SushiBar:
    """So many seats; when they are full, who comes waits until all have left."""

    def __init__(self, seats):
        self.seats, self.lock, self.call = seats, Lock(), Semaphore(0)
        self.eating, self.waiting, self.full = (Value("i", 0, lock=False) for _ in range(3))

    def enter(self):
        self.lock.acquire()
        if self.full.value:
            self.waiting.value += 1
            self.lock.release()
            self.call.acquire()
        else:
            self.eating.value += 1
            self.full.value = self.eating.value == self.seats
            self.lock.release()

    def leave(self):
        with self.lock:
            self.eating.value -= 1
            if self.eating.value == 0:
                called = min(self.seats, self.waiting.value)
                self.waiting.value -= called
                self.eating.value = called
                self.full.value = called == self.seats
                for _ in range(called):
                    self.call.release()


@given
def all_at_once(*jobs):
    processes = [Process(target=job, args=arguments) for job, *arguments in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


@given
def guest(bar, free, trouble):
    bar.enter()
    with inside("bar"):
        if not free.acquire(False):
            trouble.value = 1
        else:
            free.release()
    bar.leave()


@given
def evening(seats=1):
    bar, free, trouble = SushiBar(seats), Semaphore(seats), Value("b", 0, lock=False)
    all_at_once(*((guest, bar, free, trouble) for _ in range(3)))
    return "more eat than there are seats" if trouble.value else "well"


@check("with one seat never two eat, and everybody eats, in every interleaving", limit=5)
def _(student):
    found = explore(student.evening, 1).never_crashes()
    crowd = found.schedule(lambda end: end != "well", "More eat than there are seats:")
    assert crowd is None, crowd
    assert not found.deadlocks, found.failure("Somebody waits for ever:")
    found.always_ends()


@check("with two seats never three, and two can eat at the same time", limit=5)
def _(student):
    found = explore(student.evening, 2).always(lambda end: end == "well")
    found.at_most("bar", 2)
    assert found.at_once("bar") == 2, "two seats, and only one is ever taken"


@mistake("More eat than there are seats")
def somebody_slips_in():
    class SushiBar:
        """So many seats; when they are full, who comes waits until all have left."""

        def __init__(self, seats):
            self.seats, self.lock, self.call = seats, Lock(), Semaphore(0)
            self.eating, self.waiting, self.full = (Value("i", 0, lock=False) for _ in range(3))

        def enter(self):
            self.lock.acquire()
            if self.full.value:
                self.waiting.value += 1
                self.lock.release()
                self.call.acquire()
                self.lock.acquire()
                self.waiting.value -= 1
            self.eating.value += 1
            self.full.value = self.eating.value == self.seats
            self.lock.release()

        def leave(self):
            with self.lock:
                self.eating.value -= 1
                if self.eating.value == 0:
                    for _ in range(min(self.seats, self.waiting.value)):
                        self.call.release()
                    self.full.value = False


@wrong("More eat than there are seats")
def full_is_said_of_a_bar_that_is_not():
    class SushiBar:
        def __init__(self, seats):
            self.seats, self.lock, self.call = seats, Lock(), Semaphore(0)
            self.eating, self.waiting, self.full = (Value("i", 0, lock=False) for _ in range(3))

        def enter(self):
            self.lock.acquire()
            if self.full.value:
                self.waiting.value += 1
                self.lock.release()
                self.call.acquire()
            else:
                self.eating.value += 1
                self.full.value = self.eating.value == self.seats
                self.lock.release()

        def leave(self):
            with self.lock:
                self.eating.value -= 1
                if self.eating.value == 0:
                    if self.waiting.value:
                        self.waiting.value -= 1
                        self.eating.value = 1
                        self.call.release()
                    self.full.value = self.waiting.value > 0


@wrong("two seats, and only one is ever taken")
def one_seat_only():
    class SushiBar:
        def __init__(self, seats):
            self.lock = Lock()

        def enter(self):
            self.lock.acquire()

        def leave(self):
            self.lock.release()
