"""A barrier for every round

Write the class `ReusableBarrier(n)` with one method, `wait()`, for `n` processes that work in rounds. In each round every one of
them calls `wait()` once, and no call returns before all `n` of this round have been made. Then all go on, into the next round, and
the same barrier serves again, however often.

Build it from a `Condition`, or semaphores and locks, and shared values. The `Barrier` of the library is not allowed: it is what you
are building. Whoever waits sleeps, and does not look again and again. With `n` = 1 nobody ever waits.
"""

from multiprocessing import Array, Barrier, Condition, Event, Lock, Process, Semaphore, Value

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given

points = 5

hints = [
    "The last one to arrive does not wait. It sets the number of those who have arrived back to 0, and wakes the others.",
    "When those who sleep are woken, the number says 0 or 1 again. So it cannot tell them that their round is over.",
    "Count the rounds, too: remember the round in which you came, and sleep while it is still this one.",
]

equivalent_mutants = {
    '+ self.arrived, self.round = Value("i", ), Value("i", 0)': "a Value starts at 0 anyway",
    '+ self.arrived, self.round = Value("i", 0), Value("i", )': "a Value starts at 0 anyway",
    '+ self.arrived, self.round = Value("i", 0), Value("i", 1)': "rounds may be counted from anywhere",
    "+ self.round.value -= 1": "a round must only differ from the one before",
    "+ self.round.value += 2": "a round must only differ from the one before",
    "+ self.arrived.value += 1": "the order of lines does not matter while nobody else can have the lock",
    "+ self.round.value += 1": "the order of lines does not matter while nobody else can have the lock",
    "+ self.changed.notify_all()": "the order of lines does not matter while nobody else can have the lock",
    "+ if self.round.value == mine:": "multiprocessing wakes nobody without a notification, and there is one a round",
}


class ReusableBarrier:
    """In every round, no call of `wait` returns before `n` processes have called it."""

    def __init__(self, n):
        ### BEGIN SOLUTION
        self.n = n
        self.arrived, self.round = Value("i", 0), Value("i", 0)
        self.changed = Condition()
        ### END SOLUTION

    def wait(self):
        """Return when all `n` processes have called this in this round."""
        ### BEGIN SOLUTION
        with self.changed:
            mine = self.round.value
            self.arrived.value += 1
            if self.arrived.value == self.n:
                self.arrived.value = 0
                self.round.value += 1
                self.changed.notify_all()
            while self.round.value == mine:
                self.changed.wait()
        ### END SOLUTION


@given
def work(barrier, rounds, me, done, early):
    for number in range(1, rounds + 1):
        done[me].value = number
        barrier.wait()
        if any(other.value < number for other in done):
            early.value = 1


@given
def work_in_rounds(n, rounds, teams=1):
    # n processes work so many rounds; each team has a barrier of its own. Did anybody go on before all had come?
    early = Value("i", 0, lock=False)
    processes = []
    for _ in range(teams):
        barrier = ReusableBarrier(n)
        done = [Value("i", 0, lock=False) for _ in range(n)]
        processes += [Process(target=work, args=(barrier, rounds, me, done, early)) for me in range(n)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return "somebody went on early" if early.value else "all kept step"


@check("alone, with n = 1, nobody waits", limit=5)
def _(student):
    found = explore(student.work_in_rounds, 1, 2)
    assert "AssertionError" not in str(found), found.failure(
        "`wait`, `notify` and `notify_all` need the lock of their condition: call them in `with self.changed:`"
    )
    found.never_crashes()
    assert not found.deadlocks, found.failure(
        "With n = 1 it waits for ever: whoever comes last must not sleep, for nobody comes who could wake it"
    )
    found.always(lambda end: end == "all kept step")
    assert student.work_in_rounds(1, 3) == "all kept step"


@check("two, one round: nobody goes on before both have come, and then both do")
def _(student):
    found = explore(student.work_in_rounds, 2, 1).never_crashes()
    early = found.schedule(lambda end: "early" in end, "One goes on although the other has not come")
    assert early is None, early
    assert not found.deadlocks, found.failure(
        "Both have come, and somebody sleeps for ever: nobody counted to 2, the wake-up was lost, or it waits for what is not shared"
    )
    found.always_ends()


@check("three, one round: all who sleep are woken")
def _(student):
    found = explore(student.work_in_rounds, 3, 1).never_crashes()
    assert not found.deadlocks, found.failure("All three have come, and one sleeps on: not all who sleep were woken")
    found.always(lambda end: end == "all kept step")


@check("two, three rounds: the barrier serves again")
def _(student):
    found = explore(student.work_in_rounds, 2, 3).never_crashes()
    early = found.schedule(
        lambda end: "early" in end,
        "In a later round one goes on before the other has come: the barrier has stayed open",
    )
    assert early is None, early
    assert not found.deadlocks, found.failure(
        "Somebody never gets out of a round that is over: when it looked again, the next round had begun"
    )
    found.always_ends()


@check("whoever waits sleeps, and the `Barrier` of the library does not do the work")
def _(student):
    found = explore(student.work_in_rounds, 2, 1).always_ends()
    forbidden = ("barrier", "queue", "simplequeue", "joinablequeue", "pipe")
    others = sorted({kind.partition(".")[0].capitalize() for kind in found.operations if kind.startswith(forbidden)})
    assert not others, f"build it from a condition or semaphores; it uses {', '.join(others)}"
    assert found.interleavings is not None, (
        "somebody looks again and again until all are there (busy waiting); `wait()` of a condition sleeps"
    )


@check("three real processes, four rounds", limit=5)
def _(student):
    explore(student.work_in_rounds, 3, 2).always(lambda end: end == "all kept step")
    assert student.work_in_rounds(3, 4) == "all kept step"


@hidden
@check("three, two rounds, in every interleaving")
def _(student):
    explore(student.work_in_rounds, 3, 2).always(lambda end: end == "all kept step")


@hidden
@check("two teams at the same time, each with a barrier of its own")
def _(student):
    explore(student.work_in_rounds, 2, 1, 2).always(lambda end: end == "all kept step")


@hidden
@check("many rounds: what is counted, and how large may it become?", limit=5)
def _(student):
    explore(student.work_in_rounds, 1, 20).always(lambda end: end == "all kept step")
    assert student.work_in_rounds(3, 60) == "all kept step"


@wrong("did not come back", "✘ many rounds: what is counted, and how large may it become?")
def calls_counted_in_one_byte():
    class ReusableBarrier:
        def __init__(self, n):
            self.n, self.calls, self.changed = n, Value("b", 0), Condition()

        def wait(self):
            with self.changed:
                mine = self.calls.value // self.n
                self.calls.value += 1
                self.changed.wait_for(lambda: self.calls.value // self.n != mine)
                self.changed.notify_all()


@wrong("IndexError: invalid index", "✘ many rounds")
def a_place_for_each_of_so_many_rounds():
    class ReusableBarrier:
        def __init__(self, n):
            self.n, self.round = n, 0
            self.changed, self.here = Condition(), Array("i", 10, lock=False)

        def wait(self):
            mine, self.round = self.round, self.round + 1
            with self.changed:
                self.here[mine] += 1
                self.changed.notify_all()
                while self.here[mine] < self.n:
                    self.changed.wait()


@wrong("With n = 1 it waits for ever: whoever comes last must not sleep")
def the_last_one_sleeps_as_well():
    class ReusableBarrier:
        def __init__(self, n):
            self.n, self.here, self.changed = n, Value("i", 0), Condition()

        def wait(self):
            with self.changed:
                self.here.value += 1
                if self.here.value == self.n:
                    self.here.value = 0
                    self.changed.notify_all()
                self.changed.wait()


@wrong("Both have come, and somebody sleeps for ever", "or it waits for what is not shared")
def each_counts_its_own_rounds():
    class ReusableBarrier:
        def __init__(self, n):
            self.n, self.here, self.round, self.changed = n, Value("i", 0), 0, Condition()

        def wait(self):
            with self.changed:
                mine = self.round
                self.here.value += 1
                if self.here.value == self.n:
                    self.here.value = 0
                    self.round += 1
                    self.changed.notify_all()
                else:
                    while self.round == mine:
                        self.changed.wait()


@wrong("In a later round one goes on before the other has come: the barrier has stayed open")
def it_opens_once_and_for_ever():
    class ReusableBarrier:
        def __init__(self, n):
            self.n, self.arrived, self.changed = n, Value("i", 0), Condition()

        def wait(self):
            with self.changed:
                self.arrived.value += 1
                self.changed.notify_all()
                while self.arrived.value < self.n:
                    self.changed.wait()


@wrong("Both have come, and somebody sleeps for ever")
def set_back_before_the_others_have_looked():
    class ReusableBarrier:
        def __init__(self, n):
            self.n, self.arrived, self.changed = n, Value("i", 0), Condition()

        def wait(self):
            with self.changed:
                self.arrived.value += 1
                if self.arrived.value == self.n:
                    self.arrived.value = 0
                    self.changed.notify_all()
                else:
                    while self.arrived.value > 0:
                        self.changed.wait()
                    while self.arrived.value < self.n:
                        self.changed.wait()


@wrong("Somebody never gets out of a round that is over: when it looked again, the next round had begun")
def the_number_tells_that_the_round_is_over():
    class ReusableBarrier:
        def __init__(self, n):
            self.n, self.arrived, self.changed = n, Value("i", 0), Condition()

        def wait(self):
            with self.changed:
                self.arrived.value += 1
                if self.arrived.value == self.n:
                    self.arrived.value = 0
                    self.changed.notify_all()
                while self.arrived.value != 0:
                    self.changed.wait()


@wrong("In a later round one goes on before the other has come: the barrier has stayed open")
def whoever_leaves_counts_down():
    class ReusableBarrier:
        def __init__(self, n):
            self.n, self.arrived, self.changed = n, Value("i", 0), Condition()

        def wait(self):
            with self.changed:
                self.arrived.value += 1
                if self.arrived.value == self.n:
                    self.changed.notify_all()
                else:
                    self.changed.wait()
            with self.changed:
                self.arrived.value -= 1


@wrong("All three have come, and one sleeps on: not all who sleep were woken")
def notify_for_notify_all():
    class ReusableBarrier:
        def __init__(self, n):
            self.n, self.arrived, self.round = n, Value("i", 0), Value("i", 0)
            self.changed = Condition()

        def wait(self):
            with self.changed:
                mine = self.round.value
                self.arrived.value += 1
                if self.arrived.value == self.n:
                    self.arrived.value = 0
                    self.round.value += 1
                    self.changed.notify()
                while self.round.value == mine:
                    self.changed.wait()


@wrong("Both have come, and somebody sleeps for ever: nobody counted to 2, the wake-up was lost, or it waits")
def an_event_as_a_pulse():
    class ReusableBarrier:
        def __init__(self, n):
            self.n, self.arrived, self.go = n, Value("i", 0), Event()

        def wait(self):
            with self.arrived.get_lock():
                self.arrived.value += 1
                last = self.arrived.value == self.n
                if last:
                    self.arrived.value = 0
            if last:
                self.go.set()
                self.go.clear()
            else:
                self.go.wait()


@wrong("Both have come, and somebody sleeps for ever: nobody counted to 2, the wake-up was lost, or it waits")
def counted_outside_of_the_lock():
    class ReusableBarrier:
        def __init__(self, n):
            self.n, self.arrived, self.round = n, Value("i", 0), Value("i", 0)
            self.changed = Condition()

        def wait(self):
            self.arrived.value += 1
            with self.changed:
                mine = self.round.value
                if self.arrived.value == self.n:
                    self.arrived.value = 0
                    self.round.value += 1
                    self.changed.notify_all()
                while self.round.value == mine:
                    self.changed.wait()


@wrong("In a later round one goes on before the other has come: the barrier has stayed open")
def one_turnstile():
    class ReusableBarrier:
        def __init__(self, n):
            self.n, self.arrived, self.turnstile = n, Value("i", 0), Semaphore(0)

        def wait(self):
            with self.arrived.get_lock():
                self.arrived.value += 1
                if self.arrived.value == self.n:
                    self.turnstile.release()
            self.turnstile.acquire()
            self.turnstile.release()


@wrong("In a later round one goes on before the other has come: the barrier has stayed open")
def asked_outside_of_the_lock_who_is_the_last():
    class ReusableBarrier:
        def __init__(self, n):
            self.n, self.calls, self.come = n, Value("i", 0), Semaphore(0)

        def wait(self):
            with self.calls.get_lock():
                self.calls.value += 1
            if self.calls.value % self.n == 0:
                for _ in range(self.n):
                    self.come.release()
            self.come.acquire()


@wrong("build it from a condition or semaphores; it uses Barrier")
def the_barrier_of_the_library():
    class ReusableBarrier:
        def __init__(self, n):
            self.barrier = Barrier(n)

        def wait(self):
            self.barrier.wait()


@wrong("somebody looks again and again until all are there (busy waiting)")
def looking_again_and_again():
    class ReusableBarrier:
        def __init__(self, n):
            self.n, self.calls = n, Value("i", 0)

        def wait(self):
            with self.calls.get_lock():
                mine = self.calls.value // self.n
                self.calls.value += 1
            while self.calls.value // self.n == mine:
                pass


@also_right
def two_turnstiles():
    class ReusableBarrier:
        def __init__(self, n):
            self.n, self.arrived, self.lock = n, Value("i", 0, lock=False), Lock()
            self.come, self.gone = Semaphore(0), Semaphore(0)

        def wait(self):
            with self.lock:
                self.arrived.value += 1
                if self.arrived.value == self.n:
                    for _ in range(self.n):
                        self.come.release()
            self.come.acquire()
            with self.lock:
                self.arrived.value -= 1
                if self.arrived.value == 0:
                    for _ in range(self.n):
                        self.gone.release()
            self.gone.acquire()


@also_right
def calls_are_counted_and_never_set_back():
    class ReusableBarrier:
        def __init__(self, n: int) -> None:
            self.n, self.calls, self.changed = n, Value("q", 0, lock=False), Condition(Lock())

        def wait(self) -> None:
            with self.changed:
                mine = self.calls.value // self.n
                self.calls.value += 1
                self.changed.wait_for(lambda: self.calls.value // self.n > mine)
                self.changed.notify_all()


@also_right
def multiprocessing_wakes_nobody_without_a_notification():
    class ReusableBarrier:
        def __init__(self, n):
            self.n, self.arrived, self.changed = n, Value("i", 0), Condition()

        def wait(self):
            with self.changed:
                self.arrived.value += 1
                if self.arrived.value < self.n:
                    self.changed.wait()
                else:
                    self.arrived.value = 0
                    self.changed.notify_all()
