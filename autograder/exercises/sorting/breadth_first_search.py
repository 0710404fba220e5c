"""Breadth-first search, level by level

`neighbours(vertex)` gives the list of the vertices next to a vertex of a graph; asking is the work. Whatever can be the key of a dictionary can be a vertex. Write `breadth_first_search(neighbours, start, workers)`. It returns a
dictionary: every vertex that can be reached from `start` to its distance, the number of steps on a shortest way. The distance of `start` is 0.

Go **level by level**. All vertices at distance d are one level. `workers` processes share the level and ask for the neighbours; the neighbours that nobody has seen before are the next level.
Start the processes once: `workers`, no more (and fewer only if no level has as many vertices).

Every vertex is asked for its neighbours exactly **once**, however many ways lead to it.
"""

from multiprocessing import Pool, Process, Queue, get_context

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given, simulate, work

points = 4

hints = [
    "One process, the parent, keeps the distances. The workers only ask for neighbours: `pool.map(neighbours, level)`.",
    "A vertex is seen when it is *found*, not when it is asked. Two vertices of one level may both find it: give it its distance at once, and it is not new any more.",
    "`pool.imap_unordered(neighbours, level, chunksize)`: a chunk of about `len(level) / (4 * workers)` vertices is a message, and everybody has some.",
]
equivalent_mutants = {
    "- pool.join()": "leaving `with` ends the workers, and waits for them",
    "+ size = max(1, len(level) // (3 * workers))": "another size that shares out well",
    "+ size = max(1, len(level) // (5 * workers))": "another size that shares out well",
    "+ size = max(2, len(level) // (4 * workers))": "another size that shares out well",
    "+ size = max(1, (4 * workers))": "another size that shares out well",
    "+ size = max(1, len(level) // 4)": "another size that shares out well",
    "+ size = max(1, len(level) // workers)": "another size that shares out well",
    "+ for found in pool.imap(neighbours, level, ):": "one at a time, which shares out well",
    "+ for found in pool.imap_unordered(neighbours, level, size):": "the vertices of a level have one distance, in whatever order they are found",
    "+ following.append(vertex)": "the two lines do not need each other",
}


def breadth_first_search(neighbours, start, workers):
    """The distance from `start` of every vertex that can be reached, found level by level by `workers` processes."""
    ### BEGIN SOLUTION
    distances = {start: 0}
    level = [start]
    with Pool(workers) as pool:
        while level:
            following = []
            size = max(1, len(level) // (4 * workers))
            for found in pool.imap(neighbours, level, size):
                for vertex in found:
                    if vertex not in distances:
                        distances[vertex] = distances[level[0]] + 1
                        following.append(vertex)
            level = following
        pool.close()
        pool.join()
    return distances
    ### END SOLUTION


@given
def on_a_square(vertex):
    # A square of 4 x 4 fields: one may go right or down.
    row, column = divmod(vertex, 4)
    return ([vertex + 1] if column < 3 else []) + ([vertex + 4] if row < 3 else [])


@given
def round_a_ring(vertex):
    return [(vertex + 1) % 7, (vertex - 1) % 7]


@given
def long_way_first(vertex):
    # 0 leads to 1, and 1 to 2, 2 to 3; and there is a short cut from 0 to 3, which leads to 4.
    return {0: [1, 3], 1: [2], 2: [3], 3: [4], 4: []}[vertex]


@given
def slowly_on_a_square(vertex):
    # Asking takes 1 s of computing.
    work(1)
    return on_a_square(vertex)


@given
def slowly_round_a_ring(vertex):
    # As round_a_ring, where one comes back to the start; asking takes 1 s of computing.
    work(1)
    return round_a_ring(vertex)


@given
def in_a_tree(vertex):
    # 364 vertices in levels of 1, 3, 9, 27, 81, 243; asking takes 1 s of computing.
    work(1)
    return [3 * vertex + child for child in (1, 2, 3)] if vertex < 121 else []


@given
def down_to_zero(vertex):
    return [vertex - 1] if vertex else []


@given
def of_all_kinds(vertex):
    return {"a": [None, (1, 2)], None: [False, 2.5], (1, 2): [2.5], False: ["a"], 2.5: [""], "": []}[vertex]


@given
def with_a_slow_one(vertex):
    # 1 takes 10 s to ask, others 1 s. From 0 there are two steps to 5 by way of 1, and four by way of 2, 3 and 4.
    work(10 if vertex == 1 else 1)
    return {0: [1, 2], 1: [5], 2: [3], 3: [4], 4: [5], 5: [6], 6: []}[vertex]


@given
def names(vertex):
    return {"Ann": ["Bob", "Cy"], "Bob": ["Ann", "Dan"], "Cy": ["Dan", "Cy"], "Dan": ["Ann"], "Eve": ["Ann"]}[vertex]


@check("the distance of every vertex that can be reached", limit=20)
def _(student):
    found = student.breadth_first_search(given.long_way_first, 0, 2)
    assert found.get(3) != 3, (
        "vertex 3 is one step from 0, and has the distance 3: level by level the first distance that is found is the shortest. "
        "Was another one written over it, or was the long way gone to its end before the short cut, which is depth first?"
    )
    assert found == {0: 0, 1: 1, 3: 1, 2: 2, 4: 2}
    found = student.breadth_first_search(given.round_a_ring, 0, 3)
    far = [vertex for vertex, distance in found.items() if distance in (4, 5, 6)]
    assert not far, (
        f"round a ring of seven vertices none is more than 3 steps away, and vertex {far[0]} has the distance {found[far[0]]}: by another way somebody was faster, "
        "but not shorter. Level by level nobody goes on before all of a level have answered"
    )
    assert found == {0: 0, 1: 1, 6: 1, 2: 2, 5: 2, 3: 3, 4: 3}
    assert student.breadth_first_search(given.on_a_square, 15, 2) == {15: 0}


@check("who cannot be reached is not in the answer, and a way back to the start changes nothing", limit=20)
def _(student):
    found = student.breadth_first_search(given.names, "Ann", 2)
    assert found.get("Ann") == 0, (
        f"the start has the distance {found.get('Ann')}: it was found again, and is 0 all the same"
    )
    assert found == {"Ann": 0, "Bob": 1, "Cy": 1, "Dan": 2}


@check("a vertex may be anything, and far away", limit=20)
def _(student):
    found = student.breadth_first_search(given.of_all_kinds, "a", 2)
    right = {"a": 0, None: 1, (1, 2): 1, False: 2, 2.5: 2, "": 3}
    assert all(vertex in found for vertex in right), (
        f"{[vertex for vertex in right if vertex not in found]} can be reached and has no distance: None, False and an empty text are vertices as well"
    )
    assert found == right
    found = student.breadth_first_search(given.down_to_zero, 40, 2)
    assert 0 in found or len(found) < 40, (
        "vertex 0 can be reached and has no distance: it counts as false, and is a vertex"
    )
    assert len(found) >= 41, (
        f"41 vertices stand in a row, and {len(found)} have a distance: go on as long as there is a next level"
    )
    assert found == {vertex: 40 - vertex for vertex in range(41)}


@check("a vertex that takes long to ask: all of a level have answered before the next one is asked", limit=20)
def _(student):
    found = simulate(student.breadth_first_search, given.with_a_slow_one, 0, 2, cores=4, costs="ideal", limit=15)
    assert found.result.get(5) != 4, (
        "vertex 5 is two steps from 0, by way of 1, which takes long to answer, and has the distance 4: by another way somebody was faster, but not shorter. "
        "Level by level nobody goes on before all of a level have answered"
    )
    assert found.result == {0: 0, 1: 1, 2: 1, 3: 2, 5: 2, 4: 3, 6: 3}


@check("every vertex is asked for its neighbours once", limit=20)
def _(student):
    found = simulate(student.breadth_first_search, given.slowly_on_a_square, 0, 3, cores=5, costs="ideal", limit=15)
    assert found.result == {vertex: sum(divmod(vertex, 4)) for vertex in range(16)}
    assert found.processes < 8, (
        f"{found.processes - 1} processes were started for 3 workers: start them once, before the first level, and not again for every level"
    )
    assert found.processes <= 4, f"for 3 workers {found.processes - 1} processes were started"
    asked = round(found.work)
    assert asked <= 16, (
        f"the graph has 16 vertices, and {asked} times somebody was asked for its neighbours: a vertex that two of a level have found is asked twice. "
        "Note it as seen when it is found, and not only when it is asked"
    )
    found = simulate(student.breadth_first_search, given.slowly_round_a_ring, 0, 3, cores=5, costs="ideal", limit=15)
    asked = round(found.work)
    assert asked <= 7, (
        f"a ring has 7 vertices, and {asked} times somebody was asked for its neighbours: the neighbours of the start lead back to it. "
        "It has been seen from the beginning"
    )


@check("the level is shared: 4 workers on 6 virtual cores", limit=20)
def _(student):
    found = simulate(student.breadth_first_search, given.in_a_tree, 0, 4, cores=6, costs="ideal", limit=15)
    assert found.processes > 1, "no other process was started: nobody shares the work"
    assert found.processes < 10, (
        f"{found.processes - 1} processes were started for 4 workers: start them once, before the first level, and not again for every level"
    )
    assert found.processes == 5, f"for 4 workers {found.processes - 1} processes were started"
    assert len(found.result) == 364, (
        f"364 vertices can be reached, and {len(found.result)} have a distance: are some lost that are left over when a level is cut into parts?"
    )
    parent, *_ = found.busy.values()
    assert parent <= 1, (  # the start alone is not worth a message
        f"the parent asks {parent:.0f} vertices itself: let the workers ask, in small levels as well"
    )
    assert found.makespan <= 130, (
        f"it takes {found.makespan:.0f} s, where one worker alone takes 364, and the levels of 1, 3, 9, 27, 81 and 243 vertices, each shared by 4, "
        "take 94: let all of them ask at the same time, in chunks that are not too large"
    )


@hidden
@check("other graphs, compared with the reference", limit=20)
def _(student, reference):
    for graph, start, workers in (given.on_a_square, 0, 3), (given.names, "Eve", 2), (given.round_a_ring, 3, 1):
        assert student.breadth_first_search(graph, start, workers) == reference.breadth_first_search(
            graph, start, workers
        )


@wrong("was the long way gone to its end before the short cut, which is depth first?")
def depth_first():
    def breadth_first_search(neighbours, start, workers):
        distances = {}
        with Pool(workers) as pool:

            def visit(vertex, distance):
                distances[vertex] = distance
                for other in pool.apply(neighbours, (vertex,)):
                    if other not in distances:
                        visit(other, distance + 1)

            visit(start, 0)
        return distances


@wrong(
    "the neighbours of the start lead back to it",
    replaced={
        "distances = {start: 0}": "distances, depth = {}, 0",
        "following = []": "following, depth = [], depth + 1",
        "distances[level[0]] + 1": "depth",
        "    return distances": "    return distances | {start: 0}",
    },
)
def the_start_is_seen_last(): ...


@wrong("Note it as seen when it is found, and not only when it is asked")
def seen_only_when_asked():
    def breadth_first_search(neighbours, start, workers):
        distances, level, distance = {}, [start], 0
        with Pool(workers) as pool:
            while level:
                found = pool.map(neighbours, level, chunksize=1)
                for vertex in level:
                    distances.setdefault(vertex, distance)
                level = [vertex for some in found for vertex in some if vertex not in distances]
                distance += 1
        return distances


@wrong("by another way somebody was faster, but not shorter")
def whoever_is_found_is_asked_at_once():
    def ask(neighbours, tasks, results):
        while (task := tasks.get()) is not None:
            results.put((task[0], neighbours(task[0])))

    def breadth_first_search(neighbours, start, workers):
        tasks, results = Queue(), Queue()
        processes = [Process(target=ask, args=(neighbours, tasks, results)) for _ in range(workers)]
        for process in processes:
            process.start()
        distances, waiting = {start: 0}, 1
        tasks.put((start,))
        while waiting:
            vertex, found = results.get()
            waiting -= 1
            for other in found:
                if other not in distances:
                    distances[other] = distances[vertex] + 1
                    tasks.put((other,))
                    waiting += 1
        for _ in processes:
            tasks.put(None)
        for process in processes:
            process.join()
        return distances


@wrong(
    "None, False and an empty text are vertices as well", replaced={"if vertex not in": "if vertex and vertex not in"}
)
def what_counts_as_false_is_no_vertex(): ...


@wrong(
    "go on as long as there is a next level",
    replaced={
        "        while level:\n": "        for _ in range(20):\n            if not level:\n                break\n"
    },
)
def twenty_levels(): ...


@wrong("for 3 workers 4 processes were started", replaced={"Pool(workers)": "Pool(4)"})
def always_four_processes(): ...


@wrong("processes were started for 3 workers: start them once, before the first level")
def a_pool_for_every_level():
    def breadth_first_search(neighbours, start, workers):
        distances, level, distance = {start: 0}, [start], 0
        while level:
            with Pool(workers) as pool:
                found = pool.map(neighbours, level, chunksize=1)
            distance += 1
            level = list({vertex for some in found for vertex in some} - distances.keys())
            distances.update(dict.fromkeys(level, distance))
        return distances


@wrong("no other process was started: nobody shares the work")
def nobody_shares():
    def breadth_first_search(neighbours, start, workers):
        distances, level = {start: 0}, [start]
        for vertex in level:
            for other in neighbours(vertex):
                if other not in distances:
                    distances[other] = distances[vertex] + 1
                    level.append(other)
        return distances


@wrong("are some lost that are left over when a level is cut into parts?")
def parts_of_one_size():
    def ask(task):
        neighbours, part = task
        return [other for vertex in part for other in neighbours(vertex)]

    def breadth_first_search(neighbours, start, workers):
        distances, level, distance = {start: 0}, [start], 0
        with Pool(workers) as pool:
            while level:
                size = max(1, len(level) // workers)
                tasks = [(neighbours, level[n * size : (n + 1) * size]) for n in range(min(workers, len(level)))]
                distance += 1
                level = list({vertex for some in pool.map(ask, tasks, 1) for vertex in some} - distances.keys())
                distances.update(dict.fromkeys(level, distance))
        return distances


@wrong("let the workers ask, in small levels as well")
def small_levels_are_not_worth_a_message():
    def breadth_first_search(neighbours, start, workers):
        distances, level, distance = {start: 0}, [start], 0
        with Pool(workers) as pool:
            while level:
                found = pool.map(neighbours, level, 1) if len(level) >= 10 else map(neighbours, level)
                distance += 1
                level = list({vertex for some in found for vertex in some} - distances.keys())
                distances.update(dict.fromkeys(level, distance))
        return distances


@wrong("let all of them ask at the same time, in chunks that are not too large")
def one_vertex_after_another():
    def breadth_first_search(neighbours, start, workers):
        distances, level = {start: 0}, [start]
        with Pool(workers) as pool:
            for vertex in level:
                for other in pool.apply(neighbours, (vertex,)):
                    if other not in distances:
                        distances[other] = distances[vertex] + 1
                        level.append(other)
        return distances


@wrong("let all of them ask at the same time, in chunks that are not too large")
def the_whole_level_in_one_chunk():
    def breadth_first_search(neighbours, start, workers):
        distances, level, distance = {start: 0}, [start], 0
        with Pool(workers) as pool:
            while level:
                found = pool.map(neighbours, level, chunksize=len(level))
                distance += 1
                level = list({vertex for some in found for vertex in some} - distances.keys())
                distances.update(dict.fromkeys(level, distance))
        return distances


@wrong("Was another one written over it", "the start has the distance 3: it was found again")
def the_latest_distance_counts():
    def breadth_first_search(neighbours, start, workers):
        distances, asked, level, distance = {start: 0}, set(), [start], 0
        with Pool(workers) as pool:
            while level:
                asked.update(level)
                found = {vertex for some in pool.map(neighbours, level, chunksize=1) for vertex in some}
                distance += 1
                distances.update(dict.fromkeys(found, distance))
                level = [vertex for vertex in found if vertex not in asked]
        return distances


@wrong("the graph has 16 vertices", "a vertex that two of a level have found is asked twice")
def every_worker_has_a_list_of_its_own():
    def search_from(neighbours, starts, results):
        distances, level = dict.fromkeys(starts, 1), list(starts)
        for vertex in level:
            for other in neighbours(vertex):
                if other not in distances:
                    distances[other] = distances[vertex] + 1
                    level.append(other)
        results.put(distances)

    def breadth_first_search(neighbours, start, workers):
        first, results = neighbours(start), Queue()
        processes = [Process(target=search_from, args=(neighbours, first[n::workers], results)) for n in range(workers)]
        for process in processes:
            process.start()
        distances = {}
        for _ in processes:
            for vertex, distance in results.get().items():
                distances[vertex] = min(distance, distances.get(vertex, distance))
        for process in processes:
            process.join()
        return {**distances, start: 0}


@also_right
def with_sets_and_map():
    def breadth_first_search(neighbours, start, workers):
        distances: dict = {start: 0}
        level, distance = {start}, 0
        with Pool(workers) as pool:
            while level:
                lists = pool.map(neighbours, sorted(level, key=str), chunksize=max(1, len(level) // (3 * workers)))
                distance += 1
                level = set().union(*map(set, lists)) - set(distances)
                distances |= dict.fromkeys(level, distance)
            pool.close()
            pool.join()
        return distances


@also_right
def queues_and_processes():
    def ask(neighbours, tasks, results):
        while (vertices := tasks.get()) is not None:
            results.put([vertex for one in vertices for vertex in neighbours(one)])

    def breadth_first_search(neighbours, start, workers):
        tasks, results = Queue(), Queue()
        processes = [Process(target=ask, args=(neighbours, tasks, results)) for _ in range(workers)]
        for process in processes:
            process.start()
        distances, level = {start: 0}, [start]
        while level:
            distance = distances[level[0]] + 1
            parts = [level[n::workers] for n in range(workers) if level[n::workers]]
            for part in parts:
                tasks.put(part)
            level = []
            for _ in parts:
                for vertex in results.get():
                    if vertex not in distances:
                        distances[vertex] = distance
                        level.append(vertex)
        for _ in processes:
            tasks.put(None)
        for process in processes:
            process.join()
        return distances


@also_right
def spawned():
    import sys

    def breadth_first_search(neighbours, start, workers):
        distances, level = {start: 0}, [start]
        with get_context("spawn").Pool(workers) as pool:
            while level:
                print("level of", len(level), file=sys.stderr)
                new: list = []
                for vertex, found in zip(level, pool.map(neighbours, level, chunksize=1)):
                    new += [(other, distances[vertex] + 1) for other in found if other not in distances]
                    distances.update(new[-len(found) :] if found else [])
                level = list(dict.fromkeys(other for other, _ in new))
            pool.close()
            pool.join()
        return distances
