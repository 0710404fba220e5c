"""What runs in the learner's process while `explore` asks what its processes do next."""
