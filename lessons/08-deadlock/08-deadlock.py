# %% [markdown]
# # Deadlock
#
# **The question of this unit: who waits for whom?**
#
# A program stands still. No error, no message, no processor at work; somebody restarts it, and it runs again, for some weeks. Unit 06 ended with a
# circle of philosophers and a cure of one line. Here we draw the picture of such a standstill, take it apart, and find that there are four ways
# out of it, each with a price.
#
# Contents: a picture of waiting · four conditions · one order · a lock for each account · one seat fewer · never wait with something in
# the hand · always somebody, never everybody · without any lock · into the deadlock.
#
# You will build `find_cycle`, `transfer`, `dining_philosophers`, `try_both` and `into_the_deadlock`.

# %%
# %load_ext lockstep

# %%
from multiprocessing import Array, Condition, Lock, Pipe, Process, Semaphore, Value

from lockstep import explore, inside, predict, you_drive

# %% [markdown]
# Most programs of this unit start some processes, number 0, number 1 and so on, and wait for all. In a trace, number 0 is called Process-1.

# %%
def together(target, *shared, processes=2):
    started = [Process(target=target, args=(who, *shared)) for who in range(processes)]
    for process in started:
        process.start()
    for process in started:
        process.join()

# %% [markdown]
# ## A picture of waiting
#
# Three clerks need two stamps each, of three that lie on the table. Each takes them one after the other.

# %%
predict(
    "How many of the 168 interleavings stand still at the end?",
    "all", "about half", "a few", "none",
)

# %%
STAMPS = {0: (0, 1), 1: (1, 2), 2: (2, 0)}


def use_two_stamps(who, stamps):
    first, second = STAMPS[who]
    with stamps[first], stamps[second]:
        pass


def office():
    stamps = [Lock(), Lock(), Lock()]
    together(use_two_stamps, stamps, processes=3)


found = explore(office)
print(found)
print(found.trace())

# %% [markdown]
# 6 of 168. The last rows say who waits, for what, and who holds it. Leave out the what, and draw an arrow from each that waits to the one it waits
# for: this is the **wait-for graph**. As a dict:

# %%
waits = {
    "main": ["Process-1"],
    "Process-1": ["Process-2"],
    "Process-2": ["Process-3"],
    "Process-3": ["Process-1"],
}

process = "main"
for _ in range(6):
    print(process, end=" -> ")
    process = waits[process][0]
print(process, "...")

# %% [markdown]
# Follow the arrows from anywhere, and you go round for ever. **A circle in the wait-for graph is a deadlock**: each of those in it waits for another
# one that waits. Main is not in the circle; it only waits for somebody who is.
#
# The player draws it. Press *To the failure*:

# %%
found.play()

# %% [markdown]
# In the graph a process has several arrows when it waits for all of several, as main does that joins its children. Databases look for such circles
# all the time, find one, and throw out one of those in it.

# %%
# exercise: find_cycle

# %% [markdown]
# ## Four conditions
#
# In 1971 Coffman, Elphick and Shoshani wrote down what is needed for a deadlock. All four, or there is none:
#
# | Condition | in the office | without it |
# | --- | --- | --- |
# | mutual exclusion | a stamp is in one hand only | a stamp for each; data that nobody changes |
# | hold and wait | one waits for the second with the first in the hand | take both at once, or none |
# | no preemption | nobody takes a stamp out of another's hand | give back what you have if you cannot get the rest |
# | circular wait | each waits for the next one, all the way round | take them in one order |
#
# Each cure takes one of them away. The rest of this unit tries them, from the bottom up.
#
# ## One order
#
# Here the three conditions above stay as they are. *One* of the clerks is told to take the stamps the other way round, 0 before 2.

# %%
predict(
    "One of three changes the order. Is that enough?",
    "yes, no deadlock is left", "no, fewer deadlocks are left",
)

# %%
def one_changes(who, stamps):
    first, second = sorted(STAMPS[who])
    with stamps[first], stamps[second]:
        pass


def mended_office():
    stamps = [Lock(), Lock(), Lock()]
    together(one_changes, stamps, processes=3)


print(explore(mended_office))

# %% [markdown]
# `sorted` changes the third clerk only, and it is enough. Why? Say that everybody takes the smaller number first. In a circle of
# waiting each holds one stamp and waits for one with a *larger* number, which the next one holds, who waits for a still larger one. All the way round
# the number would have to grow and yet come back to where it was.
#
# The order may be any, if it is **one for the whole program**: numbers, names, addresses. Big programs write it down, and check it while they run
# (the Linux kernel does; the tool is called lockdep).
#
# ## A lock for each account
#
# A bank with a lock for each account. A transfer needs two of them. With the other order the deadlock of unit 06 is there at once; so somebody takes
# them one after the other, and never has two. No hold and wait, hence no deadlock. At the same time an auditor takes both locks and adds up. There are 200 in the bank.

# %%
predict("What can the auditor see?", "200 only", "190 as well", "210 as well")

# %%
def move_or_audit(who, money, locks, seen):
    if who == 0:
        with locks[0]:
            money[0] -= 10
        with locks[1]:
            money[1] += 10
    else:
        with locks[0], locks[1]:
            seen.value = money[0] + money[1]


def audited_bank():
    money = Array("i", [100, 100], lock=False)
    locks = [Lock(), Lock()]
    seen = Value("i", 0, lock=False)
    together(move_or_audit, money, locks, seen)
    return seen.value


print(explore(audited_bank))

# %% [markdown]
# In 5 of 11 interleavings ten have vanished: they are on their way. No deadlock, but the critical section has been cut in two. Giving up *hold and wait* is no cure
# where two things must change as one.

# %%
# exercise: transfer

# %% [markdown]
# ## One seat fewer
#
# Back to the philosophers of unit 06, five of them, and each takes the left fork first. Another cure: a waiter lets only some of them to the table. The waiter is a
# semaphore.

# %%
predict(
    "How many of five may sit down, at most, so that there is no deadlock?",
    unit="philosophers",
)

# %%
def eat_when_seated(who, forks, seats):
    with seats, forks[who], forks[(who + 1) % len(forks)], inside("eating"):
        pass


def dine_with_a_waiter(philosophers, seats):
    forks = [Lock() for _ in range(philosophers)]
    together(eat_when_seated, forks, Semaphore(seats), processes=philosophers)


for seats in [5, 4, 3, 2, 1]:
    found = explore(dine_with_a_waiter, 5, seats)
    ends = f"deadlocks {found.deadlocks:7,} of {found.interleavings:23,}"
    print(f"{seats} seats: {ends}, at once eating: {found.at_once('eating')}")

# %% [markdown]
# Four. With a seat empty, the one beside it has a fork that nobody else wants; it can eat, and then the next one. And four seats are as good as five: two can still eat at the same
# time. The price is one more semaphore, through which all must go, for a deadlock that hardly ever comes.
#
# ## Never wait with something in the hand
#
# The third condition: if you cannot have the second fork, put the first one back, and try again. `fork.acquire(False)` does not wait; it says whether it got the fork.

# %%
predict(
    "Two philosophers try, put back, and try again. What can happen?",
    "a deadlock", "they try for ever", "nothing bad",
)

# %%
def try_to_eat(who, forks):
    left, right = forks[who], forks[1 - who]
    while True:
        left.acquire()
        if right.acquire(False):
            break
        left.release()
    right.release()
    left.release()


def dine_politely():
    together(try_to_eat, [Lock(), Lock()])


found = explore(dine_politely)
print(found)
print(found.trace())

# %% [markdown]
# Six steps, after which all is as it was before. Two people meet in a corridor, both step aside, to the same side, and again. Everybody moves and nobody gets anywhere: a **livelock**.
#
# There always is a way *out* of it: one of them needs only be a little faster. Is it a mistake then? `explore` assumes a **fair** scheduler, one under which whoever can go again and
# again does go again and again. Even so these two can go round for ever, so it says livelock. In practice it costs time, the more the busier the machine is. The usual mend is
# to pause for a time *drawn by lot* before the next try, as the Ethernet does. That makes the livelock improbable, and leaves it possible.
#
# So trying is fine, and trying again in a loop is where the trouble begins.

# %%
# exercise: try_both

# %% [markdown]
# ## Three ways to eat
#
# You have seen an order and a waiter. A third way takes away *hold and wait*: take both forks at once, or sleep, in a condition (unit 07).

# %%
# exercise: dining_philosophers

# %% [markdown]
# ## Always somebody, never everybody
#
# No deadlock and no livelock: somebody always eats. But does *everybody*? Three sit in a row, with a fork between each two. The one in the middle needs both; the others need
# one each. They take what they need at once, or sleep, and they eat again and again.

# %%
predict(
    "Can the one in the middle be kept from eating for ever?",
    "yes", "no, it is woken each time",
)

# %%
NEEDS = {"left": (0,), "middle": (0, 1), "right": (1,)}


def eat_at_once(who, forks, changed):
    name = list(NEEDS)[who]
    mine = NEEDS[name]
    while True:
        with changed:
            while any(forks[fork] for fork in mine):
                changed.wait()
            for fork in mine:
                forks[fork] = 1
        with inside(name):
            pass
        with changed:
            for fork in mine:
                forks[fork] = 0
            changed.notify_all()


def three_in_a_row():
    forks = Array("b", 2, lock=False)
    changed = Condition()
    together(eat_at_once, forks, changed, processes=3)


def does_the_middle_one_starve(found):
    try:
        found.never_starves("middle")
    except AssertionError as error:
        return str(error).splitlines()[0].rstrip(":")
    return "it never starves"


print(does_the_middle_one_starve(explore(three_in_a_row)))

# %% [markdown]
# Yes. Left eats; then right begins before left ends, left begins again before right ends, and so on: at every moment one of the two forks is taken. The middle one is woken every time,
# looks, and sleeps again: **starvation**, as with the readers and the writer of unit 07.
#
# The same three, who take one fork after the other, in the order of numbers, with locks:

# %%
def eat_in_order(who, forks):
    name = list(NEEDS)[who]
    while True:
        for fork in NEEDS[name]:
            forks[fork].acquire()
        with inside(name):
            pass
        for fork in NEEDS[name]:
            forks[fork].release()


def three_in_order():
    together(eat_in_order, [Lock(), Lock()], processes=3)


print(does_the_middle_one_starve(explore(three_in_order)))

# %% [markdown]
# With its first fork in its hand the middle one waits for the second only, and a fair scheduler gives that to it some day. So **hold and wait**, the
# villain of this unit, has its good side: what one has, one keeps. Who takes all at once needs a queue of its own, a ticket, "nobody who came later".
#
# ## Without any lock
#
# Where nobody takes a lock, can there be a deadlock? Two processes, a pipe, and each begins by listening.

# %%
predict("Can two stand still without any lock?", "yes, always", "yes, at times", "no")

# %%
def listen_then_speak(who, ends):
    ends[who].recv()
    ends[who].send("hello")


def two_polite_ones():
    together(listen_then_speak, list(Pipe()))


found = explore(two_polite_ones)
print(found)
print(found.trace())

# %% [markdown]
# Always, before the first step. One waits for a message which only the other one could send, and the other way round: the same circle. It works with pipes, with queues that are
# full, with `join`, and with any mixture of them and locks. *Wait for* is all that counts.
#
# And not every standstill is a circle. Who sleeps in a condition after the last wake-up (unit 07) waits for nobody in particular. `explore` says deadlock to both, since nobody can
# go on; the wait-for graph shows which of the two it is.
#
# ## Into the deadlock
#
# Finding a deadlock by hand is the best way to learn to see one. Three work at night, with the keys, the lamp and the desk. The caretaker is Process-1, the guard Process-2 and the
# clerk Process-3.

# %%
def caretaker(keys, lamp, desk, door):
    with keys:
        door.value = 1
    with keys, lamp:
        pass


def guard(keys, lamp, desk, door):
    door.value = 0
    with lamp, desk:
        pass


def clerk(keys, lamp, desk, door):
    for _ in range(2):
        with desk:
            if door.value == 1:
                with keys:
                    pass


def night_shift():
    keys, lamp, desk = Lock(), Lock(), Lock()
    door = Value("i", 0, lock=False)
    shared = (keys, lamp, desk, door)
    processes = [Process(target=work, args=shared) for work in (caretaker, guard, clerk)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

# %%
predict("In how many percent of the interleavings do they come to a deadlock?", unit="percent")

# %%
found = explore(night_shift)
print(found)
print(f"{found.deadlocks / found.interleavings:.1%}")

# %% [markdown]
# Choose who goes next, until nobody can. You can take steps back.

# %%
you_drive(night_shift, goal="deadlock")

# %%
# exercise: into_the_deadlock

# %% [markdown]
# ## In practice
#
# - Have fewer locks. One lock that is held shortly cannot deadlock, and a queue with one process that owns the data needs none.
# - Where several must be held: one order, written down, and no call of somebody else's code with a lock in the hand, for you do not know what it takes.
# - A time limit (`acquire(timeout=...)`) is no cure, but a smoke alarm: it turns a standstill into an error that somebody sees.
# - When a program stands still: who holds what, who waits for what? `py-spy dump --pid ...` shows the line of every process, and `faulthandler.dump_traceback_later(60)`
#   has it printed by itself. Then draw the graph.
# - A process that is killed keeps its locks for ever. Whoever waits for one of them waits for a dead man; no circle is needed.
#
# ## What you know now
#
# - A circle in the wait-for graph is a deadlock, whatever is waited for.
# - Four conditions, all needed: mutual exclusion, hold and wait, no preemption, circular wait.
# - An order takes the circle away, and is the cheapest cure. A waiter keeps one out. Taking all at once, or trying, takes hold and wait away.
# - Try, release, try again: a livelock, even under a fair scheduler.
# - No deadlock does not mean that everybody gets a turn: starvation.
#
# To read on: *Operating Systems: Three Easy Pieces* (Arpaci-Dusseau), chapter 32, Common Concurrency Problems; Downey, *The Little Book of Semaphores*, chapter 4,
# Dining philosophers; Coffman, Elphick, Shoshani, *System Deadlocks*, ACM Computing Surveys 3 (2), 1971; Dijkstra, *Hierarchical Ordering of Sequential Processes* (EWD310), with the
# philosophers at their table.
#
# Every proof so far has assumed something about memory, and something about the objects that we share. [The next unit](../09-promises/09-promises.ipynb) asks what was promised.
