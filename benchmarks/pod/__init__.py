"""A machine like Binder's: what its image holds, and how little of CPU, memory and /dev/shm it gives."""
