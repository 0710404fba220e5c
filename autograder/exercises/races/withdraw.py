"""Pay out, but only if there is enough

Write `withdraw(balance, amount)`. `balance` is a shared `Value`. If it holds at least `amount`, take `amount` away and return
`True`; otherwise leave it alone and return `False`.

Several processes withdraw from one balance at the same time. It must never fall below zero.
"""

from multiprocessing import Process, Value

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
def customer(balance, amount, paid):
    paid.value = withdraw(balance, amount)


@given
def customers(money, *amounts):
    # Each customer withdraws once, all at the same time. Returns what is left and what was paid out.
    balance = Value("i", money)
    paid = [Value("b", 0) for _ in amounts]
    processes = [Process(target=customer, args=(balance, *each)) for each in zip(amounts, paid)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    paid_out = sum(amount for amount, one in zip(amounts, paid) if one.value)
    return {"left": balance.value, "paid out": paid_out}


@given
def alone(money, amount):
    balance = Value("i", money)
    return withdraw(balance, amount), balance.value


@check("one customer alone")
def _(student):
    assert student.alone(100, 30) == (True, 70)
    assert student.alone(100, 130) == (False, 100)


@check("100 there, two customers want 70 each: exactly one gets it, in every interleaving")
def _(student):
    explore(student.customers, 100, 70, 70).always(lambda end: end == {"left": 30, "paid out": 70})


@check("100 there, two customers want 50 each: both get it, in every interleaving")
def _(student):
    explore(student.customers, 100, 50, 50).always(lambda end: end == {"left": 0, "paid out": 100})


@check("real customers", limit=8)
def _(student):
    assert student.customers(100, 40, 40, 40) == {"left": 20, "paid out": 80}


@hidden
@check("three customers: what is left and what was paid make the sum, in every interleaving")
def _(student):
    found = explore(student.customers, 10, 6, 5, 4)
    found.always(lambda end: end["left"] + end["paid out"] == 10 and end["left"] >= 0)


@hidden
@check("all of it can be withdrawn")
def _(student):
    assert student.alone(5, 5) == (True, 0)


@wrong("exactly one gets it", "'paid out': 140")
def check_then_act():
    def withdraw(balance, amount):
        if balance.value < amount:
            return False
        balance.value -= amount
        return True


@wrong("exactly one gets it", "'paid out': 140")
def a_lock_around_the_read_and_the_write_separately():
    def withdraw(balance, amount):
        with balance.get_lock():
            enough = balance.value >= amount
        if enough:
            with balance.get_lock():
                balance.value -= amount
        return enough


@wrong("`alone(100, 30)` should be (True, 70)")
def it_forgets_to_say_so():
    def withdraw(balance, amount):
        with balance.get_lock():
            if balance.value >= amount:
                balance.value -= amount


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
