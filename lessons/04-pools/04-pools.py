# %% [markdown]
# # Pools
#
# **The question of this unit: how large should a task be?**
#
# You have built `parallel_map`: workers, a queue of tasks, a queue of results. Python brings it along twice, as `Pool` and as `ProcessPoolExecutor`. So what is left to decide is
# small and matters much: what is *one task*? One item, ten, a thousand? And what happens when a task fails, when you need only one answer, when a worker dies?
#
# Contents: two pools · the price of a task · chunks · what a Pool chooses · exceptions · stopping early · a worker that dies · chunks of different sizes.
#
# You will build `map_in_chunks`, `first_match`, `retry_dead_workers` and `adaptive_chunks`.

# %%
# %load_ext lockstep

# %%
import os
import signal
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import Pool, TimeoutError

from lockstep import predict, simulate, work

# %% [markdown]
# ## Two pools
#
# Both have workers that wait for tasks. `Pool` is the older one. `ProcessPoolExecutor` gives a **future** for each task: a thing that will have the result some time. `future.result()` waits for it.

# %%
predict(
    "How many different processes will do the eight tasks, in each of the two?",
    unit="processes",
)

# %%
def who_am_i(item):
    time.sleep(0.05)
    return os.getpid()


with Pool(2) as pool:
    print("Pool:    ", len(set(pool.map(who_am_i, range(8), chunksize=1))), "processes")

with ProcessPoolExecutor(2) as executor:
    futures = [executor.submit(who_am_i, item) for item in range(8)]
    print("executor:", len({future.result() for future in futures}), "processes")

# %% [markdown]
# Two, for eight tasks. A worker is started once and does many tasks; that is the point of a pool. Unit 01 measured what a process costs: far more than a small task.
#
# They end differently. Leaving `with Pool(...)` **terminates** the workers, whatever they do. Leaving `with ProcessPoolExecutor(...)` **waits** until all is done. Keep it in mind; it will matter twice.
#
# ## The price of a task
#
# A task goes there as a message, and its result comes back as one. How much is that? Here the function does next to nothing, so that what you see is nearly all price.

# %%
predict(
    "10,000 tiny tasks, one message each: how many times as long as a loop does a Pool take?",
    unit="times",
)

# %%
def increment(number):
    return number + 1


def seconds(function, *arguments):
    began = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - began


def one_by_one(pool, number):
    return list(pool.imap(increment, range(number)))


with Pool(2) as pool:
    one_by_one(pool, 100)  # so that the workers are there
    alone = seconds(lambda: [increment(number) for number in range(10_000)])
    in_pool = seconds(one_by_one, pool, 10_000)
print(f"loop: {alone / 10_000 * 1e6:.2f} µs for each")
print(f"Pool: {in_pool / 10_000 * 1e6:.0f} µs for each")
print(f"{in_pool / alone:.0f} times as long")

# %% [markdown]
# Tens of microseconds or more for each task, and with every worker you add, still no less: the parent has to send them all. **A task should take much longer than its message.** A millisecond is a good beginning.
#
# ## Chunks
#
# What if your items are small? Then put many of them into one task, a **chunk**: one message there, one back, for all of them. `chunksize` does it.

# %%
predict(
    "The same 10,000 items in chunks of 1,000: how many times as long as the loop?",
    unit="times",
)

# %%
with Pool(2) as pool:
    one_by_one(pool, 100)
    alone = seconds(lambda: [increment(number) for number in range(10_000)])
    for size in [1, 10, 100, 1_000]:
        took = seconds(lambda: pool.map(increment, range(10_000), chunksize=size))
        times = f"{took / alone:6.1f} times as long as the loop"
        print(f"chunks of {size:5,}: {took * 1000:7.1f} ms, {times}")

# %% [markdown]
# Each factor of ten in the size takes away most of the price, until what remains is the bytes of the numbers themselves. For so tiny a function it is never worth it: the loop stays ahead. Measure before you parallelize.

# %%
# exercise: map_in_chunks

# %% [markdown]
# ## How large?
#
# Two workers, two chunks, two messages: cheaper it cannot be. But look at *when* the workers are done. 16 items; the later ones take longer, from 1 second to 16. `simulate` runs it on four virtual cores, and `work` says how long an item computes. (`costs="ideal"`:
# nothing but `work` takes time. Further down it is `costs="laptop"`, and a message costs what it costs on a laptop.)

# %%
predict("Four workers. With which size of chunks is all done first?", "1", "2", "4")

# %%
def compute(item):
    work(item)
    return item


def mapped(items, workers, size):
    with Pool(workers) as pool:
        return pool.map(compute, items, chunksize=size)


for size in [1, 2, 4]:
    found = simulate(mapped, list(range(1, 17)), 4, size, cores=4, costs="ideal")
    busy = [round(seconds) for name, seconds in found.busy.items() if name != "main"]
    print(f"chunks of {size}: {found.makespan:4.0f} s; the workers compute {busy}")

# %% [markdown]
# All together the items take 136 seconds, so that four workers need at least 34. With chunks of 4 somebody has the four most expensive items, 58 seconds, and the others wait. Small chunks let whoever is free take the next one, and the
# loads come out nearly even.
#
# So there are two forces. **Small chunks cost messages. Large chunks cost balance.** Between them is a wide valley, and any size in it will do:

# %%
predict(
    "500 items of about a millisecond on 4 cores: which size is the worst?",
    "1", "10", "125",
)

# %%
def computing_long(item):
    work(0.0002 + item * 0.0000032)
    return item


def mapped_long(number, workers, size):
    with Pool(workers) as pool:
        return sum(pool.map(computing_long, range(number), chunksize=size))


for size in [1, 10, 30, 125]:
    found = simulate(mapped_long, 500, 4, size, cores=4, costs="laptop")
    took = f"{found.makespan * 1000:5.0f} ms, {found.messages:5,} messages"
    print(f"chunks of {size:3}: {took}, {found.parallelism:.1f} cores busy on average")

# %% [markdown]
# 125, where the last worker has all the expensive items. Between 1 and 30 there is little difference, because a millisecond is already much more than a message.
#
# ## What a Pool chooses
#
# If you say nothing, `Pool.map` makes **four chunks for each worker**. `Pool.imap` and the executor's `map` take **chunks of one**. For small items that is the difference between fast and hopeless.

# %%
predict(
    "10,000 items and 2 workers, nothing said: how many chunks does Pool.map make?",
    unit="chunks",
)

# %%
def mapped_as_it_likes(number):
    with Pool(2) as pool:
        return len(pool.map(increment, range(number)))


found = simulate(mapped_as_it_likes, 10_000, cores=2, costs="ideal")
print(found.messages // 2, "chunks, each with one message there and one back")

# %% [markdown]
# Eight. Four for each worker is a compromise between the two forces, for somebody who does not know your items. You do.
#
# ## An exception
#
# In `parallel_map` you had to catch it in the worker and send it back. The pools do the same.

# %%
predict(
    "One task of six raises. What does pool.map give?",
    "the other five results", "nothing but the exception",
)

# %%
def inverse(number):
    return 1 / number


with Pool(2) as pool:
    try:
        print(pool.map(inverse, [4, 2, 1, 0, 2, 4], chunksize=1))
    except ZeroDivisionError as error:
        print("ZeroDivisionError:", error)

with ProcessPoolExecutor(2) as executor:
    futures = [executor.submit(inverse, number) for number in [4, 2, 1, 0, 2, 4]]
    print([future.exception() or future.result() for future in futures])

# %% [markdown]
# `map` is all or nothing: one exception, and five good results are lost with it. With **one future for each task** you lose only what failed. For anything that takes hours, use futures (or let the function itself return what went wrong).
#
# One trap is worth knowing. The exception travels as a pickle, and is made anew in the parent from its arguments. An exception class whose `__init__` wants two arguments, and gives one to `super().__init__`, cannot be made anew. In a Pool
# this kills the thread that collects results, and `map` waits for ever. Let your exceptions be plain.
#
# ## Stopping early
#
# You look for one item, and have found it. What of the rest? `future.cancel()` looks like the answer. Ten tasks of 0.3 seconds, two workers; after the first result all others are cancelled.

# %%
predict(
    "Nine others are cancelled. For how many does cancel() say that it has worked?",
    unit="tasks",
)

# %%
def wait_a_little(item):
    time.sleep(0.3)
    return item


with ProcessPoolExecutor(2) as executor:
    futures = [executor.submit(wait_a_little, item) for item in range(10)]
    futures[0].result()
    cancelled = sum(future.cancel() for future in futures[1:])
    began = time.perf_counter()
left = time.perf_counter() - began
print(f"cancelled: {cancelled}; then leaving the block took {left:.1f} s")

# %% [markdown]
# Not nine. What runs cannot be cancelled, nor what lies in the queue to the workers already. `cancel()` returns `False` for these, and leaving the block waits for them. **To cancel takes tasks out of the line. It stops no
# computation.**
#
# The same ten tasks, now in a `Pool`. After the first result its block is left.

# %%
predict("After how many seconds is it over with a Pool?", "about 0.3", "about 1.5")

# %%
began = time.perf_counter()
with Pool(2) as pool:
    for item in pool.imap_unordered(wait_a_little, range(10)):
        break
print(f"the first is {item}; left after {time.perf_counter() - began:.1f} s")

# %% [markdown]
# What does stop a computation is the end of its process, as in unit 01. `Pool.terminate()`, and so leaving `with Pool`, ends all workers at once. (From Python 3.14 on an executor has `terminate_workers()` and `kill_workers()`.)

# %%
# exercise: first_match

# %% [markdown]
# ## A worker that dies
#
# A task may take its worker along: the system kills a process when memory is short, a library crashes, somebody calls `os._exit`. Nobody is left to say what happened.
#
# The Pool first. (The time limit is ours.)

# %%
predict(
    "A task kills its worker. What does the Pool do?",
    "it raises an exception", "it repeats the task", "it waits for ever",
)

# %%
def die_at_three(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * 10


with Pool(2) as pool:
    waiting = pool.map_async(die_at_three, range(6), chunksize=1)
    try:
        print(waiting.get(timeout=2))
    except TimeoutError:
        print("nothing after 2 seconds: the Pool waits for a result that nobody will send")

# %% [markdown]
# It waits for ever: without our time limit the cell would not end. The Pool notices the death and starts a new worker, but it does not know which task the dead one had. So **give every `get` of a Pool a time limit** if a worker can die. (The same happens when a task calls
# `sys.exit()`: the worker ends in good order, and the task is lost.)
#
# And the executor?

# %%
predict("How many of the six futures have a result?", unit="futures")

# %%
with ProcessPoolExecutor(1) as executor:
    futures = [executor.submit(die_at_three, number) for number in range(6)]
    for number, future in enumerate(futures):
        error = future.exception()
        print(number, "broken" if isinstance(error, BrokenProcessPool) else future.result())
    try:
        executor.submit(die_at_three, 0)
    except BrokenProcessPool:
        print("and it takes no more tasks")

# %% [markdown]
# Three. An executor that loses a worker is **broken**: every future that is not done raises `BrokenProcessPool`, those of innocent tasks too, and no new task is taken. That is honest, and you can go on from there: what was done is done, for the rest you make a new executor.
#
# In all Python versions up to 3.15 it is so: the Pool hangs, the executor breaks. What differs is `max_tasks_per_child`, which lets a worker retire after so many tasks: with it an executor can hang on Python 3.11, 3.12 and the first releases of
# 3.13 (mended in 3.13.18 and 3.14.10).

# %%
# exercise: retry_dead_workers

# %% [markdown]
# ## Chunks of different sizes
#
# Back to the size. Small chunks cost messages, large ones balance. But balance is decided at the **end**: a large chunk does no harm as long as enough is left for the others to do meanwhile. So begin with large chunks and
# make them smaller and smaller. Each takes a part of *what is left*:

# %%
predict(
    "100 items, 2 workers, each chunk a quarter of what is left: how many chunks is that?",
    unit="chunks",
)

# %%
def sizes(number, workers):
    while number > 0:
        size = -(-number // (2 * workers))  # rounded up
        yield size
        number -= size


print(list(sizes(100, 2)), "are", len(list(sizes(100, 2))), "chunks")

# %% [markdown]
# 14 in the place of 100, and the last ones are as small as can be. Is it any good? 100 items that become more and more expensive, on 4 cores:

# %%
predict(
    "Which one needs the least time?",
    "4 equal chunks", "15 equal chunks", "large ones first",
)

# %%
def compute_chunk(items):
    for item in items:
        work(item)
    return len(items)


def in_these_chunks(items, lengths):
    chunks, begin = [], 0
    for length in lengths:
        chunks.append(items[begin : begin + length])
        begin += length
    with Pool(4) as pool:
        return sum(pool.imap_unordered(compute_chunk, chunks))


items = list(range(1, 101))
for name, lengths in [
    ("4 equal chunks", [25] * 4),
    ("15 equal chunks", [7] * 14 + [2]),
    ("large ones first", list(sizes(100, 4))),
]:
    found = simulate(in_these_chunks, items, lengths, cores=4, costs="ideal")
    least = sum(items) / 4
    print(f"{name:>16}: {found.makespan:5.0f} s, {len(lengths):2} chunks; at best {least:.0f} s")

# %% [markdown]
# This is called **guided self-scheduling**: *self*, since nobody plans who does what; each takes the next chunk when it is free. OpenMP has it as `schedule(guided)`, next to `static` (equal shares beforehand) and `dynamic` (small chunks of one size).
#
# A quarter of the *items* is not a quarter of the *work*. If you know what items cost, or can guess it from a file's size, for instance, count that.
# Count the cost that is left, not the items. And keep small chunks for the end all the same, because a guess is a guess.

# %%
# exercise: adaptive_chunks

# %% [markdown]
# ## What it means in practice
#
# - Begin with `ProcessPoolExecutor`: it tells you when a worker dies. Take a `Pool` when you want `imap_unordered`, `initializer` with little ceremony, or to terminate.
# - Aim at tasks between some milliseconds and a second. Shorter: chunks. Longer: they are hard to balance, and a retry costs much.
# - Large data that all tasks need: once for each worker, with `initializer`, or in shared memory (unit 03), and not in every task.
# - `Executor.map` reads *all* its input before you get the first result. From Python 3.14 on `buffersize=` limits that; before, use your own bounded queue (unit 02) for what does not fit into memory.
# - joblib, Dask and Ray have the same knobs under other names: `batch_size`, partitions, blocks.
#
# **To read on.** The Python documentation, *multiprocessing*, "Process Pools", and *concurrent.futures*, "ProcessPoolExecutor". C. Polychronopoulos and D. Kuck, *Guided Self-Scheduling*, IEEE Transactions on Computers C-36 (1987).
# M. McCool, A. Robison, J. Reinders, *Structured Parallel Programming*, the chapter on the map.
#
# ## What you know now
#
# - A task should take much longer than its message.
# - Small chunks cost messages, large ones balance; large first and small last costs little of both.
# - `map` is all or nothing; futures fail one by one.
# - To cancel takes out of the line; only the end of a process stops a computation.
# - When a worker dies, a Pool waits for ever and an executor is broken. Keep what is done, and begin anew with the rest.
#
# So far nobody was in anybody's way: processes sent, or each had its own. In [the next unit](../05-races/05-races.ipynb) two of them come to the same number at the same time.
