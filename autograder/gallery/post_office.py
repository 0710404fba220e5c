"""The post office

Who comes in draws a ticket, and waits until its number is called. So nobody is overtaken. (A ticket lock: Reed and Kanodia, 1979; Mellor-Crummey and Scott, 1991. In Downey, 5.3, customers keep their order by a queue.)

Mend `Counter`. Who waits may look again and again.
"""

from multiprocessing import Array, Lock, Process, Semaphore, Value

from autograder.authoring.marks import also_right, mistake, wrong
from lockstep import check, explore, given

play = "morning"
fewest = 9

hints = [
    "Two customers, one number?",
    "To read the number and to write the next one must be one step.",
]


class Counter:
    """One at a time, in the order of the tickets."""

    def __init__(self):
        self.next, self.called = Value("i", 0), Value("i", 0)

    def wait_for_turn(self):
        with self.next.get_lock():
            ticket = self.next.value
            self.next.value += 1
        while self.called.value != ticket:
            pass

    def done(self):
        self.called.value += 1


@given
def all_at_once(*jobs):
    processes = [Process(target=job, args=arguments) for job, *arguments in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


@given
def customer_of_the_post(counter, desk, trouble):
    counter.wait_for_turn()
    if not desk.acquire(False):
        trouble.value = 1
    else:
        desk.release()
    counter.done()


@given
def morning():
    counter, desk, trouble = Counter(), Semaphore(1), Value("b", 0, lock=False)
    all_at_once(*((customer_of_the_post, counter, desk, trouble) for _ in range(2)))
    return "two at the desk" if trouble.value else "well"


@given
def twice():
    counter = Counter()
    for _ in range(2):
        counter.wait_for_turn()
        counter.done()


@check("one at the desk, and everybody is served, in every interleaving", limit=5)
def _(student):
    explore(student.twice).always_ends()
    found = explore(student.morning).never_crashes()
    two = found.schedule(lambda end: end != "well", "Two are at the desk at once:")
    assert two is None, two
    found.always_ends()


@mistake("Two are at the desk at once")
def one_ticket_for_two():
    class Counter:
        """One at a time, in the order of the tickets."""

        def __init__(self):
            self.next, self.called = Value("i", 0), Value("i", 0)

        def wait_for_turn(self):
            ticket = self.next.value
            self.next.value += 1
            while self.called.value != ticket:
                pass

        def done(self):
            self.called.value += 1


@wrong("for ever")
def waiting_with_the_lock():
    class Counter:
        def __init__(self):
            self.next, self.called, self.lock = Value("i", 0), Value("i", 0), Lock()

        def wait_for_turn(self):
            with self.lock:
                ticket = self.next.value
                self.next.value += 1
                while self.called.value != ticket:
                    pass

        def done(self):
            with self.lock:
                self.called.value += 1


@wrong("for ever")
def the_ticket_is_read_again():
    class Counter:
        def __init__(self):
            self.next, self.called = Value("i", 0), Value("i", 0)

        def wait_for_turn(self):
            with self.next.get_lock():
                self.next.value += 1
            ticket = self.next.value - 1
            while self.called.value != ticket:
                pass

        def done(self):
            self.called.value += 1


@wrong("for ever")
def nobody_is_called():
    class Counter:
        def __init__(self):
            self.next, self.called = Value("i", 0), Value("i", 0)

        def wait_for_turn(self):
            with self.next.get_lock():
                ticket = self.next.value
                self.next.value += 1
            while self.called.value != ticket:
                pass

        def done(self):
            pass


@also_right
def called_under_a_lock():
    class Counter:
        def __init__(self):
            self.numbers = Array("i", 2)

        def wait_for_turn(self):
            with self.numbers.get_lock():
                mine = self.numbers[0]
                self.numbers[0] = mine + 1
            while mine != self.numbers[1]:
                pass

        def done(self):
            with self.numbers.get_lock():
                self.numbers[1] += 1
