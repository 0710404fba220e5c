"""Hikers at the fork

Two hikers wait for each other at every fork of the path, and go on together. Who comes first waits; who comes second opens the turnstile for the first one. (A barrier, as in Downey, 3.6 and 3.7.) There are two forks.

Mend `Fork`.
"""

from multiprocessing import Barrier, Lock, Process, Semaphore, Value

from autograder.authoring.marks import also_right, mistake, wrong
from lockstep import check, explore, given

play = "hike"
fewest = 26

hints = [
    "A fast hiker can be at the next fork before the slow one has gone through here. Whose turnstile does it find open?",
    "Two turnstiles, one behind the other: the second one lets nobody on before both are through the first. Or one for each hiker.",
]


class Fork:
    """Two meet here, 0 and 1, as often as they like."""

    def __init__(self):
        self.lock, self.there = Lock(), Value("i", 0, lock=False)
        self.first, self.second = Semaphore(0), Semaphore(0)

    def meet(self, me):
        with self.lock:
            self.there.value += 1
            if self.there.value == 2:
                self.first.release()
                self.first.release()
        self.first.acquire()
        with self.lock:
            self.there.value -= 1
            if self.there.value == 0:
                self.second.release()
                self.second.release()
        self.second.acquire()


@given
def all_at_once(*jobs):
    processes = [Process(target=job, args=arguments) for job, *arguments in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


@given
def hiker(me, fork, at, trouble):
    for number in (1, 2):
        at[me].value = number
        fork.meet(me)
        if at[1 - me].value < number:
            trouble.value = 1


@given
def hike():
    fork, trouble = Fork(), Value("b", 0, lock=False)
    at = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
    all_at_once((hiker, 0, fork, at, trouble), (hiker, 1, fork, at, trouble))
    return "one goes on alone" if trouble.value else "well"


@check("at both forks they go on together, in every interleaving", limit=5)
def _(student):
    found = explore(student.hike).never_crashes()
    alone = found.schedule(lambda end: end != "well", "One goes on alone:")
    assert alone is None, alone
    assert not found.deadlocks, found.failure("Both are there, and somebody waits for ever:")
    found.always_ends()


@mistake("Both are there, and somebody waits for ever")
def one_turnstile():
    class Fork:
        """Two meet here, 0 and 1, as often as they like."""

        def __init__(self):
            self.lock, self.there, self.turnstile = Lock(), Value("i", 0, lock=False), Semaphore(0)

        def meet(self, me):
            with self.lock:
                self.there.value += 1
                if self.there.value == 2:
                    self.there.value = 0
                    self.turnstile.release()
                    self.turnstile.release()
            self.turnstile.acquire()


@wrong("Both are there, and somebody waits for ever")
def the_count_is_never_taken_back():
    class Fork:
        def __init__(self):
            self.lock, self.there, self.turnstile = Lock(), Value("i", 0, lock=False), Semaphore(0)

        def meet(self, me):
            with self.lock:
                self.there.value += 1
                if self.there.value == 2:
                    self.turnstile.release()
                    self.turnstile.release()
            self.turnstile.acquire()


@wrong("One goes on alone")
def nobody_waits():
    class Fork:
        def __init__(self):
            self.there = Value("i", 0)

        def meet(self, me):
            with self.there.get_lock():
                self.there.value += 1


@wrong("Both are there, and somebody waits for ever")
def waiting_with_the_lock():
    class Fork:
        def __init__(self):
            self.lock, self.there, self.turnstile = Lock(), Value("i", 0, lock=False), Semaphore(0)

        def meet(self, me):
            with self.lock:
                self.there.value += 1
                if self.there.value == 2:
                    self.there.value = 0
                    self.turnstile.release()
                else:
                    self.turnstile.acquire()


@also_right
def one_turnstile_for_each():
    class Fork:
        def __init__(self):
            self.come = [Semaphore(0), Semaphore(0)]

        def meet(self, me):
            self.come[me].release()
            self.come[1 - me].acquire()


@also_right
def of_the_library():
    class Fork:
        def __init__(self):
            self.barrier = Barrier(2)

        def meet(self, me):
            self.barrier.wait()
