"""Pay out, but only if there is enough

Write `withdraw(balance, amount)`. `balance` is a shared `Value`. If it holds at least `amount`, take `amount` away and return
`True`; otherwise leave it alone and return `False`.

Several processes withdraw from one balance at the same time. It must never fall below zero.
"""

from multiprocessing import Lock, Process, Value

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given

points = 3

hints = [
    "Between looking at the balance and taking from it, somebody else may take. This is called check-then-act.",
    "`balance.get_lock()` is a lock that belongs to the value. What must happen while you hold it?",
    "The look and the withdrawal belong into one `with balance.get_lock():` block.",
]


def withdraw(balance, amount):
    """Take `amount` from `balance` if there is enough; return whether it was paid out."""
    ### BEGIN SOLUTION
    with balance.get_lock():
        if balance.value < amount:
            return False
        balance.value -= amount
        return True
    ### END SOLUTION


@given
def one_customer(there, wanted):
    # What `withdraw` returns to somebody who is alone, and what it leaves.
    balance = Value("i", there)
    returned = withdraw(balance, wanted)
    return {"left": balance.value, "returned": returned}


@given
def customer(balance, amount, paid):
    if withdraw(balance, amount):
        paid.value = 1


@given
def customers(there, *amounts):
    # Each customer withdraws once, all at the same time. Returns what is left and what was paid out.
    balance = Value("i", there)
    paid = [Value("b", 0) for _ in amounts]
    processes = [Process(target=customer, args=(balance, *each)) for each in zip(amounts, paid)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    paid_out = sum(amount for amount, one in zip(amounts, paid) if one.value)
    return {"left": balance.value, "paid out": paid_out}


@check("100 there, one customer: 30 are paid out, all 100 are, 130 are not", limit=5)
def _(student):
    assert student.one_customer(100, 30) == {"left": 70, "returned": True}
    assert student.one_customer(100, 100) == {"left": 0, "returned": True}
    assert student.one_customer(100, 130) == {"left": 100, "returned": False}


@check("100 there, two customers want 70 each: exactly one gets it, in every interleaving")
def _(student):
    explore(student.customers, 100, 70, 70).always(lambda end: end == {"left": 30, "paid out": 70})


@check("100 there, two customers want 50 each: both get it, in every interleaving")
def _(student):
    explore(student.customers, 100, 50, 50).always(lambda end: end == {"left": 0, "paid out": 100})


@check("100 there, three real customers want 40 each: two get it", limit=8)
def _(student):
    found = explore(student.customers, 100, 40, 40, 40)
    sound = not (found.deadlocks or found.livelocks or found.crashes)
    sound = sound and found.results.values_returned() == [{"left": 20, "paid out": 80}]
    assert sound, "real ones come when no interleaving of these three goes wrong any more: see above"
    assert student.customers(100, 40, 40, 40) == {"left": 20, "paid out": 80}


@hidden
@check("three customers want 6, 5 and 4 of 10: whoever can be paid is paid, in every interleaving")
def _(student):
    ends = [{"left": 0, "paid out": 10}, {"left": 1, "paid out": 9}]
    explore(student.customers, 10, 6, 5, 4).always(lambda end: end in ends)


@wrong("the result is wrong ({'left': -40, 'paid out': 140}", "✘ 100 there, two customers want 70 each")
def check_then_act():
    def withdraw(balance, amount):
        if balance.value < amount:
            return False
        balance.value -= amount
        return True


@wrong("the result is wrong ({'left': -40, 'paid out': 140}", "✘ 100 there, two customers want 70 each")
def a_lock_around_the_read_and_the_write_separately():
    def withdraw(balance, amount):
        with balance.get_lock():
            enough = balance.value >= amount
        if enough:
            with balance.get_lock():
                balance.value -= amount
        return enough


@wrong("`one_customer(100, 30)` should be {'left': 70, 'returned': True}, but is {'left': 70, 'returned': None}")
def it_forgets_to_say_so():
    def withdraw(balance, amount):
        with balance.get_lock():
            if balance.value >= amount:
                balance.value -= amount


@wrong(
    "the result is wrong ({'left': -40, 'paid out': 140}",
    "real ones come when no interleaving of these three goes wrong",
)
def a_lock_that_nobody_else_has():
    def withdraw(balance, amount):
        with Lock():
            if balance.value < amount:
                return False
            balance.value -= amount
            return True


@wrong("nobody can go on (deadlock)", "✘ 100 there, two customers want 70 each")
def whoever_is_refused_keeps_the_lock():
    def withdraw(balance, amount):
        balance.get_lock().acquire()
        if balance.value < amount:
            return False
        balance.value -= amount
        balance.get_lock().release()
        return True


@wrong("`one_customer(100, 130)` should be {'left': 100, 'returned': False}, but is {'left': 0, 'returned': True}")
def as_much_as_there_is():
    def withdraw(balance, amount):
        with balance.get_lock():
            paid = min(balance.value, amount)
            balance.value -= paid
            return paid > 0


@wrong("`one_customer(100, 100)` should be {'left': 0, 'returned': True}, but is {'left': 100, 'returned': False}")
def something_must_be_left():
    def withdraw(balance, amount):
        with balance.get_lock():
            if balance.value > amount:
                balance.value -= amount
                return True
            return False


@wrong("the result is wrong ({'left': 50, 'paid out': 50})", "✘ 100 there, two customers want 50 each")
def whoever_finds_it_locked_gives_up():
    def withdraw(balance, amount):
        if not balance.get_lock().acquire(timeout=1):
            return False
        try:
            if balance.value < amount:
                return False
            balance.value -= amount
            return True
        finally:
            balance.get_lock().release()


@wrong("the result is wrong ({'left': 100, 'paid out': 0}, {'left': 30, 'paid out': 0}, {'left': 30, 'paid out': 140})")
def paid_first_and_taken_back():
    def withdraw(balance, amount):
        balance.value -= amount
        if balance.value < 0:
            balance.value += amount
            return False
        return True


@wrong("did not come back within 5 s")
def it_waits_until_there_is_enough():
    def withdraw(balance, amount):
        while balance.value < amount:
            pass
        with balance.get_lock():
            balance.value -= amount
        return True


@also_right
def with_acquire_and_release():
    def withdraw(balance, amount):
        lock = balance.get_lock()
        lock.acquire()
        try:
            enough = balance.value >= amount
            if enough:
                balance.value -= amount
            return enough
        finally:
            lock.release()


@also_right
def looked_at_before_and_again_under_the_lock():
    def withdraw(balance, amount):
        if balance.value < amount:
            return False
        with balance:
            rest = balance.value - amount
            if rest < 0:
                return False
            balance.value = rest
            return True
