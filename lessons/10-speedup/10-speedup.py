# %% [markdown]
# # Speed-up
#
# **The question of this unit: how much faster can it get?**
#
# Twice as many workers, half the time. That would be fine, and it is hardly ever so. This unit measures what really
# happens, finds out what is in the way, and says before you buy a bigger machine whether it would help.
#
# Contents: how many CPUs you have · a pool of workers · measuring · fair shares · two laws · what a measurement says
# about the serial part · a third law · work and span · virtual cores · balance.
#
# You will build `split`, `amdahl`, `karp_flatt`, `work_and_span` and `count_primes`.

# %%
# %load_ext lockstep

# %%
from itertools import pairwise
from multiprocessing import Pool, Process, current_process

from lockstep import laws, predict, simulate, speedup, timeline, usable_cpus, work

# %% [markdown]
# ## How many CPUs do you have?
#
# Not as many as the label says. A process can be kept to some of the cores, and a container to a share of them. So
# a machine of 64 cores may give you one and a half.

# %%
predict("How many CPUs may you use here?", unit="CPUs")

# %%
print(usable_cpus())

# %% [markdown]
# This is what the system *promises*. Other programs run too, and what is left for you is another matter: you have to
# measure it.
#
# ## A pool of workers
#
# To start a process for everything that is to be done is expensive, and there may be thousands of tasks. A **pool** (unit 04) starts its workers
# once, and gives them one task after another.
#
# - `Pool(3)` starts three workers.
# - `pool.map(f, items)` calls `f(item)` for every item, in some worker, and returns a list of the results.
# - `pool.starmap(f, pairs)` does the same for functions of several parameters: `f(*pair)`.
# - `pool.imap_unordered(f, items)` gives out each result as soon as it is there.

# %%
predict("Are the squares in order?", "yes", "no", "now and then")

# %%
def square_and_name(number):
    return number * number, current_process().name


with Pool(3) as pool:
    results = pool.map(square_and_name, range(8))
    pool.close()
    pool.join()

print("squares:", [square for square, _ in results])
print("workers:", len({name for _, name in results}))

# %% [markdown]
# They are, whoever computed them and whenever. The number of workers is between one and three: a task so small may be done before another worker
# has started. Which worker does what is not yours to say.
#
# Two lines at the end need a word. `close` says that no more tasks will come, and `join` waits until the workers have gone
# home. Without them the end of `with` *kills* the workers, and one that is in the middle of something does not come to its end.
#
# ## Measuring
#
# The **speed-up** on P workers is
#
# > the time of the best serial program, divided by the time with P workers.
#
# Here is work that is easy to share: adding up many squares. Each worker takes a part, and no two of them have to talk.
#
# You may have one CPU or two. So that you see more than a beginning, the next cell also **simulates** the program on up to 32 cores. It runs
# on one core, everything that the workers compute is timed, and the times are put beside one another on cores that you need not have.
# What starting a process costs is taken from a usual laptop (`costs="laptop"`), so that a busy moment of your machine does not get into it. It takes
# some seconds.

# %%
predict("What is the speed-up with 8 workers on 8 cores?", unit="times")

# %%
def squares_between(start, stop):
    total = 0
    for number in range(start, stop):
        total += number * number
    return total


def add_squares(n, workers):
    bounds = [n * worker // workers for worker in range(workers + 1)]
    with Pool(workers) as pool:
        parts = pool.starmap(squares_between, pairwise(bounds))
        pool.close()
        pool.join()
    return sum(parts)


def add_squares_serially(n):
    return squares_between(0, n)


curve = simulate.curve(
    add_squares, 20_000_000, cores=[1, 2, 4, 8, 16, 32], serial=add_squares_serially, costs="laptop"
)
speedup(
    add_squares, 20_000_000, serial=add_squares_serially, seconds=1.5, simulated=curve, elsewhere="add_squares"
)

# %% [markdown]
# Green and dashed is what was simulated. It begins near the grey line, the ideal: P times as fast on P workers. Then it gets flat: each worker has
# less to do, and costs as much to start as any other.
#
# Blue is what was measured, on the CPUs that you really have. Each round runs the serial program and every number of workers, in a random order, so that
# a busy moment does not hit one of them alone. A point is the median of the rounds. Its bar says where the true value probably is.
#
# Read the sentence below the picture. It may say **too busy to tell**. Then other programs had the processor while we
# measured, and there is no blue curve: it would be about them and not about your program. That is an answer, and
# an honest one. Close what is running and try again.
#
# With one CPU, blue ends where it begins, a little below 1. One core cannot be shared out, and the pool costs something. The simulated curve does not mind: it
# goes by CPU time, and not by the clock.
#
# ## Fair shares
#
# `add_squares` divides its numbers by a formula that you may have skipped. What does a simpler one do with 11 items for 4 workers? Each gets `11 // 4` of them.

# %%
predict("How many of the 11 items does nobody get?", unit="items")

# %%
n, workers = 11, 4
size = n // workers
shares = [(worker * size, (worker + 1) * size) for worker in range(workers)]
print("shares:", shares)
print("lost:  ", n - sum(stop - start for start, stop in shares))

# %% [markdown]
# The division leaves 3 over, and the items 8, 9 and 10 are lost. No error tells you. Giving all of them to the last
# worker is correct and unfair: it has 5 items where the others have 2, and everybody waits for it.

# %%
# exercise: split

# %% [markdown]
# ## Two laws
#
# In 1967 Gene Amdahl asked: what if a part of the program cannot be shared? Reading the input, say, or writing the
# result. Let it be a tenth of the time, and the rest divide perfectly.

# %%
predict("What is the speed-up on 1000 cores, if a tenth is serial?", unit="times")

# %%
for p in [1, 10, 100, 1000]:
    print(f"{p:>5} cores: {float(laws.amdahl(p, serial=0.1)):6.2f}")

# %% [markdown]
# 5.26 on ten, and even a thousand cores stay below 10. The reason needs no formula: the serial tenth takes its tenth of
# the time, however many cores stand by and watch.
#
# John Gustafson answered in 1988: nobody buys a thousand cores for the same problem. They take a *larger* problem, that
# keeps the machine busy for as long as before. Now a tenth of *this* time is serial, and in the rest all cores compute.

# %%
predict("How many times the work is that on 1000 cores?", unit="times")

# %%
for p in [1, 10, 100, 1000]:
    print(f"{p:>5} cores: {float(laws.gustafson(p, serial=0.1)):6.1f}")

# %% [markdown]
# 9.1 on ten, and 900.1 on a thousand. The two do not contradict each other. Their question is different: **how much
# sooner** (the same work, *strong scaling*), or **how much more** (work that grows with P, *weak scaling*).

# %%
# exercise: amdahl

# %% [markdown]
# The second question can be asked of a program as well: each number of workers gets so many times the work. Let one worker add up one million
# squares, two workers two million, 32 workers 32 million. The **scaled speed-up** is how many times the work is done in the same time.

# %%
predict(
    "Take 32 workers. Is the scaled speed-up above or below the simulated one that you saw?",
    "above", "below", "the same",
)

# %%
alone = simulate(add_squares_serially, 1_000_000, cores=1, costs="laptop").makespan
scaled = []
for p in [1, 2, 4, 8, 16, 32]:
    seconds = simulate(add_squares, 1_000_000 * p, p, cores=p, costs="laptop").makespan
    scaled.append((p, p * alone / seconds))
    print(f"{p:>2} workers: {scaled[-1][1]:4.1f} times the work")
print(f"before: {curve.at(32).speedup:.1f} times as fast")
speedup(
    add_squares, 1_000_000, serial=add_squares_serially, seconds=1, scaling="weak", simulated=scaled
)

# %% [markdown]
# Above. Each worker costs as much to start as before, and now brings work of its own. So the line goes on rising where the other bent.
#
# ## What a measurement says about the serial part
#
# Now the other way round. You measure a speed-up of 3 on 4 cores. If Amdahl's law were the whole story, how much of the
# program would be serial? This is the **Karp-Flatt** measure.

# %%
predict(
    "A speed-up of 3 on 4 cores. Which fraction of the program would be serial, from 0 to 1?",
    unit="",
)

# %%
print(f"{float(laws.karp_flatt(3, 4)):.3f}")

# %% [markdown]
# 0.111, a ninth. The interesting thing is what this share does when P grows. Here are the speed-ups of two imaginary programs. They are equal on 4 cores.
#
# | cores | slow start | talkative |
# | --- | --- | --- |
# | 2 | 1.82 | 1.90 |
# | 4 | 3.08 | 3.08 |
# | 8 | 4.71 | 4.00 |

# %%
predict(
    "In which of the two does the serial share grow with the number of cores?",
    "slow start", "talkative", "both", "neither",
)

# %%
programs = {"slow start": {2: 1.82, 4: 3.08, 8: 4.71}, "talkative": {2: 1.90, 4: 3.08, 8: 4.00}}
for name, speedups in programs.items():
    shares = [f"{float(laws.karp_flatt(ratio, p)):.3f}" for p, ratio in speedups.items()]
    print(f"{name:>10}: {', '.join(shares)}")

# %% [markdown]
# In the first program the share stays at about 0.10: a tenth of it is serial, and Amdahl's law explains the curve. In
# the second it grows with P. That is no serial part. It is **overhead**: starting, talking, waiting, more of it with
# every worker. Their speed-ups on 4 cores are the same, and the cures are not.
#
# (A share below 0 means a speed-up above P. Look at the base case before you celebrate.)

# %%
# exercise: karp_flatt

# %% [markdown]
# ## A third law
#
# By Amdahl's law a curve gets flat and never falls. Real curves do fall. Neil Gunther's **universal scalability law** (1993) has two
# prices for company:
#
# - *contention*: all want the same thing, and stand in a queue. This is the serial share of Amdahl.
# - *coherence*: everybody must hear from everybody. P workers have P (P - 1) such talks, so this price grows faster than the help.
#
# Let the contention be 5 % and the coherence 0.2 %.

# %%
predict("On how many cores is it fastest?", "about 20", "about 60", "the more the better")

# %%
for p in [1, 2, 4, 8, 16, 32, 64]:
    queueing = float(laws.amdahl(p, serial=0.05))
    talking = float(laws.universal_scalability(p, contention=0.05, coherence=0.002))
    print(f"{p:>4} cores: Amdahl {queueing:5.2f}, universal scalability {talking:5.2f}")

# %% [markdown]
# Up to 4 cores you could not tell them apart: 3.48 and 3.41. The second has its best at the square root of (1 - contention) / coherence,
# here at about 22 cores, and 64 cores are slower than 8.
#
# ## Work and span
#
# A more exact picture: a program is a set of tasks, and some need the results of others.
#
# - The **work** is the cost of all the tasks: the time on one core.
# - The **span** is the cost of the most expensive chain of tasks that need one another: the time on as many cores as you like.
#
# On P cores it can take no less than work / P, and no less than the span. And if no core is idle while a task is ready, it
# takes at most span + (work - span) / P. This is Brent's bound.
#
# Take work 100 and span 20.

# %%
predict("From how many cores on is there not much left to gain?", unit="cores")

# %%
for p in [1, 2, 5, 10, 100]:
    least, most = laws.brent(100, 20, p)
    print(f"{p:>4} cores: from {float(least):5.1f} to {float(most):5.1f}")

# %% [markdown]
# Work / span is 5. Up to about 5 cores the work is what limits you; beyond, the span does: no number of cores
# gets below 20. Then only a better algorithm helps, with a shorter chain. You will build some in the next unit.

# %%
# exercise: work_and_span

# %% [markdown]
# ## Virtual cores
#
# What did `simulate` do above? It runs a program **once**, on one core, and measures how much computing is between its operations (start, message, join).
# From this it works out when everything would happen on P cores.
#
# So that you can check it by hand, let the tasks say what they cost: `work(0.1)` stands for 0.1 s of computing. And let the machine be an ideal one,
# `costs="ideal"`, where starting a process costs nothing. The parallelism is the average number of cores that compute. Take eight tasks of 0.1 s.

# %%
predict("What is the parallelism on 16 cores?", unit="cores")

# %%
def eight_tasks():
    children = [Process(target=work, args=(0.1,)) for _ in range(8)]
    for child in children:
        child.start()
    for child in children:
        child.join()


for cores in [1, 2, 4, 8, 16]:
    found = simulate(eight_tasks, cores=cores, costs="ideal")
    print(f"cores={cores:<2} makespan {found.makespan:.2f} s, parallelism {found.parallelism:.1f}")

# %% [markdown]
# The numbers are exact: 0.80 s on one core, 0.10 s on eight, and no less on sixteen, because there are no more than eight tasks.
#
# On a machine that exists, starting and talking cost time. `simulate` measures how much on yours, unless you name another, as we did with the laptop.
# What would 128 workers bring to `add_squares`?

# %%
predict(
    "With 128 workers on 128 cores: faster or slower than with 32?",
    "faster", "slower", "the same",
)

# %%
print(curve)
many = simulate(add_squares, 20_000_000, 128, cores=128, costs="laptop")
print(f"128 cores: {many.makespan:.3f} s, parallelism {many.parallelism:.1f}")
print(f" 32 cores: {curve.at(32).makespan:.3f} s")
print(f"How far to trust the 32: {curve.at(32).accuracy}")

# %% [markdown]
# Slower. The work stays the same, every process has to be started, and one process, the parent, starts them all, one after another. From
# some number on that is all it does. The parallelism tells it, too: it stays far below the number of cores, since the first worker has done its share
# before the last one has been started.
#
# The last column of the table says how far you may trust a number: a simulation has an error, as a measurement has one. It is wider
# where programs of that kind were seen to go wrong.
#
# ## Balance
#
# One more enemy, and the most common one. Four workers, and ten tasks. The first costs 1, the second 2, and so on to the
# tenth. (A unit is 10 ms.) The workers get the tasks in contiguous blocks, or they take the next task when they have
# finished one, beginning with the most expensive. The work is 55 units, so on 4 cores it takes 14 at the least.

# %%
predict("Which is faster on 4 cores?", "contiguous blocks", "one task at a time", "both alike")

# %%
def do_block(units):
    for unit in units:
        work(unit * 0.01)


def in_blocks(bounds):
    tasks = range(1, 11)
    children = [Process(target=do_block, args=(tasks[start:stop],)) for start, stop in bounds]
    for child in children:
        child.start()
    for child in children:
        child.join()


def one_at_a_time(workers):
    with Pool(workers) as pool:
        for _ in pool.imap_unordered(do_block, [[unit] for unit in range(10, 0, -1)]):
            pass
        pool.close()
        pool.join()


blocks = simulate(in_blocks, [(0, 3), (3, 6), (6, 8), (8, 10)], cores=4, costs="ideal")
dynamic = simulate(one_at_a_time, 4, cores=4, costs="ideal")
for name, found in [("contiguous blocks", blocks), ("one task at a time", dynamic)]:
    print(f"{name:>18}: {found.makespan * 100:.0f} units, parallelism {found.parallelism:.1f}")

# %% [markdown]
# The last block has the tasks 9 and 10, which makes 19 units, and everybody has to wait for it. Look at the bars of both, blocks first:

# %%
timeline(blocks.timeline())
timeline(dynamic.timeline())

# %% [markdown]
# Above is what imbalance looks like: one bar goes on when the others have ended. Below, the bars end at about the same time. Nobody planned it: each worker took
# what was there. This is **dynamic** scheduling. It costs a message for each task, so the tasks must not be too small. A good size is somewhere
# between "one task" and "one share a worker": many more tasks than workers, each worth many messages.
#
# (`timeline(one_at_a_time, 4)` shows a real run, on your machine. With fewer than four CPUs the workers take turns, and "computing" also
# counts the time in which a worker waits for the CPU.)
#
# Now a program where you do not know the costs beforehand.

# %%
# exercise: count_primes

# %% [markdown]
# ## In practice
#
# - Compare with the **best serial program**, not with the parallel one on one worker, which pays for a pool it does not need.
# - Count everything that the program does, the start of the processes too, or say that you do not. Repeat, and show the spread: one run is no measurement.
# - Ask for the CPUs that you may use, not for those that are there: `os.process_cpu_count()` from Python 3.13 on, `len(os.sched_getaffinity(0))` on Linux
#   before. `os.cpu_count()` counts all of the machine, also where a cluster gave you four.
# - Before you ask for a larger machine: measure on 1, 2, 4 and 8 cores, and look at the Karp-Flatt share. If it grows, mend the program first.
# - Deal out more tasks than there are workers. OpenMP calls it `schedule(dynamic, chunk)`, Dask and Spark call it partitions, a few for each core.
#
# ## What you know now
#
# - A speed-up compares with the best serial program, in repeated, interleaved runs, and "too busy to tell" is a result.
# - Amdahl: the same work, and the serial share is the limit. Gustafson: work that grows with the machine.
# - Karp-Flatt tells a serial part (constant) from overhead (growing). With overhead for every pair, more cores make it slower.
# - Work / span says how many cores a program can use at all.
# - Equal numbers of items are not equal amounts of work: many small blocks, taken one after another, balance themselves.
#
# **To read on.** J. Gustafson, "Reevaluating Amdahl's Law", Communications of the ACM 31 (1988), two pages. M. McCool, A. Robison, J. Reinders, *Structured Parallel Programming* (Morgan Kaufmann, 2012), chapter 2, section 2.5 (work, span, speed-up). T. Cormen, C. Leiserson, R. Rivest,
# C. Stein, *Introduction to Algorithms*, 4th edition, chapter 26, section 26.1. N. Gunther, *Guerrilla Capacity Planning* (Springer, 2007), chapters 4 to 6 (the third law). How OpenMP shares a loop out: B. Chapman, G. Jost, R. van der Pas, *Using OpenMP* (MIT Press, 2007), section 4.5.7 (`schedule`) and chapter 5.
#
# [The next unit](../11-patterns/11-patterns.ipynb) shortens the span.
