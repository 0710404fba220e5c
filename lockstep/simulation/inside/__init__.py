"""What runs in the learner's process while `simulate` runs a program in virtual time."""
