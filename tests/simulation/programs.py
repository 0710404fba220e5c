"""A program for tests of plain functions."""

import multiprocessing

SIZE = 400_000


def part(bounds):
    return sum(number * number for number in range(*bounds))


def parallel_sum(workers):
    bounds = [(SIZE * place // workers, SIZE * (place + 1) // workers) for place in range(workers)]
    with multiprocessing.Pool(workers) as pool:
        return sum(pool.map(part, bounds))


def serial_sum():
    return part((0, SIZE))
