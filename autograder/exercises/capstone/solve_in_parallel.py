"""Your problem, solved in parallel

Write these functions.

- `chosen_problem()` returns the name of the problem that you have chosen: `"queens"`, `"pairs"` or `"crawl"`.
- `solve_in_parallel(problem, workers)` returns what the slow program of your problem returns for the same `problem`, computed by `workers` processes (queens, pairs), or with at most `workers` calls of `fetch` under way at once, in
  threads, processes or an event loop (crawl). Whatever it starts has ended when it returns.
- `part_of` is for what a worker does for one task, and only you call it.

The checks look at your problem only. They compare results on small cases and on odd ones: `workers` may be 1, or larger than there is work. And they look whether the work is really shared: for queens and pairs on 4 virtual
cores, where no process may do more than 60 % of all the work, and no more than `workers` share it at the same time; for crawl by a web whose pages answer when enough of them are being fetched. No page may be fetched twice.
"""

import asyncio
import os
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, ThreadPoolExecutor, wait
from multiprocessing import Pool, Process, Queue
from multiprocessing.pool import ThreadPool
from pathlib import Path
from tempfile import TemporaryDirectory

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given, simulate

points = 12

hints = [
    "Queens: a task is a beginning of the board, such as the queens of the first two rows. Some tasks are much smaller than others, so have many more tasks than workers, and give them out one by one.",
    "Pairs: row i of the table of pairs has len(points) - 1 - i entries. Who gets the first rows gets more. Or sort by x, and compare only with what is near enough; then think about the borders.",
    "Crawl: what is known grows while you work. Keep a set of all addresses that were ever handed over, touched by one thread only, and hand over new ones whenever something comes back.",
]


def chosen_problem():
    """The name of the problem: "queens", "pairs" or "crawl"."""
    ### BEGIN SOLUTION
    return "queens"
    ### END SOLUTION


def part_of(*task):
    """What a worker does for one task. Change it as you like, and write beside it whatever else you need."""
    ### BEGIN SOLUTION
    n, columns = task
    row = len(columns)
    if row == n:
        return 1
    return sum(
        part_of(n, (*columns, column))
        for column in range(n)
        if all(column != other and abs(column - other) != row - above for above, other in enumerate(columns))
    )
    ### END SOLUTION


def solve_in_parallel(problem, workers):
    """What the slow program of the chosen problem returns for `problem`, computed by `workers`."""
    ### BEGIN SOLUTION
    beginnings = [(first, second) for first in range(problem) for second in range(problem) if abs(first - second) > 1]
    with Pool(workers) as pool:
        found = sum(pool.starmap(part_of, [(problem, columns) for columns in beginnings], chunksize=1))
        pool.close()
        pool.join()
    return found if problem > 1 else problem
    ### END SOLUTION


@given
def board(n, workers):
    return solve_in_parallel(n, workers)


@given
def some_points(number, wide):
    # Always the same points.
    found, state = [], 12345
    for _ in range(number):
        state = (state * 1103515245 + 12345) % 2**31
        x = (state >> 8) % wide
        state = (state * 1103515245 + 12345) % 2**31
        found.append((x, (state >> 8) % wide))
    return found


@given
def pairs_among(points, distance, workers):
    points = [tuple(point) for point in points]
    before = list(points)
    found = solve_in_parallel((points, distance), workers)
    if points != before:
        raise ValueError("the list of points was changed, and it is its caller's")
    return found


@given
def many_pairs(number, workers):
    # Of points that the caller made.
    return solve_in_parallel((some_points(number, 1_000), 20), workers)


@given
class Web:
    # Pages with links and words. Each call of it leaves a file while it is being fetched, and one for ever. Whoever comes waits until `meeting` pages are being
    # fetched, for so many seconds and three times as long as it took to come here; after a meeting, or one in vain, nobody waits any more.
    def __init__(self, folder, links, meeting, patience):
        self.folder, self.links, self.meeting, self.patience = folder, links, meeting, patience
        self.called = time.monotonic()

    def __call__(self, address):
        name = f"{os.getpid()} {threading.get_ident()} {time.monotonic_ns()}"
        Path(self.folder, "fetched", f"{address} {name}").touch()
        mine = Path(self.folder, "inside", name)
        mine.touch()
        came = time.monotonic()
        end = came + 3 * (came - self.called) + self.patience
        while not self.over():
            if self.inside() >= self.meeting:
                Path(self.folder, "state", "met").touch()
            elif time.monotonic() > end:
                Path(self.folder, "state", "alone").touch()
            time.sleep(0.005)
        time.sleep(0.03)
        self.inside()
        mine.unlink()
        return list(self.links[address]), f"page {address} has {address} and {len(self.links[address])} links and"

    def inside(self):
        number = len(os.listdir(Path(self.folder, "inside")))
        Path(self.folder, "most", str(number)).touch()
        return number

    def over(self):
        # The first page is alone.
        return len(os.listdir(Path(self.folder, "fetched"))) == 1 or bool(os.listdir(Path(self.folder, "state")))


@given
def crawled(links, start, workers, meeting, patience=0.2):
    # The result, how often each page was fetched, the most at once, whether so many met.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for name in "fetched", "inside", "state", "most":
            Path(folder, name).mkdir()
        web = Web(folder, dict(links), meeting, patience)
        found = solve_in_parallel((web, start), workers)
        if not isinstance(found, dict):
            raise TypeError(f"for crawl it returned a value of type {type(found).__name__} in the place of a dict")
        fetched = [name.split()[0] for name in os.listdir(Path(folder, "fetched"))]
        most = max(map(int, os.listdir(Path(folder, "most"))), default=0)
        met = not Path(folder, "state", "alone").exists()
        return [[str(address), found[address]] for address in found], sorted(fetched), most, met


@check("a problem is chosen")
def _(student):
    name = student.chosen_problem()
    assert name in ("queens", "pairs", "crawl"), (
        f"chosen_problem() returned {name!r:.40}, and the problems are 'queens', 'pairs' and 'crawl'"
    )


@check("small cases are right", limit=30)
def _(student):
    name = student.chosen_problem()
    if name == "queens":
        for n, boards in (4, 2), (5, 10), (6, 4), (7, 40):
            found = student.board(n, 2)
            assert found == boards, f"there are {boards} boards with {n} queens, and it finds {found!r:.40}"
    elif name == "pairs":
        square = [(0, 0), (3, 4), (6, 8), (3, 5), (100, 0)]
        for distance, pairs in (5, 4), (4, 1), (10, 6), (200, 10):
            found = student.pairs_among(square, distance, 2)
            assert found != 2 * pairs, (
                f"it finds {found} pairs where there are {pairs}: each pair counts once, in whatever order it is seen"
            )
            assert found == pairs, (
                f"of the points {square} there are {pairs} pairs that are at most {distance} apart, and it finds {found!r:.40}"
            )
    else:
        links = {"a": "bc", "b": "ad", "c": "d", "d": "a", "e": "a"}
        pages, fetched, _, _ = student.crawled([(one, list(others)) for one, others in links.items()], "a", 2, 2)
        assert [page for page, _ in sorted(pages)] == ["a", "b", "c", "d"], (
            f"from page a the pages a, b, c and d can be reached, and it has {', '.join(page for page, _ in sorted(pages)) or 'none'}"
        )
        assert sorted(pages) == [["a", 6], ["b", 6], ["c", 6], ["d", 6]], (
            "the number of different words of a page is not right: 'page a has a and 2 links and' has 6, and each counts once"
        )
        assert fetched == ["a", "b", "c", "d"], (
            f"these pages were fetched: {', '.join(fetched)}; each should be fetched once, although several lead there"
        )


@check("one worker, or more than there is to do", limit=40)
def _(student):
    name = student.chosen_problem()
    for workers in 1, 9:
        if name == "queens":
            for n, boards in (1, 1), (2, 0), (3, 0), (5, 10):
                found = student.board(n, workers)
                assert found == boards, (
                    f"there are {boards} boards with {n} queens, and with {workers} workers it finds {found!r:.40}"
                )
        elif name == "pairs":
            for points, pairs in ([], 0), ([(1, 1)], 0), ([(1, 1), (1, 1)], 1), ([(0, 0), (1, 0), (2, 0)], 2):
                found = student.pairs_among(points, 1, workers)
                assert found == pairs, (
                    f"of the points {points} there are {pairs} pairs that are at most 1 apart, and with {workers} workers it finds {found!r:.40}"
                )
        else:
            pages, fetched, most, _ = student.crawled([("a", ["a"])], "a", workers, 0)
            assert pages == [["a", 6]], (
                f"of a web with one page, which leads to itself, it finds {len(pages)} pages with {workers} workers"
            )
            assert len(fetched) == 1, "a page that leads to itself was fetched more than once"
            pages, _, most, _ = student.crawled(
                [("a", ["b", "c", "d"]), ("b", []), ("c", []), ("d", [])], "a", workers, workers + 1
            )
            assert len(pages) == 4, f"of a web of four pages it finds {len(pages)} with {workers} workers"
            assert most <= workers, f"{most} pages were being fetched at once, and there are {workers} workers"


@check("the work is really shared", limit=90)
def _(student):
    name = student.chosen_problem()
    if name in ("queens", "pairs"):
        function, arguments = (student.board, (9, 4)) if name == "queens" else (student.many_pairs, (1_800, 4))
        found = simulate(function, *arguments, cores=4, limit=60)
        assert found.processes > 1, "no other process was started: nobody shares the work"
        largest = max(found.busy.values()) / found.work
        assert largest <= 0.6, (
            f"one process does {largest:.0%} of all the work, with 4 workers: is there a share for each of them?"
        )
        others = [lane for lane in found.lanes if lane.name != "main" and " of " not in lane.name]
        working = [lane.bars for lane in others if found.busy[lane.name] > 0.02 * found.work]
        most = max(
            (sum(one[0].start_s <= bars[0].start_s < one[-1].end_s for one in working) for bars in working), default=0
        )
        assert most <= 4, (
            f"{most} processes share the work at the same time, and there are 4 workers: `workers` says how many processes there are"
        )
        assert found.parallelism >= 1.5, (
            f"the work is shared, but on average only {found.parallelism:.1f} of 4 cores compute: is a worker waited for before the next one has its task?"
        )
    else:
        links = [("a", list("bcdefghi")), *[(one, [one + one, "a", "b"]) for one in "bcdefghi"]]
        links += [(one + one, ["a"]) for one in "bcdefghi"]
        pages, fetched, most, met = student.crawled(links, "a", 4, 4, 10.0)
        assert met is True, (
            "four pages that answer when four of them are being fetched never did: the pages are fetched one after another. (Does a worker go home when there is nothing to do for the moment?)"
        )
        assert most <= 4, f"{most} pages were being fetched at once, and there are 4 workers"
        assert len(pages) == 17, f"17 pages can be reached, and it has {len(pages)}"
        assert len(fetched) == 17, f"17 pages can be reached, and it fetched {len(fetched)} times"


@hidden
@check("more cases are right", limit=60)
def _(student):
    name = student.chosen_problem()
    if name == "queens":
        for n, workers, boards in (8, 3, 92), (6, 5, 4), (9, 2, 352):
            found = student.board(n, workers)
            assert found == boards, (
                f"there are {boards} boards with {n} queens, and with {workers} workers it finds {found!r:.40}"
            )
    elif name == "pairs":
        for number, distance, workers in (60, 150, 3), (101, 90, 4), (50, 0, 2):
            points = [((37 * place) % 400 - 200, (91 * place * place) % 300 - 150) for place in range(number)]
            right = 0
            for place in range(number):
                for x, y in points[:place]:
                    right += (x - points[place][0]) ** 2 + (y - points[place][1]) ** 2 <= distance**2
            found = student.pairs_among(points, distance, workers)
            assert found == right, (
                f"of {number} points there are {right} pairs that are at most {distance} apart, and with {workers} workers it finds {found!r:.40}"
            )
    else:
        chain = [(f"p{place}", [f"p{place + 1}"]) for place in range(12)] + [("p12", ["p0"])]
        pages, fetched, _, _ = student.crawled(chain, "p0", 3, 0)
        assert len(pages) == 13, (
            f"of a chain of 13 pages it finds {len(pages)}: it has to go on as long as there is something new"
        )
        assert len(fetched) == 13, f"of a chain of 13 pages, {len(fetched)} fetches"
        layers = [(str(place), [str((3 * place + step) % 40) for step in range(3)]) for place in range(40)]
        pages, fetched, most, _ = student.crawled(layers, "1", 5, 6)
        assert len(fetched) == len(pages) == 40, (
            f"40 pages can be reached, and {len(pages)} came back from {len(fetched)} fetches"
        )
        assert most <= 5, f"{most} pages were being fetched at once, and there are 5 workers"


@wrong("no other process was started: nobody shares the work")
def queens_in_one_process():
    def boards(n, columns=()):
        row = len(columns)
        if row == n:
            return 1
        free = [c for c in range(n) if all(c != o and abs(c - o) != row - r for r, o in enumerate(columns))]
        return sum(boards(n, (*columns, c)) for c in free)

    def solve_in_parallel(problem, workers):
        return boards(problem)


@wrong("of all the work, with 4 workers: is there a share for each of them?")
def one_worker_does_it_all():
    def solve_in_parallel(problem, workers):
        with Pool(workers) as pool:
            return pool.apply(part_of, (problem, ()))


@wrong("processes share the work at the same time, and there are 4 workers")
def a_process_for_each_column():
    def solve_in_parallel(problem, workers):
        with Pool(problem) as pool:
            return sum(pool.starmap(part_of, [(problem, (first,)) for first in range(problem)], chunksize=1))


@wrong("there are 2 boards with 4 queens, and it finds 4")
def every_worker_counts_them_all():
    def solve_in_parallel(problem, workers):
        with Pool(workers) as pool:
            return sum(pool.starmap(part_of, [(problem, ())] * workers))


@wrong("there are 10 boards with 5 queens, and it finds 8")
def half_the_board_twice():
    def solve_in_parallel(problem, workers):
        with Pool(workers) as pool:
            return 2 * sum(pool.starmap(part_of, [(problem, (first,)) for first in range(problem // 2)]))


@wrong("there are 1 boards with 1 queens, and with 1 workers it finds 0")
def one_queen_has_no_second_row():
    def solve_in_parallel(problem, workers):
        tasks = [(problem, (a, b)) for a in range(problem) for b in range(problem) if abs(a - b) > 1]
        with Pool(workers) as pool:
            return sum(pool.starmap(part_of, tasks))


@wrong("is a worker waited for before the next one has its task?")
def one_beginning_after_the_other():
    def solve_in_parallel(problem, workers):
        total = 0
        with Pool(workers) as pool:
            for first in range(problem):
                total += pool.apply_async(part_of, (problem, (first,))).get()
        return total


@wrong("chosen_problem() returned 'sudoku', and the problems are")
def another_problem():
    def chosen_problem():
        return "sudoku"


@wrong("each pair counts once, in whatever order it is seen")
def pairs_counted_from_both_ends():
    def chosen_problem():
        return "pairs"

    def near_in_row(task):
        points, distance, row = task
        x, y = points[row]
        return sum((x - a) ** 2 + (y - b) ** 2 <= distance**2 for a, b in points[:row] + points[row + 1 :])

    def solve_in_parallel(problem, workers):
        points, distance = problem
        with Pool(workers) as pool:
            return sum(pool.map(near_in_row, [(points, distance, row) for row in range(len(points))]))


@wrong("there are 4 pairs that are at most 5 apart, and it finds 1")
def pairs_within_the_parts_only():
    def chosen_problem():
        return "pairs"

    def pairs_in(task):
        points, distance = task
        return sum(
            (x - a) ** 2 + (y - b) ** 2 <= distance**2 for row, (x, y) in enumerate(points) for a, b in points[:row]
        )

    def solve_in_parallel(problem, workers):
        points, distance = problem
        with Pool(workers) as pool:
            return sum(pool.map(pairs_in, [(points[part::workers], distance) for part in range(workers)]))


@wrong("there are 4 pairs that are at most 5 apart, and it finds 2")
def at_most_is_less():
    def chosen_problem():
        return "pairs"

    def near_in_rows(task):
        points, distance, part, workers = task
        count = 0
        for row in range(part, len(points), workers):
            x, y = points[row]
            count += sum((x - a) ** 2 + (y - b) ** 2 < distance**2 for a, b in points[:row])
        return count

    def solve_in_parallel(problem, workers):
        points, distance = problem
        with Pool(workers) as pool:
            return sum(pool.map(near_in_rows, [(points, distance, part, workers) for part in range(workers)]))


@wrong("the pages are fetched one after another")
def pages_one_after_another():
    def chosen_problem():
        return "crawl"

    def solve_in_parallel(problem, workers):
        fetch, start = problem
        found, todo, known = {}, [start], {start}
        with ThreadPoolExecutor(workers) as executor:
            while todo:
                address = todo.pop()
                links, text = executor.submit(fetch, address).result()
                found[address] = len(set(text.split()))
                for link in links:
                    if link not in known:
                        known.add(link)
                        todo.append(link)
        return found


@wrong("Does a worker go home when there is nothing to do for the moment?")
def a_worker_that_finds_nothing_goes_home():
    def chosen_problem():
        return "crawl"

    def work_off(fetch, todo, known, found, lock):
        while True:
            with lock:
                if not todo:
                    return
                address = todo.pop(0)
            links, text = fetch(address)
            with lock:
                found[address] = len(set(text.split()))
                todo += [link for link in dict.fromkeys(links) if link not in known]
                known.update(links)

    def solve_in_parallel(problem, workers):
        fetch, start = problem
        shared = [start], {start}, {}, threading.Lock()
        threads = [threading.Thread(target=work_off, args=(fetch, *shared)) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return shared[2]


@wrong("each should be fetched once, although several lead there")
def pages_fetched_again():
    def chosen_problem():
        return "crawl"

    def solve_in_parallel(problem, workers):
        fetch, start = problem
        found, level = {}, [start]
        with ThreadPoolExecutor(workers) as executor:
            while level:
                following = []
                for address, (links, text) in zip(level, executor.map(fetch, level)):
                    found[address] = len(set(text.split()))
                    following += links
                level = [address for address in following if address not in found]
        return found


@wrong("from page a the pages a, b, c and d can be reached, and it has a, b, c")
def only_where_the_first_page_leads():
    def chosen_problem():
        return "crawl"

    def solve_in_parallel(problem, workers):
        fetch, start = problem
        links, text = fetch(start)
        others = [link for link in dict.fromkeys(links) if link != start]
        with ThreadPoolExecutor(workers) as executor:
            pages = [(start, text), *zip(others, [text for _, text in executor.map(fetch, others)])]
        return {address: len(set(text.split())) for address, text in pages}


@wrong("the number of different words of a page is not right")
def words_counted_as_often_as_they_come():
    def chosen_problem():
        return "crawl"

    def solve_in_parallel(problem, workers):
        fetch, start = problem
        found, level, known = {}, [start], {start}
        with ThreadPoolExecutor(workers) as executor:
            while level:
                following = []
                for address, (links, text) in zip(level, executor.map(fetch, level)):
                    found[address] = len(text.split())
                    following += [link for link in links if link not in known]
                    known.update(links)
                level = list(dict.fromkeys(following))
        return found


@wrong("pages were being fetched at once, and there are 1 workers")
def as_many_threads_as_pages():
    def chosen_problem():
        return "crawl"

    def solve_in_parallel(problem, workers):
        fetch, start = problem
        found, level, known = {}, [start], {start}
        while level:
            with ThreadPoolExecutor(len(level)) as executor:
                pages = list(executor.map(fetch, level))
            following = []
            for address, (links, text) in zip(level, pages):
                found[address] = len(set(text.split()))
                following += [link for link in links if link not in known]
                known.update(links)
            level = list(dict.fromkeys(following))
        return found


@also_right
def pairs_by_rows():
    def chosen_problem():
        return "pairs"

    def near_in_rows(task):
        points, distance, part, workers = task
        count = 0
        for row in range(part, len(points), workers):
            x, y = points[row]
            for a, b in points[:row]:
                count += (x - a) ** 2 + (y - b) ** 2 <= distance**2
        return count

    def solve_in_parallel(problem, workers):
        points, distance = problem
        with ProcessPoolExecutor(workers) as executor:
            return sum(executor.map(near_in_rows, [(points, distance, part, workers) for part in range(workers)]))


@also_right
def queens_by_processes_and_a_queue():
    def work_off(n, mine, results):
        results.put(sum(part_of(n, (first,)) for first in mine))

    def solve_in_parallel(problem, workers):
        results = Queue()
        children = [
            Process(target=work_off, args=(problem, range(problem)[me::workers], results)) for me in range(workers)
        ]
        for child in children:
            child.start()
        total = sum(results.get() for _ in children)
        for child in children:
            child.join()
        return total


@also_right
def a_crawl_that_hands_over_what_is_new():
    def chosen_problem():
        return "crawl"

    def solve_in_parallel(problem, workers):
        fetch, start = problem
        found, known = {}, {start}
        with ThreadPoolExecutor(workers) as executor:
            running = {executor.submit(fetch, start): start}
            while running:
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    address = running.pop(future)
                    links, text = future.result()
                    found[address] = len(set(text.split()))
                    for link in links:
                        if link not in known:
                            known.add(link)
                            running[executor.submit(fetch, link)] = link
        return found


@also_right
def a_crawl_level_by_level_in_an_event_loop():
    def chosen_problem():
        return "crawl"

    async def crawl(fetch, start, workers):
        room = asyncio.Semaphore(workers)
        found, level, known = {}, [start], {start}

        async def fetched(address):
            async with room:
                return await asyncio.to_thread(fetch, address)

        while level:
            following = []
            for address, (links, text) in zip(level, await asyncio.gather(*map(fetched, level))):
                found[address] = len(set(text.split()))
                for link in links:
                    if link not in known:
                        known.add(link)
                        following.append(link)
            level = following
        return found

    def solve_in_parallel(problem, workers):
        return asyncio.run(crawl(*problem, workers))
