"""The nursery

In a nursery there must be one grown-up for every three children. There are three children and two grown-ups, and both grown-ups would like to go. (Hailperin, 2006; Downey, 7.2.) `may_go()` says whether a grown-up may, and if so she has gone.

Mend `Nursery`.
"""

from multiprocessing import Lock, Process, Semaphore, Value

from autograder.authoring.marks import mistake, wrong
from lockstep import check, explore, given

play = "afternoon"
fewest = 11

hints = [
    "Check, then act (unit 05). What has changed between the two?",
    "A lock around the one line that changes the number is not enough.",
]


class Nursery:
    """Three children; for every three there must be a grown-up."""

    def __init__(self):
        self.children, self.grown_ups = Value("i", 3), Value("i", 2)

    def may_go(self):
        with self.grown_ups.get_lock():
            enough = self.children.value <= 3 * (self.grown_ups.value - 1)
            if enough:
                self.grown_ups.value -= 1
        return enough


@given
def all_at_once(*jobs):
    processes = [Process(target=job, args=arguments) for job, *arguments in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


@given
def grown_up(nursery, gone):
    if nursery.may_go():
        gone.release()


@given
def afternoon():
    nursery, gone = Nursery(), Semaphore(0)
    all_at_once((grown_up, nursery, gone), (grown_up, nursery, gone))
    return {0: "nobody may go", 1: "well"}.get(gone.get_value(), "the children are alone")


@check("one of the two may go, and never both, in every interleaving", limit=5)
def _(student):
    found = explore(student.afternoon).never_crashes()
    alone = found.schedule(lambda end: end == "the children are alone", "The children are alone:")
    assert alone is None, alone
    assert not found.deadlocks, found.failure("Somebody waits for ever:")
    stays = found.schedule(lambda end: end == "nobody may go", "Both stay, and one of them could have gone:")
    assert stays is None, stays
    found.always_ends()


@mistake("The children are alone")
def check_then_act():
    class Nursery:
        """Three children; for every three there must be a grown-up."""

        def __init__(self):
            self.children, self.grown_ups = Value("i", 3), Value("i", 2)

        def may_go(self):
            enough = self.children.value <= 3 * (self.grown_ups.value - 1)
            if enough:
                self.grown_ups.value -= 1
            return enough


@wrong("The children are alone")
def a_lock_around_the_act():
    class Nursery:
        def __init__(self):
            self.children, self.grown_ups = Value("i", 3), Value("i", 2)

        def may_go(self):
            enough = self.children.value <= 3 * (self.grown_ups.value - 1)
            if enough:
                with self.grown_ups.get_lock():
                    self.grown_ups.value -= 1
            return enough


@wrong("Both stay, and one of them could have gone")
def gone_first_and_asked_later():
    class Nursery:
        def __init__(self):
            self.children, self.grown_ups, self.lock = Value("i", 3), Value("i", 2), Lock()

        def may_go(self):
            with self.lock:
                self.grown_ups.value -= 1
            enough = self.children.value <= 3 * self.grown_ups.value
            if not enough:
                with self.lock:
                    self.grown_ups.value += 1
            return enough


@wrong("Somebody waits for ever")
def the_lock_goes_along():
    class Nursery:
        def __init__(self):
            self.children, self.grown_ups, self.lock = Value("i", 3), Value("i", 2), Lock()

        def may_go(self):
            self.lock.acquire()
            if self.children.value > 3 * (self.grown_ups.value - 1):
                return False
            self.grown_ups.value -= 1
            return True
