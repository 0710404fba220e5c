"""The sleeping barber

A barber sleeps while there is nobody in the shop. Who comes in rings the bell, and waits for the haircut. (Dijkstra, 1965.) There are two customers today, and the barber goes home after two haircuts. Or so he thought.

Mend `Shop`.
"""

from multiprocessing import Event, Lock, Process, Semaphore

from autograder.authoring.marks import also_right, mistake, wrong
from lockstep import check, explore, given

play = "shop_day"
fewest = 7

hints = [
    "Two ring before the barber wakes up. How often does he hear the bell?",
    "An event is a state, not a number (unit 07). What counts?",
]


class Shop:
    """A barber and customers."""

    def __init__(self):
        self.bell, self.done = Semaphore(0), Semaphore(0)

    def come(self):
        """A customer: ring, and wait for the haircut."""
        self.bell.release()
        self.done.acquire()

    def serve(self):
        """The barber: wait for the bell, and cut."""
        self.bell.acquire()
        self.done.release()


@given
def all_at_once(*jobs):
    processes = [Process(target=job, args=arguments) for job, *arguments in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


@given
def barber(shop):
    shop.serve()
    shop.serve()


@given
def one_comes(shop):
    shop.come()


@given
def shop_day():
    shop = Shop()
    all_at_once((barber, shop), (one_comes, shop), (one_comes, shop))
    return "well"


@given
def no_barber():
    Shop().come()


@given
def no_customer():
    Shop().serve()


@check("both customers are served, in every interleaving", limit=5)
def _(student):
    found = explore(student.shop_day).never_crashes()
    assert not found.deadlocks, found.failure("A customer waits, and the barber sleeps:")
    found.always(lambda end: end == "well")


@check("a customer waits for the barber, and the barber for a customer", limit=5)
def _(student):
    assert not explore(student.no_barber).results, "a customer leaves, and there was no barber"
    assert not explore(student.no_customer).results, "the barber cuts, and there was no customer"


@mistake("A customer waits, and the barber sleeps")
def a_bell_that_cannot_count():
    class Shop:
        """A barber and customers."""

        def __init__(self):
            self.bell, self.done = Event(), Semaphore(0)

        def come(self):
            """A customer: ring, and wait for the haircut."""
            self.bell.set()
            self.done.acquire()

        def serve(self):
            """The barber: wait for the bell, and cut."""
            self.bell.wait()
            self.bell.clear()
            self.done.release()


@wrong("A customer waits, and the barber sleeps")
def cleared_before_the_sleep():
    class Shop:
        def __init__(self):
            self.bell, self.done = Event(), Semaphore(0)

        def come(self):
            self.bell.set()
            self.done.acquire()

        def serve(self):
            self.bell.clear()
            self.bell.wait()
            self.done.release()


@wrong("the barber cuts, and there was no customer")
def he_does_not_sleep():
    class Shop:
        def __init__(self):
            self.done = Semaphore(0)

        def come(self):
            self.done.acquire()

        def serve(self):
            self.done.release()


@also_right
def one_at_the_bell_at_a_time():
    class Shop:
        def __init__(self):
            self.bell, self.done, self.door = Event(), Semaphore(0), Lock()

        def come(self):
            with self.door:
                self.bell.set()
                self.done.acquire()

        def serve(self):
            self.bell.wait()
            self.bell.clear()
            self.done.release()
