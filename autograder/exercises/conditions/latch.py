"""A door that opens once

Write the class `Latch(n)` for processes. It is a door that is shut at first, and opens for ever when it has been counted down
`n` times.

- `count_down()` counts down by one, and never waits. More than `n` calls do no harm.
- `wait()` returns when `count_down` has been called `n` times by whatever processes, and not before. Any number of processes
  may wait, before and after the door opens. A `Latch(0)` is open from the beginning.

Whoever waits sleeps, and does not look again and again.
"""

from multiprocessing import Barrier, Condition, Event, Lock, Process, Semaphore, Value

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given

points = 4

hints = [
    "Two things belong together: a shared number that says how many calls are missing, and a `Condition` for those who wait.",
    "`count_down` changes the number and wakes, both in one `with self.changed:`. How many may be waiting?",
    "`wait` looks before it sleeps, and again when it is woken: `while self.missing.value > 0: self.changed.wait()`.",
]

equivalent_mutants = {"+ self.changed.notify_all()": "whoever is woken needs the lock, and gets it after the next line"}


class Latch:
    """A door that opens for ever when it has been counted down `n` times."""

    def __init__(self, n):
        ### BEGIN SOLUTION
        self.missing, self.changed = Value("i", n), Condition()
        ### END SOLUTION

    def count_down(self):
        """Count down by one; never wait."""
        ### BEGIN SOLUTION
        with self.changed:
            self.missing.value -= 1
            self.changed.notify_all()
        ### END SOLUTION

    def wait(self):
        """Return when `count_down` has been called `n` times."""
        ### BEGIN SOLUTION
        with self.changed:
            while self.missing.value > 0:
                self.changed.wait()
        ### END SOLUTION


@given
def count_down_often(latch, counted, times):
    for _ in range(times):
        counted.value += 1
        latch.count_down()


@given
def wait_and_look(latch, n, counted, early):
    latch.wait()
    if sum(mine.value for mine in counted) < n:
        early.value = 1


@given
def door(n, counting, waiting):
    # counting: how often each of these counts down; waiting: how many wait.
    latch = Latch(n)
    counted = [Value("i", 0, lock=False) for _ in counting]
    early = Value("i", 0, lock=False)
    processes = [Process(target=wait_and_look, args=(latch, n, counted, early)) for _ in range(waiting)]
    processes += [Process(target=count_down_often, args=(latch, *mine)) for mine in zip(counted, counting)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return "somebody went through early" if early.value else "all went through in time"


@given
def wait_late(n, times):
    # One process counts down so many times, and then waits, twice.
    latch = Latch(n)
    for _ in range(times):
        latch.count_down()
    latch.wait()
    latch.wait()


@given
def count_down_once(n):
    Latch(n).count_down()


@given
def wait_early(n):
    Latch(n).wait()


@given
def two_doors():
    # The first is never counted down, the second is.
    first, second = Latch(1), Latch(1)
    second.count_down()
    first.wait()


@check("one process that counts down never waits, and goes through the open door as often as it likes", limit=5)
def _(student):
    found = explore(student.wait_late, 1, 1)
    assert "AssertionError" not in str(found), found.failure(
        "`wait`, `notify` and `notify_all` need the lock of their condition: call them in `with self.changed:`"
    )
    found.never_crashes()
    waits = explore(student.count_down_once, 1).deadlocks or explore(student.count_down_once, 2).deadlocks
    assert not waits, (
        "`count_down` waits for ever, and nobody else is there: it counts and goes on, and only `wait` waits"
    )
    assert found.operations, (
        "`count_down` and `wait` ask for nothing that is shared: each process has its own attributes"
    )
    assert not found.deadlocks, found.failure(
        "The door is open, and who comes late sleeps for ever: look before you sleep"
    )
    explore(student.wait_late, 2, 2).always_ends()


@check("nobody goes through before the last of the n calls, and then who waits does")
def _(student):
    found = explore(student.door, 2, [2], 1).never_crashes()
    early = found.schedule(lambda end: "early" in end, "Somebody goes through although a call is missing")
    assert early is None, early
    asked = explore(student.wait_late, 1, 1).operations
    shared = any(kind.startswith(("cell", "semaphore")) for kind in asked)
    why = "a lost wake-up" if shared else "of an ordinary attribute each process has its own, so count in a `Value`"
    assert not found.deadlocks, found.failure(f"All calls were made, and somebody sleeps for ever: {why}")
    found.always_ends()


@check("two processes count down at the same time, and neither call is lost")
def _(student):
    found = explore(student.door, 2, [1, 1], 1).never_crashes()
    assert not found.deadlocks, found.failure(
        "Both have counted down, and who waits sleeps for ever: a lost update, or a lost wake-up"
    )
    found.always(lambda end: end == "all went through in time")


@check("all who wait are woken")
def _(student):
    found = explore(student.door, 1, [1], 2).never_crashes()
    assert not found.deadlocks, found.failure(
        "Two wait, and not both are woken: one sleeps on at an open door. (Or does the first one keep the lock?)"
    )
    found.always(lambda end: end == "all went through in time")


@check("whoever waits sleeps")
def _(student):
    found = explore(student.door, 1, [1], 1).always_ends()
    assert found.interleavings is not None, (
        "somebody looks again and again until the door is open (busy waiting); `wait()` of a condition sleeps"
    )


@check("three real processes wait, and two count down", limit=5)
def _(student):
    explore(student.door, 1, [1], 3).always(lambda end: end == "all went through in time")
    explore(student.door, 2, [1, 1], 1).always(lambda end: end == "all went through in time")
    assert student.door(2, [1, 1], 3) == "all went through in time"


@hidden
@check("more calls than n do not shut it again, and with n = 0 it is open from the beginning", limit=5)
def _(student):
    for n, times in ((1, 2), (2, 5), (0, 0)):
        found = explore(student.wait_late, n, times)
        assert not found.crashes, found.failure(f"With n = {n} there are {times} calls, and more than n do no harm")
        assert not found.deadlocks, found.failure(f"With n = {n}, after {times} calls, the door is shut")


@hidden
@check("with n = 1, two processes count down at the same time")
def _(student):
    found = explore(student.door, 1, [1, 1], 1)
    assert not found.crashes, found.failure("With n = 1 there are 2 calls, and more than n do no harm")
    assert not found.deadlocks, found.failure(
        "With n = 1 both count down, and who waits sleeps for ever: count and look in one `with`, or both see what the second one left"
    )
    found.always(lambda end: end == "all went through in time")


@hidden
@check("n may be large", limit=5)
def _(student):
    for n in (200, 40_000):
        shut = explore(student.wait_early, n).never_crashes().deadlocks
        assert shut, f"with n = {n:,}, after no call at all, the door is open: how large a number does it count with?"


@hidden
@check("with n = 3, counted down by two processes")
def _(student):
    explore(student.door, 3, [2, 1], 1).always(lambda end: end == "all went through in time")


@hidden
@check("every latch is a door of its own")
def _(student):
    found = explore(student.two_doors).never_crashes()
    assert not found.results, "one latch was counted down, and another one has opened with it"


@wrong("The door is open, and who comes late sleeps for ever: look before you sleep")
def it_sleeps_without_looking():
    class Latch:
        def __init__(self, n):
            self.missing, self.changed = Value("i", n), Condition()

        def count_down(self):
            with self.changed:
                self.missing.value -= 1
                if self.missing.value == 0:
                    self.changed.notify_all()

        def wait(self):
            with self.changed:
                self.changed.wait()


@wrong("Somebody goes through although a call is missing", "✘ nobody goes through before the last")
def if_instead_of_while():
    class Latch:
        def __init__(self, n):
            self.missing, self.changed = Value("i", n), Condition()

        def count_down(self):
            with self.changed:
                self.missing.value -= 1
                self.changed.notify_all()

        def wait(self):
            with self.changed:
                if self.missing.value > 0:
                    self.changed.wait()


@wrong("`count_down` waits for ever, and nobody else is there")
def the_barrier_of_the_library():
    class Latch:
        def __init__(self, n):
            self.all = Barrier(n + 1)

        def count_down(self):
            self.all.wait()

        def wait(self):
            self.all.wait()


@wrong("`count_down` waits for ever, and nobody else is there")
def whoever_counts_down_waits_as_well():
    class Latch:
        def __init__(self, n):
            self.missing, self.changed = Value("i", n), Condition()

        def count_down(self):
            with self.changed:
                self.missing.value -= 1
                self.changed.notify_all()
                self.changed.wait_for(lambda: self.missing.value <= 0)

        def wait(self):
            with self.changed:
                self.changed.wait_for(lambda: self.missing.value <= 0)


@wrong("Or does the first one keep the lock?")
def whoever_went_through_keeps_the_lock():
    class Latch:
        def __init__(self, n):
            self.missing, self.changed = Value("i", n), Condition()

        def count_down(self):
            with self.changed:
                self.missing.value -= 1
                self.changed.notify_all()

        def wait(self):
            self.changed.acquire()
            while self.missing.value > 0:
                self.changed.wait()


@wrong("Two wait, and not both are woken: one sleeps on at an open door")
def notify_for_notify_all():
    class Latch:
        def __init__(self, n):
            self.missing, self.changed = Value("i", n), Condition()

        def count_down(self):
            with self.changed:
                self.missing.value -= 1
                self.changed.notify()

        def wait(self):
            with self.changed:
                self.changed.wait_for(lambda: self.missing.value <= 0)


@wrong("`wait`, `notify` and `notify_all` need the lock of their condition")
def notify_without_the_lock():
    class Latch:
        def __init__(self, n):
            self.missing, self.changed = Value("i", n), Condition()

        def count_down(self):
            with self.missing.get_lock():
                self.missing.value -= 1
            self.changed.notify_all()

        def wait(self):
            with self.changed:
                self.changed.wait_for(lambda: self.missing.value <= 0)


@wrong("All calls were made, and somebody sleeps for ever: a lost wake-up")
def it_looks_outside_of_the_lock():
    class Latch:
        def __init__(self, n):
            self.missing, self.changed = Value("i", n), Condition()

        def count_down(self):
            with self.changed:
                self.missing.value -= 1
                if self.missing.value == 0:
                    self.changed.notify_all()

        def wait(self):
            if self.missing.value > 0:
                with self.changed:
                    self.changed.wait()


@wrong("Both have counted down, and who waits sleeps for ever: a lost update")
def it_counts_outside_of_the_lock():
    class Latch:
        def __init__(self, n):
            self.missing, self.changed = Value("i", n, lock=False), Condition()

        def count_down(self):
            self.missing.value -= 1
            with self.changed:
                self.changed.notify_all()

        def wait(self):
            with self.changed:
                while self.missing.value > 0:
                    self.changed.wait()


@wrong("somebody sleeps for ever: of an ordinary attribute each process has its own, so count in a `Value`")
def an_ordinary_number():
    class Latch:
        def __init__(self, n):
            self.missing, self.changed = n, Condition()

        def count_down(self):
            with self.changed:
                self.missing -= 1
                self.changed.notify_all()

        def wait(self):
            with self.changed:
                while self.missing > 0:
                    self.changed.wait()


@wrong("somebody looks again and again until the door is open (busy waiting)")
def looking_again_and_again():
    class Latch:
        def __init__(self, n):
            self.missing = Value("i", n)

        def count_down(self):
            with self.missing.get_lock():
                self.missing.value -= 1

        def wait(self):
            while self.missing.value > 0:
                pass


@wrong("All calls were made, and somebody sleeps for ever: a lost wake-up", "✘ nobody goes through before the last")
def an_event_as_a_pulse():
    class Latch:
        def __init__(self, n):
            self.missing, self.open = Value("i", n), Event()

        def count_down(self):
            with self.missing.get_lock():
                self.missing.value -= 1
                if self.missing.value <= 0:
                    self.open.set()
                    self.open.clear()

        def wait(self):
            if self.missing.value > 0:
                self.open.wait()


@wrong("With n = 1 both count down, and who waits sleeps for ever: count and look in one `with`")
def it_looks_after_it_has_given_the_lock_back():
    class Latch:
        def __init__(self, n):
            self.missing, self.open = Value("i", n), Event()
            if n == 0:
                self.open.set()

        def count_down(self):
            with self.missing.get_lock():
                self.missing.value -= 1
            if self.missing.value == 0:
                self.open.set()

        def wait(self):
            if self.missing.value > 0:
                self.open.wait()


@wrong("With n = 1 there are 2 calls, and more than n do no harm")
def one_call_too_many_raises():
    class Latch:
        def __init__(self, n):
            self.missing, self.changed = Value("i", n), Condition()

        def count_down(self):
            with self.changed:
                if self.missing.value == 0:
                    raise ValueError("the door is open already")
                self.missing.value -= 1
                self.changed.notify_all()

        def wait(self):
            with self.changed:
                self.changed.wait_for(lambda: self.missing.value == 0)


@wrong("with n = 200, after no call at all, the door is open: how large a number does it count with?")
def a_number_of_one_byte():
    class Latch:
        def __init__(self, n):
            self.missing, self.changed = Value("b", n), Condition()

        def count_down(self):
            with self.changed:
                self.missing.value -= 1
                self.changed.notify_all()

        def wait(self):
            with self.changed:
                while self.missing.value > 0:
                    self.changed.wait()


@wrong("With n = 1, after 2 calls, the door is shut")
def one_call_too_many_shuts_it():
    class Latch:
        def __init__(self, n):
            self.missing, self.changed = Value("i", n), Condition()

        def count_down(self):
            with self.changed:
                self.missing.value -= 1
                self.changed.notify_all()

        def wait(self):
            with self.changed:
                while self.missing.value != 0:
                    self.changed.wait()


@also_right
def an_event_that_stays_set():
    class Latch:
        def __init__(self, n):
            self.missing, self.lock, self.open = Value("i", n, lock=False), Lock(), Event()
            if n == 0:
                self.open.set()

        def count_down(self):
            with self.lock:
                self.missing.value -= 1
                if self.missing.value == 0:
                    self.open.set()

        def wait(self):
            self.open.wait()


@also_right
def a_turnstile_of_a_semaphore():
    class Latch:
        def __init__(self, n):
            self.missing, self.turnstile = Value("i", n), Semaphore(1 if n == 0 else 0)

        def count_down(self):
            with self.missing.get_lock():
                self.missing.value -= 1
                if self.missing.value == 0:
                    self.turnstile.release()

        def wait(self):
            self.turnstile.acquire()
            self.turnstile.release()


@also_right
def wait_for_a_predicate():
    class Latch:
        def __init__(self, n):
            self.changed = Condition(Lock())
            self.calls, self.n = Value("i", 0, lock=False), n

        def count_down(self) -> None:
            with self.changed:
                self.calls.value += 1
                if self.calls.value >= self.n:
                    self.changed.notify_all()

        def wait(self) -> None:
            with self.changed:
                self.changed.wait_for(lambda: self.calls.value >= self.n)
