"""The player: an interleaving that a learner can see, step through, and drive."""
