"""The party and the dean

Students come and go. The dean inspects the room, but only when nobody is in it, and while she is there nobody comes in. (After Downey, 7.3.) She has to wait for the room to be empty; students have to wait for her to be gone.

Mend `Room`. Two students must still be able to be in the room at the same time.
"""

from multiprocessing import Condition, Lock, Process, Semaphore, Value

from autograder.authoring.marks import mistake, wrong
from lockstep import check, explore, given, inside

play = "party"
fewest = 25

hints = [
    "The dean has seen that the room is empty. When does she say that she is in it?",
    "From the look to the act the lock stays in the hand.",
]


class Room:
    """Students, any number, or the dean alone."""

    def __init__(self):
        self.changed = Condition()
        self.students, self.dean = Value("i", 0, lock=False), Value("i", 0, lock=False)

    def come(self):
        with self.changed:
            while self.dean.value:
                self.changed.wait()
            self.students.value += 1

    def go(self):
        with self.changed:
            self.students.value -= 1
            self.changed.notify_all()

    def inspect(self):
        with self.changed:
            while self.students.value:
                self.changed.wait()
            self.dean.value = 1

    def done(self):
        with self.changed:
            self.dean.value = 0
            self.changed.notify_all()


@given
def all_at_once(*jobs):
    processes = [Process(target=job, args=arguments) for job, *arguments in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


@given
def student_of_the_party(room, there):
    room.come()
    there.release()
    with inside("party"):
        there.acquire()
    room.go()


@given
def dean(room, there, trouble):
    room.inspect()
    if there.get_value():
        trouble.value = 1
    room.done()


@given
def party(students=1):
    room, there, trouble = Room(), Semaphore(0), Value("b", 0, lock=False)
    all_at_once((dean, room, there, trouble), *((student_of_the_party, room, there) for _ in range(students)))
    return "the dean meets a student" if trouble.value else "well"


@check("the dean never meets a student, and everybody comes to the end, in every interleaving", limit=5)
def _(student):
    found = explore(student.party, 2).never_crashes()
    met = found.schedule(lambda end: end != "well", "The dean meets a student:")
    assert met is None, met
    assert not found.deadlocks, found.failure("Somebody waits for ever:")
    found.always_ends()


@check("two students can be in the room at the same time", limit=5)
def _(student):
    assert explore(student.party, 2).at_once("party") == 2, "one student is no party"


@mistake("The dean meets a student")
def the_lock_is_let_go_between():
    class Room:
        """Students, any number, or the dean alone."""

        def __init__(self):
            self.changed = Condition()
            self.students, self.dean = Value("i", 0, lock=False), Value("i", 0, lock=False)

        def come(self):
            with self.changed:
                while self.dean.value:
                    self.changed.wait()
                self.students.value += 1

        def go(self):
            with self.changed:
                self.students.value -= 1
                self.changed.notify_all()

        def inspect(self):
            with self.changed:
                while self.students.value:
                    self.changed.wait()
            with self.changed:
                self.dean.value = 1

        def done(self):
            with self.changed:
                self.dean.value = 0
                self.changed.notify_all()


@wrong("Somebody waits for ever")
def nobody_is_told_that_she_is_gone():
    class Room:
        def __init__(self):
            self.changed = Condition()
            self.students, self.dean = Value("i", 0, lock=False), Value("i", 0, lock=False)

        def come(self):
            with self.changed:
                while self.dean.value:
                    self.changed.wait()
                self.students.value += 1

        def go(self):
            with self.changed:
                self.students.value -= 1
                self.changed.notify_all()

        def inspect(self):
            with self.changed:
                while self.students.value:
                    self.changed.wait()
                self.dean.value = 1

        def done(self):
            with self.changed:
                self.dean.value = 0


@wrong("The dean meets a student")
def students_do_not_look():
    class Room:
        def __init__(self):
            self.changed, self.students = Condition(), Value("i", 0, lock=False)

        def come(self):
            with self.changed:
                self.students.value += 1

        def go(self):
            with self.changed:
                self.students.value -= 1
                self.changed.notify_all()

        def inspect(self):
            with self.changed:
                while self.students.value:
                    self.changed.wait()

        def done(self):
            pass


@wrong("one student is no party")
def one_at_a_time():
    class Room:
        def __init__(self):
            self.door = Lock()

        def come(self):
            self.door.acquire()

        def go(self):
            self.door.release()

        def inspect(self):
            self.door.acquire()

        def done(self):
            self.door.release()
