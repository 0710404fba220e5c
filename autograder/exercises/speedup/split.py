"""Split the work fairly

Write `split(n, workers)`. It divides the indices 0 to n - 1 into `workers` chunks, one after another, and returns them as a list
of pairs `(start, stop)`, where `stop` is not included. Every index is in exactly one chunk. The sizes of any two chunks differ by
at most 1, and larger chunks come first.

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
    assert student.split(8, 4) == [(0, 2), (2, 4), (4, 6), (6, 8)]


@check("no item is lost, and none comes twice, when the length is no multiple of the workers")
def _(student):
    for n, workers in [(11, 4), (10, 3), (7, 2)]:
        covered = [index for start, stop in student.split(n, workers) for index in range(start, stop)]
        assert len(covered) >= n, (
            f"the chunks cover {len(covered)} of {n} items: the last ones are lost when the length is no multiple of the workers"
        )
        assert covered == list(range(n)), (
            f"the chunks of split({n}, {workers}) are not 0 to {n - 1} in order, each once"
        )


@check("the sizes differ by at most 1, larger chunks first")
def _(student):
    for n, workers in [(11, 4), (14, 4), (9, 5)]:
        sizes = [stop - start for start, stop in student.split(n, workers)]
        assert max(sizes) - min(sizes) <= 1, (
            f"split({n}, {workers}) makes chunks of {sizes}: one worker gets far more than another"
        )
        assert sizes == sorted(sizes, reverse=True), (
            f"split({n}, {workers}) makes chunks of {sizes}: larger ones should come first"
        )


@check("more workers than items: some chunks are empty")
def _(student):
    assert student.split(2, 4) == [(0, 1), (1, 2), (2, 2), (2, 2)]


@hidden
@check("many sizes, compared with the reference")
def _(student, reference):
    for n in (0, 1, 5, 16, 17, 100, 101):
        for workers in (1, 2, 3, 7, 16):
            assert student.split(n, workers) == reference.split(n, workers)


@wrong("the chunks cover 8 of 11 items: the last ones are lost")
def the_remainder_is_lost():
    def split(n, workers):
        size = n // workers
        return [(worker * size, (worker + 1) * size) for worker in range(workers)]


@wrong("one worker gets far more than another")
def the_last_chunk_gets_it_all():
    def split(n, workers):
        size = n // workers
        chunks = [(worker * size, (worker + 1) * size) for worker in range(workers)]
        chunks[-1] = (chunks[-1][0], n)
        return chunks


@wrong("`split(2, 4)` should be")
def rounded_up_and_cut_off():
    def split(n, workers):
        size = -(-n // workers)
        return [(start, min(start + size, n)) for start in range(0, n, size)]


@also_right
def by_integer_arithmetic():
    def split(n, workers):
        bounds = [(worker * n + workers - 1) // workers for worker in range(workers + 1)]
        sizes = sorted((bounds[i + 1] - bounds[i] for i in range(workers)), reverse=True)
        ends = [sum(sizes[: i + 1]) for i in range(workers)]
        return [(end - size, end) for end, size in zip(ends, sizes)]
