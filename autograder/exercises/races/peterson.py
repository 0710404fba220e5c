"""Peterson's lock

Two processes, 0 and 1, want mutual exclusion without any lock of the library. Write the class `Peterson`:

- `enter(me)` waits until process `me` may go in;
- `leave(me)` says that it is out again.

Use shared values only, made with `Value("i", 0, lock=False)`: a flag for each process, “I want to go in”, and one
number more, the turn. (An attribute like `self.turn = 0` is not shared: each process has its own.)

Never are both inside. Whoever wants to go in can do so in the end, also when the other one never comes.

Look for the steps by yourself first; there are not many orders to try, and the checks tell you what goes wrong in
each. (The lock is from G. L. Peterson, *Myths about the mutual exclusion problem*, 1981. The last hint has it whole.)
"""

from multiprocessing import Array, Lock, Process, Value

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given, inside

points = 5

hints = [
    "In `__init__`, make two flags and a turn. The other process is `1 - me`. Who waits, waits with a loop: "
    "`while ...: pass`. That is busy waiting, and here it is meant.",
    "The flags alone end in a livelock: both are raised, and neither gives way. The turn says who gives way. Be polite "
    "with it, and ask what the other one may do between any two of your lines.",
    "Peterson's steps, in this order: raise your own flag; give the turn to the other; wait while the other's flag is "
    "raised *and* the turn is the other's. To leave, take your flag down.",
]

equivalent_mutants = {
    '+ self.flags = [Value("i", lock=False), Value("i", 0, lock=False)]': "a Value starts at 0 anyway",
    '+ self.flags = [Value("i", 0, lock=False), Value("i", lock=False)]': "a Value starts at 0 anyway",
    '+ self.turn = Value("i", lock=False)': "a Value starts at 0 anyway",
    '+ self.turn = Value("i", 1, lock=False)': "the turn is given away before it is looked at",
    "+ self.flags[me].value = 1": "it changes places with a line that no other process sees",
    "+ self.flags[me].value = 2": "raised is whatever is not 0",
}


class Peterson:
    """Mutual exclusion of two processes, 0 and 1, from shared values alone."""

    def __init__(self):
        ### BEGIN SOLUTION
        self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
        self.turn = Value("i", 0, lock=False)
        ### END SOLUTION

    def enter(self, me):
        """Wait until process `me` may go in."""
        ### BEGIN SOLUTION
        other = 1 - me
        self.flags[me].value = 1
        self.turn.value = other
        while self.flags[other].value and self.turn.value == other:
            pass
        ### END SOLUTION

    def leave(self, me):
        """Process `me` is out again."""
        ### BEGIN SOLUTION
        self.flags[me].value = 0
        ### END SOLUTION


@given
def pass_by(lock, me, times):
    for _ in range(times):
        lock.enter(me)
        lock.leave(me)


@given
def visit(lock, me, times, total):
    for _ in range(times):
        lock.enter(me)
        with inside("critical section"):
            total.value += 1
        lock.leave(me)


@given
def two_pass_by():
    lock = Peterson()
    processes = [Process(target=pass_by, args=(lock, me, 1)) for me in (0, 1)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


@given
def two_visit(first, second):
    # Process 0 visits `first` times, process 1 `second` times.
    lock = Peterson()
    total = Value("i", 0, lock=False)
    processes = [Process(target=visit, args=(lock, me, times, total)) for me, times in enumerate((first, second))]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return total.value


@check("of shared values alone, none of them with a lock")
def _(student):
    found = explore(student.two_pass_by).never_crashes()
    assert found.operations, (
        "`enter` and `leave` read and write nothing that is shared: each process sees its own attributes only. "
        "Make the flags and the turn with `Value`, and read and write their `.value`"
    )
    kinds = {kind.partition(".")[0].replace("proxy", "manager") for kind in found.operations} - {"cell", "cells"}
    own_lock = "RLock, which every Value has without `lock=False`"
    used = ", ".join(own_lock if kind == "rlock" else kind.capitalize() for kind in sorted(kinds))
    assert not kinds, f"use nothing but shared values; `enter` and `leave` use something else: {used}"
    steps = (found.schedule() or found.failure()).steps
    locked = sorted({step.objects[0][0] for step in steps if len(step.objects) > 1})
    assert not locked, f"{', '.join(locked)}: every read and write takes a lock here; make it with `lock=False`"


@check("never both inside, in any interleaving")
def _(student):
    explore(student.two_visit, 1, 1).at_most("critical section", 1)


@check("both come to their end, in every interleaving of a scheduler that forgets nobody")
def _(student):
    explore(student.two_visit, 1, 1).always_ends()


@check("one goes in although the other never comes, and again before the other's first time")
def _(student):
    explore(student.two_visit, 0, 2).always_ends()
    explore(student.two_visit, 2, 0).always_ends()


@hidden
@check("twice each: never both inside, both come to their end, and no increment is lost")
def _(student):
    found = explore(student.two_visit, 2, 2)
    found.at_most("critical section", 1)
    found.always(lambda total: total == 4)


@wrong("2 processes can be inside 'critical section' at once")
def the_turn_given_to_oneself():
    class Peterson:
        def __init__(self):
            self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
            self.turn = Value("i", 0, lock=False)

        def enter(self, me):
            other = 1 - me
            self.flags[me].value = 1
            self.turn.value = me
            while self.flags[other].value and self.turn.value == other:
                pass

        def leave(self, me):
            self.flags[me].value = 0


@wrong("2 processes can be inside 'critical section' at once")
def the_flag_raised_after_the_turn():
    class Peterson:
        def __init__(self):
            self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
            self.turn = Value("i", 0, lock=False)

        def enter(self, me):
            other = 1 - me
            self.turn.value = other
            self.flags[me].value = 1
            while self.flags[other].value and self.turn.value == other:
                pass

        def leave(self, me):
            self.flags[me].value = 0


@wrong("livelock")
def no_turn():
    class Peterson:
        def __init__(self):
            self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]

        def enter(self, me):
            other = 1 - me
            self.flags[me].value = 1
            while self.flags[other].value:
                pass

        def leave(self, me):
            self.flags[me].value = 0


@wrong("go on for ever and never end")
def they_take_turns():
    class Peterson:
        def __init__(self):
            self.turn = Value("i", 0, lock=False)

        def enter(self, me):
            while self.turn.value != me:
                pass

        def leave(self, me):
            self.turn.value = 1 - me


@wrong("use nothing but shared values; `enter` and `leave` use something else: Lock")
def a_lock_of_the_library():
    class Peterson:
        def __init__(self):
            self.lock = Lock()

        def enter(self, me):
            self.lock.acquire()

        def leave(self, me):
            self.lock.release()


@wrong("`enter` and `leave` read and write nothing that is shared: each process sees its own attributes only")
def ordinary_attributes():
    class Peterson:
        def __init__(self):
            self.flags = [False, False]
            self.turn = 0

        def enter(self, me):
            self.flags[me] = True
            self.turn = 1 - me
            while self.flags[1 - me] and self.turn == 1 - me:
                pass

        def leave(self, me):
            self.flags[me] = False


@wrong("They can go on for ever, all of them moving and none of them getting anywhere (livelock)", "round and round")
def both_give_way():
    class Peterson:
        def __init__(self):
            self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]

        def enter(self, me):
            self.flags[me].value = 1
            while self.flags[1 - me].value:
                self.flags[me].value = 0
                self.flags[me].value = 1

        def leave(self, me):
            self.flags[me].value = 0


@wrong("A process ends with an exception, and others wait for it for ever", "NotImplementedError")
def leave_is_not_written():
    class Peterson:
        def __init__(self):
            self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
            self.turn = Value("i", 0, lock=False)

        def enter(self, me):
            other = 1 - me
            self.flags[me].value = 1
            self.turn.value = other
            while self.flags[other].value and self.turn.value == other:
                pass

        def leave(self, me):
            raise NotImplementedError


@wrong("self.flags[0], self.flags[1], self.turn: every read and write takes a lock here; make it with `lock=False`")
def values_with_locks():
    class Peterson:
        def __init__(self):
            self.flags = [Value("i", 0), Value("i", 0)]
            self.turn = Value("i", 0)

        def enter(self, me):
            other = 1 - me
            self.flags[me].value = 1
            self.turn.value = other
            while self.flags[other].value and self.turn.value == other:
                pass

        def leave(self, me):
            self.flags[me].value = 0


@wrong("`enter` and `leave` use something else: RLock, which every Value has without `lock=False`")
def the_lock_of_a_value():
    class Peterson:
        def __init__(self):
            self.turn = Value("i", 0)

        def enter(self, me):
            self.turn.get_lock().acquire()

        def leave(self, me):
            self.turn.get_lock().release()


@wrong("`enter` and `leave` read and write nothing that is shared")
def the_flags_are_replaced_by_numbers():
    class Peterson:
        def __init__(self):
            self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
            self.turn = Value("i", 0, lock=False)

        def enter(self, me):
            self.flags[me] = 1
            self.turn = 1 - me
            while self.flags[1 - me] == 1 and self.turn == 1 - me:
                pass

        def leave(self, me):
            self.flags[me] = 0


@wrong("2 processes can be inside 'critical section' at once")
def it_gives_up_waiting():
    class Peterson:
        def __init__(self):
            self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
            self.turn = Value("i", 0, lock=False)

        def enter(self, me):
            other = 1 - me
            self.flags[me].value = 1
            self.turn.value = other
            for _ in range(5):
                if not (self.flags[other].value and self.turn.value == other):
                    break

        def leave(self, me):
            self.flags[me].value = 0


@wrong("go on for ever and never end", "✘ one goes in although the other never comes")
def waiting_for_the_flag_or_the_turn():
    class Peterson:
        def __init__(self):
            self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
            self.turn = Value("i", 0, lock=False)

        def enter(self, me):
            other = 1 - me
            self.flags[me].value = 1
            self.turn.value = other
            while self.flags[other].value or self.turn.value == other:
                pass

        def leave(self, me):
            self.flags[me].value = 0


@also_right
def with_separate_names():
    class Peterson:
        def __init__(self):
            self.first = Value("b", 0, lock=False)
            self.second = Value("b", 0, lock=False)
            self.last = Value("i", 0, lock=False)

        def enter(self, me):
            mine, theirs = (self.first, self.second) if me == 0 else (self.second, self.first)
            mine.value = 1
            self.last.value = me
            while True:
                if not theirs.value:
                    break
                if self.last.value != me:
                    break

        def leave(self, me):
            mine = self.first if me == 0 else self.second
            mine.value = 0


@also_right
def as_dekker_did_it():
    class Peterson:
        def __init__(self):
            self.wants = Array("i", 2, lock=False)
            self.favoured = Value("i", 0, lock=False)

        def enter(self, me):
            self.wants[me] = 1
            while self.wants[1 - me]:
                if self.favoured.value != me:
                    self.wants[me] = 0
                    while self.favoured.value != me:
                        pass
                    self.wants[me] = 1

        def leave(self, me):
            self.favoured.value = 1 - me
            self.wants[me] = 0
