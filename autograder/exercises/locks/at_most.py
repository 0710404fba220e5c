"""At most so many inside

Write the class `AtMost(n)`, a context manager for processes. At most `n` of them are inside `with limit:` at once, and `n`
really can be.
"""

from multiprocessing import Lock, Process, Semaphore, Value

from autograder.authoring.marks import also_right, wrong
from lockstep import check, explore, given, inside

points = 3

hints = [
    "A context manager has the methods `__enter__(self)` and `__exit__(self, *exception)`.",
    "A lock lets one in. What lets `n` in?",
    "`Semaphore(n)` starts with `n` permits. Take one when you enter, give it back when you leave.",
]


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
def enter(limit, entered):
    with limit:
        with inside("the room"):
            entered.value += 1


@given
def visitors(number, n):
    limit = AtMost(n)
    entered = [Value("i", 0) for _ in range(number)]
    processes = [Process(target=enter, args=(limit, mine)) for mine in entered]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return sum(mine.value for mine in entered)


@check("everybody gets in and out, in every interleaving")
def _(student):
    explore(student.visitors, 2, 1).always(lambda entered: entered == 2)


@check("with n = 1, never 2 are inside")
def _(student):
    explore(student.visitors, 2, 1).at_most("the room", 1)


@check("with n = 2, never 3 are inside")
def _(student):
    explore(student.visitors, 3, 2).at_most("the room", 2)


@check("with n = 2, 2 really can be inside")
def _(student):
    most = explore(student.visitors, 2, 2).at_once("the room")
    assert most == 2, f"never more than {most} inside at once, in any interleaving: this is a lock, not a limit of 2"


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


@check("whoever leaves by an exception gives the place back, and the exception goes on", limit=5)
def _(student):
    explore(student.leave_by_exception, 1).always_ends()
    came_out = student.leave_by_exception(1)
    assert came_out == 2, f"2 exceptions were raised inside, and {came_out} came out: does `__exit__` return True?"


@wrong("this is a lock, not a limit of 2")
def one_lock():
    class AtMost:
        def __init__(self, n):
            self.lock = Lock()

        def __enter__(self):
            self.lock.acquire()

        def __exit__(self, *exception):
            self.lock.release()


@wrong("2 processes can be inside 'the room' at once, where at most 1 may")
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


@wrong("nobody can go on (deadlock)")
def an_exception_keeps_the_place():
    class AtMost:
        def __init__(self, n):
            self.permits = Semaphore(n)

        def __enter__(self):
            self.permits.acquire()

        def __exit__(self, kind, value, traceback):
            if kind is None:
                self.permits.release()


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


@wrong("nothing shared was read, written or waited for before")
def the_parentheses_are_missing():
    class AtMost:
        def __init__(self, n):
            self.permits = Semaphore(n)

        def __enter__(self):
            self.permits.acquire

        def __exit__(self, *exception):
            self.permits.release


@also_right
def the_semaphore_is_the_context_manager():
    class AtMost:
        def __init__(self, n):
            self.permits = Semaphore(n)

        def __enter__(self):
            return self.permits.__enter__()

        def __exit__(self, *exception):
            return self.permits.__exit__(*exception)
