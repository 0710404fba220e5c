"""A product in blocks

`a` has `rows` x `inner` numbers and `b` has `inner` x `columns`; both are NumPy arrays of floats. Write `blocked_matmul(multiply, a, b, size, workers)`, which returns their product, an array of `rows` x `columns` floats, computed by `workers`
processes, no more (and fewer only if there are fewer blocks).

A cache has room for three blocks of `size` x `size` numbers: one of `a`, one of `b` and one of the product. So a block of the product is the **sum** of products of a block of `a`, from left to right, and a block of `b`, from top to bottom. `multiply(left, right)` gives
the product of two blocks (and is `left @ right`, as long as nobody counts). No block is larger than `size` x `size`; at the edges they are smaller.

All three matrices are in shared memory (`three_matrices` gives three arrays on one piece of it), and no block travels. Each block of the product has **one** worker, and no worker has many more of them than another. There may be fewer blocks than workers. `a` and `b` are not changed. When
`blocked_matmul` returns, all workers are joined and all shared memory is closed and unlinked; the product is an array of its own.
"""

import os
import time
from itertools import pairwise
from multiprocessing import Pool, Process, RawArray, get_context
from multiprocessing.shared_memory import SharedMemory
from types import SimpleNamespace

import numpy as np

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given, simulate, work

points = 4

hints = [
    "Blocks begin at `range(0, rows, size)`. A slice that goes beyond the edge ends at the edge: `a[row : row + size, k : k + size]` is right for the last block, too.",
    "For each of its blocks a worker goes through `range(0, inner, size)` and adds up: `c[row : row + size, column : column + size] += multiply(..., ...)`. New shared memory is full of zeros.",
    "Make the list of all pairs (row, column) at which a block begins. Worker number w can have `blocks[w::workers]`.",
]
equivalent_mutants = {
    "+ memory = SharedMemory(create=True, size=9 * (a.size + b.size + rows * columns))": "more memory than is used",
    "+ blocks = [(row, column) for row in range(0, rows, size) for column in range(0, columns, size)]": "only numbers",
    "- memory.close()": "the memory is unmapped when it is collected",
    "+ memory.unlink()": "the name may go before the memory does",
}


def three_matrices(memory, rows, inner, columns):
    """`a`, `b` and the product `c`, one behind the other in the same memory."""
    numbers = np.ndarray(rows * inner + inner * columns + rows * columns, buffer=memory.buf)
    a, b, c = np.split(numbers, [rows * inner, rows * inner + inner * columns])
    return a.reshape(rows, inner), b.reshape(inner, columns), c.reshape(rows, columns)


def compute_blocks(multiply, memory, shape, size, blocks):
    """The task of a worker: the blocks of the product that begin at (row, column)."""
    ### BEGIN SOLUTION
    a, b, c = three_matrices(memory, *shape)
    for row, column in blocks:
        for k in range(0, shape[1], size):
            c[row : row + size, column : column + size] += multiply(
                a[row : row + size, k : k + size], b[k : k + size, column : column + size]
            )
    ### END SOLUTION


def blocked_matmul(multiply, a, b, size, workers):
    """The product of `a` and `b`, computed in blocks by `workers` processes in shared memory."""
    ### BEGIN SOLUTION
    rows, inner, columns = shape = (*a.shape, b.shape[1])
    memory = SharedMemory(create=True, size=8 * (a.size + b.size + rows * columns))
    try:
        shared_a, shared_b, c = three_matrices(memory, *shape)
        shared_a[:], shared_b[:] = a, b
        blocks = [(row, column) for row in range(0, rows, size) for column in range(0, columns, size)]
        processes = [
            Process(target=compute_blocks, args=(multiply, memory, shape, size, blocks[worker::workers]))
            for worker in range(workers)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return c.copy()
    finally:
        memory.close()
        memory.unlink()
    ### END SOLUTION


@given
def multiply(left, right):
    return left @ right


@given
def counted(left, right):
    # A number that is fetched takes 1 s, and arithmetic nothing. Into the cache go three blocks of 8 x 8; of blocks that do not fit, two numbers are fetched for every multiplication.
    (rows, inner), columns = left.shape, right.shape[1]
    fits = rows * inner + inner * columns + rows * columns <= 3 * 8 * 8
    work(inner * (rows + columns) if fits else 2 * rows * inner * columns)
    return left @ right


@given
class Slow(np.ndarray):
    # To add it reads, takes 1 s, and writes.
    def __array_ufunc__(self, function, method, *numbers, out=None, **options):
        found = getattr(function, method)(*(np.array(number) for number in numbers), **options)
        time.sleep(1)
        if out:
            out[0][...] = found
        return out[0] if out else found


@given
def slow_to_add(left, right):
    return (left @ right).view(Slow)


@given
def signed(left, right):
    # In the place of the product who multiplies: 1, its number and the square of that. To multiply takes 1 s.
    time.sleep(1)
    found = np.zeros((left.shape[0], right.shape[1]))
    if right.shape[1] >= 3:
        found[0, :3] = 1, os.getpid(), os.getpid() ** 2
    return found


@given
def operands(rows, inner, columns):
    # Small whole numbers, all sums of which are exact.
    a, b = np.arange(rows * inner) * 7 % 11 + 1.0, np.arange(inner * columns) * 5 % 13 + 1.0
    return a.reshape(rows, inner), b.reshape(inner, columns)


@given
def product(multiply, rows, inner, columns, size, workers):
    # The product, or None if it lies in memory that is not its own; and whether the matrices that were given are as they were.
    a, b = operands(rows, inner, columns)
    found = owner = blocked_matmul(multiply, a, b, size, workers)
    unchanged = all((now == before).all() for now, before in zip((a, b), operands(rows, inner, columns)))
    while isinstance(owner, np.ndarray):
        owner = owner.base
    return None if type(owner).__name__ in ("mmap", "memoryview") else np.array(found, dtype="f8").tolist(), unchanged


@given
def product_of_others(kind, rows, inner, columns):
    # Of matrices of numbers of another kind, such as "f4", floats of 4 bytes; they lie column by column in memory.
    a, b = (np.asfortranarray(one.astype(kind)) for one in operands(rows, inner, columns))
    return np.array(blocked_matmul(multiply, a, b, 2, 2), dtype="f8").tolist()


@given
def product_alone(rows, inner, columns, first=0):
    # Of the numbers from `first` on, in the direction along which is added.
    a, b = operands(rows, inner, columns)
    return (a[:, first:] @ b[first:]).tolist()


@check("one worker: whole blocks, a square; and the matrices that were given are as they were", limit=10)
def _(student):
    found, unchanged = student.product(given.multiply, 6, 6, 6, 2, 1)
    assert found is not None, (
        "the product is an array on the shared memory, which is closed by now, and whoever reads it crashes: return a copy, an array of its own"
    )
    assert unchanged is True, "blocked_matmul changed a matrix of its caller"
    right = student.product_alone(6, 6, 6)
    assert found != student.product_alone(6, 6, 6, 4), (
        "each block is the product of the last two blocks alone: a block of the product is the sum over all blocks from left to right, so add them up"
    )
    assert sorted(sum(found, [])) != sorted(sum(right, [])) or found == right, (
        "all numbers are there, and not in their places: the block from rows `row` and columns `column` begins at `c[row, column]`"
    )
    assert found == right


@check("sizes that blocks do not divide, and matrices that are not square", limit=20)
def _(student):
    for rows, inner, columns in (4, 5, 4), (5, 4, 4), (4, 4, 5), (7, 3, 5), (1, 9, 1):
        found, _ = student.product(given.multiply, rows, inner, columns, 2, 1)
        assert found == student.product_alone(rows, inner, columns), (
            f"a matrix of {rows} x {inner} by one of {inner} x {columns}, in blocks of 2 x 2: some numbers are wrong. Are blocks at the edge lost, that are smaller than the others?"
        )


@check("several workers, also more of them than blocks, and a block larger than the matrices", limit=20)
def _(student):
    for rows, inner, columns, size, workers in (2, 6, 4, 2, 3), (3, 2, 4, 10, 2), (5, 5, 5, 2, 4):
        case = rows, inner, columns, size, workers
        found, _ = simulate(student.product, given.multiply, *case, cores=workers, costs="ideal", limit=6).result
        right = student.product_alone(rows, inner, columns)
        assert found != [[workers * number for number in row] for row in right], (
            f"every number is {workers} times as large as it should be: each of {workers} workers adds up the whole product, in the same memory"
        )
        assert found == right, (
            f"with {workers} workers a matrix of {rows} x {inner} by one of {inner} x {columns}, in blocks of {size} x {size}, comes out wrong, and one worker gets it right: has each block one worker, and only one? The number of the next block, if workers share it, is looked at and changed under one lock"
        )


@check("the matrices are in shared memory, and no block travels", limit=20)
def _(student):
    found = simulate(student.product, given.multiply, 160, 140, 120, 40, 3, cores=4, limit=15)
    assert found.processes > 1, "no other process was started: nobody shares the work"
    assert found.processes == 4, f"for 3 workers {found.processes - 1} processes were started"
    assert found.bytes < 100_000, (
        f"{found.bytes:,} bytes went through pipes and queues, where the three matrices have 467,200: blocks travel. Put the matrices into shared memory, and send where blocks begin"
    )
    made = sum(
        created.value for done in found.log.processes.values() for stretch in done for created in stretch.created
        if created.kind == "memory"
    )  # fmt: skip
    assert made >= 8 * (160 * 140 + 140 * 120 + 160 * 120), (
        f"{made:,} bytes of shared memory were made, and three matrices of floats have 467,200: what a worker gets as an argument, or finds in a global variable, is a copy"
    )


@check("each block of the product has one worker", limit=20)
def _(student):
    found = simulate(student.product, given.slow_to_add, 4, 16, 4, 4, 2, cores=3, costs="ideal", limit=15)
    assert found.result[0] == student.product_alone(4, 16, 4), (
        "two workers add to the same numbers: `+=` reads, adds and writes, and what the other one has written in between is lost. Give each block of the product to one worker, with all that is to be added"
    )
    found = simulate(student.product, given.signed, 4, 16, 8, 4, 2, cores=3, costs="ideal", limit=15)
    for column in 0, 4:
        products, numbers, squares = found.result[0][0][column : column + 3]
        # Only where all numbers are the same; more products than four are of others than `multiply`, as the next check says.
        assert products > 4 or products * squares == numbers**2, (
            f"of the {products:.0f} products that are added up in one block of the product, some are one worker's and some another's. "
            "A lock makes the sum right, and all wait for it: give each block of the product to one worker"
        )


@check("each number is fetched as often as blocks of 8 x 8 need it, and all workers compute", limit=30)
def _(student):
    for rows, inner, columns in (40, 24, 24), (8, 20, 122):
        found = simulate(student.product, given.counted, rows, inner, columns, 8, 4, cores=5, costs="ideal", limit=14)
        assert found.processes > 1, "no other process was started: nobody shares the work"
        assert found.processes == 5, f"for 4 workers {found.processes - 1} processes were started"
        # A row of `a` for each block in the width of `b`, a column of `b` for each block in the height of `a`.
        fetched, needed = round(found.work), inner * (rows * -(-columns // 8) + columns * -(-rows // 8))
        parent, *loads = found.busy.values()
        told = f"{fetched:,} numbers are fetched, and {needed:,} are enough in blocks of 8 x 8"
        assert fetched > 0, "`multiply` was never called: it is what multiplies two blocks, and what counts"
        assert parent < 1, "the parent multiplies blocks itself: let the workers do it"
        assert fetched != 4 * needed, f"{told}: each of 4 workers computes the whole product"
        assert fetched < 2 * rows * inner * columns, (
            f"{told}: as many as without blocks. What is given to `multiply` does not fit into the cache beside its product, where three blocks of `size` x `size` have room, or blocks are far smaller than that"
        )
        assert fetched <= needed, f"{told}: are some computed twice, or too small, or too large?"
        assert fetched == needed, f"{told}: not all blocks were multiplied by `multiply`"
        assert max(loads) <= 1.4 / 4 * sum(loads), (
            f"the busiest of 4 workers does {max(loads) / sum(loads):.0%} of the work, with {-(-rows // 8)} x {-(-columns // 8)} blocks to be shared: deal out the blocks one by one, neither whole rows of them, nor all that are left over to the last"
        )
        assert found.makespan <= 1.4 / 4 * fetched, "the workers compute one after another: start all, then join all"


@hidden
@check("other matrices, compared with the reference", limit=20)
def _(student, reference):
    for case in (9, 10, 11, 4, 3), (1, 1, 1, 1, 2), (13, 2, 1, 3, 1), (3, 17, 6, 5, 4):
        assert student.product(given.multiply, *case) == reference.product(given.multiply, *case)
    for kind in ("f4", "f8"):
        assert student.product_of_others(kind, 5, 4, 3) == student.product_alone(5, 4, 3)


@hidden
@check("other blocks of 8 x 8, fetched as often as they need be", limit=20)
def _(student):
    found = simulate(student.product, given.counted, 43, 30, 33, 8, 3, cores=4, costs="ideal", limit=15)
    assert found.result[0] == student.product_alone(43, 30, 33)
    assert round(found.work) == 30 * (43 * 5 + 33 * 6)


@wrong(
    "nor all that are left over to the last",
    replaced={
        "blocks[worker::workers]": "blocks[len(blocks) // workers * worker : None if worker == workers - 1 else len(blocks) // workers * (worker + 1)]"
    },
)
def the_last_gets_what_is_left_over(): ...


@wrong("each block is the product of the last two blocks alone", replaced={"] += multiply(": "] = multiply("})
def not_added_up(): ...


@wrong("and not in their places", replaced={"c[row : row + size, column": "c.T[row : row + size, column"})
def rows_and_columns_exchanged(): ...


@wrong("Are blocks at the edge lost", replaced={"range(0, rows, size)": "range(0, rows - size + 1, size)"})
def the_last_rows_are_lost(): ...


@wrong(
    "two workers add to the same numbers",
    replaced={
        "range(0, shape[1], size)": "blocks[1]",
        "for row, column in blocks:": "for row, column in blocks[0]:",
        "blocks[worker::workers]": "(blocks, range(0, inner, size)[worker::workers])",
    },
)
def the_inner_blocks_are_shared_out(): ...


@wrong("some are one worker's and some another's")
def the_inner_blocks_are_added_under_a_lock():
    from multiprocessing import Lock

    def add(multiply, memory, shape, size, pieces, lock):
        a, b, c = three_matrices(memory, *shape)
        for row, column, k in pieces:
            part = multiply(a[row : row + size, k : k + size], b[k : k + size, column : column + size])
            with lock:
                c[row : row + size, column : column + size] += part

    def blocked_matmul(multiply, a, b, size, workers):
        rows, inner, columns = shape = (*a.shape, b.shape[1])
        memory = SharedMemory(create=True, size=8 * (a.size + b.size + rows * columns))
        shared_a, shared_b, c = three_matrices(memory, *shape)
        shared_a[:], shared_b[:] = a, b
        starts = [range(0, length, size) for length in (rows, columns, inner)]
        pieces = [(row, column, k) for row in starts[0] for column in starts[1] for k in starts[2]]
        lock = Lock()
        processes = [
            Process(target=add, args=(multiply, memory, shape, size, pieces[worker::workers], lock))
            for worker in range(workers)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        found = c.copy()
        memory.close()
        memory.unlink()
        return found


@wrong("is looked at and changed under one lock")
def the_next_block_is_read_outside_the_lock():
    from multiprocessing import Value

    def serve(multiply, memory, shape, size, blocks, left):
        while True:
            with left.get_lock():
                left.value -= 1
            number = left.value
            if number < 0:
                return
            compute_blocks(multiply, memory, shape, size, [blocks[number]])

    def blocked_matmul(multiply, a, b, size, workers):
        rows, inner, columns = shape = (*a.shape, b.shape[1])
        memory = SharedMemory(create=True, size=8 * (a.size + b.size + rows * columns))
        shared_a, shared_b, c = three_matrices(memory, *shape)
        shared_a[:], shared_b[:] = a, b
        blocks = [(row, column) for row in range(0, rows, size) for column in range(0, columns, size)]
        left = Value("i", len(blocks))
        processes = [Process(target=serve, args=(multiply, memory, shape, size, blocks, left)) for _ in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        found = c.copy()
        memory.close()
        memory.unlink()
        return found


@wrong("each of 3 workers adds up the whole product", replaced={"blocks[worker::workers]": "blocks"})
def everybody_adds_up_all(): ...


@wrong(
    "each of 4 workers computes the whole product",
    replaced={
        "blocks[worker::workers]": "blocks",
        "for k in range(0, shape[1], size):\n            c[row : row + size, column : column + size] += multiply(": "c[row : row + size, column : column + size] = sum(multiply(",
        "b[k : k + size, column : column + size]\n            )": "b[k : k + size, column : column + size]) for k in range(0, shape[1], size))",
    },
)
def everybody_writes_the_same(): ...


@wrong(
    "does not fit into the cache beside its product",
    replaced={
        "range(0, shape[1], size)": "(0,)",
        "a[row : row + size, k : k + size], b[k : k + size, column : column + size]": "a[row : row + size], b[:, column : column + size]",
    },
)
def whole_strips(): ...


@wrong(
    "neither whole rows of them",
    replaced={"blocks[worker::workers]": "[b for b in blocks if b[0] // size % workers == worker]"},
)
def whole_rows_of_blocks(): ...


@wrong("or too small", replaced={"memory = SharedMemory(": "size = -(-size // 2)\n    memory = SharedMemory("})
def blocks_of_half_the_size(): ...


@wrong("`multiply` was never called", replaced={"+= multiply(": "+= np.matmul("})
def the_operator_in_its_place(): ...


@wrong(
    "for 3 workers 4 processes were started",
    replaced={"    memory = SharedMemory(": "    workers = 4\n    memory = SharedMemory("},
)
def always_four_processes(): ...


@wrong("bytes went through pipes and queues", "Put the matrices into shared memory")
def blocks_are_sent():
    def compute_block(task):
        multiply, size, left, right = task
        return sum(multiply(left[:, k : k + size], right[k : k + size]) for k in range(0, len(right), size))

    def blocked_matmul(multiply, a, b, size, workers):
        rows, columns = range(0, len(a), size), range(0, b.shape[1], size)
        tasks = [(multiply, size, a[i : i + size], b[:, j : j + size]) for i in rows for j in columns]
        with Pool(workers) as pool:
            found = pool.map(compute_block, tasks, chunksize=1)
        return np.block([found[n : n + len(columns)] for n in range(0, len(found), len(columns))])


@wrong(
    "what a worker gets as an argument, or finds in a global variable, is a copy",
    replaced={
        "a, b, c = three_matrices(memory, *shape)\n    for": "memory, a, b = memory\n    c = np.ndarray((len(a), b.shape[1]), buffer=memory.buf)\n    for",
        "8 * (a.size + b.size + rows * columns)": "8 * rows * columns",
        "shared_a, shared_b, c = three_matrices(memory, *shape)": "c = np.ndarray((rows, columns), buffer=memory.buf)",
        "shared_a[:], shared_b[:] = a, b": "",
        "args=(multiply, memory,": "args=(multiply, (memory, a, b),",
    },
)
def only_the_product_is_shared(): ...


@wrong(
    "buffer is too small",
    "product_of_others('f4', 5, 4, 3)",
    replaced={"size=8 * (a.size + b.size + rows * columns)": "size=a.nbytes + b.nbytes + 8 * rows * columns"},
)
def as_many_bytes_as_were_given(): ...


@wrong("shared memory was never unlinked", replaced={"memory.unlink()": "pass"})
def closed_but_not_unlinked(): ...


@wrong("one after another", replaced={"for process in processes:\n            process.join": "    process.join"})
def joined_before_the_next_one_starts(): ...


@wrong("return a copy, an array of its own", replaced={"c.copy()": "c"})
def an_array_on_memory_that_is_gone(): ...


@wrong("nobody shares the work", replaced={"process.start()": "process.run()", "process.join()": "pass"})
def nobody_shares(): ...


@also_right
def summed_up_before_it_is_written():
    def compute_blocks(multiply, memory, shape, size, blocks):
        a, b, c = three_matrices(memory, *shape)
        for row, column in blocks:
            places = [slice(k, k + size) for k in range(0, len(b), size)]
            rows, columns = slice(row, row + size), slice(column, column + size)
            c[rows, columns] = sum(multiply(a[rows, k], b[k, columns]) for k in places)


@also_right
def an_array_that_a_pool_inherits():
    def begin(numbers):
        global shared
        shared = SimpleNamespace(buf=numbers)

    def compute_block(task):
        multiply, shape, size, block = task
        compute_blocks(multiply, shared, shape, size, [block])

    def blocked_matmul(multiply, a, b, size, workers):
        rows, columns = len(a), b.shape[1]
        numbers = RawArray("d", [*a.ravel(), *b.ravel(), *np.zeros(rows * columns)])
        blocks = ((row, column) for column in range(0, columns, size) for row in range(0, rows, size))
        with Pool(workers, begin, (numbers,)) as pool:
            pool.map(compute_block, [(multiply, (*a.shape, columns), size, block) for block in blocks], chunksize=1)
            pool.close()
            pool.join()
        return np.array(numbers[a.size + b.size :]).reshape(rows, columns)


@also_right
def by_name_under_spawn():
    def compute_blocks(multiply, name: str, shape: tuple, size: int, first: int, last: int) -> None:
        memory = SharedMemory(name)
        a, b, c = three_matrices(memory, *shape)
        for k in range(0, shape[1], size):
            for number in range(first, last):
                row, column = (size * place for place in divmod(number, -(-shape[2] // size)))
                block = multiply(a[row : row + size, k : k + size], b[k : k + size, column : column + size])
                c[row : row + size, column : column + size] += block
        del a, b, c
        memory.close()

    def blocked_matmul(multiply, a, b, size: int, workers: int):
        shape = (*a.shape, b.shape[1])
        memory = SharedMemory(create=True, size=8 * (a.size + b.size + len(a) * b.shape[1]))
        *shared, c = three_matrices(memory, *shape)
        shared[0][:], shared[1][:] = a, b
        blocks = -(-len(a) // size) * -(-b.shape[1] // size)
        cuts = pairwise(blocks * worker // workers for worker in range(workers + 1))
        with get_context("spawn").Pool(workers) as pool:
            pool.starmap(compute_blocks, [(multiply, memory.name, shape, size, *cut) for cut in cuts], chunksize=1)
        found = np.array(c)
        del shared, c
        memory.close()
        memory.unlink()
        return found
