# %% [markdown]
# # 09-speedup

# %%
# %load_ext lockstep

# %%
# exercise: split

# %%
# exercise: amdahl

# %%
# exercise: karp_flatt

# %%
# exercise: work_and_span
