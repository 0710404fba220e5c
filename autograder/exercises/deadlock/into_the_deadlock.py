"""Drive three processes into a deadlock

The three of `night_shift` above can come to a deadlock, and it takes at least 8 steps.

Write `into_the_deadlock()`. It returns the schedule: a list of 8 process numbers, 1, 2 or 3, that says who takes each step, and after which nobody can
go on. Find it with `you_drive`, or with pencil and paper.
"""

from multiprocessing import Lock, Process, Value

from autograder.authoring.marks import also_right, wrong
from lockstep import check, given, replay

points = 3

hints = [
    "In the end each of the three has one lock and waits for another one's. Who waits for which lock, and in which of its lines?",
    "Process 3 waits for `keys` only if it has seen that the door is open. Who opens it, and who shuts it?",
    "Process 2 shuts the door with its first step. If that comes before process 1 opens it, the door stays open.",
]


def into_the_deadlock():
    """A schedule, as a list of 8 process numbers, after which nobody of `night_shift` can go on."""
    ### BEGIN SOLUTION
    return [2, 2, 1, 1, 1, 1, 3, 3]
    ### END SOLUTION


@given
def caretaker(keys, lamp, desk, door):
    with keys:
        door.value = 1
    with keys, lamp:
        pass


@given
def guard(keys, lamp, desk, door):
    door.value = 0
    with lamp, desk:
        pass


@given
def clerk(keys, lamp, desk, door):
    for _ in range(2):
        with desk:
            if door.value == 1:
                with keys:
                    pass


@given
def night_shift():
    keys, lamp, desk = Lock(), Lock(), Lock()
    door = Value("i", 0, lock=False)
    processes = [Process(target=work, args=(keys, lamp, desk, door)) for work in (caretaker, guard, clerk)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


@check("a list of the numbers 1, 2 and 3", limit=5)
def _(student):
    schedule = student.into_the_deadlock()
    listed = not isinstance(schedule, (str, bytes, set, frozenset, dict)) and hasattr(schedule, "__iter__")
    kind = "a text" if isinstance(schedule, str) else f"of the type {type(schedule).__name__}"
    assert listed, f"a schedule is a list of numbers, such as [1, 1, 3]; this is {kind}"
    for step in schedule:
        assert step in (1, 2, 3), (
            f"the processes are called 1, 2 and 3, and there is a step of {step!r:.20} in this schedule"
        )
    assert len(schedule), "the schedule is empty: nobody takes a step"


@check("after it nobody can go on", limit=8)
def _(student):
    schedule = student.into_the_deadlock()
    try:
        end = replay(student.night_shift, schedule=[step if step in (1, 2, 3) else None for step in schedule])
    except AssertionError as error:
        raise AssertionError(str(error).replace("the schedule is too short: after", "no deadlock yet: after")) from None
    assert end.deadlocked, f"under {list(schedule)} there is no deadlock: all three come to their end"


@check("in 8 steps, the fewest", limit=5)
def _(student):
    schedule = list(student.into_the_deadlock())
    end = replay(student.night_shift, schedule=schedule)
    assert end.deadlocked, "first a deadlock, then the fewest steps: see above"
    steps = len(end.schedule)
    assert steps == 8, (
        f"this way takes {steps} steps, and 8 are enough: who does something that the circle does not need?"
    )


@wrong("under [2, 2, 2, 2, 2, 1", "there is no deadlock: all three come to their end")
def one_after_the_other():
    def into_the_deadlock():
        return [2] * 5 + [1] * 7 + [3] * 10


@wrong("cannot go", "✘ after it nobody can go on")
def as_with_the_philosophers():
    def into_the_deadlock():
        return [1, 2, 3, 1, 2, 3, 1, 2]


@wrong("this way takes 11 steps, and 8 are enough: who does something that the circle does not need?")
def a_round_too_many():
    def into_the_deadlock():
        return [3, 3, 3, 2, 2, 1, 1, 1, 1, 3, 3]


@wrong("no deadlock yet: after its 4 steps")
def it_ends_too_early():
    def into_the_deadlock():
        return [2, 1, 1, 1]


@wrong("a schedule is a list of numbers, such as [1, 1, 3]; this is a text")
def one_text():
    def into_the_deadlock():
        return "22111133"


@wrong("the processes are called 1, 2 and 3, and there is a step of 0 in this schedule")
def counted_from_zero():
    def into_the_deadlock():
        return [1, 1, 0, 0, 0, 0, 2, 2]


@wrong("this is of the type int")
def the_number_of_steps():
    def into_the_deadlock():
        return 8


@also_right
def the_guard_takes_the_lamp_late():
    def into_the_deadlock():
        return (2, 1, 1, 1, 1, 3, 3, 2)


@also_right
def the_clerk_looks_at_once():
    def into_the_deadlock():
        return [3, 2, 1, 1, 3, 2, 1, 1]


@also_right
def the_door_is_shut_too_late():
    def into_the_deadlock():
        return [1] * 3 + [3] * 2 + [2, 2] + [1]
