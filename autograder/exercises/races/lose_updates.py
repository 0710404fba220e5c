"""Lose as many updates as you can

Two processes each add 1 to a counter twice, without a lock. Every `counter.value += 1` is two steps: read, then write. Four
increments, and yet you can make the counter end at 2.

Write `lose_updates()`. It returns the schedule: a list of 8 process numbers, 1 or 2, that says who takes each step. Find it with
`you_drive` above, or with pencil and paper.
"""

import random
from multiprocessing import Process, Value

from autograder.authoring.marks import also_right, wrong
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


@check("8 steps: each process takes its four", limit=5)
def _(student):
    schedule = student.lose_updates()
    listed = not isinstance(schedule, (str, bytes, set, frozenset, dict)) and hasattr(schedule, "__iter__")
    kind = "a text" if isinstance(schedule, str) else f"of the type {type(schedule).__name__}"
    assert listed, f"a schedule is a list of numbers, such as [1, 1, 2, 2, 2, 2, 1, 1]; this is {kind}"
    assert len(schedule) == 8, (
        f"four increments are 8 steps, a read and a write each; this schedule has {len(schedule)}"
    )
    for step in schedule:
        assert step in (1, 2), f"the processes are called 1 and 2, and there is a step of {step!r:.20} in this schedule"
    ones, twos = list(schedule).count(1), list(schedule).count(2)
    assert ones == twos, (
        f"process 1 takes {ones} steps and process 2 takes {twos}; each has two reads and two writes to do"
    )


@check("under this schedule the counter ends at 2")
def _(student):
    for _ in range(20):  # 20 times, for a schedule drawn by lot is sometimes right
        schedule = student.lose_updates()
        steps = list(schedule) if hasattr(schedule, "__len__") and len(schedule) == 8 else []
        assert steps.count(1) == steps.count(2) == 4, "first let each process take its four steps: see above"
        steps = [int(step) for step in steps]
        counter, seen = 0, {}
        for process in steps:
            if process in seen:
                counter = seen.pop(process) + 1
            else:
                seen[process] = counter
        if counter != 2:
            break
    end = replay(student.two_add_twice, schedule=steps).value
    lost = "no update is lost" if end == 4 else "1 update is lost"
    assert end == 2, f"under {steps} the counter ends at {end}: {lost}, and 2 can be"


@wrong("the counter ends at 4: no update is lost, and 2 can be")
def one_after_the_other():
    def lose_updates():
        return [1, 1, 1, 1, 2, 2, 2, 2]


@wrong("the counter ends at 3: 1 update is lost, and 2 can be")
def only_one_update_is_lost():
    def lose_updates():
        return [1, 2, 1, 2, 1, 1, 2, 2]


@wrong("four increments are 8 steps, a read and a write each; this schedule has 4")
def an_increment_taken_for_one_step():
    def lose_updates():
        return [1, 2, 1, 2]


@wrong("process 1 takes 3 steps and process 2 takes 5; each has two reads and two writes to do")
def one_step_too_many_for_a_process():
    def lose_updates():
        return [1, 1, 1, 2, 2, 2, 2, 2]


@wrong("the processes are called 1 and 2, and there is a step of 'A' in this schedule")
def letters_as_in_a_word():
    def lose_updates():
        return list("ABABABAB")


@wrong("the processes are called 1 and 2, and there is a step of 0 in this schedule")
def counted_from_zero():
    def lose_updates():
        return [0, 1] * 4


@wrong("a schedule is a list of numbers, such as [1, 1, 2, 2, 2, 2, 1, 1]; this is a text")
def one_text():
    def lose_updates():
        return "12121212"


@wrong("there is a step of '1' in this schedule")
def numbers_as_texts():
    def lose_updates():
        return list("12121212")


@wrong("this is of the type int")
def what_the_counter_ends_at():
    def lose_updates():
        return 2


@wrong("and 2 can be")
def drawn_by_lot():
    def lose_updates():
        return random.sample([1, 1, 1, 1, 2, 2, 2, 2], 8)


@also_right
def in_step():
    def lose_updates():
        return [1, 2, 1, 2, 1, 2, 1, 2]


@also_right
def the_other_one_first_and_as_a_tuple():
    def lose_updates():
        return (2, 1, 1, 1, 2, 2, 2, 1)


@also_right
def found_by_trying():
    def ends_at(schedule):
        total, seen = 0, {}
        for process in schedule:
            if process in seen:
                total = seen.pop(process) + 1
            else:
                seen[process] = total
        return total

    def lose_updates():
        while True:
            schedule = random.sample([1, 1, 1, 1, 2, 2, 2, 2], 8)
            if ends_at(schedule) == 2:
                return schedule
