# %% [markdown]
# # 06-locks

# %%
# %load_ext lockstep

# %%
# exercise: count

# %%
# exercise: rendezvous

# %%
# exercise: at_most

# %%
# exercise: bounded_buffer
