"""Programs of ranks that tests run really: right ones, and ways to fail."""

import os
import signal
import sys


def hello(comm):
    print("rank", comm.Get_rank(), "of", comm.Get_size())
    return comm.Get_rank()


def in_turn(comm):
    for turn in range(comm.Get_size()):
        if turn == comm.Get_rank():
            print("it is the turn of", turn, end="")
            print(", really")
        comm.Barrier()


def add(comm, x, y=0):
    return comm.allreduce(x + y)


def without_communicator():
    from mpi4py import MPI

    return MPI.COMM_WORLD.allreduce(1)


def wait_for_the_other(comm):
    if comm.Get_rank() == 2:
        return "done"
    return comm.recv(source=1 - comm.Get_rank())


def never_end(comm):
    while True:
        pass


def fail(comm):
    if comm.Get_rank() == 1:
        raise ValueError("no good")
    comm.Barrier()


def leave(comm):
    if comm.Get_rank() == 1:
        sys.exit(3)
    comm.Barrier()


def be_killed(comm):
    if comm.Get_rank() == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    comm.Barrier()


def no_data(comm):
    return (lambda: 1) if comm.Get_rank() == 0 else None  # were it all of them, who is first would be luck
