# %% [markdown]
# # Gallery
#
# **Eighteen puzzles of synchronization, each with one mistake.** Nothing here is graded. Most are classics of the field, retold; where one comes from stands beside it. They stand in the order of
# the steps that their failure takes: the first can be driven in a minute, the last is long.
#
# Each has the same parts:
#
# 1. a story, and a program, in two cells: the people of the story, and what keeps them in order. The second one has a mistake;
# 2. **drive**: you are the scheduler. Choose who goes next, and bring the program to where it fails: a deadlock, a crash, or a result that it must not have. You can take steps back. Can you do
#    it in the fewest steps?
# 3. **mend**: change the second cell, run it, and run the check cell. It takes the mended program through all interleavings, and looks that you have not mended it by forbidding what was allowed.
#
# Units 05 to 08 are all that you need. Take them in any order, and leave out what you like.

# %%
# %load_ext lockstep

# %%
from lockstep import drive, gallery

# %% [markdown]
# How far you have come. It is kept; run the cell again whenever you like.

# %%
gallery()

# %%
# puzzle: water

# %%
# puzzle: card_index

# %%
# puzzle: barbershop

# %%
# puzzle: smokers

# %%
# puzzle: post_office

# %%
# puzzle: child_care

# %%
# puzzle: savages

# %%
# puzzle: bridge

# %%
# puzzle: two_bells

# %%
# puzzle: river

# %%
# puzzle: bakery

# %%
# puzzle: roller_coaster

# %%
# puzzle: room_party

# %%
# puzzle: hikers

# %%
# puzzle: newspaper

# %%
# puzzle: santa

# %%
# puzzle: bathroom

# %%
# puzzle: sushi_bar

# %% [markdown]
# ## More of them
#
# To read on: Downey, *The Little Book of Semaphores*, chapters 4 to 7, from which most of these come, with solutions; Andrews, *Concurrent Programming: Principles and Practice*, 1991, and Ben-Ari,
# *Principles of Concurrent and Distributed Programming*, 2nd edition, on semaphores and monitors; and *The Deadlock Empire*, a game on the web in which you are the scheduler, too.

# %%
gallery()

# %% [markdown]
# Back to [the list of units](../00-start/00-start.ipynb).
