"""The roller coaster

A car with two seats. It lets two on board, runs, and lets them off again; it never runs with an empty seat. (Andrews, 1991, who has it from a thesis by Herman; Downey, 5.8.) Two want to ride.

Mend `Coaster`.
"""

from multiprocessing import Barrier, Process, Semaphore, Value

from autograder.authoring.marks import also_right, mistake, wrong
from lockstep import check, explore, given

play = "fun_fair"
fewest = 18

hints = [
    "The car says: come on board! Does it look whether they did?",
    "Who has boarded tells the car, and the car waits for two such messages. And before the next round?",
]


class Coaster:
    """A car with two seats, and its passengers."""

    def __init__(self):
        self.boarding, self.aboard, self.leaving, self.gone = (Semaphore(0) for _ in range(4))

    def load(self):
        """The car: let two on board; comes back when both are."""
        self.boarding.release()
        self.boarding.release()
        self.aboard.acquire()
        self.aboard.acquire()

    def unload(self):
        """The car: let both off; comes back when both are."""
        self.leaving.release()
        self.leaving.release()
        self.gone.acquire()
        self.gone.acquire()

    def board(self, sit):
        """A passenger: wait for the car, and `sit()` down."""
        self.boarding.acquire()
        sit()
        self.aboard.release()

    def leave(self, stand):
        """A passenger: wait until the ride is over, and `stand()` up."""
        self.leaving.acquire()
        stand()
        self.gone.release()


@given
def all_at_once(*jobs):
    processes = [Process(target=job, args=arguments) for job, *arguments in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


@given
def car(coaster, rides, seats, trouble):
    for _ in range(rides):
        coaster.load()
        if seats.get_value() != 2:
            trouble.value = 1
        coaster.unload()


@given
def passenger(coaster, rides, seats):
    for _ in range(rides):
        coaster.board(seats.release)
        coaster.leave(seats.acquire)


@given
def fun_fair(rides=1):
    coaster, seats, trouble = Coaster(), Semaphore(0), Value("b", 0, lock=False)
    passengers = [(passenger, coaster, rides, seats), (passenger, coaster, rides, seats)]
    all_at_once((car, coaster, rides, seats, trouble), *passengers)
    return "it runs with an empty seat" if trouble.value else "well"


@check("it never runs with an empty seat, and everybody rides, once and twice, in every interleaving", limit=5)
def _(student):
    for rides in (1, 2):
        found = explore(student.fun_fair, rides).never_crashes()
        empty = found.schedule(lambda end: end != "well", "It runs with an empty seat:")
        assert empty is None, empty
        assert not found.deadlocks, found.failure("Somebody waits for ever:")
        found.always_ends()


@mistake("It runs with an empty seat")
def it_does_not_look_who_sits():
    class Coaster:
        """A car with two seats, and its passengers."""

        def __init__(self):
            self.boarding, self.leaving, self.gone = (Semaphore(0) for _ in range(3))

        def load(self):
            """The car: let two on board; comes back when both are."""
            self.boarding.release()
            self.boarding.release()

        def unload(self):
            """The car: let both off; comes back when both are."""
            self.leaving.release()
            self.leaving.release()
            self.gone.acquire()
            self.gone.acquire()

        def board(self, sit):
            """A passenger: wait for the car, and `sit()` down."""
            self.boarding.acquire()
            sit()

        def leave(self, stand):
            """A passenger: wait until the ride is over, and `stand()` up."""
            self.leaving.acquire()
            stand()
            self.gone.release()


@wrong("It runs with an empty seat")
def one_message_is_enough():
    class Coaster:
        def __init__(self):
            self.boarding, self.aboard, self.leaving, self.gone = (Semaphore(0) for _ in range(4))

        def load(self):
            self.boarding.release()
            self.boarding.release()
            self.aboard.acquire()

        def unload(self):
            self.leaving.release()
            self.leaving.release()
            self.aboard.acquire()
            self.gone.acquire()
            self.gone.acquire()

        def board(self, sit):
            self.boarding.acquire()
            sit()
            self.aboard.release()

        def leave(self, stand):
            self.leaving.acquire()
            stand()
            self.gone.release()


@wrong("It runs with an empty seat")
def the_message_before_the_seat():
    class Coaster:
        def __init__(self):
            self.boarding, self.aboard, self.leaving, self.gone = (Semaphore(0) for _ in range(4))

        def load(self):
            self.boarding.release()
            self.boarding.release()
            self.aboard.acquire()
            self.aboard.acquire()

        def unload(self):
            self.leaving.release()
            self.leaving.release()
            self.gone.acquire()
            self.gone.acquire()

        def board(self, sit):
            self.boarding.acquire()
            self.aboard.release()
            sit()

        def leave(self, stand):
            self.leaving.acquire()
            stand()
            self.gone.release()


@also_right
def barriers():
    class Coaster:
        def __init__(self):
            self.boarding, self.seated, self.leaving, self.off = (Barrier(3) for _ in range(4))

        def load(self):
            self.boarding.wait()
            self.seated.wait()

        def unload(self):
            self.leaving.wait()
            self.off.wait()

        def board(self, sit):
            self.boarding.wait()
            sit()
            self.seated.wait()

        def leave(self, stand):
            self.leaving.wait()
            stand()
            self.off.wait()
