"""Philosophers who do not stand still, three ways

There are as many forks as philosophers, and philosopher `who` needs fork `who` and fork `(who + 1) % n`, where `n` is `len(forks)`. Write three
ways to eat, none of which can come to a deadlock or a livelock. Each calls `eat()` once, while it holds both forks, and then
puts both back. Philosophers who share no fork can eat at the same time.

- `eat_in_order(who, forks, eat)`: `forks` is a list of locks, and nothing else is shared.
- `eat_with_a_waiter(who, forks, waiter, eat)`: as before, and there is a `waiter`, a `Semaphore(n - 1)`. All take the fork `who` first, then the other one.
- `eat_both_at_once(who, forks, changed, eat)`: now `forks` is an `Array` of whole numbers, 0 for a fork that lies on the table and 1 for one that is
  taken, and `changed` is a `Condition`. A philosopher takes both forks, or neither and sleeps; and nobody sleeps on whose two forks
  have come to lie on the table.
"""

from functools import partial
from multiprocessing import Array, Condition, Lock, Process, Semaphore

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given, inside

points = 6

hints = [
    "A deadlock needs a circle of waiting. In order: in which order must one take the two forks, so that nobody waits in a circle?",
    "With a waiter: of `n` philosophers at the table, at most `n - 1` may have a fork in the hand. When may one leave?",
    "Both at once: `while` one of the two is taken, sleep. Who puts forks back wakes. Whom? And `eat()` without the lock, or nobody else can eat.",
]

equivalent_mutants = {
    "+ forks[left] = forks[right] = 2": "it is only asked whether it is 0",
    "+ changed.notify_all()": "whoever is woken needs the lock, and gets it after the next line",
}


def eat_in_order(who, forks, eat):
    """Eat with two locks, taken in an order in which nobody waits in a circle."""
    ### BEGIN SOLUTION
    first, second = sorted([who, (who + 1) % len(forks)])
    with forks[first], forks[second]:
        eat()
    ### END SOLUTION


def eat_with_a_waiter(who, forks, waiter, eat):
    """Eat with two locks, the fork `who` first, while the waiter lets only n - 1 to the table."""
    ### BEGIN SOLUTION
    with waiter, forks[who], forks[(who + 1) % len(forks)]:
        eat()
    ### END SOLUTION


def eat_both_at_once(who, forks, changed, eat):
    """Eat with two forks of an Array, 0 free and 1 taken; take both or sleep in the condition."""
    ### BEGIN SOLUTION
    left, right = who, (who + 1) % len(forks)
    with changed:
        while forks[left] or forks[right]:
            changed.wait()
        forks[left] = forks[right] = 1
    eat()
    with changed:
        forks[left] = forks[right] = 0
        changed.notify_all()
    ### END SOLUTION


@given
def meal(who, plates):
    with inside("eating"), inside(f"fork {who}"), inside(f"fork {(who + 1) % len(plates)}"):
        plates[who] += 1


@given
def philosopher(way, who, forks, helper, plates, meals):
    for _ in range(meals):
        eat = partial(meal, who, plates)
        if way == "in order":
            eat_in_order(who, forks, eat)
        elif way == "with a waiter":
            eat_with_a_waiter(who, forks, helper, eat)
        else:
            eat_both_at_once(who, forks, helper, eat)


@given
def dinner(way, n, meals=1, guests=None):
    # n philosophers eat so many meals each (or only the first `guests`, and fork 1 is gone). Returns how often each has eaten.
    forks = Array("b", n, lock=False) if way == "both at once" else [Lock() for _ in range(n)]
    helper = {"in order": None, "with a waiter": Semaphore(n - 1), "both at once": Condition()}[way]
    plates = Array("i", n, lock=False)
    if guests and way == "both at once":
        forks[1] = 1
    elif guests:
        forks[1].acquire()
    arguments = [(way, who, forks, helper, plates, meals) for who in range(guests or n)]
    processes = [Process(target=philosopher, args=mine) for mine in arguments]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return plates[:]


@given
def beside_a_long_meal():
    # Of four, 2 is not there and its fork 2 is taken until 0 and 3 have eaten; 1 needs it.
    forks, changed = Array("b", [0, 0, 1, 0], lock=False), Condition()
    plates = Array("i", 4, lock=False)
    arguments = [("both at once", who, forks, changed, plates, 1) for who in (0, 3, 1)]
    processes = [Process(target=philosopher, args=mine) for mine in arguments]
    for process in processes:
        process.start()
    for process in processes[:2]:
        process.join()
    with changed:
        forks[2] = 0
        changed.notify_all()
    processes[2].join()
    return plates[:]


@given
def beside_two_long_waits():
    # Of six, 3 is not there and its fork 3 is taken until 4 and 5 have eaten; 2 needs it, and 1 sleeps on fork 2, which is taken, too.
    forks, changed = Array("b", [0, 0, 1, 1, 0, 0], lock=False), Condition()
    plates = Array("i", 6, lock=False)
    arguments = [("both at once", who, forks, changed, plates, 1) for who in (4, 5, 1, 2)]
    processes = [Process(target=philosopher, args=mine) for mine in arguments]
    for process in processes:
        process.start()
    for process in processes[:2]:
        process.join()
    with changed:
        forks[2] = forks[3] = 0
        changed.notify_all()
    for process in processes[2:]:
        process.join()
    return plates[:]


@given
def the_last_at_the_table():
    # The last of three waits for fork 0. Is fork 2 free meanwhile?
    forks, waiter, plates = [Lock() for _ in range(3)], Semaphore(2), Array("i", 3, lock=False)
    forks[0].acquire()
    process = Process(target=philosopher, args=("with a waiter", 2, forks, waiter, plates, 1))
    process.start()
    free = forks[2].acquire(False)
    if free:
        forks[2].release()
    forks[0].release()
    process.join()
    return free


@check("in order: three eat, and no fork is in two hands")
def _(student):
    found = explore(student.dinner, "in order", 3).never_crashes()
    assert not found.deadlocks, found.failure(
        "Each has one fork and waits for the next one's: all take the same side first"
    )
    found.always(lambda plates: plates == [1, 1, 1])
    for fork in ("fork 0", "fork 1", "fork 2"):
        found.at_most(fork, 1)


@check("with a waiter: three eat, and no fork is in two hands")
def _(student):
    found = explore(student.dinner, "with a waiter", 3).never_crashes()
    assert "semaphore.acquire" in found.operations, "`eat_with_a_waiter` never asks the waiter"
    assert not found.deadlocks, found.failure(
        "All three are at the table, and each has one fork: ask the waiter before the first fork, and let go of the seat after the meal"
    )
    found.always(lambda plates: plates == [1, 1, 1])
    for fork in ("fork 0", "fork 1", "fork 2"):
        found.at_most(fork, 1)


@check("both at once: three eat, and no fork is in two hands")
def _(student):
    found = explore(student.dinner, "both at once", 3)
    assert "AssertionError" not in str(found), found.failure(
        "`wait`, `notify` and `notify_all` need the lock of their condition: call them in `with changed:`"
    )
    found.never_crashes()
    for fork in ("fork 0", "fork 1", "fork 2"):
        found.at_most(fork, 1)
    assert not found.deadlocks, found.failure(
        "One sleeps for ever: nobody woke it, or it sleeps with a fork in its hand"
    )
    found.always(lambda plates: plates == [1, 1, 1])


@check("philosopher 0 of four waits while somebody else has fork 1")
def _(student):
    for way in ("in order", "with a waiter", "both at once"):
        found = explore(student.dinner, way, 4, 1, 1).never_crashes()
        assert not found.results, (
            f"{way}: 0 eats without fork 1; philosopher `who` needs forks `who` and `(who + 1) % n`"
        )


@check("in order: two of four eat at the same time, and all put back what they took, in real processes, too", limit=5)
def _(student):
    explore(student.dinner, "in order", 2, 2).always(lambda plates: plates == [2, 2])
    most = explore(student.dinner, "in order", 4).always_ends().at_once("eating")
    assert most == 2, f"never more than {most} of four eat at once, where 2 can; is this one lock for all forks?"
    assert student.dinner("in order", 3, 10) == [10, 10, 10]


@check(
    "with a waiter: two of four eat at the same time, and all put back what they took, in real processes, too", limit=5
)
def _(student):
    explore(student.dinner, "with a waiter", 2, 2).always(lambda plates: plates == [2, 2])
    most = explore(student.dinner, "with a waiter", 4).always_ends().at_once("eating")
    assert most == 2, f"never more than {most} of four eat at once, where 2 can; is this one lock for all forks?"
    assert student.dinner("with a waiter", 3, 10) == [10, 10, 10]


@check(
    "both at once: two of four eat at the same time, and all put back what they took, in real processes, too", limit=5
)
def _(student):
    explore(student.dinner, "both at once", 2, 2).always(lambda plates: plates == [2, 2])
    found = explore(student.dinner, "both at once", 4).always_ends()
    for fork in ("fork 0", "fork 1", "fork 2", "fork 3"):
        found.at_most(fork, 1)
    most = found.at_once("eating")
    assert most == 2, f"never more than {most} of four eat at once, where 2 can; is this one lock for all forks?"
    assert student.dinner("both at once", 3, 10) == [10, 10, 10]


@check("both at once: who waits has no fork in the hand, and who could eat is woken")
def _(student):
    found = explore(student.beside_a_long_meal).never_crashes()
    assert not found.deadlocks, found.failure(
        "Fork 2 is taken all evening, so 1 cannot eat; 0 and 3 can, and one of them does not: "
        "who waits must keep no fork, and who puts forks back wakes all, for one may be woken in vain"
    )
    found.always(lambda plates: plates == [1, 1, 0, 1])


@hidden
@check("with a waiter: all take the fork `who` first")
def _(student):
    found = explore(student.the_last_at_the_table).always_ends()
    assert False in list(found.results), (
        "the last of three waits for fork 0, and fork 2 lies on the table: with a waiter all take the fork `who` first, "
        "and it is the waiter who keeps the circle out"
    )


@hidden
@check("with a waiter: five eat")
def _(student):
    explore(student.dinner, "with a waiter", 5).always(lambda plates: plates == [1] * 5)


@hidden
@check("both at once: three eat twice")
def _(student):
    explore(student.dinner, "both at once", 3, 2).always(lambda plates: plates == [2, 2, 2])


@hidden
@check("both at once: who could eat is woken, however many are woken in vain", limit=20)
def _(student):
    found = explore(student.beside_two_long_waits, budget=60_000).never_crashes()
    assert not found.deadlocks, found.failure(
        "1 and 2 cannot eat all evening; 4 and 5 can, and one of them does not: whoever puts forks back wakes all (`notify_all`), for "
        "two may be woken in vain"
    )


@wrong("Fork 2 is taken all evening, so 1 cannot eat; 0 and 3 can, and one of them does not")
def one_is_woken_in_vain():
    def eat_both_at_once(who, forks, changed, eat):
        left, right = who, (who + 1) % len(forks)
        with changed:
            while forks[left] or forks[right]:
                changed.wait()
            forks[left] = forks[right] = 1
        eat()
        with changed:
            forks[left] = forks[right] = 0
            changed.notify()


@wrong("✘ both at once: who could eat is woken", "two may be woken in vain")
def as_many_are_woken_as_have_forks_in_common():
    def eat_both_at_once(who, forks, changed, eat):
        left, right = who, (who + 1) % len(forks)
        with changed:
            while forks[left] or forks[right]:
                changed.wait()
            forks[left] = forks[right] = 1
        eat()
        with changed:
            forks[left] = forks[right] = 0
            changed.notify(2)


@wrong("Fork 2 is taken all evening, so 1 cannot eat; 0 and 3 can", "who waits must keep no fork")
def one_fork_after_the_other_in_order():
    def eat_both_at_once(who, forks, changed, eat):
        pair = sorted([who, (who + 1) % len(forks)])
        with changed:
            for fork in pair:
                while forks[fork]:
                    changed.wait()
                forks[fork] = 1
        eat()
        with changed:
            for fork in pair:
                forks[fork] = 0
            changed.notify_all()


@wrong("the last of three waits for fork 0, and fork 2 lies on the table")
def a_waiter_who_is_asked_and_not_needed():
    def eat_with_a_waiter(who, forks, waiter, eat):
        first, second = sorted([who, (who + 1) % len(forks)])
        with waiter, forks[first], forks[second]:
            eat()


@wrong("2 processes can be inside 'fork 0' at once", "✘ both at once: two of four eat")
def all_forks_are_put_back():
    def eat_both_at_once(who, forks, changed, eat):
        left, right = who, (who + 1) % len(forks)
        with changed:
            while forks[left] or forks[right]:
                changed.wait()
            forks[left] = forks[right] = 1
        eat()
        with changed:
            forks[:] = [0] * len(forks)
            changed.notify_all()


@wrong(
    "both at once: 0 eats without fork 1",
    replaced={"left, right = who, (who + 1) % len(forks)": "left, right = who, (who - 1) % len(forks)"},
)
def the_fork_on_the_other_side(): ...


@wrong(
    "`wait`, `notify` and `notify_all` need the lock of their condition",
    replaced={"        changed.notify_all()": "    changed.notify_all()"},
)
def told_after_the_lock(): ...


@wrong("Each has one fork and waits for the next one's: all take the same side first")
def all_left_first():
    def eat_in_order(who, forks, eat):
        with forks[who], forks[(who + 1) % len(forks)]:
            eat()


@wrong("livelock", "✘ in order: three eat")
def try_put_back_try_again():
    def eat_in_order(who, forks, eat):
        while True:
            with forks[who]:
                if forks[(who + 1) % len(forks)].acquire(False):
                    eat()
                    forks[(who + 1) % len(forks)].release()
                    return


@wrong("2 processes can be inside 'fork 0' at once, where at most 1 may", "✘ in order: three eat")
def one_fork_is_enough():
    def eat_in_order(who, forks, eat):
        with forks[who]:
            eat()

    def eat_with_a_waiter(who, forks, waiter, eat):
        with waiter, forks[who]:
            eat()


@wrong("never more than 1 of four eat at once, where 2 can; is this one lock for all forks?")
def all_forks_are_taken():
    def eat_in_order(who, forks, eat):
        for fork in forks:
            fork.acquire()
        eat()
        for fork in forks:
            fork.release()


@wrong("All three are at the table, and each has one fork: ask the waiter before the first fork")
def the_waiter_is_asked_with_a_fork_in_the_hand():
    def eat_in_order(who, forks, eat):
        first, second = sorted([who, (who + 1) % len(forks)])
        with forks[first], forks[second]:
            eat()

    def eat_with_a_waiter(who, forks, waiter, eat):
        with forks[who]:
            waiter.acquire()
            with forks[(who + 1) % len(forks)]:
                eat()
            waiter.release()


@wrong("All three are at the table, and each has one fork", "let go of the seat after the meal")
def the_seat_is_given_up_before_the_meal():
    def eat_in_order(who, forks, eat):
        first, second = sorted([who, (who + 1) % len(forks)])
        with forks[first], forks[second]:
            eat()

    def eat_with_a_waiter(who, forks, waiter, eat):
        with waiter:
            forks[who].acquire()
        with forks[(who + 1) % len(forks)]:
            eat()
        forks[who].release()


@wrong("One sleeps for ever: nobody woke it, or it sleeps with a fork in its hand")
def it_sleeps_with_a_fork_in_its_hand():
    def eat_in_order(who, forks, eat):
        first, second = sorted([who, (who + 1) % len(forks)])
        with forks[first], forks[second]:
            eat()

    def eat_with_a_waiter(who, forks, waiter, eat):
        with waiter, forks[who], forks[(who + 1) % len(forks)]:
            eat()

    def eat_both_at_once(who, forks, changed, eat):
        for fork in (who, (who + 1) % len(forks)):
            with changed:
                changed.wait_for(lambda: not forks[fork])
                forks[fork] = 1
        eat()
        with changed:
            forks[who] = forks[(who + 1) % len(forks)] = 0
            changed.notify_all()


@wrong("2 processes can be inside 'fork", "✘ both at once: three eat")
def it_looks_once():
    def eat_in_order(who, forks, eat):
        first, second = sorted([who, (who + 1) % len(forks)])
        with forks[first], forks[second]:
            eat()

    def eat_with_a_waiter(who, forks, waiter, eat):
        with waiter, forks[who], forks[(who + 1) % len(forks)]:
            eat()

    def eat_both_at_once(who, forks, changed, eat):
        left, right = who, (who + 1) % len(forks)
        with changed:
            if forks[left] or forks[right]:
                changed.wait()
            forks[left] = forks[right] = 1
        eat()
        with changed:
            forks[left] = forks[right] = 0
            changed.notify_all()


@also_right
def odd_and_even():
    def eat_in_order(who, forks, eat):
        left, right = forks[who], forks[(who + 1) % len(forks)]
        first, second = (left, right) if who % 2 else (right, left)
        with first:
            with second:
                eat()

    def eat_with_a_waiter(who, forks, waiter, eat):
        waiter.acquire()
        for fork in (who, (who + 1) % len(forks)):
            forks[fork].acquire()
        eat()
        for fork in (who, (who + 1) % len(forks)):
            forks[fork].release()
        waiter.release()

    def eat_both_at_once(who, forks, changed, eat):
        mine = (who, (who + 1) % len(forks))
        with changed:
            changed.wait_for(lambda: not any(forks[fork] for fork in mine))
            for fork in mine:
                forks[fork] = 1
        eat()
        with changed:
            for fork in mine:
                forks[fork] = 0
            changed.notify_all()


@also_right
def one_is_left_handed():
    def eat_in_order(who: int, forks: list, eat) -> None:
        mine = [forks[who], forks[(who + 1) % len(forks)]]
        if who == 0:
            mine.reverse()
        mine[0].acquire()
        mine[1].acquire()
        eat()
        mine[1].release()
        mine[0].release()

    def eat_with_a_waiter(who: int, forks: list, waiter, eat) -> None:
        with waiter:
            with forks[who]:
                with forks[who + 1 if who + 1 < len(forks) else 0]:
                    eat()

    def eat_both_at_once(who: int, forks, changed, eat) -> None:
        right = (who + 1) % len(forks)
        with changed:
            while forks[who] + forks[right] > 0:
                changed.wait()
            forks[who], forks[right] = 1, 1
        eat()
        with changed:
            forks[who], forks[right] = 0, 0
            changed.notify_all()


@also_right
def the_seat_goes_before_the_second_fork_is_put_back():
    def eat_in_order(who, forks, eat):
        higher, lower = sorted([who, (who + 1) % len(forks)], reverse=True)
        with forks[higher], forks[lower]:
            eat()

    def eat_with_a_waiter(who, forks, waiter, eat):
        waiter.acquire()
        forks[who].acquire()
        forks[(who + 1) % len(forks)].acquire()
        waiter.release()
        eat()
        forks[(who + 1) % len(forks)].release()
        forks[who].release()

    def eat_both_at_once(who, forks, changed, eat):
        left, right = who, (who + 1) % len(forks)
        changed.acquire()
        while forks[left] or forks[right]:
            changed.wait()
        forks[left] = forks[right] = 1
        changed.release()
        eat()
        changed.acquire()
        changed.notify_all()
        forks[left] = forks[right] = 0
        changed.release()
