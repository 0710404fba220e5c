# %% [markdown]
# # Conditions
#
# **The question of this unit: how do we wait for something to become true?**
#
# A lock says *not at the same time*. But a customer at the baker's does not wait for the shop to be empty; he waits for bread. Nobody can
# give him that by leaving. So he must let others in, sleep, and be woken when it is time, and between these three there is room
# for mistakes.
#
# Contents: looking again and again · a condition · must one ask? · a loaf for each · whom to wake · monitors · events ·
# meeting in rounds · readers and writers · what is different between processes.
#
# You will build `Latch`, `BoundedBuffer` (once more), `ReusableBarrier` and `ReadersWriters`.

# %%
# %load_ext lockstep

# %% [markdown]
# As in the last unit, most programs start some processes, number 0, number 1 and so on, and wait for all. In a trace, number 0 is
# called Process-1. (In this notebook children are started in many cells. That is fine here, since each is a function of its own
# that ends; a program with threads or open connections should rather start its children first.)

# %%
import time
from multiprocessing import Array, Barrier, Condition, Event, Lock, Process, Value

from lockstep import explore, inside, predict, replay


def together(target, *shared, processes=2):
    started = [Process(target=target, args=(who, *shared)) for who in range(processes)]
    for process in started:
        process.start()
    for process in started:
        process.join()

# %% [markdown]
# ## Looking again and again
#
# Number 0 is the baker: it puts a loaf on the shelf. Number 1 is a customer: it takes one, and looks until there is one. The shelf is
# shared, so both use the lock, as they have learned.

# %%
predict(
    "What happens?",
    "the customer gets the loaf, always", "it can go on for ever", "the shelf goes below 0",
)

# %%
def bake_or_look(who, shelf, lock):
    with lock:
        if who == 0:
            shelf.value += 1
        else:
            while shelf.value == 0:
                pass
            shelf.value -= 1


def shop_with_a_lock():
    shelf = Value("i", 0, lock=False)
    lock = Lock()
    together(bake_or_look, shelf, lock)
    return shelf.value


print(explore(shop_with_a_lock))

# %% [markdown]
# The customer can be the first one in the shop. It locks the door, so that the baker cannot come in, and looks for bread: a livelock.
# Without the lock the customer would get the loaf, but two customers could take the same one (check, then act), and a processor would be
# kept busy all the while.
#
# What we want is: **let go of the lock, sleep, and have the lock again when woken**. And letting go and falling asleep must be one
# thing, as we shall see.
#
# ## A condition
#
# A **condition variable** is a lock, and a place to sleep in.
#
# - `with changed:` takes the lock, and gives it back.
# - `changed.wait()` gives the lock back *and* falls asleep, in one step. Once woken it takes the lock again, and then returns.
# - `changed.notify()` wakes one who sleeps there, `changed.notify_all()` wakes all. It wakes nobody who comes later.
#
# All three need the lock. What is waited for, here `shelf.value > 0`, the condition does not know. You write it.

# %%
predict("How many interleavings are there?", unit="interleavings")

# %%
def bake_or_buy(who, shelf, changed):
    with changed:
        if who == 0:
            shelf.value += 1
            changed.notify()
        else:
            while shelf.value == 0:
                changed.wait()
            shelf.value -= 1


def shop():
    shelf = Value("i", 0, lock=False)
    changed = Condition()
    together(bake_or_buy, shelf, changed)
    return shelf.value


print(explore(shop))
print(replay(shop, schedule=[2]).trace())

# %% [markdown]
# Two. Either the baker comes first, and then the customer does not sleep at all; or the customer comes first, sleeps, and is woken.
# (`replay` shows one interleaving, here the one in which Process-2 begins; after that only one can go at any time.) Look at the wait in
# the trace: it gives the lock back, and later the customer wakes up *with* the lock.
#
# ## Must one ask?
#
# The loop looks like a luxury. The customer wants to be told; let it sleep until it is.

# %%
predict(
    "And without the question whether there is bread?",
    "as before", "the customer can sleep for ever",
)

# %%
def tell_or_sleep(who, changed):
    with changed:
        if who == 0:
            changed.notify()
        else:
            changed.wait()


def shop_without_a_question():
    changed = Condition()
    together(tell_or_sleep, changed)


found = explore(shop_without_a_question)
print(found)
print(found.trace())

# %% [markdown]
# In one of the two the baker comes first, calls, and nobody hears it. Then the customer lies down. **A notification is not kept.** A
# semaphore keeps its message, and a condition does not: it says *look again*, to those who sleep now. What is kept is the number on the
# shelf, so ask that first.
#
# So ask first, and quickly, without the lock; take it only to sleep:

# %%
predict(
    "In how many of the 14 interleavings does the customer sleep for ever now?",
    "none", "a few", "about half", "all",
)

# %%
def ask_outside(who, shelf, changed):
    if who == 0:
        with changed:
            shelf.value += 1
            changed.notify()
    else:
        if shelf.value == 0:
            with changed:
                changed.wait()
        shelf.value -= 1


def shop_that_asks_outside():
    shelf = Value("i", 0, lock=False)
    changed = Condition()
    together(ask_outside, shelf, changed)
    return shelf.value


found = explore(shop_that_asks_outside)
print(found)
print(found.trace())

# %% [markdown]
# Three of 14. Between the question and the sleep the baker came, and called. It is check-then-act with another face, and is called a
# **lost wake-up**. That is why `wait` must be called with the lock in hand: from the question until one sleeps nobody can come in.
# And who changes what is waited for does so **under the same lock**, and tells before giving it back.
#
# (And if the baker calls without the lock? `multiprocessing` looks after you with an `assert`: `Condition().notify()` raises AssertionError. Under `python -O`
# nobody looks, and the wake-up may be lost without a word.)

# %%
# exercise: latch

# %% [markdown]
# ## A loaf for each
#
# Two bakers bring a loaf each and call all. Two customers take one each. Who finds no bread sleeps, and who is woken takes its loaf, since
# it was told that there is bread. Each notes how many are left on the shelf.

# %%
predict("How small can the number of loaves become?", "0", "-1", "-2")

# %%
def bake_or_take(who, shelf, left, changed, patient):
    with changed:
        if who < 2:
            shelf.value += 1
            changed.notify_all()
        else:
            if patient:
                while shelf.value == 0:
                    changed.wait()
            elif shelf.value == 0:
                changed.wait()
            shelf.value -= 1
            left[who - 2] = shelf.value


def two_bakers_two_customers(patient):
    shelf = Value("i", 0, lock=False)
    left = Array("i", 2, lock=False)
    changed = Condition()
    together(bake_or_take, shelf, left, changed, patient, processes=4)
    return min(left)


found = explore(two_bakers_two_customers, False)
print("if:   ", found)
print("while:", explore(two_bakers_two_customers, True))

# %% [markdown]
# Minus one loaf. Step through it and look for the customer that takes one without having looked:

# %%
found.play(lambda least: least < 0)

# %% [markdown]
# Both customers sleep. One loaf comes, and *both* are woken. The first takes it. The second was told that there is bread, and when its
# turn came this was no longer true: **a stolen wake-up**. It may also be stolen by somebody who never slept, and just came in at the right moment.
#
# Between the call and the moment when the one who was woken has the lock, everything can happen. Being woken means *look again*, never *it is true*.
# So: **`while`, not `if`.** `changed.wait_for(lambda: shelf.value > 0)` is this loop in one line.
#
# ## Whom to wake
#
# A door opens, for all. Two wait for it.

# %%
predict(
    "One calls notify(). What happens to the two?",
    "both go through", "one can sleep for ever", "one always sleeps for ever",
)

# %%
def open_or_wait(who, door, changed, everybody):
    with changed:
        if who == 0:
            door.value = 1
            if everybody:
                changed.notify_all()
            else:
                changed.notify()
        else:
            while not door.value:
                changed.wait()


def a_door_for_two(everybody):
    door = Value("i", 0, lock=False)
    changed = Condition()
    together(open_or_wait, door, changed, everybody, processes=3)


print("notify:    ", explore(a_door_for_two, False))
print("notify_all:", explore(a_door_for_two, True))

# %% [markdown]
# In 4 of 10 both slept, one was woken, and the other one sleeps in front of an open door.
#
# But a loaf is for one. Surely one call for one loaf is enough? Now the shelf has room for one loaf only, so bakers wait as well, for
# room. They sleep in the same place.

# %%
predict(
    "Two bakers, two customers, room for one: is notify() enough?",
    "yes", "no, somebody can sleep for ever",
)

# %%
def fill_or_empty(who, shelf, changed, everybody):
    with changed:
        if who < 2:
            while shelf.value == 1:
                changed.wait()
            shelf.value += 1
        else:
            while shelf.value == 0:
                changed.wait()
            shelf.value -= 1
        if everybody:
            changed.notify_all()
        else:
            changed.notify()


def a_small_shelf(everybody):
    shelf = Value("i", 0, lock=False)
    changed = Condition()
    together(fill_or_empty, shelf, changed, everybody, processes=4)
    return shelf.value


found = explore(a_small_shelf, False)
print("notify:    ", found)
print("notify_all:", explore(a_small_shelf, True))
found.play()

# %% [markdown]
# In 8 of 80 a customer is woken where a baker was meant. It looks, finds nothing, and sleeps again; and the call has been used up.
#
# `notify()` is right when everybody who sleeps there waits for the **same** thing, and **one** of them is enough. In any other case it is
# `notify_all()`: it wakes some in vain, and they look again. Or make two conditions on one lock, `room = Condition(lock)` and
# `bread = Condition(lock)`, one for each thing that is waited for.

# %%
# exercise: buffer_with_a_condition

# %% [markdown]
# ## Monitors
#
# Look at what you have built: a class with its data, one lock, and methods that hold it from the first line to the last, but for
# `wait`. Nobody outside sees the lock, and nobody can forget it. This is a **monitor**. Hoare and Brinch Hansen thought of it in the 1970s, and
# Java put one into every object. Three rules make one:
#
# 1. every public method takes the lock first, and all data are used under it;
# 2. for what must become true, `while not ...: wait()`;
# 3. who changes what is waited for wakes.
#
# In Hoare's monitors the one who is woken goes on *at once*, and `if` is enough. In nearly all that are used today, Python's among them, it only
# may try (as in Mesa, 1980), and hence the `while`.
#
# ## Events
#
# An `Event` is a flag: `set()` raises it and wakes all, `wait()` sleeps until it is up, `clear()` lowers it. It does what the door above
# did, and it is kept: who comes late goes through.
#
# A starter wants to use it again for the next race, so it raises the flag and lowers it at once.

# %%
predict(
    "Two runners wait for the flag. What can happen?",
    "both run", "one or both may wait for ever",
)

# %%
def start_or_run(who, go, lower):
    if who == 0:
        go.set()
        if lower:
            go.clear()
    else:
        go.wait()


def race(lower):
    go = Event()
    together(start_or_run, go, lower, processes=3)


print("set:       ", explore(race, False))
print("set, clear:", explore(race, True))

# %% [markdown]
# A runner who is late by a moment finds the flag down again. **An event is a state, not a pulse.** And by hand-over? The writer puts a
# letter down and raises the flag; the reader waits for it, lowers it, and reads. Two letters, 1 and 2.

# %%
predict("What can the reader get?", "1, 2 only", "2, 2 as well", "2, 2, or it waits for ever")

# %%
def write_or_read(who, letter, there, got):
    for number in range(2):
        if who == 0:
            letter.value = number + 1
            there.set()
        else:
            there.wait()
            there.clear()
            got[number] = letter.value


def two_letters():
    letter = Value("i", 0, lock=False)
    there = Event()
    got = Array("i", 2, lock=False)
    together(write_or_read, letter, there, got)
    return got[:]


found = explore(two_letters)
print(found)
print(found.trace())

# %% [markdown]
# Two flags raised, and one flag seen: raising a flag that is up changes nothing. In 9 of 63 the reader waits for a second one. An event
# cannot count, and `wait(); clear()` is two steps. For things that are handed over take a semaphore, a condition, or a queue.
#
# ## Meeting in rounds
#
# A `Barrier(n)` lets nobody on until `n` have called `wait()`, and then all, and it can be used again. Who counts? Main starts two workers,
# and makes the barrier for three, for "we are three processes".

# %%
predict(
    "Barrier(3) for two workers, Barrier(2) for three: which goes well?",
    "the first", "the second", "both", "neither",
)

# %%
def come_to(who, barrier):
    barrier.wait()


def meeting(parties, workers):
    barrier = Barrier(parties)
    together(come_to, barrier, processes=workers)


for parties, workers in [(2, 2), (3, 2), (2, 3)]:
    print(f"Barrier({parties}), {workers} workers:", explore(meeting, parties, workers))

# %% [markdown]
# Neither. Those who call `wait()` count, nobody else. With two parties and three workers two go on, and the third one waits for company that never comes.
#
# A barrier is for work in steps. Two cells, 1 and 2; in each of two steps, both become the sum of both. So (1, 2), (3, 3), (6, 6). Is one meeting a step
# enough?

# %%
predict(
    "How many different results are there with one barrier a step?",
    "1", "2 or 3", "more than 3",
)

# %%
def add_up(who, cells, barrier, meetings):
    for _ in range(2):
        total = cells[0] + cells[1]
        if meetings == 2:
            barrier.wait()
        cells[who] = total
        barrier.wait()


def two_steps(meetings):
    cells = Array("i", [1, 2], lock=False)
    barrier = Barrier(2)
    together(add_up, cells, barrier, meetings)
    return cells[:]


for meetings in [1, 2]:
    found = explore(two_steps, meetings)
    print(f"{meetings} a step: {found.interleavings:,} interleavings, results {sorted(found.results)}")

# %% [markdown]
# Nine results, and one of them is right. All must have *read* before anybody writes, and all must have *written* before anybody reads: two
# meetings a step (or two arrays, read one and write the other).
#
# How can a barrier be used again? A process that is quick may come to the second round while a slow one is still leaving the first. This is
# the hard part of the next exercise.

# %%
# exercise: reusable_barrier

# %% [markdown]
# ## Readers and writers
#
# Data that many read and few change, such as a list of prices. Readers do no harm to each other, so they may be inside together; a writer must be alone. Here is a
# well-known way: the first reader who comes in takes the lock, and the last one who leaves gives it back. (A `Lock` may be given back by another one
# than its taker.) All come again and again.

# %%
predict(
    "Two readers, one writer. What can happen to the writer?",
    "it always gets its turn", "it can wait for ever", "it can meet a reader",
)

# %%
def read_again_and_again(readers, counting, empty):
    while True:
        with counting:
            readers.value += 1
            if readers.value == 1:
                empty.acquire()
        with inside("reading"):
            pass
        with counting:
            readers.value -= 1
            if readers.value == 0:
                empty.release()


def write_again_and_again(empty):
    while True:
        with empty, inside("writing"):
            pass


def price_list():
    readers = Value("i", 0, lock=False)
    counting, empty = Lock(), Lock()
    shared = (readers, counting, empty)
    started = [Process(target=read_again_and_again, args=shared) for _ in range(2)]
    started.append(Process(target=write_again_and_again, args=(empty,)))
    for process in started:
        process.start()
    for process in started:
        process.join()


found = explore(price_list)
print("at once: reading", found.at_once("reading"), "writing", found.at_once("writing"))
try:
    found.never_starves("writing")
    print("the writer always gets its turn")
except AssertionError as error:
    print(error)

# %% [markdown]
# It can wait for ever: before the first reader leaves the second one comes, and before the second leaves the first is there again. The room is
# never empty, and yet everybody goes through the door as told. This is **starvation**: others go on and on, and one gets nothing. (These three never end;
# `never_starves` asks whether each gets its turn, as long as the scheduler is fair, that is, lets everybody go on who can go on again and again.)
#
# What must a reader ask before it goes in?

# %%
# exercise: readers_writers

# %% [markdown]
# ## What is different between processes
#
# A process can be killed, and a thread cannot. Here one sleeps in a condition and is killed. Another process calls `notify_all()`.

# %%
predict(
    "What does the other process do?",
    "it goes on, nobody is there", "it hangs", "it raises an error",
)

# %%
def sleep_in(changed, asleep):
    with changed:
        asleep.set()
        changed.wait()


def wake_all(changed):
    with changed:
        changed.notify_all()


def notify_after_a_kill(kill):
    changed, asleep = Condition(), Event()
    sleeper = Process(target=sleep_in, args=(changed, asleep))
    sleeper.start()
    asleep.wait()
    with changed:  # whoever gets the lock now knows that the other one sleeps
        pass
    if kill:
        sleeper.kill()
        sleeper.join()
    caller = Process(target=wake_all, args=(changed,))
    caller.start()
    caller.join(2)
    hangs = caller.is_alive()
    for process in (caller, sleeper):
        process.kill()
        process.join()
    return "hangs" if hangs else "goes on"


print("nobody is killed:     notify_all", notify_after_a_kill(False))
print("the sleeper is killed: notify_all", notify_after_a_kill(True))

# %% [markdown]
# It hangs, and it holds the lock, so that everybody hangs. Under the hood a `multiprocessing.Condition` is a lock and three semaphores:
# `notify` waits until each that it woke has said that it is awake, and a dead one says nothing. (With `threading.Condition` nothing of
# the sort happens.) The same is true of an `Event` with a killed waiter, whose `set()` never returns, and of a `Barrier`. These are known and open
# in CPython, #75158 and #123899. `explore` does not show it: it takes a killed waiter for gone.
#
# One more difference, and you can measure it: waking somebody in another process costs a way through the system, there and back.

# %%
predict("How long does it take, there and back, with two Events?", unit="microseconds")

# %%
def answer(ping, pong, times):
    for _ in range(times):
        ping.wait()
        ping.clear()
        pong.set()


def there_and_back(times):
    ping, pong = Event(), Event()
    other = Process(target=answer, args=(ping, pong, times))
    other.start()
    began = time.perf_counter()
    for _ in range(times):
        ping.set()
        pong.wait()
        pong.clear()
    seconds = time.perf_counter() - began
    other.join()
    return seconds / times * 1e6


print(f"{there_and_back(300):.0f} microseconds")

# %% [markdown]
# About a hundred on a quiet machine, and many times as much on a busy one. An event is for what happens seldom. (Why may `wait(); clear()` stand here? Because each of the two waits for the other's answer before it raises its flag again.)
#
# ## In practice
#
# - Take the highest thing that does it: a `Queue` before a buffer of your own, a `Barrier` before a condition, an `Event` for what happens
#   once, such as *stop*.
# - A condition is the most general of them; you can build all the others from it, as you just have. Write it as a monitor, with `while`
#   and `notify_all()`, and only then think about `notify()`.
# - Do not kill a process that may sleep in a condition; tell it to end.
#
# ## What you know now
#
# - Waiting needs three things in one: let go of the lock, sleep, have the lock again.
# - A notification is not kept. What is kept is your data: ask them, under the lock, before you sleep.
# - Being woken means *look again*: `while`.
# - `notify_all()`, unless all wait for the same and one is enough.
# - An event is a state. A barrier counts those who call it.
#
# To read on: *Operating Systems: Three Easy Pieces* (Arpaci-Dusseau), chapter 30, Condition Variables; Downey, *The Little Book of Semaphores*,
# chapter 3, Reusable barrier, and chapter 4, Readers-writers problem; Herlihy and Shavit, *The Art of Multiprocessor Programming*, chapter 8, Monitors and
# Blocking Synchronization; Hoare, *Monitors: An Operating System Structuring Concept*, 1974.
#
# [The next unit](../08-deadlock/08-deadlock.ipynb) is about those who wait for each other.
