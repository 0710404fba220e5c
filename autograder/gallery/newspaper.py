"""The newspaper

Many may read the newspaper at the same time; who cuts out an article must be alone with it. (Courtois, Heymans and Parnas, 1971.) A condition wakes those who wait.

Mend `Newspaper`. Two must still be able to read at the same time.
"""

from multiprocessing import Condition, Lock, Process, Semaphore, Value

from autograder.authoring.marks import mistake, wrong
from lockstep import check, explore, given, inside

play = "sunday"
fewest = 34

hints = [
    "Two with scissors wait, and both are woken. What does the second one know when it has the lock again?",
    "Being woken means *look again* (unit 07).",
]


class Newspaper:
    """Any number of readers, or one with scissors."""

    def __init__(self):
        self.changed = Condition()
        self.readers, self.cutting = Value("i", 0, lock=False), Value("i", 0, lock=False)

    def start_reading(self):
        with self.changed:
            while self.cutting.value:
                self.changed.wait()
            self.readers.value += 1

    def stop_reading(self):
        with self.changed:
            self.readers.value -= 1
            self.changed.notify_all()

    def start_cutting(self):
        with self.changed:
            while self.readers.value or self.cutting.value:
                self.changed.wait()
            self.cutting.value = 1

    def stop_cutting(self):
        with self.changed:
            self.cutting.value = 0
            self.changed.notify_all()


@given
def all_at_once(*jobs):
    processes = [Process(target=job, args=arguments) for job, *arguments in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


@given
def reader(paper):
    paper.start_reading()
    with inside("reading"):
        pass
    paper.stop_reading()


@given
def cutter(paper, scissors, trouble):
    paper.start_cutting()
    if not scissors.acquire(False):
        trouble.value = 1
    else:
        scissors.release()
    paper.stop_cutting()


@given
def sunday():
    paper, scissors, trouble = Newspaper(), Semaphore(1), Value("b", 0, lock=False)
    all_at_once((reader, paper), *((cutter, paper, scissors, trouble) for _ in range(2)))
    return "two cut at once" if trouble.value else "well"


@given
def two_read():
    paper = Newspaper()
    all_at_once((reader, paper), (reader, paper))


@given
def cut_while_read():
    paper = Newspaper()
    paper.start_reading()
    all_at_once((cutter, paper, Semaphore(1), Value("b", 0)))


@check("one with scissors at a time, and everybody comes to the end, in every interleaving", limit=5)
def _(student):
    found = explore(student.sunday).never_crashes()
    two = found.schedule(lambda end: end != "well", "Two cut at once:")
    assert two is None, two
    assert not found.deadlocks, found.failure("Somebody sleeps for ever:")
    found.always_ends()


@check("two can read at the same time, and nobody cuts while one reads", limit=5)
def _(student):
    assert explore(student.two_read).at_once("reading") == 2, "one reader at a time is safe, and not what was asked for"
    assert not explore(student.cut_while_read).results, "somebody cuts while another one reads"


@mistake("Two cut at once")
def if_instead_of_while():
    class Newspaper:
        """Any number of readers, or one with scissors."""

        def __init__(self):
            self.changed = Condition()
            self.readers, self.cutting = Value("i", 0, lock=False), Value("i", 0, lock=False)

        def start_reading(self):
            with self.changed:
                while self.cutting.value:
                    self.changed.wait()
                self.readers.value += 1

        def stop_reading(self):
            with self.changed:
                self.readers.value -= 1
                self.changed.notify_all()

        def start_cutting(self):
            with self.changed:
                if self.readers.value or self.cutting.value:
                    self.changed.wait()
                self.cutting.value = 1

        def stop_cutting(self):
            with self.changed:
                self.cutting.value = 0
                self.changed.notify_all()


@wrong("Somebody sleeps for ever")
def who_cuts_wakes_nobody():
    class Newspaper:
        def __init__(self):
            self.changed = Condition()
            self.readers, self.cutting = Value("i", 0, lock=False), Value("i", 0, lock=False)

        def start_reading(self):
            with self.changed:
                while self.cutting.value:
                    self.changed.wait()
                self.readers.value += 1

        def stop_reading(self):
            with self.changed:
                self.readers.value -= 1
                self.changed.notify_all()

        def start_cutting(self):
            with self.changed:
                while self.readers.value or self.cutting.value:
                    self.changed.wait()
                self.cutting.value = 1

        def stop_cutting(self):
            with self.changed:
                self.cutting.value = 0


@wrong("one reader at a time is safe")
def a_lock_for_all():
    class Newspaper:
        def __init__(self):
            self.lock = Lock()

        def start_reading(self):
            self.lock.acquire()

        def stop_reading(self):
            self.lock.release()

        def start_cutting(self):
            self.lock.acquire()

        def stop_cutting(self):
            self.lock.release()
