# %% [markdown]
# # Races
#
# **The question of this unit: what can go wrong between two lines?**
#
# From now on the processes share something: a number that all of them see and all of them may change. The program stays
# short, and it becomes hard to say what it does.
#
# Contents: two processes, one number · one line, step by step · you are the scheduler · every interleaving · how many there
# are · a pause as a cure · check, then act · keeping others out with nothing but numbers.
#
# You will build `lose_updates`, `count_interleavings`, `withdraw` and `Peterson`.

# %%
# %load_ext lockstep

# %%
import time
from collections import Counter
from itertools import permutations
from multiprocessing import Process, Value

from lockstep import explore, inside, predict, you_drive

# %% [markdown]
# ## Two processes, one number
#
# `Value("i", 0)` is a whole number in memory that the system shows to several processes. `total.value` reads it, and
# `total.value = 3` writes it. Two processes count in it together.

# %%
predict(
    "2 processes, 2 times each: what are the five results?",
    "always 4", "sometimes less than 4", "sometimes more than 4",
)

# %%
def add(total, times):
    for _ in range(times):
        total.value += 1


def add_together(workers, times):
    total = Value("i", 0)
    processes = [Process(target=add, args=(total, times)) for _ in range(workers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return total.value


print("2 processes, 2 times each:", [add_together(2, 2) for _ in range(5)])

# %% [markdown]
# Five times 4, in all likelihood. Is the program right? The same program, with more to do:

# %%
print("2 processes, 200,000 times each:", add_together(2, 200_000))

# %% [markdown]
# 400,000 would be right. What you see is up to your machine, and another number at every run. Should it be 400,000,
# run the cell again, until it is not.
#
# So the program is wrong, and with small numbers it was wrong as well; it only had luck. A test that passes says
# that it went well **this time**. A result that depends on who was faster is called a **race**.
#
# ## One line, step by step
#
# How can a number get lost? One process alone shows it. `explore` runs a program of processes one step at a time, and a
# trace lists the steps. A step is what others can see: a read or a write of something shared.

# %%
predict("How many steps has total.value += 1?", unit="steps")

# %%
found = explore(add_together, 1, 1)
print(found.trace())

# %% [markdown]
# Two from the process: **read** the number, **write** the number. (The last read is that of the main process, for its `return`.)
# Between the two, the process holds in its hand what it has read, and adds 1 to *that*. Meanwhile the number
# may have changed, and it will not notice.
#
# `total.value` has a lock of its own, which guards each single read and each single write. It does not guard what is
# between them.
#
# ## You are the scheduler
#
# Who goes next? The **scheduler** of the system decides, and a program must be right whatever it decides. Let us take its
# place. A word says whose step it is: in `"ABAB"`, A reads, B reads, A writes, B writes.
#
# Each of the two adds 1, once.

# %%
predict("What does ABAB come to?", "1", "2")

# %%
def play(word):
    total = 0
    seen = {}
    for name in word:
        if name in seen:
            total = seen.pop(name) + 1  # the second step: write
        else:
            seen[name] = total  # the first step: read
    return total


for word in ["AABB", "ABAB", "ABBA"]:
    print(word, play(word))

# %% [markdown]
# In the second and the third, both read 0, and both write 1. One of the two increments is gone: a **lost update**.
#
# Now each of them adds 1 twice, so the words have four As and four Bs. Try to find a word with a small total, here, before you go on.

# %%
predict("How small is the smallest total?")

# %%
your_word = "AAAABBBB"

print(your_word, play(your_word))

# %% [markdown]
# There is a finite number of words. We can take them all.

# %%
words = set(permutations("AAAABBBB"))
print(len(words), "words")
print(sorted(Counter(play(word) for word in words).items()))

# %% [markdown]
# 70 orders. 6 of them end at 4, 32 at 3 and 32 at 2: four increments, and in nearly half of the orders only two of them are
# left.
#
# ## Every interleaving
#
# An order of the steps of several processes is called an **interleaving**. `play` knew our two steps because we wrote
# them into it. `explore` takes the program as it is, and finds out:

# %%
found = explore(add_together, 2, 2)
print(found)

# %% [markdown]
# The same 70, from the Python program itself. `found.results` says how many of them end at which value, and
# `found.schedule` gives the shortest one that ends as you ask.

# %%
predict("How many steps has the shortest interleaving that ends with 2?", unit="steps")

# %%
print(found.schedule(lambda total: total == 2).text())

# %% [markdown]
# `>` marks a change to another process. Look for the process that reads, then is left standing, and later writes a number
# that is long out of date. All that was counted in between is overwritten.
#
# Read any trace so: find where a process reads something and writes it later. What keeps the other one from writing in
# between? Here nothing does.
#
# Now you are the scheduler. Below, choose who goes next, and try to make the counter end at 2. You can take steps
# back. The panel says how many ways are left from where you are, and whether 2 can still be reached.

# %%
you_drive(add_together, 2, 2, goal=lambda total: total == 2)

# %%
# exercise: lose_updates

# %% [markdown]
# Now each process adds 1 *five* times. Surely more of it survives?

# %%
predict("Two processes, five times each: what is the smallest total?", "2", "5", "6")

# %%
found = explore(add_together, 2, 5)
print(found)
print("smallest:", min(found.results), " largest:", max(found.results))

# %% [markdown]
# Still 2. One process reads 0 and stands still while the other one counts to 4; it writes 1; the other one reads this 1 for its
# last increment and stands still in turn; the first one finishes; and then the old 1 plus 1 is written over everything.
# However often they count, two is possible, if each counts at least twice.
#
# ## How many are there?
#
# Two processes, `times` increments each.

# %%
predict("How many interleavings are there with 6 increments each?", unit="")

# %%
print("times  interleavings      right")
for times in range(1, 7):
    found = explore(add_together, 2, times)
    right = found.results[2 * times]
    print(f"{times:5} {found.interleavings:13,} {right:10,}   {right / found.interleavings:7.2%}")

# %% [markdown]
# Each line has many times as many interleavings as the one above, and a smaller share of right ones. Six increments, and
# there are 2,704,156 interleavings. Nobody tests that many by running the program again and again.
#
# And yet your five runs were right! Real schedulers do not draw an interleaving by lot. They let a process run for
# thousands of steps at a stretch, so mostly you see one kind, the harmless one. The others come on another machine, under
# load, on the day of the demonstration.
#
# How can `explore` count millions in a moment? Different beginnings often lead to the same situation: the same lines, the same
# values. From there it goes on once only, and still counts the ways. What it assumes is that all processes
# see all writes in one and the same order; this is called **sequential consistency**.

# %%
# exercise: count_interleavings

# %% [markdown]
# ## A pause as a cure
#
# A popular repair: let the second process wait a little, until the first one is certainly done.

# %%
predict("What does explore say about it?", "2 in every interleaving", "1 is still possible")

# %%
def add_after_a_pause(total, seconds):
    time.sleep(seconds)
    total.value += 1


def add_one_by_one():
    total = Value("i", 0)
    pauses = [0, 0.1]
    processes = [Process(target=add_after_a_pause, args=(total, pause)) for pause in pauses]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return total.value


print("Real runs:", [add_one_by_one() for _ in range(5)])
print(explore(add_one_by_one))

# %% [markdown]
# The real runs are most probably all right. But `sleep(0.1)` promises a pause of *at least* that long, to the process that
# sleeps. It promises nothing about what the others get done meanwhile: one of them may be kept waiting for a second,
# between its read and its write. So for `explore`, which asks what *can* happen, a pause is no step at all.
#
# The pause has made the mistake rare. **A rare mistake is worse than a frequent one**: you will not find it, your users
# will. If B must come after A, let B wait for A: for a message, a `join`, a lock.
#
# ## Check, then act
#
# Lost updates have a sister. Two guests book a room, on two computers. 0 means that it is free.
#
# Each guest is told whether it worked.

# %%
predict("What can go wrong?", "both are told yes", "neither is told yes", "nothing")

# %%
def book(room, guest, told_yes):
    if room.value == 0:
        room.value = guest
        told_yes.value = 1


def two_guests():
    room = Value("i", 0)
    told_yes = [Value("i", 0), Value("i", 0)]
    guests = [Process(target=book, args=(room, guest, told_yes[guest - 1])) for guest in (1, 2)]
    for guest in guests:
        guest.start()
    for guest in guests:
        guest.join()
    return room.value, sum(told.value for told in told_yes)


found = explore(two_guests)
print(found)
print(found.schedule(lambda end: end[1] == 2).text())

# %% [markdown]
# A result such as `(1, 2)` means: guest 1 has the room, and 2 guests were told that they have it. Both looked, both
# saw a free room, both booked. Nothing keeps guest 2 away while guest 1 is between the `if` and the next line. What the
# `if` had found was no longer true when that line acted on it.
#
# This is **check-then-act**, and once you know it you see it everywhere: is the file there? Then open it. Is the queue
# empty? Then stop. Is there enough money?
#
# The cure: nobody else may come between the check and the act. Every `Value` has a lock for this, `get_lock()`. While one
# process is in a `with room.get_lock():` block, any other one that comes to such a block has to wait.

# %%
def book_alone(room, guest, told_yes):
    with room.get_lock():
        if room.value == 0:
            room.value = guest
            told_yes.value = 1


def two_guests_one_by_one():
    room = Value("i", 0)
    told_yes = [Value("i", 0), Value("i", 0)]
    guests = [Process(target=book_alone, args=(room, guest, told_yes[guest - 1])) for guest in (1, 2)]
    for guest in guests:
        guest.start()
    for guest in guests:
        guest.join()
    return room.value, sum(told.value for told in told_yes)


print(explore(two_guests_one_by_one))

# %% [markdown]
# Either guest may be the one who gets the room, and always exactly one is told so. Which of the two is still open, and that is
# fine: not every difference between runs is a mistake.

# %%
# exercise: withdraw

# %% [markdown]
# ## Nothing but numbers
#
# How would one *make* a lock? Say all we have is shared numbers that are read and written. (`lock=False` leaves out the lock of
# a `Value`.) One process at a time may be in the room. The first idea: a sign at the door.
#
# `with inside("room"):` tells `explore` which part we mean; it changes nothing else.

# %%
predict("How many can be inside at once?", unit="")

# %%
def enter_by_the_sign(occupied, visits):
    while occupied.value:
        pass
    occupied.value = 1
    with inside("room"):
        visits.value += 1
    occupied.value = 0


def two_with_a_sign():
    occupied = Value("i", 0, lock=False)
    visits = Value("i", 0, lock=False)
    processes = [Process(target=enter_by_the_sign, args=(occupied, visits)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return visits.value


found = explore(two_with_a_sign)
print(found)
print("at once in the room:", found.at_once("room"))

# %% [markdown]
# Two, and so a visit can get lost. It is check-then-act again: both see that the sign is off, then both put it on. The guard needs a guard.
#
# And something new: `interleavings` is now `None`. A process that waits by looking again and again, `while ...: pass`, is
# **busy waiting**. It may look once, or twice, or a million times, so there are interleavings without number. The
# *situations* are few, though, and `explore` has visited every one. What it says about them holds.
#
# Busy waiting keeps a processor core hot for nothing, so real locks let the system put the process to sleep.
#
# The second idea: each process has a flag of its own. First I raise mine, and *then* I look at yours. Now we cannot both
# overlook each other.

# %%
predict("What else can happen?", "both wait for ever", "both are inside", "nothing bad")

# %%
def enter_by_the_flags(mine, yours, visits):
    mine.value = 1
    while yours.value:
        pass
    with inside("room"):
        visits.value += 1
    mine.value = 0


def two_with_flags():
    flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
    visits = Value("i", 0, lock=False)
    both_ways = [(flags[0], flags[1], visits), (flags[1], flags[0], visits)]
    processes = [Process(target=enter_by_the_flags, args=each) for each in both_ways]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return visits.value


found = explore(two_with_flags)
print(found)
print("at once in the room:", found.at_once("room"))
print(found.trace())

# %% [markdown]
# Never more than one. But if both raise their flags before either looks, each sees the other's flag and waits for it to come
# down, for ever. Both are running all the time, and neither gets anywhere: a **livelock**.
#
# Two demands, then. Never both inside; and nobody waits for ever. Can numbers alone do both? The first solution, Dekker's, is from the
# 1960s and intricate. In 1981 Gary Peterson published one in a few lines: it needs the two flags, and one more number, which says who gives way when both want to
# go in. The order of its steps
# matters very much. Can you find it?

# %%
# exercise: peterson

# %% [markdown]
# You now have a lock that is proven, for this program, over all its states. Still, do not use it in earnest. It
# busy-waits, it is for two, and it needs the assumption named above: real processors may let a write become visible to others
# a little late, and then both can overlook each other's flag after all. The locks of the next unit take care of that.
#
# ## In practice
#
# - Let one step do it, where the other side offers one: `UPDATE rooms SET guest = ... WHERE guest IS NULL` in a database, `open(path, "x")` in the place of `exists` and then `open`.
# - Share less. Counts of one's own, added up at the end, cannot race.
# - Do not hunt a race with `print` and `sleep`: they move it. For C, C++ and Go there are race detectors (ThreadSanitizer, `go test -race`), for small models TLA+ and Spin. They look at interleavings, as `explore` does.
#
# ## What you know now
#
# - `x.value += 1` is a read and a write. Whatever comes between them is lost.
# - Right on every run so far is not right. Right in every interleaving is.
# - The number of interleavings grows beyond all testing; `explore` still takes them all.
# - A pause makes a mistake rare, and leaves it in.
# - What you checked may be false when you act. Check and act belong under one lock.
# - Busy waiting works and wastes; a livelock is busy and never done.
#
# To read on: *Operating Systems: Three Easy Pieces* (Arpaci-Dusseau), chapter 26, Concurrency: An Introduction; Herlihy and Shavit, *The Art of
# Multiprocessor Programming*, chapter 2, Mutual Exclusion, with Peterson's lock and its proof.
#
# [The next unit](../06-locks/06-locks.ipynb) is about locks: what to put under one, and what not.
