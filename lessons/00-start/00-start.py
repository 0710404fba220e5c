# %% [markdown]
# # Lockstep: many processes, one step at a time
#
# A course on multiprocessing in Python, for somebody who writes Python and has never run two processes that share
# something.
#
# **In this notebook** (10 minutes): how a unit works, how a check works, how to read a check that fails, and the list of
# units. Nothing here is graded.

# %% [markdown]
# ## How a unit works
#
# Every unit asks one question. Around it you will find the same five steps again and again:
#
# 1. a **question**,
# 2. a **prediction**: commit to what you expect *before* you run the cell; what came then stands beside it. Nobody grades it;
# 3. an **experiment**: a short cell to run, to change, and to run again;
# 4. an **explanation** of what you saw;
# 5. an **exercise**, in which you build it yourself.
#
# A wrong prediction is worth more than a right one: it has just shown you something.
#
# Run a cell with <kbd>Shift</kbd>+<kbd>Enter</kbd>. Run the cells from top to bottom. The first cell of every unit is
# this one:

# %%
# %load_ext lockstep

# %% [markdown]
# It does two things. Functions that you define in a cell now work in child processes, on every system. And this notebook
# can check exercises.

# %% [markdown]
# ## How a check works
#
# Here is a small exercise, and an answer to it: `middle(numbers)` returns the number in the middle of a list of odd length,
# in the order of size.

# %%
def middle(numbers):
    return numbers[len(numbers) // 2]


# %% [markdown]
# Below is its check cell. You can read it: each `@check` has a sentence that must hold, and a function that finds out
# whether it does. `student` stands for your definitions. In later check cells you will meet `@given` too: such functions
# belong to the check, which puts them next to yours.
#
# The answer has a mistake.

# %%
from lockstep import predict

predict(
    "Which of the three checks will find the mistake?",
    "of one number", "of numbers in order", "of numbers in any order",
)

# %% tags=["raises-exception"]
from lockstep import check


@check("of one number, it is that number")
def _(student):
    assert student.middle([7]) == 7


@check("of numbers in order, it is the one in the middle")
def _(student):
    assert student.middle([1, 2, 10]) == 2


@check("of numbers in any order, too")
def _(student):
    assert student.middle([10, 1, 2]) == 2


check.run("middle")

# %% [markdown]
# ## How to read a check that fails
#
# From top to bottom:
#
# - **The headline** counts: 2 of 3 checks hold. In an exercise, the share that holds is your score.
# - **The sentence** with the ✘ is what should be true and is not. Begin here, and ask yourself whether you had thought
#   of it.
# - **The bold line** says what came back and what should have. `middle` took the middle of the list as it came, without
#   sorting it.
# - **What was called** is the call that went wrong. Paste it into a new cell and try it.
# - **I think this check is wrong** makes a text that you can send to whoever gives the course. Checks are written by
#   people, too.
# - The last line, `ChecksFailed`, is there so that *Run All*, and the Validate button of nbgrader, notice it too.
#
# **Now mend it.** Change `middle` above to use `sorted(numbers)`, run its cell, and run the check cell again. You can do
# this as often as you like; nobody counts.

# %% [markdown]
# ## What a check survives
#
# Programs of this subject hang, crash, and leave processes behind. Here such a thing costs you one check, not your
# notebook: a check runs your functions in *another process*, with a time limit, and cleans up afterwards.

# %%
predict("What will the report say about a function that never returns?")

# %% tags=["raises-exception"]
def wait_for_ever():
    while True:
        pass


@check("it comes back", limit=1)
def _(student):
    student.wait_for_ever()


check.run("wait_for_ever")

# %% [markdown]
# It says for how long it waited, and then in which line each process was at that moment. With one process that is
# useful. With four processes that wait for each other it is what you will want most.
#
# Because a check runs elsewhere, it only sees what your functions are made of: functions, classes, imports, and the values
# that they read, such as `LIMIT = 10`. Experiments, plots and whatever asks you something are not repeated there.

# %% [markdown]
# ## The units
#
# Each one builds on those before it. Units whose numbers are missing here are still being written;
# where a lesson points to one of them, it says "to come".
#
# | Unit | Its question |
# | --- | --- |
# | [01 Processes](../01-processes/01-processes.ipynb) | What does a child get from its parent? |
# | [02 Messages](../02-messages/02-messages.ipynb) | How do processes talk? |
# | [03 Memory](../03-memory/03-memory.ipynb) | What does moving data cost? |
# | [04 Pools](../04-pools/04-pools.ipynb) | How large should a task be? |
# | [05 Races](../05-races/05-races.ipynb) | What can go wrong between two lines? |
# | [06 Locks](../06-locks/06-locks.ipynb) | How do we keep others out? |
# | [07 Conditions](../07-conditions/07-conditions.ipynb) | How do we wait for something to become true? |
# | [08 Deadlock](../08-deadlock/08-deadlock.ipynb) | Who waits for whom? |
# | [09 Promises](../09-promises/09-promises.ipynb) | What may we rely on? |
# | [10 Speed-up](../10-speedup/10-speedup.ipynb) | How much faster can it get? |
# | [11 Map, reduce, scan](../11-patterns/11-patterns.ipynb) | What do all these loops have in common? |
# | [12 Sorting and searching](../12-sorting/12-sorting.ipynb) | How do we share what we do not know beforehand? |
# | [13 Grids and matrices](../13-grids/13-grids.ipynb) | What must neighbours tell each other? |
# | [15 Choosing](../15-choosing/15-choosing.ipynb) | Which model for which work? |
# | [16 Capstone](../16-capstone/16-capstone.ipynb) | Yours; and books for after this course |
# | [Gallery](../17-gallery/17-gallery.ipynb) | Eighteen puzzles, to drive into their failure and to mend |
#
# Go to [the first unit](../01-processes/01-processes.ipynb).
