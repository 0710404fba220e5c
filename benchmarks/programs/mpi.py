"""MPI programs as a course teaches them, each written once for real ranks, for every interleaving and for virtual time."""

from __future__ import annotations

import numpy as np
from mpi4py import MPI


def hello(comm):
    return f"rank {comm.Get_rank()} of {comm.Get_size()}"


def ping_pong(comm, times):
    other = 1 - comm.Get_rank()
    value = 0
    for turn in range(2 * times):
        if turn % 2 == comm.Get_rank():
            comm.send(value + 1, dest=other)
        else:
            value = comm.recv(source=other)
    return value


def ring_exchange(comm):
    """Everybody's value goes round; each rank adds up what passes by."""
    rank, size = comm.Get_rank(), comm.Get_size()
    total = passing = rank + 1
    for _ in range(size - 1):
        passing = comm.sendrecv(passing, dest=(rank + 1) % size, source=(rank - 1) % size)
        total += passing
    return total


def token_ring(comm):
    rank, size = comm.Get_rank(), comm.Get_size()
    if rank == 0:
        comm.send([0], dest=1)
        return comm.recv(source=size - 1)
    token = comm.recv(source=rank - 1)
    comm.send([*token, rank], dest=(rank + 1) % size)
    return None


def all_reduce_by_ring(comm, n):
    """Reduce-scatter and allgather of p parts round the ring (Patarasuk & Yuan 2009): 2 (p - 1) steps of n / p elements."""
    rank, size = comm.Get_rank(), comm.Get_size()
    parts = np.array_split(np.arange(n, dtype=float) * (rank + 1), size)
    right, left = (rank + 1) % size, (rank - 1) % size
    for step in range(size - 1):
        request = comm.Isend(parts[(rank - step) % size], dest=right)
        got = np.empty_like(parts[(rank - step - 1) % size])
        comm.Recv(got, source=left)
        request.Wait()
        parts[(rank - step - 1) % size] = parts[(rank - step - 1) % size] + got
    for step in range(size - 1):
        request = comm.Isend(parts[(rank + 1 - step) % size], dest=right)
        comm.Recv(parts[(rank - step) % size], source=left)
        request.Wait()
    return float(np.concatenate(parts).sum())


def all_reduce_by_tree(comm, n):
    """Up a binomial tree and down again: 2 (p - 1) messages of n elements, 2 log2 p of them one after the other."""
    rank, size = comm.Get_rank(), comm.Get_size()
    whole = np.arange(n, dtype=float) * (rank + 1)
    got = np.empty_like(whole)
    distance = 1
    while distance < size:
        if rank & distance:
            comm.Send(whole, dest=rank - distance)
            break
        if rank + distance < size:
            comm.Recv(got, source=rank + distance)
            whole += got
        distance *= 2
    if rank:
        comm.Recv(whole, source=rank - distance)
    while distance := distance // 2:
        if rank + distance < size:
            comm.Send(whole, dest=rank + distance)
    return float(whole.sum())


def all_reduce_by_gather(comm, n):
    rank = comm.Get_rank()
    own = np.arange(n, dtype=float) * (rank + 1)
    rows = np.empty((comm.Get_size(), n)) if rank == 0 else None
    comm.Gather(own, rows, root=0)
    whole = rows.sum(axis=0) if rank == 0 else np.empty(n)
    comm.Bcast(whole, root=0)
    return float(whole.sum())


def all_reduce_built_in(comm, n):
    whole = np.empty(n)
    comm.Allreduce(np.arange(n, dtype=float) * (comm.Get_rank() + 1), whole, op=MPI.SUM)
    return float(whole.sum())


def halo_exchange(comm, cells, steps):
    """Heat on a rod: every rank has a part of it and two cells of its neighbours'; the ends have no neighbour."""
    rank, size = comm.Get_rank(), comm.Get_size()
    left = rank - 1 if rank > 0 else MPI.PROC_NULL
    right = rank + 1 if rank < size - 1 else MPI.PROC_NULL
    rod = np.zeros(cells + 2)
    rod[1:-1] = rank * 64.0
    for _ in range(steps):
        comm.Sendrecv(rod[1:2], dest=left, recvbuf=rod[-1:], source=right)
        comm.Sendrecv(rod[-2:-1], dest=right, recvbuf=rod[:1], source=left)
        rod[1:-1] = (rod[:-2] + 2 * rod[1:-1] + rod[2:]) / 4
    return comm.reduce(float(rod[1:-1].sum()), op=MPI.SUM, root=0)


def scatter_gather(comm, n):
    rank, size = comm.Get_rank(), comm.Get_size()
    rows = [list(range(n * part, n * (part + 1))) for part in range(size)] if rank == 0 else None
    own = comm.scatter(rows, root=0)
    return comm.gather([value * value for value in own], root=0)


def master_worker(comm, tasks):
    """Who is free gets the next task: which rank does how many differs, what comes out does not."""
    rank, size = comm.Get_rank(), comm.Get_size()
    if rank > 0:
        while (task := comm.recv(source=0)) is not None:
            comm.send((task, task**2), dest=0)
        return None
    done, given, status = {}, 0, MPI.Status()
    for worker in range(1, size):
        comm.send(given if given < tasks else None, dest=worker)
        given += given < tasks
    waiting = min(tasks, size - 1)
    while waiting:
        task, value = comm.recv(source=MPI.ANY_SOURCE, status=status)
        done[task] = value
        comm.send(given if given < tasks else None, dest=status.Get_source())
        waiting -= given >= tasks
        given += given < tasks
    return [done[task] for task in range(tasks)]


def train_together(comm, steps):
    """Gradient descent for a line, each rank with points of its own: the mean of all gradients is everybody's next step."""
    rank, size = comm.Get_rank(), comm.Get_size()
    x = np.arange(8) + rank * 0.5
    y = 2 * x + 1
    slope, shift = 0.0, 0.0
    for _ in range(steps):
        error = slope * x + shift - y
        gradient = np.array([(error * x).mean(), error.mean()])
        comm.Allreduce(MPI.IN_PLACE, gradient, op=MPI.SUM)
        slope, shift = slope - 0.015625 * gradient[0] / size, shift - 0.015625 * gradient[1] / size
    return round(float(slope), 9), round(float(shift), 9)


def matrix_vector(comm, n):
    rank, size = comm.Get_rank(), comm.Get_size()
    rows = np.arange(n // size * n, dtype=float).reshape(-1, n) + rank
    vector = comm.bcast(list(range(n)) if rank == 0 else None, root=0)
    whole = np.empty(n)
    comm.Allgather(rows @ np.array(vector, dtype=float), whole)
    return float(whole.sum())


def transpose(comm):
    rank, size = comm.Get_rank(), comm.Get_size()
    return comm.alltoall([rank * size + column for column in range(size)])


def prefix_sums(comm):
    value = comm.Get_rank() + 1
    before = comm.exscan(value)
    return comm.scan(value, op=MPI.SUM), before


def odd_even_sort(comm):
    """In turns neighbours exchange values; the left one keeps the smaller (Knuth 1973)."""
    rank, size = comm.Get_rank(), comm.Get_size()
    value = (7 * rank + 3) % size
    for turn in range(size):
        partner = rank + 1 if (rank + turn) % 2 == 0 else rank - 1
        if 0 <= partner < size:
            other = comm.sendrecv(value, dest=partner, source=partner)
            value = min(value, other) if rank < partner else max(value, other)
    return value


def non_blocking(comm):
    rank, size = comm.Get_rank(), comm.Get_size()
    others = [other for other in range(size) if other != rank]
    sends = [comm.isend(10 * rank, dest=other, tag=7) for other in others]
    got = MPI.Request.waitall([comm.irecv(source=other, tag=7) for other in others])
    MPI.Request.waitall(sends)
    return sum(got)


def tags(comm):
    if comm.Get_rank() == 0:
        requests = [comm.isend("late", dest=1, tag=2), comm.isend("early", dest=1, tag=1)]
        MPI.Request.waitall(requests)
        return None
    if comm.Get_rank() == 1:
        first = comm.recv(source=0, tag=1)
        return [first, comm.recv(source=0, tag=2)]
    return None


def rows_and_columns(comm, width):
    rank = comm.Get_rank()
    row = comm.Split(rank // width, key=rank)
    column = comm.Split(rank % width, key=rank)
    return row.allreduce(rank), column.allreduce(rank)


def longest_word(comm, words):
    own = max(words[comm.Get_rank() :: comm.Get_size()], key=len)
    return comm.allreduce((len(own), own), op=MPI.MAX)


def both_send_first(comm):
    """Right only as long as MPI keeps what is sent."""
    other = 1 - comm.Get_rank()
    comm.send(comm.Get_rank(), dest=other)
    return comm.recv(source=other)


def first_comes(comm):
    """Who is first is anybody's guess."""
    if comm.Get_rank() == 0:
        return [comm.recv(source=MPI.ANY_SOURCE) for _ in range(comm.Get_size() - 1)]
    comm.send(comm.Get_rank(), dest=0)
    return None


def all_wait(comm):
    return comm.recv(source=(comm.Get_rank() + 1) % comm.Get_size())


def other_calls(comm):
    return comm.reduce(1) if comm.Get_rank() == 0 else comm.bcast(1)
