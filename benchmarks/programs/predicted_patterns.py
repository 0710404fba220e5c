"""Programs of units 10, 11 and 13 whose speed-up is predicted and measured: a parallel and a serial function each."""

from __future__ import annotations

import multiprocessing as mp
from functools import reduce
from itertools import accumulate, pairwise
from multiprocessing import shared_memory

import numpy as np

STEPS = 60_000  # of an addition, about 1 ms
BLOCK = 128  # numbers in a row of a block of a matrix


def squares_between(bounds):
    total = 0
    for number in range(*bounds):
        total += number * number
    return total


def add_squares(n, workers):
    with mp.Pool(workers) as pool:
        return sum(pool.map(squares_between, _cuts(n, workers), chunksize=1))


def add_squares_serial(n):
    return squares_between((0, n))


def plus(left, right):
    steps = STEPS
    while steps:
        steps -= 1
    return left + right


def total_of(share):
    return reduce(plus, share)


def reduce_in_shares(n, workers):
    with mp.Pool(workers) as pool:
        return reduce(plus, pool.map(total_of, _shares(n, workers), chunksize=1))


def reduce_serial(n):
    return total_of(range(n))


def scan_of(task):
    before, share = task
    if before is None:
        return list(accumulate(share, plus))
    return list(accumulate(share, plus, initial=before))[1:]


def scan_in_shares(n, workers):
    shares = _shares(n, workers)
    with mp.Pool(workers) as pool:
        totals = pool.map(total_of, shares[:-1], chunksize=1)
        parts = pool.map(scan_of, list(zip([None, *accumulate(totals, plus)], shares, strict=True)), chunksize=1)
    return [total for part in parts for total in part]


def scan_serial(n):
    return list(accumulate(range(n), plus))


def kept_of(share):
    return [number for number in share if plus(number, 0) % 3 == 0]


def pack_in_shares(n, workers):
    with mp.Pool(workers) as pool:
        return [number for part in pool.map(kept_of, _shares(n, workers), chunksize=1) for number in part]


def pack_serial(n):
    return kept_of(range(n))


def matrices(memory, side):
    return np.ndarray((3, side, side), buffer=memory.buf)


def multiply_rows(name, side, first, last):
    memory = shared_memory.SharedMemory(name)
    a, b, c = matrices(memory, side)
    for row in range(first, last, BLOCK):
        for column in range(0, side, BLOCK):
            here = slice(row, min(row + BLOCK, last)), slice(column, column + BLOCK)
            for inner in range(0, side, BLOCK):
                c[here] += a[here[0], inner : inner + BLOCK] @ b[inner : inner + BLOCK, here[1]]
    del a, b, c
    memory.close()


def matrix_product(side, workers):
    memory = shared_memory.SharedMemory(create=True, size=24 * side * side)
    a, b, c = matrices(memory, side)
    a[:], b[:] = np.random.default_rng(1).integers(0, 9, (2, side, side))
    processes = [mp.Process(target=multiply_rows, args=(memory.name, side, *rows)) for rows in _cuts(side, workers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    total = float(c.sum())
    del a, b, c
    memory.close()
    memory.unlink()
    return total


def matrix_product_serial(side):
    return matrix_product(side, 1)


def _cuts(n, parts):
    return list(pairwise(n * part // parts for part in range(parts + 1)))


def _shares(n, workers):
    return [range(*bounds) for bounds in _cuts(n, workers)]
