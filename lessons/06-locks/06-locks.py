# %% [markdown]
# # Locks
#
# **The question of this unit: how do we keep others out?**
#
# The last unit ended with a wish: let nobody come between these two lines. A lock grants it. What to put under one, what
# to leave outside, and who has to know it, that is left to you.
#
# Contents: the critical section · whose lock · letting go · how much under one lock · asking for what you have ·
# a semaphore as a message · a semaphore as permits · a buffer · two locks.
#
# You will build `count`, `Rendezvous`, `AtMost` and `BoundedBuffer`.

# %%
# %load_ext lockstep

# %% [markdown]
# Most programs of this unit start two processes, number 0 and number 1, and wait for both. We write this down once.
# (A trace counts from 1: there number 0 is called Process-1, and number 1 Process-2.)

# %%
import time
from multiprocessing import Array, Lock, Process, RLock, Semaphore, Value

from lockstep import explore, inside, predict


def together(target, *shared, processes=2):
    started = [Process(target=target, args=(who, *shared)) for who in range(processes)]
    for process in started:
        process.start()
    for process in started:
        process.join()

# %% [markdown]
# ## The critical section
#
# Two customers draw a ticket each from one machine.

# %%
predict("Can both draw the same ticket?", "yes", "no")

# %%
def draw(who, number, tickets):
    with inside("machine"):
        ticket = number.value
        number.value = ticket + 1
    tickets[who] = ticket


def two_draw():
    number = Value("i", 1)
    tickets = Array("i", 2)
    together(draw, number, tickets)
    return tickets[0], tickets[1]


found = explore(two_draw)
print(found)
print("at once at the machine:", found.at_once("machine"))

# %% [markdown]
# Two customers can have the same ticket, `(1, 1)`. The two lines in `with inside("machine")` must be run by one process
# without another coming in between. Such lines are called a **critical section**. (`inside` only gives them a name for
# `explore`; it keeps nobody out.)
#
# A **lock** keeps others out. `lock.acquire()` takes it, and waits while somebody else has it. `lock.release()` gives it
# back. `with lock:` does both.

# %%
predict("How many different pairs can come out now?", unit="pairs")

# %%
def draw_under_lock(who, number, tickets, lock):
    with lock, inside("machine"):
        ticket = number.value
        number.value = ticket + 1
    tickets[who] = ticket


def two_draw_under_lock():
    number = Value("i", 1)
    tickets = Array("i", 2)
    lock = Lock()
    together(draw_under_lock, number, tickets, lock)
    return tickets[0], tickets[1]


found = explore(two_draw_under_lock)
print(found)
print("at once at the machine:", found.at_once("machine"))

# %% [markdown]
# Never the same ticket, in any interleaving. Who gets number 1 is still open: a lock says *one at a time*, it does not say
# who is first. Where the order matters you need something else; we come to it.
#
# ## Whose lock?
#
# The lock knows nothing about the number. What does this do, where each of the two makes a lock, and takes it?

# %%
predict("Does a lock of one's own help?", "yes, as before", "no, as without a lock")

# %%
def draw_under_own_lock(who, number, tickets):
    lock = Lock()
    with lock:
        ticket = number.value
        number.value = ticket + 1
    tickets[who] = ticket


def two_draw_under_own_locks():
    number = Value("i", 1)
    tickets = Array("i", 2)
    together(draw_under_own_lock, number, tickets)
    return tickets[0], tickets[1]


print(explore(two_draw_under_own_locks))

# %% [markdown]
# Nothing at all: each process has made a lock, and nobody else ever asks for it. Two doors into one room, and each has locked
# its own. A lock helps only if **everybody** who comes to the number asks for a lock, and for **the same** lock.
#
# The same mistake has a disguise: `lock = Lock()` at the top of a program, used by all as a global name. Under fork, the
# children have the parent's lock, and it works. Under spawn and forkserver each child loads the program again and makes a new
# one. So **make the lock where you make what it guards, and pass both as arguments.** A `Value` and an `Array`
# bring a lock along, `get_lock()`, which cannot be forgotten on the way.

# %%
# exercise: count

# %% [markdown]
# ## Letting go
#
# `with lock:` is more than a short way to write two calls. Here somebody wrote the calls. There is a till, and who finds it
# empty goes home.

# %%
predict(
    "Two want a coin, and the till is empty. What happens?",
    "both go home", "one waits for ever", "the till goes below 0",
)

# %%
def take_a_coin(who, till, lock):
    lock.acquire()
    if till.value == 0:
        return
    till.value -= 1
    lock.release()


def two_take_a_coin(coins):
    till = Value("i", coins)
    lock = Lock()
    together(take_a_coin, till, lock)
    return till.value


print(explore(two_take_a_coin, 2))
found = explore(two_take_a_coin, 0)
print(found)
print(found.trace())

# %% [markdown]
# The last rows of this trace, those without a number, say who waits, and for what. Then look above them: which row took
# it, and which one gives it back? Here none does.
#
# With two coins all is well. With none, the first process leaves by `return` and takes the lock along; the second one waits for a
# process that has ended. An exception between the two calls does the same.
#
# Where nobody can go on any more, it is a **deadlock**. `with lock:` gives the lock back on every way out: at the end, by
# `return`, by an exception. Only a process that is killed does not give it
# back.
#
# ## How much under one lock?
#
# Two workers fetch a number each, which takes long, and add it to a total. Three ways to place the lock. Is the total, 30, always right? And can both *fetch* at once?

# %%
predict(
    "Which is right, and lets both fetch at once?",
    "all under the lock", "the addition under the lock", "each step under the lock",
)

# %%
def all_under_lock(who, numbers, total, lock):
    with lock:
        with inside("fetching"):
            number = numbers[who]
        total.value += number


def the_addition_under_lock(who, numbers, total, lock):
    with inside("fetching"):
        number = numbers[who]
    with lock:
        total.value += number


def each_step_under_lock(who, numbers, total, lock):
    with inside("fetching"):
        number = numbers[who]
    with lock:
        before = total.value
    with lock:
        total.value = before + number


def two_add(way):
    ways = {"all": all_under_lock, "addition": the_addition_under_lock, "each step": each_step_under_lock}
    numbers = Array("i", [10, 20], lock=False)
    total = Value("i", 0, lock=False)
    lock = Lock()
    together(ways[way], numbers, total, lock)
    return total.value


for way in ["all", "addition", "each step"]:
    found = explore(two_add, way)
    at_once = found.at_once("fetching")
    print(f"{way:>9} under the lock: totals {sorted(found.results)}, fetching at once: {at_once}")

# %% [markdown]
# - **All** under the lock is right, and one waits while the other fetches. Two processes do the work of one.
# - **The addition** under the lock is right, and they fetch at the same time.
# - **Each step** under the lock is wrong. Every line is guarded, and between the two the other one comes in.
#
# How much is under one lock is called its **granularity**. The rule: the whole critical section, and nothing else. The
# section is whatever must not be seen half done.
#
# And what does a lock cost when nobody else wants it?

# %%
predict("How often in a second can you take and give back a lock?", unit="times")

# %%
unwanted = Lock()
began = time.perf_counter()
for _ in range(100_000):
    with unwanted:
        pass
seconds = time.perf_counter() - began
print(f"{seconds / 100_000 * 1e6:.2f} µs each, {100_000 / seconds:,.0f} in a second")

# %% [markdown]
# Hundreds of thousands at least, on a quiet machine millions. What costs is not the lock; it is the waiting for it.
#
# ## Asking for what you have
#
# `deposit` takes the lock. So does `deposit_twice`, since nobody shall see the account between the two. There is one process only, apart from the main one.

# %%
predict(
    "What happens with a Lock?",
    "the account has 10", "the process waits for itself", "the account has 5",
)

# %%
def deposit(account, lock):
    with lock:
        account.value += 5


def deposit_twice(who, account, lock):
    with lock:
        deposit(account, lock)
        deposit(account, lock)


def one_customer(kind):
    account = Value("i", 0, lock=False)
    lock = RLock() if kind == "RLock" else Lock()
    together(deposit_twice, account, lock, processes=1)
    return account.value


found = explore(one_customer, "Lock")
print(found)
print(found.trace())

# %% [markdown]
# It waits for a lock that it holds itself. A `Lock` does not know who has it. It also lets anybody give it back.
#
# An `RLock` knows its owner. Who has it may take it again, and must give it back as often as it was taken. Nobody else can give
# it back.

# %%
print(explore(one_customer, "RLock"))

# %% [markdown]
# The lock of a `Value` is an `RLock`. Each read and each write of `total.value` takes it for a moment; that is why you can
# hold `total.get_lock()` and still use `total.value`.
#
# ## A semaphore as a message
#
# A lock is for *not at the same time*. What about *first this, then that*? A cook prepares a dish, and a guest eats.
#
# A **semaphore** is a number that never falls below zero. `release()` adds 1. `acquire()` takes 1 away, and where there is
# none, it waits. It begins at the number you say.

# %%
predict("The semaphore begins at 1. What can the guest get?", "7 only", "0 only", "7 or 0")

# %%
def cook_or_eat(who, dish, eaten, ready):
    if who == 0:
        dish.value = 7
        ready.release()
    else:
        ready.acquire()
        eaten.value = dish.value


def dinner(start):
    dish = Value("i", 0)
    eaten = Value("i", 0)
    ready = Semaphore(start)
    together(cook_or_eat, dish, eaten, ready)
    return eaten.value


for start in [0, 1]:
    print(f"Semaphore({start}):", explore(dinner, start))

# %% [markdown]
# With 0 the guest always gets dish 7. `acquire` cannot return before the cook's `release`: the semaphore carries the **message**
# "it is ready", from one process to another. It does not matter who comes first. The message waits, too, if the guest is late.
#
# With 1 there is a message at the very beginning that nobody has sent, and the guest may find an empty plate.
#
# Note who does what: one takes, **another one** gives. With a lock it is the same one who does both. The
# starting number decides which of the two a semaphore is.

# %%
# exercise: rendezvous

# %% [markdown]
# ## A semaphore as permits
#
# Begin at 1, and let everybody take before and give after: a lock. And if it begins at 2?

# %%
predict(
    "It begins at 2. How many of the three visitors can be inside at once?",
    unit="visitors",
)

# %%
def look_around(who, permits, seen):
    permits.acquire()
    with inside("museum"):
        seen[who] = 1
    permits.release()


def three_visitors(number):
    permits = Semaphore(number)
    seen = Array("i", 3, lock=False)
    together(look_around, permits, seen, processes=3)
    return sum(seen[:])


for number in [1, 2, 3]:
    found = explore(three_visitors, number)
    at_once = found.at_once("museum")
    print(f"{number} permit(s): {found.interleavings:,} interleavings, at most {at_once} at once")

# %% [markdown]
# As many as there are permits. Such limits are everywhere: at most 4 downloads at once, at most 10 connections to the
# database. Note: the more is allowed, the more interleavings
# there are: **a lock works by taking interleavings away**, the bad
# ones and, if you are not careful, many good ones.

# %%
# exercise: at_most

# %% [markdown]
# ## A buffer
#
# A producer writes numbers into an array, and a consumer reads them. The array has two places; after the last one comes the
# first again. A semaphore counts what is in it, so that the consumer waits for what is not there yet.
#
# The producer puts in 1, 2, 3.

# %%
predict(
    "There are two places. What can the consumer get?",
    "1, 2, 3 only", "a 3 in the place of the 1, too", "anything in any order",
)

# %%
def produce_or_consume(who, places, filled, got):
    for index in range(3):
        if who == 0:
            places[index % 2] = index + 1
            filled.release()
        else:
            filled.acquire()
            got[index] = places[index % 2]


def through_two_places():
    places = Array("i", 2, lock=False)
    filled = Semaphore(0)
    got = Array("i", 3, lock=False)
    together(produce_or_consume, places, filled, got)
    return got[:]


found = explore(through_two_places)
print(found)
print(found.schedule(lambda got: got == [3, 2, 3]).text())

# %% [markdown]
# The consumer never reads what is not there. But nobody stops a fast producer: it comes round, and writes 3 over the 1 that has not
# been read. An item is lost, and another one comes twice.
#
# So there are **two** things to wait for. The consumer waits for items. What does the producer wait for? And if there are several
# producers, which lines are a critical section?

# %%
# exercise: bounded_buffer

# %% [markdown]
# ## Two locks
#
# A lock for each thing, so that only those wait who want the same thing: that is good granularity. Now one job needs *two*
# things. Two bank clerks move money, one from account 0 to account 1, the other one back. Each takes the lock of the account
# that it takes money from, then the other one. (`with first, second:` takes two locks, in this order.)

# %%
predict("What can happen?", "money is lost", "both wait for ever", "nothing bad")

# %%
def move_money(who, money, locks):
    source, target = who, 1 - who
    with locks[source], locks[target]:
        money[source] -= 10
        money[target] += 10


def two_clerks():
    money = Array("i", [100, 100], lock=False)
    locks = [Lock(), Lock()]
    together(move_money, money, locks)
    return money[:]


found = explore(two_clerks)
print(found)
print(found.trace())

# %% [markdown]
# The player shows the same, one lane for each process. Step with the arrow keys, and look at the last row: who waits for whom?

# %%
found.play()

# %% [markdown]
# Each clerk has one lock and waits for the other's. Nobody ever lets go: a deadlock, and the money is right to the last cent.
# It has nothing to do with the accounts. It comes from a **circle**: Process-1 waits for Process-2, and Process-2 waits
# for Process-1.
#
# The famous picture for it is a round table. Philosophers sit around it, with a fork between each two. Who wants to eat
# takes the fork to the left, then the one to the right.

# %%
predict("How many interleavings of 3 philosophers end in a deadlock?", unit="interleavings")

# %%
def eat(who, forks):
    with forks[who], forks[(who + 1) % len(forks)]:
        pass


def dine(philosophers):
    forks = [Lock() for _ in range(philosophers)]
    together(eat, forks, processes=philosophers)


for number in [2, 3, 4, 5]:
    found = explore(dine, number)
    print(f"{number} philosophers: {found.deadlocks:3} of {found.interleavings:10,} interleavings deadlock")

# %% [markdown]
# 6 of 168. With five it is 120 of 66,468,720, fewer than two in a million. A test would have to be very lucky to be so
# unlucky. The 6 are easily found by hand: all three must take their left fork first, and they can do so in 3 · 2 · 1
# orders.

# %%
print(explore(dine, 3).trace())

# %% [markdown]
# The cure takes one line. Number the forks, and let everybody take **the one with the smaller number first**. In a circle of
# waiting, each would hold a smaller number than the one it waits for, all the way round, and that is impossible.

# %%
def eat_in_order(who, forks):
    first, second = sorted([who, (who + 1) % len(forks)])
    with forks[first], forks[second]:
        pass


def dine_in_order(philosophers):
    forks = [Lock() for _ in range(philosophers)]
    together(eat_in_order, forks, processes=philosophers)


for number in [2, 3, 4, 5]:
    found = explore(dine_in_order, number)
    print(f"{number} philosophers: {found.deadlocks:3} of {found.interleavings:10,} interleavings deadlock")

# %% [markdown]
# None, in any interleaving. **Several locks: always in the same order**, everywhere in the program. Other cures, and how to
# find the circle in a program that stands still, are in unit 08.
#
# ## In practice
#
# - A lock guards data and not lines. Write beside the data which lock it is.
# - Compute, read files and ask the network *outside*, and hold the lock for the change alone.
# - `lock.acquire(timeout=10)` and a line in the log find a deadlock sooner than your users do.
# - A `Lock` reaches as far as your program. Between programs take a lock on a file (`filelock`), between machines a database.
#
# ## What you know now
#
# - A critical section is what must not be seen half done. All of it goes under one lock, and nothing else.
# - A lock is an agreement: everybody asks, and for the same lock. Pass it as an argument.
# - `with lock:` lets go on every way out.
# - A `Lock` cannot be taken twice, not even by its owner; an `RLock` can.
# - A semaphore that begins at 0 carries a message. One that begins at n lets n in.
# - Do not wait for one thing while you hold another, or else take them in one order.
#
# To read on: *Operating Systems: Three Easy Pieces* (Arpaci-Dusseau), chapters 28, Locks, and 31, Semaphores; Downey, *The Little Book of Semaphores*,
# chapter 3, Rendezvous and Multiplex, and chapter 4, Producer-consumer problem.
#
# Locks answer *not at the same time*. Waiting until something has *become true* is the subject of
# [the next unit](../07-conditions/07-conditions.ipynb).
