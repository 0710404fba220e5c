# %%
# %load_ext lockstep

# %% [markdown]
# # Messages

# %%
# exercise: send_message
