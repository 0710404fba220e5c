# %% [markdown]
# # Grids and matrices
#
# **The question of this unit: what must neighbours tell each other?**
#
# Weather, heat, images, fluids, neural networks: much of the world's computing time goes into arrays. They are easy to cut. What matters is what happens along the cut, and how often.
#
# The tasks come in the order of how much they must tell. Random darts tell nothing at all, and the points of a picture only who is free. The cells of a grid tell their neighbours, in every step. In a product of
# matrices, everything is told to everybody, once.
#
# Contents: independent random numbers · pictures whose parts cost differently · two grids and a barrier · small grids · halos · blocks · the roofline · lines of memory.
#
# You will build `estimate_pi`, `mandelbrot`, `jacobi`, `game_of_life` and `blocked_matmul`.

# %%
# %load_ext lockstep

# %%
import os
import time
from itertools import pairwise
from multiprocessing import Barrier, Pool, Process, RawArray
from multiprocessing.shared_memory import SharedMemory

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from lockstep import Film, predict, simulate, usable_cpus
from lockstep.page.picture import Picture

# %% [markdown]
# ## Darts
#
# Many darts, and four processes that throw them. Nobody has to tell anybody anything, until the hits are added up: people call this *embarrassingly parallel*. One thing can go wrong. Let each of the
# four throw one dart first, with NumPy's generator.

# %%
predict("How many different darts do four forked processes throw?", "4", "2", "1")

# %%
def throw(_):
    time.sleep(0.05)  # so that every worker has one task
    return os.getpid(), float(np.random.random())


np.random.seed(1)
with Pool(4) as pool:
    thrown = pool.map(throw, range(4), chunksize=1)
    pool.close()
    pool.join()
darts = {dart for _, dart in thrown}
print(len({who for who, _ in thrown}), "processes,", len(darts), "different dart(s):", *darts)

# %% [markdown]
# If your processes are forked: **one**. The generator has a state, the fork copies it, and four copies of one state go on alike. Four times the darts, and not one bit more known. (Where processes are spawned, as on macOS and Windows,
# each begins with a state of its own, and then nobody can repeat the experiment. And `random`, Python's own module, seeds itself anew after a fork. You see: it is not worth knowing all this.)
#
# One wants two things at once: streams that have nothing to do with one another, and the same numbers when the program runs again, with any number of workers. NumPy makes them from one seed:

# %%
for stream in np.random.SeedSequence(2024).spawn(3):
    print(np.random.default_rng(stream).random(3).round(3))

# %% [markdown]
# Each of the three is a generator of its own. They may be given to whoever is free. So a stream belongs to a **piece of the work**, never to a worker: then 1, 2 or 100 workers get the same answer.

# %%
# exercise: estimate_pi

# %% [markdown]
# How large should a piece be? A chunk of the exercise has 10,000 darts: 160 kB of numbers, which fit into a core's cache. Or is it better to make all the darts at once?

# %%
predict(
    "Which is faster for 2 million darts?",
    "all at once", "in chunks of 10,000", "both alike",
)

# %%
def hits(darts, chunk):
    generator = np.random.default_rng(1)
    total = 0
    for _ in range(darts // chunk):
        x, y = generator.random((2, chunk))
        total += int((x * x + y * y < 1).sum())
    return total


for chunk in [2_000_000, 10_000]:
    begun = time.perf_counter()
    hits(2_000_000, chunk)
    print(f"chunks of {chunk:>9,}: {1000 * (time.perf_counter() - begun):5.1f} ms")

# %% [markdown]
# Small chunks, on most machines. The numbers stay in the cache, and the same few pages of memory are used again and again. A large array has to be given to the process page by page. So cut the work small enough for the cache
# *before* you look for more cores, or your speed-up will be measured against a slow base (unit 10).
#
# ## A picture
#
# The Mandelbrot set: for every point a few lines of arithmetic, again and again until a number leaves a circle. Some points take one step, and some never leave. No point needs another.
# (Each row also sleeps a little for every step, so that there is something to watch, on one CPU too.)

# %%
predict(
    "The rows are cut into 4 blocks. Which block takes longest?",
    "the upper one", "the lower one", "all take the same time",
)

# %%
def steps_of(row, column, rows, columns):
    c = complex(-2.4 + 2.9 * column / columns, 1.9 - 1.9 * row / rows)
    z = 0j
    for number in range(60):
        if abs(z) > 2:
            return number
        z = z * z + c
    return 60


def row_of(row):
    points = [steps_of(row, column, 120, 160) for column in range(160)]
    time.sleep(sum(points) / 30_000)
    return row, os.getpid(), points


film = Film("who has drawn which rows", colours="who")
drawn, who, numbers = np.zeros((120, 160)), np.zeros((120, 160)), {}
with Pool(4) as pool:
    for row, process, points in pool.imap_unordered(row_of, range(120), chunksize=3):
        drawn[row], who[row] = points, numbers.setdefault(process, len(numbers) + 1)
        film.show(who)
    pool.close()
    pool.join()
film.show(who, last=True)
thousands = [round(part.sum() / 1000) for part in np.array_split(drawn, 4)]
print("thousand steps in 4 blocks, from the top:", thousands)

# %% [markdown]
# Chunks of three rows, taken by whoever was free. Who has cheap rows, at the top, comes again soon; the rows at the bottom take their time. If you run the cell once more, the colours change. What was drawn does not:

# %%
Film("a Mandelbrot picture", most=60, unit="steps").show(drawn, last=True)

for blocks in [4, 40]:
    parts = [float(part.sum()) for part in np.array_split(drawn, blocks)]
    print(f"{blocks:>2} blocks: the dearest is {max(parts) / drawn.sum():5.1%} of all the work")

# %% [markdown]
# The bright points are the dear ones, 60 steps each, and they are at the bottom. (A view in the usual position is symmetric, and two halves look perfectly balanced. It is a favourite of advertisements.)
#
# With four blocks, one for each worker, the last one has most of the work, and the speed-up cannot be more than 1 over its share. With 40 there is something left to deal out.

# %%
# exercise: mandelbrot

# %% [markdown]
# ## Neighbours
#
# Now cells that need one another. A plate of metal; its edges are kept at a temperature. In every step each inner cell becomes the mean of its four neighbours. That goes on until nothing changes any more: this is **Jacobi's method**, and it solves
# Laplace's equation.
#
# In NumPy one step is two lines, with shifted slices in the place of loops. Two processes shall have a half of the plate each.

# %%
predict(
    "Which old values does one need from the other's half, in every step?",
    "all of them", "one row", "none",
)

# %%
def step(old, new, first, last):
    """One step of the rows from `first` to before `last`."""
    above, below = old[first - 1 : last - 1, 1:-1], old[first + 1 : last + 1, 1:-1]
    new[first:last, 1:-1] = (above + below + old[first:last, :-2] + old[first:last, 2:]) / 4


def plate(size):
    grid = np.zeros((size, size))
    grid[:, 0] = grid[-1] = 1
    return grid


old, new = plate(60), plate(60)
for _ in range(200):
    step(old, new, 1, 59)
    old, new = new, old
step(old, new, 1, 59)
for more in [0, 1, 29]:
    known = old[: 30 + more]
    half = known.copy()
    step(known, half, 1, len(known) - 1)
    right = np.array_equal(half[:30], new[:30])
    print(f"with {more:>2} of the other's rows, the step is right: {right}")

# %% [markdown]
# Only the row next to the cut.
#
# With **shared memory** nobody has to send it: both see all. But two things have to hold, as in unit 03. Old and new are two grids. And nobody begins a step before all have ended the last one. They wait at
# a barrier (unit 07).

# %%
predict(
    "Without the barrier: is the sum of all temperatures right?",
    "yes", "no", "now and then",
)

# %%
def heat(memory, shape, steps, rows, barrier):
    grids = np.ndarray((2, *shape), buffer=memory.buf)
    for number in range(steps):
        step(grids[number % 2], grids[(number + 1) % 2], *rows)
        if barrier:
            barrier.wait()


def heated(size, steps, workers, waiting=True, film=None):
    memory = SharedMemory(create=True, size=16 * size * size)
    grids = np.ndarray((2, size, size), buffer=memory.buf)
    grids[:] = plate(size)
    bounds = [1 + (size - 2) * worker // workers for worker in range(workers + 1)]
    barrier = Barrier(workers) if waiting else None
    processes = []
    for rows in pairwise(bounds):
        processes.append(Process(target=heat, args=(memory, (size, size), steps, rows, barrier)))
    for process in processes:
        process.start()
    while film and any(process.is_alive() for process in processes):
        film.show(grids[0])
        time.sleep(0.05)
    for process in processes:
        process.join()
    if film:
        film.show(grids[steps % 2], last=True)
    total = float(grids[steps % 2].sum())
    memory.close()
    memory.unlink()
    return round(total, 6)


def heated_alone(size, steps):
    grids = np.array([plate(size)] * 2)
    for number in range(steps):
        step(grids[number % 2], grids[(number + 1) % 2], 1, size - 1)
    return round(float(grids[steps % 2].sum()), 6)


right = heated_alone(300, 40)
print("with the barrier:   ", [heated(300, 40, 2) == right for _ in range(5)])
print("without the barrier:", [heated(300, 40, 2, waiting=False) == right for _ in range(5)])

# %% [markdown]
# Without it, one process computes with rows that the other has not written yet, or has written over already. It may come out right by luck; a program that is right now and then is wrong.
#
# Since the grid is shared, the parent can look on while the two compute.

# %%
film = Film("a plate that gets warm from two sides", unit="temperature")
total = heated(150, 6_000, 2, film=film)
print("sum of all temperatures:", total)

# %% [markdown]
# The warmth goes one cell a step, and comes to the middle only after thousands of steps. (Real programs use coarser grids in between, *multigrid*.)

# %%
# exercise: jacobi

# %% [markdown]
# ## How large must a grid be?
#
# What does the barrier cost? Some tens of microseconds for all to come together, as often as there are steps. What is shared is the work between two barriers. So let us change the size of the grid and keep the number of steps.

# %%
predict(
    "From which size on are 4 workers faster than one program without processes?",
    "32 x 32", "128 x 128", "512 x 512", "never",
)

# %%
for size in [32, 128, 512, 1024]:
    found = simulate(heated, size, 20, 4, cores=4, serial=None, costs="laptop")
    alone = simulate(heated_alone, size, 20, cores=1, costs="laptop").makespan
    took = f"alone {1000 * alone:6.1f} ms, 4 workers {1000 * found.makespan:6.1f} ms"
    print(f"{size:>4} x {size:<4}: {took}, speed-up {alone / found.makespan:4.2f}")

# %% [markdown]
# On a small grid four workers are many times *slower*: a step takes a few microseconds, and a barrier takes more. (A part of it is the start of the processes, which 20 steps do not earn back; a simulation for a thousand would say the
# same of the barrier.) On a large one they are faster. In between is a size at which both are alike, and it is larger than most people guess.
#
# The rule behind it: work goes with the **area** of a block, n² cells, and what has to be told goes with its **edge**, n cells. Double the grid, and there is twice as much work for each value that is told.

# %%
print("cells of a worker, halo cells a step, cells for each of them:")
for size in [64, 256, 1024]:
    for name, rows, columns in [("strips", size // 16, size), ("blocks", size // 4, size // 4)]:
        cells, halo = rows * columns, 2 * columns + (2 * rows if name == "blocks" else 0)
        print(f"{size:>5} x {size:<5} in 16 {name}: {cells:>6} {halo:>6} {cells / halo:>6.1f}")

# %% [markdown]
# Strips are simple; square blocks have a shorter edge, and with 16 workers they tell half as much.
#
# ## Nothing is shared
#
# On a cluster, where no memory is shared, the row next to the cut has to be **sent**. Each process keeps its own block, and around it one row of its neighbours', the **halo**, which is fetched anew in each step. This is how weather is computed,
# on a hundred thousand cores. There is no barrier here: who has got both rows can go on. So a process can be ahead of its neighbour, by one step and no more.

# %%
predict(
    "A ring of 8 such processes. "
    "By how many steps can the fastest be ahead of the slowest, at most?",
    unit="steps",
)

# %%
distance = [min(n, 8 - n) for n in range(8)]
print("the steps that worker n can be ahead of worker 0:", distance)

# %% [markdown]
# Four, the way round the ring to the one opposite. At a barrier it would be none: each waits for *all* in every step, and a slow moment of one hits everybody at once. With messages it wanders on from neighbour to neighbour.
#
# The game of life is the shortest program of this kind, and needs a halo at the corners too.

# %%
# exercise: game_of_life

# %% [markdown]
# ## Everything to everybody
#
# A product of two matrices of n x n numbers takes n³ multiplications, for 2 n² numbers. Each number is used n times. That is the best case: much work for each byte, if one does not fetch it again each time.
#
# Therefore **blocks**. Three blocks of b x b numbers fit into a cache; a product of two blocks takes b³ multiplications and touches 2 b² numbers.

# %%
predict(
    "How many numbers are fetched for n = 1,024 in blocks of 32, "
    "as a share of those without blocks?",
    unit="%",
)

# %%
n = 1024
without = 2 * n**3  # a row and a column for every number of the result
for b in [1, 32, 128]:
    fetched = 2 * (n // b) ** 3 * b**2
    print(f"blocks of {b:>3}: {fetched / 1e6:8.1f} million numbers, {fetched / without:7.2%}")

# %% [markdown]
# One part in b. And the blocks of the product need nothing from one another: all workers read the same two matrices, and each writes blocks of its own. No barrier, no halo, no lock.

# %%
# exercise: blocked_matmul

# %% [markdown]
# A BLAS library, which NumPy calls for `@`, cuts into blocks on three levels, for each cache, and that is why nobody writes it himself. It also uses **threads** of its own, all cores, without being asked. Eight processes that each call `@` are then 64 threads
# on 8 cores, in one another's way. Set `OMP_NUM_THREADS=1` (or use `threadpoolctl`) in the workers of a pool. The measurements of this course do.
#
# ## The roofline
#
# Which programs get faster with more cores, and which do not? Two things are limited: how much a core can *compute* in a second, and how many bytes *memory* delivers in a second, to all cores together. Let us measure both, here.

# %%
def best_of(function, times=3):
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        function()
        found.append(time.perf_counter() - begun)
    return min(found)


big = np.random.default_rng(1).random(8_000_000)  # 64 MB, larger than most caches
other, out = big[::-1].copy(), np.empty_like(big)
matrix = np.random.default_rng(1).random((700, 700))

# Two are read, one is written.
bandwidth = 3 * big.nbytes / best_of(lambda: np.add(big, other, out=out))
arithmetic = 2 * 700**3 / best_of(lambda: matrix @ matrix)
print(f"on {usable_cpus().count} CPU(s)")
print(f"memory: {bandwidth / 1e9:5.1f} GB/s")
print(f"arithmetic: {arithmetic / 1e9:5.1f} thousand million operations a second")

# %% [markdown]
# Now a program is told by one number: how many operations it does for each byte that it fetches, its **arithmetic intensity**. If it is low, memory is the limit. If it is high, arithmetic is.

# %%
predict("Jacobi, in NumPy, on a large grid: which is its limit?", "memory", "arithmetic")

# %%
large = np.random.default_rng(1).random((2, 2000, 2000))
jacobi_s = best_of(lambda: step(large[0], large[1], 1, 1999))
sum_s = 3 * big.nbytes / bandwidth
measured = {  # operations, bytes, seconds
    "sum of two arrays": (big.size, 3 * big.nbytes, sum_s),
    "Jacobi, whole arrays": (4 * 2000**2, 9 * 8 * 2000**2, jacobi_s),
    "matrix product": (2 * 700**3, 3 * matrix.nbytes, 2 * 700**3 / arithmetic),
}
for name, (operations, moved, seconds) in measured.items():
    rate = operations / seconds / 1e9
    print(f"{name:>22}: {operations / moved:7.3f} operations a byte, {rate:6.2f} thousand million/s")

picture = Picture(figsize=(7, 4.2), layout="constrained")
axes = picture.subplots()
intensity = np.geomspace(0.02, 400, 200)
roof = np.minimum(bandwidth * intensity, arithmetic) / 1e9
axes.loglog(intensity, roof, color="#777777", label="the roof of this machine")
for (name, (operations, moved, seconds)), mark in zip(measured.items(), "os^"):
    axes.loglog(operations / moved, operations / seconds / 1e9, mark, markersize=9, label=name)
axes.set_xlabel("operations for each byte that is fetched")
axes.set_ylabel("thousand million operations a second")
axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
for axis in (axes.xaxis, axes.yaxis):
    axis.set_minor_formatter(NullFormatter())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
axes.set_title("Roofline, measured here")
axes.legend(fontsize=8)
picture

# %% [markdown]
# The slope on the left is what memory allows, and the roof on the right what the arithmetic does. Jacobi stands on the left: memory is its limit.
#
# Left of the bend more cores do not help for long: two of them can often fetch all that memory delivers, and the third waits. This is why the simulated curves of this course say "optimistic" where arrays are larger than a cache.
# `simulate` puts computing times beside one another, as if every core had a memory of its own.
#
# Jacobi in whole arrays goes through memory nine times a step: three times for the temporary arrays of each `+`. Blocks that stay in the cache, or a compiler (numba, in unit 15), go through it twice. That is worth more than
# two cores.
#
# ## Lines of memory
#
# A cache does not keep bytes but lines of 64 bytes, and while one core writes to a line no other core may have it. Two counters in one line, a core for each: **false sharing**. In C this costs a factor of two to ten. Here?

# %%
predict(
    "Two processes count in one line, and in two lines far apart. Is one of them faster?",
    "one line", "far apart", "no difference to speak of",
)

# %%
def count(numbers, place):
    for _ in range(200_000):
        numbers[place] += 1


def side_by_side(distance):
    numbers = RawArray("q", 64)
    processes = [Process(target=count, args=(numbers, place)) for place in (0, distance)]
    begun = time.perf_counter()
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return time.perf_counter() - begun


for name, distance in [("one line", 1), ("far apart", 32)]:
    print(f"{name:>10}: {1000 * min(side_by_side(distance) for _ in range(3)):5.0f} ms")

# %% [markdown]
# On one CPU there can be no difference, since the two never write at once. On two, look at both numbers, and run the cell a few times: what you see is mostly noise. The interpreter takes some fifty nanoseconds for each `+= 1`, and the line needs about as long to change cores, so that it is
# there again when it is wanted. False sharing does not show in plain Python. It comes back the moment the loop is compiled, so keep the habit: each its own array, added up at the end (unit 03).
#
# ## What it means in practice
#
# | You have | Then |
# | --- | --- |
# | independent pieces with chance in them | a spawned seed for each piece, and any pool |
# | a picture, a sweep over parameters | many small tasks, the dear ones first |
# | a grid on one machine | shared memory, blocks, a barrier; but first NumPy without temporaries, or numba |
# | a grid on many machines | MPI: halos by `sendrecv` (unit 14) |
# | matrices | `@`, with its own threads, and no processes around it |
# | arrays larger than memory | Dask arrays, which are blocks with halos (`map_overlap`) |
#
# **To read on.** G. Hager and G. Wellein, *Introduction to High Performance Computing for Scientists and Engineers*, 1st edition, chapter 3 (bandwidth, blocks, Jacobi) and chapter 5. J. Hennessy and D. Patterson, *Computer Architecture*, 6th edition, section 4.3 (the
# roofline) and section 5.3 (false sharing). S. Williams, A. Waterman, D. Patterson, "Roofline: an insightful visual performance model", Communications of the ACM 52 (2009). NumPy's documentation, "Parallel random number generation". W. Gropp, E. Lusk, A. Skjellum,
# *Using MPI*, 3rd edition, chapter 4 (a halo exchange, in all its forms).
#
# ## What you know now
#
# - A stream of chance belongs to a piece of the work, not to a worker.
# - Work goes with the area and talk with the edge: large blocks.
# - Shared memory: two grids and a barrier. Messages: a halo, and nobody waits for all.
# - Bytes are dearer than operations. Count both, and find your place under the roof.
#
# [The next unit](../14-machines/14-machines.ipynb) takes the shared memory away.
