"""What runs in the learner's process, and in the ranks that it starts."""
