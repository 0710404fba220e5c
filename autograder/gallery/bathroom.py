"""One bathroom

A small office has one bathroom. Any number of women, or any number of men, may be in it at the same time, but not both. The first one of a kind
opens it for her or his kind, the last one gives it back. (Downey, *The Little Book of Semaphores*, 6.2.)

Mend `Bathroom`. Two women must still be able to be inside at the same time.
"""

from multiprocessing import Array, Lock, Process, Semaphore, Value

from autograder.authoring.marks import mistake, wrong
from lockstep import check, explore, given, inside

play = "office_day"
fewest = 45

hints = [
    "The first woman waits for the room. Where is the second one meanwhile?",
    "Who is not the first of her kind must not pass while the first one still waits. What could hold her up?",
]


class Bathroom:
    """Either any number of kind 0, or any number of kind 1."""

    def __init__(self):
        self.room = Semaphore(1)
        self.counting = [Lock(), Lock()]
        self.inside = Array("i", 2, lock=False)

    def enter(self, kind):
        with self.counting[kind]:
            self.inside[kind] += 1
            if self.inside[kind] == 1:
                self.room.acquire()

    def leave(self, kind):
        with self.counting[kind]:
            self.inside[kind] -= 1
            if self.inside[kind] == 0:
                self.room.release()


@given
def all_at_once(*jobs):
    processes = [Process(target=job, args=arguments) for job, *arguments in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


@given
def visitor(kind, bathroom, there, trouble):
    bathroom.enter(kind)
    with inside("women" if kind == 0 else "men"):
        there[kind].acquire()  # a semaphore that counts how many are missing
        if there[1 - kind].get_value() < 2:
            trouble.value = 1
        there[kind].release()
    bathroom.leave(kind)


@given
def office_day():
    bathroom, trouble = Bathroom(), Value("b", 0, lock=False)
    there = [Semaphore(2), Semaphore(2)]
    all_at_once(*((visitor, kind, bathroom, there, trouble) for kind in (0, 0, 1)))
    return "women and men" if trouble.value else "well"


@check("never women and men at once, in every interleaving", limit=5)
def _(student):
    found = explore(student.office_day).never_crashes()
    both = found.schedule(lambda end: end != "well", "Women and men are in it at once")
    assert both is None, both
    assert not found.deadlocks, found.failure("Somebody waits for ever:")
    found.always_ends()


@check("two women can be inside at the same time", limit=5)
def _(student):
    assert explore(student.office_day).at_once("women") == 2, "one at a time is safe, and not what was asked for"


@mistake("Women and men are in it at once")
def the_second_one_does_not_wait_for_the_first():
    class Bathroom:
        """Either any number of kind 0, or any number of kind 1."""

        def __init__(self):
            self.room = Semaphore(1)
            self.counting = [Lock(), Lock()]
            self.inside = Array("i", 2, lock=False)

        def enter(self, kind):
            with self.counting[kind]:
                self.inside[kind] += 1
                first = self.inside[kind] == 1
            if first:
                self.room.acquire()

        def leave(self, kind):
            with self.counting[kind]:
                self.inside[kind] -= 1
                last = self.inside[kind] == 0
            if last:
                self.room.release()


@wrong("Somebody waits for ever")
def one_lock_for_both_kinds():
    class Bathroom:
        def __init__(self):
            self.room = Semaphore(1)
            self.counting = Lock()
            self.inside = Array("i", 2, lock=False)

        def enter(self, kind):
            with self.counting:
                self.inside[kind] += 1
                if self.inside[kind] == 1:
                    self.room.acquire()

        def leave(self, kind):
            with self.counting:
                self.inside[kind] -= 1
                if self.inside[kind] == 0:
                    self.room.release()


@wrong("one at a time is safe, and not what was asked for")
def one_at_a_time():
    class Bathroom:
        def __init__(self):
            self.room = Lock()

        def enter(self, kind):
            self.room.acquire()

        def leave(self, kind):
            self.room.release()
