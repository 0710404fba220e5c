# %% [markdown]
# # Memory
#
# **The question of this unit: what does moving data cost?**
#
# A message is a copy, made of bytes. For a number that is nothing. For a picture, a table or a model of some hundred megabytes it can
# cost more than the work itself. So this unit measures what moving costs, and then leaves the data where it is.
#
# Contents: what a message costs · numbers in shared memory · arrays in shared memory · who cleans up · counting together ·
# reading while others write · a Manager.
#
# You will build `row_sums`, `shared_array`, `histogram` and `double_buffer`.

# %%
# %load_ext lockstep

# %%
import pickle
import time
from multiprocessing import Array, Barrier, Manager, Pipe, Process, RawValue, Value
from multiprocessing.shared_memory import SharedMemory

import numpy as np

from lockstep import explore, predict

# %% [markdown]
# Times are printed by one function, the best of three runs: the best is the one that was least disturbed.

# %%
def milliseconds(function, *arguments):
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        function(*arguments)
        best = min(best, time.perf_counter() - began)
    return best * 1000

# %% [markdown]
# ## What a message costs
#
# One million numbers, once in a list and once in a NumPy array. In an array each takes exactly 8 bytes, one behind the other. In a list each is a Python
# object somewhere in memory, and `pickle` visits all of them.

# %%
predict("How many times as long does pickling the list take?", unit="times")

# %%
numbers = [number / 7 for number in range(1_000_000)]
array = np.array(numbers)

for_list = milliseconds(pickle.dumps, numbers)
for_array = milliseconds(pickle.dumps, array)
print(f" list: {len(pickle.dumps(numbers)):10,} bytes, {for_list:6.2f} ms")
print(f"array: {len(pickle.dumps(array)):10,} bytes, {for_array:6.2f} ms")
print(f"the list takes {for_list / for_array:.0f} times as long")

# %% [markdown]
# Both have about the same size. The list takes longer, twice or ten times as long, since a million objects have to be looked at, and the
# array is copied as one block. **Send arrays, not lists.**
#
# Now the whole journey: 32 megabytes to a child, which adds them up and sends one number back. And, to compare, the adding itself.

# %%
predict("How many times as long as the adding does the journey take?", unit="times")

# %%
def add_up(connection):
    connection.send(connection.recv().sum())
    connection.close()


def sum_in_a_child(array):
    ours, theirs = Pipe()
    child = Process(target=add_up, args=(theirs,))
    child.start()
    theirs.close()
    ours.send(array)
    total = ours.recv()
    child.join()
    return total


large = np.ones(4_000_000)
here, there = milliseconds(large.sum), milliseconds(sum_in_a_child, large)
print(f"{large.nbytes / 1e6:.0f} MB: {here:.1f} ms to add up here, {there:.0f} ms in a child")
print(f"{there / here:.0f} times as long")

# %% [markdown]
# Not twice as long but a hundred times, or several hundred. The bytes are copied four times: into the pickle, into the pipe, out of the pipe, out of the pickle. No number of processors
# helps. Adding is simply too little work for so many bytes.
#
# A useful question before you parallelize anything: **how much work is there for each byte that moves?**
#
# ## Numbers in shared memory
#
# The cheapest byte is the one that stays. `Value` makes one number that can be given to a child, `Array` several of the same kind: `"i"` for whole numbers,
# `"d"` for floats.

# %%
predict(
    "The child writes into both. What does the parent see afterwards?",
    "(0, [1.0, 2.0])", "(7, [1.0, 2.5])",
)

# %%
def write(number, numbers):
    number.value = 7
    numbers[1] = 2.5


number = Value("i", 0)
numbers = Array("d", [1.0, 2.0])
child = Process(target=write, args=(number, numbers))
child.start()
child.join()
print((number.value, numbers[:]))

# %% [markdown]
# In unit 01 the child had a copy, and its balance was its own. Here nothing was sent, and nothing came back: there is **one** number, and both
# have it. It is in **shared memory**: the system can show the same piece of memory to several processes, and what one writes there, the others read.
#
# What does it cost to touch it? A `Value` has a lock, so that nobody reads a half-written number. A `RawValue` has none.

# %%
predict(
    "How many times as long as with a plain int does += 1 take with a Value?",
    unit="times",
)

# %%
class Plain:
    value = 0


def add_many(counter):
    for _ in range(100_000):
        counter.value += 1


without_sharing = milliseconds(add_many, Plain())
for name, counter in [("RawValue", RawValue("i", 0)), ("Value", Value("i", 0))]:
    took = milliseconds(add_many, counter)
    times = took / without_sharing
    print(f"{name:>8}: {took * 10:4.0f} ns for each, {times:.0f} times as long")

# %% [markdown]
# Nothing is sent, and yet it is not free: each access goes through the lock, once to read and once to write. So do not count in a `Value`; count in a variable,
# and write the sum into the `Value`.
#
# (Two processes that do `value += 1` on one `Value` lose some of the ones, lock or not, since others can come between the read and the write. That is unit
# 05. Further down you will see the first case.)
#
# ## Arrays in shared memory
#
# For large data there is `SharedMemory`: a piece of memory that has a size and a **name**. Whoever knows the name can attach it. NumPy makes an array on
# its bytes, without copying.

# %%
predict("What is sent to the child in the next cell: about how many bytes?", unit="bytes")

# %%
def double_all(name, length):
    memory = SharedMemory(name)
    array = np.frombuffer(memory.buf, dtype="f8", count=length)
    array *= 2
    del array
    memory.close()


memory = SharedMemory(create=True, size=8 * 1_000_000)
shared = np.frombuffer(memory.buf, dtype="f8", count=1_000_000)
shared[:] = 3

child = Process(target=double_all, args=(memory.name, len(shared)))
child.start()
child.join()
print("the first numbers now:", shared[:4].tolist())
data = pickle.dumps((memory.name, len(shared)))
print(f"what travels: {len(data)} bytes, the name {memory.name} and a length")

# %% [markdown]
# Not eight million bytes, but some dozens: the name. The child made its own array on the same bytes, doubled the numbers, and the parent has them, in place.
#
# The price is paid once, when the data are put there. And if they are *made* there, for instance read from a file into the shared array, it is not paid at all.

# %%
copied = milliseconds(np.copyto, shared, array)
pickled = milliseconds(pickle.dumps, array)
print(f"copy 8 MB into shared memory: {copied:.1f} ms")
print(f"pickle them: {pickled:.1f} ms, and then the pipe is still to come")
del shared
memory.close()
memory.unlink()

# %%
# exercise: row_sums

# %% [markdown]
# ## Who cleans up
#
# At the end of that cell stood two calls.
#
# - `close()`: **I** do not need it any more. Every process that has it calls this.
# - `unlink()`: **nobody** needs it any more, remove the name. One process calls this, once.
#
# Are they needed, where all that a process has goes when it ends? A child makes some shared memory, tells us its name, and ends without either.

# %%
def is_there(name):
    try:
        SharedMemory(name).close()
        return True
    except FileNotFoundError:
        return False


def make_and_forget(connection):
    memory = SharedMemory(create=True, size=1_000)
    memory.buf[0] = 42
    connection.send(memory.name)


# %%
predict("Its process has ended. Is the memory still there?", "True", "False")

# %%
ours, theirs = Pipe()
child = Process(target=make_and_forget, args=(theirs,))
child.start()
name = ours.recv()
child.join()
print("still there:", is_there(name))

# %% [markdown]
# Still there: a process's own memory goes with it, shared memory belongs to nobody. And it would be there after a hundred such calls, until memory is full. (On Windows it goes with the last process that has it open.)
#
# Python has a safety net: a small process, the **resource tracker**, that notes every name and removes what is left when your program ends, with a warning
# about "leaked shared_memory objects". Do not rely on it. It comes too late for a program that runs for weeks. And it is too eager for another *program* (not a child) that only attaches: at the
# end of that program the memory is removed below everybody's feet. From Python 3.13 on, `SharedMemory(name, track=False)` prevents it.

# %%
forgotten = SharedMemory(name)
print("what the child wrote:", forgotten.buf[0])
forgotten.close()
forgotten.unlink()
print("still there:", is_there(name))

# %% [markdown]
# And the opposite mistake: closed too early. There are two ways to make an array on shared bytes. They look alike, and after `close()` they differ. Both are tried in a child, where
# an accident costs nothing.

# %%
predict(
    "The array is read after close(). What does np.ndarray(buffer=...) do?",
    "it raises an exception", "it gives zeros", "it kills the process",
)

# %%
def read_after_close(way):
    memory = SharedMemory(create=True, size=80)
    if way == "frombuffer":
        array = np.frombuffer(memory.buf, dtype="f8")
    else:
        array = np.ndarray(10, dtype="f8", buffer=memory.buf)
    memory.unlink()
    try:
        memory.close()
    except BufferError as error:
        print(f"BufferError: {error}")
    print("sum:", array.sum())
    del array
    memory.close()


for way in ["frombuffer", "ndarray"]:
    child = Process(target=read_after_close, args=(way,))
    child.start()
    child.join()
    print(f"{way}: exit code {child.exitcode}\n")

# %% [markdown]
# - `np.frombuffer` keeps hold of the memory. `close()` raises **BufferError** while the array is there: delete the array first (`del array`). A nuisance, and
#   a safe one.
# - `np.ndarray(..., buffer=memory.buf)` does not keep hold. `close()` takes the bytes away below the array, and the next look at it ends the process with signal 11, a segmentation
#   fault (exit code -11): no exception, no traceback, in a notebook a dead kernel.
#
# So either use `np.frombuffer`, or make sure by construction that nobody uses the array after `close()`. What is made for "afterwards, in any case" is a **context manager**:
# `with` a block in which the array may be used, and at its end the memory is closed and unlinked, also if an exception ends it.

# %%
# exercise: shared_array

# %% [markdown]
# ## Counting together
#
# Two processes count into one shared array. `explore` runs the program in every order in which the steps of its processes can come, every **interleaving**, and
# says how many there are and what came out. (It uses tiny inputs; unit 05 is about it.)

# %%
predict(
    "Each of two processes counts one 0. What can stand in the array then?",
    "2 only", "1 or 2", "0, 1 or 2",
)

# %%
def count_into(shared, values):
    for value in values:
        shared[value] += 1


def two_count():
    shared = Array("i", 1)
    counters = [Process(target=count_into, args=(shared, [0])) for _ in range(2)]
    for counter in counters:
        counter.start()
    for counter in counters:
        counter.join()
    return shared[0]


print(explore(two_count))

# %% [markdown]
# In most of the interleavings one is lost: both read 0, and both write 1. The array's own lock guards the read and the write, each by itself, and not the two
# together.
#
# You could take the lock around both, for every value. It would be right, and slower than counting alone: a lock costs ten times as much as an addition, and
# while one has it, the others wait.
#
# The better way needs no lock at all: **let each count on its own, and add up at the end.** What is not shared cannot be
# fought for. This is the oldest trick of parallel programming, and often all of it.
#
# There is one more reason, which you cannot see in Python, but in every faster language. A processor does not fetch bytes from memory but *lines* of 64 bytes, and while one core
# writes to a line, no other core may have it. Two counters side by side are in one line, and so two cores that write each its own counter take the line away from each other, although they share
# nothing: **false sharing**. It can cost a factor of ten. Counts in a process's own memory do not have it.

# %%
# exercise: histogram

# %% [markdown]
# ## Reading while others write
#
# Many programs go in steps: in each step every cell of a grid becomes something that depends on its neighbours (weather, heat, the game of life). A process for each cell, or for each block of cells; all
# of them read their neighbours' old values and write their own new one.
#
# Three cells, `[1, 10, 100]`. Each adds its left neighbour. Right is `[1, 11, 110]`.

# %%
predict("All are in one array. How many different results can come out?", unit="results")

# %%
def add_left(cells, place):
    cells[place] = cells[place] + cells[place - 1]


def one_step():
    cells = Array("i", [1, 10, 100])
    adders = [Process(target=add_left, args=(cells, place)) for place in (1, 2)]
    for adder in adders:
        adder.start()
    for adder in adders:
        adder.join()
    return cells[:]


print(explore(one_step))

# %% [markdown]
# Two: who reads its neighbour too late reads the *new* value, and the last cell is 111. No lock helps: the trouble is not that two write at once but *when* one reads.
#
# The cure is a second array. **Read one, write the other**; then old values stay as they are for as long as anybody wants to read them. In the next step the two change roles. This is called a
# *double buffer*; your screen is drawn by one.
#
# One thing is left: nobody may begin the next step before everybody has done this one. For this there is `Barrier(n)`. `barrier.wait()` waits until n processes wait, then lets all of them go on, and can be used
# again. Is one needed here?

# %%
predict(
    "Two steps with two arrays. Without a barrier, how many different results can come out?",
    "only one", "two", "three or more",
)

# %%
def add_left_twice(buffers, place, barrier):
    for step in range(2):
        old, new = buffers[step % 2], buffers[1 - step % 2]
        new[place] = old[place] + (old[place - 1] if place > 0 else 0)
        if barrier is not None:
            barrier.wait()


def two_steps(waiting):
    buffers = [Array("i", [1, 0, 0]), Array("i", 3)]
    barrier = Barrier(3) if waiting else None
    adders = []
    for place in range(3):
        adders.append(Process(target=add_left_twice, args=(buffers, place, barrier)))
    for adder in adders:
        adder.start()
    for adder in adders:
        adder.join()
    return buffers[0][:]


without, within = explore(two_steps, False), explore(two_steps, True)
some = sorted(without.results)[:3]
print(f"without a barrier: {len(without.results)} results, such as {some}")
print(f"with a barrier:    {len(within.results)} result, {list(within.results)}")

# %% [markdown]
# With a barrier there is one result, in every interleaving. Without it a fast process reads what a slow one has not written yet, or writes what
# a slow one has not read yet.

# %%
# exercise: double_buffer

# %% [markdown]
# ## A Manager
#
# What if you want to share a *dict*? Python objects cannot lie in shared memory. A `Manager` is a process of its own that keeps them, and gives out **proxies**: whoever calls a method of a proxy sends a message to
# the manager, which calls it on the real thing and sends the result back. So it is messages again, made comfortable.

# %%
predict("How many microseconds does d['x'] += 1 take on a Manager's dict?", unit="µs")

# %%
def add_in(d):
    for _ in range(500):
        d["x"] += 1


manager = Manager()
shared_dict = manager.dict(x=0, basket=["apple"])
took = milliseconds(add_in, shared_dict)
print(f"{took / 500 * 1000:.0f} µs each")

# %% [markdown]
# A hundred times as much as with a `Value`, or more: it is two calls, one that reads and one that writes, each there and back. (And between the two, another process can come.)
#
# One more surprise:

# %%
predict(
    "A pear is appended to the basket in the dict. What is in the basket then?",
    "['apple', 'pear']", "['apple']",
)

# %%
shared_dict["basket"].append("pear")
print(shared_dict["basket"])
manager.shutdown()

# %% [markdown]
# `shared_dict["basket"]` is a call that gives a **copy** of the basket. The pear goes into the copy, and the copy goes nowhere. Put back what you have changed: `basket = d["basket"]; basket.append("pear");
# d["basket"] = basket`.
#
# ## What it means in practice
#
# | You have | Take |
# | --- | --- |
# | small messages, much work for each | a queue or a pool; do not think of memory at all |
# | a number that all update | own counts, added at the end; a `Value` with its lock if they must see it meanwhile |
# | a large array that all read or write | `SharedMemory` and NumPy; or a file and `np.memmap`, which is the same with a path for a name |
# | a dict that is seldom used by all | a `Manager` |
#
# PyTorch's data loaders hand over tensors in shared memory, joblib gives large arrays to its workers by `memmap`, and pickle itself can, from protocol 5 on, leave the bytes of large arrays out of the pickle, "out of
# band", and hand them over by another way. On Linux shared memory is in `/dev/shm`, and containers often have only 64 MB of it: the symptom is *Bus error*.
#
# **To read on.** The Python documentation, *multiprocessing.shared_memory*, and *multiprocessing*, "Sharing state between processes" and "Managers". PEP 574 (pickle protocol 5), section "Rationale".
# P. E. McKenney, *Is Parallel Programming Hard, And, If So, What Can You Do About It?* (free), chapter 3 (what memory costs) and chapter 5 (counting). J. Hennessy and D. Patterson, *Computer Architecture*, 6th
# edition, chapter 5 on thread-level parallelism (cache lines, true and false sharing).
#
# ## What you know now
#
# - Moving costs in proportion to the bytes, four copies of them. Ask how much work there is for each byte.
# - Shared memory does not move. It has a name; whoever knows it can attach it.
# - `close()` everybody, `unlink()` one, in a `finally` or a context manager. An array must not be used after `close()`.
# - Count on your own, add at the end.
# - Read one array, write the other, and wait for all in between.
#
# How much work should there be in one task, then? That is [the next unit](../04-pools/04-pools.ipynb).
