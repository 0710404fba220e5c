# %% [markdown]
# # Promises
#
# **The question of this unit: what may we rely on?**
#
# You use a queue and never look into it. You write a number and read it again. Somebody has promised you something about both: the author of the queue,
# and the builder of the processor. In this unit we ask what exactly was promised, by whom, and what was not.
#
# Contents: two tickets · the promise of an object · who only reads · one call, and two · what a queue promises · the notice board · memory has
# opinions · the notice and its sign · Peterson once more · ordinary values.
#
# You will build `Account`, `Ring`, `litmus` and `FencedPeterson`.

# %%
# %load_ext lockstep

# %% [markdown]
# As before, most programs start some processes, number 0, number 1 and so on, and wait for all. In a trace, number 0 is called Process-1.

# %%
from multiprocessing import Array, Lock, Process, Queue, Value

from lockstep import explore, inside, predict, store_buffering, wait_until


def together(target, *shared, processes=2):
    started = [Process(target=target, args=(who, *shared)) for who in range(processes)]
    for process in started:
        process.start()
    for process in started:
        process.join()

# %% [markdown]
# ## Two tickets
#
# A machine gives out tickets, with the numbers 1, 2, 3 and so on. In the next cell it is `Tickets`, and two processes draw a ticket each.

# %%
predict(
    "Two processes draw one ticket each. What can they get?",
    "1 and 2 only", "1 and 1 as well", "1 and 1, or 2 and 2, as well",
)

# %%
class Tickets:
    def __init__(self):
        self.last = Value("i", 0)

    def draw(self):
        self.last.value += 1
        return self.last.value


def draw_one(who, machine, got):
    got[who] = machine.draw()


def two_customers():
    machine, got = Tickets(), Array("i", 2)
    together(draw_one, machine, got)
    return tuple(sorted(got))


print(explore(two_customers))

# %% [markdown]
# Both may have the same ticket, and it may even be number 2 for both. To find this we had to write a program that uses the machine, and to know which of its
# results are wrong.
#
# What *should* the machine do? That is easily said with an ordinary class, for one customer after the other: `OneByOne` in the next cell. Such a class is called
# a **specification**. It knows nothing of processes. Tell `explore` which **clients** use the object, a text for each process. Then ask whether all that
# they see could have come of the specification, **one call at a time**:

# %%
class OneByOne:
    def __init__(self):
        self.last = 0

    def draw(self):
        self.last += 1
        return self.last


def judge(found, specification):
    """Say whether the calls behave as if one at a time, and if not, why."""
    try:
        found.one_at_a_time(specification)
    except AssertionError as error:
        print(error)
    else:
        print(f"as if one at a time, in {found.claim}")


judge(explore(Tickets, clients=["draw()", "draw()"]), OneByOne)

# %% [markdown]
# The two lines with bars are a picture of time. A call is no point but a stretch: it begins, `├`, and it comes back, `┤`. Here the two overlap, and both return
# the same number. In no order of the two calls would they.
#
# With the lock around both lines it holds, whoever calls:

# %%
class GuardedTickets:
    def __init__(self):
        self.last = Value("i", 0)

    def draw(self):
        with self.last.get_lock():
            self.last.value += 1
            return self.last.value


judge(explore(GuardedTickets, clients=["draw(); draw()", "draw()", "draw()"]), OneByOne)

# %% [markdown]
# ## The promise of an object
#
# Here is the promise, and it is the usual one for everything that processes share:
#
# > Every call behaves as if it happened at **one instant**, somewhere between its beginning and its end.
#
# Herlihy and Wing (1990) called it **linearizability**. It says two things. There is *one* order of all calls that explains what everybody got. And this order
# respects time: a call that was over before another one began comes before it. Calls that overlap may come in either order.
#
# Let us see what that allows. A buffer is empty. One process puts 1 and then 2. Meanwhile, from before the first put until after the second, another one calls
# `get()` once. It waits while the buffer is empty.

# %%
predict("What may that get() return?", "1 only", "1 or 2", "2 only")

# %%
orders = [["put(1)", "put(2)", "get()"], ["put(1)", "get()", "put(2)"]]
returned = set()
for order in orders:
    buffer = []
    for call in order:
        if call == "get()":
            returned.add(buffer.pop(0))
        else:
            buffer.append(int(call[4]))
print(*returned, "only")

# %% [markdown]
# `put(1)` was over before `put(2)` began, so they keep their order. `get()` may stand anywhere that has something in the buffer, and gets the 1 wherever it
# stands.
#
# Why is this worth so much? Whoever *uses* such an object may forget that it has an inside. No half-done state is ever seen, and some lines of a specification
# say all there is to know. And if each of several objects keeps the promise, they keep it together.
#
# ## Who only reads
#
# A scoreboard shows the goals of both teams. Goal 1 was given to the wrong team: `correct()` takes it from one and gives it to the other, under the lock.
# `shown()` only reads, and changes nothing.

# %%
predict("May reading do without the lock?", "yes, it changes nothing", "no")

# %%
class Scoreboard:
    def __init__(self):
        self.goals = Array("i", 2, lock=False)
        self.lock = Lock()

    def correct(self):
        with self.lock:
            self.goals[0] -= 1
            self.goals[1] += 1

    def shown(self):
        return self.goals[0], self.goals[1]


class AsAnnounced:
    def __init__(self):
        self.goals = [0, 0]

    def correct(self):
        self.goals[0] -= 1
        self.goals[1] += 1

    def shown(self):
        return tuple(self.goals)


judge(explore(Scoreboard, clients=["correct()", "shown()"]), AsAnnounced)

# %% [markdown]
# No: it reads two numbers, and between the two everything may happen. A lock only helps if everybody asks for it, and who only reads is somebody, too.

# %%
# exercise: account

# %% [markdown]
# ## One call, and two
#
# Two friends share an account with 1 in it. Every single call keeps its promise now. They are careful: each asks what is left first, and takes only if there is
# enough.

# %%
predict("What can be left in the end?", "0 only", "0 or -1", "0 or 1")

# %%
class Purse:
    def __init__(self, money):
        self.money = Value("i", money)

    def left(self):
        with self.money.get_lock():
            return self.money.value

    def take(self):
        with self.money.get_lock():
            self.money.value -= 1


def ask_and_take(who, purse):
    if purse.left() > 0:
        purse.take()


def two_friends():
    purse = Purse(1)
    together(ask_and_take, purse)
    return purse.left()


print(explore(two_friends))

# %% [markdown]
# Check-then-act once more (unit 05). The promise is about *one call*. Two calls in a row are two instants, and somebody may be between them. If both must be one,
# then the object needs one method for it: `take_if_there()`. This is why queues have `get_nowait()`, and why `if not queue.empty(): queue.get()` is a mistake.
#
# ## What a queue promises
#
# Now an object of the library, `multiprocessing.Queue`. One process, alone, puts something in and asks at once:

# %%
predict("put(1), then empty(). What does it say?", "False", "True", "False or True")

# %%
def put_and_ask():
    queue = Queue()
    queue.put(1)
    empty = queue.empty()
    queue.get()
    return empty


print(explore(put_and_ask))

# %% [markdown]
# It may say that it is empty. A `put` comes back before the item is in the pipe. A thread of the queue, the **feeder**, brings it there later. So `Queue` does
# *not* keep the promise above. What it promises:
#
# - what **one** process puts arrives, each item once, and in the order in which that process has put it;
# - `get()` waits until there is something.
#
# `empty`, `full` and `qsize` are hints. And what of two processes that put one after the other, under a lock?

# %%
predict(
    "Two put under one lock. Does the first one's item come out first?",
    "always in order", "it may be overtaken",
)

# %%
def put_under_lock(who, queue, lock, first):
    with lock:
        if first.value == -1:
            first.value = who
        queue.put(who)


def in_order():
    queue, lock, first = Queue(), Lock(), Value("i", -1, lock=False)
    processes = [Process(target=put_under_lock, args=(who, queue, lock, first)) for who in range(2)]
    for process in processes:
        process.start()
    got = queue.get()
    queue.get()
    for process in processes:
        process.join()
    return "in order" if got == first.value else "overtaken"


print(explore(in_order))

# %% [markdown]
# It may. Each has a feeder of its own, and the lock does not reach into it. `SimpleQueue` has no feeder: its `put` writes into the pipe before it comes back. Read
# what is promised, and rely on nothing else.
#
# ## The notice board
#
# Is a lock always needed? A board has one place for a notice. One process puts notices up, one takes them down. `there` says whether one hangs.

# %%
predict(
    "No lock at all. Is it right for one process that puts and one that takes?",
    "as if one at a time", "a notice can be lost",
)

# %%
class Board:
    def __init__(self):
        self.notice = Value("i", 0, lock=False)
        self.there = Value("i", 0, lock=False)

    def put(self, item):
        while self.there.value:
            pass
        self.notice.value = item
        self.there.value = 1

    def get(self):
        while not self.there.value:
            pass
        item = self.notice.value
        self.there.value = 0
        return item


class OneNotice:
    def __init__(self):
        self.notices = []

    def put(self, item):
        wait_until(not self.notices)
        self.notices.append(item)

    def get(self):
        wait_until(self.notices)
        return self.notices.pop()


judge(explore(Board, clients=["put(1); put(2)", "get(); get()"]), OneNotice)

# %% [markdown]
# It is, in every interleaving. At every moment only one of the two may touch the notice, and `there` says who. It is handed over like the baton of a relay race.
# First the notice, then the sign. First take the notice, then lower the sign.
#
# And with two who put?

# %%
judge(explore(Board, clients=["put(1)", "put(2)", "get()"]), OneNotice)

# %% [markdown]
# Both see the free place, and one notice is lost. Programs without locks live on such conditions: *one* producer, *one* consumer. In the exercise the board gets
# several places. It is called a ring, or a circular buffer. Sound cards, network cards and the kernel's io_uring talk that way.

# %%
# exercise: ring

# %% [markdown]
# ## Memory has opinions
#
# All proofs so far assumed that a write is there for all to see at once. Two processes: each writes one number and reads the other's.

# %%
predict("Which of the four pairs can never come?", "(0, 0)", "(0, 1)", "(1, 0)", "(1, 1)")

# %%
def write_one_read_other(who, numbers, seen):
    numbers[who].value = 1
    seen[who] = numbers[1 - who].value


def each_writes_and_reads():
    numbers = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
    seen = Array("i", 2)
    together(write_one_read_other, numbers, seen)
    return tuple(seen)


found = explore(each_writes_and_reads)
never = {(0, 0), (0, 1), (1, 0), (1, 1)} - set(found.results)
print(f"in none of the {found.interleavings} interleavings:", *never)

# %% [markdown]
# To read 0 twice, each would have to read before the other writes, and each writes before it reads: a circle.
#
# Now the machine that is really there. `store_buffering()` plays this very game between two processes of your computer, as often as two seconds allow, with
# nothing but plain writes and reads:

# %%
print(store_buffering(seconds=2))

# %% [markdown]
# What you see is up to your machine, its load, and luck: a few in a hundred, a few in ten thousand, perhaps none. With one CPU it is none at all. But on
# every common processor the impossible result does come, some day.
#
# Why? Memory is slow, so a processor does not wait for a write. It puts it into a line of its own, the **store buffer**, and goes on. The write arrives a little
# later. The processor itself looks into its own buffer when it reads. The others cannot.
#
# `explore` knows such a memory, that of x86 processors (called x86-TSO). It counts what can come, and not how often it does.

# %%
predict(
    "In how many of all interleavings with store buffers do both read 0?",
    "in fewer than one of a hundred", "in about a quarter", "in more than half",
)

# %%
found = explore(each_writes_and_reads, memory="store buffers")
print(f"both read 0 in {found.results[0, 0]} of {found.interleavings}")
found.play(lambda seen: seen == (0, 0))

# %% [markdown]
# A quarter of the interleavings, and yet so rare on your machine. Step through it. The store buffers take steps, too: "let the others see". Both wrote, both
# writes were still on their way, and both read 0. Writes that nobody else has seen yet stand beside their process.
#
# ## The notice and its sign
#
# Is nothing certain then? Here is the notice board in two lines. One process writes the notice and then the sign, the other one reads the sign and then the
# notice. With store buffers both writes are late.

# %%
predict("Can the sign be seen without the notice, (1, 0)?", "(1, 0) can come", "never (1, 0)")

# %%
def write_or_look(who, notice, there, seen):
    if who == 0:
        notice.value = 1
        there.value = 1
    else:
        seen[0] = there.value
        seen[1] = notice.value


def sign_and_notice():
    notice, there = Value("i", 0, lock=False), Value("i", 0, lock=False)
    seen = Array("i", 2)
    together(write_or_look, notice, there, seen)
    return tuple(seen)


found = explore(sign_and_notice, memory="store buffers")
print("(1, 0) can come" if (1, 0) in found.results else "never (1, 0)", "in", found.claim)

# %% [markdown]
# Never: a store buffer is a *line*. What was written first arrives first. So a message that is written before its sign arrives before it. Your ring does just
# that, and was proven with store buffers, too.
#
# That is x86. On ARM (telephones, Macs with an M, many servers) writes may overtake each other, and reads too. There this very program may give `(1, 0)`, and
# the ring needs a fence, of which you will hear below. `explore` does not know that memory. What you know about one machine you know about one machine.

# %%
# exercise: litmus

# %% [markdown]
# ## Peterson once more
#
# In unit 05 you built Peterson's lock, and it was proven: never both inside. In the next cell it is again, on both memories.

# %%
predict("How many can be inside at once, on memory with store buffers?", unit="")

# %%
def pass_by(who, flags, turn, visits):
    other = 1 - who
    flags[who].value = 1
    turn.value = other
    while flags[other].value and turn.value == other:
        pass
    with inside("room"):
        visits.value += 1
    flags[who].value = 0


def two_pass_by():
    flags = [Value("i", 0, lock=False), Value("i", 0, lock=False)]
    turn, visits = Value("i", 0, lock=False), Value("i", 0, lock=False)
    together(pass_by, flags, turn, visits)
    return visits.value


for memory in ["sequential", "store buffers"]:
    found = explore(two_pass_by, memory=memory)
    visits = sorted(found.results)
    print(f"{memory}: at most {found.at_once('room')} inside, in {found.states} states; visits {visits}")
try:
    found.at_most("room", 1)
except AssertionError as error:
    print(error)

# %% [markdown]
# The proof was right, and its assumption was not. Read how it goes wrong. The flag is raised, but only in the buffer. The other one looks and sees it down. It is
# the same game again: each writes its own flag and reads the other's.
#
# The cure is a **fence**: an instruction that waits until all of one's own writes have arrived. Python has none of its own. But taking a lock is one: to take it,
# the processor must do something that all see at once, and before that it lets its buffer run empty. That is true of every lock, also of one that nobody else
# wants. So `with my_own_lock: pass` is a fence. It keeps nobody out. Where must it stand?

# %%
# exercise: peterson_with_a_fence

# %% [markdown]
# ## Ordinary values
#
# The writes and reads of this unit were made with `lock=False`. Now the same game with an ordinary `Value`, which takes its lock for every read and every write.

# %%
predict("Can both read 0 now?", "(0, 0) can come", "never (0, 0)")

# %%
def each_writes_and_reads_with_locks():
    numbers = [Value("i", 0), Value("i", 0)]
    seen = Array("i", 2)
    together(write_one_read_other, numbers, seen)
    return tuple(seen)


found = explore(each_writes_and_reads_with_locks, memory="store buffers")
print("(0, 0) can come" if (0, 0) in found.results else "never (0, 0)", "in", found.claim)

# %% [markdown]
# As many interleavings as on sequential memory, and the same results. Whoever takes a lock lets its writes arrive, so whoever takes the lock next sees all of
# them. This is the great treaty between those who build processors and those who write programs:
#
# > If no two processes ever use the same memory at the same time without a lock (one of them writing), everything behaves **as if memory were sequential**.
#
# So for programs that lock what they share, everything that you have proven so far stays proven, on every machine. In a program without such a **data race** you
# never need to hear of a store buffer again.
#
# ## In practice
#
# - Say what your class promises, in its docstring: "may be called by any number of processes at once", "one producer, one consumer". Then a reader knows what to rely on.
# - Write the specification, ten lines of ordinary Python, and let `one_at_a_time` judge. It finds the unlocked reader that no test of yours would have thought of.
# - Two calls that belong together need a method of their own.
# - Share with locks, queues and `Value` as it is. Leave out a lock only where one process writes and another one reads, and never in order to build a lock.
# - NumPy arrays in shared memory have no lock at all. Use a barrier or a lock between who writes and who reads: it is a fence as well.
#
# ## What you know now
#
# - Linearizability: every call as if at one instant between its beginning and its end.
# - Reading two numbers is two steps, and needs the lock.
# - A promise about each call says nothing about two calls in a row. A `Queue` promises less than one thinks.
# - One producer and one consumer need no lock, if each number has one writer and the sign comes last.
# - Memory with store buffers: a write is seen late; those of one process are seen in order. Peterson breaks, a fence mends it.
# - With locks, memory is sequential.
#
# To read on: Herlihy and Shavit, *The Art of Multiprocessor Programming*, chapter 3, Concurrent Objects (3.5, Linearizability, in the first edition), and section 2.3.3, The Peterson Lock; Herlihy and Wing,
# *Linearizability: A Correctness Condition for Concurrent Objects*, ACM TOPLAS 12 (3), 1990, up to the definition on page 469; Owens, Sarkar and Sewell, *A Better x86 Memory Model: x86-TSO*, TPHOLs 2009; McKenney, *Is Parallel Programming Hard, And, If
# So, What Can You Do About It?*, chapter 15, Advanced Synchronization: Memory Ordering, on ARM too; Lamport, *How to Make a Multiprocessor Computer That Correctly Executes Multiprocess Programs*, IEEE Transactions on Computers C-28 (9), 1979, two pages;
# Adve and Hill, *Weak Ordering: A New Definition*, ISCA 1990, for the treaty.
#
# [The next unit](../10-speedup/10-speedup.ipynb) asks how much faster all this can get.
