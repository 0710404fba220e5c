"""MPI programs of notebooks on the real machine: `mpiexec(f, ranks=4)`."""
