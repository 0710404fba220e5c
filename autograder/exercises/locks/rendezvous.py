"""Meet before you go on

Write the class `Rendezvous` with one method, `meet(who)`, for two processes: one calls `meet(0)`, the other `meet(1)`.
Neither call returns before both have been made. Each `Rendezvous` is used once.

Build it from semaphores, and locks and shared values if you like. A `Barrier`, an `Event`, a `Condition` or a queue is not
allowed: it would do the work for you. Whoever waits sleeps, and does not look again and again.
"""

from multiprocessing import Barrier, Event, Lock, Process, Semaphore, Value

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given

points = 4

hints = [
    "Each of the two has one thing to say, “I am here”, and one thing to wait for, “the other is here”.",
    "A semaphore that starts at 0 carries such a message: `release()` says it, `acquire()` waits for it.",
    "Say your own message first, then wait for the other's.",
]


class Rendezvous:
    """Two processes meet: neither call of `meet` returns before both have been made."""

    def __init__(self):
        ### BEGIN SOLUTION
        self.here = [Semaphore(0), Semaphore(0)]
        ### END SOLUTION

    def meet(self, who):
        """Return when both processes have called this; `who` is 0 or 1."""
        ### BEGIN SOLUTION
        self.here[who].release()
        self.here[1 - who].acquire()
        ### END SOLUTION


@given
def visit(rendezvous, who, arrived, met):
    arrived[who].value = 1
    rendezvous.meet(who)
    met[who].value = 2 if arrived[1 - who].value else 1


@given
def all_meet(pairs):
    # Each pair has a rendezvous. Tells whether nobody went on before the other had arrived.
    arrived = [[Value("i", 0), Value("i", 0)] for _ in range(pairs)]
    met = [[Value("i", 0), Value("i", 0)] for _ in range(pairs)]
    processes = []
    for number in range(pairs):
        rendezvous = Rendezvous()
        for who in (0, 1):
            processes.append(Process(target=visit, args=(rendezvous, who, arrived[number], met[number])))
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    ends = [value.value for pair in met for value in pair]
    return "one went on before the other had arrived" if 1 in ends else "`meet` did not return" if 0 in ends else "met"


@check("neither goes on before both have arrived, and then both do, in every interleaving")
def _(student):
    explore(student.all_meet, 1).always(lambda end: end == "met")


@check("whoever waits sleeps, and waits for a semaphore or a lock")
def _(student):
    found = explore(student.all_meet, 1)
    sound = not (found.deadlocks or found.livelocks or found.crashes)
    sound = sound and list(found.results) == ["met"]
    assert sound, "first let the two meet in every interleaving: see above"
    kinds = {kind.partition(".")[0].replace("proxy", "manager").capitalize() for kind in found.operations}
    others = ", ".join(sorted(kinds - {"Cell", "Cells", "Lock", "Rlock", "Semaphore"}))
    assert not others, f"build it from semaphores; it uses {others}, which does the waiting for you"
    assert found.interleavings is not None, (
        "somebody looks again and again until the other is there (busy waiting); "
        "`acquire()` of a semaphore that starts at 0 sleeps until there is a `release()`"
    )


@check("two real processes meet", limit=5)
def _(student):
    found = explore(student.all_meet, 1)
    sound = not (found.deadlocks or found.livelocks or found.crashes)
    sound = sound and list(found.results) == ["met"]
    assert sound, "real ones try it when no interleaving goes wrong any more: see above"
    assert student.all_meet(1) == "met"


@hidden
@check("two pairs at the same time, each with a rendezvous of its own")
def _(student):
    explore(student.all_meet, 2).always(lambda end: end == "met")


@wrong("nobody can go on (deadlock)")
def both_wait_first():
    class Rendezvous:
        def __init__(self):
            self.here = [Semaphore(0), Semaphore(0)]

        def meet(self, who):
            self.here[1 - who].acquire()
            self.here[who].release()


@wrong("the result is wrong ('one went on before the other had arrived')")
def only_one_waits():
    class Rendezvous:
        def __init__(self):
            self.here = [Semaphore(0), Semaphore(0)]

        def meet(self, who):
            self.here[who].release()
            if who == 0:
                self.here[1].acquire()


@wrong("the result is wrong ('one went on before the other had arrived')")
def one_semaphore_for_both():
    class Rendezvous:
        def __init__(self):
            self.here = Semaphore(0)

        def meet(self, who):
            self.here.release()
            self.here.acquire()


@wrong("somebody looks again and again until the other is there (busy waiting)")
def looking_again_and_again():
    class Rendezvous:
        def __init__(self):
            self.here = [Value("i", 0), Value("i", 0)]

        def meet(self, who):
            self.here[who].value = 1
            while not self.here[1 - who].value:
                pass


@wrong("the result is wrong ('one went on before the other had arrived')")
def nobody_waits():
    class Rendezvous:
        def __init__(self):
            self.here = [Semaphore(0), Semaphore(0)]

        def meet(self, who):
            self.here[who].release()


@wrong("the result is wrong ('one went on before the other had arrived')")
def a_message_that_nobody_has_sent():
    class Rendezvous:
        def __init__(self):
            self.here = [Semaphore(), Semaphore()]

        def meet(self, who):
            self.here[who].release()
            self.here[1 - who].acquire()


@wrong("the result is wrong ('one went on before the other had arrived')")
def it_gives_up_waiting():
    class Rendezvous:
        def __init__(self):
            self.here = [Semaphore(0), Semaphore(0)]

        def meet(self, who):
            self.here[who].release()
            self.here[1 - who].acquire(timeout=10)


@wrong("somebody looks again and again until the other is there (busy waiting)")
def trying_again_and_again():
    class Rendezvous:
        def __init__(self):
            self.here = [Semaphore(0), Semaphore(0)]

        def meet(self, who):
            self.here[who].release()
            while not self.here[1 - who].acquire(False):
                pass


@wrong("build it from semaphores; it uses Barrier, which does the waiting for you")
def a_barrier():
    class Rendezvous:
        def __init__(self):
            self.barrier = Barrier(2)

        def meet(self, who):
            self.barrier.wait()


@wrong("build it from semaphores; it uses Event, which does the waiting for you")
def two_events():
    class Rendezvous:
        def __init__(self):
            self.here = [Event(), Event()]

        def meet(self, who):
            self.here[who].set()
            self.here[1 - who].wait()


@wrong("nobody can go on (deadlock)")
def counted_without_a_lock():
    class Rendezvous:
        def __init__(self):
            self.count = Value("i", 0)
            self.both = Semaphore(0)

        def meet(self, who):
            self.count.value += 1
            if self.count.value == 2:
                self.both.release()
            self.both.acquire()
            self.both.release()


@wrong("nobody can go on (deadlock)")
def waiting_with_the_lock_held():
    class Rendezvous:
        def __init__(self):
            self.count = Value("i", 0)
            self.both = Semaphore(0)

        def meet(self, who):
            with self.count.get_lock():
                self.count.value += 1
                if self.count.value < 2:
                    self.both.acquire()
                else:
                    self.both.release()


@also_right
def one_side_asks_the_other_answers():
    class Rendezvous:
        def __init__(self):
            self.asked = Semaphore(0)
            self.answered = Semaphore(0)

        def meet(self, who):
            if who == 0:
                self.asked.release()
                self.answered.acquire()
            else:
                self.asked.acquire()
                self.answered.release()


@also_right
def a_counter_and_a_turnstile():
    class Rendezvous:
        def __init__(self):
            self.mutex = Lock()
            self.count = Value("i", 0)
            self.both = Semaphore(0)

        def meet(self, who):
            with self.mutex:
                self.count.value += 1
                if self.count.value == 2:
                    self.both.release()
            self.both.acquire()
            self.both.release()


@also_right
def the_second_frees_the_first():
    class Rendezvous:
        def __init__(self):
            self.count = Value("i", 0)
            self.both = Semaphore(0)

        def meet(self, who):
            with self.count.get_lock():
                self.count.value += 1
                second = self.count.value == 2
            if second:
                self.both.release()
            else:
                self.both.acquire()


@also_right
def locks_in_the_place_of_semaphores():
    class Rendezvous:
        def __init__(self):
            self.nobody_here = [Lock(), Lock()]
            for lock in self.nobody_here:
                lock.acquire()

        def meet(self, who):
            self.nobody_here[who].release()
            self.nobody_here[1 - who].acquire()
