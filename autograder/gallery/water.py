"""Building water

Two hydrogens and one oxygen make a molecule. An oxygen waits until two hydrogens are there, and sends them off. (An exercise of Andrews, 1991; Downey, 5.6.) Here two oxygens come, and two hydrogens. When
these are bound, two more follow.

Mend `Vessel`.
"""

from multiprocessing import Lock, Process, Semaphore

from autograder.authoring.marks import also_right, mistake, wrong
from lockstep import check, explore, given

play = "reaction"
fewest = 4

hints = [
    "Two oxygens, two hydrogens: how can it be that nobody goes on?",
    "It is *hold and wait* (unit 08): each oxygen has one hydrogen in the hand. Who takes two must take them without another oxygen in between.",
]


class Vessel:
    """Hydrogens and oxygens meet here, two and one."""

    def __init__(self):
        self.hydrogens, self.bound = Semaphore(0), Semaphore(0)
        self.one_oxygen = Lock()

    def hydrogen(self):
        self.hydrogens.release()
        self.bound.acquire()

    def oxygen(self):
        with self.one_oxygen:
            self.hydrogens.acquire()
            self.hydrogens.acquire()
        self.bound.release()
        self.bound.release()


@given
def all_at_once(*jobs):
    processes = [Process(target=job, args=arguments) for job, *arguments in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


@given
def one_hydrogen(vessel):
    vessel.hydrogen()


@given
def one_oxygen(vessel):
    vessel.oxygen()


@given
def reaction():
    vessel = Vessel()
    oxygens = [Process(target=one_oxygen, args=(vessel,)) for _ in range(2)]
    for oxygen in oxygens:
        oxygen.start()
    for _ in range(2):
        all_at_once((one_hydrogen, vessel), (one_hydrogen, vessel))
    for oxygen in oxygens:
        oxygen.join()
    return "well"


@given
def no_oxygen():
    Vessel().hydrogen()


@given
def too_little():
    vessel = Vessel()
    all_at_once((one_hydrogen, vessel), (one_oxygen, vessel))


@check("four hydrogens and two oxygens become two molecules, in every interleaving", limit=5)
def _(student):
    found = explore(student.reaction).never_crashes()
    assert not found.deadlocks, found.failure("There is enough for a molecule, and nobody can go on:")
    found.always(lambda end: end == "well")


@check("a hydrogen waits for an oxygen, and an oxygen for two hydrogens", limit=5)
def _(student):
    assert not explore(student.no_oxygen).results, "a hydrogen goes off without any oxygen"
    assert not explore(student.too_little).results, "an oxygen goes off with a single hydrogen, and takes it twice"


@mistake("There is enough for a molecule, and nobody can go on")
def each_oxygen_takes_one():
    class Vessel:
        """Hydrogens and oxygens meet here, two and one."""

        def __init__(self):
            self.hydrogens, self.bound = Semaphore(0), Semaphore(0)

        def hydrogen(self):
            self.hydrogens.release()
            self.bound.acquire()

        def oxygen(self):
            self.hydrogens.acquire()
            self.hydrogens.acquire()
            self.bound.release()
            self.bound.release()


@wrong("There is enough for a molecule, and nobody can go on")
def a_lock_for_each_of_the_two():
    class Vessel:
        def __init__(self):
            self.hydrogens, self.bound = Semaphore(0), Semaphore(0)
            self.one_oxygen = Lock()

        def hydrogen(self):
            self.hydrogens.release()
            self.bound.acquire()

        def oxygen(self):
            for _ in range(2):
                with self.one_oxygen:
                    self.hydrogens.acquire()
            self.bound.release()
            self.bound.release()


@wrong("an oxygen goes off with a single hydrogen")
def one_hydrogen_is_enough():
    class Vessel:
        def __init__(self):
            self.hydrogens, self.bound = Semaphore(0), Semaphore(0)

        def hydrogen(self):
            self.hydrogens.release()
            self.bound.acquire()

        def oxygen(self):
            self.hydrogens.acquire()
            self.bound.release()
            self.bound.release()


@also_right
def given_back_at_once():
    class Vessel:
        def __init__(self):
            self.hydrogens, self.bound = Semaphore(0), Semaphore(0)
            self.one_oxygen = Lock()

        def hydrogen(self):
            self.hydrogens.release()
            self.bound.acquire()

        def oxygen(self):
            with self.one_oxygen:
                for _ in range(2):
                    self.hydrogens.acquire()
                for _ in range(2):
                    self.bound.release()
