# %% [markdown]
# # 05-races

# %%
# %load_ext lockstep

# %%
# exercise: withdraw

# %%
# exercise: peterson
