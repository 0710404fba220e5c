"""The narrow bridge

A bridge with one lane: cars of one direction at a time, as many as like. A car that finds the bridge taken by the other direction waits, and whoever leaves the bridge empty wakes. Today one car comes from the east and one from the west.

Mend `Bridge`. Two cars of one direction must still be able to be on it at the same time.
"""

from multiprocessing import Array, Condition, Lock, Process

from autograder.authoring.marks import also_right, mistake, wrong
from lockstep import check, explore, given, inside

play = "traffic"
fewest = 14

hints = [
    "The car from the west sees that the bridge is taken. Until it sleeps, what can the other one do?",
    "Who asks must have the lock from the question until it sleeps (unit 07).",
]


class Bridge:
    """Any number of cars, all of one direction, 0 or 1."""

    def __init__(self):
        self.cars, self.changed = Array("i", 2, lock=False), Condition()

    def drive_on(self, direction):
        with self.changed:
            while self.cars[1 - direction]:
                self.changed.wait()
            self.cars[direction] += 1

    def drive_off(self, direction):
        with self.changed:
            self.cars[direction] -= 1
            if self.cars[direction] == 0:
                self.changed.notify_all()


@given
def all_at_once(*jobs):
    processes = [Process(target=job, args=arguments) for job, *arguments in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


@given
def car_from(direction, bridge):
    bridge.drive_on(direction)
    with inside("east" if direction == 0 else "west"), inside("bridge"):
        pass
    bridge.drive_off(direction)


@given
def traffic():
    bridge = Bridge()
    all_at_once((car_from, 0, bridge), (car_from, 1, bridge))
    return "well"


@given
def three_cars():
    bridge = Bridge()
    all_at_once(*((car_from, direction, bridge) for direction in (0, 1, 1)))
    return "well"


@check("every car comes across, in every interleaving", limit=5)
def _(student):
    found = explore(student.traffic).never_crashes()
    assert not found.deadlocks, found.failure("The bridge is empty, and a car waits for ever:")
    found.always(lambda end: end == "well")


@check("cars of one direction at a time, and two of them at the same time", limit=5)
def _(student):
    explore(student.traffic).at_most("bridge", 1)
    found = explore(student.three_cars).always_ends()
    assert found.at_once("west") == 2, "one car at a time is safe, and not what was asked for"


@mistake("The bridge is empty, and a car waits for ever")
def it_looks_without_the_lock():
    class Bridge:
        """Any number of cars, all of one direction, 0 or 1."""

        def __init__(self):
            self.cars, self.changed = Array("i", 2), Condition()

        def drive_on(self, direction):
            while self.cars[1 - direction]:
                with self.changed:
                    self.changed.wait()
            with self.changed:
                self.cars[direction] += 1

        def drive_off(self, direction):
            with self.changed:
                self.cars[direction] -= 1
                if self.cars[direction] == 0:
                    self.changed.notify_all()


@wrong("2 processes can be inside 'bridge' at once")
def nobody_looks():
    class Bridge:
        def __init__(self):
            self.cars = Array("i", 2)

        def drive_on(self, direction):
            with self.cars.get_lock():
                self.cars[direction] += 1

        def drive_off(self, direction):
            with self.cars.get_lock():
                self.cars[direction] -= 1


@wrong("one car at a time is safe")
def a_lock():
    class Bridge:
        def __init__(self):
            self.lane = Lock()

        def drive_on(self, direction):
            self.lane.acquire()

        def drive_off(self, direction):
            self.lane.release()


@also_right
def one_is_enough_since_it_wakes_the_next():
    class Bridge:
        """Any number of cars, all of one direction, 0 or 1."""

        def __init__(self):
            self.cars, self.changed = Array("i", 2, lock=False), Condition()

        def drive_on(self, direction):
            with self.changed:
                while self.cars[1 - direction]:
                    self.changed.wait()
                self.cars[direction] += 1

        def drive_off(self, direction):
            with self.changed:
                self.cars[direction] -= 1
                if self.cars[direction] == 0:
                    self.changed.notify()
