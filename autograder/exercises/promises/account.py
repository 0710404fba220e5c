"""An account that changes in one instant

An account has two pots, money to spend and money that is saved. Write the class `Account(money, saved)` for any number of processes; amounts are whole
numbers, 0 or more, which a shared `"i"` can hold.

- `pay_in(amount)` adds to the money.
- `pay_out(amount)` takes it away and returns True, or changes nothing and returns False if there is not enough money (what is saved does not count).
- `save(amount)` moves so much from the money to what is saved and returns True, or changes nothing and returns False if there is not enough.
- `balance()` returns both as a tuple, `(money, saved)`.

Every call behaves as if it happened at one instant between its beginning and its end, whoever else calls what at the same time. Nobody waits for more
than a moment.
"""

from multiprocessing import Array, Lock, Process, RLock, Value

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given

points = 4

hints = [
    "What must not be seen half done? `save` changes two numbers, and `balance` reads two.",
    "One lock for both pots, and every method holds it from its first read to its last write. `balance` too: who only reads can come in between.",
    "If one method that holds the lock calls another one that takes it, take an `RLock`, or let both call a third that takes none.",
]

equivalent_mutants = {"+ self.saved.value += amount": "under the lock nobody sees which of the two changes first"}


class Account:
    """Two pots of money, for any number of processes; every call behaves as if it happened at one instant."""

    def __init__(self, money, saved):
        ### BEGIN SOLUTION
        self.money, self.saved = Value("i", money), Value("i", saved)
        self.lock = Lock()
        ### END SOLUTION

    def pay_in(self, amount):
        """Add to the money."""
        ### BEGIN SOLUTION
        with self.lock:
            self.money.value += amount
        ### END SOLUTION

    def pay_out(self, amount):
        """Take away from the money; return whether there was enough."""
        ### BEGIN SOLUTION
        with self.lock:
            if self.money.value < amount:
                return False
            self.money.value -= amount
            return True
        ### END SOLUTION

    def save(self, amount):
        """Move from the money to what is saved; return whether there was enough."""
        ### BEGIN SOLUTION
        with self.lock:
            if self.money.value < amount:
                return False
            self.money.value -= amount
            self.saved.value += amount
            return True
        ### END SOLUTION

    def balance(self):
        """Return (money, saved)."""
        ### BEGIN SOLUTION
        with self.lock:
            return self.money.value, self.saved.value
        ### END SOLUTION


@given
class AsIfAlone:
    # What an account does when its methods are called one at a time.
    def __init__(self, money, saved):
        self.money, self.saved = money, saved

    def pay_in(self, amount):
        self.money += amount

    def pay_out(self, amount):
        if self.money < amount:
            return False
        self.money -= amount
        return True

    def save(self, amount):
        enough = self.pay_out(amount)
        self.saved += amount * enough
        return enough

    def balance(self):
        return self.money, self.saved


@given
def one_customer():
    # One process alone: returns what the calls return, in order.
    account = Account(10, 5)
    return [
        account.balance(), account.pay_in(7), account.pay_out(18), account.pay_out(3), account.save(15), account.save(14),
        account.balance(), account.pay_out(0), account.save(0), account.balance(),
    ]  # fmt: skip


@given
def pay_in_often(account, amounts):
    for amount in amounts:
        account.pay_in(amount)


@given
def save_often(account, amounts):
    for amount in amounts:
        account.save(amount)


@given
def customers(paying_in, saving):
    # A process for each list of amounts, all at once: returns the balance at the end.
    account = Account(4, 0)
    processes = [Process(target=pay_in_often, args=(account, amounts)) for amounts in paying_in]
    processes += [Process(target=save_often, args=(account, amounts)) for amounts in saving]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return account.balance()


@given
def ask(account, seen):
    seen[:] = account.balance()


@given
def one_saves_one_asks():
    # There are 3 in all: returns the balance that was seen while 2 of them were moved.
    account, seen = Account(3, 0), Array("i", 2)
    processes = [Process(target=save_often, args=(account, [2])), Process(target=ask, args=(account, seen))]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return tuple(seen[:])


@given
def one_asks():
    Account(3, 0).balance()


@given
def pay_out_once(account, who, paid):
    paid[who] = account.pay_out(2)


@given
def two_want_the_same():
    # There are 2, and each of two wants 2: returns who was paid.
    account, paid = Account(2, 9), Array("b", 2)
    processes = [Process(target=pay_out_once, args=(account, who, paid)) for who in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [bool(one) for one in paid]


@check("one process alone gets the right answers")
def _(student):
    found = explore(student.one_customer)
    waits = any(kind.startswith(("condition.", "event.")) and "wait" in kind for kind in found.operations)
    assert not found.deadlocks, found.failure(
        "One customer alone waits for ever: "
        + (
            "where there is not enough, `pay_out` and `save` return False and do not wait for more"
            if waits
            else "it asks for a lock that it has not given back. "
            "`with` gives it back on every way out; an `RLock` can be taken again by who has it"
        )
    )
    found.always_ends()
    shared = any(kind.startswith(("cell", "proxy")) for kind in found.operations)
    assert shared, (
        "the pots are ordinary attributes, of which each process has its own: make them with `Value` or `Array`"
    )
    came = student.one_customer()
    wanted = [(10, 5), None, False, True, False, True, (0, 19), True, True, (0, 19)]
    assert [came[place] for place in (0, 6, 9)] == [wanted[place] for place in (0, 6, 9)], (
        f"the balances of one customer are {[came[place] for place in (0, 6, 9)]}, and should be [(10, 5), (0, 19), (0, 19)]: "
        "a tuple of both, and a call that returns False changes nothing"
    )
    calls = (
        "balance() pay_in(7) pay_out(18) pay_out(3) save(15) save(14) balance() pay_out(0) save(0) balance()".split()
    )
    for call, one, right in zip(calls, came, wanted):
        assert one == right, (
            f"one customer alone has 10 and 5 at first, calls {', '.join(calls)}, and `{call}` returns {one!r:.40} in the place of {right}"
        )
    assert came == wanted


@check("two pay in at the same time, and nothing is lost, in every interleaving")
def _(student):
    found = explore(student.customers, [[1], [2]], []).always_ends()
    lost = found.schedule(
        lambda end: sum(end) != 7,
        "There were 4, and 1 and 2 came in: an update is lost. Do both ask for one and the same lock?",
    )
    assert lost is None, lost


@check("two want the same money, and one of them gets it, in every interleaving")
def _(student):
    found = explore(student.two_want_the_same).always_ends()
    both = found.schedule(
        all,
        "Both are paid, and there was enough for one: somebody looks, and what it saw is no longer true when it acts",
    )
    assert both is None, both
    found.always(any)


@check("whoever asks for the balance never sees money on its way, in every interleaving")
def _(student):
    found = explore(student.one_saves_one_asks).always_ends()
    takes = any(kind.endswith(".acquire") for kind in explore(student.one_asks).operations)
    why = (
        "between one pot and the other the lock is let go, or each method takes a lock of its own"
        if takes
        else "who only reads needs the lock, too"
    )
    half = found.schedule(
        lambda seen: sum(seen) != 3, f"There are 3 all the time, and the balance says otherwise: {why}"
    )
    assert half is None, half
    found.always(lambda seen: seen in [(3, 0), (1, 2)])


@check("paying in, saving, paying out and asking: every call behaves as if it happened at one instant")
def _(student):
    for clients in (["save(2); balance()", "pay_out(1); save(1)"], ["pay_in(3); balance()", "pay_out(1); balance()"]):
        found = explore(student.Account, 2, 1, clients=clients)
        found.one_at_a_time(AsIfAlone)


@check("three real processes", limit=5)
def _(student):
    for more in ([3], [4, 4]):  # of 5 at most: the second 4 finds too little
        explore(student.customers, [[1]], [more]).always_ends().always(lambda end: sum(end) == 5)
    money, saved = student.customers([[100, 200] * 20, [900] * 40], [[10] * 30])
    assert money + saved == 42_004, (
        f"there were 4, and 42,000 came in: {money} and {saved} are not 42,004. An update is lost, or the numbers are too small for so much"
    )


@hidden
@check("three customers, each of whom does something else: as if one call at a time")
def _(student):
    for clients in (["save(1)", "pay_out(2)", "balance()"], ["pay_in(2)", "pay_out(3)", "save(2); balance()"]):
        found = explore(student.Account, 2, 0, clients=clients)
        found.one_at_a_time(AsIfAlone)
        found.always_ends()


@wrong("an update is lost. Do both ask for one and the same lock?", "✘ three real processes")
def no_lock():
    class Account:
        def __init__(self, money, saved):
            self.money, self.saved = Value("i", money), Value("i", saved)

        def pay_in(self, amount):
            self.money.value += amount

        def pay_out(self, amount):
            if self.money.value < amount:
                return False
            self.money.value -= amount
            return True

        def save(self, amount):
            if not self.pay_out(amount):
                return False
            self.saved.value += amount
            return True

        def balance(self):
            return self.money.value, self.saved.value


@wrong("or the numbers are too small for so much")
def two_bytes_for_each_pot():
    class Account:
        def __init__(self, money, saved):
            self.pots = Array("h", [money, saved])

        def pay_in(self, amount):
            with self.pots.get_lock():
                self.pots[0] += amount

        def pay_out(self, amount):
            with self.pots.get_lock():
                if self.pots[0] < amount:
                    return False
                self.pots[0] -= amount
                return True

        def save(self, amount):
            with self.pots.get_lock():
                if self.pots[0] < amount:
                    return False
                self.pots[0] -= amount
                self.pots[1] += amount
                return True

        def balance(self):
            with self.pots.get_lock():
                return tuple(self.pots[:])


@wrong("who only reads needs the lock, too", "✘ whoever asks for the balance")
def who_only_reads_needs_no_lock():
    class Account:
        def __init__(self, money, saved):
            self.money, self.saved, self.lock = Value("i", money), Value("i", saved), Lock()

        def pay_in(self, amount):
            with self.lock:
                self.money.value += amount

        def pay_out(self, amount):
            with self.lock:
                if self.money.value < amount:
                    return False
                self.money.value -= amount
                return True

        def save(self, amount):
            with self.lock:
                if self.money.value < amount:
                    return False
                self.money.value -= amount
                self.saved.value += amount
                return True

        def balance(self):
            return self.money.value, self.saved.value


@wrong("between one pot and the other the lock is let go")
def a_lock_for_each_pot():
    class Account:
        def __init__(self, money, saved):
            self.money, self.saved = Value("i", money), Value("i", saved)

        def pay_in(self, amount):
            with self.money.get_lock():
                self.money.value += amount

        def pay_out(self, amount):
            with self.money.get_lock():
                if self.money.value < amount:
                    return False
                self.money.value -= amount
                return True

        def save(self, amount):
            if not self.pay_out(amount):
                return False
            with self.saved.get_lock():
                self.saved.value += amount
            return True

        def balance(self):
            with self.money.get_lock():
                money = self.money.value
            with self.saved.get_lock():
                return money, self.saved.value


@wrong("Both are paid, and there was enough for one")
def it_looks_before_it_takes_the_lock():
    class Account:
        def __init__(self, money, saved):
            self.money, self.saved, self.lock = Value("i", money), Value("i", saved), Lock()

        def pay_in(self, amount):
            with self.lock:
                self.money.value += amount

        def pay_out(self, amount):
            if self.money.value < amount:
                return False
            with self.lock:
                self.money.value -= amount
            return True

        def save(self, amount):
            if self.money.value < amount:
                return False
            with self.lock:
                self.money.value -= amount
                self.saved.value += amount
            return True

        def balance(self):
            with self.lock:
                return self.money.value, self.saved.value


@wrong("where there is not enough, `pay_out` and `save` return False and do not wait for more")
def who_pays_out_waits_until_there_is_enough():
    from multiprocessing import Condition

    class Account:
        def __init__(self, money, saved):
            self.money, self.saved, self.changed = Value("i", money), Value("i", saved), Condition()

        def pay_in(self, amount):
            with self.changed:
                self.money.value += amount
                self.changed.notify_all()

        def pay_out(self, amount):
            with self.changed:
                self.changed.wait_for(lambda: self.money.value >= amount)
                self.money.value -= amount
                return True

        def save(self, amount):
            self.pay_out(amount)
            with self.changed:
                self.saved.value += amount
                return True

        def balance(self):
            with self.changed:
                return self.money.value, self.saved.value


@wrong("and `pay_out(0)` returns False in the place of True")
def nothing_is_too_little():
    class Account:
        def __init__(self, money, saved):
            self.money, self.saved, self.lock = Value("i", money), Value("i", saved), Lock()

        def pay_in(self, amount):
            with self.lock:
                self.money.value += amount

        def pay_out(self, amount):
            with self.lock:
                if self.money.value <= amount:
                    return False
                self.money.value -= amount
                return True

        def save(self, amount):
            with self.lock:
                if self.money.value < amount:
                    return False
                self.money.value -= amount
                self.saved.value += amount
                return True

        def balance(self):
            with self.lock:
                return self.money.value, self.saved.value


@wrong("One customer alone waits for ever", "an `RLock` can be taken again by who has it")
def one_method_with_the_lock_calls_another():
    class Account:
        def __init__(self, money, saved):
            self.money, self.saved, self.lock = Value("i", money), Value("i", saved), Lock()

        def pay_in(self, amount):
            with self.lock:
                self.money.value += amount

        def pay_out(self, amount):
            with self.lock:
                if self.money.value < amount:
                    return False
                self.money.value -= amount
                return True

        def save(self, amount):
            with self.lock:
                if not self.pay_out(amount):
                    return False
                self.saved.value += amount
                return True

        def balance(self):
            with self.lock:
                return self.money.value, self.saved.value


@wrong("One customer alone waits for ever", "`with` gives it back on every way out")
def the_lock_is_kept_where_there_is_not_enough():
    class Account:
        def __init__(self, money, saved):
            self.money, self.saved, self.lock = Value("i", money), Value("i", saved), Lock()

        def pay_in(self, amount):
            with self.lock:
                self.money.value += amount

        def pay_out(self, amount):
            self.lock.acquire()
            if self.money.value < amount:
                return False
            self.money.value -= amount
            self.lock.release()
            return True

        def save(self, amount):
            self.lock.acquire()
            if self.money.value < amount:
                return False
            self.money.value -= amount
            self.saved.value += amount
            self.lock.release()
            return True

        def balance(self):
            with self.lock:
                return self.money.value, self.saved.value


@wrong(
    "`save(2)` of Process-1 returned True and `pay_out(1)` of Process-2 returned True, which happens in no order of the calls"
)
def one_method_after_the_other_without_the_lock():
    class Account:
        def __init__(self, money, saved):
            self.money, self.saved, self.lock = Value("i", money), Value("i", saved), RLock()

        def pay_in(self, amount):
            with self.lock:
                self.money.value += amount

        def pay_out(self, amount):
            with self.lock:
                if self.money.value < amount:
                    return False
                self.money.value -= amount
                return True

        def save(self, amount):
            if self.balance()[0] < amount:
                return False
            with self.lock:
                self.money.value -= amount
                self.saved.value += amount
            return True

        def balance(self):
            with self.lock:
                return self.money.value, self.saved.value


@wrong("although `pay_in(3)` of Process-1 was over before it was called")
def a_lock_for_what_comes_in_and_one_for_what_goes_out():
    class Account:
        def __init__(self, money, saved):
            self.money, self.saved = Value("i", money), Value("i", saved)
            self.coming, self.going = Lock(), Lock()

        def pay_in(self, amount):
            with self.coming:
                self.money.value += amount

        def pay_out(self, amount):
            with self.going:
                if self.money.value < amount:
                    return False
                self.money.value -= amount
                return True

        def save(self, amount):
            with self.coming, self.going:
                if self.money.value < amount:
                    return False
                self.money.value -= amount
                self.saved.value += amount
                return True

        def balance(self):
            with self.coming, self.going:
                return self.money.value, self.saved.value


@wrong("the balances of one customer are")
def it_pays_out_of_what_is_saved():
    class Account:
        def __init__(self, money, saved):
            self.money, self.saved, self.lock = Value("i", money), Value("i", saved), Lock()

        def pay_in(self, amount):
            with self.lock:
                self.money.value += amount

        def pay_out(self, amount):
            with self.lock:
                if self.money.value + self.saved.value < amount:
                    return False
                self.money.value -= amount
                return True

        def save(self, amount):
            with self.lock:
                if self.money.value < amount:
                    return False
                self.money.value -= amount
                self.saved.value += amount
                return True

        def balance(self):
            with self.lock:
                return self.money.value, self.saved.value


@wrong("the pots are ordinary attributes, of which each process has its own")
def ordinary_attributes():
    class Account:
        def __init__(self, money, saved):
            self.money, self.saved, self.lock = money, saved, Lock()

        def pay_in(self, amount):
            with self.lock:
                self.money += amount

        def pay_out(self, amount):
            with self.lock:
                if self.money < amount:
                    return False
                self.money -= amount
                return True

        def save(self, amount):
            with self.lock:
                if self.money < amount:
                    return False
                self.money -= amount
                self.saved += amount
                return True

        def balance(self):
            with self.lock:
                return self.money, self.saved


@wrong("an update is lost. Do both ask for one and the same lock?")
def a_new_lock_in_every_call():
    class Account:
        def __init__(self, money, saved):
            self.money, self.saved = Value("i", money), Value("i", saved)

        def pay_in(self, amount):
            with Lock():
                self.money.value += amount

        def pay_out(self, amount):
            with Lock():
                if self.money.value < amount:
                    return False
                self.money.value -= amount
                return True

        def save(self, amount):
            with Lock():
                if self.money.value < amount:
                    return False
                self.money.value -= amount
                self.saved.value += amount
                return True

        def balance(self):
            with Lock():
                return self.money.value, self.saved.value


@also_right
def an_rlock_and_methods_that_call_each_other():
    from contextlib import contextmanager

    class Account:
        def __init__(self, money: int, saved: int) -> None:
            self._pots = Array("q", [money, saved])

        @contextmanager
        def _alone(self):
            with self._pots.get_lock():
                yield self._pots

        def pay_in(self, amount: int) -> None:
            with self._alone() as pots:
                pots[0] += amount

        def pay_out(self, amount: int) -> bool:
            with self._alone() as pots:
                enough = pots[0] >= amount
                if enough:
                    pots[0] -= amount
                return enough

        def save(self, amount: int) -> bool:
            with self._alone() as pots:
                if not self.pay_out(amount):
                    return False
                pots[1] += amount
                return True

        def balance(self) -> tuple[int, int]:
            return tuple(self._pots[:])


@also_right
def one_number_for_both():
    import sys

    class Account:
        def __init__(self, money, saved):
            self.both = Array("i", [money, saved])
            self.lock = RLock()

        def _change(self, less, more):
            with self.lock:
                money, saved = self.both[:]
                if money < less:
                    print("there is not enough", file=sys.stderr)
                    return False
                self.both[:] = [money - less, saved + more]
                return True

        def pay_in(self, amount):
            self._change(-amount, 0)

        def pay_out(self, amount):
            return self._change(amount, 0)

        def save(self, amount):
            return self._change(amount, amount)

        def balance(self):
            with self.lock:
                money, saved = self.both
            return money, saved


@also_right
def with_locks_of_spawn():
    import multiprocessing

    class Account:
        def __init__(self, money, saved):
            context = multiprocessing.get_context("spawn")
            self.total, self.saved = context.Value("i", money + saved), context.Value("i", saved)

        def pay_in(self, amount):
            with self.total:
                self.total.value += amount

        def pay_out(self, amount):
            with self.total:
                if self.total.value - self.saved.value >= amount:
                    self.total.value -= amount
                    return True
            return False

        def save(self, amount):
            self.total.acquire()
            try:
                if self.total.value - self.saved.value < amount:
                    return False
                self.saved.value += amount
                return True
            finally:
                self.total.release()

        def balance(self):
            with self.total.get_lock():
                saved = self.saved.value
                return self.total.value - saved, saved
