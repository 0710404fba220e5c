# %% [markdown]
# # Lockstep: many processes, one step at a time
#
# A course on multiprocessing in Python, for somebody who writes Python and has never run two processes that share
# something.
#
# Contents: where you are · how a unit works · how a check works · how to read a check that fails · what a check survives ·
# the units · your machine · when something does not work · the words · I am lost.
#
# The first time, go through this notebook from top to bottom (20 minutes); nothing in it is graded. Later, run the two cells below.
# Run a cell with <kbd>Shift</kbd>+<kbd>Enter</kbd>.

# %%
# %load_ext lockstep

# %% [markdown]
# ## Where you are
#
# The next cell shows all units, what you have reached in each, and where to continue. A click on a unit opens its exercises; each name
# leads to its place.

# %%
from lockstep import course

course()

# %% [markdown]
# Your progress lies in one small file, `lockstep-progress.json`, at the top of your folder. Whoever works on Binder, which forgets
# everything some ten minutes after you leave, saves it with the button, and next time takes it back. What you wrote lies in the notebooks:
# download those too (*File*, *Download*).
#
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
# Run the cells of a unit from top to bottom. Its first cell is the one that you ran above, `%load_ext lockstep`. It does two things:
# functions that you define in a cell work in child processes, on every system; and the notebook can check exercises.

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
# Each one builds on those before it. The times are for reading, running and all exercises; take them as a guess.

# %% [markdown]
# table: units

# %% [markdown]
# ## Your machine
#
# The course needs nothing special. What this machine gives it, the next cell tries in some seconds:

# %%
from lockstep import machine_check

machine_check()

# %% [markdown]
# Fewer CPUs than two are no obstacle: races, locks and deadlocks are there on one CPU as well, and speed-up is simulated where it cannot
# be measured. Where a start method does not work, cells that ask for it say so; the others do the same.

# %% [markdown]
# ## When something does not work
#
# <details><summary>A cell shows <code>[*]</code> and does not end</summary>
#
# Interrupt it: the ■ of the toolbar, or <kbd>I</kbd> <kbd>I</kbd> outside of a cell. Where that does not help, restart the kernel:
# <kbd>0</kbd> <kbd>0</kbd>. Its child processes end with it. A check, `explore` and `simulate` have time limits of their own; your own
# calls have none.
#
# </details>
# <details><summary>A name is not defined, though the cell is there</summary>
#
# A new kernel knows nothing yet. Run the cells above: *Run*, *Run All Above Selected Cell*.
#
# </details>
# <details><summary>“Can't get attribute ... on module __main__”, or a pool that never answers</summary>
#
# The first cell of the notebook, `%load_ext lockstep`, was not run in this kernel. Run it, then the cell with your function, then the one
# that failed.
#
# </details>
# <details><summary>A view does not draw itself, or its buttons do nothing</summary>
#
# A saved notebook shows pictures and players without a kernel. Buttons and sliders that need the kernel say so: run the cell again. If
# nothing is drawn at all, the notebook is not trusted yet: *View*, *Activate Command Palette*, *Trust Notebook*.
#
# </details>
# <details><summary>I broke the cell of an exercise</summary>
#
# Below the report of its checks stands *Start this exercise again*. What you had is kept in a file beside the notebook.
#
# </details>
# <details><summary>Windows</summary>
#
# There is no fork; you get spawn without asking, and a child takes some tenths of a second to start. Without `make`, the two
# commands for it stand in the README. A first run is slow where a virus scanner looks at every new process.
#
# </details>
# <details><summary>macOS</summary>
#
# You get spawn without asking. Fork exists, but system libraries may not survive it: cells that ask for fork work, programs with windows
# or networking of the system may not.
#
# </details>
# <details><summary>Visual Studio Code</summary>
#
# Not tried by us. Notebooks, checks, pictures and players need nothing but outputs with HTML. Where sliders and buttons do nothing, its
# Jupyter extension has not loaded widgets (it asks whether it may fetch them). Links between units open the file, not the place in it.
# Progress without buttons: `course().save("mine.json")`, `course().take_back("mine.json")`.
#
# </details>
# <details><summary>Colab</summary>
#
# Not tried by us. The package has to be installed by a first cell, links between units do not work, and files are forgotten with the
# machine: save your progress. Where sliders and buttons do nothing:
# `from google.colab import output; output.enable_custom_widget_manager()`.
#
# </details>
# <details><summary>Binder</summary>
#
# One CPU, and everything is forgotten some ten minutes after you leave. Save your progress with the button above, and download
# the notebooks that you changed.
#
# </details>
# <details><summary>Menus of nbgrader</summary>
#
# Formgrader, Create Assignment and Assignment List are for those who give a class, and are switched off here. The button *Validate* runs all checks of a
# notebook; *Run All* does the same.
#
# </details>

# %% [markdown]
# ## The words
#
# What the course calls things, and where you meet them:

# %% [markdown]
# table: glossary

# %% [markdown]
# ## I am lost
#
# - **Where was I?** Run the first two cells of this notebook: the line at the top leads there.
# - **What does this word mean?** See the words above, and the unit that stands beside each.
# - **I do not understand what a check wants.** Read its sentence, then what was called; paste the call into a new cell, and look. Then open the
#   hints below the exercise, one at a time. Where solutions are given, *Show a solution* stands below the report.
# - **I do not understand a deadlock or a race.** Play it: the steps of the player, one by one, and at each ask what every process knows.
# - **This unit is too much.** Read on to its end without its exercises, then come back. Only 05 and 06 are needed for all that
#   follows; 10 needs 04.
# - **I believe the course is wrong.** It can be. *I think this check is wrong* makes a text to send.
#
# Go to [the first unit](../01-processes/01-processes.ipynb).
