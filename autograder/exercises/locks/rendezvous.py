"""Meet before you go on

Write the class `Rendezvous` with one method, `meet(who)`, for two processes: one calls `meet(0)`, the other `meet(1)`.
Neither call returns before both have been made. Use semaphores. Each `Rendezvous` is used once.
"""

from multiprocessing import Process, Semaphore, Value

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
def visit(rendezvous, who, arrived, missed):
    arrived[who].value = 1
    rendezvous.meet(who)
    if not arrived[1 - who].value:
        missed.value = 1


@given
def two_meet():
    # Tells whether neither went on before the other had arrived.
    rendezvous = Rendezvous()
    arrived = [Value("i", 0), Value("i", 0)]
    missed = Value("i", 0)
    processes = [Process(target=visit, args=(rendezvous, who, arrived, missed)) for who in (0, 1)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return "one went on before the other had arrived" if missed.value else "they met"


@check("both go on, in every interleaving")
def _(student):
    found = explore(student.two_meet).always_ends()
    waiting = sorted(
        kind for kind in found.operations if kind.endswith((".acquire", ".wait", ".arrive", ".get", ".recv"))
    )
    assert waiting == ["semaphore.acquire"], f"whoever waits should wait for a semaphore, not by {waiting or 'looking'}"


@check("neither goes on before both have arrived, in every interleaving")
def _(student):
    explore(student.two_meet).always(lambda end: end == "they met")


@check("two real processes meet", limit=5)
def _(student):
    assert student.two_meet() == "they met"


@hidden
@check("others can meet afterwards, each pair with a rendezvous of its own")
def _(student):
    assert [student.two_meet() for _ in range(3)] == ["they met"] * 3


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


@wrong("should wait for a semaphore, not by looking")
def looking_again_and_again():
    class Rendezvous:
        def __init__(self):
            self.here = [Value("i", 0), Value("i", 0)]

        def meet(self, who):
            self.here[who].value = 1
            while not self.here[1 - who].value:
                pass


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
