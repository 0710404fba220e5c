"""What runs where a learner's program runs: it serves, keeps and cleans up, and decides nothing."""
