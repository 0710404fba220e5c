"""A plate that cools

The temperatures of a plate are a NumPy array with two dimensions. Its border is kept as it is. In every step each inner cell becomes the mean of its four neighbours' **old** values. Write `jacobi(grid, steps, workers)`, which returns the
array after so many steps, computed by `workers` processes, no more (and fewer only if there are fewer inner rows).

Two copies of the grid are in shared memory: in every step all read one and write the other, and then the two change roles. Each worker has a block of rows for good, about as many as the others (there may be fewer rows than workers), and is started once. Nobody begins a
step before **all** have done the one before: wait at a `Barrier`. No rows go through pipes, queues or arguments.

`grid` itself is not changed. When `jacobi` returns, all workers are joined and all shared memory is closed and unlinked; what it returns is an array of its own, of floats.
"""

from itertools import pairwise
from multiprocessing import Barrier, Pool, Process, RawArray, get_context
from multiprocessing.shared_memory import SharedMemory

import numpy as np

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given, simulate

points = 5

hints = [
    "One piece of shared memory for both: `grids = np.ndarray((2, *shape), buffer=memory.buf)`. In step number `step`, read `grids[step % 2]` and write `grids[(step + 1) % 2]`.",
    "Rows `first` to `last` in one line: `new[first:last, 1:-1] = (old[first-1:last-1, 1:-1] + old[first+1:last+1, 1:-1] + old[first:last, :-2] + old[first:last, 2:]) / 4`.",
    "`Barrier(workers)`: as many as wait there, and the parent does not. The result is in `grids[steps % 2]`: copy it before you close the memory.",
]
equivalent_mutants = {
    "- memory.close()": "the child's memory is unmapped when it ends",
    "+ barrier.wait()": "to wait before a step is to wait after the one before",
    "+ old, new = grids[step % 2], grids[(step - 1) % 2]": "the other of two, either way",
    "+ memory = SharedMemory(create=True, size=17 * grid.size)": "more memory than is used",
    "+ inner = len(grid) - 2": "the two do not need each other",
    "+ memory.unlink()": "the name may go before the memory does",
}


def cool(memory, shape, steps, rows, barrier):
    """The task of a worker: all steps of the rows from the first to before the last."""
    ### BEGIN SOLUTION
    grids = np.ndarray((2, *shape), buffer=memory.buf)
    first, last = rows
    for step in range(steps):
        old, new = grids[step % 2], grids[(step + 1) % 2]
        new[first:last, 1:-1] = (
            old[first - 1 : last - 1, 1:-1]
            + old[first + 1 : last + 1, 1:-1]
            + old[first:last, :-2]
            + old[first:last, 2:]
        ) / 4
        barrier.wait()
    ### END SOLUTION


def jacobi(grid, steps, workers):
    """The grid after so many steps, computed by `workers` processes in shared memory."""
    ### BEGIN SOLUTION
    memory = SharedMemory(create=True, size=16 * grid.size)
    try:
        grids = np.ndarray((2, *grid.shape), buffer=memory.buf)
        grids[:] = grid
        inner = len(grid) - 2
        bounds = [1 + inner * worker // workers for worker in range(workers + 1)]
        barrier = Barrier(workers)
        processes = [
            Process(target=cool, args=(memory, grid.shape, steps, rows, barrier)) for rows in zip(bounds, bounds[1:])
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return grids[steps % 2].copy()
    finally:
        memory.close()
        memory.unlink()
    ### END SOLUTION


@given
def plate(rows, columns):
    # A plate that is warm at its left and upper edge, and has a hot spot.
    grid = np.zeros((rows, columns))
    grid[:, 0], grid[0, :], grid[rows // 2, columns // 2] = 8.0, 4.0, 64.0
    return grid


@given
def cooled(rows, columns, steps, workers):
    # The plate afterwards, and whether the grid that was given is as it was.
    grid = plate(rows, columns)
    found = jacobi(grid, steps, workers)
    return np.round(np.array(found, dtype="f8"), 9).tolist(), bool((grid == plate(rows, columns)).all())


@given
def cooled_alone(rows, columns, steps):
    grid = plate(rows, columns)
    for _ in range(steps):
        new = grid.copy()
        new[1:-1, 1:-1] = (grid[:-2, 1:-1] + grid[2:, 1:-1] + grid[1:-1, :-2] + grid[1:-1, 2:]) / 4
        grid = new
    return np.round(grid, 9).tolist()


@given
def warmth(rows, columns, steps, workers):
    return round(float(jacobi(plate(rows, columns), steps, workers).sum()), 3)


@given
def cooled_numbers(kind):
    # One step on a plate of numbers of a kind, such as "i8", whole numbers of 8 bytes: the inner cell, and whether it is a float.
    found = jacobi(np.array([[0, 0, 0], [1, 0, 2], [0, 0, 0]], kind), 1, 1)
    return float(found[1, 1]), found.dtype.kind == "f"


@given
def cooled_transposed(rows, columns, steps):
    # A plate that does not lie row by row in memory.
    return np.round(np.array(jacobi(plate(columns, rows).T, steps, 2), dtype="f8"), 9).T.tolist()


@given
def in_place(rows, columns, steps):
    # What comes out if old and new are one grid, and one worker goes through its rows.
    grid = plate(rows, columns)
    for _ in range(steps):
        for row in range(1, rows - 1):
            grid[row, 1:-1] = (grid[row - 1, 1:-1] + grid[row + 1, 1:-1] + grid[row, :-2] + grid[row, 2:]) / 4
    return np.round(grid, 9).tolist()


@check("one step, one worker: the means of four neighbours, and the border as it was", limit=5)
def _(student):
    found, _ = student.cooled(5, 6, 1, 1)
    right, before = student.cooled_alone(5, 6, 1), student.cooled_alone(5, 6, 0)
    assert found != before, (
        "nothing has changed after one step: is the old grid given back in the place of the new one?"
    )
    edges = [found[0], found[-1], [row[0] for row in found], [row[-1] for row in found]]
    assert edges == [right[0], right[-1], [row[0] for row in right], [row[-1] for row in right]], (
        "the border is kept as it is, and has changed"
    )
    assert found != student.in_place(5, 6, 1), (
        "a cell took the new value of its neighbour for the old one: there have to be two grids, one to read and one to write"
    )
    assert found == right


@check("several steps, odd and even, and none", limit=5)
def _(student):
    for steps in (0, 2, 3):
        found, _ = student.cooled(6, 5, steps, 1)
        assert found == student.cooled_alone(6, 5, steps), (
            f"after {steps} steps the temperatures are wrong, and after one they were right: which of the two grids was written last?"
        )


@check("workers share the rows, also if these cannot be divided by them", limit=20)
def _(student):
    for rows, workers in (9, 3), (7, 2), (4, 3):
        found, _ = simulate(student.cooled, rows, 6, 1, workers, cores=3, limit=8).result
        assert found == student.cooled_alone(rows, 6, 1), (
            f"{rows - 2} inner rows for {workers} workers: after one step some are wrong, which with one worker are right. Are there rows left over that nobody has?"
        )


@check("nobody begins a step before all have done the one before", limit=20)
def _(student):
    found = simulate(student.cooled, 12, 6, 5, 3, cores=3, limit=15)
    temperatures, _ = found.result
    assert temperatures == student.cooled_alone(12, 6, 5), (
        "with 3 workers, 5 steps come out wrong, and one step comes out right: a fast worker reads rows that a slow one has not written yet. Wait for each other after every step"
    )


@check("the workers are started once, and no row travels", limit=20)
def _(student):
    found = simulate(student.cooled, 62, 500, 6, 3, cores=5, limit=15)
    assert found.processes > 1, "no other process was started: nobody shares the work"
    assert found.processes == 4, (
        f"for 3 workers {found.processes - 1} processes were started: each worker is there from the first step to the last"
    )
    assert found.bytes < 150_000, (
        f"{found.bytes:,} bytes went through pipes and queues, where the grid has 248,000: rows travel. In shared memory everybody sees his neighbours' rows where they are"
    )
    made = sum(
        created.value for done in found.log.processes.values() for stretch in done for created in stretch.created
        if created.kind == "memory"
    )  # fmt: skip
    assert made >= 2 * 8 * 62 * 500, (
        f"{made:,} bytes of shared memory were made, and two grids of floats have 496,000: one to read, one to write"
    )


@check("4 workers compute no more than one does, and each its part", limit=30)
def _(student):
    alone, found = (
        simulate(student.warmth, 400, 800, 12, workers, cores=5, costs="laptop", limit=25) for workers in (1, 4)
    )
    assert found.result == alone.result
    few = simulate(student.warmth, 400, 800, 2, 4, cores=5, costs="laptop", limit=25)
    (_, *work), (parent, *loads), (before, *less) = (run.busy.values() for run in (alone, found, few))
    assert parent - before <= max(0.001, sum(loads) - sum(less)), (
        "with every step the parent has more to compute, and not the workers: let them compute their rows"
    )
    assert sum(loads) <= 2.2 * sum(work), (
        f"4 workers compute {sum(loads) / sum(work):.1f} times as much as one does alone: each row should be computed by one worker only"
    )
    assert max(loads) <= 0.5 * sum(loads), (
        f"one of 4 workers does {max(loads) / sum(loads):.0%} of their work, and the others wait for it at the barrier: give each a quarter of the rows"
    )


@check("the grid that was given is as it was, and nothing is left behind", limit=5)
def _(student):
    found, unchanged = student.cooled(6, 6, 4, 2)
    assert unchanged is True, "jacobi changed the grid of its caller"
    assert found == student.cooled_alone(6, 6, 4)
    for kind in ("i8", "i4", "f4"):
        assert student.cooled_numbers(kind) == (0.75, True), (
            f"the mean of 0, 0, 1 and 2 is 0.75, on a plate of numbers of the kind {kind!r} too: a plate may be given as whole numbers, and temperatures are floats"
        )


@hidden
@check("other plates, compared with the reference", limit=30)
def _(student, reference):
    for rows, columns, steps, workers in (20, 3, 7, 4), (3, 9, 2, 2), (11, 11, 12, 1):
        found, _ = simulate(student.cooled, rows, columns, steps, workers, cores=4, limit=8).result
        assert found == reference.cooled(rows, columns, steps, workers)[0]
    assert student.cooled_transposed(5, 7, 3) == reference.cooled_transposed(5, 7, 3)


@wrong("there have to be two grids, one to read and one to write")
def one_grid_in_place():
    def cool(memory, shape, steps, rows, barrier):
        grid = np.ndarray(shape, buffer=memory.buf)
        for _ in range(steps):
            for row in range(*rows):
                grid[row, 1:-1] = (grid[row - 1, 1:-1] + grid[row + 1, 1:-1] + grid[row, :-2] + grid[row, 2:]) / 4
            barrier.wait()

    def jacobi(grid, steps, workers):
        memory = SharedMemory(create=True, size=8 * grid.size)
        try:
            shared = np.ndarray(grid.shape, buffer=memory.buf)
            shared[:] = grid
            bounds = [1 + (len(grid) - 2) * worker // workers for worker in range(workers + 1)]
            barrier = Barrier(workers)
            processes = [
                Process(target=cool, args=(memory, grid.shape, steps, rows, barrier)) for rows in pairwise(bounds)
            ]
            for process in processes:
                process.start()
            for process in processes:
                process.join()
            return shared.copy()
        finally:
            memory.close()
            memory.unlink()


@wrong(
    "each row should be computed by one worker only",
    replaced={"zip(bounds, bounds[1:])": "[(1, len(grid) - 1)] * workers"},
)
def every_row_by_everybody(): ...


@wrong(
    "a plate may be given as whole numbers, and temperatures are floats",
    replaced={"return grids[steps % 2].copy()": "return grids[steps % 2].astype(grid.dtype)"},
)
def of_the_kind_that_was_given(): ...


@wrong(
    "deadlock",
    "waits in Barrier.wait",
    replaced={"    for step in range(steps):\n": "    for step in range(steps if first < last else 0):\n"},
)
def who_has_no_rows_does_not_wait(): ...


@wrong(
    "give each a quarter of the rows",
    replaced={"zip(bounds, bounds[1:])": "[(1, len(grid) - 1), *[(1, 1)] * (workers - 1)]"},
)
def one_worker_has_all_rows(): ...


@wrong(
    "buffer is too small",
    "cooled_numbers('i4')",
    replaced={"size=16 * grid.size": "size=2 * grid.nbytes"},
)
def as_many_bytes_as_were_given(): ...


@wrong("a fast worker reads rows that a slow one has not written yet", replaced={"barrier.wait()": "pass"})
def nobody_waits(): ...


@wrong("which of the two grids was written last?", replaced={"grids[steps % 2].copy()": "grids[1].copy()"})
def always_the_second_grid(): ...


@wrong("each worker is there from the first step to the last")
def new_processes_for_every_step():
    def jacobi(grid, steps, workers):
        memory = SharedMemory(create=True, size=16 * grid.size)
        try:
            grids = np.ndarray((2, *grid.shape), buffer=memory.buf)
            grids[:] = grid
            bounds = [1 + (len(grid) - 2) * worker // workers for worker in range(workers + 1)]
            for _ in range(steps):
                barrier = Barrier(workers)
                processes = [
                    Process(target=cool, args=(memory, grid.shape, 1, rows, barrier)) for rows in pairwise(bounds)
                ]
                for process in processes:
                    process.start()
                for process in processes:
                    process.join()
                grids[0] = grids[1]
            return grids[0].copy()
        finally:
            memory.close()
            memory.unlink()


@wrong("bytes went through pipes and queues", "In shared memory everybody sees his neighbours' rows where they are")
def blocks_are_sent_at_every_step():
    def mean(block):
        return (block[:-2, 1:-1] + block[2:, 1:-1] + block[1:-1, :-2] + block[1:-1, 2:]) / 4

    def jacobi(grid, steps, workers):
        grid = grid.copy()
        bounds = [1 + (len(grid) - 2) * worker // workers for worker in range(workers + 1)]
        with Pool(workers) as pool:
            for _ in range(steps):
                blocks = [grid[first - 1 : last + 1].copy() for first, last in pairwise(bounds) if first < last]
                if blocks:
                    grid[1:-1, 1:-1] = np.vstack(pool.map(mean, blocks, chunksize=1))
        return grid


@wrong(
    "Are there rows left over that nobody has?",
    "some are wrong, which with one worker are right",
    replaced={"inner * worker // workers": "inner // workers * worker"},
)
def rows_that_are_left_over(): ...


@wrong("with every step the parent has more to compute, and not the workers")
def the_parent_computes():
    def jacobi(grid, steps, workers):
        memory = SharedMemory(create=True, size=16 * grid.size)
        try:
            grids = np.ndarray((2, *grid.shape), buffer=memory.buf)
            grids[:] = grid
            processes = [Process(target=cool, args=(memory, grid.shape, 0, (1, 1), None)) for _ in range(workers)]
            for process in processes:
                process.start()
            for step in range(steps):
                old, new = grids[step % 2], grids[(step + 1) % 2]
                new[1:-1, 1:-1] = (old[:-2, 1:-1] + old[2:, 1:-1] + old[1:-1, :-2] + old[1:-1, 2:]) / 4
            for process in processes:
                process.join()
            return grids[steps % 2].copy()
        finally:
            memory.close()
            memory.unlink()


@wrong("shared memory was never unlinked", replaced={"memory.unlink()": "pass"})
def closed_but_not_unlinked(): ...


@wrong("no other process was started: nobody shares the work")
def nobody_shares():
    def jacobi(grid, steps, workers):
        for _ in range(steps):
            new = grid.copy()
            new[1:-1, 1:-1] = (grid[:-2, 1:-1] + grid[2:, 1:-1] + grid[1:-1, :-2] + grid[1:-1, 2:]) / 4
            grid = new
        return grid


@also_right
def two_arrays_that_are_inherited():
    def cool(buffers, shape, steps, rows, barrier):
        old, new = (np.frombuffer(buffer).reshape(shape) for buffer in buffers)
        for _ in range(steps):
            for row in rows:
                new[row, 1:-1] = 0.25 * (old[row - 1, 1:-1] + old[row + 1, 1:-1] + old[row, :-2] + old[row, 2:])
            barrier.wait()
            old, new = new, old

    def jacobi(grid, steps, workers):
        buffers = [RawArray("d", grid.ravel().tolist()) for _ in range(2)]
        barrier = Barrier(workers)
        processes = [
            Process(target=cool, args=(buffers, grid.shape, steps, range(1 + n, len(grid) - 1, workers), barrier))
            for n in range(workers)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return np.array(buffers[steps % 2]).reshape(grid.shape)


@also_right
def by_name_under_spawn():
    import sys

    def cool(name: str, shape: tuple, steps: int, first: int, last: int, barrier) -> None:
        memory = SharedMemory(name)
        grids = np.frombuffer(memory.buf, "f8", 2 * shape[0] * shape[1]).reshape(2, *shape)
        print("rows", first, "to", last, file=sys.stderr)
        for step in range(steps):
            old, new = grids[step % 2], grids[1 - step % 2]
            above, below = old[first - 1 : last - 1, 1:-1], old[first + 1 : last + 1, 1:-1]
            new[first:last, 1:-1] = (above + below + old[first:last, :-2] + old[first:last, 2:]) / 4
            barrier.wait()
        if steps:
            del old, new, above, below
        del grids
        memory.close()

    def jacobi(grid, steps, workers: int):
        context = get_context("spawn")
        memory = SharedMemory(create=True, size=2 * 8 * grid.size)
        both = np.frombuffer(memory.buf, "f8", 2 * grid.size).reshape(2, *grid.shape)
        both[0] = both[1] = grid
        barrier, cuts = context.Barrier(workers), np.linspace(1, len(grid) - 1, workers + 1).astype(int).tolist()
        processes = [
            context.Process(target=cool, args=(memory.name, grid.shape, steps, *cut, barrier)) for cut in pairwise(cuts)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        found = np.array(both[steps % 2])
        del both
        memory.close()
        memory.unlink()
        return found


@also_right
def the_parent_comes_to_the_barrier():
    def cool(memory, shape, steps, rows, barrier):
        grids = np.ndarray((2, *shape), buffer=memory.buf)
        first, last = rows
        for step in range(steps):
            old, new = grids[step % 2], grids[(step + 1) % 2]
            new[first:last, 1:-1] = (
                old[first - 1 : last - 1, 1:-1] + old[first + 1 : last + 1, 1:-1]
                + old[first:last, :-2] + old[first:last, 2:]
            ) / 4  # fmt: skip
            barrier.wait()

    def jacobi(grid, steps, workers):
        memory = SharedMemory(create=True, size=16 * grid.size)
        try:
            grids = np.ndarray((2, *grid.shape), buffer=memory.buf)
            grids[:] = grid
            bounds = [1 + (len(grid) - 2) * worker // workers for worker in range(workers + 1)]
            barrier = Barrier(workers + 1)
            processes = [
                Process(target=cool, args=(memory, grid.shape, steps, rows, barrier)) for rows in pairwise(bounds)
            ]
            for process in processes:
                process.start()
            for _ in range(steps):
                barrier.wait()
            for process in processes:
                process.join()
            return grids[steps % 2].copy()
        finally:
            memory.close()
            memory.unlink()
