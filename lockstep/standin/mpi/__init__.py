"""The stand-in for mpi4py: communicators, requests and reductions as a program of ranks uses them."""
