"""What only virtual time covers: pools, executors, shared memory, clocks."""
