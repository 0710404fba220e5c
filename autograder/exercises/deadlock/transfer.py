"""Move money without a deadlock

Write `transfer(accounts, source, target, amount)`. `accounts` is a list of shared `Value`s, and `source` and `target` are numbers of
accounts. Move `amount` from the one to the other and return `True`; if there is not enough on the source account, change nothing and
return `False`. From an account to itself nothing moves, and the answer is the same.

Every account has a lock, `accounts[number].get_lock()`. While money is on its way, nobody who has both locks may see it missing, and money that
is not concerned stays free: take the locks of these two accounts and no others. An auditor runs as well: it takes the
locks of *all* accounts, from number 0 upwards, and adds up. Whoever transfers what, and however they interleave, nobody may wait for ever.
"""

import contextlib
from multiprocessing import Process, Value

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given

points = 4

hints = [
    "Money must not be seen on its way: both locks are held at the same time, from the question to the last change.",
    "Two transfers in opposite directions, each with one lock in hand: who waits for whom? Take the locks in one order.",
    "`first, second = sorted([source, target])` is the order of the auditor, too.",
]

equivalent_mutants = {
    "+ accounts[target].value += amount": "the order of lines does not matter while nobody else can have the locks",
}


def transfer(accounts, source, target, amount):
    """Move `amount` from account `source` to account `target` and return True, or change nothing and return False."""
    ### BEGIN SOLUTION
    first, second = sorted([source, target])
    with accounts[first].get_lock(), accounts[second].get_lock():
        if accounts[source].value < amount:
            return False
        accounts[source].value -= amount
        accounts[target].value += amount
        return True
    ### END SOLUTION


@given
def clerk(accounts, transfers, answers):
    for (source, target, amount), answer in zip(transfers, answers):
        told = transfer(accounts, source, target, amount)
        answer.value = {True: 1, False: 0}.get(told, 2)


@given
def add_up(accounts, total):
    with contextlib.ExitStack() as locks:
        for account in accounts:
            locks.enter_context(account.get_lock())
        total.value = sum(account.value for account in accounts)


@given
def bank(balances, clerks, audit=False):
    # clerks: a list of transfers (source, target, amount) each. Returns the balances, the clerks' answers, and what the auditor saw.
    accounts = [Value("i", balance) for balance in balances]
    answers = [[Value("b", 3, lock=False) for _ in transfers] for transfers in clerks]
    seen = Value("i", -1, lock=False)
    processes = [Process(target=clerk, args=(accounts, mine, told)) for mine, told in zip(clerks, answers)]
    processes += [Process(target=add_up, args=(accounts, seen))] if audit else []
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    told = [[{1: True, 0: False}.get(answer.value) for answer in mine] for mine in answers]
    return [account.value for account in accounts], told, seen.value


@given
def beside_a_locked_account(balances, number, source, target):
    # Somebody keeps the lock of account `number` for the whole day.
    accounts = [Value("i", balance) for balance in balances]
    answers = [Value("b", 3, lock=False)]
    with accounts[number].get_lock():
        process = Process(target=clerk, args=(accounts, [(source, target, 1)], answers))
        process.start()
        process.join()
    return answers[0].value


@check("one clerk alone: enough, not enough, all of it, and from an account to itself", limit=5)
def _(student):
    jobs = [(0, 1, 30), (1, 0, 500), (0, 1, 70), (1, 1, 5), (0, 0, 1)]
    found = explore(student.bank, [100, 50], [jobs]).never_crashes()
    assert not found.deadlocks, found.failure(
        "One clerk alone waits for ever: let go of both locks on every way out, also when the answer is False"
    )
    balances, answers, seen = student.bank([100, 50], [jobs])
    assert answers == [[True, False, True, True, False]], (
        f"the transfers {jobs} from [100, 50] give {answers[0]}, and should give [True, False, True, True, False]"
    )
    assert balances == [0, 150]


@check("two clerks in opposite directions: no deadlock, and no money is lost")
def _(student):
    found = explore(student.bank, [10, 10], [[(0, 1, 1)], [(1, 0, 2)]]).never_crashes()
    assert not found.deadlocks, found.failure(
        "Each has the lock of one account and waits for the other's: take the two in one order, whoever is the source"
    )
    refused = found.schedule(
        lambda end: False in (*end[1][0], *end[1][1]),
        "One is told False although there is enough: False says that there is too little money, not that a lock was taken",
    )
    assert refused is None, refused
    lost = found.schedule(
        lambda end: end[0] != [11, 9], "Money is lost, or made: somebody came between a read and a write"
    )
    assert lost is None, lost
    found.always(lambda end: end[1] == [[True], [True]])


@check("two want the last 10: one of them gets it")
def _(student):
    found = explore(student.bank, [10, 0, 0], [[(0, 1, 10)], [(0, 2, 10)]]).never_crashes()
    both = found.schedule(
        lambda end: end[0][0] < 0,
        "Both get the last 10: ask whether there is enough while you hold the lock (check-then-act)",
    )
    assert both is None, both
    found.always(lambda end: sorted(end[1]) == [[False], [True]])


@check("the auditor sees all money, in every interleaving")
def _(student):
    found = explore(student.bank, [10, 10], [[(1, 0, 5)]], True).never_crashes()
    missing = found.schedule(
        lambda end: end[2] != 20,
        "The auditor misses what is on its way: hold both locks, from the first change to the last",
    )
    assert missing is None, missing
    assert not found.deadlocks, found.failure(
        "The auditor takes the locks from number 0 upwards, and the clerk in another order"
    )
    found.always_ends()


@check("whoever keeps a third account locked does not hold up this transfer")
def _(student):
    for number, source, target in ((2, 0, 1), (0, 2, 1), (1, 0, 2)):
        found = explore(student.beside_a_locked_account, [5, 5, 5], number, source, target).never_crashes()
        assert not found.deadlocks, found.failure(
            f"A transfer from {source} to {target} waits for account {number}, which it does not need: a lock an account, not one for all"
        )
        found.always(lambda answer: answer == 1)


@check("three real clerks in a circle, 100 transfers each", limit=5)
def _(student):
    explore(student.bank, [9, 9], [[(0, 1, 1)], [(1, 0, 1)]]).always(lambda end: end[0] == [9, 9])
    clerks = [[(number, (number + 1) % 3, 1)] * 100 for number in range(3)]
    balances, _, seen = student.bank([200, 200, 200], clerks, True)
    assert balances == [200, 200, 200]
    assert seen == 600


@hidden
@check("three clerks in a circle, in every interleaving")
def _(student):
    found = explore(student.bank, [1, 1, 1], [[(0, 1, 1)], [(1, 2, 1)], [(2, 0, 1)]])
    found.always(lambda end: end[0] == [1, 1, 1])


@hidden
@check("a transfer that is refused, or from an account to itself, lets go of its locks")
def _(student):
    found = explore(student.bank, [5, 0], [[(0, 1, 9), (1, 1, 0)], [(1, 0, 0)]])
    found.always(lambda end: end[0] == [5, 0] and end[1] == [[False, True], [True]])


@wrong("One is told False although there is enough: False says that there is too little money")
def a_lock_that_is_taken_is_a_refusal():
    def transfer(accounts, source, target, amount):
        first, second = (accounts[number].get_lock() for number in sorted([source, target]))
        if not first.acquire(False):
            return False
        try:
            if not second.acquire(False):
                return False
            try:
                enough = accounts[source].value >= amount
                if enough:
                    accounts[source].value -= amount
                    accounts[target].value += amount
                return enough
            finally:
                second.release()
        finally:
            first.release()


@wrong("Each has the lock of one account and waits for the other's: take the two in one order")
def the_source_first():
    def transfer(accounts, source, target, amount):
        with accounts[source].get_lock(), accounts[target].get_lock():
            if accounts[source].value < amount:
                return False
            accounts[source].value -= amount
            accounts[target].value += amount
            return True


@wrong("The auditor misses what is on its way: hold both locks")
def each_account_locked_in_its_turn():
    def transfer(accounts, source, target, amount):
        with accounts[source].get_lock():
            if accounts[source].value < amount:
                return False
            accounts[source].value -= amount
        with accounts[target].get_lock():
            accounts[target].value += amount
        return True


@wrong("Money is lost, or made: somebody came between a read and a write")
def no_lock():
    def transfer(accounts, source, target, amount):
        if accounts[source].value < amount:
            return False
        accounts[source].value -= amount
        accounts[target].value += amount
        return True


@wrong("A transfer from 0 to 1 waits for account 2, which it does not need")
def all_accounts_locked():
    def transfer(accounts, source, target, amount):
        with contextlib.ExitStack() as locks:
            for account in accounts:
                locks.enter_context(account.get_lock())
            if accounts[source].value < amount:
                return False
            accounts[source].value -= amount
            accounts[target].value += amount
            return True


@wrong("A transfer from 0 to 2 waits for account 1, which it does not need")
def all_accounts_in_between_locked():
    def transfer(accounts, source, target, amount):
        with contextlib.ExitStack() as locks:
            for number in range(min(source, target), max(source, target) + 1):
                locks.enter_context(accounts[number].get_lock())
            if accounts[source].value < amount:
                return False
            accounts[source].value -= amount
            accounts[target].value += amount
            return True


@wrong("A transfer from 2 to 1 waits for account 0, which it does not need")
def account_0_as_the_lock_of_all():
    def transfer(accounts, source, target, amount):
        with accounts[0].get_lock():
            first, second = sorted([source, target])
            with accounts[first].get_lock(), accounts[second].get_lock():
                if accounts[source].value < amount:
                    return False
                accounts[source].value -= amount
                accounts[target].value += amount
                return True


@wrong("Both get the last 10: ask whether there is enough while you hold the lock (check-then-act)")
def asked_before_the_lock():
    def transfer(accounts, source, target, amount):
        if accounts[source].value < amount:
            return False
        first, second = sorted([source, target])
        with accounts[first].get_lock(), accounts[second].get_lock():
            accounts[source].value -= amount
            accounts[target].value += amount
        return True


@wrong("The auditor takes the locks from number 0 upwards, and the clerk in another order")
def an_order_of_its_own():
    def transfer(accounts, source, target, amount):
        first, second = sorted([source, target], reverse=True)
        with accounts[first].get_lock(), accounts[second].get_lock():
            if accounts[source].value < amount:
                return False
            accounts[source].value -= amount
            accounts[target].value += amount
            return True


@wrong("One clerk alone waits for ever: let go of both locks on every way out")
def a_refusal_keeps_the_locks():
    def transfer(accounts, source, target, amount):
        first, second = sorted([source, target])
        accounts[first].get_lock().acquire()
        accounts[second].get_lock().acquire()
        if accounts[source].value < amount:
            return False
        accounts[source].value -= amount
        accounts[target].value += amount
        accounts[second].get_lock().release()
        accounts[first].get_lock().release()
        return True


@wrong("livelock", "✘ two clerks in opposite directions")
def try_release_and_try_again():
    def transfer(accounts, source, target, amount):
        while True:
            with accounts[source].get_lock():
                if accounts[target].get_lock().acquire(False):
                    enough = accounts[source].value >= amount
                    if enough:
                        accounts[source].value -= amount
                        accounts[target].value += amount
                    accounts[target].get_lock().release()
                    return enough


@also_right
def the_smaller_number_first():
    def transfer(accounts, source, target, amount):
        with accounts[min(source, target)].get_lock():
            with accounts[max(source, target)].get_lock():
                enough = accounts[source].value >= amount
                if enough:
                    accounts[source].value -= amount
                    accounts[target].value += amount
        return enough


@also_right
def two_cases_and_three():
    def transfer(accounts: list, source: int, target: int, amount: int) -> bool:
        if source == target:
            return accounts[source].value >= amount
        if source < target:
            with accounts[source].get_lock(), accounts[target].get_lock():
                return move(accounts[source], accounts[target], amount)
        with accounts[target].get_lock(), accounts[source].get_lock():
            return move(accounts[source], accounts[target], amount)

    def move(source, target, amount):
        if source.value < amount:
            return False
        source.value = source.value - amount
        target.value = target.value + amount
        return True


@also_right
def a_stack_of_locks():
    def transfer(accounts, source, target, amount):
        with contextlib.ExitStack() as held:
            for number in sorted({source, target}):
                held.enter_context(accounts[number])
            if amount > accounts[source].value:
                return False
            for number, change in ((source, -amount), (target, amount)):
                accounts[number].value += change
        return True
