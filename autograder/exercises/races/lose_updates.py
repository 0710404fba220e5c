"""Lose as many updates as you can

Two processes each add 1 to a counter twice, without a lock. Every `counter.value += 1` is two steps: read, then write. Four
increments, and yet you can make the counter end at 2.

Write `lose_updates()`. It returns the schedule: a list of 8 process numbers, 1 or 2, that says who takes each step. Find it with
`you_drive` above, or with pencil and paper.
"""

from multiprocessing import Process, Value

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given, replay

points = 2

hints = [
    "An update is lost when somebody writes a number that was read before another one's write.",
    "Let process 1 read, and keep it from writing until process 2 is nearly done.",
    "The last write decides. For the end to be 2, it must write 2. So what must the one who writes last have read?",
]


def lose_updates():
    """A schedule, as a list of process numbers, under which 2 x 2 unlocked increments end at 2."""
    ### BEGIN SOLUTION
    return [1, 2, 2, 1, 2, 1, 1, 2]
    ### END SOLUTION


@given
def add_twice(counter):
    for _ in range(2):
        counter.value += 1


@given
def two_add_twice():
    counter = Value("i", 0, lock=False)
    processes = [Process(target=add_twice, args=(counter,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return counter.value


@check("each process takes its four steps")
def _(student):
    schedule = student.lose_updates()
    assert set(schedule) <= {1, 2}, f"use the numbers 1 and 2 for the two processes; the schedule is {schedule}"
    ones, twos = schedule.count(1), schedule.count(2)
    assert (ones, twos) == (4, 4), f"{schedule} has {ones} times 1 and {twos} times 2; 4 of each are needed"


@check("under this schedule the counter ends at 2")
def _(student):
    schedule = student.lose_updates()
    end = replay(student.two_add_twice, schedule=schedule).value
    assert end == 2, f"under {schedule} the counter ends at {end}: {4 - end} updates are lost, and 2 can be"


@hidden
@check("and it does so every time, for a schedule decides everything")
def _(student):
    schedule = student.lose_updates()
    ends = {replay(student.two_add_twice, schedule=schedule).value for _ in range(2)}
    assert ends == {2}, f"under {schedule} the counter ends at {sorted(ends)}"


@wrong("the counter ends at 4: 0 updates are lost")
def one_after_the_other():
    def lose_updates():
        return [1, 1, 1, 1, 2, 2, 2, 2]


@wrong("the counter ends at 3: 1 updates are lost")
def only_one_update_is_lost():
    def lose_updates():
        return [1, 2, 1, 2, 1, 1, 2, 2]


@wrong("has 2 times 1 and 2 times 2; 4 of each are needed")
def an_increment_taken_for_one_step():
    def lose_updates():
        return [1, 2, 1, 2]


@wrong("has 3 times 1 and 5 times 2; 4 of each are needed")
def one_step_too_many_for_a_process():
    def lose_updates():
        return [1, 1, 1, 2, 2, 2, 2, 2]


@wrong("use the numbers 1 and 2", "['A', 'B', 'A', 'B', 'A', 'B', 'A', 'B']")
def letters_as_in_a_word():
    def lose_updates():
        return list("ABABABAB")


@wrong("use the numbers 1 and 2", "[0, 1, 0, 1, 0, 1, 0, 1]")
def counted_from_zero():
    def lose_updates():
        return [0, 1] * 4


@also_right
def in_step():
    def lose_updates():
        return [1, 2, 1, 2, 1, 2, 1, 2]
