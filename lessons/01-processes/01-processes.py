# %%
# %load_ext lockstep

# %% [markdown]
# # Processes

# %%
# exercise: run_all
