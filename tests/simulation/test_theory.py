"""The engine agrees with theory where theory is exact."""

import random
from itertools import pairwise

import pytest

from lockstep.simulation.actors import Deadlock, Stretch
from lockstep.simulation.costs import IDEAL, Costs

from .scripts import acquire, ended, fork_join, get, join, lock, put, queue, release, run, start, work


@pytest.mark.parametrize(
    ("tasks", "cores", "expected"), [(8, 1, 8), (8, 2, 4), (8, 4, 2), (8, 8, 1), (8, 64, 1), (6, 4, 1.5)]
)
def test_independent_equal_tasks_take_their_share_of_the_cores(tasks, cores, expected):
    assert run(fork_join([1.0] * tasks), cores).makespan == pytest.approx(expected)


@pytest.mark.parametrize("cores", [1, 2, 16])
def test_a_chain_takes_the_sum_of_its_links_on_any_number_of_cores(cores):
    names = [f"q{place}" for place in range(5)]
    main = [Stretch(0, start(f"0.{n}"), tuple(map(queue, names)) if n == 1 else ()) for n in range(1, 5)]
    program = {"0": [*main, Stretch(1.0, put("q0")), *(Stretch(0, join(f"0.{n}")) for n in range(1, 5)), ended()]}
    for n in range(1, 5):
        program[f"0.{n}"] = [Stretch(0, get(f"q{n - 1}")), Stretch(1.0, put(f"q{n}")), ended()]
    engine = run(program, cores)
    assert engine.makespan == pytest.approx(5)
    assert engine.actors["0"].span == pytest.approx(5)


def tree(depth, leaf, name="0"):
    """A process that starts two like it, down to the leaves, which compute."""
    if depth == 0:
        return {name: [ended(leaf)]}
    program = {}
    children = [f"{name}.1", f"{name}.2"]
    for child in children:
        program |= tree(depth - 1, leaf, child)
    starts = [Stretch(0, start(child)) for child in children]
    return program | {name: [*starts, *(Stretch(0, join(child)) for child in children), ended(0.5)]}


@pytest.mark.parametrize(("cores", "expected"), [(1, 23.5), (2, 12), (16, 3), (1000, 3)])
def test_a_fork_join_tree_takes_its_levels(cores, expected):
    # Leaves of 1 s, joins of 0.5 s: on 2 cores 16 leaves take 8 s, and the levels of 8, 4, 2, 1 joins 2, 1, 0.5, 0.5 s.
    assert run(tree(4, 1.0), cores).makespan == pytest.approx(expected)


def random_program(seed):
    """Forks and joins of random tasks, two levels deep, with a lock that some of them need."""
    numbers = random.Random(seed)
    program = {}
    names = [f"0.{n}" for n in range(1, numbers.randint(2, 12))]
    program["0"] = [Stretch(numbers.random(), start(name), (lock("l"),) if name == "0.1" else ()) for name in names]
    program["0"] += [*(Stretch(numbers.random() / 5, join(name)) for name in names), ended(numbers.random())]
    for name in names:
        inner = [f"{name}.{n}" for n in range(1, numbers.randint(1, 4))]
        program[name] = [Stretch(numbers.random(), start(child)) for child in inner]
        program[name] += [Stretch(numbers.random(), acquire("l")), Stretch(numbers.random() / 3, release("l"))]
        program[name] += [*(Stretch(numbers.random(), join(child)) for child in inner), ended(numbers.random())]
        for child in inner:
            program[child] = [ended(3 * numbers.random())]
    return program


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("cores", [1, 2, 3, 7])
def test_makespans_keep_the_bounds_of_graham_and_brent(seed, cores):
    program = random_program(seed)
    engine = run(program, cores)
    total, span = work(engine), max(actor.span for actor in engine.actors.values())
    assert engine.makespan >= max(total / cores, span) - 1e-9
    assert engine.makespan <= (total - span) / cores + span + 1e-9, "Brent's bound for greedy schedules"
    assert total == pytest.approx(sum(stretch.cpu for done in program.values() for stretch in done))


def test_brents_bound_notices_cores_that_stand_idle():
    for seed in range(60):
        engine = run(random_program(seed), 1)
        total, span = work(engine), max(actor.span for actor in engine.actors.values())
        assert engine.makespan > (total - span) / 2 + span + 1e-9, "on one core it is beyond the bound for two"


@pytest.mark.parametrize("seed", range(20))
def test_independent_tasks_stay_within_grahams_ratio_of_the_optimum(seed):
    numbers = random.Random(seed)
    tasks = [numbers.expovariate(1) for _ in range(numbers.randint(1, 40))]
    cores = numbers.randint(1, 8)
    lower = max(max(tasks), sum(tasks) / cores)
    assert lower - 1e-9 <= run(fork_join(tasks), cores).makespan <= (2 - 1 / cores) * lower + 1e-9


def test_one_core_takes_all_the_work_and_endless_cores_the_span():
    for seed in range(20):
        program = random_program(seed)
        one, many = run(program, 1), run(program, float("inf"))
        assert one.makespan == pytest.approx(work(one))
        assert many.makespan == pytest.approx(max(actor.span for actor in many.actors.values()))


@pytest.mark.parametrize("cores", [1, 2, 4, 8, 16, 64])
def test_a_known_serial_part_gives_amdahls_law(cores):
    serial = 0.25
    program = fork_join([(1 - serial) / cores] * cores, before=serial / 2, after=serial / 2)
    assert 1 / run(program, cores).makespan == pytest.approx(1 / (serial + (1 - serial) / cores))


@pytest.mark.parametrize("cores", [1, 2, 8])
def test_a_convoy_behind_one_lock_goes_one_by_one(cores):
    processes = 8
    program = fork_join([0.0] * processes)
    program["0"][0] = program["0"][0]._replace(created=(lock("l"),))
    for name in list(program)[1:]:
        program[name] = [Stretch(0, acquire("l")), Stretch(1.0, release("l")), ended(0.0)]
    engine = run(program, cores)
    assert engine.makespan == pytest.approx(processes)
    waited = sum(span.end - span.start for actor in engine.actors.values() for span in actor.history
                 if span.kind == "waiting" and span.operation == "lock.acquire")  # fmt: skip
    assert waited == pytest.approx(sum(range(processes)))


def test_a_bounded_queue_holds_a_fast_producer_to_its_consumers_pace():
    items = 20
    main = [
        Stretch(0, start("0.1"), (queue("q"),)),
        *[Stretch(0.1, put("q", limit=1))] * items,
        Stretch(0, join("0.1")),
        ended(),
    ]
    engine = run({"0": main, "0.1": [Stretch(0, get("q")), *[Stretch(1.0, get("q"))] * (items - 1), ended(1.0)]}, 2)
    assert engine.makespan == pytest.approx(0.1 + items)
    assert engine.messages == items


def test_costs_and_latencies_add_up_along_one_message():
    costs = Costs("test", message=1.0, byte=0.01, feed=5.0, wake=7.0)
    main = [Stretch(0, start("0.1"), (queue("q"),)), Stretch(0, put("q", size=100)), Stretch(0, join("0.1")), ended()]
    engine = run({"0": main, "0.1": [Stretch(0, get("q")), ended(3.0)]}, 2, costs)
    assert engine.makespan == pytest.approx(2.0 + 5.0 + 7.0 + 2.0 + 3.0)


def test_intervals_follow_each_other_whatever_is_rounded():
    main = [Stretch(0.1, start("0.1"), (queue("there"), queue("back")))]
    for _ in range(20):
        main += [Stretch(0.1, put("there")), Stretch(0.0, get("back"))]
    child = [Stretch(0.0, ask) for ask in (get("there"), put("back"))] * 20
    program = {"0": [*main, Stretch(0.0, join("0.1")), ended()], "0.1": [*child, ended()]}
    for divisor in range(1, 100):
        for actor in run(program, 2, Costs("odd", message=0.1 / divisor)).actors.values():
            assert all(span.start <= span.end for span in actor.history)
            assert all(before.end <= after.start for before, after in pairwise(actor.history))


def test_two_locks_in_opposite_order_deadlock_and_the_graph_is_a_cycle():
    def both(first, second):
        return [
            Stretch(0, acquire(first)),
            Stretch(1, acquire(second)),
            Stretch(0, release(second)),
            Stretch(0, release(first)),
            ended(),
        ]

    main = [
        Stretch(0, start("0.1"), (lock("a"), lock("b"))),
        Stretch(0, start("0.2")),
        Stretch(0, join("0.1")),
        Stretch(0, join("0.2")),
        ended(),
    ]
    program = {"0": main, "0.1": both("a", "b"), "0.2": both("b", "a")}
    with pytest.raises(Deadlock) as caught:
        run(program, 2)
    waits = {waiting.process: waiting.for_whom for waiting in caught.value.waiting}
    assert waits == {"0": ("0.1",), "0.1": ("0.2",), "0.2": ("0.1",)}
    program["0.2"] = both("a", "b")
    assert run(program, 2).makespan == pytest.approx(2)


def test_the_ideal_machine_costs_nothing():
    assert run(fork_join([0.0] * 5), 1, IDEAL).makespan == 0
