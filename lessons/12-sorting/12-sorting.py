# %% [markdown]
# # Sorting and searching
#
# **The question of this unit: how do we share what we do not know beforehand?**
#
# In unit 10 you cut numbers into shares of equal work before anybody had begun. Here that is not possible. Who sorts does not know how many items are below a given one. Who searches a
# graph does not know what comes behind the next corner. Who looks for the best solution does not know where it is worth looking.
#
# There are four answers: cut anywhere and put together afterwards; look at a sample first; share out anew on every level; tell one another what has been found.
#
# Contents: merging · what moving costs · samples and buckets · equal keys · levels of a graph · pruning · a bound that all share.
#
# You will build `merge_sort`, `sample_sort`, `breadth_first_search` and `branch_and_bound`.

# %%
# %load_ext lockstep

# %%
import heapq
import pickle
import random
import statistics
from bisect import bisect_left
from functools import cmp_to_key, partial
from itertools import pairwise
from math import log2
from multiprocessing import Pool, Process, RawArray
from time import perf_counter, sleep

import numpy as np

from lockstep import Film, predict, simulate, speedup

# %% [markdown]
# ## Counting comparisons
#
# The time of a sort depends on the machine. The number of comparisons does not, so let us count those: `sorted` can be told how to compare, and
# this comparison counts itself.

# %%
predict(
    "How many comparisons does sorted() make for 1,024 shuffled numbers?",
    unit="comparisons",
)

# %%
def comparisons(numbers):
    made = []

    def compare(one, other):
        made.append(1)
        return one - other

    sorted(numbers, key=cmp_to_key(compare))
    return len(made)


shuffled = random.Random(1).sample(range(1024), 1024)
print("shuffled:         ", comparisons(shuffled))
print("n log2 n:         ", round(1024 * log2(1024)))
print("in order already: ", comparisons(range(1024)))

# %% [markdown]
# Somewhat fewer than n log2 n, which is what halving costs: 1,024 numbers can be halved 10 times, and each time every number is compared about once. And if they are in order already, one
# look at each pair of neighbours tells it.
#
# Now the case that is ours. Two workers have sorted a half each, and the halves stand one after the other.

# %%
predict("How many comparisons does it take then?", unit="comparisons")

# %%
halves = sorted(shuffled[:512]) + sorted(shuffled[512:])
print("two sorted halves:", comparisons(halves))

# %% [markdown]
# About 2 n: `sorted` looks at all neighbours once, notices two ascending runs, and **merges** them, another n. Python's sort is a merge sort that looks for runs first. Whoever knows where the
# second run begins saves the first n: merging takes one comparison for each item, but for the last.
#
# That is a program for processes. Every worker sorts a share, and then sorted shares are merged, two and two.

# %%
# exercise: merge_sort

# %% [markdown]
# ## The last merge
#
# Merging two and two is a tree, as in unit 11. But other than an addition, a merge takes longer the higher it stands: the last one goes through all n items, and one worker does it while all others
# watch. The one before it takes half as long, and so on. So the span is n + n/2 + n/4 + ..., about 2 n.

# %%
predict(
    "The work is n log2 n. "
    "What is the greatest speed-up for a million items, with any number of cores?",
    unit="times",
)

# %%
for n in [1_000, 1_000_000, 1_000_000_000]:
    total, longest = n * log2(n), 2 * n
    print(f"{n:>13,} items: work / span = {total / longest:4.1f}")

# %% [markdown]
# Half of log2 n: a million items keep 10 cores busy and no more, a thousand million 15. (There are parallel merges, which cut both lists at the same value. They are at the bottom of this page,
# under "to read on".)
#
# ## What moving costs
#
# And there is a price that the count of comparisons does not show. Two workers sort a half each with `sorted`, and the parent merges with `heapq.merge`. Serially it is one call of `sorted`.

# %%
predict(
    "How fast is it with 2 workers, compared with sorted() alone?",
    "nearly twice as fast", "a little faster", "slower",
)

# %%
def numbers_of(n):
    chance = random.Random(n)
    return [chance.random() for _ in range(n)]


def sort_in_shares(n, workers):
    numbers = numbers_of(n)
    bounds = [n * worker // workers for worker in range(workers + 1)]
    parts = [numbers[start:stop] for start, stop in pairwise(bounds)]
    with Pool(workers) as pool:
        shares = pool.map(sorted, parts, chunksize=1)
        pool.close()
        pool.join()
    return list(heapq.merge(*shares))[:: n // 4]


def sort_alone(n):
    return sorted(numbers_of(n))[:: n // 4]


curve = simulate.curve(sort_in_shares, 100_000, cores=[1, 2, 4, 8], serial=sort_alone, costs="laptop")
speedup(
    sort_in_shares, 100_000, serial=sort_alone, seconds=2, simulated=curve, elsewhere="sort_in_shares"
)

# %% [markdown]
# Slower, on any number of cores. `sorted` is written in C, and it takes well below a microsecond for a number. To pickle a number, copy it through a pipe and read it again takes as long, and it has to come
# back, too. And the merge at the end runs in Python.
#
# This is unit 03's question again: *how much work is there for each byte that moves?* Sorting is little work: log2 n comparisons for an item. It pays in processes where a comparison is expensive, where the data
# already are where they are needed, or where nothing has to move. For the last we need another idea.
#
# ## Cut first
#
# Merge sort cuts anywhere and puts together with care. The other way round: cut with care, so that nothing is left to do at the end. If one worker gets all the small items, the next one the middle, and
# the last one all the large ones, the sorted parts just stand one after another.
#
# Such parts are **buckets**, and the values at which they are cut are **splitters**. Good splitters are not known. Take items at random: 7 of them for 8 buckets.

# %%
predict("How many times the mean has the largest of the 8 buckets, on average?", unit="times")

# %%
def largest_over_mean(oversampling, buckets=8, n=4_000, seed=0):
    chance = random.Random(seed)
    items = [chance.random() for _ in range(n)]
    sample = sorted(chance.sample(items, oversampling * buckets))
    splitters = [sample[len(sample) * bucket // buckets] for bucket in range(1, buckets)]
    lengths = [0] * buckets
    for item in items:
        lengths[bisect_left(splitters, item)] += 1
    return max(lengths) / (n / buckets)


for oversampling in [1, 4, 16, 64]:
    ratios = [largest_over_mean(oversampling, seed=seed) for seed in range(50)]
    mean = statistics.mean(ratios)
    print(f"{oversampling:>3} items a bucket in the sample: largest / mean = {mean:.2f}")

# %% [markdown]
# With one item for each bucket the largest is about two and a half times the mean, and all wait for whoever has it: 8 workers are worth 3. So take more items than
# you need, sort this **sample**, and use every 16th of them. This is *oversampling*. 64 are better still, but the sample has to be sorted by somebody: alone.
#
# Look at one that went wrong, with 7 items at random for splitters. Four processes deal the items out. Each writes numbers of its own, and the parent adds them up.

# %%
def deal(who, items, splitters, counts):
    for item in items:
        counts[8 * who + bisect_left(splitters, item)] += 1
        sleep(0.002)  # slowly, to be seen


def buckets_of(counts):
    picture = np.zeros((8, 150))
    for bucket, dealt in enumerate(np.frombuffer(counts, "i").reshape(4, 8).T):
        row = np.repeat([1, 2, 3, 4], dealt // 10)[:150]
        picture[bucket, : len(row)] = row
    return picture


chance, counts = random.Random(7), RawArray("i", 4 * 8)
splitters = sorted(chance.random() for _ in range(7))
shares = [[chance.random() for _ in range(1_000)] for _ in range(4)]
dealers = []
for who, share in enumerate(shares):
    dealers.append(Process(target=deal, args=(who, share, splitters, counts)))
names = ("bucket", "items, 10 in a column")
film = Film("8 buckets are filled, by whom", colours="who", names=names)
for dealer in dealers:
    dealer.start()
while any(dealer.is_alive() for dealer in dealers):
    film.show(buckets_of(counts))
    sleep(0.05)
for dealer in dealers:
    dealer.join()
film.show(buckets_of(counts), last=True)
lengths = np.frombuffer(counts, "i").reshape(4, 8).sum(axis=0).tolist()
print(lengths, "largest / mean =", max(lengths) / 500)

# %% [markdown]
# One case is worse than bad luck. Let all the items be equal, or a few values be very frequent: words of a language, ages in years, a sensor that says 0 most of the time.

# %%
predict(
    "All items are equal, 8 buckets, a large sample. "
    "How many times the mean has the largest bucket?",
    unit="times",
)

# %%
items = [7] * 4_000
splitters = [7] * 7
lengths = [0] * 8
for item in items:
    lengths[bisect_left(splitters, item)] += 1
print(lengths, "largest / mean =", max(lengths) / 500)

# %% [markdown]
# Eight: one worker has it all, however good the sample. But look at the splitters: they are all 7 too. An item that is equal to several splitters may go to any of the buckets between them, and the order
# is right all the same.

# %%
# exercise: sample_sort

# %% [markdown]
# ## What one core can do
#
# Before you take all this to NumPy: numbers of one kind, in one block of memory, are sorted by the processor's vector unit, where it has one. And `partition` cuts an array at some places, all smaller items before, all larger
# ones behind: that would be the buckets, in place.

# %%
predict("How long does np.sort take for two million floats?", unit="ms")

# %%
def milliseconds(function, *arguments):
    found = []
    for _ in range(3):
        begun = perf_counter()
        function(*arguments)
        found.append(perf_counter() - begun)
    return 1000 * min(found)


def start_and_join():
    process = Process(target=int)
    process.start()
    process.join()


def pickle_and_read(array):
    return pickle.loads(pickle.dumps(array))


array = np.random.default_rng(1).random(2_000_000)
cuts = [500_000, 1_000_000, 1_500_000]
print(f"np.sort:                       {milliseconds(np.sort, array):6.1f} ms")
print(f"cut into 4 buckets:            {milliseconds(np.partition, array, cuts):6.1f} ms")
print(f"copy it once:                  {milliseconds(array.copy):6.1f} ms")
print(f"pickle it and read it again:   {milliseconds(pickle_and_read, array):6.1f} ms")
print(f"start a process and join it:   {milliseconds(start_and_join):6.1f} ms")

# %% [markdown]
# Put the lines together. Whatever the processes save of the first, they have to pay for the others: the cutting, which only one does, the copies, the start. On most machines nothing is left, and on some the cutting alone
# takes longer than the sort. So sorting numbers in NumPy is for **one** process, until the array is far larger than this one, or lies in several files or on several machines. There sample sort is what everybody uses.
#
# ## Levels
#
# The second kind of not knowing. A graph has vertices and edges. How far is each vertex from a start? Ask the start for its neighbours, then these for theirs, and so on: **breadth-first search**. How much
# work there will be, and where, comes out only on the way.
#
# What can be shared is a **level**: all vertices at one distance. They do not need one another. The next level needs all of this one. Take two graphs with 256 vertices each: a ring, where every vertex has 2
# neighbours, and a cube of 8 dimensions, where every vertex has 8.

# %%
predict("What is the greatest speed-up in the ring, with any number of cores?", unit="times")

# %%
def ring(vertex):
    return [(vertex + 1) % 256, (vertex - 1) % 256]


def cube(vertex):
    return [vertex ^ (1 << dimension) for dimension in range(8)]


def levels(neighbours, start):
    seen, level, lengths = {start}, [start], []
    while level:
        lengths.append(len(level))
        level = list({other for vertex in level for other in neighbours(vertex)} - seen)
        seen.update(level)
    return lengths


print("ring:", levels(ring, 0)[:5], "...", len(levels(ring, 0)), "levels")
print("cube:", levels(cube, 0))
for name, graph in [("ring", ring), ("cube", cube)]:
    lengths = levels(graph, 0)
    for cores in [4, 64]:
        rounds = sum(-(-length // cores) for length in lengths)
        told = f"{len(lengths):>3} levels, {rounds:>3} rounds"
        print(f"{name}, {cores:>2} cores: {told}: speed-up {256 / rounds:.1f}")

# %% [markdown]
# The work is the number of vertices, the span is the number of levels. In the ring there are two vertices on a level, and a thousand cores cannot do more than two at a time. In the cube, the levels have up to 70, and 4 cores
# are nearly always busy. *The graph* says how much can be shared. In a network of friends everybody is within six or seven steps, and the levels are
# enormous. On a map of roads there are thousands of thin levels.
#
# One trap: two vertices of one level often have the same neighbour. Who counts as *seen*, and when?

# %%
predict(
    "In the cube, how often would vertices be asked on level 2, "
    "if each is put down once for everybody who found it?",
    unit="times",
)

# %%
level_1 = cube(0)
level_2 = [other for vertex in level_1 for other in cube(vertex) if other != 0]
print(len(level_2), "found,", len(set(level_2)), "different")

# %% [markdown]
# 56 instead of 28. On level 3 it would be 336 instead of 56, and on level 8 no less than 40,320 in the place of one. A vertex is seen in the moment in which somebody *finds* it.

# %%
# exercise: breadth_first_search

# %% [markdown]
# ## Leaving out
#
# The third kind. A salesman wants to visit 8 towns and come home by the shortest way. There are 7 x 6 x 5 x 4 x 3 x 2 = 5,040 round trips. They are a tree: 7 towns to go first, below each of them 6, and so on.
#
# Nobody goes through all of it. Each node has a **bound**: the way so far, and for each town that is left at least the way to its nearest. If this is already longer than a round trip that one knows, all that is below the node can be
# left out. This is **branch and bound**. Without leaving anything out one looks into 8,660 nodes.

# %%
predict(
    "And with leaving out: about how many of the 8,660 nodes?",
    "one in 2", "one in 10", "one in 50",
)

# %%
PLACES = [(49, 97), (53, 5), (33, 65), (62, 51), (38, 61), (45, 74), (27, 64), (17, 36)]
FAR = [[int(((x - z) ** 2 + (y - w) ** 2) ** 0.5) + 1 for x, y in PLACES] for z, w in PLACES]


def children(node):
    _, _, towns = node
    gone = sum(FAR[a][b] for a, b in pairwise(towns))
    rest = [town for town in range(8) if town not in towns]
    for town in rest:
        length, left = gone + FAR[towns[-1]][town], [other for other in rest if other != town]
        if left:
            least = sum(min(FAR[a][b] for b in (*left, 0) if b != a) for a in (town, *left))
            yield length + least, False, (*towns, town)
        else:
            yield length + FAR[town][0], True, (*towns, town)


def search(node, best, pruning=True, looks=None):
    """The best length below a node, if it is below `best`, and how many nodes were looked into."""
    if looks is not None:
        looks(node)
    if node[1]:
        return min(best, node[0]), 0
    looked = 1
    for child in sorted(children(node)):
        if child[0] < best or not pruning:
            best, more = search(child, best, pruning, looks)
            looked += more
    return best, looked


START = (0, False, (0,))
everything, pruned = search(START, float("inf"), pruning=False), search(START, float("inf"))
print("shortest trip and nodes, all:", everything, " with leaving out:", pruned)
print("one node in", everything[1] // pruned[1])

# %% [markdown]
# The same shortest trip, and 192 nodes. Note what it depends on: the *better* the best trip that is known, the more can be left out. So it goes into the most promising child first.
#
# Now share it among 7 workers. The first town is a natural cut: each worker has one of the 7 subtrees. Each searches its own, knowing nothing of the others.

# %%
predict(
    "How many nodes do the 7 of them look into, all together?",
    "fewer than the one alone", "as many", "several times as many",
)

# %%
looked = [search(child, float("inf"))[1] for child in sorted(children(START))]
print("each:", looked)
print("all:", sum(looked), " the largest:", max(looked))

# %% [markdown]
# And now with seven real processes, one for each part. Each marks in a shared array what it looks at. The root of the tree is at the top. Below it are 7 first towns, then 42 pairs of towns. At the bottom stand all 5,040 trips side by side.

# %%
def mark(marks, who, node):
    start, width, rest = 0, 5040, list(range(1, 8))
    for town in node[2][1:]:
        width //= len(rest)
        start += rest.index(town) * width
        rest.remove(town)
    tree = np.frombuffer(marks, "b").reshape(8, 5040)
    tree[len(node[2]) - 1, start : start + max(width, 12)] = who  # wide enough to be seen
    sleep(0.01)  # and slowly


def search_part(part, who, marks):
    search(part, float("inf"), looks=partial(mark, marks, who))


marks = RawArray("b", 8 * 5040)
tree = np.frombuffer(marks, "b").reshape(8, 5040)
names = ("towns after the first", "5,040 trips, side by side")
film = Film("who looked at which nodes", colours="who", names=names)
searchers = []
for who, part in enumerate(children(START), 1):
    searchers.append(Process(target=search_part, args=(part, who, marks)))
for searcher in searchers:
    searcher.start()
while any(searcher.is_alive() for searcher in searchers):
    film.show(tree)
    sleep(0.05)
for searcher in searchers:
    searcher.join()
film.show(tree, last=True)

# %% [markdown]
# Grey is what nobody looked at. It gets more and more from the top to the bottom: whole branches are left out with one look at their bound. And everybody has found the way to the bottom on its own.
#
# Three times as many as one alone, and 137 of them in one part: seven workers on seven cores bring a speed-up of 192 / 137 = 1.4. Two things are wrong.
#
# - **Nobody tells.** One finds a good trip, and six go on where this trip would have told them to stop. So the best length has to be in shared memory, and everybody looks at it at every node.
# - **The parts are unequal**, 47 and 137, and nobody could know. So make many more parts than workers, and let whoever is free take the next: dynamic scheduling, as in unit 10.
#
# How much does the first alone bring? In the next cell each worker begins with the best that those before it have found. (An order that processes may or may not have.)

# %%
best, looked = float("inf"), []
for child in sorted(children(START)):
    best, more = search(child, best)
    looked.append(more)
print("each:", looked, " all:", sum(looked))
shortest = [search(child, float("inf"))[0] for child in sorted(children(START))]
print("the best trip in each part:", shortest)

# %% [markdown]
# That is the serial search again, cut into parts: nearly all the work is in the first, and the others only have to see that they are not worth it. The best length, 226, is in two of the parts: a
# round trip can be gone in either direction.
#
# A parallel search can even be faster than P times. If the good trip happens to lie in the third part, whoever begins there finds it at once. The serial search would have gone through two parts before. And it can be slower
# than one alone. This is called a **search anomaly** (Lai and Sahni, 1984), and it is why a speed-up of a search is measured over many inputs, or told in nodes.

# %%
# exercise: branch_and_bound

# %% [markdown]
# ## What it means in practice
#
# | You want to | Take |
# | --- | --- |
# | sort what fits into memory | `sorted`, `np.sort`: one core is hard to beat; NumPy uses the vector unit, and gets slower by moving to processes first |
# | sort by an expensive key | compute the keys in a pool (a map), and sort alone |
# | sort more than fits | buckets by a sample, a file each: what Spark's `sortBy`, Dask's `sort_values` and every database do |
# | search a large graph | a library with compressed rows (SciPy's `csgraph`, igraph); the levels are arrays, and the limit is memory |
# | search for an optimum | a solver (HiGHS, OR-tools): they branch and bound on all cores, and the bound makes more difference than the cores |
#
# Partitioning by a sample is called a *range partition*; a few frequent keys are called *skew*, and are what makes a cluster of 100 machines wait for one.
#
# **To read on.** T. Cormen, C. Leiserson, R. Rivest, C. Stein, *Introduction to Algorithms*, 4th edition, chapter 26, section 26.3 (parallel merge sort, with a parallel merge), and chapter 20, section 20.2 (breadth-first search). M. McCool,
# A. Robison, J. Reinders, *Structured Parallel Programming*, chapters 13 (merge sort) and 14 (sample sort). A. Grama and others, *Introduction to Parallel Computing*, 2nd edition, section 9.5 (buckets and samples) and chapter 11 (search, and its anomalies in 11.6). T.-H. Lai and
# S. Sahni, "Anomalies in parallel branch-and-bound algorithms", Communications of the ACM 27 (1984).
#
# ## What you know now
#
# - Count what does not depend on the machine: comparisons, the largest bucket over the mean, nodes.
# - Merge: cut anywhere, put together with care; the last merge is the span. Buckets: cut with care, and nothing is left to do.
# - A sample says where to cut; equal keys have to be dealt out.
# - A graph's levels say how much can be shared. Seen is who is found.
# - Pruning: tell the others at once, and share out by what is free.
#
# In [the next unit](../13-grids/13-grids.ipynb) everybody knows beforehand what to do, and has to tell the neighbours.
