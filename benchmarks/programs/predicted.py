"""Programs whose speed-up is predicted and measured: a parallel and a serial function each."""

from __future__ import annotations

import math
import multiprocessing as mp
import random
from itertools import pairwise
from multiprocessing import shared_memory

import numpy as np

# Mandelbrot in an asymmetric view: the left half of the picture is dear, the right one cheap.


def mandelbrot_row(task):
    row, height, width = task
    y = -0.2 + 1.1 * row / height
    c = np.linspace(-1.6, 0.9, width) + 1j * y
    z, counts = np.zeros_like(c), np.zeros(width, dtype=np.int64)
    for _ in range(200):
        inside = np.abs(z) < 2
        z[inside] = z[inside] ** 2 + c[inside]
        counts += inside
    return int(counts.sum())


def mandelbrot(height, workers):
    with mp.Pool(workers) as pool:
        return sum(pool.map(mandelbrot_row, [(row, height, 600) for row in range(height)], chunksize=4))


def mandelbrot_serial(height):
    return sum(mandelbrot_row((row, height, 600)) for row in range(height))


def hits(task):
    seed, throws = task
    numbers = random.Random(seed)
    return sum(numbers.random() ** 2 + numbers.random() ** 2 < 1 for _ in range(throws))


def monte_carlo(throws, workers):
    with mp.Pool(workers) as pool:
        return 4 * sum(pool.map(hits, [(seed, throws // 16) for seed in range(16)], chunksize=1)) / throws


def monte_carlo_serial(throws):
    return 4 * sum(hits((seed, throws // 16)) for seed in range(16)) / throws


def is_prime(number):
    if number < 2:
        return False
    return all(number % divisor for divisor in range(2, math.isqrt(number) + 1))


def primes_between(bounds):
    return sum(map(is_prime, range(*bounds)))


def primes_static(limit, workers):
    bounds = [limit * part // workers for part in range(workers + 1)]
    with mp.Pool(workers) as pool:
        return sum(pool.map(primes_between, list(pairwise(bounds)), chunksize=1))


def primes_dynamic(limit, workers):
    bounds = [limit * part // 48 for part in range(49)]
    with mp.Pool(workers) as pool:
        return sum(pool.imap_unordered(primes_between, list(pairwise(bounds))))


def primes_serial(limit):
    return primes_between((0, limit))


def merge(left, right):
    merged = []
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i] <= right[j]:
            merged.append(left[i])
            i += 1
        else:
            merged.append(right[j])
            j += 1
    return merged + left[i:] + right[j:]


def sorted_by_merging(items):
    if len(items) < 2:
        return items
    middle = len(items) // 2
    return merge(sorted_by_merging(items[:middle]), sorted_by_merging(items[middle:]))


def sort_into(connection, items, levels):
    connection.send(sort_with(items, levels))
    connection.close()


def sort_with(items, levels):
    if levels == 0:
        return sorted_by_merging(items)
    middle = len(items) // 2
    here, there = mp.Pipe(False)
    child = mp.Process(target=sort_into, args=(there, items[:middle], levels - 1))
    child.start()
    right = sort_with(items[middle:], levels - 1)
    left = here.recv()
    child.join()
    return merge(left, right)


def numbers_to_sort(size):
    return [number * 7_919 % 1_000_003 for number in range(size)]


def merge_sort(size, workers):
    return sort_with(numbers_to_sort(size), round(math.log2(workers)))[size // 2]


def merge_sort_serial(size):
    return sorted_by_merging(numbers_to_sort(size))[size // 2]


ROUNDS = 200


def relax(name, size, barrier, first, last):
    segment = shared_memory.SharedMemory(name)
    grids = np.ndarray((2, size, size), buffer=segment.buf)
    for turn in range(ROUNDS):
        old, new = grids[turn % 2], grids[(turn + 1) % 2]
        new[first:last, 1:-1] = 0.25 * (
            old[first - 1 : last - 1, 1:-1]
            + old[first + 1 : last + 1, 1:-1]
            + old[first:last, :-2]
            + old[first:last, 2:]
        )
        barrier.wait()
    del grids, old, new
    segment.close()


def jacobi(size, workers):
    segment = shared_memory.SharedMemory(create=True, size=16 * size * size)
    grids = np.ndarray((2, size, size), buffer=segment.buf)
    grids[:] = 0
    grids[:, 0] = 1
    barrier = mp.Barrier(workers)
    bounds = [1 + (size - 2) * part // workers for part in range(workers + 1)]
    tasks = [(segment.name, size, barrier, first, last) for first, last in pairwise(bounds)]
    processes = [mp.Process(target=relax, args=task) for task in tasks]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    total = float(grids[ROUNDS % 2].sum())
    del grids
    segment.close()
    segment.unlink()
    return round(total, 6)


def jacobi_serial(size):
    grids = np.zeros((2, size, size))
    grids[:, 0] = 1
    for turn in range(ROUNDS):
        old, new = grids[turn % 2], grids[(turn + 1) % 2]
        new[1:-1, 1:-1] = 0.25 * (old[:-2, 1:-1] + old[2:, 1:-1] + old[1:-1, :-2] + old[1:-1, 2:])
    return round(float(grids[ROUNDS % 2].sum()), 6)


def squared(number):
    for _ in range(60):
        number = number * number % 1_000_003
    return number


def stage(source, target, times):
    while (item := source.get()) is not None:
        for _ in range(times):
            item = squared(item)
        target.put(item)
    target.put(None)


def pipeline(items, workers):
    """As many stages as workers, 64 steps of work in all for each item."""
    queues = [mp.Queue(8) for _ in range(workers + 1)]
    stages = [mp.Process(target=stage, args=(queues[n], queues[n + 1], 64 // workers)) for n in range(workers)]
    feeder = mp.Process(target=fill, args=(queues[0], items))
    for process in (feeder, *stages):
        process.start()
    total = 0
    while (item := queues[-1].get()) is not None:
        total += item
    for process in (feeder, *stages):
        process.join()
    return total


def fill(queue, items):
    for item in range(items):
        queue.put(item)
    queue.put(None)


def pipeline_serial(items):
    total = 0
    for item in range(items):
        for _ in range(64):
            item = squared(item)
        total += item
    return total


WORDS = ("fork", "join", "lock", "queue", "spawn", "wait", "pool", "core", "span", "work")


def document(number):
    chosen = random.Random(number)
    return " ".join(chosen.choice(WORDS) for _ in range(400))


def words_in(texts):
    counts: dict[str, int] = {}
    for text in texts:
        for word in text.split():
            counts[word.strip(".,").lower()] = counts.get(word.strip(".,").lower(), 0) + 1
    return counts


def word_count(documents, workers):
    texts = [document(number % 50) for number in range(documents)]
    parts = [texts[start : start + 40] for start in range(0, documents, 40)]
    total: dict[str, int] = {}
    with mp.Pool(workers) as pool:
        for counts in pool.imap_unordered(words_in, parts):
            for word, number in counts.items():
                total[word] = total.get(word, 0) + number
    return sorted(total.items())


def word_count_serial(documents):
    return sorted(words_in(document(number % 50) for number in range(documents)).items())


def triad_part(name, size, first, last):
    segment = shared_memory.SharedMemory(name)
    a, b, c = np.ndarray((3, size), buffer=segment.buf)[:, first:last]
    for _ in range(ROUNDS):
        np.multiply(c, 3.0, out=a)
        np.add(a, b, out=a)
    del a, b, c
    segment.close()


def triad(size, workers):
    """a = b + 3 c on arrays that fit into no cache (McCalpin's STREAM)."""
    segment = shared_memory.SharedMemory(create=True, size=24 * size)
    arrays = np.ndarray((3, size), buffer=segment.buf)
    arrays[:] = 1
    bounds = [size * part // workers for part in range(workers + 1)]
    processes = [mp.Process(target=triad_part, args=(segment.name, size, *ends)) for ends in pairwise(bounds)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    total = float(arrays[0].sum())
    del arrays
    segment.close()
    segment.unlink()
    return total


def triad_serial(size):
    a, b, c = np.ones((3, size))
    for _ in range(ROUNDS):
        np.multiply(c, 3.0, out=a)
        np.add(a, b, out=a)
    return float(a.sum())


def mandelbrot_crowded(height, workers):
    """Four processes for every core."""
    return mandelbrot(height, 4 * workers)


def starts(number, workers):
    """A process for every small task, `workers` at a time."""
    for start in range(0, number, workers):
        processes = [mp.Process(target=squared, args=(task,)) for task in range(start, start + workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
    return number


def starts_serial(number):
    for task in range(number):
        squared(task)
    return number
