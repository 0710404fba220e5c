# %% [markdown]
# # Capstone
#
# **The question of this unit: yours.**
#
# You choose one of three problems, decide on a model, write it, measure it, simulate it on more cores than you have, and give your reasons. A part is checked by the machine: is it right, and is it really parallel? The other part is read by a person, with the rubric that stands
# above each of your texts.
#
# Contents: three problems · your solution · your curves · your report · where to go from here.
#
# Take some hours for it, on more than one day.

# %%
# %load_ext lockstep

# %%
import time

from lockstep import predict, usable_cpus

print(usable_cpus())

# %% [markdown]
# ## Three problems
#
# Each is given as a slow program, which says exactly what is wanted. Run all three before you choose.
#
# **Queens.** In how many ways can n queens stand on a board of n times n squares so that none attacks another, by row, column or diagonal? The work is a tree, whose branches are of very different sizes. Nothing has to be shared.

# %%
def queens_slowly(n, columns=()):
    row = len(columns)
    if row == n:
        return 1
    boards = 0
    for column in range(n):
        others = enumerate(columns)
        if all(column != other and abs(column - other) != row - above for above, other in others):
            boards += queens_slowly(n, (*columns, column))
    return boards


print([queens_slowly(n) for n in range(1, 9)], "boards with 1 to 8 queens")

# %% [markdown]
# **Pairs.** How many pairs of points are at most `distance` apart? It is the heart of simulations of molecules, of clustering, of games. The problem is a tuple `(points, distance)`; the points are tuples of whole numbers. All data are needed by everybody, or cleverly not; the rows of the work are
# of different lengths; and a better algorithm (sort, cells) beats any number of cores. You may use NumPy.

# %%
def pairs_slowly(points, distance):
    count = 0
    for row, (x, y) in enumerate(points):
        for a, b in points[:row]:
            count += (x - a) ** 2 + (y - b) ** 2 <= distance**2
    return count


points = [(37 * place % 1_000, 91 * place * place % 1_000) for place in range(800)]
print(pairs_slowly(points, 50), "pairs of 800 points are at most 50 apart")

# %% [markdown]
# **Crawl.** How many different words has each page of a web? The problem is a tuple `(fetch, start)`: `fetch(address)` waits for the page, and returns its links (a list of addresses) and its text. Wanted is a dict with every address that can be reached from `start`, and the number of different
# words of its text (what `text.split()` gives). The work is waiting, and what is to be done becomes known only while it is done. For your measurements, here is a web that waits:

# %%
def some_page(address):
    time.sleep(0.02)
    links = [(3 * address + step) % 60 for step in range(3)]
    return links, f"page {address} has links to {links} and says {'so ' * address}"


def crawl_slowly(fetch, start):
    found, todo = {}, [start]
    while todo:
        address = todo.pop()
        if address not in found:
            links, text = fetch(address)
            found[address] = len(set(text.split()))
            todo += links
    return found


print(len(crawl_slowly(some_page, 1)), "pages")

# %%
predict(
    "Which of the three gains most from 8 workers on a machine with 2 cores?",
    "queens", "pairs", "crawl",
)

# %% [markdown]
# The answer is yours to find, and to explain in your report.
#
# ## Your solution

# %%
# exercise: solve_in_parallel

# %% [markdown]
# ## Your curves
#
# Two curves belong into your report: the **measured** speed-up on this machine, and the **simulated** one on more cores (unit 10). For `queens` and `pairs` these lines are a beginning; choose a case that takes a second or more on one core. Put your serial program into `serial=`: the best that you have, and not only the slow one.
#
# `simulate` does not cover threads and event loops. For `crawl` measure the times with 1, 2, 4, 8, ... workers yourself and print them as a table; in the place of the simulation say which law (`laws.amdahl`, `laws.universal_scalability`) fits, and why.
#
# ```python
# from lockstep import laws, simulate, speedup
#
# def serially(n):
#     return queens_slowly(n)
#
# curve = simulate.curve(solve_in_parallel, 9, cores=[1, 2, 4, 8, 16], serial=serially, costs="laptop")
# speedup(solve_in_parallel, 9, serial=serially, simulated=curve)
# ```

# %%
# Your measurements.

# %% [markdown]
# ## Your report
#
# Three texts of 100 to 250 words each. They are read by a person, who gives points by these rubrics.
#
# ### 1. The choice
#
# | Points | For |
# | --- | --- |
# | 2 | the work is described by what it spends its time on, with figures that you have measured (computing, waiting, memory, messages) |
# | 2 | the model follows from that: why these workers, and why so many |
# | 2 | at least two other models of unit 15 are considered and rejected for reasons that fit this problem |
# | 2 | tasks: what one task is, why not smaller or larger, and how the loads become equal |

# %% [markdown] points=8 grade_id="report-choice"
# **Which problem did you choose, and which model for it? Why?**
#
# ### BEGIN SOLUTION
# For example: queens computes only (`time.thread_time` is 99 % of the time elapsed), shares nothing, and its arguments are three small numbers. So processes: threads would wait for the GIL, an event loop would stand still, and for a GPU the branches differ too much. One process for each usable core, because who computes needs a core.
# A task is the queens of the first two rows: n * n tasks, of which about three quarters are of use. With n tasks (one row) the largest is too large for 8 workers; with three rows the messages are noticeable. They are handed out one by one (`imap_unordered`), so that whoever has got a small one takes the next.
# ### END SOLUTION

# %% [markdown]
# ### 2. The curves
#
# | Points | For |
# | --- | --- |
# | 2 | a measured and a simulated curve (crawl: a table, and a law), of a case large enough, against the best serial program |
# | 2 | what limits the speed-up is named and shown: serial part, imbalance, messages, memory, or the number of cores (`laws.karp_flatt`, `busy`, a timeline) |
# | 2 | measured and simulated differ somewhere: where, and why; what is to be expected on 64 cores |

# %% [markdown] points=6 grade_id="report-curves"
# **What do your curves say? What limits the speed-up, and what would help?**
#
# ### BEGIN SOLUTION
# For example: on 2 cores 1.8, simulated 1.9; on 16 simulated cores 11, since the process starts one after another and the last task is long (`busy` of the first worker is 1.3 times the average). Karp-Flatt gives 0.03 at 4 and 0.03 at 16: a serial part, the start of the pool, and not a growing overhead.
# On 64 cores the n * n tasks of n = 10 are too few; three rows for a task would help, and a larger board even more (Gustafson).
# ### END SOLUTION

# %% [markdown]
# ### 3. Why it is right
#
# | Points | For |
# | --- | --- |
# | 2 | what is shared, and what protects it; or why nothing is |
# | 2 | why it ends: who waits for whom, and what happens when a worker raises an exception or dies |
# | 2 | a mistake that you made or nearly made, how it showed, and which test, check or instrument would find it |

# %% [markdown] points=6 grade_id="report-right"
# **Why is your program right, in every order in which its parts may run?**
#
# ### BEGIN SOLUTION
# For example: the workers share nothing; each gets three numbers and returns one, and only the parent adds up. Addition is associative and commutative, so that the order of the results does not matter. The parent waits for the pool only, and no worker waits for another: no cycle. An exception of a worker comes out of
# `imap_unordered`; a worker that is killed would make it wait for ever, for which `ProcessPoolExecutor` would be the better choice. I first forgot that one queen has no second row; the check with odd cases found it.
# ### END SOLUTION

# %% [markdown]
# ## Where to go from here
#
# **To read on.** *Patterns*: T. Mattson, B. Sanders, B. Massingill, *Patterns for Parallel Programming* (Addison-Wesley, 2004): how to get from a problem to a parallel program, step by step, as you have just done. *Theory*: J. JáJá, *An Introduction to Parallel Algorithms* (Addison-Wesley, 1992). *Computer architecture*: J. Hennessy, D. Patterson,
# *Computer Architecture: A Quantitative Approach*, 6th edition (Morgan Kaufmann, 2017), chapter 5 on what the hardware does to keep shared memory shared. *Operating systems*: R. Arpaci-Dusseau, A. Arpaci-Dusseau, *Operating Systems: Three Easy Pieces* (2018; free on the web), the part on concurrency.
#
# ## After this course
#
# Every unit has prepared you for books. This table says which unit for which, and where in the book you can begin.
#
# | If you want to know about | Read | Prepared by |
# | --- | --- | --- |
# | operating systems | R. Arpaci-Dusseau, A. Arpaci-Dusseau, *Operating Systems: Three Easy Pieces*: processes, then the part on concurrency; A. Silberschatz, P. Galvin, G. Gagne, *Operating System Concepts*, 10th edition (Wiley, 2018) | [01](../01-processes/01-processes.ipynb) processes, [02](../02-messages/02-messages.ipynb) messages, [03](../03-memory/03-memory.ipynb) memory, [06](../06-locks/06-locks.ipynb) locks, [08](../08-deadlock/08-deadlock.ipynb) deadlock |
# | computer architecture | J. Hennessy, D. Patterson, *Computer Architecture: A Quantitative Approach*, 6th edition (Morgan Kaufmann, 2017), chapter 5, on threads and shared memory | [03](../03-memory/03-memory.ipynb) memory, [09](../09-promises/09-promises.ipynb) promises, [10](../10-speedup/10-speedup.ipynb) speed-up |
# | concurrent programming | G. Andrews, *Foundations of Multithreaded, Parallel, and Distributed Programming* (Addison-Wesley, 2000); M. Ben-Ari, *Principles of Concurrent and Distributed Programming*, 2nd edition (Addison-Wesley, 2006); A. Downey, *The Little Book of Semaphores*, 2nd edition (2016; free on the web) | [05](../05-races/05-races.ipynb) races, [06](../06-locks/06-locks.ipynb) locks, [07](../07-conditions/07-conditions.ipynb) conditions, [08](../08-deadlock/08-deadlock.ipynb) deadlock, the [gallery](../17-gallery/17-gallery.ipynb) |
# | multiprocessor programming | M. Herlihy, N. Shavit, V. Luchangco, M. Spear, *The Art of Multiprocessor Programming*, 2nd edition (Morgan Kaufmann, 2020), chapter 2 (mutual exclusion), 3 (concurrent objects), 8 (monitors) | [05](../05-races/05-races.ipynb) races, [07](../07-conditions/07-conditions.ipynb) conditions, [09](../09-promises/09-promises.ipynb) promises |
# | Python concurrency | M. Gorelick, I. Ozsvald, *High Performance Python*, 2nd edition (O'Reilly, 2020); L. Ramalho, *Fluent Python*, 2nd edition (O'Reilly, 2022), chapters 19 to 21 | [01](../01-processes/01-processes.ipynb) processes, [03](../03-memory/03-memory.ipynb) memory, [04](../04-pools/04-pools.ipynb) pools, [15](../15-choosing/15-choosing.ipynb) choosing |
# | asyncio | M. Fowler, *Python Concurrency with asyncio* (Manning, 2022), from chapter 2 on; chapter 6 has processes beside the loop; C. Hattingh, *Using Asyncio in Python* (O'Reilly, 2020) | [15](../15-choosing/15-choosing.ipynb) choosing |
# | Java | B. Goetz and others, *Java Concurrency in Practice* (Addison-Wesley, 2006), from chapter 2 on | [06](../06-locks/06-locks.ipynb) locks, [07](../07-conditions/07-conditions.ipynb) conditions, [15](../15-choosing/15-choosing.ipynb) choosing |
# | Go | A. Donovan, B. Kernighan, *The Go Programming Language* (Addison-Wesley, 2015), chapters 8 and 9; K. Cox-Buday, *Concurrency in Go* (O'Reilly, 2017) | [02](../02-messages/02-messages.ipynb) messages, [15](../15-choosing/15-choosing.ipynb) choosing |
# | C++ | A. Williams, *C++ Concurrency in Action*, 2nd edition (Manning, 2019), chapters 3 and 4; chapter 5 on memory | [06](../06-locks/06-locks.ipynb) locks, [07](../07-conditions/07-conditions.ipynb) conditions, [09](../09-promises/09-promises.ipynb) promises |
# | OpenMP | B. Chapman, G. Jost, R. van der Pas, *Using OpenMP* (MIT Press, 2007); T. Mattson, Y. He, A. Koniges, *The OpenMP Common Core* (MIT Press, 2019) | [04](../04-pools/04-pools.ipynb) pools, [10](../10-speedup/10-speedup.ipynb) speed-up, [13](../13-grids/13-grids.ipynb) grids |
# | CUDA | D. Kirk, W. Hwu, *Programming Massively Parallel Processors*; in the 4th edition (Morgan Kaufmann, 2022) W. Hwu, D. Kirk, I. El Hajj | [11](../11-patterns/11-patterns.ipynb) reduce and scan, [12](../12-sorting/12-sorting.ipynb) sorting, [13](../13-grids/13-grids.ipynb) grids, [15](../15-choosing/15-choosing.ipynb) choosing |
# | MPI | W. Gropp, E. Lusk, A. Skjellum, *Using MPI*, 3rd edition (MIT Press, 2014) | [02](../02-messages/02-messages.ipynb) messages, [13](../13-grids/13-grids.ipynb) grids, [14](../14-machines/14-machines.ipynb) machines |
# | patterns | T. Mattson, B. Sanders, B. Massingill, *Patterns for Parallel Programming* (Addison-Wesley, 2004); M. McCool, A. Robison, J. Reinders, *Structured Parallel Programming* (Morgan Kaufmann, 2012) | [04](../04-pools/04-pools.ipynb) pools, [11](../11-patterns/11-patterns.ipynb) map, reduce, scan, [12](../12-sorting/12-sorting.ipynb) sorting, this unit |
# | theory | T. Cormen, C. Leiserson, R. Rivest, C. Stein, *Introduction to Algorithms*, 4th edition (MIT Press, 2022), chapter 26; J. JáJá, *An Introduction to Parallel Algorithms* (Addison-Wesley, 1992); N. Lynch, *Distributed Algorithms* (Morgan Kaufmann, 1996) | [09](../09-promises/09-promises.ipynb) promises, [10](../10-speedup/10-speedup.ipynb) work and span, [11](../11-patterns/11-patterns.ipynb) scan, [12](../12-sorting/12-sorting.ipynb) sorting |
# | big data | M. Kleppmann, *Designing Data-Intensive Applications* (O'Reilly, 2017), chapters 8 and 10; B. Chambers, M. Zaharia, *Spark: The Definitive Guide* (O'Reilly, 2018); T. White, *Hadoop: The Definitive Guide*, 4th edition (O'Reilly, 2015) | [11](../11-patterns/11-patterns.ipynb) map and reduce, [12](../12-sorting/12-sorting.ipynb) sorting, [14](../14-machines/14-machines.ipynb) machines |
# | machine learning | I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning* (MIT Press, 2016), chapter 12, section 12.1, on large-scale training | [11](../11-patterns/11-patterns.ipynb) reduce, [13](../13-grids/13-grids.ipynb) matrices, [14](../14-machines/14-machines.ipynb) training together |
# | the cloud | B. Burns, *Designing Distributed Systems* (O'Reilly, 2018); M. van Steen, A. Tanenbaum, *Distributed Systems*, 3rd edition (2017; free on the web) | [04](../04-pools/04-pools.ipynb) pools, [14](../14-machines/14-machines.ipynb) machines |
#
# ## What you know now
#
# You can say what a program spends its time on, choose a model for it, write it so that it is right in every order, prove or test that, measure it honestly, and say what a larger machine would bring. That is what people mean who say that they can write parallel programs.
