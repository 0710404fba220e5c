"""The bakery

In Lamport's bakery (1974) nobody needs a lock, not even for drawing a number: who comes in looks at the numbers of all others and takes one that is larger by one. Then each
lets all those go first who have a smaller number; of two equal numbers that of the smaller process counts. Two can be inside at once all the same.

Mend it with shared numbers alone. You may add some.
"""

from multiprocessing import Array, Lock, Process, Value

from autograder.authoring.marks import mistake, wrong
from lockstep import check, explore, given

play = "baking_day"
fewest = 18

hints = [
    "Two that come at the same time may draw the same number. That is foreseen. What does the one see of the other that is *still drawing*?",
    "Say that you are drawing, before you look at the numbers, and until yours is written. Wait for everybody who draws before you compare.",
]


class Bakery:
    """Mutual exclusion of two processes, 0 and 1, from shared numbers."""

    def __init__(self):
        self.drawing = Array("i", 2, lock=False)
        self.number = Array("i", 2, lock=False)

    def enter(self, me):
        other = 1 - me
        self.drawing[me] = 1
        self.number[me] = self.number[other] + 1
        self.drawing[me] = 0
        while self.drawing[other]:
            pass
        while self.number[other] and (self.number[other], other) < (self.number[me], me):
            pass

    def leave(self, me):
        self.number[me] = 0


@given
def all_at_once(*jobs):
    processes = [Process(target=job, args=arguments) for job, *arguments in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


@given
def customer(me, bakery, there, trouble):
    bakery.enter(me)
    there[me] = 1
    if there[1 - me]:
        trouble.value = 1
    there[me] = 0
    bakery.leave(me)


@given
def baking_day():
    bakery, there, trouble = Bakery(), Array("b", 2, lock=False), Value("b", 0, lock=False)
    all_at_once((customer, 0, bakery, there, trouble), (customer, 1, bakery, there, trouble))
    return "two at once" if trouble.value else "well"


@check("never two at once, and everybody is served, in every interleaving", limit=5)
def _(student):
    found = explore(student.baking_day)
    others = {kind.partition(".")[0] for kind in found.operations} - {"cell", "cells"}
    assert not others, f"with shared numbers alone: this uses {', '.join(sorted(others))}"
    two = found.schedule(lambda end: end != "well", "Two are inside at once")
    assert two is None, two
    found.always_ends()


@mistake("Two are inside at once")
def nobody_sees_who_is_still_drawing():
    class Bakery:
        """Mutual exclusion of two processes, 0 and 1, from shared numbers."""

        def __init__(self):
            self.number = Array("i", 2, lock=False)

        def enter(self, me):
            other = 1 - me
            self.number[me] = self.number[other] + 1
            while self.number[other] and (self.number[other], other) < (self.number[me], me):
                pass

        def leave(self, me):
            self.number[me] = 0


@wrong("Two are inside at once")
def drawing_is_said_too_late():
    class Bakery:
        def __init__(self):
            self.drawing = Array("i", 2, lock=False)
            self.number = Array("i", 2, lock=False)

        def enter(self, me):
            other = 1 - me
            last = self.number[other]
            self.drawing[me] = 1
            self.number[me] = last + 1
            self.drawing[me] = 0
            while self.drawing[other]:
                pass
            while self.number[other] and (self.number[other], other) < (self.number[me], me):
                pass

        def leave(self, me):
            self.number[me] = 0


@wrong("for ever")
def of_two_equal_numbers_none_goes():
    class Bakery:
        def __init__(self):
            self.drawing = Array("i", 2, lock=False)
            self.number = Array("i", 2, lock=False)

        def enter(self, me):
            other = 1 - me
            self.drawing[me] = 1
            self.number[me] = self.number[other] + 1
            self.drawing[me] = 0
            while self.drawing[other]:
                pass
            while self.number[other] and self.number[other] <= self.number[me]:
                pass

        def leave(self, me):
            self.number[me] = 0


@wrong("with shared numbers alone: this uses lock")
def a_lock():
    class Bakery:
        def __init__(self):
            self.lock = Lock()

        def enter(self, me):
            self.lock.acquire()

        def leave(self, me):
            self.lock.release()
