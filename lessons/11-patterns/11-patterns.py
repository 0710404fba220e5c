# %% [markdown]
# # Map, reduce, scan
#
# **The question of this unit: what do all these loops have in common?**
#
# Summing, finding the largest, counting words, sorting out the good from the bad: most loops over a list are one of a handful of
# patterns. If you know which, you know how to share it among processes, and how short its longest chain can be.
#
# Contents: map and reduce · when you may move the brackets · floating-point numbers · a reduce on many cores, and in
# earnest · scan, and what it costs · pack · MapReduce.
#
# You will build `tree_reduce`, `scan`, `pack` and `word_count`.

# %%
# %load_ext lockstep

# %%
import math
import operator
from collections import Counter
from functools import reduce
from itertools import accumulate
from multiprocessing import Pipe, Pool, Process

from lockstep import predict, simulate, speedup, timeline, usable_cpus, work

# %% [markdown]
# ## Map and reduce
#
# The simplest pattern is a **map**: one function, applied to every item by itself, as `pool.map` does. No item needs another one, so the span is the cost of
# the most expensive item, and everything can be done at the same time. That is all there is to say.
#
# The loops that follow have a harder problem: each step seems to need the step before it. `reduce(f, items)` puts `f` between all the items and works from
# left to right. A sum is a **reduce** with `+`.
#
# So that we see what happens, let us reduce with a function that only writes down what it was asked to do. In the second line we call the same function by
# hand, on neighbours first.

# %%
predict(
    "Where will the brackets of the reduce be?",
    "all on the left", "all on the right", "in pairs, like a tree",
)

# %%
def told(left, right):
    return f"({left} + {right})"


print("reduce:", reduce(told, "abcdefgh"))
print("tree:  ", told(told(told("a", "b"), told("c", "d")), told(told("e", "f"), told("g", "h"))))

# %% [markdown]
# All on the left. Eight items, seven additions, and each one needs the one before: a chain of 7. No number of processors helps.
#
# In the second line there are again seven additions, so the *work* is the same. But the longest chain is 3: the four inner ones can happen at
# the same time, then two, then the last one. This is a **tree**, and a million items need a chain of only 20.
#
# May we do that? The result must not depend on where the brackets are: `(a + b) + c == a + (b + c)`. Such an operation
# is called **associative**.

# %%
predict(
    "Which of these is not associative?",
    "max", "average of two", "joining texts", "first of two",
)

# %%
def average(a, b):
    return (a + b) / 2


def first(a, b):
    return a


trials = [
    ("+", operator.add, (7, 2, 4)),
    ("max", max, (7, 2, 4)),
    ("average of two", average, (7, 2, 4)),
    ("joining texts", operator.add, ("x", "y", "z")),
    ("first of two", first, (7, 2, 4)),
]
for name, f, (a, b, c) in trials:
    print(f"{name:>14}: {f(f(a, b), c)!r:>6} and {f(a, f(b, c))!r:>6}")

# %% [markdown]
# The average gives two different results, so it is out. (One example shows that an operation is *not*
# associative. That the others are, you have to prove.)
#
# And if we want an average? Carry more along. The pair (sum, count) is combined by `+` twice, which is associative, and the division comes once, at the
# end. This trick is worth remembering.
#
# Associative is not the same as **commutative**, `a + b == b + a`. Joining texts is associative, but "xy" is not "yx".
# A tree may move the brackets and may not change the order: what was on the left stays on the left. If a program combines
# results in the order in which the workers finish, it needs both.
#
# ## Floating-point numbers
#
# Addition is associative. That is what we learned at school.

# %%
predict("(0.1 + 0.2) + 0.3 == 0.1 + (0.2 + 0.3). What does Python say?", "True", "False")

# %%
print((0.1 + 0.2) + 0.3)
print(0.1 + (0.2 + 0.3))
print((0.1 + 0.2) + 0.3 == 0.1 + (0.2 + 0.3))

# %% [markdown]
# Each addition rounds to the 53 bits that fit, and another order rounds differently. It can be worse. Here a large number
# comes and goes, and 1.0 is between: `(1e16 + 1.0) + -1e16`.

# %%
predict("What is this sum?", "1.0", "0.0", "2.0")

# %%
print((1e16 + 1.0) + -1e16)

# %% [markdown]
# Next to 1e16 the neighbouring numbers are 2 apart, so the 1.0 vanishes. With the brackets elsewhere, `1.0 + (1e16 + -1e16)`, it is there.
#
# So a parallel sum of floats may differ from the serial one in its last digits, and if the brackets depend on who finishes first, from
# run to run. It is not a mistake in your program, but you must know it. Compare with a tolerance (`math.isclose`), and
# fix the shape of the tree where results have to repeat.
#
# Which of the two is nearer to the truth? Let us add up 0.1 for 1,024 times, and compare with `math.fsum`, which rounds only once.

# %%
predict("Which sum is exact?", "one after another", "in a tree", "both", "neither")

# %%
tenths = [0.1] * 1024


def in_a_tree(items):
    if len(items) == 1:
        return items[0]
    half = len(items) // 2
    return in_a_tree(items[:half]) + in_a_tree(items[half:])


exact = math.fsum(tenths)
print("one after another is exact:", reduce(operator.add, tenths) == exact)
print("in a tree is exact:        ", in_a_tree(tenths) == exact)

# %% [markdown]
# In the tree equal numbers meet, and here doubling one never has to round. From left to right, a large total meets a small
# item 1023 times, and nearly every time something is rounded off. So the tree is usually the more exact of the two.

# %%
# exercise: tree_reduce

# %% [markdown]
# ## A reduce on many cores
#
# Let an operation cost 0.1 s, and let us have 8 items. One process folds from the left; in the other program, a process
# gives the two halves to two children and combines what they send. (An ideal machine: starting and talking cost nothing.)

# %%
predict("Eight items, 0.1 s an addition: how long does the tree take on 8 cores?", unit="s")

# %%
def slow_sum(left, right):
    work(0.1)
    return left + right


def fold(items):
    return reduce(slow_sum, items)


def reduce_half(items, end):
    end.send(reduce_in_processes(items))
    end.close()


def reduce_in_processes(items):
    if len(items) == 1:
        return items[0]
    half = len(items) // 2
    receivers, children = [], []
    for part in (items[:half], items[half:]):
        receiver, sender = Pipe(duplex=False)
        child = Process(target=reduce_half, args=(part, sender))
        child.start()
        sender.close()
        receivers.append(receiver)
        children.append(child)
    left, right = [receiver.recv() for receiver in receivers]
    for child in children:
        child.join()
    return slow_sum(left, right)


for program in [fold, reduce_in_processes]:
    found = simulate(program, [3, 1, 4, 1, 5, 9, 2, 6], cores=8, costs="ideal")
    told = f"{found.makespan:.1f} s, work {found.work:.1f} s, span {found.span:.1f} s"
    print(f"{program.__name__:>20}: {found.result}, {told}")
timeline(found.timeline())

# %% [markdown]
# Both find 31, with seven operations, 0.7 s of work. The tree does it in 0.3 s: three levels, which you see in the bars.
#
# ## A reduce in earnest
#
# A process for every item is a way to *see* the tree, not a way to add. In earnest each worker folds a share of the items, one after
# another, and only the totals of the shares meet. The brackets move, and the order stays: the shares are contiguous.
#
# An addition costs 1 ms in the next cell, so that there is something to share. Where your CPUs end, the simulation goes on.

# %%
predict("What is the speed-up on 8 cores?", unit="times")

# %%
def plus(left, right):
    work(0.001)
    return left + right


def shares(n, workers):
    return [range(n * worker // workers, n * (worker + 1) // workers) for worker in range(workers)]


def total_of(share):
    return reduce(plus, share)


def reduce_in_shares(n, workers):
    with Pool(workers) as pool:
        totals = pool.map(total_of, shares(n, workers), chunksize=1)
        pool.close()
        pool.join()
    return reduce(plus, totals)


def reduce_alone(n):
    return total_of(range(n))


print(usable_cpus())
CORES = [1, 2, 3, 4, 8, 16]
curve = simulate.curve(reduce_in_shares, 400, cores=CORES, serial=reduce_alone, costs="laptop")
speedup(
    reduce_in_shares, 400, serial=reduce_alone, seconds=3, simulated=curve, elsewhere="reduce_in_shares"
)

# %% [markdown]
# The curve stays below the ideal line: starting the pool takes time too, and the last additions, one for each share,
# are made by one process alone. Read the sentence below the picture before you believe the blue points. Then move a slider: with ten items there is hardly
# anything to share, and the start of the pool costs more than it brings.
#
# So the start stands against 0.4 s of work. Gustafson's question (unit 10) is the better one here: with twice the workers, take twice the
# *items*. This is weak scaling. We take 8 cores again, and 8 times the items.

# %%
predict(
    "Is the scaled speed-up above or below the one that you just saw?",
    "above", "below", "the same",
)

# %%
alone = simulate(reduce_alone, 400, cores=1, costs="laptop").makespan
scaled = []
for p in CORES:
    seconds = simulate(reduce_in_shares, 400 * p, p, cores=p, costs="laptop").makespan
    scaled.append((p, p * alone / seconds))
print(f"8 cores: {dict(scaled)[8]:.1f} times the work")
print(f"before: {curve.at(8).speedup:.1f} times as fast")
speedup(reduce_in_shares, 400, serial=reduce_alone, seconds=2, scaling="weak", simulated=scaled)

# %% [markdown]
# Above. With more workers the run takes about as long as with one, and does so many times the work: the start of the
# pool is a smaller part of it.
#
# ## Scan
#
# A **scan** keeps all the totals on the way: after one item, after two, and so on. (Also called prefix sums. In Python it is `itertools.accumulate`.)
# Of 3, 1, 4, 1, 5, 9, 2, 6 it makes 3, 4, 8, 9, 14, 23, 25, 31.
#
# Here surely every total needs the one before it? So it seems, and yet the same brackets help. Suppose that somebody adds the items up in twos first, and gives you the running totals of these.

# %%
predict(
    "There are 8 items. How many additions are missing for all the totals?",
    unit="additions",
)

# %%
values = [3, 1, 4, 1, 5, 9, 2, 6]
pairs = [values[i] + values[i + 1] for i in range(0, len(values), 2)]
print("pairs:          ", pairs)
print("running totals: ", list(accumulate(pairs)))
print("what we look for:", list(accumulate(values)))

# %% [markdown]
# Three. The running totals of the pairs, 4, 9, 23, 31, are every second number of the answer. The first number is an item. Each of the others is one addition
# away: 4 + 4 is 8, 9 + 5 is 14, 23 + 2 is 25. Those three do not need one another, and neither do the pairs.
#
# And these running totals? They are a scan of a list half as long. So: the same again. Two short steps a level, and
# log2 n levels. The price is that there are more additions than in the loop, nearly twice as many. That is a common
# bargain: **more work for less span**. On one core it is a loss.

# %%
# exercise: scan

# %% [markdown]
# ## A scan in earnest
#
# With P workers, again each has a share. What does a worker need to know of the others? Only the total of all that stands *before*
# its share. So there are two passes. First every share but the last is added up. Then each worker makes the running totals of
# its share, beginning with the total of what is before it.
#
# How many additions does each of 2 workers make, and how many did the loop make?

# %%
predict("What is the speed-up with 2 workers?", unit="times")

# %%
def scan_of(task):
    before, share = task
    if before is None:
        return list(accumulate(share, plus))
    return list(accumulate(share, plus, initial=before))[1:]


def scan_in_shares(n, workers):
    parts = shares(n, workers)
    with Pool(workers) as pool:
        totals = pool.map(total_of, parts[:-1], chunksize=1)
        before = [None, *accumulate(totals, plus)]
        scanned = pool.map(scan_of, list(zip(before, parts)), chunksize=1)
        pool.close()
        pool.join()
    return [total for part in scanned for total in part]


def scan_alone(n):
    return list(accumulate(range(n), plus))


curve = simulate.curve(scan_in_shares, 400, cores=CORES, serial=scan_alone, costs="laptop")
speedup(
    scan_in_shares, 400, serial=scan_alone, seconds=3, simulated=curve, elsewhere="scan_in_shares"
)

# %% [markdown]
# Two workers, and nothing is gained. One adds up the first half while the other has nothing to do. Then each goes through a half. That is a chain as long as the
# loop, and one and a half times its additions. With P workers each goes through its share twice, so they are at best P / 2 times as fast. The curve
# rises with half the slope of the ideal line. A scan in processes pays from 3 workers on, and only where one addition costs much.
#
# The bars show the two passes of four workers. In the first one the last worker has nothing to do.

# %%
timeline(simulate(scan_in_shares, 400, 4, cores=4, costs="ideal").timeline())

# %% [markdown]
# ## Pack
#
# Why would anybody want running totals? Because they say **where things go**.
#
# Many processes look at items at the same time and want to keep some, in order. If each one appends to a common list under a lock,
# they stand in a queue, and the order is the order of their luck. It would be better if every kept item knew its place.

# %%
predict(
    "What do the running totals of ones (keep) and zeros (drop) tell a kept item?",
    "its place among the kept", "how many are dropped", "its place among all",
)

# %%
letters = list("lOcksTEp")
flags = [1 if letter.islower() else 0 for letter in letters]
print("items: ", *letters)
print("keep:  ", *flags)
print("totals:", *accumulate(flags))

# %% [markdown]
# The total at a kept item says how many are kept up to and including it. So `l` is number 1, `c` is number 2, and its
# place, counted from 0, is one less. Now all of them can be written at once: no lock, no queue, and the order is right.

# %%
# exercise: pack

# %% [markdown]
# In earnest the scan is a short one. Each worker looks at its share and packs what it keeps. How many it keeps is all that matters for
# where it goes, so the scan runs over P numbers, not over all items.

# %%
predict(
    "To look at an item costs 1 ms. Which curve does this resemble?",
    "that of the reduce", "that of the scan",
)

# %%
def wanted(number):
    work(0.001)
    return number % 3 == 0


def kept_of(share):
    return [number for number in share if wanted(number)]


def pack_in_shares(n, workers):
    with Pool(workers) as pool:
        parts = pool.map(kept_of, shares(n, workers), chunksize=1)
        pool.close()
        pool.join()
    starts = [0, *accumulate(len(part) for part in parts)]
    result = [None] * starts[-1]
    for start, part in zip(starts, parts):
        result[start : start + len(part)] = part
    return result


def pack_alone(n):
    return kept_of(range(n))


curve = simulate.curve(pack_in_shares, 400, cores=CORES, serial=pack_alone, costs="laptop")
speedup(
    pack_in_shares, 400, serial=pack_alone, seconds=2, simulated=curve, elsewhere="pack_in_shares"
)

# %% [markdown]
# That of the reduce. The work is done once, and the scan that it needs is so short that you do not see it.
#
# ## MapReduce
#
# In 2004 Dean and Ghemawat described how Google counts the words of the web: with a map and a reduce, on thousands of computers. The pattern fits in a few lines. The question is what
# travels between the two.
#
# Take three short texts: "to be or not to be", "the lady doth protest too much the lady", and "to die to sleep to sleep perchance to dream". Each worker could
# send every word that it finds, as the pair (word, 1). Or it could first **combine**: add up what it has, and send one pair for each different word.

# %%
predict(
    "How many pairs travel, if each of the three texts is combined first?",
    unit="pairs",
)

# %%
texts = [
    "to be or not to be",
    "the lady doth protest too much the lady",
    "to die to sleep to sleep perchance to dream",
]
print("every word:", sum(len(text.split()) for text in texts))
print("combined:  ", sum(len(Counter(text.split())) for text in texts))

# %% [markdown]
# 23 against 15, and these are short texts. In a long one nearly every word has been there before: the words go on and on, and the
# vocabulary hardly grows. Without the combining, one process receives all the words of the world, and counts them alone.
#
# Here are both programs, on your machine, with a few hundred thousand words.

# %%
predict(
    "In which program does the main process compute more?",
    "every word sent", "words counted first",
)

# %%
def words_of(text):
    return text.split()


def counted_words_of(text):
    return Counter(text.split())


def count_every_word(texts, workers):
    total = Counter()
    with Pool(workers) as pool:
        for found in pool.imap_unordered(words_of, texts):
            total.update(found)
        pool.close()
        pool.join()
    return total


def count_combined(texts, workers):
    total = Counter()
    with Pool(workers) as pool:
        for found in pool.imap_unordered(counted_words_of, texts):
            total.update(found)
        pool.close()
        pool.join()
    return total


long_texts = [(" ".join(texts) + " ") * 2000] * 8
every_word = timeline(count_every_word, long_texts, 2)
combined = timeline(count_combined, long_texts, 2)
print(every_word.answer == combined.answer)

# %% [markdown]
# In the first program the workers are busy sending, again and again, and the main process takes the words apart and counts them: all the
# words go through its hands. In the second the workers compute. The main process waits, and the eight short tables that it adds
# up are thin strokes. (The start of the workers is the same in both.)
#
# Why is it allowed to combine early? Adding up counts is associative, so the brackets may be moved: first within a worker,
# then between them. It is commutative too, so it does not matter who is ready first.

# %%
# exercise: word_count

# %% [markdown]
# ## In practice
#
# - Find the pattern first. A map needs nothing but a pool, a reduce an associative operation, and what looks like neither is often a scan.
# - Reduce and scan in **shares**, one for each worker, and keep the tree for the totals. OpenMP's `reduction` and MPI's `Reduce` and `Scan` do it so.
# - Put together in the order of the shares (`pool.map`) where the operation is not commutative, or where float results have to repeat.
# - Pack is how a graphics card filters, and how databases and Arrow write what a `WHERE` keeps: counts, their scan, and then everybody writes at once.
# - In Spark take `reduceByKey`, which combines before it sends, and not `groupByKey`, which does not. In Dask, `bag.foldby`.
#
# ## What you know now
#
# - Map: no item needs another. Reduce: one result. Scan: all results on the way. Pack: a scan that says where things go.
# - Associative: the brackets may move, and a chain of n becomes a tree of log2 n. Commutative: the order may change as well.
# - Float addition is not quite associative. Expect other last digits, and fix the tree where results must repeat.
# - Combine before you send.
#
# **To read on.** M. McCool, A. Robison, J. Reinders, *Structured Parallel Programming* (Morgan Kaufmann, 2012), chapters 4 (map) and 5 (reduce, scan, fusion). G. Blelloch, "Prefix Sums and Their Applications", report CMU-CS-90-190 (1990), sections 1.1 to 1.3. J. Dean, S. Ghemawat, "MapReduce: Simplified
# Data Processing on Large Clusters", OSDI (2004), section 2, and 4.3 on combining. D. Goldberg, "What Every Computer Scientist Should Know About Floating-Point Arithmetic", ACM Computing Surveys 23 (1991). On graphics cards: W. Hwu, D. Kirk, I. El Hajj, *Programming Massively Parallel Processors*, 4th edition, chapters 10 (reduction) and 11 (prefix sum).
#
# All of this knows beforehand what there is to do. [The next unit](../12-sorting/12-sorting.ipynb) does not.
