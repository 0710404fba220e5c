"""Peterson's lock with a fence

On memory with store buffers the lock of unit 05 lets both in. Mend it: write the class `FencedPeterson` for two processes, 0 and 1.

- `enter(me)` waits until process `me` may go in; when it comes back, `me` holds no lock of the library.
- `leave(me)` says that it is out again, and takes no lock of the library.

The flags and the turn are shared numbers, made with `lock=False`. And there is a **fence**: taking a lock and giving it back at once,
`with self.fences[me]: pass`. It keeps nobody out, since each process has one of its own; but before it goes on, all that the process has written is there for
everybody to see. A fence costs something, so one in each `enter` is enough. Where must it be?
"""

from multiprocessing import Array, Lock, Process, Value

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given, inside

points = 4

hints = [
    "Look at the trace that the check shows: which write has not arrived when the other one reads? What does the process do next, while its write is on its way?",
    "Peterson's steps are: raise the flag, give the turn away, look. The looking must come after both writes *have arrived*.",
    "So the fence stands between the last write and the first read: after `self.turn.value = other`, before the `while`.",
]

equivalent_mutants = {
    '+ self.flags = [Value("i", 0, ), Value("i", 0, lock=False)]': "one number with a lock is no mistake, and one fence more",
    '+ self.flags = [Value("i", 0, lock=True), Value("i", 0, lock=False)]': "one number with a lock is no mistake, and one fence more",
    '+ self.flags = [Value("i", 0, lock=False), Value("i", 0, )]': "one number with a lock is no mistake, and one fence more",
    '+ self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=True)]': "one number with a lock is no mistake, and one fence more",
    '+ self.turn = Value("i", 0, )': "one number with a lock is no mistake, and one fence more",
    '+ self.turn = Value("i", 0, lock=True)': "one number with a lock is no mistake, and one fence more",
    "+ self.flags[me].value = 1": "it changes places with a line that no other process sees",
    '+ self.flags = [Value("i", lock=False), Value("i", 0, lock=False)]': "a Value starts at 0 anyway",
    '+ self.flags = [Value("i", 0, lock=False), Value("i", lock=False)]': "a Value starts at 0 anyway",
    '+ self.turn = Value("i", lock=False)': "a Value starts at 0 anyway",
    '+ self.turn = Value("i", 1, lock=False)': "the turn is given away before it is looked at",
    "+ self.flags[me].value = 2": "raised is whatever is not 0",
}


class FencedPeterson:
    """Mutual exclusion of two processes, 0 and 1, that also holds on memory with store buffers."""

    def __init__(self):
        ### BEGIN SOLUTION
        self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
        self.turn = Value("i", 0, lock=False)
        self.fences = [Lock(), Lock()]
        ### END SOLUTION

    def enter(self, me):
        """Wait until process `me` may go in."""
        ### BEGIN SOLUTION
        other = 1 - me
        self.flags[me].value = 1
        self.turn.value = other
        with self.fences[me]:
            pass
        while self.flags[other].value and self.turn.value == other:
            pass
        ### END SOLUTION

    def leave(self, me):
        """Process `me` is out again."""
        ### BEGIN SOLUTION
        self.flags[me].value = 0
        ### END SOLUTION


@given
def visit(lock, me, times, total):
    for _ in range(times):
        lock.enter(me)
        with inside("critical section"):
            total.value += 1
        lock.leave(me)


@given
def two_visit(first, second):
    # Process 0 visits `first` times, process 1 `second` times.
    lock = FencedPeterson()
    total = Value("i", 0, lock=False)
    processes = [Process(target=visit, args=(lock, me, times, total)) for me, times in enumerate((first, second))]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return total.value


@given
def enter_and_leave(me):
    lock, came_back = FencedPeterson(), Value("i", 0, lock=False)
    lock.enter(me)
    came_back.value = 1
    lock.leave(me)


@check("`enter` and `leave` come back without a lock of the library in the hand, and use shared numbers")
def _(student):
    for me in (0, 1):
        found = explore(student.enter_and_leave, me).always_ends()
        taking = found.schedule().steps
        steps = [step.operation for step in taking]
        place = steps.index("write came_back = 1")
        entering, leaving = steps[:place], steps[place + 1 :]
        assert entering, (
            "`enter` reads and writes nothing that is shared: each process sees its own attributes only. "
            "Make the flags and the turn with `Value`, and read and write their `.value`"
        )
        bare = [
            step for step in taking[:place] if step.operation.startswith(("read", "write")) and len(step.objects) == 1
        ]
        assert bare or not any(step.startswith(("read", "write")) for step in entering), (
            "every read and write takes a lock here, of the flags and of the turn: make them with `lock=False`"
        )
        taken = sum(step.startswith("acquire") for step in entering)
        assert taken == sum(step.startswith("release") for step in entering), (
            f"`enter({me})` takes a lock and comes back with it: then the lock of the library keeps the other one out, and not Peterson's. "
            "A fence is taken and given back at once"
        )
        assert not any(step.startswith("acquire") for step in leaving), (
            "`leave` takes a lock: the flag may come down as late as it likes, so no fence is needed there"
        )


@check("on sequential memory it is Peterson's lock as before")
def _(student):
    found = explore(student.two_visit, 1, 1)
    found.at_most("critical section", 1)
    found.always(lambda total: total == 2)


@check("never both inside on memory with store buffers")
def _(student):
    explore(student.two_visit, 1, 1, memory="store buffers").at_most("critical section", 1)


@check("both come to their end on memory with store buffers")
def _(student):
    explore(student.two_visit, 1, 1, memory="store buffers").always_ends()


@check("on memory with store buffers, again and again: never both inside, and no increment is lost", limit=8)
def _(student):
    for times in ((2, 1), (1, 2)):
        found = explore(student.two_visit, *times, memory="store buffers")
        found.at_most("critical section", 1)
        found.always(lambda total: total == 3)


@hidden
@check("on memory with store buffers, one goes in although the other never comes")
def _(student):
    for times in ((0, 2), (2, 0)):
        explore(student.two_visit, *times, memory="store buffers").always(lambda total: total == 2)


@wrong("2 processes can be inside 'critical section' at once", "✘ never both inside on memory with store buffers")
def as_in_unit_05():
    class FencedPeterson:
        def __init__(self):
            self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
            self.turn = Value("i", 0, lock=False)
            self.fences = [Lock(), Lock()]

        def enter(self, me):
            self.flags[me].value = 1
            self.turn.value = 1 - me
            while self.flags[1 - me].value and self.turn.value == 1 - me:
                pass

        def leave(self, me):
            self.flags[me].value = 0


@wrong("2 processes can be inside 'critical section' at once", "✘ never both inside on memory with store buffers")
def the_fence_after_the_flag():
    class FencedPeterson:
        def __init__(self):
            self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
            self.turn = Value("i", 0, lock=False)
            self.fences = [Lock(), Lock()]

        def enter(self, me):
            self.flags[me].value = 1
            with self.fences[me]:
                pass
            self.turn.value = 1 - me
            while self.flags[1 - me].value and self.turn.value == 1 - me:
                pass

        def leave(self, me):
            self.flags[me].value = 0


@wrong("2 processes can be inside 'critical section' at once", "✘ never both inside on memory with store buffers")
def the_fence_first_of_all():
    class FencedPeterson:
        def __init__(self):
            self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
            self.turn = Value("i", 0, lock=False)
            self.fences = [Lock(), Lock()]

        def enter(self, me):
            with self.fences[me]:
                pass
            self.flags[me].value = 1
            self.turn.value = 1 - me
            while self.flags[1 - me].value and self.turn.value == 1 - me:
                pass

        def leave(self, me):
            self.flags[me].value = 0


@wrong("2 processes can be inside 'critical section' at once", "✘ never both inside on memory with store buffers")
def the_fence_after_the_look():
    class FencedPeterson:
        def __init__(self):
            self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
            self.turn = Value("i", 0, lock=False)
            self.fences = [Lock(), Lock()]

        def enter(self, me):
            self.flags[me].value = 1
            self.turn.value = 1 - me
            while self.flags[1 - me].value and self.turn.value == 1 - me:
                pass
            with self.fences[me]:
                pass

        def leave(self, me):
            self.flags[me].value = 0


@wrong("2 processes can be inside 'critical section' at once", "✘ never both inside on memory with store buffers")
def only_one_of_the_two_has_a_fence():
    class FencedPeterson:
        def __init__(self):
            self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
            self.turn = Value("i", 0, lock=False)
            self.fences = [Lock(), Lock()]

        def enter(self, me):
            self.flags[me].value = 1
            self.turn.value = 1 - me
            if me == 0:
                with self.fences[me]:
                    pass
            while self.flags[1 - me].value and self.turn.value == 1 - me:
                pass

        def leave(self, me):
            self.flags[me].value = 0


@wrong("2 processes can be inside 'critical section' at once", "✘ never both inside on memory with store buffers")
def it_reads_its_own_flag_to_be_sure():
    class FencedPeterson:
        def __init__(self):
            self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
            self.turn = Value("i", 0, lock=False)
            self.fences = [Lock(), Lock()]

        def enter(self, me):
            self.flags[me].value = 1
            self.turn.value = 1 - me
            while not self.flags[me].value:
                pass
            while self.flags[1 - me].value and self.turn.value == 1 - me:
                pass

        def leave(self, me):
            self.flags[me].value = 0


@wrong("2 processes can be inside 'critical section' at once", "✘ never both inside on memory with store buffers")
def a_pause_as_a_fence():
    import time

    class FencedPeterson:
        def __init__(self):
            self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
            self.turn = Value("i", 0, lock=False)
            self.fences = [Lock(), Lock()]

        def enter(self, me):
            self.flags[me].value = 1
            self.turn.value = 1 - me
            time.sleep(0.01)
            while self.flags[1 - me].value and self.turn.value == 1 - me:
                pass

        def leave(self, me):
            self.flags[me].value = 0


@wrong("2 processes can be inside 'critical section' at once", "✘ on sequential memory")
def the_flag_raised_after_the_turn():
    class FencedPeterson:
        def __init__(self):
            self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
            self.turn = Value("i", 0, lock=False)
            self.fences = [Lock(), Lock()]

        def enter(self, me):
            self.turn.value = 1 - me
            self.flags[me].value = 1
            with self.fences[me]:
                pass
            while self.flags[1 - me].value and self.turn.value == 1 - me:
                pass

        def leave(self, me):
            self.flags[me].value = 0


@wrong("2 processes can be inside 'critical section' at once", "✘ on sequential memory")
def the_fence_alone():
    class FencedPeterson:
        def __init__(self):
            self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
            self.turn = Value("i", 0, lock=False)
            self.fences = [Lock(), Lock()]

        def enter(self, me):
            with self.fences[me]:
                pass

        def leave(self, me):
            pass


@wrong("The processes can come to where they go on for ever and never end (livelock)", "✘ on sequential memory")
def no_turn():
    class FencedPeterson:
        def __init__(self):
            self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
            self.turn = Value("i", 0, lock=False)
            self.fences = [Lock(), Lock()]

        def enter(self, me):
            self.flags[me].value = 1
            with self.fences[me]:
                pass
            while self.flags[1 - me].value:
                pass

        def leave(self, me):
            self.flags[me].value = 0


@wrong("`enter(0)` takes a lock and comes back with it")
def a_lock_of_the_library():
    class FencedPeterson:
        def __init__(self):
            self.lock = Lock()

        def enter(self, me):
            self.lock.acquire()

        def leave(self, me):
            self.lock.release()


@wrong("`leave` takes a lock: the flag may come down as late as it likes")
def a_fence_after_the_flag_comes_down():
    class FencedPeterson:
        def __init__(self):
            self.flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
            self.turn = Value("i", 0, lock=False)
            self.fences = [Lock(), Lock()]

        def enter(self, me):
            self.flags[me].value = 1
            self.turn.value = 1 - me
            with self.fences[me]:
                pass
            while self.flags[1 - me].value and self.turn.value == 1 - me:
                pass

        def leave(self, me):
            self.flags[me].value = 0
            with self.fences[me]:
                pass


@wrong("`enter` reads and writes nothing that is shared")
def ordinary_attributes():
    class FencedPeterson:
        def __init__(self):
            self.flags, self.turn = [False, False], 0

        def enter(self, me):
            self.flags[me] = True
            self.turn = 1 - me
            while self.flags[1 - me] and self.turn == 1 - me:
                pass

        def leave(self, me):
            self.flags[me] = False


@wrong("every read and write takes a lock here, of the flags and of the turn: make them with `lock=False`")
def values_with_locks():
    class FencedPeterson:
        def __init__(self):
            self.flags, self.turn = [Value("i", 0), Value("i", 0)], Value("i", 0)

        def enter(self, me):
            self.flags[me].value = 1
            self.turn.value = 1 - me
            while self.flags[1 - me].value and self.turn.value == 1 - me:
                pass

        def leave(self, me):
            self.flags[me].value = 0


@also_right
def one_fence_for_both():
    import sys
    from multiprocessing import RawArray, Semaphore

    class FencedPeterson:
        def __init__(self) -> None:
            self.wants = RawArray("b", 2)
            self.waits = RawArray("b", 1)
            self.fence = Semaphore(1)

        def enter(self, me: int) -> None:
            self.wants[me] = 1
            self.waits[0] = me
            print("fence of", me, file=sys.stderr)
            self.fence.acquire()
            self.fence.release()
            while self.wants[1 - me] and self.waits[0] == me:
                pass

        def leave(self, me: int) -> None:
            self.wants[me] = 0


@also_right
def a_new_lock_each_time():
    import multiprocessing

    def fence(context):
        with context.RLock():
            pass

    class FencedPeterson:
        def __init__(self):
            self.flags = Array("i", 2, lock=False)
            self.turn = Value("i", 1, lock=False)

        def enter(self, me):
            self.flags[me] = 1
            self.turn.value = 1 - me
            fence(multiprocessing.get_context("spawn"))
            while True:
                if not self.flags[1 - me] or self.turn.value == me:
                    return

        def leave(self, me):
            self.flags[me] = 0


@also_right
def a_turn_that_has_a_lock_of_its_own():
    class FencedPeterson:
        def __init__(self):
            # To write a Value with a lock is a fence, too, and this is the last write.
            self.flags = [Value("b", 0, lock=False) for _ in range(2)]
            self.turn = Value("b", 0)

        def enter(self, me):
            self.flags[me].value = 1
            self.turn.value = 1 - me
            while self.flags[1 - me].value and self.turn.value == 1 - me:
                pass

        def leave(self, me):
            self.flags[me].value = 0
