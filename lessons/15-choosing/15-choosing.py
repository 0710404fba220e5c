# %% [markdown]
# # Choosing
#
# **The question of this unit: which model for which work?**
#
# You know processes well by now. Python has other ways to do several things at once, and other languages have more: threads, event loops, interpreters, compiled loops, graphics cards, clusters. Which one is right depends on a single question: **what does
# your program spend its time on?** In this unit three small pieces of work go through all the models, on your machine, and you fill in the table.
#
# Contents: three kinds of work · threads · what the GIL does · processes · an event loop · both together · interpreters · compiled loops · a graphics card · many machines · your table · four styles of the same program.
#
# You will build `fetch_all`, `with_the_right_pool`, `primes_with_executor` and `primes_with_asyncio`, and predict `what_the_gil_does`.

# %%
# %load_ext lockstep

# %%
import asyncio
import hashlib
import os
import queue
import shutil
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from importlib.util import find_spec

import numpy as np

from lockstep import mpiexec, predict, usable_cpus

cpus = usable_cpus()
gil = "with a GIL" if getattr(sys, "_is_gil_enabled", lambda: True)() else "without a GIL"
print(f"Python {sys.version_info.major}.{sys.version_info.minor}, {gil}")
print(cpus)
MPI = "mpi4py impi-rt" if os.name == "nt" else "mpi4py mpich"
if missing := [packages for packages in ("numba", MPI, "distributed") if find_spec(packages.split()[0]) is None]:
    print("Not installed here yet. Run this in a cell of its own, restart the kernel, and begin again:")
    print("%pip install", *missing)

# %% [markdown]
# ## Three kinds of work
#
# **Computing**: count primes, slowly, on purpose. **Waiting**: ask a server, which takes its time. **Both**: ask, then compute with the answer. Most programs are one of the three.
#
# The server is a program of its own on your machine. It answers each question after 50 milliseconds, however many are asked at once. A **model** is here a kind of `map`: it takes a function and items, and returns the results.

# %%
SERVER = """
import asyncio, sys

async def answer(reader, writer):
    number = int(await reader.readline())
    await asyncio.sleep(0.05)
    writer.write(f"{number * number}\\n".encode())
    await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=200)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)  # until the notebook is closed

asyncio.run(main())
"""
server = subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
PORT = int(server.stdout.readline())
print("it listens on port", PORT, "of this machine, and nowhere else")

# %%
def count_primes_from(start, stop):
    return sum(all(number % d for d in range(2, number)) for number in range(max(2, start), stop))


def compute(start):
    return count_primes_from(start, start + 100)


def ask(question):
    port, number = question
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"{number}\n".encode())
        return int(connection.makefile().readline())


def ask_and_compute(question):
    return ask(question) + compute(30_000)


# What is to be done, for what, and what it adds up to: 16 blocks, 20 questions, 16 times both.
WORK = {
    "computing": (compute, list(range(30_000, 31_600, 100)), 154),
    "waiting": (ask, [(PORT, number) for number in range(20)], 2_470),
    "both": (ask_and_compute, [(PORT, number) for number in range(16)], 1_384),
}

# %%
def one_after_another(function, items):
    return [function(item) for item in items]


def timed(run):
    began = time.perf_counter()
    found = run()
    return time.perf_counter() - began, found


def measure(table, model, its_map, kinds=("computing", "waiting", "both")):
    """Runs each kind of work twice in a model; the shorter time goes into the table."""
    print(f"{model}:", end="", flush=True)
    for kind in kinds:
        function, items, right = WORK[kind]
        runs = [timed(lambda: its_map(function, items)) for _ in range(2)]
        table[model, kind] = min(seconds for seconds, _ in runs)
        same = all(sum(found) == right for _, found in runs)
        print(f" {kind} {table[model, kind]:.2f} s{'' if same else ' (wrong results!)'}", end="", flush=True)
    print()


table = {}  # (model, kind of work): seconds
measure(table, "a loop", one_after_another)

# %% [markdown]
# Twenty questions of 50 ms, and nothing else: a second, in which the CPU does next to nothing.
#
# ## Threads
#
# A **thread** is a second place in the *same* process at which the program is executed. It costs some tens of microseconds, shares all variables, and needs no pickle. And in most Pythons there is the **GIL**, the global interpreter lock: only the thread
# that holds it executes Python.

# %%
predict(
    "16 threads in the place of a loop. What gets much faster?",
    "computing and waiting", "only computing", "only waiting", "neither",
)

# %%
def in_threads(function, items):
    with ThreadPoolExecutor(16) as executor:
        return list(executor.map(function, items))


measure(table, "16 threads", in_threads)

# %% [markdown]
# **Whoever waits gives the GIL away.** So all can wait at the same time, and 16 threads wait as fast as they are many. Whoever computes keeps it, and the others stand in line: 16 threads compute no faster than one. (If yours did, you have a Python without a GIL, see below.)
#
# There is a third group: C code that does not touch Python objects for a while, and lets the GIL go meanwhile. Hashing a large text does:

# %%
predict("Two threads, each hashes 40 MB: how many times as fast as one after the other?", unit="times")

# %%
def hash_it(data):
    return hashlib.sha256(data).hexdigest()


two = [bytes(40_000_000), bytes(40_000_000)]
alone = min(timed(lambda: one_after_another(hash_it, two))[0] for _ in range(2))
shared = min(timed(lambda: in_threads(hash_it, two))[0] for _ in range(2))
print(f"{alone / shared:.1f} times as fast. {cpus}")

# %% [markdown]
# ## What the GIL does
#
# So the GIL *takes* something away: computing together. It also *gives* something: one bytecode of one thread is over before another thread goes on. Does that replace locks? A line of Python is several bytecodes. Here they are for
# `n += 1`: between loading `n` and storing it there is room for another thread, and that is the lost update of unit 05. Where CPython really switches has changed from version to version (since 3.10 mostly at calls and at the end of a loop), so that such a program may be right for years and wrong after an
# update. What a language does not promise is not yours.

# %%
import dis


def add_one(counter):
    counter.n += 1


for step in dis.get_instructions(add_one):
    if step.opname not in ("RESUME", "COPY", "SWAP", "CACHE"):
        print(f"{step.opname:<16} {step.argrepr}")

# %%
# exercise: what_the_gil_does

# %% [markdown]
# **Without a GIL.** From Python 3.13 on there is a second build of CPython, *free-threaded* (its program is called `python3.14t`). There threads compute together, lists and dicts guard themselves with small locks of their own, and a single thread is a little slower. All that you learnt in Part II about
# locks holds there as it holds for processes. The first cell above told which one you have.
#
# ## Processes
#
# Each has an interpreter of its own, and a GIL of its own. You know what they cost.

# %%
predict(
    "Two processes, against 16 threads. Where are the processes ahead?",
    "computing", "waiting", "both of these",
)

# %%
def in_processes(function, items):
    with ProcessPoolExecutor(2) as executor:
        return list(executor.map(function, items))


measure(table, "2 processes", in_processes)

# %% [markdown]
# Computing: as fast as you have cores, less what the processes cost to start. Waiting: two at a time, because two processes wait for two things. Sixteen processes would wait for sixteen; they cost some tens of megabytes each, where a thread costs some kilobytes.
#
# What the GIL says about a program you can put into one sentence: **threads for waiting, processes for computing.** Somebody has to find out which is which, though. `time.thread_time` counts only while this thread has a core; what it did not have a core for counts as waiting here, so measure on a quiet
# machine. From the two numbers also follows how many threads keep one core busy: **1 + waits / computes**, a rule from Brian Goetz's book on Java.

# %%
def profile(function, item):
    began, computed = time.perf_counter(), time.thread_time()
    function(item)
    computes = time.thread_time() - computed
    return computes, max(0.0, time.perf_counter() - began - computes)


for kind, (function, items, _) in WORK.items():
    computes, waits = profile(function, items[0])
    times = f"computes {computes * 1000:4.1f} ms, waits {waits * 1000:4.1f} ms"
    print(f"{kind:>9}: {times}: {1 + waits / computes:3.0f} threads a core")

# %%
# exercise: with_the_right_pool

# %% [markdown]
# ## An event loop
#
# Sixteen threads wait in sixteen places. An **event loop** waits in one place for all: it asks the system "which of these thousand connections has something?" and goes on with the coroutine that waits for it. A coroutine is a function that can stop at an
# `await` and go on there later. Nobody interrupts it in between.
#
# So it needs no threads and hardly any memory. But every function on the way has to be written for it, with `async def` and `await`.

# %%
predict(
    "The same in an event loop. Which of the three gets no faster than in a plain loop?",
    "computing", "waiting", "both",
)

# %%
async def ask_async(question):
    port, number = question
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{number}\n".encode())
    found = int(await reader.readline())
    writer.close()
    return found


async def compute_async(start):
    return compute(start)


async def ask_and_compute_async(question):
    return await ask_async(question) + compute(30_000)


def in_an_event_loop(function, items):
    coroutine = {compute: compute_async, ask: ask_async, ask_and_compute: ask_and_compute_async}[function]

    async def main():
        return await asyncio.gather(*[coroutine(item) for item in items])

    with ThreadPoolExecutor(1) as own_thread:  # a notebook has a loop in its main thread already
        return own_thread.submit(asyncio.run, main()).result()


measure(table, "event loop", in_an_event_loop)

# %% [markdown]
# Waiting: 20 at once, and 10,000 would not be much worse. Computing: nothing is gained, and something is lost that the table does not show. **While one coroutine computes, nobody else gets a word in.** A server that computes for a second in its loop is a server that has
# hung for a second:

# %%
predict("Another coroutine ticks every 10 ms. How often, while one computes for about 0.2 s?", unit="times")

# %%
async def count_ticks(ticks):
    while True:
        await asyncio.sleep(0.01)
        ticks.append(time.perf_counter())


async def beside(busy):
    ticks = []
    ticking = asyncio.create_task(count_ticks(ticks))
    await asyncio.sleep(0.05)
    before = len(ticks)
    await busy()
    during = len(ticks) - before
    ticking.cancel()
    return during


async def compute_in_the_loop():
    for start in range(30_000, 31_600, 100):
        compute(start)


print(await beside(compute_in_the_loop), "ticks while a coroutine computed")

# %% [markdown]
# Not once. (The word for it: coroutines are **cooperative**, threads are **preemptive**.) It has a good side: between two `await`s nobody comes in between, so that `counter.n += 1` is safe in a coroutine, and needs no lock.
#
# Twenty at once are fine. But a thousand questions at once may be more than a server allows, and one that fails must not take the others along.

# %%
# exercise: fetch_all

# %% [markdown]
# ## Both together
#
# Let the loop wait and processes compute: `run_in_executor` hands a function to an executor and gives something to `await`.

# %%
async def wait_then_compute(loop, executor, function, item):
    if function is compute:
        return await loop.run_in_executor(executor, compute, item)
    answer = await ask_async(item)
    if function is ask:
        return answer
    return answer + await loop.run_in_executor(executor, compute, 30_000)


def loop_with_processes(function, items):
    async def main():
        loop = asyncio.get_running_loop()
        with ProcessPoolExecutor(2) as executor:
            return await asyncio.gather(*[wait_then_compute(loop, executor, function, item) for item in items])

    with ThreadPoolExecutor(1) as own_thread:
        return own_thread.submit(asyncio.run, main()).result()


measure(table, "event loop + 2 processes", loop_with_processes)

# %%
predict("And how many ticks of 10 ms now, while processes compute?", unit="times")

# %%
async def compute_in_processes():
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as waiting:  # starting processes takes a moment, too
        await loop.run_in_executor(waiting, loop_with_processes, compute, WORK["computing"][1])


print(await beside(compute_in_processes), "ticks while processes computed")

# %%
# exercise: primes_with_asyncio

# %% [markdown]
# ## Interpreters
#
# From Python 3.14 on there is something between threads and processes: several **interpreters** in one process, each with modules, variables and a GIL of its own. They compute together as processes do, and share nothing, so that arguments are copied, too. An empty one is there within some milliseconds; here each has first to import what this notebook imports. Not every
# library can be loaded in a second interpreter yet; NumPy cannot. That will decide how far they get.
#
# `ThreadPoolExecutor`, `ProcessPoolExecutor`, `InterpreterPoolExecutor`: the programs differ in a single name. A **future** hides who computes. If a function gets its executor as an argument, the choice is made in one place, and can be made again.

# %%
if sys.version_info >= (3, 14):
    from concurrent.futures import InterpreterPoolExecutor


def in_interpreters(function, items):
    with InterpreterPoolExecutor(2) as executor:
        return list(executor.map(function, items))


if sys.version_info >= (3, 14):
    measure(table, "2 interpreters", in_interpreters, ["computing"])
else:
    print("No interpreters in this Python: they came with 3.14.")

# %%
# exercise: primes_with_executor

# %% [markdown]
# ## Compiled loops
#
# Before you buy cores, see what one of them can do. **numba** translates a Python function into machine code, and its `prange` shares the loop's turns among threads, which need no GIL: there is no Python in them any more. In C, C++ and Fortran this is
# **OpenMP**: `#pragma omp parallel for reduction(+:total)`.

# %%
predict("How many times as fast as the plain loop is a compiled one?", unit="times")

# %%
def compile_the_loop():
    print("numba is loaded ...")
    from numba import njit, prange

    print("it compiles ...")

    @njit(parallel=True)
    def count_compiled(start, stop):
        total = 0
        for number in prange(start, stop):
            divisor = 2
            while number % divisor:
                divisor += 1
            total += divisor == number
        return total

    return count_compiled


HAS_NUMBA = find_spec("numba") is not None
if shutil.which("nvidia-smi") is None:
    os.environ["NUMBA_ENABLE_CUDASIM"] = "1"  # for a later section, and before numba is imported
if HAS_NUMBA:
    compiled = compile_the_loop()
    first, found = timed(lambda: compiled(30_000, 31_600))
    print(f"{found} primes, of {WORK['computing'][2]}; compiling took {first:.1f} s, once")
    table["numba prange", "computing"] = again = min(timed(lambda: compiled(30_000, 31_600))[0] for _ in range(5))
    print(f"{table['a loop', 'computing'] / again:.0f} times as fast")
else:
    print("numba is not installed here, and the cells on it do nothing: the first cell says how to get it.")

# %% [markdown]
# No number of processes in this notebook comes near. And one step further on: do not try every divisor, but stop at the square root, or take a sieve. **The better algorithm first, then the compiled loop, then more cores.** In this order, since each multiplies what the next one has to do.
#
# ## A graphics card
#
# A GPU has thousands of small cores that execute the same instruction on different numbers. You write a **kernel**, the work of *one* thread, and start it for a whole grid of them. `cuda.grid(1)` is "my number".
#
# Where no GPU is, numba has a **simulator**, which runs the threads as Python threads: very slowly, and good for seeing what a kernel means.

# %%
predict("128 numbers in blocks of 32 threads: how many blocks?", unit="blocks")

# %%
def make_kernel():
    global cuda  # where the simulator looks for it
    from numba import config, cuda

    config.CUDA_LOW_OCCUPANCY_WARNINGS = 0  # 128 threads are few for a GPU

    @cuda.jit
    def mark_primes(numbers, marks):
        me = cuda.grid(1)
        if me < numbers.size:
            divisor = 2
            while numbers[me] % divisor:
                divisor += 1
            marks[me] = divisor == numbers[me]

    return mark_primes


if HAS_NUMBA:
    mark_primes = make_kernel()
    numbers, marks = np.arange(3_000, 3_128), np.zeros(128, dtype=np.int32)
    mark_primes[4, 32](numbers, marks)
    print("4 blocks of 32 threads found", marks.sum(), "primes;", count_primes_from(3_000, 3_128), "is right")
    print("on the simulator" if "NUMBA_ENABLE_CUDASIM" in os.environ else "on a GPU")

# %% [markdown]
# Threads of one block go in lockstep. Where one of them takes the other branch of an `if`, or loops for longer, as here for large primes, all of its group wait. And what you compute with has to be brought to the card first, and the results back: it is the price of a message again, from unit 04.
#
# ## Many machines
#
# Unit 14 had them. Here they only have to stand in the table; the workers are two processes on your machine, so that what you see is mostly the price.

# %%
def share_of_rank(comm):
    rank, size = comm.Get_rank(), comm.Get_size()
    mine = [compute(start) for start in range(30_000, 31_600, 100)[rank::size]]
    parts = comm.gather(mine, root=0)
    return sum(map(sum, parts)) if rank == 0 else None


def measure_dask(table):
    print("Dask is loaded ...")
    from distributed import Client, LocalCluster

    print("two workers are started ...")
    quiet = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "silence_logs": 50}
    with LocalCluster(n_workers=2, threads_per_worker=1, **quiet) as cluster, Client(cluster) as client:
        measure(table, "Dask, 2 workers", lambda function, items: client.gather(client.map(function, items, pure=False)))


try:
    began = time.perf_counter()
    found = mpiexec(share_of_rank, ranks=2)
    table["MPI, 2 ranks", "computing"] = time.perf_counter() - began
    print(f"MPI: {table['MPI, 2 ranks', 'computing']:.2f} s, most of it to start two Pythons")
except RuntimeError as why:
    print(why)
for what in "DISTRIBUTED", "ASYNCIO":
    os.environ[f"DASK_LOGGING__{what}"] = "critical"  # its workers tell of their end otherwise
if find_spec("distributed"):
    measure_dask(table)
else:
    print("Dask is not installed here, and is left out: the first cell says how to get it.")

# %% [markdown]
# ## Your table
#
# Everything that you have measured, in milliseconds; a star stands at the best of each kind. (With one CPU, as on Binder perhaps, waiting and what a model costs are shown honestly; computing together is not, and `simulate` of unit 10 is there for that.)
#
# Then **decide**. For each kind of work write the model that you would take, as it is called in the table, and why, in half a sentence. It need not be the fastest: that a program is simple, and that others can read it, counts too. Run that cell again until it has no complaint.

# %%
def show(table):
    kinds = list(WORK)
    best = {kind: min(seconds for (_, of), seconds in table.items() if of == kind) for kind in kinds}
    print(f"{'':26}" + "".join(f"{kind:>12}" for kind in kinds))
    for model in dict.fromkeys(model for model, _ in table):
        row = f"{model:26}"
        for kind in kinds:
            seconds = table.get((model, kind))
            star = "*" if seconds == best[kind] else " "
            row += f"{seconds * 1000:>11.0f}{star}" if seconds is not None else f"{'-':>11} "
        print(row)


show(table)

# %%
choice = {
    "computing": ("", "because ..."),
    "waiting": ("", "because ..."),
    "both": ("", "because ..."),
}

for kind, (model, because) in choice.items():
    best = min((seconds, name) for (name, of), seconds in table.items() if of == kind)
    if (model, kind) not in table:
        print(f"{kind:>9}: not decided yet")
    else:
        times = table[model, kind] / best[0]
        print(f"{kind:>9}: {model}, {times:.1f} times as long as {best[1]}, {because}")

# %% [markdown]
# ## Four styles
#
# The models say *who* executes. How the parts of a program work **together** is another choice, and four styles have lasted. The same small program in each: three customers of a bank each bring 1 euro 100 times, and in the end it should have 300. All four run in threads here; each can be
# written with processes, too.
#
# - **A monitor**: an object whose methods lock. You call it, and wait your turn (unit 07).
# - **Channels** (CSP, "communicating sequential processes"): nobody shares a variable. Values go through channels, and whoever reads them owns them. "Do not communicate by sharing memory; share memory by communicating", as they say in Go.
# - **Actors**: each thing is a process of its own with a mailbox. It reads one message after another, and may answer. Only it knows its state; the messages say what is wanted.
# - **Futures**: nobody has a state. Each part computes a value, and whoever needs it waits for it.

# %%
def three_customers(bring):
    threads = [threading.Thread(target=bring) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Account:
    def __init__(self):
        self.lock = threading.Lock()
        self.balance = 0

    def deposit(self, amount):
        with self.lock:
            self.balance += amount


account = Account()
three_customers(lambda: [account.deposit(1) for _ in range(100)])
print("monitor:", account.balance)

deposits = queue.Queue()  # a channel
three_customers(lambda: [deposits.put(1) for _ in range(100)])
print("channel:", sum(deposits.get() for _ in range(300)))

# %%
def account_actor(mailbox):
    balance = 0
    while True:
        match mailbox.get():
            case "deposit", amount:
                balance += amount
            case "balance", reply:
                reply.put(balance)
            case "stop":
                return


mailbox, reply = queue.Queue(), queue.Queue()
actor = threading.Thread(target=account_actor, args=(mailbox,))
actor.start()
three_customers(lambda: [mailbox.put(("deposit", 1)) for _ in range(100)])
mailbox.put(("balance", reply))
print("actor:", reply.get())
mailbox.put("stop")
actor.join()


def earned(times):
    return sum(1 for _ in range(times))


with ThreadPoolExecutor(3) as executor:
    futures = [executor.submit(earned, 100) for _ in range(3)]
    print("futures:", sum(future.result() for future in futures))

# %% [markdown]
# In which of the four can a forgotten lock lose money? Only in the monitor: its state is shared by all who call. What went through a channel belongs to whoever got it last, an actor's state to the actor for ever, and futures have none. They have mistakes of their own: channels and actors that wait for
# each other (unit 08), a mailbox that grows without an end, a future that nobody asks for its exception.
#
# | Style | Java | Go |
# | --- | --- | --- |
# | monitor | `synchronized`, `wait`, `notifyAll` | `sync.Mutex`, `sync.Cond` |
# | channel | `BlockingQueue` | `chan`, `select` |
# | actor | Akka, Pekko | a goroutine with a channel |
# | future | `CompletableFuture`, `ExecutorService` | a channel with room for one; `errgroup` |
# | cheap threads | virtual threads (from 21) | goroutines |
# | atomic numbers | `AtomicInteger`, `VarHandle` | `sync/atomic` |
# | parallel loop | parallel streams | none |
#
# | Style | C++ | Python |
# | --- | --- | --- |
# | monitor | `std::mutex`, `std::condition_variable` | `Lock`, `Condition` |
# | channel | none in the standard | `queue.Queue`, `multiprocessing.Queue`, `Pipe` |
# | actor | libraries, such as CAF | a process with a queue; Ray, Dask actors |
# | future | `std::future`, `std::async` | `concurrent.futures`, `asyncio.Future` |
# | cheap threads | coroutines (from C++20) | `asyncio` |
# | atomic numbers | `std::atomic` | none; a `Lock` |
# | parallel loop | `std::execution::par`, OpenMP | `Pool.map`, `prange` |
#
# ## What it means in practice
#
# | Your program | Begin with | And if that is not enough |
# | --- | --- | --- |
# | computes on arrays | NumPy, on one core | numba, then processes on shared memory, then a GPU |
# | computes in pure Python | `ProcessPoolExecutor` | compile what is hot; then many machines |
# | waits for tens of things | `ThreadPoolExecutor` | `asyncio` |
# | waits for thousands of things | `asyncio` with a limit | several processes with a loop each |
# | waits and computes | threads with a process pool | `asyncio` with a process pool |
# | needs more memory than there is | read it in parts | Dask, Spark |
# | must answer within milliseconds | keep computing out of the loop | a service of its own for what computes |
#
# And the zeroth line of every such table: **does it have to be faster at all?**
#
# **To read on.** *Python*: M. Fowler, *Python Concurrency with asyncio* (Manning, 2022), from event loops to processes; L. Ramalho, *Fluent Python*, 2nd edition (O'Reilly, 2022), chapters 19 to 21; M. Gorelick, I. Ozsvald, *High Performance Python*, 2nd edition
# (O'Reilly, 2020). *Java*: B. Goetz and others, *Java Concurrency in Practice* (Addison-Wesley, 2006), chapter 8 on how many threads. *Go*: A. Donovan, B. Kernighan, *The Go Programming Language* (Addison-Wesley, 2015), chapters 8 and 9; K. Cox-Buday, *Concurrency in Go* (O'Reilly, 2017).
# *C++*: A. Williams, *C++ Concurrency in Action*, 2nd edition (Manning, 2019), chapters 3 to 5. *OpenMP*: B. Chapman, G. Jost, R. van der Pas, *Using OpenMP* (MIT Press, 2007). *CUDA*: D. Kirk, W. Hwu, *Programming Massively Parallel Processors* (Morgan Kaufmann; its 4th edition, 2022, with I. El Hajj). *Channels*: C. A. R. Hoare,
# "Communicating Sequential Processes", Communications of the ACM 21 (1978). *Actors*: C. Hewitt, P. Bishop, R. Steiger, "A Universal Modular ACTOR Formalism for Artificial Intelligence", IJCAI (1973). *Monitors*: C. A. R. Hoare, "Monitors: An Operating System Structuring Concept", Communications of the ACM 17 (1974).
#
# ## What you know now
#
# - Ask first what the time is spent on: computing, waiting, or both.
# - With a GIL: threads for waiting, processes for computing. A bytecode is whole, a line is not.
# - An event loop waits for thousands in one place, and stands still while anybody computes in it.
# - A future hides who computes; pass the executor as an argument.
# - A better algorithm and a compiled loop come before more cores.
# - Monitors share and lock; channels hand over; actors own; futures have no state.
#
# In [the last unit](../16-capstone/16-capstone.ipynb) you choose for yourself.
