"""A learner's program in another process, seen from the side that asks."""
