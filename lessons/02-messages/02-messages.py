# %% [markdown]
# # Messages
#
# **The question of this unit: how do processes talk?**
#
# Two processes share no memory. What one of them knows, the other one has to be told, in bytes, through something that
# the system keeps for them: a pipe.
#
# Contents: a pipe · what arrives · where a message ends · when nobody reads · queues · how a worker learns that
# there is no more · many workers, one queue · a line of stages.
#
# You will build `ping_pong`, `send_message` and `receive_message`, `parallel_map` and `pipeline`.

# %%
# %load_ext lockstep

# %%
import os
import pickle
import queue
import socket
import threading
import time
from multiprocessing import Pipe, Process, Queue, SimpleQueue

from lockstep import predict, simulate, work

# %% [markdown]
# ## A pipe
#
# `Pipe()` makes two connected ends. What is sent at one end is received at the other. We keep one end and give the other
# one to a child, as an argument.

# %%
predict("Which process number is in the answer?", "the kernel's", "the child's")

# %%
def answer(connection):
    question = connection.recv()
    connection.send(f"You asked: {question!r}. I am process {os.getpid()}.")
    connection.close()


ours, theirs = Pipe()
child = Process(target=answer, args=(theirs,))
child.start()
theirs.close()  # the child has its own copy of this end

ours.send("How are you?")
print(ours.recv())
child.join()

# %% [markdown]
# `recv` **waits** until there is something. So the order of the two lines in the child does not depend on luck: there is
# no answer before the question.
#
# Why `theirs.close()`? The end that the child uses is a copy. A pipe counts as open for as long as *anybody* holds an end,
# and we want to notice when the child is gone. The child has ended and sent one message only.

# %%
predict(
    "What does a second recv do?",
    "it waits for ever", "it returns None", "it raises EOFError",
)

# %%
try:
    ours.recv()
except EOFError:
    print("EOFError: nobody is left at the other end.")
ours.close()

# %% [markdown]
# At the end of a pipe, `recv` raises `EOFError`. Had we kept `theirs` open, it would wait: for a message that only we
# ourselves could send.
#
# The child of the first cell received first, and its parent sent first. Somebody has to begin.
#
# Below is the first exercise whose checks do more than run your program. Two processes can take their steps in many orders, and each such order is called an
# **interleaving**. These checks take your program through *all* of them, on small inputs, count them, and show the shortest one that goes wrong. (Unit 05 shows you how.)

# %%
# exercise: ping_pong

# %% [markdown]
# ## What arrives
#
# A list went into a pipe; did the *list* arrive?

# %%
predict(
    "The child appends a pear to what it received. What is in the parent's own basket then?",
    "['apple']", "['apple', 'pear']",
)

# %%
def add_one_item(connection):
    basket = connection.recv()
    basket.append("pear")
    connection.send(basket)
    connection.close()


basket = ["apple"]
ours, theirs = Pipe()
child = Process(target=add_one_item, args=(theirs,))
child.start()
theirs.close()
ours.send(basket)
returned = ours.recv()
child.join()
ours.close()

print("came back:", returned)
print(" ours now:", basket)

# %% [markdown]
# A **copy** arrived, and a copy of that came back. On the way the list was bytes, made by `pickle`:

# %%
data = pickle.dumps(["apple"])
print(type(data).__name__, "of length", len(data))
print(pickle.loads(data))
print(pickle.loads(data) is pickle.loads(data))

# %% [markdown]
# Each `loads` makes a new list. Two things follow.
#
# - Sending costs time and memory in proportion to the size: bytes are made, copied into the pipe, copied out, and read.
#   Unit 03 is about this.
# - What pickle cannot turn into bytes cannot be sent.
#
# Take five things: a function by its name, a lambda, a generator, a lock of threads, and a dict with a list in it.

# %%
predict("How many of these five can be turned into bytes?", unit="")

# %%
def double(number):
    return 2 * number


for name, thing in [
    ("a function by name", double),
    ("a lambda", lambda number: 2 * number),
    ("a generator", (number for number in range(3))),
    ("a lock of threads", threading.Lock()),
    ("a nested dict", {"numbers": [1, 2, 3]}),
]:
    try:
        print(f"{name:>20}: {len(pickle.dumps(thing))} bytes")
    except (TypeError, AttributeError, pickle.PicklingError) as error:
        print(f"{name:>20}: no ({type(error).__name__})")

# %% [markdown]
# The function `double` is few bytes because only its **name** travels: the receiver looks it up in its own copy of the
# program. A lambda has no name to look up. A generator and a lock have a state that means nothing elsewhere.
#
# One warning: `pickle.loads` runs what the bytes tell it to. Never read a pickle from somebody whom you do not trust.
#
# ## Where a message ends
#
# `Pipe` is comfortable: one `send`, one `recv`. The system below it is not. It moves a **stream of bytes**, and does not
# know where your message ends. A socket shows it as it is.
#
# Two messages are sent.

# %%
predict(
    "What does the first of the two reads return?",
    "the first message", "both messages in one", "the first bytes of the first",
)

# %%
ours, theirs = socket.socketpair()
ours.sendall(b"first message")
ours.sendall(b"second message")

print(theirs.recv(1_000))
ours.close()
print(theirs.recv(1_000))
theirs.close()

# %% [markdown]
# The first read brings everything that has arrived, and the second finds the end of the stream, `b""`. **One read is not
# one message.** It can be two, as here. It can also be a part of one:

# %%
ours, theirs = socket.socketpair()
ours.sendall(b"a message of some length")

print(theirs.recv(9))
print(theirs.recv(9))
print(theirs.recv(9))
ours.close()
theirs.close()

# %% [markdown]
# The number is the *most* that you are ready to take, not what you will get: the last read asked for 9 and got 6. Over a
# network the pieces are cut anywhere, and differently every time. A program that counts on its luck works on your desk,
# with short messages, and fails in the field, with long ones.
#
# So the receiver must be told where a message ends. That is called **framing**. Usual ways: a fixed length; a mark at the
# end, such as a line break, which then must not occur inside; or the length in front, which is the best for any content.
# `Pipe` does the last one under the hood.
#
# And what is a length?

# %%
predict("How many bytes has the snake 🐍?", unit="bytes")

# %%
for text in ["naive", "naïve", "🐍"]:
    print(f"{text}: {len(text)} characters, {len(text.encode())} bytes")

# %% [markdown]
# A stream carries bytes, so count bytes: first `encode`, then `len`.

# %%
# exercise: send_message

# %% [markdown]
# ## When nobody reads
#
# Where are the bytes between `send` and `recv`? In a buffer of the system, and it has an end. How much goes in while nobody
# reads? A child tries, 1,000 bytes at a time, and reports its progress through a second pipe, which we do read. When there
# is no news any more, we stop it: without that, this cell would never end.

# %%
predict(
    "How many messages of 1,000 bytes fit in, before anybody reads?",
    "none", "about a hundred", "about ten thousand", "as many as there is memory",
)

# %%
def fill(connection, progress):
    for count in range(1, 100_000):
        connection.send_bytes(bytes(1_000))
        progress.send(count)


ours, theirs = Pipe()
progress, reports = Pipe()
child = Process(target=fill, args=(theirs, reports))
child.start()

count = 0
while progress.poll(10 if count == 0 else 0.5):
    count = progress.recv()
print(f"{count} messages went in; then the child was still alive: {child.is_alive()}")

child.terminate()
child.join()
for end in (ours, theirs, progress, reports):
    end.close()

# %% [markdown]
# Not much. On Linux it is usually 93 messages, less than 100,000 bytes; on another system it is another number. Then `send`
# **waits** until somebody reads.
#
# That is good: a fast sender is slowed down to the speed of its receiver, and does not fill all memory. It is called
# **back-pressure**.
#
# Now two processes are connected. Both send something large first, and both want to receive after that.

# %%
predict(
    "What happens?",
    "both get the other's message", "both wait for ever", "one of them gets an error",
)

# %%
def send_then_receive(connection, size):
    connection.send(bytes(size))
    connection.recv()


def exchange(size, seconds):
    one, other = Pipe()
    pair = [Process(target=send_then_receive, args=(end, size)) for end in (one, other)]
    for process in pair:
        process.start()
    one.close()
    other.close()
    deadline = time.monotonic() + seconds
    for process in pair:
        process.join(max(0, deadline - time.monotonic()))
    done = all(process.exitcode == 0 for process in pair)
    outcome = "both are done" if done else "nobody moves any more"
    for process in pair:
        process.terminate()
        process.join()
    return outcome


for size, patience in [(10, 30), (10_000_000, 2)]:
    print(f"{size:>10,} bytes: {exchange(size, patience)}")

# %% [markdown]
# Ten bytes fit into the buffer, so both sends return. Ten million do not: each waits for the other one to read, and the
# other one is waiting, too. So back-pressure is dangerous as well. This is a **deadlock**, and one that no test with small data will show.
# The cure is an agreement about who speaks and who listens. More of this in unit 08.
#
# ## Queues
#
# A pipe is for two. When several workers take tasks from one place, two of them may read at the same moment, and each
# gets half of a message. A **queue** is a pipe with locks, which let in one at a time (unit 06 is about them): any number of processes may put and get.
#
# - `SimpleQueue` is just that. Its `put` writes into the pipe, and waits when the pipe is full.
# - `Queue` adds a thread in every sender. `put` hands the item to the thread and returns at once.

# %%
predict(
    "put, and immediately empty(): what does it say?",
    "True", "False", "now this, now that",
)

# %%
numbers = Queue()
numbers.put(1)
print("empty right after put:", numbers.empty())
print("get:", numbers.get(timeout=5))
try:
    numbers.get(timeout=0.1)
except queue.Empty:
    print("queue.Empty: nothing came within 0.1 s")
numbers.close()
numbers.join_thread()

# %% [markdown]
# Mostly it says `True`, though an item has been put: the thread has not had its turn yet. Never decide by `empty()`, nor
# by `qsize()`: they tell what was, and another process has changed it meanwhile. Ask with `get`, and give it a `timeout` if
# it may be in vain.
#
# The thread has one more effect. A process ends only after its thread has written everything into the pipe, and for that,
# somebody must read. So **read everything from a `Queue` before you join those who put into it.** Here is the mistake, with
# a time limit around it:

# %%
def put_much(results):
    results.put(bytes(10_000_000))


results = Queue()
child = Process(target=put_much, args=(results,))
child.start()

child.join(2)
print("join first: alive after 2 s:", child.is_alive())

item = results.get(timeout=30)
child.join()
print(f"get first: {len(item)} bytes, and exit code {child.exitcode}")
results.close()
results.join_thread()

# %% [markdown]
# ## There is no more
#
# A worker in a loop of `get` does not know which item is the last. `empty()` cannot tell, as you have seen: perhaps the
# next one is on its way. So one sends a **sentinel**, a message that means "no more".
# (It has nothing but the name in common with `process.sentinel` of the last unit.)
#
# Two workers, six items, *one* sentinel.

# %%
predict(
    "What happens?",
    "both workers end", "one of them ends, and the other waits for ever", "an item is lost",
)

# %%
def note_my_name(name, tasks, done):
    while tasks.get() is not None:
        done.put(name)


def run_workers(sentinels):
    tasks, done = SimpleQueue(), SimpleQueue()
    names = ["anna", "ben"]
    workers = [Process(target=note_my_name, args=(name, tasks, done)) for name in names]
    for worker in workers:
        worker.start()
    for item in [*range(6), *[None] * sentinels]:
        tasks.put(item)
    finished = [done.get() for _ in range(6)]
    for worker in workers:
        worker.join(2)
    waiting = sum(worker.is_alive() for worker in workers)
    for worker in workers:
        worker.terminate()
        worker.join()
    return len(finished), waiting


for sentinels in [1, 2]:
    items, waiting = run_workers(sentinels)
    print(f"{sentinels} sentinel(s): {items} items done, {waiting} worker(s) still waiting")

# %% [markdown]
# The first worker that sees the sentinel takes it out of the queue, and the other one waits for ever. **One sentinel per
# worker**, or one that each worker puts back before it leaves.
#
# Why is `None` a good sentinel? Because it is still the same `None` after its journey. An `object()` of your own would
# arrive as a copy, and `is` would never find it. (And if `None` can be an item? Then send the items wrapped up, each in a
# tuple, and the sentinel bare.)
#
# ## Many workers, one queue
#
# A queue of tasks has a gift that you did not ask for. Two workers, and six tasks: the first one takes 5 seconds, each of the others 1.
# Either each worker gets its three tasks beforehand, or both take from one queue whenever they are free.
#
# Nobody wants to wait for that. `simulate` runs the program as it would go on a machine with two cores, and `work(5)` says
# "here 5 seconds of computing": a virtual clock counts them, and you wait for a moment only. (`costs="ideal"`: nothing but `work` takes time.)

# %%
predict("After how many seconds is all done, if both take from one queue?", unit="s")

# %%
def take_tasks(tasks, done):
    while (seconds := tasks.get()) is not None:
        work(seconds)
        done.put(seconds)


def from_one_queue(all_seconds):
    tasks, done = Queue(), Queue()
    workers = [Process(target=take_tasks, args=(tasks, done)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for seconds in [*all_seconds, None, None]:
        tasks.put(seconds)
    finished = [done.get() for _ in all_seconds]
    for worker in workers:
        worker.join()
    return finished


found = simulate(from_one_queue, [5, 1, 1, 1, 1, 1], cores=2, costs="ideal")
busy = [f"{seconds:g} s" for seconds in found.busy.values() if seconds]
print(f"{found.makespan:g} s; each worker computed {busy}")

# %% [markdown]
# 5 seconds: while one worker has the long task, the other one does all the rest. With three tasks each beforehand it would be 5 + 1 + 1 = 7.
# Nobody has to know how long a task takes; that is what makes queues so popular.
#
# But look at what came back, and in which order:

# %%
predict(
    "In which order do the results come?",
    "that of the tasks", "that in which they are done", "the largest first",
)

# %%
print("tasks:  ", [5, 1, 1, 1, 1, 1])
print("results:", found.result)

# %% [markdown]
# The long one comes last or nearly so, though it was begun first. **Results come in the order in which they are done.** Who wants another order
# sends the place along with the task, and with the result.
#
# One thing more can go wrong: the task itself. A worker that ends with an exception sends nothing, and the parent, counting
# results, waits for ever. So a worker catches, and sends *that it failed* as its result.

# %%
# exercise: parallel_map

# %% [markdown]
# ## A line of stages
#
# So far all workers did the same. In a **pipeline** each process has a job of its own and hands on to the next, like people at a
# conveyor belt: one reads, one resizes, one writes.
#
# One stage makes an item in no time. The next one needs a second for each. Between them is a queue. How far does the fast one get ahead?

# %%
predict(
    "40 items, and the queue has no bound: how many items lie in it when it is fullest?",
    unit="items",
)

# %%
def make(number, line):
    for item in range(number):
        line.put(item)


def use(number, line):
    longest = 0
    for _ in range(number):
        longest = max(longest, line.qsize())
        line.get()
        work(1)
    return longest


def made_and_used(number, size):
    line = Queue(size)
    maker = Process(target=make, args=(number, line))
    maker.start()
    longest = use(number, line)
    maker.join()
    return longest


for size in [0, 4]:
    found = simulate(made_and_used, 40, size, cores=2, costs="ideal")
    print(f"Queue({size}): at most {found.result} items in it, {found.makespan:g} s in all")

# %% [markdown]
# `Queue(0)` has no bound: nearly everything lies in the queue, and with large items that is all your memory. `Queue(4)` makes `put` **wait** when 4 are in
# it. The fast stage goes at the pace of the slow one, and nothing is lost by it: the whole takes 40 seconds either way, because the slowest
# stage decides. This is back-pressure again, now of your own making.
#
# A bound has a price: with it, **somebody must always be reading**. A parent that first puts all its items, and reads results only then, fills the line up and
# waits in `put` for ever, for a reader that is itself.
#
# And the end? It travels as an item does: a stage that gets the sentinel passes it on, and then goes home.

# %%
# exercise: pipeline

# %% [markdown]
# ## What it means in practice
#
# - `multiprocessing.Pool` and `ProcessPoolExecutor` (unit 04) are `parallel_map`, made with care: two queues, places, exceptions sent back.
# - A web server's workers, a print queue, the shell's `cat log | grep error | sort`: bounded lines between processes, each at the pace of the slowest.
# - Between machines it is the same with other names. Kafka and RabbitMQ are queues; HTTP puts the length in front (`Content-Length`).
#
# **To read on.** W. R. Stevens, B. Fenner, A. Rudoff, *UNIX Network Programming*, volume 1, 3rd edition, section 3.9, "readn, writen, and readline Functions" (why one read is not one message);
# W. R. Stevens, volume 2, 2nd edition, chapter 4 (pipes). The Python documentation: *multiprocessing*, "Pipes and Queues" and "Programming guidelines" (joining
# processes that use queues). C. A. R. Hoare, *Communicating Sequential Processes* (free at usingcsp.com), chapter 4.
#
# ## What you know now
#
# - A message is a copy, made of bytes. What has no bytes cannot travel.
# - A stream has no messages: put the length, in bytes, in front; read until all is there.
# - A full pipe blocks. That slows a fast sender down, and lets two impolite ones wait for each other for ever.
# - `get` before `join`; no decision by `empty()`; one sentinel per worker.
# - Workers that share one queue share the work, whatever a task costs; results come in their own order.
# - A bounded queue makes the fast wait for the slow, and wants somebody who reads.
#
# Sending costs bytes. [The next unit](../03-memory/03-memory.ipynb) asks how many, and how to send none.
