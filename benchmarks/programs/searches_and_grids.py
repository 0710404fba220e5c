"""The parallel programs of units 12 and 13, as learners get them, and the same work through any map.

Where no cell is dear by itself, a comparison, a question or a node costs so many steps of `spin`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from heapq import merge
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.comparing.ways import Map, spin
from benchmarks.programs.reference import Reference, packed

BLOCK = 128  # numbers in a row of a block: three blocks are 393 kB


def of_sorting(module: Any, workers: int, steps: int, scale: float) -> list[Reference]:
    """Those of unit 12."""
    numbers = [number * 7_919 % 1_000_003 for number in range(int(500_000 * scale) + 8)]
    shares = [numbers[start:stop] for start, stop in _cuts(len(numbers), workers)]

    def merged(mapped: Map) -> list[int]:
        lists = mapped(module.sort_share, shares)
        while len(lists) > 1:
            pairs = list(zip(lists[::2], lists[1::2], strict=False))
            lists = mapped(partial(_spread, module.merge), pairs) + lists[2 * len(pairs) :]
        return lists[0]

    moved = round(scale * 500_000 / 3)

    def sorted_in_shares(mapped: Map) -> list[float]:
        items = module.numbers_of(moved)
        return list(merge(*mapped(sorted, [items[start:stop] for start, stop in _cuts(moved, workers)])))

    floats = np.random.default_rng(1).random(int(1_500_000 * scale) + 100).tolist()

    splitters = module.choose_splitters(floats, workers)

    def sent_in_buckets() -> Any:
        return packed(*module.into_buckets(floats, splitters), floats)()

    def bucketed(mapped: Map) -> list[float]:
        buckets = module.into_buckets(floats, module.choose_splitters(floats, workers))
        return [item for part in mapped(sorted, buckets) for item in part]

    asked = partial(neighbours, steps)
    sorted_shares = [sorted(share) for share in shares]
    moving = module.numbers_of(moved)
    known = {vertex: [vertex ^ (1 << dimension) for dimension in range(9)] for vertex in range(512)}
    return [
        Reference(
            "merge_sort", lambda: module.merge_sort(numbers, workers), lambda: module.sort_share(numbers), merged,
            why="the last merge is one worker's, and lists travel",
            sends=packed(*shares, *sorted_shares), last=lambda: module.merge(*sorted_shares[:2]),
        ),
        Reference(
            "sort_in_shares", lambda: module.sort_in_shares(moved, workers), lambda: module.sort_alone(moved), sorted_in_shares,
            why="sorted() takes less for a number than it costs to send it: processes lose, with every library", sizes=(moved,),
            sends=packed(moving, sorted(moving)), last=lambda: module.numbers_of(moved),
        ),
        Reference(
            "sample_sort", lambda: module.sample_sort(floats, workers), lambda: sorted(floats), bucketed,
            why="sorted() takes less for a number than it costs to send it: processes lose, with every library",
            sends=sent_in_buckets,
        ),
        Reference(
            "breadth_first_search", lambda: module.breadth_first_search(asked, 0, workers), lambda: _searched(asked, map),
            lambda mapped: _searched(asked, mapped), last=lambda: _searched(known.__getitem__, map),
        ),
        Reference(
            "branch_and_bound", lambda: module.branch_and_bound(partial(children, steps), (0, False, (0,)), workers),
            lambda: least_below(partial(children, steps), (0, False, (0,))),
            lambda mapped: min(mapped(partial(least_below, partial(children, steps)), sorted(children(steps, (0, False, (0,)))))),
            why="how many nodes are looked into depends on who finds what first; through a map nobody tells the others",
        ),
    ]  # fmt: skip


def of_grids(module: Any, workers: int, scale: float) -> list[Reference]:
    """Those of unit 13."""
    throws, size, steps = int(120_000_000 * scale) + 10_000, int(1_000 * scale**0.5) + 8, max(2, int(150 * scale**0.5))
    rows = int(250 * scale**0.5) + 4
    chunks = [10_000] * (throws // 10_000)
    seeded = list(zip(np.random.SeedSequence(1).spawn(len(chunks)), chunks, strict=True))
    pieces = [seeded[first:last] for first, last in _cuts(len(seeded), 4 * workers)]  # as `Pool.map` cuts by itself
    grid, world = np.zeros((size, size)), [[(3 * r * r + 5 * c) % 2 for c in range(rows)] for r in range(rows)]
    grid[:, 0] = 1
    generations = max(2, int(25 * scale**0.5))
    side = BLOCK * max(1, round(18 * scale ** (1 / 3)))
    left, right = np.random.default_rng(1).random((2, side, side))
    drawn = int(600 * scale**0.5) + 4
    drawing = [(escape_steps, row, drawn, drawn) for row in range(drawn)]

    def hits(mapped: Map) -> int:
        return sum(mapped(partial(_sum_of, module.hits_in), pieces))

    def halos(cells: Any, mapped: Map) -> Any:
        for _ in range(generations):
            blocks = [
                [cells[first - 1], *cells[first:last], cells[last % len(cells)]]
                for first, last in _cuts(len(cells), workers)
            ]
            cells = [row for block in mapped(module.next_rows, blocks) for row in block]
        return cells

    def cooled_in_threads(mapped: Map) -> Any:
        old, new = grid.copy(), grid.copy()
        for _ in range(steps):
            mapped(partial(_mean_of_rows, old, new), _cuts(size - 2, workers))
            old, new = new, old
        return old

    def cooled(mapped: Map) -> Any:
        plate = grid.copy()
        for _ in range(steps):
            blocks = [plate[first : last + 2] for first, last in _cuts(size - 2, workers)]
            plate[1:-1, 1:-1] = np.vstack(mapped(mean, blocks))
        return plate

    return [
        Reference(
            "estimate_pi", lambda: module.estimate_pi(throws, workers, 1),
            lambda: sum(map(module.hits_in, zip(np.random.SeedSequence(1).spawn(len(chunks)), chunks, strict=True))),
            hits, in_threads=hits, why="a seed for every chunk is made and packed by one process",
            sends=packed(*pieces), last=lambda: np.random.SeedSequence(1).spawn(len(chunks)),
        ),
        Reference(
            "mandelbrot", lambda: module.mandelbrot(escape_steps, drawn, drawn, workers),
            lambda: list(map(module.draw_row, drawing)), lambda mapped: mapped(module.draw_row, drawing[::-1]),
        ),
        Reference(
            "jacobi", lambda: module.jacobi(grid, steps, workers), lambda: _cooled_alone(grid, steps), cooled,
            why="memory is one for all cores; through a map all rows travel in every step", in_threads=cooled_in_threads,
        ),
        Reference(
            "game_of_life", lambda: module.game_of_life(world, generations, workers),
            lambda: halos(world, lambda function, blocks: [function(block) for block in blocks]),
            lambda mapped: halos(world, mapped),
        ),
        Reference(
            "blocked_matmul", lambda: module.blocked_matmul(np.matmul, left, right, BLOCK, workers),
            lambda: _multiplied(left, right, (0, len(left))),
            lambda mapped: np.vstack(mapped(_product, [(left[first:last], right) for first, last in _cuts(len(left), workers)])),
            sends=lambda: (left.copy(), right.copy(), left.copy()),
            why="the matrices are copied into shared memory and the product out of it, by one process",
            in_threads=lambda mapped: np.vstack(mapped(partial(_multiplied, left, right), _cuts(len(left), workers))),
        ),
    ]  # fmt: skip


def neighbours(steps: int, vertex: int) -> list[int]:
    """On a cube of 9 dimensions."""
    spin(2 * steps)
    return [vertex ^ (1 << dimension) for dimension in range(9)]


_PLACES = [(49, 97), (53, 5), (33, 65), (62, 51), (38, 61), (45, 74), (27, 64), (17, 36)]
_FAR = [[int(((x - z) ** 2 + (y - w) ** 2) ** 0.5) + 1 for x, y in _PLACES] for z, w in _PLACES]


def children(steps: int, node: Any) -> list[Any]:
    """Of a node in the tree of round trips through 8 towns: (bound, whether it is a trip, its towns)."""
    spin(4 * steps)
    _, _, towns = node
    gone = sum(_FAR[a][b] for a, b in pairwise(towns))
    found = []
    for town in set(range(8)) - set(towns):
        length, left = gone + _FAR[towns[-1]][town], set(range(8)) - set(towns) - {town}
        least = sum(min(_FAR[a][b] for b in (*left, 0) if b != a) for a in (town, *left))
        found.append((length + least, not left, (*towns, town)))
    return found


def least_below(below: Callable[[Any], list[Any]], node: Any, best: float = float("inf")) -> float:
    """The least cost of a solution below a node, if it is less than `best`."""
    if node[0] >= best or node[1]:
        return min(best, node[0])
    for child in sorted(below(node)):
        best = least_below(below, child, best)
    return best


def escape_steps(row: int, column: int, rows: int, columns: int) -> int:
    """Of a point of an asymmetric view of the Mandelbrot set."""
    c, z = complex(-2.4 + 2.9 * column / columns, 1.9 - 1.9 * row / rows), 0j
    for number in range(60):
        if abs(z) > 2:
            return number
        z = z * z + c
    return 60


def mean(block: Any) -> Any:
    return (block[:-2, 1:-1] + block[2:, 1:-1] + block[1:-1, :-2] + block[1:-1, 2:]) / 4


def _cooled_alone(grid: Any, steps: int) -> Any:
    old, new = grid.copy(), grid.copy()
    for _ in range(steps):
        new[1:-1, 1:-1] = mean(old)
        old, new = new, old
    return old


def _mean_of_rows(old: Any, new: Any, inner: tuple[int, int]) -> None:
    first, last = inner
    new[first + 1 : last + 1, 1:-1] = mean(old[first : last + 2])


def _multiplied(left: Any, right: Any, rows: tuple[int, int]) -> Any:
    """Some rows of the product, in blocks, as the course's program computes them: what others do is shared otherwise, and not other work."""
    first, last = rows
    product = np.zeros((last - first, right.shape[1]))
    for row in range(first, last, BLOCK):
        for column in range(0, right.shape[1], BLOCK):
            for inner in range(0, left.shape[1], BLOCK):
                here = slice(row, min(row + BLOCK, last))
                product[here.start - first : here.stop - first, column : column + BLOCK] += (
                    left[here, inner : inner + BLOCK] @ right[inner : inner + BLOCK, column : column + BLOCK]
                )
    return product


def _product(pair: tuple[Any, Any]) -> Any:
    return _multiplied(*pair, (0, len(pair[0])))


def _searched(asked: Callable[[int], list[int]], mapped: Any) -> dict[int, int]:
    distances, level, distance = {0: 0}, [0], 0
    while level:
        found = {vertex for some in mapped(asked, level) for vertex in some}
        distance += 1
        level = sorted(found - distances.keys())
        distances.update(dict.fromkeys(level, distance))
    return distances


def _cuts(length: int, parts: int) -> list[tuple[int, int]]:
    return list(pairwise(length * part // parts for part in range(parts + 1)))


def _sum_of(function: Callable[[Any], int], tasks: Any) -> int:
    return sum(map(function, tasks))


def _spread(function: Callable[..., Any], arguments: Any) -> Any:
    return function(*arguments)
