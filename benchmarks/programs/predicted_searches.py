"""Programs of units 12 and 13 whose speed-up is predicted and measured: a parallel and a serial function each."""

from __future__ import annotations

import multiprocessing as mp
from bisect import bisect_left
from itertools import pairwise

import numpy as np


def floats(size):
    return np.random.default_rng(size).random(size).tolist()


def dearly_sorted(items):
    return sorted(items, key=lambda item: sum(divmod(int(item * 1e9), 1 + n)[1] for n in range(12)))


def sample_sort(size, workers):
    items = floats(size)
    sample = sorted(items[:: max(1, size // (16 * workers))])
    splitters = [sample[len(sample) * n // workers] for n in range(1, workers)]
    buckets = [[] for _ in range(workers)]
    for item in items:
        buckets[bisect_left(splitters, item)].append(item)
    with mp.Pool(workers) as pool:
        return sum(map(len, pool.map(dearly_sorted, buckets, chunksize=1)))


def sample_sort_serial(size):
    return len(dearly_sorted(floats(size)))


def neighbours(vertex):
    mixed = vertex
    for _ in range(10_000):
        mixed = mixed * 48_271 % 2_147_483_647
    return [vertex ^ (1 << dimension) for dimension in range(10)] + [mixed % 1_024]


def searched(size, ask):
    distances, level = {0: 0}, [0]
    while level:
        found = {vertex % size for some in ask(level) for vertex in some}
        level = sorted(found - distances.keys())
        distances.update(dict.fromkeys(level, len(distances)))
    return len(distances)


def breadth_first(size, workers):
    with mp.Pool(workers) as pool:
        return searched(size, lambda level: pool.map(neighbours, level, chunksize=max(1, len(level) // (4 * workers))))


def breadth_first_serial(size):
    return searched(size, lambda level: map(neighbours, level))


def darts(task):
    seed, number = task
    x, y = np.random.default_rng(seed).random((2, number))
    return int((x * x + y * y < 1).sum())


def pi_in_chunks(throws, workers):
    seeds = np.random.SeedSequence(1).spawn(throws // 10_000)
    with mp.Pool(workers) as pool:
        return sum(pool.map(darts, [(seed, 10_000) for seed in seeds]))


def pi_in_chunks_serial(throws):
    return sum(darts((seed, 10_000)) for seed in np.random.SeedSequence(1).spawn(throws // 10_000))


def next_rows(rows):
    found = []
    for above, here, below in zip(rows, rows[1:], rows[2:], strict=False):
        row = []
        for column in range(len(here)):
            near = (column - 1, column, (column + 1) % len(here))
            alive = sum(line[place] for line in (above, here, below) for place in near) - here[column]
            row.append(1 if alive == 3 or (alive == 2 and here[column]) else 0)
        found.append(row)
    return found


def world_of(size):
    return [[(3 * row * row + 5 * column + row * column) % 7 % 2 for column in range(size)] for row in range(size)]


def live(rows, up, down, result):
    for _ in range(12):
        up.send(rows[0])
        down.send(rows[-1])
        above, below = up.recv(), down.recv()
        rows = next_rows([above, *rows, below])
    result.send(sum(map(sum, rows)))


def life(size, workers):
    """Every worker sends its edge rows to those above and below, in a ring."""
    world, pipes = world_of(size), [mp.Pipe() for _ in range(workers)]
    results = [mp.Pipe(False) for _ in range(workers)]
    bounds = [size * part // workers for part in range(workers + 1)]
    processes = [
        mp.Process(target=live, args=(world[first:last], pipes[n - 1][1], pipes[n][0], results[n][1]))
        for n, (first, last) in enumerate(pairwise(bounds))
    ]
    for process in processes:
        process.start()
    total = sum(receiver.recv() for receiver, _ in results)
    for process in processes:
        process.join()
    return total


def life_serial(size):
    world = world_of(size)
    for _ in range(12):
        world = next_rows([world[-1], *world, world[0]])
    return sum(map(sum, world))


def places(towns):
    return [(37 * town * town % 101, 53 * town * town % 97) for town in range(towns)]


def nodes_below(node):
    """Of a node (bound, whether it is a round trip, number of towns, the towns so far); a bound is the way so far."""
    length, _, number, towns = node
    where = places(number)
    found = []
    for town in set(range(number)) - set(towns):
        x, y = where[town]
        z, w = where[towns[-1]]
        farther = length + abs(x - z) + abs(y - w)
        if len(towns) == number - 1:
            farther += abs(x - where[0][0]) + abs(y - where[0][1])
        found.append((farther, len(towns) == number - 1, number, (*towns, town)))
    return sorted(found)


def begin(shared):
    global best
    best = shared


def search(node):
    if node[0] >= best.value:
        return
    if node[1]:
        with best.get_lock():
            best.value = min(best.value, node[0])
        return
    for child in nodes_below(node):
        search(child)


def branch_and_bound(size, workers):
    towns = 4 + size // 100
    shared = mp.Value("d", float("inf"))
    nodes = [(0, False, towns, (0,))]
    for _ in range(2):
        nodes = sorted(child for node in nodes for child in nodes_below(node))
    with mp.Pool(workers, begin, (shared,)) as pool:
        pool.map(search, nodes, chunksize=1)
    return shared.value


def branch_and_bound_serial(size):
    return branch_and_bound(size, 1)
