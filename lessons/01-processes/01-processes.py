# %% [markdown]
# # Processes
#
# **The question of this unit: what does a child get from its parent?**
#
# A process starts another one with two lines of Python. What the new one knows, what it can change, how its end is
# noticed, and what happens when nobody notices: that is this unit.
#
# Contents: two processes · what a child gets, under fork, spawn and forkserver · how a process ends · a child that
# raises · after the end · stopping a process · waiting for several · a parent that ends first · why `if __name__ == "__main__"` is missing here.
#
# You will build `what_the_child_sees`, `run_all`, `run_with_deadline` and `first_to_finish`.

# %%
# %load_ext lockstep

# %%
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from multiprocessing import Event, Process, get_all_start_methods, get_context
from multiprocessing.connection import wait
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from lockstep import predict

# %% [markdown]
# ## Two processes
#
# A process is a running program with **its own memory**. The system gives it a number, its process id. This notebook's
# kernel is a process. Let us start a second one.

# %%
predict("How many different numbers will the next cell print?", "one", "two", "three", "four")

# %%
def introduce_yourself():
    print(f"I am process {os.getpid()}, and process {os.getppid()} is my parent.")


introduce_yourself()

child = Process(target=introduce_yourself)
child.start()
child.join()

# %% [markdown]
# `Process(target=f)` only describes a process. `start()` makes it run `f()`, and `join()` waits until it has ended.
#
# The kernel says its own number and its parent's, the Jupyter server. The child has a number of its own. Its parent is
# the kernel, or, where the start method is forkserver, a small server process that the kernel keeps for this: so there
# are three numbers, or four.
#
# Now the most important sentence of the unit. The next cell shows it.

# %%
predict("Which balance does the kernel see at the end?", "100", "70", "30")

# %%
balance = 100


def spend(amount):
    global balance
    balance = balance - amount
    print(f"The child has {balance}.")


child = Process(target=spend, args=(30,))
child.start()
child.join()
print(f"The kernel has {balance}.")

# %% [markdown]
# The child has 70, and the kernel still has 100. There are **two** variables called `balance`, in two memories. The
# child began with what the parent gave it; what it changes afterwards, it changes for itself.
#
# So two questions remain. What does the parent give? And how does anything come back? The second one is the next unit.
#
# ## What a child gets: three start methods
#
# Python can make a process in three ways. These are the ones that your system has:

# %%
print("Available:", ", ".join(get_all_start_methods()))
print("Used when you do not say:", multiprocessing.get_start_method())

# %% [markdown]
# - **fork** copies the parent as it is at this moment, with everything in its memory.
# - **spawn** starts a new, empty Python, which loads the definitions of your program again.
# - **forkserver** has an empty Python waiting, and forks *that* one.
#
# Windows and macOS use spawn. Linux used fork up to Python 3.13, and uses forkserver from 3.14
# on. `get_context("spawn")` gives you
# all of `multiprocessing` with the method that you name.
#
# Let us change three things in the parent and see which of them a child gets: a global variable, an environment variable,
# and an argument.

# %%
mood = "as defined"


def change_mood():
    global mood
    mood = "changed later"


def tell_what_i_see(method, argument):
    environment = os.environ.get("MOOD", "nothing")
    print(f"{method:>10}: global {mood!r}, argument {argument!r}, environment {environment!r}")


def do_nothing():
    pass


# %%
predict(
    "Which of the three does a child get changed, whatever the method?",
    "the global", "the argument", "the environment", "all of them",
)

# %%
for method in get_all_start_methods():
    os.environ.pop("MOOD", None)
    early = get_context(method).Process(target=do_nothing)
    early.start()  # a forkserver starts with the first child that needs it
    early.join()

    change_mood()
    os.environ["MOOD"] = "changed later"
    child = get_context(method).Process(target=tell_what_i_see, args=(method, "passed"))
    child.start()
    child.join()

# %% [markdown]
# The **argument** always arrives. It is the only thing that you *send*; the rest is what a method happens to take along.
#
# The **global** arrives changed under fork, where the child's memory is a copy. The other two load the definition again,
# `mood = "as defined"`, and never hear of the later call.
#
# The **environment** is the surprise. A new Python gets the environment of the process that starts it. Under fork and
# spawn that is the kernel, now. Under forkserver it is the server, and that one was started earlier.
#
# The lesson for everyday work: **what a child needs, pass as an argument.** Such a program runs everywhere.
#
# If fork gives so much, why did Linux leave it? It copies all memory, but only one thread: the one that forks. (A **thread** is one of
# several places at which a process computes at once, all in the same memory.) If another thread holds a **lock** at that moment, something that only one may have at a time, then
# its copy is held for ever, by nobody: whoever asks for it waits without end. From
# Python 3.12 on, fork warns when the process has more than one thread. How many has a quiet notebook?

# %%
print("Threads of this kernel:", psutil.Process().num_threads())

# %% [markdown]
# Several, though nobody has started one: the kernel needs them to talk to your browser. So a notebook is a bad place to
# fork.
#
# Then why do the cells of this course do it, where fork is what your Python takes when nothing is said? Because these children run a few lines of ours, which ask for nothing that
# the kernel's other threads hold; and if one of them hangs all the same, you interrupt the cell. In a program that matters do not build on that: say `get_context("spawn")` or
# `"forkserver"`. Everything here runs with these, too.
#
# And the price of a clean beginning?

# %%
predict("Which method is the slowest to start?", "fork", "spawn", "forkserver")

# %%
for method in get_all_start_methods():
    began = time.perf_counter()
    child = get_context(method).Process(target=do_nothing)
    child.start()
    child.join()
    print(f"{method:>10}: {(time.perf_counter() - began) * 1000:6.1f} ms")

# %% [markdown]
# spawn has to start an interpreter every time. The forkserver was running already, so it only forks, and then loads your
# definitions. Run the cell a few times: the numbers move, their order hardly ever does. Remember the size of the price.
# A task that takes a microsecond is not worth a process; unit 04 is about that.

# %%
# exercise: what_the_child_sees

# %% [markdown]
# ## How a process ends
#
# Every process leaves one whole number behind, its **exit code**. Without further arrangements it is all that a child
# tells its parent.
#
# Some of the five below you can guess, and some you cannot; that is all right.

# %%
def come_to_the_end():
    return 42


def exit_with_three():
    sys.exit(3)


def exit_with_a_text():
    sys.stderr = sys.stdout  # so that it is printed like everything else
    sys.exit("out of paper")


def divide_by_zero():
    sys.stderr = sys.stdout
    return 1 / 0


def sleep_long():
    time.sleep(60)


# %%
predict("The first function returns 42. With which exit code does its process end?", unit="")

# %%
for task in [come_to_the_end, exit_with_three, exit_with_a_text, divide_by_zero, sleep_long]:
    child = Process(target=task)
    child.start()
    if task is sleep_long:
        child.terminate()
    child.join()
    print(f"{task.__name__}: {child.exitcode}")

# %% [markdown]
# - `come_to_the_end` gives 0, "all is well". Its 42 is **lost**: nobody is there whom the function could return it to.
# - `sys.exit(3)` gives 3, and `sys.exit` with a text prints the text and gives 1.
# - An exception gives 1.
# - A process that is stopped by a signal gives the negative number of the signal: `terminate()` sends number 15. (Windows
#   has no signals, but Python gives the same number there.)
#
# Before the end there is no exit code, and `exitcode` is `None`. So: **first `join`, then read.**
#
# ## A child that raises
#
# Look once more at `divide_by_zero`. The loop in the parent went on as if nothing had happened. And the traceback?
#
# The child prints it, to *its own* standard error output, and ends. A notebook shows that below the cell, in red.
# (Not here: the function has set `sys.stderr = sys.stdout`.) A service writes it to a log, which perhaps nobody reads. The parent has one thing only: an exit code
# that is not 0.

# %%
predict("Does the except catch it?", "Caught", "The parent goes on")

# %%
try:
    child = Process(target=divide_by_zero)
    child.start()
    child.join()
    print("The parent goes on.")
except ZeroDivisionError:
    print("Caught!")

# %% [markdown]
# An exception climbs up the calls of its own process, and at the top of that process it ends. `try` in the parent is in
# another process. If the parent is to know more than "not 0", the child has to catch the exception and *send* it. Pools
# do that for you (unit 04).

# %%
# exercise: run_all

# %% [markdown]
# ## After the end
#
# When a process has ended, its exit code must be kept somewhere until the parent asks for it.
#
# A process has a `sentinel`, an object that becomes ready when the process ends. Waiting for it does not collect
# anything.

# %%
predict(
    "What does the system say about a child that has ended and has not been joined?",
    "running", "zombie", "there is no such process",
)

# %%
def state_of(pid):
    try:
        return psutil.Process(pid).status()
    except psutil.NoSuchProcess:
        return "there is no such process"


child = get_context("spawn").Process(target=do_nothing)
child.start()
wait([child.sentinel])
time.sleep(0.1)  # the sentinel is ready a moment before the system has put the process away
print("before join:", state_of(child.pid))
child.join()
print(" after join:", state_of(child.pid))

# %% [markdown]
# On Linux and macOS it is a **zombie**: a process that has ended and has not been collected. The system keeps its exit code in the table of
# processes, and so its entry stays. `join` lets it go. (Windows keeps the exit code in the parent's handle, and shows
# no zombie.) A zombie needs no memory and no processor, but it has a number, and those are limited. A server that starts
# a process per request and never joins one will some day be told that there are none left.
#
# `multiprocessing` is kind and collects a few by itself: when you start another process, for instance, or when you read
# `exitcode`. Do not live on its kindness. The checks of this course accept no process that is left unjoined.
#
# ## Stopping a process
#
# `join(seconds)` waits for at most that long.

# %%
predict(
    "The child sleeps for a minute. What does join(0.3) do?",
    "it stops the child", "it returns None, and the child lives on", "it raises an exception",
)

# %%
child = Process(target=sleep_long)
child.start()
print("join returned:", child.join(0.3))
print("alive:", child.is_alive(), " exit code:", child.exitcode)

# %% [markdown]
# `join` returns `None` either way, and the child does not care that we have stopped waiting. Somebody must stop it:

# %%
child.terminate()
child.join()
print("alive:", child.is_alive(), " exit code:", child.exitcode, " signal:", int(signal.SIGTERM))

# %% [markdown]
# `terminate()` asks, and a process may have arranged to do something else when it is asked. `kill()` cannot be refused.
# Neither of them waits, so **a `join` belongs after both**.
#
# Be careful whom you stop: a process that holds a lock takes it to the grave, and one that writes into a queue can leave
# half a message there.

# %%
# exercise: run_with_deadline

# %% [markdown]
# ## Waiting for several
#
# `join` waits for one process. `wait([...])` takes several sentinels and returns those that are ready, as soon as there
# is one.

# %%
predict(
    "The hare sleeps 0.1 s, the tortoise a minute. How many are ready when wait returns?",
    "none", "one", "both",
)

# %%
def sleep_for(seconds):
    time.sleep(seconds)


children = {
    "hare": Process(target=sleep_for, args=(0.1,)),
    "tortoise": Process(target=sleep_for, args=(60,)),
}
for child in children.values():
    child.start()

ready = wait([child.sentinel for child in children.values()])
for name, child in children.items():
    print(f"{name:>8}: {'has ended' if child.sentinel in ready else 'still runs'}")
    child.kill()
    child.join()

# %% [markdown]
# One: `wait` came back with the hare, and did not wait for the tortoise. That is all you need for the next exercise.

# %%
# exercise: first_to_finish

# %% [markdown]
# ## And if the parent ends first?
#
# A Python program that comes to its normal end joins its children; those made with
# `daemon=True` it terminates. But a program can also be killed. Here a child starts a grandchild and then vanishes with
# `os._exit`, which skips all cleaning up.
#
# (`done` is a flag that all three
# processes see; unit 07 is about it.)

# %%
predict(
    "Its parent vanishes. What happens to the grandchild?",
    "it ends with its parent", "it goes on", "the kernel becomes its parent",
)

# %%
def outlive_my_parent(done):
    parent = multiprocessing.parent_process()
    parent.join(10)
    print(f"My parent is {'alive' if parent.is_alive() else 'dead'}, and I am still running.")
    done.set()


def start_a_child_and_vanish(done):
    Process(target=outlive_my_parent, args=(done,)).start()
    os._exit(0)


done = Event()
child = Process(target=start_a_child_and_vanish, args=(done,))
child.start()
child.join()
print("Has the grandchild told its story?", done.wait(10))
time.sleep(0.2)  # so that its line arrives in this cell

# %% [markdown]
# It goes on: an **orphan**. No parent waits for it, and its parent's death does not end it. The system gives it to
# another process, which collects it at its end. If it never ends, it stays, and takes memory and a core until somebody
# looks. When your machine is slow and you do not know why, look for orphans.
#
# What helps: a child that waits for its parent's sentinel, as this one did with `parent.join`, knows when it is alone.
# This notebook does it for you: when its kernel ends, however it ends, its children end too.
#
# ## Why there is no `if __name__ == "__main__"` here
#
# In every introduction you read that the line is necessary. Let us leave it out in a program and see. Under spawn, a
# child loads the program's file again, to have its functions.

# %%
predict(
    "What comes of it?",
    "hello from a child", "an error", "it starts children without end",
)

# %%
program = """
from multiprocessing import get_context

def greet():
    print("hello from a child")

child = get_context("spawn").Process(target=greet)
child.start()
child.join()
print("exit code:", child.exitcode)
"""


def run_program(text):
    with TemporaryDirectory() as folder:
        file = Path(folder, "program.py")
        file.write_text(text, encoding="utf-8")
        return subprocess.run([sys.executable, file], capture_output=True, text=True, timeout=60)


ended = run_program(program)
print(ended.stdout)
print("…\n" + "\n".join(ended.stderr.strip().splitlines()[-17:]))

# %% [markdown]
# The child, loading the file, comes to the line that starts a child. If Python let it, that child would load the file and
# start a child, and so on. Python sees it and raises. The greeting was never printed.
#
# `if __name__ == "__main__":` says: this part is for the program that was started, not for those that only load it.

# %%
guarded = """
from multiprocessing import get_context

def greet():
    print("hello from a child")

if __name__ == "__main__":
    child = get_context("spawn").Process(target=greet)
    child.start()
    child.join()
    print("exit code:", child.exitcode)
"""

print(run_program(guarded).stdout)

# %% [markdown]
# In this notebook, `%load_ext lockstep` keeps a file with your **definitions** only: functions, classes, constants, and
# the imports they use. Children load that file, and what starts processes is not in it. So here you can leave the line
# out. In a program of your own, write it.
#
# ## In practice
#
# - Give a child all it needs as arguments. That is right under every start method, on every system.
# - For many tasks take a pool, which starts its processes once (unit 04).
# - Look at exit codes. -9 in a log is most often the system's answer to too little memory; Docker writes it as 137, which is 128 + 9.
# - To stop a process: `terminate`, some seconds of `join`, and only then `kill`. Docker and systemd do it so.
#
# ## What you know now
#
# - A process has its own memory. A child changes its own copy.
# - What arrives everywhere is an argument; what arrives besides depends on the start method.
# - An exit code is all that comes back by itself, and only after the end: start all, join all, then read.
# - An exception ends its own process and nobody else's.
# - `join` with a time limit does not stop; `terminate` and `kill` do not wait.
#
# To read on: *Operating Systems: Three Easy Pieces* (Arpaci-Dusseau), chapters 4, The Abstraction: The Process, and 5, Interlude: Process API; the Python
# documentation, *multiprocessing*, "Contexts and start methods".
#
# A single whole number is not much of an answer. [The next unit](../02-messages/02-messages.ipynb) lets processes talk.
