"""The game of life, with a halo

A world is a list of rows, each a list of 0 (dead) and 1 (alive). Every cell has eight neighbours; the world is round: the last row is next to the first one, and the last column next to the first. In a step a cell with three living
neighbours is alive afterwards, one with two stays as it is, and all others are dead. A world has three rows and three columns at least. Write

- `next_rows(rows)`, where the first and the last row belong to the neighbours (the **halo**): the list of the inner rows after one step;
- `game_of_life(world, steps, workers)`, the world after so many steps, computed by `workers` processes, no more and no fewer (there are at least as many rows as workers).

Nothing is shared here. Each worker gets a block of rows **once**, at the beginning, and keeps it. In every step it sends its first row to the worker above and its last row to the worker below, and gets a row from both: two rows for each worker, and
not the block. At the end the parent gets the blocks. `world` itself is not changed.
"""

from itertools import pairwise
from multiprocessing import Pipe, Process, Queue, get_context

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given, simulate

points = 5

hints = [
    "A pipe for every two that are next to each other, in a ring: `pipes = [Pipe() for _ in range(workers)]`. Worker n has the first end of pipe n (downwards) and the second end of pipe n - 1 (upwards).",
    "In a step: send both rows first, then receive both. If all receive first, all wait for ever.",
    "`next_rows([above, *rows, below])`, with `above` from the worker above. With one worker both are its own rows, and the pipe leads back to it.",
]
equivalent_mutants = {
    "+ width = len(rows[1])": "all rows have one length",
    "+ found.append(row)": "the row is filled after it was put there",
    "+ down.send(rows[-1])": "which of the two is sent first does not matter",
    "+ results = [Pipe(duplex=False) for _ in range(workers)]": "the two do not need each other",
    "+ bounds = [len(world) * worker // workers for worker in range(workers + 1)]": "the two do not need each other",
    "+ results = [Pipe(duplex=True) for _ in range(workers)]": "the other direction is not used",
    "+ bounds = [len(world) * worker // workers for worker in range(workers + 2)]": "the last of them is not used",
}


def next_rows(rows):
    """The inner rows after one step; the first and the last belong to the neighbours."""
    ### BEGIN SOLUTION
    width = len(rows[0])
    found = []
    for above, here, below in zip(rows, rows[1:], rows[2:]):
        row = []
        for column in range(width):
            near = [column - 1, column, (column + 1) % width]
            alive = sum(line[place] for line in (above, here, below) for place in near) - here[column]
            row.append(1 if alive == 3 or (alive == 2 and here[column]) else 0)
        found.append(row)
    return found
    ### END SOLUTION


def live(rows, steps, up, down, result):
    """The task of a worker: its rows through all steps, with connections to the workers above and below."""
    ### BEGIN SOLUTION
    for _ in range(steps):
        up.send(rows[0])
        down.send(rows[-1])
        above, below = up.recv(), down.recv()
        rows = next_rows([above, *rows, below])
    result.send(rows)
    ### END SOLUTION


def game_of_life(world, steps, workers):
    """The world after so many steps, computed by `workers` processes that send one another rows."""
    ### BEGIN SOLUTION
    pipes = [Pipe() for _ in range(workers)]
    results = [Pipe(duplex=False) for _ in range(workers)]
    bounds = [len(world) * worker // workers for worker in range(workers + 1)]
    processes = [
        Process(
            target=live,
            args=(
                world[bounds[n] : bounds[n + 1]], steps, pipes[n - 1][1], pipes[n][0], results[n][1],
            ),
        )
        for n in range(workers)
    ]  # fmt: skip
    for process in processes:
        process.start()
    found = [row for receiver, _ in results for row in receiver.recv()]
    for process in processes:
        process.join()
    return found
    ### END SOLUTION


@given
def alone(world, steps):
    for _ in range(steps):
        world = [
            [
                int((near := sum(world[(r + a) % len(world)][(c + b) % len(world[0])] for a in (-1, 0, 1) for b in (-1, 0, 1)) - world[r][c]) == 3
                    or (near == 2 and world[r][c] == 1))
                for c in range(len(world[0]))
            ]
            for r in range(len(world))
        ]  # fmt: skip
    return world


@given
def glider(rows, columns):
    world = [[0] * columns for _ in range(rows)]
    for row, column in (0, 1), (1, 2), (2, 0), (2, 1), (2, 2):
        world[row][column] = 1
    return world


@given
def glider_after(rows, columns, steps, workers):
    # The world afterwards, and whether the one that was given is as it was.
    world = glider(rows, columns)
    found = game_of_life(world, steps, workers)
    return [[int(cell) for cell in row] for row in found], world == glider(rows, columns)


@given
def full_after(rows, columns, steps, workers):
    found = game_of_life(
        [[(3 * r * r + 5 * c + r * c) % 7 % 2 for c in range(columns)] for r in range(rows)], steps, workers
    )
    return [[int(cell) for cell in row] for row in found]


@given
def six_rows_after(steps, workers):
    world = [[0, 1, 0, 0], [0, 0, 1, 0], [1, 1, 1, 0], [0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]]
    return world, [[int(cell) for cell in row] for row in game_of_life(world, steps, workers)]


@check("`next_rows` gives the inner rows, by the rules")
def _(student):
    bar = [[0] * 5, [0] * 5, [0, 1, 1, 1, 0], [0] * 5, [0] * 5]
    found = [list(map(int, row)) for row in student.next_rows(bar)]
    assert len(found) == 3, (
        f"5 rows, of which the first and the last belong to the neighbours: 3 rows come out, not {len(found)}"
    )
    assert found[1] != [0, 1, 1, 1, 0], (
        "a bar of three lies where it stood: its ends have one living neighbour and die. Is a cell counted with its neighbours?"
    )
    assert found == [[0, 0, 1, 0, 0]] * 3
    assert [list(map(int, row)) for row in student.next_rows([[0] * 4, [1, 1, 0, 1], [0] * 4])] == [[1, 0, 0, 0]], (
        "the row 1 1 0 1 between dead ones becomes 1 0 0 0, since its last cell is next to its first: the world is round"
    )
    assert [list(map(int, row)) for row in student.next_rows([[0] * 4, [1, 0, 1, 1], [0] * 4])] == [[0, 0, 0, 1]], (
        "the row 1 0 1 1 between dead ones becomes 0 0 0 1, since its last cell is next to its first: the world is round at its right side, too"
    )


@check("a glider moves, with one worker", limit=20)
def _(student):
    for steps in (0, 1, 4, 16):
        found, _ = simulate(student.glider_after, 6, 7, steps, 1, cores=2, limit=8).result
        assert len(found) == 6, f"a world of 6 rows has {len(found)} afterwards"
        assert found == student.alone(student.glider(6, 7), steps), (
            f"with one worker it is wrong after {steps} step{'s' * (steps > 1)}: it is its own neighbour above and below, since the world is round, and so in every step"
        )


@check("it comes to an end and to the same world, in whatever order the workers go", limit=40)
def _(student):
    world, _ = simulate(student.six_rows_after, 0, 3, cores=2, limit=8).result
    right = student.alone(world, 2)
    try:
        found = explore(student.six_rows_after, 2, 3, budget=30_000, feeder=False)  # a put does not wait, either way
    except AssertionError as failure:
        if type(failure).__name__ != "NotExplored":  # as what asks a clock is not
            raise
        return
    mixed = found.schedule(
        lambda both: both[1] != right,
        "With 3 workers it is wrong in this order: does every worker get the last row of the one above and the first row of the one below, of this step and not of the next one, "
        "since a neighbour may be ahead? And are the blocks put together in the order of the world, and not in that in which they come?",
    )
    assert mixed is None, mixed
    found.always_ends()


@check("and over the borders between workers", limit=20)
def _(student):
    for workers in (2, 3, 4):
        found, unchanged = simulate(student.glider_after, 7, 6, 14, workers, cores=4, limit=8).result
        assert len(found) == 7, f"a world of 7 rows has {len(found)} afterwards: are rows lost that are left over?"
        assert found == student.alone(student.glider(7, 6), 14), (
            f"with {workers} workers it is wrong: does every worker get the last row of the one above and the first row of the one below, in every step, before it computes?"
        )
        assert unchanged is True, "game_of_life changed the world of its caller"


@check("on real processes", limit=3)
def _(student):
    simulate(student.glider_after, 6, 7, 1, 2, cores=2, limit=8)  # who waits for ever need not do so here
    found, _ = student.glider_after(6, 7, 4, 2)
    assert found == student.alone(student.glider(6, 7), 4)


@check("two rows a step: the blocks stay where they are", limit=30)
def _(student):
    few = simulate(student.full_after, 24, 60, 2, 3, cores=5, limit=12)
    many = simulate(student.full_after, 24, 60, 8, 3, cores=5, limit=15)
    assert many.processes > 1, "no other process was started: nobody shares the work"
    assert many.processes == 4, (
        f"for 3 workers {many.processes - 1} processes were started: each is there from the first step to the last"
    )
    asked = [len(next(iter(run.log.processes.values()))) for run in (few, many)]  # by the parent
    assert asked[1] - asked[0] <= 6, (
        "with every step the parent has more to do: it passes the rows on. A worker sends them to its neighbours itself"
    )
    messages, size = (many.messages - few.messages) / 6, (many.bytes - few.bytes) / 6
    assert messages <= 14, f"{messages:.0f} messages a step among 3 workers: each has to send two, one up and one down"
    assert size <= 3_000, (
        f"{size:.0f} bytes travel in a step. Each of 3 workers has to send two rows of 60 cells, 6 rows in all; it looks as if whole blocks were sent"
    )


@check("blocks that are larger than a pipe come back", limit=20)
def _(student):
    found = simulate(student.full_after, 24, 200, 1, 2, cores=3, pipe_capacity=2_048, limit=15)
    assert len(found.result) == 24


@check("all workers have their part, at the same time", limit=30)
def _(student):
    found, alone = (simulate(student.full_after, 60, 100, 12, workers, cores=5, limit=12) for workers in (3, 1))
    few = simulate(student.full_after, 60, 100, 1, 3, cores=5, limit=12)
    (parent, *loads), (before, *less) = found.busy.values(), few.busy.values()
    assert loads, "no other process was started: nobody shares the work"
    assert parent - before <= max(0.01, sum(loads) - sum(less)), (
        "with every step the parent has more to compute, and not the workers: let them compute their rows"
    )
    assert max(loads) <= 0.6 * sum(loads), (
        f"one of 3 workers does {max(loads) / sum(loads):.0%} of the work: give each a third of the rows"
    )
    times = sum(loads) / sum(list(alone.busy.values())[1:])
    assert times <= 2, (
        f"3 workers compute {times:.1f} times as much as one does alone: each row has one worker, and the others get it when it is next to theirs"
    )


@hidden
@check("other worlds, compared with the reference", limit=20)
def _(student, reference):
    for rows, columns, steps, workers in (8, 5, 6, 4), (5, 9, 3, 5), (10, 3, 5, 1):
        found = simulate(student.full_after, rows, columns, steps, workers, cores=5, limit=8).result
        assert found == reference.full_after(rows, columns, steps, workers)


@wrong("Is a cell counted with its neighbours?", replaced={" - here[column]": ""})
def the_cell_counts_itself(): ...


@wrong(
    "since its last cell is next to its first: the world is round",
    replaced={
        "[column - 1, column, (column + 1) % width]": "[place for place in range(column - 1, column + 2) if 0 <= place < width]"
    },
)
def columns_with_an_edge(): ...


@wrong(
    "each row has one worker",
    replaced={
        "world[bounds[n] : bounds[n + 1]], steps": "world, steps",
        "[row for receiver, _ in results for row in receiver.recv()]": "[receiver.recv() for receiver, _ in results][0]",
    },
)
def the_world_to_everybody(): ...


@wrong(
    "the world is round at its right side, too",
    replaced={
        "[column - 1, column, (column + 1) % width]": "[place for place in range(column - 1, column + 2) if place < width]"
    },
)
def columns_with_an_edge_on_the_right(): ...


@wrong(
    "with one worker it is wrong",
    "does every worker get the last row of the one above and the first row of the one below",
    replaced={"[above, *rows, below]": "[below, *rows, above]"},
)
def above_and_below_exchanged(): ...


@wrong(
    "with one worker it is wrong after 16 steps: it is its own neighbour above and below, since the world is round",
    replaced={
        "    for _ in range(steps):\n        up.send(rows[0])\n        down.send(rows[-1])\n        above, below = up.recv(), down.recv()": "    dead = [0] * len(rows[0])\n    for _ in range(steps):\n        if up: up.send(rows[0])\n        if down: down.send(rows[-1])\n        above, below = up.recv() if up else dead, down.recv() if down else dead",
        "pipes = [Pipe() for _ in range(workers)]": "pipes = [(None, None), *[Pipe() for _ in range(workers - 1)], (None, None)]",
        "pipes[n - 1][1], pipes[n][0]": "pipes[n][1], pipes[n + 1][0]",
    },
)
def dead_rows_beyond_the_edge(): ...


@wrong(
    "deadlock",
    "✘ it comes to an end and to the same world, in whatever order the workers go",
    replaced={
        "        up.send(rows[0])\n        down.send(rows[-1])\n        above, below = up.recv(), down.recv()\n": "        above, below = up.recv(), down.recv()\n        up.send(rows[0])\n        down.send(rows[-1])\n"
    },
)
def all_receive_first(): ...


@wrong(
    "deadlock",
    "✘ blocks that are larger than a pipe come back",
    replaced={
        "    found = [row for receiver, _ in results for row in receiver.recv()]\n": "",
        "process.join()\n    return found": "process.join()\n    return [row for receiver, _ in results for row in receiver.recv()]",
    },
)
def joined_before_the_blocks_are_fetched(): ...


@wrong(
    "are the blocks put together in the order of the world",
    replaced={
        "[row for receiver, _ in results for row in receiver.recv()]": "[row for _ in range(workers) for row in results[0][0].recv()]",
        "results[n][1]": "results[0][1]",
    },
)
def blocks_in_the_order_in_which_they_come(): ...


@wrong(
    "With 3 workers it is wrong in this order",
    "✘ it comes to an end and to the same world, in whatever order the workers go",
)
def one_inbox_for_both_neighbours():
    def live(number, rows, steps, inboxes, results):
        workers = len(inboxes)
        for _ in range(steps):
            inboxes[(number + 1) % workers].put(rows[-1])
            inboxes[number - 1].put(rows[0])
            above, below = inboxes[number].get(), inboxes[number].get()
            rows = next_rows([above, *rows, below])
        results.put((number, rows))

    def game_of_life(world, steps, workers):
        inboxes, results = [Queue() for _ in range(workers)], Queue()
        bounds = [len(world) * worker // workers for worker in range(workers + 1)]
        processes = [
            Process(target=live, args=(n, world[bounds[n] : bounds[n + 1]], steps, inboxes, results))
            for n in range(workers)
        ]
        for process in processes:
            process.start()
        blocks = dict(results.get() for _ in processes)
        for process in processes:
            process.join()
        return [row for n in range(workers) for row in blocks[n]]


@wrong("deadlock", "✘ it comes to an end and to the same world, in whatever order the workers go")
def who_is_a_step_ahead_is_taken_for_the_other():
    def live(number, rows, steps, inboxes, results):
        workers = len(inboxes)
        for _ in range(steps):
            inboxes[(number + 1) % workers].put(("above", rows[-1]))
            inboxes[number - 1].put(("below", rows[0]))
            halo = {}
            while len(halo) < 2:
                side, row = inboxes[number].get()
                halo[side] = row
            rows = next_rows([halo["above"], *rows, halo["below"]])
        results[number][1].send(rows)

    def game_of_life(world, steps, workers):
        inboxes, results = [Queue() for _ in range(workers)], [Pipe(duplex=False) for _ in range(workers)]
        bounds = [len(world) * worker // workers for worker in range(workers + 1)]
        processes = [
            Process(target=live, args=(n, world[bounds[n] : bounds[n + 1]], steps, inboxes, results))
            for n in range(workers)
        ]
        for process in processes:
            process.start()
        found = [row for receiver, _ in results for row in receiver.recv()]
        for process in processes:
            process.join()
        return found


@wrong(
    "it looks as if whole blocks were sent",
    replaced={
        "rows[0])\n        down.send(rows[-1])": "rows)\n        down.send(rows)",
        "up.recv(), down.recv()": "up.recv()[-1], down.recv()[0]",
    },
)
def the_whole_block_to_both(): ...


@wrong("and so in every step", "in every step, before it computes?")
def the_halo_is_sent_once():
    def live(rows, steps, up, down, result):
        up.send(rows[0])
        down.send(rows[-1])
        above, below = up.recv(), down.recv()
        for _ in range(steps):
            rows = next_rows([above, *rows, below])
        result.send(rows)


@wrong("no other process was started: nobody shares the work")
def nobody_shares():
    def game_of_life(world, steps, workers):
        for _ in range(steps):
            world = next_rows([world[-1], *world, world[0]])
        return world


@wrong("with every step the parent has more to compute, and not the workers")
def the_parent_computes():
    def game_of_life(world, steps, workers):
        processes = [Process(target=next_rows, args=(world[:3],)) for _ in range(workers)]
        for process in processes:
            process.start()
        for _ in range(steps):
            world = next_rows([world[-1], *world, world[0]])
        for process in processes:
            process.join()
        return world


@wrong("A worker sends them to its neighbours itself")
def the_parent_passes_all_rows_on():
    def live(rows, steps, connection, result):
        for _ in range(steps):
            connection.send((rows[0], rows[-1]))
            above, below = connection.recv()
            rows = next_rows([above, *rows, below])
        result.send(rows)

    def game_of_life(world, steps, workers):
        pipes, results = [Pipe() for _ in range(workers)], [Pipe(duplex=False) for _ in range(workers)]
        bounds = [len(world) * worker // workers for worker in range(workers + 1)]
        processes = [
            Process(target=live, args=(world[a:b], steps, pipes[n][1], results[n][1]))
            for n, (a, b) in enumerate(pairwise(bounds))
        ]
        for process in processes:
            process.start()
        for _ in range(steps):
            edges = [pipe.recv() for pipe, _ in pipes]
            for n, (pipe, _) in enumerate(pipes):
                pipe.send((edges[n - 1][1], edges[(n + 1) % workers][0]))
        found = [row for receiver, _ in results for row in receiver.recv()]
        for process in processes:
            process.join()
        return found


@wrong("each is there from the first step to the last")
def new_processes_for_every_step():
    def advance(rows, result):
        result.send(next_rows(rows))

    def game_of_life(world, steps, workers):
        bounds = [len(world) * worker // workers for worker in range(workers + 1)]
        for _ in range(steps):
            processes, receivers = [], []
            for first, last in pairwise(bounds):
                receiver, sender = Pipe(duplex=False)
                rows = [world[first - 1], *world[first:last], world[last % len(world)]]
                processes.append(Process(target=advance, args=(rows, sender)))
                processes[-1].start()
                receivers.append(receiver)
            world = [row for receiver in receivers for row in receiver.recv()]
            for process in processes:
                process.join()
        return world


@also_right
def queues_for_messages():
    def live(number, rows, steps, inboxes, results):
        workers = len(inboxes)
        kept = []
        for step in range(steps):
            inboxes[number - 1].put((step, "below", rows[0]))
            inboxes[(number + 1) % workers].put((step, "above", rows[-1]))
            halo = {}
            while len(halo) < 2:
                come = next((one for one in kept if one[0] == step), None)
                if come is None:
                    come = inboxes[number].get()
                    kept.append(come)
                if come[0] == step:
                    kept.remove(come)
                    halo[come[1]] = come[2]
            rows = next_rows([halo["above"], *rows, halo["below"]])
        results.put((number, rows))

    def game_of_life(world, steps, workers):
        inboxes, results = [Queue() for _ in range(workers)], Queue()
        bounds = [len(world) * worker // workers for worker in range(workers + 1)]
        processes = [
            Process(target=live, args=(n, world[a:b], steps, inboxes, results))
            for n, (a, b) in enumerate(pairwise(bounds))
        ]
        for process in processes:
            process.start()
        found = dict(results.get() for _ in processes)
        for process in processes:
            process.join()
        return [row for n in range(workers) for row in found[n]]


@also_right
def bytes_under_spawn():
    import sys

    def live(rows: list, steps: int, up, down, result) -> None:
        for _ in range(steps):
            up.send_bytes(bytes(rows[0]))
            down.send_bytes(bytes(rows[-1]))
            below, above = list(down.recv_bytes()), list(up.recv_bytes())
            rows = next_rows([above, *rows, below])
        print("done", file=sys.stderr)
        result.send(rows)

    def game_of_life(world: list, steps: int, workers: int) -> list:
        context = get_context("spawn")
        downs, ups = zip(*(context.Pipe() for _ in range(workers)))
        receivers, senders = zip(*(context.Pipe(duplex=False) for _ in range(workers)))
        processes = []
        for n in range(workers):
            block = world[len(world) * n // workers : len(world) * (n + 1) // workers]
            processes.append(context.Process(target=live, args=(block, steps, ups[n - 1], downs[n], senders[n])))
            processes[n].start()
        found = sum((receiver.recv() for receiver in receivers), [])
        for process in processes:
            process.join()
        return found


@also_right
def a_pipe_in_each_direction():
    def live(rows, steps, ends, result):
        to_above, from_above, to_below, from_below = ends
        for _ in range(steps):
            to_above.send(tuple(rows[0]))
            above_or_later = None
            to_below.send(tuple(rows[-1]))
            above_or_later = from_above.recv()
            rows = next_rows([above_or_later, *rows, from_below.recv()])
        result.send(rows)

    def game_of_life(world, steps, workers):
        upwards = [Pipe(duplex=False) for _ in range(workers)]
        downwards = [Pipe(duplex=False) for _ in range(workers)]
        results = [Pipe(duplex=False) for _ in range(workers)]
        bounds = [len(world) * worker // workers for worker in range(workers + 1)]
        processes = []
        for n, (a, b) in enumerate(pairwise(bounds)):
            after = (n + 1) % workers
            ends = upwards[n][1], downwards[n][0], downwards[after][1], upwards[after][0]
            processes.append(Process(target=live, args=(world[a:b], steps, ends, results[n][1])))
        for process in processes:
            process.start()
        found = []
        for receiver, _ in results:
            found += receiver.recv()
        for process in processes:
            process.join()
        return found
