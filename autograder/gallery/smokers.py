"""Three smokers

To smoke one needs tobacco, paper and a match. Three smokers have plenty of one of the three each. Again and again an agent lays two different things on the table, and the one who
has the third is to take both and smoke. (Patil, 1971.) Each thing on the table is a semaphore, and everybody takes one after the other what is missing.

Mend `Table`. Agent and smokers stay as they are.
"""

from multiprocessing import Array, Condition, Lock, Process, Semaphore

from autograder.authoring.marks import mistake, wrong
from lockstep import check, explore, given

play = "smoking_room"
fewest = 9

hints = [
    "Who can take the paper? Two of the three need it, and only one of them can use it now.",
    "Take both or none. So look whether both are there, and sleep until something has changed: a `Condition`.",
    "All three sleep in one place, and wait for different things: `notify_all`.",
]


class Table:
    """What lies on the table; things are 0, 1 and 2."""

    def __init__(self):
        self.there = Array("i", 3, lock=False)
        self.changed = Condition()

    def lay(self, things):
        with self.changed:
            for thing in things:
                self.there[thing] += 1
            self.changed.notify_all()

    def take_others(self, own):
        """Take one of each of the two that are not `own`; wait until they are there."""
        first, second = (thing for thing in range(3) if thing != own)
        with self.changed:
            while not (self.there[first] and self.there[second]):
                self.changed.wait()
            self.there[first] -= 1
            self.there[second] -= 1


@given
def all_at_once(*jobs):
    processes = [Process(target=job, args=arguments) for job, *arguments in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


@given
def agent(table, smoked):
    for missing in (0, 1, 2):
        table.lay([thing for thing in range(3) if thing != missing])
        smoked.acquire()


@given
def smoker(own, table, smoked):
    table.take_others(own)
    smoked.release()


@given
def smoking_room():
    table, smoked = Table(), Semaphore(0)
    all_at_once((agent, table, smoked), *((smoker, own, table, smoked) for own in range(3)))
    return "well"


@check("all three smoke, in every interleaving", limit=5)
def _(student):
    found = explore(student.smoking_room).never_crashes()
    assert not found.deadlocks, found.failure("Things lie on the table, or in the wrong hands, and nobody can smoke:")
    found.always(lambda end: end == "well")


@mistake("nobody can smoke")
def one_after_the_other():
    class Table:
        """What lies on the table; things are 0, 1 and 2."""

        def __init__(self):
            self.there = [Semaphore(0), Semaphore(0), Semaphore(0)]

        def lay(self, things):
            for thing in things:
                self.there[thing].release()

        def take_others(self, own):
            """Take one of each of the two that are not `own`; wait until they are there."""
            for thing in range(3):
                if thing != own:
                    self.there[thing].acquire()


@wrong("nobody can smoke")
def one_smoker_at_a_time():
    class Table:
        def __init__(self):
            self.there = [Semaphore(0), Semaphore(0), Semaphore(0)]
            self.lock = Lock()

        def lay(self, things):
            for thing in things:
                self.there[thing].release()

        def take_others(self, own):
            with self.lock:
                for thing in range(3):
                    if thing != own:
                        self.there[thing].acquire()


@wrong("nobody can smoke")
def one_is_woken_and_it_is_the_wrong_one():
    class Table:
        def __init__(self):
            self.there = Array("i", 3, lock=False)
            self.changed = Condition()

        def lay(self, things):
            with self.changed:
                for thing in things:
                    self.there[thing] += 1
                self.changed.notify()

        def take_others(self, own):
            first, second = (thing for thing in range(3) if thing != own)
            with self.changed:
                while not (self.there[first] and self.there[second]):
                    self.changed.wait()
                self.there[first] -= 1
                self.there[second] -= 1
