"""The common pot

All eat from one pot. Who finds it empty wakes the cook, waits until it is full again, and then takes a portion. (Andrews, 1991; Downey, 5.1.) A full pot holds two portions, two want one each, so the cook has to cook once.

Mend `Pot`.
"""

from multiprocessing import Lock, Process, Semaphore, Value

from autograder.authoring.marks import mistake, wrong
from lockstep import check, explore, given

play = "supper"
fewest = 12

hints = [
    "Two look into the empty pot at the same time. Who wakes the cook?",
    "Looking, waking, waiting for the pot to be full and taking are one critical section. May one wait with that lock in the hand? Who would need it?",
]


class Pot:
    """A pot of two portions, and a cook who fills it when he is woken."""

    def __init__(self):
        self.portions, self.lock = Value("i", 0, lock=False), Lock()
        self.empty, self.full = Semaphore(0), Semaphore(0)

    def eat(self):
        with self.lock:
            if self.portions.value == 0:
                self.empty.release()
                self.full.acquire()
            self.portions.value -= 1

    def cook(self):
        self.empty.acquire()
        self.portions.value = 2
        self.full.release()


@given
def all_at_once(*jobs):
    processes = [Process(target=job, args=arguments) for job, *arguments in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


@given
def cook(pot):
    pot.cook()


@given
def hungry(pot, times):
    for _ in range(times):
        pot.eat()


@given
def supper():
    pot = Pot()
    all_at_once((cook, pot), (hungry, pot, 1), (hungry, pot, 1))
    return "well"


@given
def three_portions():
    pot = Pot()
    all_at_once((cook, pot), (hungry, pot, 3))


@given
def cook_twice():
    pot = Pot()
    all_at_once((cook, pot), (cook, pot), (hungry, pot, 2), (hungry, pot, 2))
    return "well"


@check("both eat, and the cook cooks once, in every interleaving", limit=5)
def _(student):
    found = explore(student.supper).never_crashes()
    assert not found.deadlocks, found.failure("Somebody waits for ever, and the pot was enough for both:")
    found.always(lambda end: end == "well")


@check("a pot has two portions and no more; four eat from two pots", limit=5)
def _(student):
    assert not explore(student.three_portions).results, "three portions came out of one pot of two"
    explore(student.cook_twice).always(lambda end: end == "well")


@mistake("Somebody waits for ever, and the pot was enough for both")
def both_find_it_empty():
    class Pot:
        """A pot of two portions, and a cook who fills it when he is woken."""

        def __init__(self):
            self.portions, self.lock = Value("i", 0, lock=False), Lock()
            self.empty, self.full = Semaphore(0), Semaphore(0)

        def eat(self):
            if self.portions.value == 0:
                self.empty.release()
                self.full.acquire()
            with self.lock:
                self.portions.value -= 1

        def cook(self):
            self.empty.acquire()
            self.portions.value = 2
            self.full.release()


@wrong("Somebody waits for ever, and the pot was enough for both")
def the_cook_needs_the_same_lock():
    class Pot:
        def __init__(self):
            self.portions, self.lock = Value("i", 0, lock=False), Lock()
            self.empty, self.full = Semaphore(0), Semaphore(0)

        def eat(self):
            with self.lock:
                if self.portions.value == 0:
                    self.empty.release()
                    self.full.acquire()
                self.portions.value -= 1

        def cook(self):
            self.empty.acquire()
            with self.lock:
                self.portions.value = 2
            self.full.release()


@wrong("three portions came out of one pot of two")
def nobody_waits_for_the_cook():
    class Pot:
        def __init__(self):
            self.portions, self.empty = Value("i", 0), Semaphore(0)

        def eat(self):
            with self.portions.get_lock():
                if self.portions.value == 0:
                    self.empty.release()
                self.portions.value -= 1

        def cook(self):
            self.empty.acquire()
