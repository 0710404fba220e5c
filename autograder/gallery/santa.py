"""Santa's door

Elves who have a question come to Santa's door. He sleeps, and wants to be woken for two of them together: the second one wakes him, and he helps both. (After Trono, 1994, where there are three, and reindeer.)
Today four elves come, so he is woken twice.

Mend `Door`.
"""

from multiprocessing import Lock, Process, Semaphore, Value

from autograder.authoring.marks import also_right, mistake, wrong
from lockstep import check, explore, given

play = "christmas"
fewest = 34

hints = [
    "What if a third elf counts itself in while the first two still wait for help?",
    "While two are at the door, nobody else may come to it: the second one leaves it shut behind it, and the last of the two to be helped opens it.",
]


class Door:
    """Elves wake Santa two by two."""

    def __init__(self):
        self.lock, self.elves = Lock(), Value("i", 0, lock=False)
        self.open, self.awake, self.helped = Semaphore(1), Semaphore(0), Semaphore(0)

    def elf(self):
        self.open.acquire()
        with self.lock:
            self.elves.value += 1
            if self.elves.value == 2:
                self.awake.release()
            else:
                self.open.release()
        self.helped.acquire()
        with self.lock:
            self.elves.value -= 1
            if self.elves.value == 0:
                self.open.release()

    def santa(self):
        self.awake.acquire()
        self.helped.release()
        self.helped.release()


@given
def all_at_once(*jobs):
    processes = [Process(target=job, args=arguments) for job, *arguments in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


@given
def santa(door, times):
    for _ in range(times):
        door.santa()


@given
def elf(door):
    door.elf()


@given
def christmas():
    door = Door()
    all_at_once((santa, door, 2), *((elf, door) for _ in range(4)))
    return "well"


@given
def one_elf():
    door = Door()
    all_at_once((santa, door, 1), (elf, door))


@check("four elves are helped, two by two, in every interleaving", limit=5)
def _(student):
    found = explore(student.christmas).never_crashes()
    assert not found.deadlocks, found.failure("Elves are at the door, and Santa sleeps:")
    found.always(lambda end: end == "well")


@check("Santa does not wake up for a single elf", limit=5)
def _(student):
    assert not explore(student.one_elf).results, "one elf alone is helped"


@mistake("Elves are at the door, and Santa sleeps")
def a_third_one_comes():
    class Door:
        """Elves wake Santa two by two."""

        def __init__(self):
            self.lock, self.elves = Lock(), Value("i", 0, lock=False)
            self.awake, self.helped = Semaphore(0), Semaphore(0)

        def elf(self):
            with self.lock:
                self.elves.value += 1
                if self.elves.value == 2:
                    self.awake.release()
            self.helped.acquire()
            with self.lock:
                self.elves.value -= 1

        def santa(self):
            self.awake.acquire()
            self.helped.release()
            self.helped.release()


@wrong("Elves are at the door, and Santa sleeps")
def one_elf_at_a_time():
    class Door:
        def __init__(self):
            self.lock, self.elves = Lock(), Value("i", 0, lock=False)
            self.open, self.awake, self.helped = Lock(), Semaphore(0), Semaphore(0)

        def elf(self):
            with self.open:
                with self.lock:
                    self.elves.value += 1
                    if self.elves.value == 2:
                        self.awake.release()
                self.helped.acquire()
                with self.lock:
                    self.elves.value -= 1

        def santa(self):
            self.awake.acquire()
            self.helped.release()
            self.helped.release()


@wrong("one elf alone is helped")
def he_wakes_up_for_each():
    class Door:
        def __init__(self):
            self.awake, self.helped = Semaphore(0), Semaphore(0)

        def elf(self):
            self.awake.release()
            self.helped.acquire()

        def santa(self):
            self.awake.acquire()
            self.helped.release()
            self.helped.release()


@also_right
def the_second_one_begins_anew():
    class Door:
        def __init__(self):
            self.lock, self.elves = Lock(), Value("i", 0, lock=False)
            self.awake, self.helped = Semaphore(0), Semaphore(0)

        def elf(self):
            with self.lock:
                self.elves.value = (self.elves.value + 1) % 2
                if self.elves.value == 0:
                    self.awake.release()
            self.helped.acquire()

        def santa(self):
            self.awake.acquire()
            self.helped.release()
            self.helped.release()
