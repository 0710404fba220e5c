"""Both locks, or none

Write `try_both(first, second)`, which tries to take two locks and never waits. It returns

- `True` when it has both of them, and the caller then gives both back;
- `False` when it could not get both, and then it holds neither.

It returns `False` only if somebody else had one of the two at some moment of the call. It comes to its end whatever the others do: they may hold a lock for ever,
and they may call it with the two locks in the opposite order.
"""

from multiprocessing import Lock, Process, Value

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given, simulate

points = 3

hints = [
    "`lock.acquire(False)` does not wait: it returns True if it has taken the lock, and False if somebody else has it.",
    "You have the first one, and the second one is taken. What do you hold when you return False?",
    "Trying again inside of `try_both` is no good: two who do so with the locks in opposite order can get into each other's way for ever.",
]


def try_both(first, second):
    """Take both locks and return True, or none and return False; never wait."""
    ### BEGIN SOLUTION
    if first.acquire(False):
        if second.acquire(False):
            return True
        first.release()
    return False
    ### END SOLUTION


@given
def try_once(first, second, answer):
    got = try_both(first, second)
    answer.value = {True: 1, False: 0}.get(got, 2)
    if got:
        first.release()
        second.release()


@given
def neighbours(orders, held=()):
    # A process for each pair of locks; who starts them holds some of the locks meanwhile. Returns the answers, and whether all locks are free after it.
    locks = [Lock(), Lock(), Lock()]
    answers = [Value("b", 3, lock=False) for _ in orders]
    for number in held:
        locks[number].acquire()
    processes = []
    for (first, second), answer in zip(orders, answers):
        processes.append(Process(target=try_once, args=(locks[first], locks[second], answer)))
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    for number in held:
        locks[number].release()
    free = all(lock.acquire(False) for lock in locks)
    return [{1: True, 0: False}.get(answer.value) for answer in answers], free


@check("alone: it takes both and says so", limit=5)
def _(student):
    found = explore(student.neighbours, [(0, 1)])
    assert "too many times" not in str(found), found.failure(
        "It says True and holds nothing: the caller gives both back"
    )
    found.never_crashes()
    assert found.results, "it does not return although both locks are free"
    (answers, free), *_ = found.results
    assert answers == [True], f"both locks are free, and it answers {answers[0]}; it should take them and return True"
    assert free, "it does not say which locks it holds: with True both, and with False none"
    assert student.neighbours([(0, 1)]) == ([True], True)


@check("two in opposite order: no deadlock, no livelock, and both locks are free at the end")
def _(student):
    found = explore(student.neighbours, [(0, 1), (1, 0)])
    assert "too many times" not in str(found), found.failure(
        "A lock is given back that nobody has: it gives back what it has not taken, or says True without having both"
    )
    found.never_crashes()
    assert not found.deadlocks, found.failure(
        "Each has one and waits for the other's: it must never wait with a lock in its hand"
    )
    assert not found.livelocks, found.failure(
        "Each takes one, finds the other one taken, lets go and tries again, for ever (livelock): leave the second try to the caller"
    )
    kept = found.schedule(
        lambda end: not end[1], "One says False with a lock in its hand: give back what you have taken"
    )
    assert kept is None, kept
    found.always_ends()


@check("one of the two is taken for ever: it says False at once, and holds nothing")
def _(student):
    for held in ([1], [0]):
        found = explore(student.neighbours, [(0, 1)], held).never_crashes()
        waits = found.deadlocks or found.livelocks
        which = "first" if held == [0] else "second"
        assert not waits, found.failure(
            f"The {which} lock is taken for ever, and it waits for it: `acquire(False)` does not wait"
        )
        (answers, free), *_ = found.results
        assert answers == [False], f"the {which} lock is taken by somebody else, and it answers {answers[0]}"
        assert free, f"it found the {which} lock taken, and returned False with the other one in its hand"
        waited = [
            wait for wait in simulate(student.neighbours, [(0, 1)], held, cores=2).waiting if wait.process != "main"
        ]
        assert not waited, (
            f"the {which} lock is taken, and it waits for {waited[0].seconds:.3g} s before it says False: a time limit is a wait, too"
        )


@check("in some interleaving only the one gets both, in some only the other, and in some both do, one after the other")
def _(student):
    found = explore(student.neighbours, [(0, 1), (1, 0)]).always_ends()
    for wanted in ([True, True], [True, False], [False, True]):
        found.sometimes(lambda end, wanted=wanted: end[0] == wanted)


@check("three real processes try at the same time", limit=5)
def _(student):
    explore(student.neighbours, [(0, 1), (1, 0)]).always(lambda end: end[1])
    answers, free = student.neighbours([(0, 1), (1, 2), (2, 0)])
    assert free
    assert set(answers) <= {True, False}


@hidden
@check("three in a circle: nobody waits, and all locks are free at the end")
def _(student):
    explore(student.neighbours, [(0, 1), (1, 2), (2, 0)]).always(lambda end: end[1])


@hidden
@check("False only if somebody else had one of the two")
def _(student):
    explore(student.neighbours, [(0, 1)], [2]).always(lambda end: end[0] == [True])


@wrong("a time limit is a wait, too", "✘ one of the two is taken for ever")
def it_waits_a_little():
    def try_both(first, second):
        if first.acquire(False):
            if second.acquire(timeout=0.01):
                return True
            first.release()
        return False


@wrong("A lock is given back that nobody has: it gives back what it has not taken")
def it_gives_back_what_it_has_not_taken():
    def try_both(first, second):
        if first.acquire(False) & second.acquire(False):
            return True
        first.release()
        second.release()
        return False


@wrong("Each has one and waits for the other's: it must never wait with a lock in its hand")
def it_waits_for_the_second():
    def try_both(first, second):
        if first.acquire(False):
            second.acquire()
            return True
        return False


@wrong(
    "Each takes one, finds the other one taken, lets go and tries again, for ever (livelock)",
    "✘ one of the two is taken",
)
@wrong("The second lock is taken for ever, and it waits for it")
def try_release_and_try_again():
    def try_both(first, second):
        while True:
            first.acquire()
            if second.acquire(False):
                return True
            first.release()


@wrong("The first lock is taken for ever, and it waits for it")
def it_waits_for_the_first():
    def try_both(first, second):
        first.acquire()
        if second.acquire(False):
            return True
        first.release()
        return False


@wrong("One says False with a lock in its hand: give back what you have taken", "with the other one in its hand")
def it_keeps_the_first():
    def try_both(first, second):
        return first.acquire(False) and second.acquire(False)


@wrong("both locks are free, and it answers None; it should take them and return True")
def it_says_nothing():
    def try_both(first, second):
        if first.acquire(False) and not second.acquire(False):
            first.release()


@wrong("It says True and holds nothing: the caller gives both back")
def both_are_given_back():
    def try_both(first, second):
        with first, second:
            return True


@also_right
def one_after_the_other_with_limits():
    def try_both(first, second):
        taken = []
        for lock in (first, second):
            if not lock.acquire(timeout=0):
                for held in taken:
                    held.release()
                return False
            taken.append(lock)
        return True


@also_right
def with_early_returns():
    def try_both(first, second) -> bool:
        if not first.acquire(block=False):
            return False
        if not second.acquire(block=False):
            first.release()
            return False
        return True


@also_right
def the_second_first():
    def try_both(first, second):
        got = [second.acquire(False), first.acquire(False)]
        if all(got):
            return True
        for lock, mine in zip((second, first), got):
            if mine:
                lock.release()
        return False
