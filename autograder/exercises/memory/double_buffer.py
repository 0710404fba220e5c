"""Read one, write the other

Some cells stand in a row. In every step each cell becomes the sum of itself and of its left neighbour, **as they were before the step**. The first cell has no left neighbour
and stays as it is. From `[1, 0, 0, 0]` comes `[1, 1, 0, 0]`, then `[1, 2, 1, 0]`, then `[1, 3, 3, 1]`.

Write `double_buffer(values, steps)`. It starts **one process for each value**, which computes this cell in all the steps. The cells are in shared memory. It returns the list of the
values after so many steps. `values` are whole numbers, at least one of them, and so large as an `Array("i")` can hold, also in
between. Leave the list as it is. All must be right in every interleaving, however fast or slow a process is.

There may be any number of steps, also none.
"""

from multiprocessing import Array, Barrier, Process, Value, get_context

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, simulate

points = 5

hints = [
    "Take two shared arrays. In step 0 all read from the first and write into the second; in step 1 it is the other way round. `buffers[step % 2]` is the one to read.",
    "Nobody may begin a step before all have done the last one: `barrier.wait()` at the end of each step, of a `Barrier(len(values))`.",
    "Which of the two holds the result depends on whether the number of steps is even or odd.",
]
equivalent_mutants = {
    "+ barrier.wait()": "all wait for all between two steps, at the end of one or at the beginning of the next",
    "+ old, new = buffers[step % 2], buffers[(step - 1) % 2]": "of two arrays the next one is the last one, too",
    "+ barrier = Barrier(len(values))": "it does not matter which of the two is made first",
}


def compute_cell(cell, steps, buffers, barrier):
    """The process of one cell: all its steps."""
    ### BEGIN SOLUTION
    for step in range(steps):
        old, new = buffers[step % 2], buffers[(step + 1) % 2]
        new[cell] = old[cell] + (old[cell - 1] if cell > 0 else 0)
        barrier.wait()
    ### END SOLUTION


def double_buffer(values, steps):
    """Return the values after so many steps, in each of which every cell becomes the sum of itself and its left neighbour."""
    ### BEGIN SOLUTION
    buffers = [Array("q", values), Array("q", len(values))]
    barrier = Barrier(len(values))
    processes = [Process(target=compute_cell, args=(cell, steps, buffers, barrier)) for cell in range(len(values))]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return buffers[steps % 2][:]
    ### END SOLUTION


@check("one step, in every interleaving")
def _(student):
    found = explore(student.double_buffer, [1, 10], 1).always_ends()
    wrong = [list(values) for values in found.results if list(values) != [1, 11]]
    assert not wrong or wrong[0] != [1, 10], (
        "[1, 10] comes back after one step: is it the array that was read, and not the one that was written?"
    )
    shared = {kind.partition(".")[0] for kind in found.operations} & {
        "cell",
        "cells",
        "memory",
        "proxy",
        "queue",
        "pipe",
    }
    assert not wrong or shared, (
        f"{wrong[0]} comes back, and nothing that is shared was ever read or written: of an ordinary list each process has its own copy. Use two `Array`s"
    )
    found = explore(student.double_buffer, [1, 10, 100], 1, budget=60_000)
    assert not any(list(values) == [11, 110, 100] for values in found.results), (
        "[1, 10, 100] can become [11, 110, 100]: each has added its right neighbour. The left one of cell number i is number i - 1"
    )
    assert not any(list(values) == [1, 11, 111] for values in found.results), (
        "in one step [1, 10, 100] can become [1, 11, 111], and not [1, 11, 110]: the last cell has added a neighbour that was new already. "
        "Read from one array, and write into the other"
    )
    firsts = sorted({values[0] for values in found.results} - {1})
    assert not firsts, (
        f"the first of [1, 10, 100] has no left neighbour and stays 1 in every step, and it can become {firsts[0]}: copy it into the new array, and mind that "
        "`cells[-1]` is the last cell"
    )
    found.always(lambda values: list(values) == [1, 11, 110])


@check("several steps, in every interleaving")
def _(student):
    explore(student.double_buffer, [1, 10], 2, budget=60_000).always_ends()
    found = explore(student.double_buffer, [1, 0, 0], 2, budget=60_000).always_ends()
    wrong = [list(values) for values in found.results if list(values) != [1, 2, 1]]
    assert len(found.results) > 1 or wrong != [[1, 1, 0]], (
        "after two steps [1, 1, 0] comes back, which is right after one: which of the two arrays was written last depends on the number of steps"
    )
    assert not wrong, (
        f"[1, 0, 0] becomes [1, 1, 0] and then [1, 2, 1], and in some interleavings it is {wrong[0]}: a process begins a step while another "
        "has not done the last one. All have to wait for all"
    )


@check("no steps, and one cell alone")
def _(student):
    explore(student.double_buffer, [3, 4], 0).always(lambda values: list(values) == [3, 4])
    explore(student.double_buffer, [5], 3).always(lambda values: list(values) == [5])


@check("on real processes", limit=4)
def _(student):
    explore(student.double_buffer, [1, 10], 1).always_ends()
    assert student.double_buffer([1, 0, 0, 0], 3) == [1, 3, 3, 1]
    came, (values, *_) = student.double_buffer.in_place([2, -1, 5], 4)
    assert came == [2, 7, 13]
    assert values == [2, -1, 5], "double_buffer changed the list `values`, which is its caller's"
    large = student.double_buffer([2_000_000_000, -1_999_999_999], 1)
    assert large == [2_000_000_000, 1], (
        f"[2000000000, -1999999999] becomes [2000000000, 1], and {large} came back: how large a number do the cells hold?"
    )
    assert student.double_buffer([1_000, -3_000], 1) == [1_000, -2_000]


@check("a process for each value")
def _(student):
    found = simulate(student.double_buffer, [1, 2, 3, 4, 5], 4, cores=5)
    assert found.processes > 1, "no other process was started: the caller computes all cells"
    assert found.processes == 6, f"for 5 values {found.processes - 1} processes were started, not one for each value"
    assert found.result == [1, 6, 17, 32, 48]


@hidden
@check("more cells and more steps, compared with the reference", limit=4)
def _(student, reference):
    explore(student.double_buffer, [1, 10], 1).always_ends()
    for values, steps in ([1, 0, 0, 0, 0, 0], 5), ([7, -3], 12), ([1, 2, 3], 1):
        assert student.double_buffer(values, steps) == reference.double_buffer(values, steps)


@hidden
@check("three steps of two cells, in every interleaving")
def _(student):
    explore(student.double_buffer, [1, 10], 3, budget=60_000).always(lambda values: list(values) == [1, 13])


@wrong(
    "of an ordinary list each process has its own copy",
    replaced={
        '[Array("q", values), Array("q", len(values))]': "[list(values), [0] * len(values)]",
    },
)
def ordinary_lists(): ...


@wrong(
    "each has added its right neighbour",
    replaced={"(old[cell - 1] if cell > 0 else 0)": "(old[cell + 1] if cell + 1 < len(old) else 0)"},
)
def the_right_neighbour(): ...


@wrong(
    "how large a number do the cells hold?",
    replaced={'Array("q", values), Array("q",': 'Array("h", values), Array("h",'},
)
def cells_of_16_bits(): ...


@wrong(
    "double_buffer changed the list `values`",
    replaced={"return buffers[steps % 2][:]": "values[:] = buffers[steps % 2][:]\n    return values"},
)
def into_the_list_of_the_caller(): ...


@wrong("the last cell has added a neighbour that was new already", "✘ one step, in every interleaving")
def one_buffer():
    def compute_cell(cell, steps, cells, barrier):
        for _ in range(steps):
            cells[cell] += cells[cell - 1] if cell > 0 else 0
            barrier.wait()

    def double_buffer(values, steps):
        cells, barrier = Array("q", values), Barrier(len(values))
        processes = [Process(target=compute_cell, args=(cell, steps, cells, barrier)) for cell in range(len(values))]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return cells[:]


@wrong("a process begins a step while another has not done the last one", "All have to wait for all")
def swapped_without_waiting():
    def compute_cell(cell, steps, buffers):
        for step in range(steps):
            old, new = buffers[step % 2], buffers[1 - step % 2]
            new[cell] = old[cell] + (old[cell - 1] if cell > 0 else 0)

    def double_buffer(values, steps):
        buffers = [Array("q", values, lock=False), Array("q", values, lock=False)]
        processes = [Process(target=compute_cell, args=(cell, steps, buffers)) for cell in range(len(values))]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return list(buffers[steps % 2])


@wrong("nobody can go on (deadlock)")
def a_barrier_for_one_more():
    def compute_cell(cell, steps, buffers, barrier):
        for step in range(steps):
            old, new = buffers[step % 2], buffers[1 - step % 2]
            new[cell] = old[cell] + (old[cell - 1] if cell > 0 else 0)
            barrier.wait()

    def double_buffer(values, steps):
        buffers = [Array("q", values, lock=False), Array("q", values, lock=False)]
        barrier = Barrier(len(values) + 1)  # and the parent
        processes = [Process(target=compute_cell, args=(cell, steps, buffers, barrier)) for cell in range(len(values))]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return list(buffers[steps % 2])


@wrong("is it the array that was read, and not the one that was written?")
def always_the_first_buffer():
    def compute_cell(cell, steps, buffers, barrier):
        for step in range(steps):
            old, new = buffers[step % 2], buffers[1 - step % 2]
            new[cell] = old[cell] + (old[cell - 1] if cell > 0 else 0)
            barrier.wait()

    def double_buffer(values, steps):
        buffers, barrier = [Array("q", values), Array("q", values)], Barrier(len(values))
        processes = [Process(target=compute_cell, args=(cell, steps, buffers, barrier)) for cell in range(len(values))]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return buffers[0][:]


@wrong("a process begins a step while another has not done the last one")
def everybody_swaps_a_shared_number():
    def compute_cell(cell, steps, buffers, current, barrier):
        for _ in range(steps):
            old, new = buffers[current.value], buffers[1 - current.value]
            new[cell] = old[cell] + (old[cell - 1] if cell > 0 else 0)
            barrier.wait()
            if cell == 0:
                current.value = 1 - current.value  # the others may look before it is written

    def double_buffer(values, steps):
        buffers, barrier = [Array("q", values), Array("q", values)], Barrier(len(values))
        current = Value("i", 0)
        processes = [
            Process(target=compute_cell, args=(cell, steps, buffers, current, barrier)) for cell in range(len(values))
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return buffers[steps % 2][:]


@wrong("no other process was started: the caller computes all cells")
def the_caller_computes():
    def double_buffer(values, steps):
        for _ in range(steps):
            values = [new + old for new, old in zip(values, [0, *values])]
        return values


@wrong("which of the two arrays was written last", replaced={"return buffers[steps % 2][:]": "return buffers[1][:]"})
def always_the_second_array(): ...


@wrong(
    "the first of [1, 10, 100] has no left neighbour", replaced={"(old[cell - 1] if cell > 0 else 0)": "old[cell - 1]"}
)
def the_last_cell_for_the_left_neighbour_of_the_first(): ...


@wrong(
    "the first of [1, 10, 100] has no left neighbour",
    replaced={
        "new[cell] = old[cell] + (old[cell - 1] if cell > 0 else 0)": "if cell > 0:\n            new[cell] = old[cell] + old[cell - 1]"
    },
)
def the_first_cell_is_not_copied(): ...


@wrong(
    "how large a number do the cells hold?",
    replaced={'Array("q", values)': 'Array("B", values)', 'Array("q", len': 'Array("B", len'},
)
def numbers_of_one_byte(): ...


@also_right
def one_buffer_and_two_barriers():
    def compute_cell(cell, steps, cells, barrier):
        for _ in range(steps):
            new = cells[cell] + (cells[cell - 1] if cell > 0 else 0)
            barrier.wait()
            cells[cell] = new
            barrier.wait()

    def double_buffer(values, steps):
        cells, barrier = Array("q", values), Barrier(len(values))
        processes = [Process(target=compute_cell, args=(cell, steps, cells, barrier)) for cell in range(len(values))]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return cells[:]


@also_right
def a_counter_and_a_condition_under_spawn():
    def compute_cell(cell: int, number: int, steps: int, buffers, done, changed) -> None:
        for step in range(steps):
            old, new = buffers[step % 2], buffers[1 - step % 2]
            new[cell] = old[cell] + (old[cell - 1] if cell else 0)
            with changed:
                done.value += 1
                changed.notify_all()
                changed.wait_for(lambda: done.value >= number * (step + 1))

    def double_buffer(values: list, steps: int) -> list:
        context = get_context("spawn")
        buffers = context.Array("q", values, lock=False), context.Array("q", values, lock=False)
        done, changed = context.Value("i", 0, lock=False), context.Condition()
        processes = [
            context.Process(target=compute_cell, args=(cell, len(values), steps, buffers, done, changed))
            for cell in range(len(values))
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return list(buffers[steps % 2])


@also_right
def both_halves_of_one_array():
    class Cell(Process):
        def __init__(self, place, number, steps, cells, together):
            super().__init__()
            self.place, self.number, self.steps = place, number, steps
            self.cells, self.together = cells, together

        def run(self):
            here, there = 0, self.number
            for _ in range(self.steps):
                left = self.cells[here + self.place - 1] if self.place > 0 else 0
                self.cells[there + self.place] = self.cells[here + self.place] + left
                self.together.wait()
                here, there = there, here

    def double_buffer(values, steps):
        number = len(values)
        cells, together = Array("q", [*values, *values]), Barrier(number)
        processes = [Cell(place, number, steps, cells, together) for place in range(number)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return cells[number:] if steps % 2 else cells[:number]
