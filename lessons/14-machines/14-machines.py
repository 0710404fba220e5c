# %% [markdown]
# # Many machines
#
# **The question of this unit: what changes when nothing is shared and messages are slow?**
#
# Up to here all processes were on one machine. They could share memory, a lock took a microsecond, and if one died, you saw it. A thousand machines share nothing. What one of them knows, another one learns by a message, and a message takes as long as ten thousand additions. Some machine is
# always slow, and now and then one is gone.
#
# Two models have lasted. **MPI** (1994): all processes run the same program, know their number, and send each other messages; weather, physics and the training of neural networks run on it. **Tasks** (Dask here; Spark, Ray are of this family): you hand out functions with
# arguments, and somebody else decides where they run, and runs them again when a machine dies.
#
# Contents: ranks · send and receive · both send first · what a message costs · tree and ring · a rank dies · tasks · a worker dies · slow machines, machines for rent.
#
# You will build `ring_exchange`, `all_reduce`, `train_together` and `distributed_word_count`.

# %%
# %load_ext lockstep

# %%
import os
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import psutil

from lockstep import explore, mpiexec, predict, simulate, work
from lockstep.page.picture import Picture


def really(program, *arguments, **options):
    """As `mpiexec`; a line where there is no MPI."""
    try:
        return mpiexec(program, *arguments, **options)
    except RuntimeError as why:
        print(why)


MPI = "mpi4py impi-rt" if os.name == "nt" else "mpi4py mpich"
DASK = find_spec("distributed") is not None
if missing := [packages for packages in (MPI, "distributed") if find_spec(packages.split()[0]) is None]:
    print("Not installed here yet. Run this in a cell of its own, restart the kernel, and begin again:")
    print("%pip install", *missing)

# %% [markdown]
# ## Ranks
#
# An MPI program is **one** function. So many processes run it, all the same lines, and each has a number, its **rank**. Where they do different things, there is an `if` on the rank. `comm`, the communicator, is what they talk through.

# %%
predict("COUNT is 0, and rank 0 sets it to 5. What is it for rank 3, after a barrier?", "5", "0", "either, by luck")

# %%
COUNT = 0


def hello(comm):
    global COUNT
    if comm.Get_rank() == 0:
        COUNT = 5
    comm.Barrier()  # all come here before one goes on
    return f"rank {comm.Get_rank()} of {comm.Get_size()}, process {os.getpid()}, COUNT is {COUNT}"


really(hello, ranks=4)

# %% [markdown]
# Nothing is shared, not even by accident. `mpiexec` has started four processes (on a cluster: on four machines, or on four thousand), and each has imported this notebook's functions. What a rank wants another one to know it has to send.
#
# ## Send and receive

# %%
predict("Two ranks hit a ball ten times there and back, and count the hits. What does rank 0 return?", unit="")

# %%
def ping_pong(comm, times):
    other = 1 - comm.Get_rank()
    ball = 0
    for turn in range(2 * times):
        if turn % 2 == comm.Get_rank():
            comm.send(ball + 1, dest=other)
        else:
            ball = comm.recv(source=other)
    return ball


really(ping_pong, 10, ranks=2)

# %% [markdown]
# As with a `Pipe`, but everybody can send to everybody. Rank 1 has hit the last ball, number 20, and rank 0 has received it. (In a file of your own it would be `from mpi4py import MPI; comm = MPI.COMM_WORLD`, and `mpiexec -n 2 python file.py` in a terminal.)
#
# ## Both send first
#
# Two ranks exchange texts. Both send, then both receive.

# %%
predict(
    "What happens, with 100 letters and with 100,000?",
    "both work", "both wait for ever",
    "the short ones work, the long ones wait", "the long ones work, the short ones wait",
)

# %%
def exchange(comm, length):
    other = 1 - comm.Get_rank()
    mine = "ab"[comm.Get_rank()] * length
    comm.send(mine, dest=other)
    return len(comm.recv(source=other))


print("100 letters:", really(exchange, 100, ranks=2))

# %% tags=["raises-exception"]
really(exchange, 100_000, ranks=2, limit=3)

# %% [markdown]
# The time limit has ended it, and for each rank you see the line in which it was: both are in `send`. MPI may keep a message until somebody wants it, and for some thousand bytes it does. For a long one it has no room; then `send` waits until the other one **receives**, and the other one is in
# its own `send`. The program was wrong from the first letter on. It was lucky with short ones, and on another machine (or with one letter more) it hangs.
#
# Never rely on the room that MPI has. `explore` does not: in its world a message is sent when it is received.

# %%
found = explore(exchange, 3, ranks=2)
print(found)
found.play()

# %% [markdown]
# Three letters, and already all interleavings end in a deadlock. There are three cures: one of the two receives first; `comm.sendrecv`, which does both at once; or `isend`, which only *begins* to send, and whose `wait` comes later.

# %%
def exchange_at_once(comm, length):
    other = 1 - comm.Get_rank()
    mine = "ab"[comm.Get_rank()] * length
    return len(comm.sendrecv(mine, dest=other, source=other))


explore(exchange_at_once, 3, ranks=2).always_ends()
print("100,000 letters:", really(exchange_at_once, 100_000, ranks=2))

# %%
# exercise: ring_exchange

# %% [markdown]
# ## What a message costs
#
# A message of n bytes takes **α + β n** seconds: α to get it on its way at all, β for each byte. For a good cluster α is 5 microseconds and β a nanosecond (1 GB/s). These two are what `simulate` uses for ranks.

# %%
predict("From how many bytes on does a message take twice as long as an empty one?", unit="bytes")

# %%
ALPHA, BETA = 5e-6, 1e-9


def one_message(comm, length):
    if comm.Get_rank() == 0:
        comm.Send(np.zeros(length, "u1"), dest=1)
    else:
        comm.Recv(np.empty(length, "u1"), source=0)


for length in [0, 100, 5_000, 1_000_000]:
    found = simulate(one_message, length, ranks=2, costs="ideal", network=(ALPHA, BETA))
    print(f"{length:>9,} bytes: {1e6 * found.makespan:8.1f} microseconds")

# %% [markdown]
# At 5,000 bytes, which is α / β. Below that the bytes are as good as free, and only the **number** of messages counts: put small ones together. Far above it the messages are free, and only the **bytes** count. Nearly all that is known about programs for clusters follows from these two.
#
# (`Send` with a capital letter sends the elements of an array as they are; `send` takes any object and pickles it first.)
#
# ## All together
#
# Most programs hardly ever call `send`. What they need is what all ranks do together, and MPI has a *collective* call for it: `bcast` (one tells all), `scatter` and `gather` (one deals out and collects), `reduce` (a sum arrives at one rank), `allreduce` (at all), `alltoall`. **All** ranks
# have to make the call, in the same order; a rank that does not is waited for. Here one rank deals out numbers, and all get the sum:

# %%
def sum_of_squares(comm, numbers):
    parts = np.array_split(np.arange(numbers), comm.Get_size()) if comm.Get_rank() == 0 else None
    mine = comm.scatter(parts, root=0)
    return int(comm.allreduce((mine**2).sum()))


print(really(sum_of_squares, 1_000, ranks=3), "and alone", sum(n * n for n in range(1_000)))

# %%
predict(
    "64 ranks: each sends a number to rank 0, which adds up and sends the sum to all. How many messages go through it?",
    unit="messages",
)

# %%
def reduce_by_one(comm, length):
    """How would you write `allreduce`? The first idea: all send to rank 0, which adds up, and sends the sum to all."""
    rank, size = comm.Get_rank(), comm.Get_size()
    mine = np.ones(length)
    if rank:
        comm.Send(mine, dest=0)
        comm.Recv(mine, source=0)
        return
    came = np.empty(length)
    for other in range(1, size):
        comm.Recv(came, source=other)
        mine += came
    for other in range(1, size):
        comm.Send(mine, dest=other)


for ranks in [4, 16, 64]:
    found = simulate(reduce_by_one, 1, ranks=ranks, costs="ideal", network=(ALPHA, BETA))
    print(
        f"{ranks:>3} ranks: {found.messages:>4} messages, {1e6 * found.makespan:5.0f} µs,",
        f"as {found.makespan / ALPHA:3.0f} one after the other",
    )

# %% [markdown]
# 126 for 64 ranks: 63 come in and 63 go out, and meanwhile the others wait. It grows with p, the number of ranks. A **tree** halves the ranks in each step: in the first, every second rank sends to its neighbour; then every fourth; and after log2 p steps rank 0 has the sum. The way back is the same tree.
#
# A **ring** is for long arrays. Each rank cuts its array into p parts. Everybody sends a part to the right, adds what comes from the left to its own part, and passes that sum on: after p - 1 steps each part is complete somewhere. After p - 1 more, everybody has all. Many steps, but only a p-th of
# the array in each.

# %%
predict(
    "64 ranks, 8 MB each. Which is fastest?", "all to rank 0 and back", "a tree", "a ring"
)

# %%
ranks, lengths = 64, np.geomspace(8, 8e7, 60)
steps = np.ceil(np.log2(ranks))
seconds = {
    "all to rank 0 and back": 2 * (ranks - 1) * (ALPHA + BETA * lengths),
    "tree": 2 * steps * (ALPHA + BETA * lengths),
    "ring": 2 * (ranks - 1) * (ALPHA + BETA * lengths / ranks),
}
picture = Picture(figsize=(7, 4), layout="constrained")
axes = picture.subplots()
for (name, times), style in zip(seconds.items(), ["-", "--", "-."]):
    axes.loglog(lengths, 1e3 * times, style, label=name)
for length in [1, 1_000, 100_000]:
    found = simulate(reduce_by_one, length, ranks=ranks, costs="ideal", network=(ALPHA, BETA))
    axes.loglog(8 * length, 1e3 * found.makespan, "ko", markersize=5, label="simulated" if length == 1 else None)
axes.set_xlabel("bytes of each rank's array")
axes.set_ylabel("milliseconds until all have the sum")
axes.set_title("All-reduce on 64 ranks")
axes.legend(fontsize=8)
for name, times in seconds.items():
    long = np.interp(8e6, lengths, times)
    print(f"{name:>22}: {1e6 * times[0]:4.0f} µs for one number, {1e3 * long:5.0f} ms for 8 MB")
display(picture)

# %% [markdown]
# For one number the tree is ten times faster than the ring; for 8 MB the ring is several times faster than the tree. A ring sends about twice the array from each rank, **however many ranks there are**; less is not possible. That is why the gradients of neural networks go round in rings. (A library
# measures, and chooses for you.)

# %%
# exercise: all_reduce

# %%
predict("1,000 ranks, one number each: how many messages one after the other, up and down the tree?", unit="messages")

# %%
def reduce_a_number(comm):
    return comm.allreduce(comm.Get_rank())  # MPI's own; on virtual ranks it is a tree


found = simulate(reduce_a_number, ranks=1_000, costs="ideal", network=(ALPHA, BETA))
print(f"{found.makespan / ALPHA:.0f} messages one after the other, of {found.messages} in all")
print(f"{1e6 * found.makespan:.0f} microseconds; the sum at rank 7 is {found.result[7]}")

# %% [markdown]
# Twenty: ten up, ten down. Twice as many ranks would cost two more.
#
# ## Learning together
#
# The best customer of `allreduce` is machine learning. The examples are dealt out; each machine has a copy of the model, computes the gradient on its own examples, and the gradients are added up: *data-parallel* training. All copies take the same step and stay equal. One question is easy to get
# wrong. Two ranks have the mean error of their examples. Rank 0 has one example, rank 1 has nine.

# %%
predict("One example has an error of 10, nine have none. What is the mean of the two ranks' means?", unit="")

# %%
errors = [np.array([10.0]), np.array([0.0] * 9)]
print("mean of the means:", np.mean([each.mean() for each in errors]))
print("mean of all ten:  ", np.concatenate(errors).mean())

# %% [markdown]
# 5 in the place of 1. Sums may be added up; means may not, unless all shares are of the same size. With sums the result is that of one machine with all the data, to the last digits.

# %%
# exercise: train_together

# %% [markdown]
# ## A rank dies
#
# Four ranks work in steps, and come together after each. In the third step rank 2 is killed: no exception, no message, gone.

# %%
predict("What becomes of the other three?", "they finish without rank 2", "they wait for ever", "they are ended, too")

# %% tags=["raises-exception"]
def steps_together(comm, steps):
    for step in range(steps):
        if step == 2 and comm.Get_rank() == 2:
            psutil.Process().kill()  # itself
        total = comm.allreduce(step)
        if comm.Get_rank() == 0:
            print("step", step, "is done")
    return total


really(steps_together, 6, ranks=4)

# %% [markdown]
# All are ended. In MPI the ranks are one program: each counts on every other, nobody could say what the sum without rank 2 should be, and so `mpiexec` ends everything. What is lost is the work since it began. Whoever computes for days therefore writes a **checkpoint** now and then, and starts from there.
#
# (If rank 2 had *raised* an exception, plain `python` would have left the others waiting; `python -m mpi4py` ends them, and so does the `mpiexec` of this course.)
#
# ## Tasks
#
# In the other model nobody counts on anybody. A **client** hands out tasks, a **scheduler** knows which worker is free, **workers** compute and keep their results until somebody wants them. A task is a function with arguments. This is `ProcessPoolExecutor` (unit 04) for many machines. The
# cluster below is on this machine, two worker processes that are reached through the network's loopback. For a real one only the line with `LocalCluster` would change.

# %%
def square_and_where(number):
    time.sleep(0.05)
    return number * number, os.getpid()


def two_workers():
    print("Dask is loaded ...")
    from dask.distributed import Client, LocalCluster

    print("two workers are started ...")
    quiet = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "silence_logs": 50}
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, **quiet)
    return cluster, Client(cluster)


for what in "DISTRIBUTED", "ASYNCIO":
    os.environ[f"DASK_LOGGING__{what}"] = "critical"  # its workers tell of their end otherwise
if DASK:
    cluster, client = two_workers()
    print("they are at work ...")
    futures = client.map(square_and_where, range(8))
    found = client.gather(futures)
    print([square for square, _ in found], "by", len({where for _, where in found}), "workers")

# %% [markdown]
# ## Names, not texts
#
# Ten files with 20 MB of text in all, and the letters o in them are to be counted. There are two ways: read the files here and send the texts with the tasks; or send the *names*, and let each worker read for itself (on a cluster the files are on a file system that all see, or in a cloud's object store).

# %%
predict("What is faster?", "texts", "names", "both alike")

# %%
folder = tempfile.TemporaryDirectory()
names = [os.path.join(folder.name, f"{number}.txt") for number in range(10)]
for name in names:
    Path(name).write_text("the quick brown fox jumps over the lazy dog " * 45_000)


def letters_in_text(text):
    return text.count("o")


def letters_in_file(name):
    return Path(name).read_text().count("o")


if DASK:
    for kind in ["texts", "names"]:
        began = time.perf_counter()
        if kind == "texts":
            tasks = [client.submit(letters_in_text, Path(name).read_text(), pure=False) for name in names]
        else:
            tasks = [client.submit(letters_in_file, name, pure=False) for name in names]
        total = sum(client.gather(tasks))
        print(f"{kind}: {total:,} letters in {time.perf_counter() - began:.2f} s")

# %% [markdown]
# A text goes from the client to the scheduler, from there to a worker, is packed and unpacked at each of them, and for all workers together the client has **one** wire. A name has some twenty letters. Move the work to the data, not the data to the work.

# %%
# exercise: distributed_word_count

# %% [markdown]
# ## A worker dies
#
# The same murder as before. The first worker that gets to number 5 is killed, in the middle of its task.

# %%
predict(
    "Eight squares are asked for, and a worker is killed. What does the client get?",
    "an exception", "seven squares of eight", "all eight squares", "nothing: it waits for ever",
)

# %%
def square_or_die(number, flag):
    if number == 5:
        try:
            os.close(os.open(flag, os.O_CREAT | os.O_EXCL))  # the first one that comes here
        except FileExistsError:
            pass
        else:
            psutil.Process().kill()  # the worker that is executing this
    time.sleep(0.05)
    return number * number


if DASK:
    flag = os.path.join(folder.name, "killed")
    futures = [client.submit(square_or_die, number, flag, pure=False) for number in range(8)]
    print(client.gather(futures), "and a worker was killed:", os.path.exists(flag))
    client.close()
    cluster.close()
folder.cleanup()

# %% [markdown]
# All eight. The scheduler knows which tasks the dead worker had, and which results were only there. It gives them to somebody else, and that is allowed **because a task is a function of its arguments**: to run it twice is to run it once. The price is that a task must not leave anything behind which
# counts twice (a line in a file, a row in a database, a counter on its worker). If a task kills four workers in a row, Dask gives up, with `KilledWorker`: then it is the task's fault.
#
# ## Machines for rent
#
# In a cloud you can have a thousand machines for an hour and none afterwards: it is **elastic**. A thousand hours of work should cost the same on ten machines and on a thousand. But there are three catches, and the first is **stragglers**. Somewhere a disk fails, a neighbour computes, a network is
# full. Eight ranks compute one second each, and one of them is slow:

# %%
def one_step(comm):
    work(4 if comm.Get_rank() == 5 else 1)
    comm.Barrier()


found = simulate(one_step, ranks=8, costs="ideal", network=(ALPHA, BETA))
print(f"{found.makespan:.2f} s, efficiency {found.efficiency:.0%}")
found.timeline()

# %%
predict(
    "Each machine is slow in one step of a hundred. How many steps of 100 machines have a slow one in them?",
    unit="%",
)

# %%
chance = np.random.default_rng(14)


def step_seconds(machines, copies):
    """A second for each machine, ten for one in a hundred; with copies, what takes over 1.5 s is begun anew elsewhere."""
    times = np.where(chance.random((2_000, machines)) < 0.01, 10.0, 1.0)
    if copies:
        again = 1.5 + np.where(chance.random(times.shape) < 0.01, 10.0, 1.0)
        times = np.minimum(times, np.where(times > 1.5, again, np.inf))
    return times.max(axis=1)


print("machines  slow steps  seconds a step  with copies")
for machines in [1, 10, 100, 1_000]:
    plain, copied = step_seconds(machines, False), step_seconds(machines, True)
    print(f"{machines:>8,} {(plain > 1).mean():>11.0%} {plain.mean():>15.2f} {copied.mean():>12.2f}")

# %% [markdown]
# Everybody waits for the slowest one, and with many machines there is nearly always one: in 63 % of the steps of 100 machines (1 - 0.99¹⁰⁰), though each is slow only in one of a hundred. The cure is as simple as it is unfair: begin what is late **once more** somewhere else, and take what comes first. It
# costs one per cent more work. MapReduce did it in 2004 ("backup tasks"); it is allowed, again, because to run a task twice is to run it once.
#
# The second catch: machines that are cheap because they may be taken away at any moment (**spot**). Let a job need 100 hours, and let a machine be taken away every 10 hours on average. After each loss it goes on from the last checkpoint, and a checkpoint takes 0.1 hours.

# %%
predict(
    "How often should it write a checkpoint, to be done soonest?",
    "every 6 minutes", "every 1.5 hours", "every 10 hours",
)

# %%
def hours_needed(interval, job=100.0, lost_every=10.0, checkpoint=0.1, restart=0.1, times=200):
    """Hours until the job is done, on average, with a checkpoint after each `interval` hours of work."""
    total = 0.0
    for _ in range(times):
        done = clock = 0.0
        loss = chance.exponential(lost_every)
        while done < job:
            piece = min(interval, job - done) + checkpoint
            if clock + piece <= loss:
                clock, done = clock + piece, done + piece - checkpoint
            else:
                clock = loss + restart
                loss = clock + chance.exponential(lost_every)
        total += clock
    return total / times


intervals = [0.1, 0.3, 0.7, 1.4, 3, 6, 10]
needed = [hours_needed(each) for each in intervals]
for each, hours in zip(intervals, needed):
    print(f"a checkpoint after each {each:4} hours of work: {hours:6.1f} hours")
picture = Picture(figsize=(7, 3.2), layout="constrained")
axes = picture.subplots()
axes.semilogx(intervals, needed, "o-")
axes.axvline((2 * 0.1 * 10) ** 0.5, color="#777777", linestyle=":", label="Young's rule")
axes.set_xticks(intervals, [f"{each:g}" for each in intervals])
axes.minorticks_off()
axes.set_xlabel("hours of work between two checkpoints")
axes.set_ylabel("hours until the job is done")
axes.set_title("100 hours of work on machines that last 10 hours on average")
axes.legend(fontsize=8)
picture

# %% [markdown]
# Too often, and one only writes checkpoints; too seldom, and one loses what was done. In between is **Young's rule**, the root of 2 × (time of a checkpoint) × (mean time between losses): here √(2 × 0.1 × 10), about 1.4 hours. Near it the curve is flat, so a rough guess is good enough.
#
# The third catch is the start. A machine takes a minute or two until it is there, and is paid by then. With 0.03 hours for that, a thousand hours of work take:
#
# | machines | hours until done | machine hours paid |
# | ---: | ---: | ---: |
# | 1 | 1,000.03 | 1,000 |
# | 10 | 100.03 | 1,000 |
# | 100 | 10.03 | 1,003 |
# | 1,000 | 1.03 | 1,030 |
# | 10,000 | 0.13 | 1,300 |
#
# A thousand machines are nearly a thousand times as fast, for nearly the same money; ten thousand, for eight minutes, cost a third more. (And Amdahl, unit 10, has not gone away.)
#
# ## What it means in practice
#
# | | MPI | Dask and its family |
# | --- | --- | --- |
# | you write | one program for all ranks | functions, and who needs whose result |
# | who decides where | you | a scheduler |
# | a message costs | microseconds | a task costs about a millisecond |
# | good at | many small exchanges in step: grids, linear algebra, training | many independent pieces, tables larger than memory |
# | a machine dies | all end; checkpoints | its tasks run again |
# | machines come and go | no | yes |
#
# **To read on.** W. Gropp, E. Lusk, A. Skjellum, *Using MPI*, 3rd edition, chapters 3 and 4 (and *Using Advanced MPI* for what comes after). mpi4py's and Dask's own documentation. For clusters and big data: J. Dean and S. Ghemawat, "MapReduce" (OSDI 2004); M. Kleppmann, *Designing
# Data-Intensive Applications*, chapters 8 to 10; J. Leskovec, A. Rajaraman, J. Ullman, *Mining of Massive Datasets*, chapter 2. For the cloud: J. Dean and L. A. Barroso, "The tail at scale" (Communications of the ACM 56, 2013); L. A. Barroso, U. Hölzle, P. Ranganathan, *The Datacenter as a
# Computer*, 3rd edition. For machine learning: P. Goyal et al., "Accurate, large minibatch SGD" (2017); S. Raschka, Y. Liu, V. Mirjalili, *Machine Learning with PyTorch and Scikit-Learn*. For the algorithms: P. Patarasuk and X. Yuan, "Bandwidth optimal all-reduce algorithms" (2009); J. W. Young, "A first order
# approximation to the optimum checkpoint interval" (1974).
#
# ## What you know now
#
# - Nothing is shared: what another one should know has to be sent, α + β n.
# - `send` may wait. Whoever sends first in a ring has only been lucky.
# - Few messages when they are short (a tree), few bytes when they are long (a ring).
# - MPI: all or nothing, so write checkpoints. Tasks: run again, so leave nothing behind.
# - With many machines the slowest one counts, and there always is one.
#
# Back to [the list of units](../00-start/00-start.ipynb).
