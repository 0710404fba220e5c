"""At most so many inside

Write the class `AtMost(n)`, a context manager for processes. At most `n` of them are inside `with limit:` at once, and `n`
really can be. Whoever finds no place waits for one, asleep or looking again and again. A process may come again and again, and whoever leaves by an exception
gives the place back, too; the exception goes on.
"""

from multiprocessing import Condition, Lock, Process, Queue, Semaphore, Value

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given, inside

points = 3

hints = [
    "A context manager has the methods `__enter__(self)` and `__exit__(self, *exception)`.",
    "A lock lets one in. What lets `n` in?",
    "`Semaphore(n)` starts with `n` permits. Take one when you enter, give it back when you leave.",
]

equivalent_mutants = {
    "- return self": "what `as` gives the visitor is left open",
    "+ return 0": "what `as` gives the visitor is left open",
}


class AtMost:
    """At most `n` processes are inside `with limit:` at once, and `n` can be."""

    def __init__(self, n):
        ### BEGIN SOLUTION
        self.permits = Semaphore(n)
        ### END SOLUTION

    def __enter__(self):
        ### BEGIN SOLUTION
        self.permits.acquire()
        return self
        ### END SOLUTION

    def __exit__(self, *exception):
        ### BEGIN SOLUTION
        self.permits.release()
        ### END SOLUTION


@given
def enter(limit, times, in_a_hurry, entered):
    if in_a_hurry:
        try:
            with limit:
                raise ValueError("left in a hurry")
        except ValueError:
            pass
    for _ in range(times):
        with limit:
            with inside("the room"):
                entered.value += 1


@given
def visitors(n, number, times=1, in_a_hurry=0):
    # A number of visitors at a limit of n. So many of them are in a hurry: they leave by an exception at first.
    limit = AtMost(n)
    entered = [Value("i", 0) for _ in range(number)]
    processes = []
    for who in range(number):
        processes.append(Process(target=enter, args=(limit, times, who < in_a_hurry, entered[who])))
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return sum(mine.value for mine in entered)


@given
def leave_by_exception(n):
    # Goes in n + 1 times and always leaves by an exception; returns how often the exception came out.
    limit = AtMost(n)
    came_out = 0
    for _ in range(n + 1):
        try:
            with limit:
                raise ValueError("left in a hurry")
        except ValueError:
            came_out += 1
    return came_out


@check("everybody gets in and out, in every interleaving and on real processes")
def _(student):
    alone = explore(student.leave_by_exception, 1)
    assert "AssertionError" not in str(alone), alone.failure(
        "`wait`, `notify` and `notify_all` need the lock of their condition: call them in a `with` of it"
    )
    alone.never_crashes()
    assert alone.operations, (
        "`with limit:` asks for nothing that is shared. Are there parentheses, as in `acquire()`? "
        "And of an ordinary attribute each process has its own"
    )
    explore(student.visitors, 1, 3).always(lambda entered: entered == 3)
    assert student.visitors(1, 3) == 3


@check("with n = 1, never 2 are inside, not even when they come again")
def _(student):
    explore(student.visitors, 1, 2, 2).at_most("the room", 1)
    explore(student.visitors, 1, 3).at_most("the room", 1)


@check("with n = 2, 2 can be inside, and never 3")
def _(student):
    found = explore(student.visitors, 2, 3).at_most("the room", 2)
    most = found.at_once("the room")
    lock = ": this is a lock, not a limit of 2" if most == 1 else ""
    assert most == 2, f"never more than {most} inside at once, in any interleaving, where 2 should be able to{lock}"


@check("whoever leaves by an exception gives the place back, and the exception goes on", limit=5)
def _(student):
    found = explore(student.leave_by_exception, 1).always_ends()
    assert list(found.results) == [2], (
        f"2 exceptions were raised inside, and {list(found.results)[0]} came out: does `__exit__` return True?"
    )


@hidden
@check("after an exception it is the same limit")
def _(student):
    explore(student.visitors, 2, 3, 1, 1).at_most("the room", 2)


@hidden
@check("with n = 3, 3 can be inside")
def _(student):
    found = explore(student.visitors, 3, 3).always(lambda entered: entered == 3)
    most = found.at_once("the room")
    assert most == 3, f"never more than {most} inside at once, in any interleaving, where 3 should be able to"


@wrong("never more than 1 inside at once, in any interleaving, where 2 should be able to: this is a lock")
def one_lock():
    class AtMost:
        def __init__(self, n):
            self.lock = Lock()

        def __enter__(self):
            self.lock.acquire()

        def __exit__(self, *exception):
            self.lock.release()


@wrong("go on for ever and never end", "2 processes can be inside 'the room' at once, where at most 1 may")
def a_counter_that_is_read_and_then_written():
    class AtMost:
        def __init__(self, n):
            self.n = n
            self.now = Value("i", 0)

        def __enter__(self):
            while self.now.value >= self.n:
                pass
            self.now.value += 1

        def __exit__(self, *exception):
            with self.now.get_lock():
                self.now.value -= 1


@wrong("nobody can go on (deadlock)")
def places_are_never_given_back():
    class AtMost:
        def __init__(self, n):
            self.permits = Semaphore(n)

        def __enter__(self):
            self.permits.acquire()

        def __exit__(self, *exception):
            pass


@wrong("Nobody can go on (deadlock)")
def an_exception_keeps_the_place():
    class AtMost:
        def __init__(self, n):
            self.permits = Semaphore(n)

        def __enter__(self):
            self.permits.acquire()

        def __exit__(self, kind, value, traceback):
            if kind is None:
                self.permits.release()


@wrong("`wait`, `notify` and `notify_all` need the lock of their condition")
def told_without_the_lock():
    class AtMost:
        def __init__(self, n):
            self.n, self.now, self.changed = n, Value("i", 0), Condition()

        def __enter__(self):
            with self.changed:
                self.changed.wait_for(lambda: self.now.value < self.n)
                self.now.value += 1

        def __exit__(self, *exception):
            with self.now.get_lock():
                self.now.value -= 1
            self.changed.notify()


@wrong("2 exceptions were raised inside, and 0 came out: does `__exit__` return True?")
def exceptions_are_swallowed():
    class AtMost:
        def __init__(self, n):
            self.permits = Semaphore(n)

        def __enter__(self):
            self.permits.acquire()

        def __exit__(self, *exception):
            self.permits.release()
            return True


@wrong("`with limit:` asks for nothing that is shared. Are there parentheses, as in `acquire()`?")
def the_parentheses_are_missing():
    class AtMost:
        def __init__(self, n):
            self.permits = Semaphore(n)

        def __enter__(self):
            self.permits.acquire

        def __exit__(self, *exception):
            self.permits.release


@wrong("2 processes can be inside 'the room' at once, where at most 1 may")
def places_are_given_back_twice():
    class AtMost:
        def __init__(self, n):
            self.permits = Semaphore(n)

        def __enter__(self):
            self.permits.acquire()

        def __exit__(self, *exception):
            self.permits.release()
            self.permits.release()


@wrong("2 processes can be inside 'the room' at once, where at most 1 may")
def each_process_waits_once_only():
    class AtMost:
        def __init__(self, n):
            self.permits = Semaphore(n)
            self.known = False

        def __enter__(self):
            if not self.known:
                self.permits.acquire()
                self.known = True

        def __exit__(self, *exception):
            self.permits.release()


@wrong("3 processes can be inside 'the room' at once, where at most 2 may")
def an_exception_gives_all_places_back():
    class AtMost:
        def __init__(self, n):
            self.n = n
            self.permits = Semaphore(n)

        def __enter__(self):
            self.permits.acquire()

        def __exit__(self, kind, value, traceback):
            for _ in range(self.n if kind else 1):
                self.permits.release()


@wrong("2 processes can be inside 'the room' at once, where at most 1 may")
def always_two():
    class AtMost:
        def __init__(self, n):
            self.permits = Semaphore(2)

        def __enter__(self):
            self.permits.acquire()

        def __exit__(self, *exception):
            self.permits.release()


@wrong("never more than 2 inside at once, in any interleaving, where 3 should be able to")
def two_at_the_most():
    class AtMost:
        def __init__(self, n):
            self.permits = Semaphore(min(n, 2))

        def __enter__(self):
            self.permits.acquire()

        def __exit__(self, *exception):
            self.permits.release()


@wrong("Nobody can go on (deadlock)")
def one_too_few():
    class AtMost:
        def __init__(self, n):
            self.permits = Semaphore(n - 1)

        def __enter__(self):
            self.permits.acquire()

        def __exit__(self, *exception):
            self.permits.release()


@wrong("2 processes can be inside 'the room' at once, where at most 1 may")
def it_gives_up_waiting():
    class AtMost:
        def __init__(self, n):
            self.permits = Semaphore(n)

        def __enter__(self):
            self.permits.acquire(timeout=5)

        def __exit__(self, *exception):
            self.permits.release()


@wrong("2 processes can be inside 'the room' at once, where at most 1 may")
def whoever_is_woken_does_not_look_again():
    class AtMost:
        def __init__(self, n):
            self.n, self.now, self.changed = n, Value("i", 0), Condition()

        def __enter__(self):
            with self.changed:
                if self.now.value >= self.n:
                    self.changed.wait()
                self.now.value += 1

        def __exit__(self, *exception):
            with self.changed:
                self.now.value -= 1
                self.changed.notify()


@also_right
def the_semaphore_is_the_context_manager():
    class AtMost:
        def __init__(self, n):
            self.permits = Semaphore(n)

        def __enter__(self):
            return self.permits.__enter__()

        def __exit__(self, *exception):
            return self.permits.__exit__(*exception)


@also_right
def tokens_in_a_queue():
    class AtMost:
        def __init__(self, n):
            self.places = Queue(n)

        def __enter__(self):
            self.places.put(None)

        def __exit__(self, *exception):
            self.places.get()


@also_right
def a_counter_under_a_condition():
    class AtMost:
        def __init__(self, n):
            self.n, self.now, self.changed = n, Value("i", 0), Condition()

        def __enter__(self):
            with self.changed:
                while self.now.value >= self.n:
                    self.changed.wait()
                self.now.value += 1
            return self

        def __exit__(self, *exception):
            with self.changed:
                self.now.value -= 1
                self.changed.notify()
            return False


@also_right
def a_counter_that_is_looked_at_under_its_lock():
    class AtMost:
        def __init__(self, n):
            self.n, self.now = n, Value("i", 0)

        def __enter__(self):
            while True:
                with self.now.get_lock():
                    if self.now.value < self.n:
                        self.now.value += 1
                        return

        def __exit__(self, *exception):
            with self.now.get_lock():
                self.now.value -= 1
