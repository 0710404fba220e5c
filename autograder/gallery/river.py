"""Across the river

A boat takes exactly two. Who arrives waits for a second one; then both go on board, and exactly one of the two rows. (After Downey, 5.7, where there are four, and two kinds of them.)

`arrive()` returns whether you row. Mend `Boat`.
"""

from multiprocessing import Barrier, Lock, Process, Semaphore, Value

from autograder.authoring.marks import also_right, mistake, wrong
from lockstep import check, explore, given

play = "crossing"
fewest = 17

hints = [
    "Both count under the lock. And where do they look at the count?",
    "The one who makes the count two is the one who rows. Whoever looks later sees what others have added.",
]


class Boat:
    """Takes two at a time; one of them rows."""

    def __init__(self):
        self.lock, self.waiting, self.full = Lock(), Value("i", 0, lock=False), Semaphore(0)

    def arrive(self):
        with self.lock:
            self.waiting.value += 1
            rows = self.waiting.value == 2
            if rows:
                self.waiting.value = 0
        if rows:
            self.full.release()
        else:
            self.full.acquire()
        return rows


@given
def all_at_once(*jobs):
    processes = [Process(target=job, args=arguments) for job, *arguments in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


@given
def traveller(boat, rowing):
    if boat.arrive():
        rowing.release()


@given
def crossing():
    boat, rowing = Boat(), Semaphore(0)
    all_at_once((traveller, boat, rowing), (traveller, boat, rowing))
    return {0: "nobody rows", 1: "well"}.get(rowing.get_value(), "both row")


@given
def alone():
    Boat().arrive()


@given
def four_cross():
    boat, rowing = Boat(), Semaphore(0)
    all_at_once(*((traveller, boat, rowing) for _ in range(4)))
    return rowing.get_value()


@check("of two, exactly one rows, in every interleaving", limit=5)
def _(student):
    found = explore(student.crossing).never_crashes()
    both = found.schedule(lambda end: end != "well", "There is not one who rows:")
    assert both is None, both
    assert not found.deadlocks, found.failure("Two are there, and they wait for ever:")
    found.always_ends()


@check("nobody crosses alone, and four take two boats", limit=5)
def _(student):
    assert not explore(student.alone).results, "somebody crosses alone"
    explore(student.four_cross).always(lambda rowing: rowing == 2)


@mistake("There is not one who rows")
def both_see_two():
    class Boat:
        """Takes two at a time; one of them rows."""

        def __init__(self):
            self.lock, self.waiting, self.full = Lock(), Value("i", 0, lock=False), Semaphore(0)

        def arrive(self):
            with self.lock:
                self.waiting.value += 1
            rows = self.waiting.value == 2
            if rows:
                self.waiting.value = 0
                self.full.release()
            else:
                self.full.acquire()
            return rows


@wrong("Two are there, and they wait for ever")
def waiting_with_the_lock():
    class Boat:
        def __init__(self):
            self.lock, self.waiting, self.full = Lock(), Value("i", 0, lock=False), Semaphore(0)

        def arrive(self):
            with self.lock:
                self.waiting.value += 1
                if self.waiting.value == 2:
                    self.waiting.value = 0
                    self.full.release()
                    return True
                self.full.acquire()
                return False


@wrong("somebody crosses alone")
def nobody_waits():
    class Boat:
        def __init__(self):
            self.waiting = Value("i", 0)

        def arrive(self):
            with self.waiting.get_lock():
                self.waiting.value += 1
                return self.waiting.value % 2 == 0


@also_right
def a_barrier():
    class Boat:
        def __init__(self):
            self.full = Barrier(2)

        def arrive(self):
            return self.full.wait() == 0
