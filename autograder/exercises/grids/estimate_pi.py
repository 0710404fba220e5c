"""Pi by throwing darts

Throw darts at a square of side 1, anywhere alike. The share of them that land within the quarter of a circle, x² + y² < 1, is about π / 4. Write

- `hits_in(task)`, the task of a worker: `task` is whatever you make of it, and the answer is how many of its darts hit;
- `estimate_pi(throws, workers, seed)`, which returns 4 · hits / throws, thrown by `workers` processes, no more (and fewer only if there are fewer chunks).

Anybody who gives the same `throws` and `seed` must get the **same** answer, for **any number of workers**, and another seed must give another one. So the darts are thrown in chunks of 10,000 (the last one may be smaller), and each
*chunk* has a stream of random numbers of its own, that has nothing to do with who throws it: `np.random.SeedSequence(seed).spawn(n)` makes n seeds whose streams are independent, and
`np.random.default_rng(one_of_them)` a generator.
"""

import os
import random
import time
from multiprocessing import Pool, get_context

import numpy as np

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given, simulate

points = 4

hints = [
    "A task is a pair: one of the spawned seeds, and how many darts. `numbers = np.random.default_rng(seed).random((2, darts))` are their places.",
    "`int((numbers[0] ** 2 + numbers[1] ** 2 < 1).sum())` is how many hit.",
    "There are `-(-throws // 10_000)` chunks. `zip(seeds, sizes)` are the tasks of `pool.map`, and the sum of its results are all hits.",
]
equivalent_mutants = {
    "- pool.join()": "leaving `with` ends the workers, and waits for them",
    "+ return int((x**2 + y**2 <= 1).sum())": "no dart lands exactly there",
    "+ return (x**2 + y**2 < 1).sum()": "a number of NumPy adds up as well",
    "+ sizes = [min(9999, throws - start) for start in range(0, throws, 10_000)]": "one dart in ten thousand cannot be seen in the answer",
    "+ sizes = [min(10001, throws - start) for start in range(0, throws, 10_000)]": "one dart in ten thousand cannot be seen in the answer",
    "+ sizes = [min(10_000, throws - start) for start in range(0, throws, 9999)]": "one dart in ten thousand cannot be seen in the answer",
    "+ sizes = [min(10_000, throws - start) for start in range(0, throws, 10001)]": "one dart in ten thousand cannot be seen in the answer",
}


def hits_in(task):
    """How many darts of a chunk hit: the task of a worker."""
    ### BEGIN SOLUTION
    seed, darts = task
    x, y = np.random.default_rng(seed).random((2, darts))
    return int((x**2 + y**2 < 1).sum())
    ### END SOLUTION


def estimate_pi(throws, workers, seed):
    """4 x the share of darts that hit; the same for any number of workers."""
    ### BEGIN SOLUTION
    sizes = [min(10_000, throws - start) for start in range(0, throws, 10_000)]
    seeds = np.random.SeedSequence(seed).spawn(len(sizes))
    with Pool(workers) as pool:
        hits = sum(pool.map(hits_in, zip(seeds, sizes)))
        pool.close()
        pool.join()
    return 4 * hits / throws
    ### END SOLUTION


@given
def estimate_in_turns(throws, workers, seed):
    # A chunk takes a while, so that nobody has thrown all of them before the others have begun.
    learners = estimate_pi.__globals__
    own = learners["hits_in"]

    def hits_in(task):
        time.sleep(0.02)
        return own(task)

    hits_in.__module__, hits_in.__qualname__ = own.__module__, own.__qualname__  # it is sent by name
    learners["hits_in"] = hits_in
    try:
        return estimate_pi(throws, workers, seed)
    finally:
        learners["hits_in"] = own


@given
def estimates(throws, seeds):
    return [float(estimate_pi(throws, 1, seed)) for seed in seeds]


@given
def send_estimates(throws, seeds, sender):
    sender.send(estimates(throws, seeds))


@given
def in_another_python(throws, seeds):
    # The answers of a Python that has only just been started, as one is tomorrow.
    before = os.environ.get("PYTHONHASHSEED")
    os.environ["PYTHONHASHSEED"] = "2024"  # another one than here: each Python has its own
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=send_estimates, args=(throws, seeds, sender))
    process.start()
    sender.close()
    os.environ.pop("PYTHONHASHSEED")
    if before is not None:
        os.environ["PYTHONHASHSEED"] = before
    answers = receiver.recv()
    process.join()
    return answers


@given
def hits_of_chunks(seed, first, number):
    # What each of so many chunks adds to all hits, from the first one on.
    hits = [
        throws * estimate_pi(throws, 1, seed) / 4 if throws else 0
        for throws in range(10_000 * first, 10_000 * (first + number) + 1, 10_000)
    ]
    return [round(float(after - before)) for before, after in zip(hits, hits[1:])]


@check("it is about pi", limit=10)
def _(student):
    found = student.estimate_pi(100_000, 1, 1)
    assert abs(found - 3.14159) < 0.05, f"100,000 darts give about 3.14, and {found} came back"


@check("every dart counts, those that are left over when all chunks are full too", limit=10)
def _(student):
    found = student.estimate_pi(15_000, 1, 1)
    assert abs(found - 3.14159) < 0.1, (
        f"15,000 darts give about 3.14, and {found} came back: a chunk of 10,000 and one of 5,000 have to be thrown, and all to be counted"
    )
    hits = student.estimate_pi(7, 1, 5) * 7 / 4
    assert abs(hits - round(hits)) < 1e-6, f"of 7 darts {hits:.2f} hit: how many were thrown?"
    assert max(student.estimates(1, list(range(8)))) == 4, (
        "one dart alone, with eight seeds, and it never hits: is the first dart or the last one left out?"
    )


@check("the same seed, the same answer", limit=20)
def _(student):
    for seed in (8, 0):
        first, second = student.estimate_pi(30_000, 1, seed), student.estimate_pi(30_000, 1, seed)
        assert first == second, (
            f"seed {seed} gave {first} the first time, and {second} the second: nobody can repeat your experiment"
        )
    assert len(set(student.estimates(30_000, [8, 9, 10]))) > 1, (
        "the seeds 8, 9 and 10 give the same answer: is the seed used at all?"
    )


@check("workers that share a number lose nothing, in whatever order they work", limit=20)
def _(student):
    alone = student.estimate_pi(20_000, 1, 3)
    try:
        found = explore(student.estimate_pi, 20_000, 2, 3, budget=3_000)
    except AssertionError as failure:
        if type(failure).__name__ != "NotExplored":  # as what asks a clock is not
            raise
        return
    lost = found.schedule(
        lambda answer: answer != alone,
        f"With 2 workers the answer is not {alone:.4f} in this order of their steps, as it is with one. A stream belongs to a chunk, whoever throws it, and not to a worker; "
        "and a number that workers share is looked at and changed under one lock",
    )
    assert lost is None, lost
    assert found.results, found.failure()
    assert not found.deadlocks, found.failure()


@check("any number of workers, the same answer", limit=15)
def _(student):
    found = {workers: student.estimate_in_turns(150_000, workers, 3) for workers in (1, 2, 3)}
    assert len(set(found.values())) == 1, (
        f"with seed 3, 1, 2 and 3 workers give {found[1]}, {found[2]} and {found[3]}: a stream belongs to a chunk, whoever throws it, and not to a worker"
    )


@check("the same seed, the same answer in a Python that is started anew", limit=20)
def _(student):
    seeds = [8, 9, 10]
    first, tomorrow = student.estimates(30_000, seeds), student.in_another_python(30_000, seeds)
    assert first == tomorrow, (
        f"the seeds 8, 9 and 10 gave {first}, and {tomorrow} in a Python that was started anew: nobody can repeat your experiment tomorrow. "
        "What `hash` makes of a text is another number there, and what a fork has copied is not there"
    )


@check("no two chunks throw the same darts", limit=20)
def _(student):
    assert len({student.estimate_pi(throws, 1, 0) for throws in range(10_000, 50_000, 10_000)}) > 1, (
        "10,000, 20,000, 30,000 and 40,000 darts with seed 0 give the very same answer. Do several chunks throw the very same darts, from the same seed?"
    )
    for chunks in (320, 400):
        once, twice = (student.estimate_pi(throws, 2, 0) for throws in (10_000 * chunks, 20_000 * chunks))
        assert once != twice, (
            f"{chunks} chunks with seed 0 and {2 * chunks} of them give the very same answer: do later chunks throw the darts of earlier ones once more? Each has a stream of its own"
        )
    found = student.estimates(160_000, list(range(12)))
    error = (sum((one - 3.14159265) ** 2 for one in found) / len(found)) ** 0.5
    assert error <= 0.0085, (
        f"over 12 seeds, 160,000 darts are wrong by {error:.4f}, and should be by 0.0041: as much as far fewer darts would be. "
        "Do several chunks throw the very same darts, from the same seed or from a generator that was copied by the fork?"
    )
    steps = [b - a for a, b in zip(found, found[1:])]
    change = (sum(step**2 for step in steps) / len(steps)) ** 0.5
    assert change >= 0.0022, (
        f"from one seed to the next the answer changes by {change:.4f} only, where independent ones change by 0.0058: "
        "if chunk number n has the seed `seed + n`, then the next seed has nearly the same chunks"
    )


@check("no two seeds throw the same darts", limit=20)
def _(student):
    of_seed_0, later = student.hits_of_chunks(0, 1, 2), student.hits_of_chunks(0, 10, 2)
    for seed in (1, 10, 100):
        chunks = student.hits_of_chunks(seed, 0, 2)
        for number, some in (1, of_seed_0), (10, later):
            assert chunks != some, (
                f"the first chunks of seed {seed} have {chunks[0]} and {chunks[1]} hits, and so have chunks {number} and {number + 1} of seed 0: they are the very same darts. "
                "A sum or a product of seed and number is the same for other seeds and numbers"
            )


@check("all workers throw", limit=30)
def _(student):
    found = simulate(student.estimate_pi, 4_000_000, 3, 7, cores=5, costs="laptop", limit=25)
    assert found.processes > 1, "no other process was started: nobody shares the work"
    assert found.processes == 4, f"for 3 workers {found.processes - 1} processes were started"
    assert abs(found.result - 3.14159) < 0.01, (
        f"4,000,000 darts give about 3.142, and {found.result} came back: are all of them thrown, and counted?"
    )
    parent, *loads = found.busy.values()
    assert parent <= 0.6 * found.work, (
        f"the parent does {parent / found.work:.0%} of all the work itself: a task says which darts are to be thrown, and the worker makes them and looks where they land"
    )
    assert max(loads) <= 0.6 * sum(loads), (
        f"one of 3 workers does {max(loads) / sum(loads):.0%} of their work: give each a third"
    )


@hidden
@check("other numbers of darts", limit=20)
def _(student):
    for throws in (10_000, 10_001, 123_456):
        found = student.estimate_pi(throws, 3, 11)
        assert found == student.estimate_pi(throws, 4, 11), (
            "a stream belongs to a chunk, whoever throws it, and not to a worker"
        )
        assert abs(found - 3.14159) < 0.08


@wrong("a number that workers share is looked at and changed under one lock")
def a_shared_total_without_a_lock():
    from multiprocessing import Process, Value

    def throw(tasks, total):
        for task in tasks:
            hits = hits_in(task)
            total.value += hits

    def estimate_pi(throws, workers, seed):
        sizes = [min(10_000, throws - start) for start in range(0, throws, 10_000)]
        tasks = list(zip(np.random.SeedSequence(seed).spawn(len(sizes)), sizes))
        total = Value("q", 0)
        processes = [Process(target=throw, args=(tasks[worker::workers], total)) for worker in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return 4 * total.value / throws


@wrong("stream belongs to a chunk, whoever throws it, and not to a worker")
def a_seed_for_each_worker():
    def estimate_pi(throws, workers, seed):
        seeds = np.random.SeedSequence(seed).spawn(workers)
        bounds = [throws * n // workers for n in range(workers + 1)]
        sizes = [b - a for a, b in zip(bounds, bounds[1:])]
        with Pool(workers) as pool:
            return 4 * sum(pool.map(hits_in, list(zip(seeds, sizes)), chunksize=1)) / throws


@wrong(
    "Do several chunks throw the very same darts, from the same seed?",
    replaced={"np.random.SeedSequence(seed).spawn(len(sizes))": "[seed * number for number in range(len(sizes))]"},
)
def the_seed_times_the_number(): ...


@wrong("a stream belongs to a chunk, whoever throws it, and not to a worker")
def one_seeded_generator_for_all():
    def hits_in(darts):
        x, y = np.random.random((2, darts))
        return int((x**2 + y**2 < 1).sum())

    def estimate_pi(throws, workers, seed):
        np.random.seed(seed)
        sizes = [min(10_000, throws - start) for start in range(0, throws, 10_000)]
        with Pool(workers) as pool:
            return 4 * sum(pool.map(hits_in, sizes, chunksize=1)) / throws


@wrong(
    "of all the work itself: a task says which darts are to be thrown",
    replaced={"pool.map(hits_in, zip(seeds, sizes))": "map(hits_in, zip(seeds, sizes))"},
)
def the_parent_throws(): ...


@wrong("of all the work itself: a task says which darts are to be thrown")
def the_workers_only_look():
    def hits_in(places):
        return int((places[0] ** 2 + places[1] ** 2 < 1).sum())

    def estimate_pi(throws, workers, seed):
        sizes = [min(10_000, throws - start) for start in range(0, throws, 10_000)]
        streams = map(np.random.default_rng, np.random.SeedSequence(seed).spawn(len(sizes)))
        with Pool(workers) as pool:
            places = [stream.random((2, size)) for stream, size in zip(streams, sizes)]
            return 4 * sum(pool.map(hits_in, places, chunksize=1)) / throws


@wrong("nobody can repeat your experiment")
def the_generator_of_everybody():
    def hits_in(darts):
        x, y = np.random.random((2, darts))
        return int((x**2 + y**2 < 1).sum())

    def estimate_pi(throws, workers, seed):
        np.random.seed()
        sizes = [min(10_000, throws - start) for start in range(0, throws, 10_000)]
        with Pool(workers) as pool:
            return 4 * sum(pool.map(hits_in, sizes, chunksize=1)) / throws


@wrong("Do several chunks throw the very same darts")
def every_chunk_with_the_same_seed():
    def estimate_pi(throws, workers, seed):
        sizes = [min(10_000, throws - start) for start in range(0, throws, 10_000)]
        with Pool(workers) as pool:
            return 4 * sum(pool.map(hits_in, [(seed, size) for size in sizes], chunksize=1)) / throws


@wrong("then the next seed has nearly the same chunks")
def seeds_one_after_another():
    def estimate_pi(throws, workers, seed):
        sizes = [min(10_000, throws - start) for start in range(0, throws, 10_000)]
        with Pool(workers) as pool:
            tasks = [(seed + n, size) for n, size in enumerate(sizes)]
            return 4 * sum(pool.map(hits_in, tasks, chunksize=1)) / throws


@wrong(
    "A sum or a product of seed and number is the same for other seeds and numbers",
    replaced={"np.random.SeedSequence(seed).spawn(len(sizes))": "[seed + 10 * number for number in range(len(sizes))]"},
)
def every_tenth_seed_has_the_same_chunks(): ...


@wrong(
    "A sum or a product of seed and number is the same for other seeds and numbers",
    replaced={"np.random.SeedSequence(seed).spawn(len(sizes))": "[10 * seed + number for number in range(len(sizes))]"},
)
def room_for_ten_chunks(): ...


@wrong(
    "do later chunks throw the darts of earlier ones once more?",
    replaced={
        "np.random.SeedSequence(seed).spawn(len(sizes))": "np.random.SeedSequence(seed).spawn(64) * (len(sizes) // 64 + 1)"
    },
)
def sixty_four_streams_in_turn(): ...


@wrong(
    "are all of them thrown, and counted?",
    replaced={"np.random.SeedSequence(seed).spawn(len(sizes))": "np.random.SeedSequence(seed).spawn(100)"},
)
def no_more_than_a_hundred_streams(): ...


@wrong(
    "What `hash` makes of a text is another number there, and what a fork has copied is not there",
    replaced={
        "np.random.SeedSequence(seed).spawn(len(sizes))": "[abs(hash(f'{seed}, {number}')) for number in range(len(sizes))]"
    },
)
def the_hash_of_a_text(): ...


@wrong(
    "seed 0 gave", "nobody can repeat your experiment", replaced={"SeedSequence(seed)": "SeedSequence(seed or None)"}
)
def seed_0_is_none(): ...


@wrong("a chunk of 10,000 and one of 5,000 have to be thrown, and all to be counted")
def the_last_chunk_is_lost():
    def estimate_pi(throws, workers, seed):
        chunks = throws // 10_000
        seeds = np.random.SeedSequence(seed).spawn(chunks)
        with Pool(workers) as pool:
            return 4 * sum(pool.map(hits_in, [(one, 10_000) for one in seeds], chunksize=1)) / throws


@wrong("is the seed used at all?")
def the_seed_is_forgotten():
    def estimate_pi(throws, workers, seed):
        sizes = [min(10_000, throws - start) for start in range(0, throws, 10_000)]
        with Pool(workers) as pool:
            return 4 * sum(pool.map(hits_in, list(enumerate(sizes)), chunksize=1)) / throws


@wrong("100,000 darts give about 3.14")
def the_share_without_the_four():
    def estimate_pi(throws, workers, seed):
        sizes = [min(10_000, throws - start) for start in range(0, throws, 10_000)]
        seeds = np.random.SeedSequence(seed).spawn(len(sizes))
        with Pool(workers) as pool:
            return sum(pool.map(hits_in, list(zip(seeds, sizes)), chunksize=1)) / throws


@wrong("no other process was started: nobody shares the work")
def nobody_shares():
    def estimate_pi(throws, workers, seed):
        sizes = [min(10_000, throws - start) for start in range(0, throws, 10_000)]
        seeds = np.random.SeedSequence(seed).spawn(len(sizes))
        return 4 * sum(map(hits_in, zip(seeds, sizes))) / throws


@also_right
def pythons_own_random_numbers():
    def hits_in(task):
        name, darts = task
        chance = random.Random(name).random
        return sum(chance() ** 2 + chance() ** 2 < 1 for _ in range(darts))

    def estimate_pi(throws, workers, seed):
        tasks = [(f"{seed}, {start}", min(10_000, throws - start)) for start in range(0, throws, 10_000)]
        with Pool(workers) as pool:
            hits = sum(pool.imap_unordered(hits_in, tasks))
            pool.close()
            pool.join()
        return 4 * hits / throws


@also_right
def processes_that_deal_themselves_chunks_under_spawn():
    import sys

    def throw(tasks: list, results) -> None:
        print(len(tasks), "chunks", file=sys.stderr)
        results.put(sum(map(hits_in, tasks)))

    def estimate_pi(throws: int, workers: int, seed: int) -> float:
        context = get_context("spawn")
        sizes = [min(10_000, throws - start) for start in range(0, throws, 10_000)]
        tasks = list(zip(np.random.SeedSequence(seed).spawn(len(sizes)), sizes))
        results = context.Queue()
        processes = [context.Process(target=throw, args=(tasks[n::workers], results)) for n in range(workers)]
        for process in processes:
            process.start()
        hits = sum(results.get() for _ in processes)
        for process in processes:
            process.join()
        return 4 * hits / throws


@also_right
def one_stream_jumped_ahead():
    def hits_in(task):
        seed, number, darts = task
        generator = np.random.Generator(np.random.PCG64(seed).jumped(number))
        points = generator.random((darts, 2))
        return int(np.count_nonzero(np.hypot(points[:, 0], points[:, 1]) < 1))

    def estimate_pi(throws, workers, seed):
        chunks = -(-throws // 10_000)
        tasks = [(seed, number, min(10_000, throws - 10_000 * number)) for number in range(chunks)]
        with Pool(workers) as pool:
            return 4 * sum(pool.map(hits_in, tasks)) / throws
