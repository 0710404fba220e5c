"""Branch and bound

A problem is a tree that is not there yet: `children(node)` gives the list of the nodes below a node, and asking is the work. A node is a tuple that begins with two things:

- `node[0]`, its **bound**, a number: nothing below it costs less;
- `node[1]`, whether it is a **solution**. Then its bound is what it costs, and it has no children.

Costs may be 0 or less, and need not be whole. Nodes can be put in order as tuples are, the one with the least bound first.

Write `branch_and_bound(children, root, workers)`, which returns the least cost of a solution below the node `root` (`None` if there is none), found by `workers` processes, no more (and fewer only if the tree is too small for all).

Do not ask a node for its children if its bound is not below the **best cost known so far**: this *prunes* all that is below it. The checks count the nodes that were asked, and run the program on virtual cores:

- with one worker at most 1.1 times as many as a serial search that goes into the child with the least bound first;
- with 4 workers at most 2 times as many: what one finds must help the others at once, so the best cost is in shared memory;
- and all must be busy: some parts of the tree are much larger than others, and nobody knows beforehand which.
"""

import time
from multiprocessing import Pool, Process, Queue, Value, get_context

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given, simulate, work

points = 5

hints = [
    "Serially: a function that goes through the children in the order of their bounds, returns at once where a bound is not below the best, and otherwise calls itself.",
    'The best cost so far: `best = Value("d", inf)`. Give it to the workers when they start: `Pool(workers, initializer, (children, best))`, where the initializer writes them into global variables.',
    "Many more tasks than workers: the parent asks the root and its children, and hands out the nodes it found, those with the least bound first, one by one (`imap_unordered`).",
    "To note a better cost is to check and then act: `with best.get_lock(): best.value = min(best.value, cost)`.",
]
equivalent_mutants = {
    "- pool.join()": "leaving `with` ends the workers, and waits for them",
    "+ return ...": "what a task returns is not read",
    "+ for _ in range(1):": "seven parts with the best one first share out as well, in a tree as small as that of the checks",
    "+ nodes = sorted(child for node in nodes for child in ([node] if node[0] else children(node)))": "seven parts with the best one first share out as well, in a tree as small as that of the checks",
}


def begin(function, shared):
    """Give a worker what all its tasks need."""
    ### BEGIN SOLUTION
    global children_of, best
    children_of, best = function, shared
    ### END SOLUTION


def search(node):
    """The task of a worker: note the solutions below a node that are better than the best."""
    ### BEGIN SOLUTION
    if node[0] >= best.value:
        return
    if node[1]:
        with best.get_lock():
            best.value = min(best.value, node[0])
        return
    for child in sorted(children_of(node)):
        search(child)
    ### END SOLUTION


def branch_and_bound(children, root, workers):
    """The least cost of a solution below `root`, found by `workers` processes that prune by what all have found; None if there is none."""
    ### BEGIN SOLUTION
    shared = Value("d", float("inf"))
    nodes = [root]
    for _ in range(2):
        nodes = sorted(child for node in nodes for child in ([node] if node[1] else children(node)))
    with Pool(workers, begin, (children, shared)) as pool:
        for _ in pool.imap_unordered(search, nodes):
            pass
        pool.close()
        pool.join()
    return None if shared.value == float("inf") else shared.value
    ### END SOLUTION


@given
def tours(node):
    # Round trips through 8 towns; a node is (bound, whether it is a whole trip, the towns so far). Asking takes 1 s of computing.
    work(1)
    return tours_at_once(node)


@given
def tours_at_once(node):
    bound, _, towns = node
    places = [(49, 97), (53, 5), (33, 65), (62, 51), (38, 61), (45, 74), (27, 64), (17, 36)]
    far = [[int(((x - z) ** 2 + (y - w) ** 2) ** 0.5) + 1 for x, y in places] for z, w in places]
    gone = sum(far[a][b] for a, b in zip(towns, towns[1:]))
    rest = [town for town in range(8) if town not in towns]
    found = []
    for town in rest:
        length = gone + far[towns[-1]][town]
        if len(rest) == 1:
            found.append((length + far[town][0], True, (*towns, town)))
        else:
            left = [other for other in rest if other != town]
            least = sum(min(far[a][b] for b in (*left, 0) if b != a) for a in (town, *left))
            found.append((length + least, False, (*towns, town)))
    return found


@given
def no_way_out(node):
    bound, _, depth = node
    return [(bound + 1, False, depth + 1), (bound + 2, False, depth + 1)] if depth < 3 else []


@given
def two_leaves(node):
    return [(5.0, True, 1), (3.0, True, 2)] if node[2] == 0 else []


@given
def two_dear_leaves(node):
    return [(5e12, True, 1), (3e12, True, 2)] if node[2] == 0 else []


@given
def two_ways(node):
    # The better solution lies behind the bound that is larger, and costs less than 1 less.
    bound, _, way, depth = node
    if depth == 0:
        return [(2.0, False, "a", 1), (2.25, False, "b", 1)]
    return [(bound, False, way, depth + 1)] if depth < 4 else [(2.75 if way == "a" else 2.5, True, way, 5)]


@given
def leaves(node):
    # A solution for each of the costs that stand third in the node.
    return [(cost, True, ()) for cost in node[2]]


@given
def all_alike(node):
    # A tree of 364 nodes with children and 729 solutions, and all cost 5. Asking takes 1 s of computing.
    work(1)
    return [(5, node[2] == 5, node[2] + 1, *node[3:], child) for child in range(3)]


@given
class Slow(float):
    # A cost of which a comparison takes 1 s of computing.
    def __lt__(self, other):
        work(1)
        return float(self) < float(other)

    def __gt__(self, other):
        return Slow(other) < self

    def __le__(self, other):
        return not self > other

    def __ge__(self, other):
        return not self < other

    def __reduce__(self):
        return float, (float(self),)  # a manager knows floats


@given
def eight_ways(node):
    # Each is 5 s long, with a solution at its end: they cost 10, 11, ... 17, in this order or in the other one.
    work(1)
    _, _, order, way, depth = node
    if depth == 0:
        return [(0, False, order, way, 1) for way in range(8)]
    if depth < 4:
        return [(0, False, order, way, depth + 1)]
    return [(Slow(10 + way if order > 0 else 17 - way), True, order, way, 5)] if depth == 4 else []


@given
def least_of_eight_ways(order, workers):
    found = branch_and_bound(eight_ways, (0, False, order, 0, 0), workers)
    return None if found is None else float(found)


@given
def a_good_way(node):
    # Way 0 leads to a solution that costs 10, and then to 121 nodes whose bound is less and that have none; three other ways lead to 364 nodes each that cost more. Asking takes 1 s.
    work(1)
    time.sleep(1e-9)  # others go on: memory without a lock is looked at in the order of time, too
    _, _, way, depth = node[:4]
    if depth == 0:
        return [(0 if other == 0 else 11, False, other, 1) for other in range(4)]
    if way == 0 and depth == 5:
        return [(5, False, "good", 6), (6, False, "idle", 6)]
    if way == "good":
        return [(10, True, "good", 7)]
    if depth == (10 if way == "idle" else 6):
        return []
    return [(node[0], False, way, depth + 1, *node[4:], child) for child in range(1 if way == 0 else 3)]


@given
def knapsack(node):
    # Costs of what is left behind, if at most 20 is carried: (bound, whether all is decided, number of the next thing, weight left).
    things = [(9, 7), (6, 5), (8, 7), (7, 6), (4, 3), (5, 5)]  # value, weight
    bound, _, number, room = node
    value, weight = things[number]
    last = number == len(things) - 1
    found = [(bound + value, last, number + 1, room)]
    if weight <= room:
        found.append((bound, last, number + 1, room - weight))
    return found


@check("the least cost of a solution", limit=20)
def _(student):
    found = student.branch_and_bound(given.knapsack, (0, False, 0, 20), 1)
    assert found is not None, "there are solutions, and None came back"
    assert found == 15, (
        f"the least cost is 15, and {found} came back: the first solution that is found need not be the best one, and a bound that is no solution is none"
    )
    assert student.branch_and_bound(given.two_leaves, (0.0, False, 0), 1) == 3
    found = student.branch_and_bound(given.two_dear_leaves, (0.0, False, 0), 1)
    assert found in (3e12, 3000000053248.0), (  # the other one is what "f" makes of it, and is told of below
        "one solution costs 5,000,000,000,000 and the other 3,000,000,000,000: as long as nothing is found, the best cost is infinite, and no other number is large enough"
    )


@check("costs of any kind: with a point, 0, less than 0, very large", limit=20)
def _(student):
    found = student.branch_and_bound(given.two_ways, (0.0, False, "", 0), 1)
    assert found == 2.5, (
        f"the solutions cost 2.75 and 2.5, the bound of what is above the better one is 2.25, and {found} came back: costs need not be whole, and a better one need not be better by 1"
    )
    for costs, why in (
        ((0.1, 7.1), 'shared memory of the kind "f" holds seven digits of a cost; take "d"'),
        ((2.75, 2.5), "costs need not be whole"),
        ((4.0, 0.0), "what costs 0 is a solution like others"),
        ((-1.5, -3.0), "a cost may be less than 0, so no such number can stand for none"),
        ((2e200, 1e200), "no number is so large that it can stand for none: take infinity"),
    ):
        found = student.branch_and_bound(given.leaves, (min(costs), False, costs), 1)
        assert found == min(costs), f"the solutions cost {costs[0]} and {costs[1]}, and {found} came back: {why}"


@check("a root that is a solution, and a tree that has none", limit=20)
def _(student):
    assert student.branch_and_bound(given.knapsack, (7, True, 6, 0), 2) == 7, (
        "the root itself is a solution, which costs 7"
    )
    assert student.branch_and_bound(given.no_way_out, (0, False, 0), 2) is None, (
        "there is no solution: the answer is None"
    )


@check("whoever finds a better cost at the same moment does not undo it", limit=30)
def _(student):
    try:
        found = explore(student.branch_and_bound, given.two_leaves, (0.0, False, 0), 2, budget=30_000)
    except AssertionError as failure:
        if type(failure).__name__ != "NotExplored":  # as what asks a clock is not
            raise
    else:
        lost = found.schedule(
            lambda cost: cost != 3,
            "Two solutions cost 3 and 5, and in this order of the steps another cost comes back: between a look at the best cost and the note of a better one somebody else has noted his. "
            "Look and note under one lock",
        )
        assert lost is None, lost
        assert found.results, found.failure()
        assert not found.deadlocks, found.failure()
    for order in (1, -1):
        found = simulate(student.least_of_eight_ways, order, 4, cores=6, costs="ideal", limit=25)
        assert found.result == 10, (
            f"eight solutions cost 10 to 17, some of them are found at the same moment, and the least cost is said to be {found.result}: between a look at the best cost and the note of "
            "a better one somebody else has noted his. Look and note under one lock"
        )


@check("one worker prunes", limit=30)
def _(student):
    found = simulate(student.branch_and_bound, given.tours, (0, False, (0,)), 1, cores=2, costs="ideal", limit=25)
    assert found.result == 226
    assert found.processes > 1, "no other process was started: nobody shares the work"
    assert found.processes == 2, f"for 1 worker {found.processes - 1} processes were started"
    assert found.work <= 1.1 * 192, (
        f"{found.work:.0f} nodes were asked for their children, where a serial search asks 192: is a node left out whose bound is not below the best so far, "
        "the best of all tasks and not only of this one, and is the child with the least bound gone into first?"
    )
    found = simulate(student.branch_and_bound, given.all_alike, (5, False, 0), 1, cores=2, costs="ideal", limit=25)
    assert found.result == 5
    assert found.work <= 100, (
        f"in a tree where all bounds are 5 and all solutions cost 5, {found.work:.0f} nodes were asked for their children. When one solution is found, no other can be better: "
        "a node is asked only if its bound is below the best, and not if it is equal"
    )


@check("what one finds helps the others at once: 4 workers on 6 virtual cores", limit=30)
def _(student):
    found = simulate(student.branch_and_bound, given.tours, (0, False, (0,)), 4, cores=6, costs="ideal", limit=25)
    assert found.result == 226
    assert found.processes > 1, "no other process was started: nobody shares the work"
    assert found.processes == 5, f"for 4 workers {found.processes - 1} processes were started"
    assert found.work <= 2 * 192, (
        f"4 workers ask {found.work:.0f} nodes, where a serial search asks 192: does everybody prune by a best cost of his own? It has to be in shared memory, read again for every node"
    )
    assert found.makespan <= 95, (
        f"it takes {found.makespan:.0f} s with 4 workers, where a serial search takes 192: some get the large parts of the tree, and the others have nothing to do. "
        "Hand out many more parts than there are workers, the next one to whoever is free"
    )
    found = simulate(student.branch_and_bound, given.a_good_way, (0, False, -1, 0), 4, cores=6, costs="ideal", limit=25)
    assert found.result == 10
    assert found.work <= 2 * 128, (
        f"4 workers ask {found.work:.0f} nodes, where a serial search asks 128: one of them soon finds a solution and has much to do after it, and the others prune by it too late. "
        "A better cost is written into shared memory when it is found, not at the end of a task, and read again for every node"
    )


@hidden
@check("other roots, compared with the reference", limit=20)
def _(student, reference):
    for children, root, workers in (
        (given.knapsack, (0, False, 0, 13), 3),
        (given.knapsack, (0, False, 0, 2), 1),
        (given.tours_at_once, (0, False, (0, 3)), 2),
    ):
        assert student.branch_and_bound(children, root, workers) == reference.branch_and_bound(children, root, workers)


@wrong("is a node left out whose bound is not below the best so far")
def nothing_is_pruned():
    def search(node):
        if node[1]:
            with best.get_lock():
                best.value = min(best.value, node[0])
            return
        for child in children_of(node):
            search(child)


@wrong("the best of all tasks and not only of this one", "does everybody prune by a best cost of his own?")
def a_best_cost_of_its_own():
    def least_below(children, node, least):
        if node[0] >= least:
            return least
        if node[1]:
            return node[0]
        for child in sorted(children(node)):
            least = least_below(children, child, least)
        return least

    def search(task):
        children, node = task
        return least_below(children, node, float("inf"))

    def branch_and_bound(children, root, workers):
        nodes = [root]
        for _ in range(2):
            nodes = sorted(child for node in nodes for child in ([node] if node[1] else children(node)))
        with Pool(workers) as pool:
            costs = pool.map(search, [(children, node) for node in nodes], chunksize=1)
        least = min(costs, default=float("inf"))
        return None if least == float("inf") else least


@wrong("when it is found, not at the end of a task")
def told_at_the_end_of_a_task():
    def least_below(node, least):
        if node[0] >= least:
            return least
        if node[1]:
            return node[0]
        for child in sorted(children_of(node)):
            least = least_below(child, least)
        return least

    def search(node):
        found = least_below(node, best.value)
        with best.get_lock():
            best.value = min(best.value, found)


@wrong("when it is found, not at the end of a task")
def the_best_of_others_read_at_the_beginning_of_a_task():
    def search(node, known=None):
        known = best.value if known is None else known
        if node[0] >= known:
            return known
        if node[1]:
            with best.get_lock():
                best.value = min(best.value, node[0])
            return node[0]
        for child in sorted(children_of(node)):
            known = search(child, known)
        return known


@wrong("Look and note under one lock", replaced={"best.value = min(best.value, node[0])": "best.value = node[0]"})
def looked_at_before_the_lock_alone(): ...


@wrong("Look and note under one lock")
def noted_without_a_lock_deep_in_the_tree():
    def search(node):
        if node[0] >= best.value:
            return
        if node[1]:
            best.value = min(best.value, node[0])
            return
        for child in sorted(children_of(node)):
            search(child)

    def branch_and_bound(children, root, workers):
        shared = Value("d", float("inf"))
        nodes = [root]
        for _ in range(2):
            shared.value = min([shared.value, *(node[0] for node in nodes if node[1])])
            nodes = sorted(child for node in nodes if not node[1] for child in children(node))
        with Pool(workers, begin, (children, shared)) as pool:
            pool.map(search, nodes, chunksize=1)
        shared.value = min([shared.value, *(node[0] for node in nodes if node[1])])
        return None if shared.value == float("inf") else shared.value


@wrong(
    "as long as nothing is found, the best cost is infinite",
    replaced={
        'shared = Value("d", float("inf"))': 'shared = Value("d", 1_000_000)',
        'return None if shared.value == float("inf") else': "return None if shared.value == 1_000_000 else",
    },
)
def begun_with_a_large_number(): ...


@wrong("some get the large parts of the tree, and the others have nothing to do")
def one_share_for_each_worker():
    def search_all(nodes):
        for node in nodes:
            search(node)

    def branch_and_bound(children, root, workers):
        shared = Value("d", float("inf"))
        nodes = sorted([root] if root[1] else children(root))
        size = -(-len(nodes) // workers) or 1
        with Pool(workers, begin, (children, shared)) as pool:
            pool.map(search_all, [nodes[size * n : size * (n + 1)] for n in range(workers)], chunksize=1)
        return None if shared.value == float("inf") else shared.value


@wrong("Look and note under one lock", "✘ whoever finds a better cost at the same moment does not undo it")
def checked_and_then_written():
    def serve(children, best, tasks):
        while (node := tasks.get()) is not None:
            look(children, best, node)

    def look(children, best, node):
        if node[0] >= best.value:
            return
        if node[1]:
            best.value = node[0]
            return
        for child in sorted(children(node)):
            look(children, best, child)

    def branch_and_bound(children, root, workers):
        best, tasks = Value("d", float("inf")), Queue()
        nodes = [root]
        for _ in range(2):
            nodes = sorted(child for node in nodes for child in ([node] if node[1] else children(node)))
        processes = [Process(target=serve, args=(children, best, tasks)) for _ in range(workers)]
        for process in processes:
            process.start()
        for node in [*nodes, *[None] * workers]:
            tasks.put(node)
        for process in processes:
            process.join()
        return None if best.value == float("inf") else best.value


@wrong("and not if it is equal", replaced={"node[0] >= best.value": "node[0] > best.value"})
def who_is_as_dear_as_the_best_is_asked(): ...


@wrong(
    "what costs 0 is a solution like others",
    replaced={'shared.value == float("inf")': 'shared.value in (0, float("inf"))'},
)
def nothing_for_none(): ...


@wrong(
    "a cost may be less than 0",
    replaced={
        'float("inf"))\n    nodes': "-1)\n    nodes",
        "node[0] >= best.value": "0 <= best.value <= node[0]",
        "best.value = min(best.value, node[0])": "best.value = node[0] if best.value < 0 else min(best.value, node[0])",
        'shared.value == float("inf")': "shared.value < 0",
    },
)
def minus_one_for_none(): ...


@wrong(
    "a better one need not be better by 1",
    replaced={"node[0] >= best.value": "node[0] > best.value - 1"},
)
def better_by_one_at_least(): ...


@wrong("holds seven digits of a cost", replaced={'Value("d", float("inf"))': 'Value("f", float("inf"))'})
def single_precision(): ...


@wrong("for 4 workers 3 processes were started", replaced={"with Pool(workers,": "with Pool(min(workers, 3),"})
def no_more_than_three_processes(): ...


@wrong(
    "costs need not be whole",
    replaced={
        'Value("d", float("inf"))': 'Value("q", 2**63 - 1)',
        "min(best.value, node[0])": "min(best.value, int(node[0]))",
        'shared.value == float("inf")': "shared.value == 2**63 - 1",
    },
)
def whole_costs(): ...


@wrong("the first solution that is found need not be the best one")
def the_first_solution():
    def search(node):
        if best.value < float("inf"):
            return
        if node[1]:
            with best.get_lock():
                best.value = min(best.value, node[0])
            return
        for child in sorted(children_of(node), reverse=True):
            search(child)


@wrong("no other process was started: nobody shares the work")
def nobody_shares():
    def branch_and_bound(children, root, workers):
        begin(children, Value("d", float("inf")))
        search(root)
        return None if best.value == float("inf") else best.value


@wrong(
    "there is no solution: the answer is None",
    replaced={'return None if shared.value == float("inf") else shared.value': "return shared.value"},
)
def infinity_for_none(): ...


@wrong(
    "is a node left out whose bound is not below the best so far",
    replaced={"sorted(children_of(node))": "sorted(children_of(node), reverse=True)"},
)
def the_last_child_first(): ...


@also_right
def a_queue_and_processes():
    def serve(children, best, tasks):
        while (node := tasks.get()) is not None:
            look(children, best, node)

    def look(children, best, node):
        if node[0] >= best.value:
            return
        if node[1]:
            with best.get_lock():
                if node[0] < best.value:
                    best.value = node[0]
            return
        for child in sorted(children(node), key=lambda child: child[0]):
            look(children, best, child)

    def branch_and_bound(children, root, workers):
        best, tasks = Value("d", float("inf")), Queue()
        nodes = [root]
        for _ in range(2):
            nodes = sorted(child for node in nodes for child in ([node] if node[1] else children(node)))
        processes = [Process(target=serve, args=(children, best, tasks)) for _ in range(workers)]
        for process in processes:
            process.start()
        for node in [*nodes, *[None] * workers]:
            tasks.put(node)
        for process in processes:
            process.join()
        return None if best.value == float("inf") else best.value


@also_right
def a_stack_and_a_lock_under_spawn():
    import sys
    from multiprocessing import RawValue

    def prepare(children, lock, least):
        global shared
        shared = children, lock, least

    def below(start: tuple) -> int:
        children, lock, least = shared
        stack, asked = [start], 0
        while stack:
            node = stack.pop()
            if node[0] < least.value:
                if node[1]:
                    with lock:
                        least.value = min(least.value, node[0])
                else:
                    stack += sorted(children(node), reverse=True)
                    asked += 1
        return asked

    def branch_and_bound(children, root, workers: int):
        context = get_context("spawn")
        least = RawValue("d", 1e300)
        starts = [root] if root[1] else sorted(children(root))
        starts = sorted(child for start in starts for child in ([start] if start[1] else children(start)))
        with context.Pool(workers, prepare, (children, context.Lock(), least)) as pool:
            print("asked", sum(pool.imap_unordered(below, starts)), file=sys.stderr)
            pool.close()
            pool.join()
        return least.value if least.value < 1e300 else None


@also_right
def an_executor_and_the_costs_come_back():
    from concurrent.futures import ProcessPoolExecutor

    def least_below(node):
        if node[0] >= best.value:
            return None
        if node[1]:
            with best.get_lock():
                best.value = min(best.value, node[0])
            return node[0]
        return min((cost for cost in map(least_below, sorted(children_of(node))) if cost is not None), default=None)

    def branch_and_bound(children, root, workers):
        if root[1]:
            return root[0]
        nodes = sorted(children(root))
        nodes = sorted(below for node in nodes for below in ([node] if node[1] else children(node)))
        shared = Value("d", float("inf"))
        with ProcessPoolExecutor(workers, initializer=begin, initargs=(children, shared)) as executor:
            costs = list(executor.map(least_below, nodes))
        return min((cost for cost in costs if cost is not None), default=None)
