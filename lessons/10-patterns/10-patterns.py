# %% [markdown]
# # 10-patterns

# %%
# %load_ext lockstep

# %%
# exercise: tree_reduce

# %%
# exercise: scan

# %%
# exercise: pack
