"""Split the work fairly

Write `split(n, workers)`. It divides the indices 0 to n - 1 into `workers` chunks, one after another, and returns them as a list
of pairs `(start, stop)`, where `stop` is not included. Every index is in exactly one chunk. The sizes of any two chunks differ by
at most 1, and larger chunks come first.
When there are fewer indices than workers, some chunks are empty.

`split(11, 4)` is `[(0, 3), (3, 6), (6, 9), (9, 11)]`.
"""

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check

points = 3

hints = [
    "`divmod(n, workers)` gives the size that every chunk has at least, and how many items are left over.",
    "The first `remainder` chunks get one item more.",
    "Each chunk starts where the one before it stopped.",
]


def split(n, workers):
    """Divide range(n) into `workers` chunks (start, stop) whose sizes differ by at most 1, larger ones first."""
    ### BEGIN SOLUTION
    size, remainder = divmod(n, workers)
    chunks = []
    start = 0
    for worker in range(workers):
        stop = start + size + (worker < remainder)
        chunks.append((start, stop))
        start = stop
    return chunks
    ### END SOLUTION


@check("8 items for 4 workers: 2 each")
def _(student):
    chunks = student.split(8, 4)
    assert len(chunks) == 4, f"split(8, 4) has {len(chunks)} chunks in the place of 4: a chunk is a pair (start, stop)"
    chunks = [tuple(chunk) for chunk in chunks]
    for mistaken, why in [
        ([(0, 2), (2, 2), (4, 2), (6, 2)], "the second number of a pair is where the chunk stops, and not its size"),
        ([(0, 1), (2, 3), (4, 5), (6, 7)], "`stop` is not included, so the first chunk is (0, 2)"),
        ([(1, 3), (3, 5), (5, 7), (7, 9)], "the first index is 0"),
        ([(6, 8), (4, 6), (2, 4), (0, 2)], "the chunks come one after another, from 0"),
    ]:
        assert chunks != mistaken, f"split(8, 4) is {mistaken}: {why}"
    assert chunks == [(0, 2), (2, 4), (4, 6), (6, 8)]


@check("nothing is left from an earlier call: the same again gives the same")
def _(student):
    first = [tuple(chunk) for chunk in student.split(5, 2)[:9]]
    again = [tuple(chunk) for chunk in student.split(5, 2)[:9]]
    assert again == first, "called twice, split(5, 2) does not return the same: a list lives on from call to call"


@check("no item is lost, and none comes twice, when the length is no multiple of the workers")
def _(student):
    for n, workers in [(11, 4), (10, 3), (7, 2)]:
        chunks = student.split(n, workers)
        assert len(chunks) == workers, f"split({n}, {workers}) has {len(chunks)} chunks in the place of {workers}"
        end = 0
        for chunk in [range(start, stop) for start, stop in chunks]:
            where = f"in split({n}, {workers}) the chunk ({chunk.start}, {chunk.stop})"
            assert chunk.start >= end, f"{where} starts before {end}, where the one before it stopped: items come twice"
            assert chunk.start <= end, f"{where} should start at {end}, or item {end} is lost: `stop` is not included"
            assert chunk.stop >= end, f"{where} stops before it starts: `stop` is an index, and not a size"
            end = chunk.stop
        assert end >= n, f"the chunks of split({n}, {workers}) stop at {end}: the last {n - end} of {n} items are lost"
        assert end <= n, f"the chunks of split({n}, {workers}) stop at {end}, but there are only {n} items"


@check("the sizes differ by at most 1, larger chunks first")
def _(student):
    for n, workers in [(11, 4), (14, 4), (9, 5), (10, 4)]:
        chunks = student.split(n, workers)
        assert len(chunks) == workers, f"split({n}, {workers}) has {len(chunks)} chunks in the place of {workers}"
        sizes = [stop - start for start, stop in chunks]
        assert max(sizes) - min(sizes) <= 1, f"split({n}, {workers}) has chunks of {sizes} items: that is not fair"
        assert sizes == sorted(sizes, reverse=True), (
            f"split({n}, {workers}) has chunks of {sizes} items: larger ones should come first"
        )


@check("more workers than items: some chunks are empty")
def _(student):
    chunks = student.split(2, 4)
    assert len(chunks) == 4, f"split(2, 4) has {len(chunks)} chunks: a worker without items should have an empty one"
    chunks = [tuple(chunk) for chunk in chunks]
    assert chunks == [(0, 1), (1, 2), (2, 2), (2, 2)]


@hidden
@check("many sizes, compared with the reference")
def _(student, reference):
    for n in (0, 1, 5, 16, 17, 100, 101, 10_000):
        for workers in (1, 2, 3, 7, 16):
            chunks = student.split(n, workers)
            assert len(chunks) == workers, f"split({n}, {workers}) has {len(chunks)} chunks in the place of {workers}"
            chunks = [tuple(chunk) for chunk in chunks]
            assert chunks == reference.split(n, workers)


@wrong("the chunks of split(11, 4) stop at 8: the last 3 of 11 items are lost")
def the_remainder_is_lost():
    def split(n, workers):
        size = n // workers
        return [(worker * size, (worker + 1) * size) for worker in range(workers)]


@wrong("split(11, 4) has chunks of [2, 2, 2, 5] items: that is not fair")
def the_last_chunk_gets_it_all():
    def split(n, workers):
        size = n // workers
        chunks = [(worker * size, (worker + 1) * size) for worker in range(workers)]
        chunks[-1] = (chunks[-1][0], n)
        return chunks


@wrong("split(14, 4) has chunks of [4, 4, 4, 2] items: that is not fair", "split(2, 4) has 2 chunks")
def rounded_up_and_cut_off():
    def split(n, workers):
        size = -(-n // workers)
        return [(start, min(start + size, n)) for start in range(0, n, size)]


@wrong("chunks of [2, 3, 3, 3] items: larger ones should come first")
def larger_chunks_anywhere():
    def split(n, workers):
        return [(worker * n // workers, (worker + 1) * n // workers) for worker in range(workers)]


@wrong("the second number of a pair is where the chunk stops, and not its size")
def start_and_size():
    def split(n, workers):
        size, remainder = divmod(n, workers)
        return [(i * size + min(i, remainder), size + (i < remainder)) for i in range(workers)]


@wrong(
    "`stop` is not included, so the first chunk is (0, 2)",
    "the chunk (3, 5) should start at 2, or item 2 is lost: `stop` is not included",
)
def stop_included():
    def split(n, workers):
        size, remainder = divmod(n, workers)
        bounds = [i * size + min(i, remainder) for i in range(workers + 1)]
        return [(start, stop - 1) for start, stop in zip(bounds, bounds[1:])]


@wrong("a list lives on from call to call")
def one_list_for_all_calls():
    def split(n, workers, chunks=[]):
        size, remainder = divmod(n, workers)
        start = 0
        for worker in range(workers):
            stop = start + size + (worker < remainder)
            chunks.append((start, stop))
            start = stop
        return chunks


@wrong("the result should be [(0, 2), (2, 4), (4, 6), (6, 8)]", "stop at 4000000000000")
def numbers_that_cost_a_list():
    def split(n, workers):
        return [(worker * 10**12, (worker + 1) * 10**12) for worker in range(workers)]


@also_right
def by_integer_arithmetic():
    def split(n, workers):
        bounds = [(worker * n + workers - 1) // workers for worker in range(workers + 1)]
        sizes = sorted((bounds[i + 1] - bounds[i] for i in range(workers)), reverse=True)
        ends = [sum(sizes[: i + 1]) for i in range(workers)]
        return [(end - size, end) for end, size in zip(ends, sizes)]


@also_right
def lists_of_numpy_integers():
    import numpy as np

    def split(n, workers):
        stops = np.cumsum([len(part) for part in np.array_split(np.arange(n), workers)])
        return [[start, stop] for start, stop in zip([0, *stops[:-1]], stops)]
