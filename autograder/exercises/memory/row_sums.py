"""Sums of rows

Write `row_sums(matrix, workers)`. `matrix` is a NumPy array with two dimensions. Return the list of the sums of its rows, added up by `workers`
processes, each of which adds about as many rows.

The numbers must not travel. Put the matrix into shared memory **once** (a `SharedMemory`, or an `Array`) and tell each worker which rows are its
own: no rows through a pipe or queue, and none as arguments. What comes back may travel: a sum is one number a row.

The matrix may be a part of another one, or turned, such as `matrix.T`. There may be fewer rows than workers, and numbers of any kind that `matrix.sum(axis=1)` adds up. When `row_sums` returns, all workers are joined,
and the shared memory is closed and unlinked. The matrix itself is not changed.
"""

import multiprocessing.process
import os
from multiprocessing import Pipe, Process, Queue, RawArray, get_context
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

import numpy as np

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given, simulate

points = 5

hints = [
    "`memory = SharedMemory(create=True, size=matrix.nbytes)`, then an array on it: `np.ndarray(matrix.shape, matrix.dtype, buffer=memory.buf)`.",
    "A worker needs `memory` (only its name travels), the shape, the dtype and its rows. It makes an array of its own on the same bytes.",
    "Worker number w can have the rows `range(w, rows, workers)`. In the end: join, `memory.close()` everywhere, `memory.unlink()` once.",
]
equivalent_mutants = {
    "+ results = Queue()": "the queue may be made before the matrix is copied",
    "+ memory.unlink()": "the name may go before the memory does",
    "- memory.close()": "the child's memory is unmapped when it ends",
}


def add_rows(memory, shape, dtype, rows, results):
    """The task of a worker: put (row, its sum) for each of its rows."""
    ### BEGIN SOLUTION
    shared = np.ndarray(shape, dtype, buffer=memory.buf)
    for row in rows:
        results.put((row, shared[row].sum().item()))
    del shared
    memory.close()
    ### END SOLUTION


def row_sums(matrix, workers):
    """Return the list of the sums of the rows, added up by `workers` processes that share the matrix."""
    ### BEGIN SOLUTION
    memory = SharedMemory(create=True, size=max(1, matrix.nbytes))
    try:
        np.ndarray(matrix.shape, matrix.dtype, buffer=memory.buf)[:] = matrix
        results = Queue()
        processes = [
            Process(
                target=add_rows, args=(memory, matrix.shape, matrix.dtype, range(worker, len(matrix), workers), results)
            )
            for worker in range(workers)
        ]
        for process in processes:
            process.start()
        sums = dict(results.get() for _ in range(len(matrix)))
        for process in processes:
            process.join()
    finally:
        memory.close()
        memory.unlink()
    return [sums[row] for row in range(len(matrix))]
    ### END SOLUTION


@given
def plain_numbers(sums):
    return [number.item() if hasattr(number, "item") else number for number in sums]


@given
def sums_of(rows, dtype, workers):
    return plain_numbers(row_sums(np.array(rows, dtype), workers))


@given
def sums_where_the_first_is_the_last(rows, workers):
    # Here the process that is started first begins when another one has come to its end, if one does so within a second or two.
    kind, made = multiprocessing.process.BaseProcess, []
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:

        def start(process):
            made.append(process)
            begin(process)

        def bootstrap(process, *args, **kwargs):
            for _ in range(100):
                if process is not made[0] or os.listdir(folder):
                    break
                sleep(0.01)
            code = do(process, *args, **kwargs)
            Path(folder, str(os.getpid())).touch()
            return code

        begin, do = kind.start, kind._bootstrap
        kind.start, kind._bootstrap = start, bootstrap
        try:
            return sums_of(rows, "i8", workers)
        finally:
            kind.start, kind._bootstrap = begin, do


@given
def sums_of_many(rows, columns, workers):
    # Of a matrix with 0 1 2 ... in its rows, and whether it is as it was.
    matrix = np.arange(rows * columns, dtype="i8").reshape(rows, columns)
    sums = row_sums(matrix, workers)
    return plain_numbers(sums), bool((matrix == np.arange(rows * columns).reshape(rows, columns)).all())


@given
def sums_of_views(workers):
    # Of matrices that are parts of another one, or turned: their numbers lie elsewhere, or in another order.
    whole = np.arange(24, dtype="i8").reshape(4, 6)
    views = {"matrix.T": whole.T, "matrix[:, ::2]": whole[:, ::2], "matrix[::-1]": whole[::-1]}
    return [(how, plain_numbers(row_sums(view, workers)), view.sum(axis=1).tolist()) for how, view in views.items()]


@check("the sums of the rows, in their order, whoever is done first", limit=8)
def _(student):
    sums = student.sums_of([[1, 2], [3, 4], [5, 6]], "i8", 2)
    assert sums != [9, 12], "these are the sums of the columns: a row is `matrix[row]`"
    assert len(sums) == 3, (
        f"3 rows among 2 workers, and {len(sums)} sums came back: are the rows lost that are left over when rows are divided by workers?"
    )
    late = student.sums_where_the_first_is_the_last([[1], [10], [100], [1_000]], 2)
    assert sorted(late) != [1, 10, 100, 1_000] or late == sorted(late), (
        f"the rows have the sums [1, 10, 100, 1000], and {late} came back where the first worker was the last to be done: send along which rows they are"
    )
    assert sums == [3, 7, 11]
    assert late == [1, 10, 100, 1_000]


@check("other kinds of numbers", limit=5)
def _(student):
    for rows, dtype, expected in (
        ([[0.5, 0.25], [1.5, 1]], "f8", [0.75, 2.5]),
        ([[200, 100], [1, 2]], "u1", [300, 3]),
        ([[2**60, 1], [1, 2]], "i8", [2**60 + 1, 3]),
    ):
        sums = student.sums_of(rows, dtype, 2)
        assert dtype != "f8" or sums != [0, 2], (
            "the rows [[0.5, 0.25], [1.5, 1]] have the sums [0.75, 2.5], and [0, 2] came back: somewhere they are made whole numbers, by `int` or by an array "
            "of whole numbers; and whoever makes an array on shared bytes must say the same dtype as the one who wrote them"
        )
        assert dtype != "u1" or sums != [44, 3], (
            "the row [200, 100] of numbers of one byte has the sum 300, and 44 came back: a sum needs more room than its numbers. `row.sum()` takes a larger "
            "kind of number by itself, and `sum(dtype=...)` or an array for the sums may not"
        )
        assert sums == expected, (
            f"the rows {rows} of dtype {dtype} have the sums {expected}, and {sums} came back: whoever makes an array on shared bytes "
            "must say the same dtype as the one who wrote them"
        )


@check("a matrix that is turned, or a part of another one", limit=5)
def _(student):
    for how, sums, expected in student.sums_of_views(2):
        assert sums == expected, (
            f"a matrix that was made by `{how}` has the sums {expected}, and {sums} came back: its numbers lie in memory in another order, or with gaps. "
            "Copy it into the shared array, `shared[:] = matrix`, and not its bytes"
        )


@check("fewer rows than workers", limit=5)
def _(student):
    assert student.sums_of([[4, 5]], "i8", 3) == [9]


@check("the matrix is in shared memory, and does not travel")
def _(student):
    found = simulate(student.sums_of_many, 12, 20_000, 3, cores=3, limit=8)
    made = [
        created.value for done in found.log.processes.values() for stretch in done for created in stretch.created
        if created.kind == "memory"
    ]  # fmt: skip
    assert found.processes > 1, "no other process was started: the caller adds up all rows itself"
    assert found.bytes < 200_000, (
        f"{found.bytes:,} bytes went through pipes and queues, and the whole matrix has 1,920,000: the rows themselves are sent. "
        "Put them into shared memory, and send which rows are whose"
    )
    assert sum(made) >= 1_920_000, (
        "no shared memory was made that has room for the matrix: what a worker gets as an argument, or finds in a global variable, is a copy"
    )
    assert sum(made) < 4_000_000, (
        f"{sum(made):,} bytes of shared memory were made for a matrix of 1,920,000 bytes: it is there more than once. One is enough for all"
    )


@check("each row is added by one worker, and all workers add")
def _(student):
    for _ in range(3):  # what the computer does beside it can make one worker seem slow, but not three times
        found = simulate(student.sums_of_many, 6_000, 500, 3, cores=3, limit=8)
        assert found.processes > 1, "no other process was started: the caller adds up all rows itself"
        assert found.processes == 4, f"for 3 workers {found.processes - 1} processes were started"
        parent, *loads = found.busy.values()
        if max(loads) < 0.5 * sum(loads):
            break
    assert max(loads) < 0.5 * sum(loads), (
        f"one of three workers adds {max(loads) / sum(loads):.0%} of the rows: give each a third"
    )


@check("the matrix is not changed, and nothing is left behind", limit=5)
def _(student):
    sums, unchanged = student.sums_of_many(5, 1_000, 2)
    assert unchanged is True, "row_sums changed the matrix, which is its caller's"
    assert sums == [sum(range(1_000 * row, 1_000 * row + 1_000)) for row in range(5)]


@hidden
@check("other matrices, compared with the reference", limit=8)
def _(student, reference):
    for rows, columns, workers in (7, 3, 3), (100, 1, 4), (2, 50, 1):
        assert student.sums_of_many(rows, columns, workers) == reference.sums_of_many(rows, columns, workers)


@hidden
@check("more sums than fit into the pipe of a queue", limit=4)
def _(student):
    sums, unchanged = student.sums_of_many(9_000, 2, 2)
    assert sums == [4 * row + 1 for row in range(9_000)]


@wrong(
    "its numbers lie in memory in another order, or with gaps",
    replaced={
        "        np.ndarray(matrix.shape, matrix.dtype, buffer=memory.buf)[:] = matrix\n": '        memory.buf[: matrix.nbytes] = matrix.tobytes(order="A")\n'
    },
)
def its_bytes_as_they_lie(): ...


@wrong("somewhere they are made whole numbers", replaced={"shared[row].sum().item()": "int(shared[row].sum())"})
def whole_numbers(): ...


@wrong("a sum needs more room than its numbers", replaced={".sum().item()": ".sum(dtype=dtype).item()"})
def sums_of_the_kind_of_the_numbers(): ...


@wrong("where the first worker was the last to be done")
def in_the_order_of_arrival():
    def add_rows(memory, shape, dtype, begin, end, results):
        results.put(np.ndarray(shape, dtype, buffer=memory.buf)[begin:end].sum(axis=1).tolist())

    def row_sums(matrix, workers):
        memory = SharedMemory(create=True, size=matrix.nbytes)
        np.ndarray(matrix.shape, matrix.dtype, buffer=memory.buf)[:] = matrix
        results, bounds = Queue(), [len(matrix) * worker // workers for worker in range(workers + 1)]
        started = []
        for begin, end in zip(bounds, bounds[1:]):
            started.append(Process(target=add_rows, args=(memory, matrix.shape, matrix.dtype, begin, end, results)))
            started[-1].start()
        sums = [one for _ in started for one in results.get()]
        for process in started:
            process.join()
        memory.close()
        memory.unlink()
        return sums


@wrong("give each a third")
def the_last_one_does_half_of_the_work():
    def add_rows(memory, shape, dtype, rows, results):
        results.put([(row, np.ndarray(shape, dtype, buffer=memory.buf)[row].sum().item()) for row in rows])

    def row_sums(matrix, workers):
        memory = SharedMemory(create=True, size=matrix.nbytes)
        np.ndarray(matrix.shape, matrix.dtype, buffer=memory.buf)[:] = matrix
        results, share = Queue(), len(matrix) // (2 * workers)
        started = []
        for worker in range(workers):
            rows = range(worker * share, (worker + 1) * share if worker + 1 < workers else len(matrix))
            started.append(Process(target=add_rows, args=(memory, matrix.shape, matrix.dtype, rows, results)))
            started[-1].start()
        sums = dict(one for _ in started for one in results.get())
        for process in started:
            process.join()
        memory.close()
        memory.unlink()
        return [sums[row] for row in range(len(matrix))]


@wrong("bytes went through pipes and queues", "Put them into shared memory")
def the_rows_are_sent():
    def add_up(tasks, results):
        while (task := tasks.get()) is not None:
            row, numbers = task
            results.put((row, numbers.sum().item()))

    def row_sums(matrix, workers):
        tasks, results = Queue(), Queue()
        processes = [Process(target=add_up, args=(tasks, results)) for _ in range(workers)]
        for process in processes:
            process.start()
        for task in enumerate(matrix):
            tasks.put(task)
        for _ in processes:
            tasks.put(None)
        sums = dict(results.get() for _ in matrix)
        for process in processes:
            process.join()
        return [sums[row] for row in range(len(matrix))]


@wrong("no shared memory was made", "is a copy")
def the_rows_as_arguments():
    def add_up(rows, first, results):
        results.put((first, rows.sum(axis=1).tolist()))

    def row_sums(matrix, workers):
        results = Queue()
        processes = [Process(target=add_up, args=(matrix[n::workers], n, results)) for n in range(workers)]
        for process in processes:
            process.start()
        sums = [0] * len(matrix)
        for _ in processes:
            first, found = results.get()
            sums[first::workers] = found
        for process in processes:
            process.join()
        return sums


@wrong(
    "shared memory was never unlinked",
    "✘ the matrix is not changed, and nothing is left behind",
    replaced={"        memory.unlink()\n": ""},
)
def closed_but_not_unlinked(): ...


@wrong(
    "are the rows lost that are left over when rows are divided by workers?",
    replaced={
        "results = Queue()": "results, share = Queue(), len(matrix) // workers",
        "range(worker, len(matrix), workers)": "range(worker * share, (worker + 1) * share)",
        "for _ in range(len(matrix)))": "for _ in range(share * workers))",
        "for row in range(len(matrix))]": "for row in sorted(sums)]",
    },
)
def the_rest_is_lost(): ...


@wrong(
    "must say the same dtype as the one who wrote them",
    replaced={
        "shape, dtype, buffer": "shape, 'i8', buffer",
        "max(1, matrix.nbytes)": "8 * matrix.size",
        "np.ndarray(matrix.shape, matrix.dtype, buffer": "np.ndarray(matrix.shape, 'i8', buffer",
    },
)
def every_number_taken_for_a_long_integer(): ...


@wrong(
    "these are the sums of the columns",
    replaced={
        "shared[row].sum()": "shared[:, row].sum()",
        "range(worker, len(matrix), workers)": "range(worker, matrix.shape[1], workers)",
        "for _ in range(len(matrix)))": "for _ in range(matrix.shape[1]))",
        "for row in range(len(matrix))]": "for row in range(matrix.shape[1])]",
    },
)
def columns_for_rows(): ...


@wrong("no other process was started")
def the_caller_adds():
    def row_sums(matrix, workers):
        return matrix.sum(axis=1).tolist()


@wrong(
    "must say the same dtype as the one who wrote them",
    replaced={
        "shape, dtype, buffer": "shape, 'f8', buffer",
        "max(1, matrix.nbytes)": "8 * matrix.size",
        "np.ndarray(matrix.shape, matrix.dtype, buffer": "np.ndarray(matrix.shape, 'f8', buffer",
    },
)
def every_number_taken_for_a_float(): ...


@wrong(
    "✘ the matrix is in shared memory",
    "ended with FileNotFoundError",
    "comes to a deadlock",
    replaced={
        "    memory.close()\n\n\ndef": "    memory.close()\n    memory.unlink()\n\n\ndef",
        "        memory.unlink()\n    return": "    return",
    },
)
def every_worker_unlinks(): ...


@also_right
def an_array_and_a_pool_under_spawn():
    def begin(bytes_of_all, shape, dtype):
        global shared
        shared = np.frombuffer(bytes_of_all, dtype).reshape(shape)

    def sum_of(row: int):
        return shared[row].sum().item()

    def row_sums(matrix, workers: int) -> list:
        bytes_of_all = RawArray("b", matrix.nbytes)
        np.frombuffer(bytes_of_all, matrix.dtype)[:] = matrix.ravel()
        start = bytes_of_all, matrix.shape, matrix.dtype
        with get_context("spawn").Pool(workers, begin, start) as pool:
            sums = pool.map(sum_of, range(len(matrix)), chunksize=max(1, len(matrix) // (4 * workers)))
            pool.close()
            pool.join()
        return sums


@also_right
def sums_in_shared_memory_too():
    def add_rows(name, other, shape, dtype, kind, first, workers):
        memory, sums = SharedMemory(name), SharedMemory(other)
        matrix = np.frombuffer(memory.buf, dtype, shape[0] * shape[1]).reshape(shape)
        answer = np.frombuffer(sums.buf, kind, shape[0])
        answer[first::workers] = matrix[first::workers].sum(axis=1)
        del matrix, answer
        memory.close()
        sums.close()

    def row_sums(matrix, workers):
        kind = matrix[:1].sum(axis=1).dtype
        memory = SharedMemory(create=True, size=matrix.nbytes)
        sums = SharedMemory(create=True, size=kind.itemsize * len(matrix))
        np.ndarray(matrix.shape, matrix.dtype, buffer=memory.buf)[...] = matrix
        args = memory.name, sums.name, matrix.shape, matrix.dtype, kind
        processes = [Process(target=add_rows, args=(*args, n, workers)) for n in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        answer = np.ndarray(len(matrix), kind, buffer=sums.buf).tolist()
        for segment in memory, sums:
            segment.close()
            segment.unlink()
        return answer


@also_right
def a_pipe_for_each_worker():
    def add_block(memory, shape, dtype, begin, end, connection):
        connection.send([row.sum() for row in np.ndarray(shape, dtype, buffer=memory.buf)[begin:end]])
        memory.close()

    def row_sums(matrix, workers):
        memory = SharedMemory(create=True, size=matrix.nbytes)
        np.ndarray(matrix.shape, matrix.dtype, buffer=memory.buf)[:] = matrix
        bounds = [len(matrix) * worker // workers for worker in range(workers + 1)]
        started = []
        for begin, end in zip(bounds, bounds[1:]):
            ours, theirs = Pipe(duplex=False)
            process = Process(target=add_block, args=(memory, matrix.shape, matrix.dtype, begin, end, theirs))
            process.start()
            started.append((process, ours))
        sums = []
        for process, ours in started:
            sums += ours.recv()
            process.join()
        memory.close()
        memory.unlink()
        return sums
