"""The Mandelbrot set, with equal loads

A picture has `rows` x `columns` points. For each of them `steps(row, column, rows, columns)` says after how many steps its number is out of the circle; some take one step and others 60, and that is the work. Write

- `draw_row(task)`, the task of a worker: the list of the steps of all points in one row, and whatever else you need to know whose row it is;
- `mandelbrot(steps, rows, columns, workers)`, which returns the whole picture: the list of its rows from the top to the bottom. `workers` processes draw it, no more (and fewer only if there are fewer rows).

The view is not symmetric: the rows at the bottom take many times as long as those at the top. The check runs your program with 8 workers on 10 virtual cores: the whole may take at most 1.4 times as long as it must, a
row is drawn once, and a point alone is not worth a message.
"""

from multiprocessing import Array, Pool, Process, Queue, Value, get_context

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given, simulate, work

points = 3

hints = [
    "As many rows for each worker are not as much work. Whoever is free takes the next row: many tasks, handed out one by one.",
    "`pool.map(f, tasks, chunksize=1)` hands out one at a time and gives the results in the order of the tasks. Without `chunksize` a chunk is several rows that stand together.",
    "The dear rows are at the bottom. If the last row of all is the dearest, everybody waits for whoever gets it: begin at the bottom.",
]
equivalent_mutants = {
    "- pool.join()": "leaving `with` ends the workers, and waits for them",
    "+ picture = pool.map(draw_row, tasks, chunksize=None)": "a few rows together balance as well, from the bottom on",
    "+ picture = pool.map(draw_row, tasks, )": "a few rows together balance as well, from the bottom on",
    "+ picture = pool.map(draw_row, tasks, chunksize=2)": "a few rows together balance as well, from the bottom on",
}


def draw_row(task):
    """The steps of the points of one row: the task of a worker."""
    ### BEGIN SOLUTION
    steps, row, rows, columns = task
    return [steps(row, column, rows, columns) for column in range(columns)]
    ### END SOLUTION


def mandelbrot(steps, rows, columns, workers):
    """The rows of the picture, drawn by `workers` processes with equal loads."""
    ### BEGIN SOLUTION
    tasks = [(steps, row, rows, columns) for row in reversed(range(rows))]
    with Pool(workers) as pool:
        picture = pool.map(draw_row, tasks, chunksize=1)
        pool.close()
        pool.join()
    return picture[::-1]
    ### END SOLUTION


@given
def steps(row, column, rows, columns):
    c = complex(-2.4 + 2.9 * column / columns, 1.9 - 1.9 * row / rows)
    z = 0j
    for number in range(60):
        if abs(z) > 2:
            return number
        z = z * z + c
    return 60


@given
def slow_steps(row, column, rows, columns):
    # A step takes 1 s of computing.
    number = steps(row, column, rows, columns)
    work(number)
    return number


@given
def whole_picture(rows, columns):
    return [[steps(row, column, rows, columns) for column in range(columns)] for row in range(rows)]


@check("the picture, its rows from the top to the bottom", limit=20)
def _(student):
    whole = student.whole_picture(4, 6)
    picture = student.mandelbrot(given.steps, 4, 6, 1)
    assert len(picture) == 4, f"a picture of 4 rows has {len(picture)}: are rows lost that are left over?"
    found = [list(row) for row in picture]
    assert found != whole[::-1], "the picture stands on its head: its first row is the one at the top"
    assert sorted(found) != sorted(whole) or found == whole, (
        "all rows are there, and not in their places: whoever is ready first is not always the first row"
    )
    assert found == whole


@check("workers that share a number lose no row, in whatever order they work", limit=30)
def _(student):
    whole = student.whole_picture(2, 1)
    try:
        found = explore(student.mandelbrot, given.steps, 2, 1, 2, budget=30_000)
    except AssertionError as failure:
        if type(failure).__name__ != "NotExplored":  # as what asks a clock is not
            raise
        return
    lost = found.schedule(
        lambda picture: [list(row) for row in picture] != whole,
        "With 2 workers the picture is wrong in this order of their steps, and with one worker it is right: the number of the next row is looked at and changed under one lock, "
        "or a row is drawn twice or never",
    )
    assert lost is None, lost
    assert found.results, found.failure()
    assert not found.deadlocks, found.failure()


@check("fewer rows than workers, and rows that cannot be divided by them", limit=20)
def _(student):
    for rows, columns, workers in (2, 3, 3), (7, 2, 2):
        picture = student.mandelbrot(given.steps, rows, columns, workers)
        assert len(picture) == rows, f"a picture of {rows} rows has {len(picture)}: are rows lost that are left over?"
        assert [list(row) for row in picture] == student.whole_picture(rows, columns)


@check("equal loads: 8 workers on 10 virtual cores are busy until the end", limit=30)
def _(student):
    found = simulate(student.mandelbrot, given.slow_steps, 120, 12, 8, cores=10, costs="ideal", limit=25)
    whole = student.whole_picture(120, 12)
    steps = sum(map(sum, whole))
    parent, *loads = found.busy.values()
    assert loads, "no other process was started: nobody shares the work"
    assert len(loads) == 8, f"for 8 workers {len(loads)} processes were started"
    assert found.messages <= 700, f"{found.messages} messages for 120 rows: a point alone is not worth a message"
    assert parent <= 0.1 * found.work, (
        f"the parent does {parent / found.work:.0%} of all the work itself: let the workers draw"
    )
    assert found.work >= 0.95 * steps, (
        f"`steps` took {found.work:.0f} steps, and the picture has {steps}: let it say, for every point, after how many steps its number is out of the circle"
    )
    assert found.work <= 1.05 * steps, (
        f"8 workers take {found.work:.0f} steps, and the picture has {steps}: every row should be drawn once"
    )
    assert max(loads) <= 1.4 / 8 * sum(loads), (
        f"the busiest of 8 workers does {max(loads) / sum(loads):.0%} of their work, and an eighth is 12.5 %: it has too many of the dear rows, "
        "which stand together at the bottom, and the others wait for it"
    )
    assert found.makespan <= 1.4 * steps / 8, (
        f"the loads are equal, but on average only {found.parallelism:.1f} cores compute: is a worker waited for before the next one has its row?"
    )
    picture = [list(row) for row in found.result]
    assert sorted(picture) != sorted(whole) or picture == whole, (
        "all rows are there, and not in their places: whoever is ready first is not always the first row"
    )
    assert picture == whole


@check("a picture that is larger than a pipe comes back", limit=20)
def _(student):
    found = simulate(student.mandelbrot, given.steps, 12, 60, 2, cores=3, pipe_capacity=512, limit=15)
    assert found.processes == 3, f"for 2 workers {found.processes - 1} processes were started"
    assert [list(row) for row in found.result] == student.whole_picture(12, 60)


@hidden
@check("other pictures, compared with the reference", limit=20)
def _(student, reference):
    for rows, columns, workers in (30, 8, 4), (9, 9, 1), (1, 5, 2), (200, 2, 2):
        picture = student.mandelbrot(given.steps, rows, columns, workers)
        assert len(picture) == rows, f"a picture of {rows} rows has {len(picture)}"
        assert [list(row) for row in picture] == reference.mandelbrot(given.steps, rows, columns, workers)


@wrong("it has too many of the dear rows, which stand together at the bottom")
def a_block_of_rows_each():
    def draw_rows(task):
        steps, first, last, rows, columns = task
        return [draw_row((steps, row, rows, columns)) for row in range(first, last)]

    def mandelbrot(steps, rows, columns, workers):
        bounds = [rows * n // workers for n in range(workers + 1)]
        with Pool(workers) as pool:
            parts = pool.map(draw_rows, [(steps, a, b, rows, columns) for a, b in zip(bounds, bounds[1:])], chunksize=1)
        return [row for part in parts for row in part]


@wrong("it has too many of the dear rows, which stand together at the bottom")
def chunks_as_large_as_shares():
    def mandelbrot(steps, rows, columns, workers):
        with Pool(workers) as pool:
            return pool.map(
                draw_row, [(steps, row, rows, columns) for row in range(rows)], chunksize=-(-rows // workers)
            )


@wrong("the picture stands on its head")
def from_the_bottom_and_left_so():
    def mandelbrot(steps, rows, columns, workers):
        with Pool(workers) as pool:
            return pool.map(draw_row, [(steps, row, rows, columns) for row in reversed(range(rows))], chunksize=1)


@wrong("all rows are there, and not in their places")
def in_the_order_of_arrival():
    def mandelbrot(steps, rows, columns, workers):
        tasks = [(steps, row, rows, columns) for row in (*range(1, rows), 0)]
        with Pool(workers) as pool:
            return list(pool.imap_unordered(draw_row, tasks))


@wrong("are rows lost that are left over?")
def the_remainder_is_lost():
    def draw_rows(task):
        steps, first, last, rows, columns = task
        return [draw_row((steps, row, rows, columns)) for row in range(first, last)]

    def mandelbrot(steps, rows, columns, workers):
        size = max(1, rows // (4 * workers))
        tasks = [(steps, start, start + size, rows, columns) for start in range(0, rows - rows % workers, size)]
        with Pool(workers) as pool:
            return [row for part in pool.map(draw_rows, tasks, chunksize=1) for row in part]


@wrong("a point alone is not worth a message")
def a_task_for_every_point():
    def draw_point(task):
        steps, *point = task
        return steps(*point)

    def mandelbrot(steps, rows, columns, workers):
        points = [(steps, row, column, rows, columns) for row in range(rows) for column in range(columns)]
        with Pool(workers) as pool:
            found = pool.map(draw_point, points, chunksize=1)
        return [found[row * columns : (row + 1) * columns] for row in range(rows)]


@wrong("let it say, for every point, after how many steps its number is out of the circle")
def a_formula_of_its_own():
    def draw_row(task):
        row, rows, columns = task
        line = []
        for column in range(columns):
            c, z, number = complex(-2.4 + 2.9 * column / columns, 1.9 - 1.9 * row / rows), 0j, 0
            while number < 60 and abs(z) <= 2:
                z, number = z * z + c, number + 1
            line.append(number)
        return line

    def mandelbrot(steps, rows, columns, workers):
        with Pool(workers) as pool:
            drawn = pool.map(draw_row, [(row, rows, columns) for row in reversed(range(rows))], chunksize=1)
        return drawn[::-1]


@wrong("every row should be drawn once")
def everybody_draws_all():
    def draw_all(task):
        steps, rows, columns = task
        return [draw_row((steps, row, rows, columns)) for row in range(rows)]

    def mandelbrot(steps, rows, columns, workers):
        with Pool(workers) as pool:
            return pool.map(draw_all, [(steps, rows, columns)] * workers, chunksize=1)[0]


@wrong("no other process was started: nobody shares the work")
def nobody_shares():
    def mandelbrot(steps, rows, columns, workers):
        return [draw_row((steps, row, rows, columns)) for row in range(rows)]


@wrong("for 2 workers 8 processes were started", replaced={"Pool(workers)": "Pool(8)"})
def always_eight_processes(): ...


@wrong("is a worker waited for before the next one has its row?")
def one_row_after_another():
    def mandelbrot(steps, rows, columns, workers):
        with Pool(workers) as pool:
            return [pool.apply(draw_row, ((steps, row, rows, columns),)) for row in range(rows)]


@wrong(
    "the number of the next row is looked at and changed under one lock",
    "✘ workers that share a number lose no row, in whatever order they work",
)
def the_next_row_is_read_outside_the_lock():
    def draw_rows(steps, rows, columns, left, picture):
        while True:
            with left.get_lock():
                left.value -= 1
            row = left.value
            if row < 0:
                return
            picture[row * columns : (row + 1) * columns] = draw_row((steps, row, rows, columns))

    def mandelbrot(steps, rows, columns, workers):
        left, picture = Value("i", rows), Array("i", rows * columns, lock=False)
        processes = [Process(target=draw_rows, args=(steps, rows, columns, left, picture)) for _ in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return [list(picture[row * columns : (row + 1) * columns]) for row in range(rows)]


@also_right
def rows_dealt_out_into_shared_memory():
    def draw_every(steps, first, workers, rows, columns, shared):
        for row in range(first, rows, workers):
            shared[row * columns : (row + 1) * columns] = draw_row((steps, row, rows, columns))

    def mandelbrot(steps, rows, columns, workers):
        shared = Array("i", rows * columns, lock=False)
        processes = [
            Process(target=draw_every, args=(steps, n, workers, rows, columns, shared)) for n in range(workers)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return [shared[row * columns : (row + 1) * columns] for row in range(rows)]


@also_right
def numbered_rows_from_a_queue():
    def serve(tasks, results):
        while (task := tasks.get()) is not None:
            results.put((task[1], draw_row(task)))

    def mandelbrot(steps, rows, columns, workers):
        tasks, results = Queue(), Queue()
        for row in range(rows - 1, -1, -1):
            tasks.put((steps, row, rows, columns))
        for _ in range(workers):
            tasks.put(None)
        processes = [Process(target=serve, args=(tasks, results)) for _ in range(workers)]
        for process in processes:
            process.start()
        found = dict(results.get() for _ in range(rows))
        for process in processes:
            process.join()
        return [found[row] for row in sorted(found)]


@also_right
def spawned_and_sorted_at_the_end():
    import sys

    def draw_row(task: tuple) -> tuple:
        steps, row, rows, columns = task
        return row, tuple(steps(row, column, rows, columns) for column in range(columns))

    def mandelbrot(steps, rows: int, columns: int, workers: int) -> list:
        tasks = [(steps, row, rows, columns) for row in range(rows)][::-1]
        with get_context("spawn").Pool(workers) as pool:
            print("drawing", rows, file=sys.stderr)
            found = sorted(pool.imap_unordered(draw_row, tasks))
            pool.close()
            pool.join()
        return [list(points) for _, points in found]
