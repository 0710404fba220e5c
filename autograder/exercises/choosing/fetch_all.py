"""Many at once, but not too many

Write the coroutine `fetch_all(fetch, addresses, limit)`. `fetch` is a coroutine function of somebody else: `await fetch(address)` waits for an answer and returns it, or raises an exception.
`fetch_all` returns a list with one entry for each of the list `addresses`, in their order: what `fetch` returned, or, if it raised an exception, that exception itself.

- Every entry is fetched once. An address that is in the list twice is fetched twice.
- At no moment are more than `limit` calls of `fetch` under way. The server would refuse us.
- As long as enough addresses are left, `limit` of them are: as soon as one has ended, the next begins, also while a slow one is still waited for.
- When `fetch_all` is cancelled, since somebody waits no longer for it, the fetches that it has begun are cancelled, none begins any more, and it raises `CancelledError` as every coroutine does.
- When it returns, no task of its own is left over.
"""

import asyncio
import inspect
from concurrent.futures import ThreadPoolExecutor

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given

points = 5

hints = [
    "`asyncio.gather` starts coroutines all at once and returns their results in order. What is missing is the limit, and what it does with an exception.",
    "`async with asyncio.Semaphore(limit)` lets `limit` in, like `AtMost` of unit 06. It must be one semaphore for all, and the `await fetch(...)` must stand inside.",
    "Catch the exception next to the `await`, in a coroutine of your own that fetches one address. `Exception` does not include `CancelledError`, and that is on purpose.",
]


async def fetch_all(fetch, addresses, limit):
    """Return what `fetch` returns or raises for each address, in order, with at most `limit` fetches at once."""
    ### BEGIN SOLUTION
    room = asyncio.Semaphore(limit)

    async def fetch_one(address):
        async with room:
            try:
                return await fetch(address)
            except Exception as error:
                return error

    return await asyncio.gather(*[fetch_one(address) for address in addresses])
    ### END SOLUTION


@given
class Server:
    # What a check fetches from: it counts who is here, and answers as the check wants.
    def __init__(self, delays={}, failing=()):
        self.delays, self.failing = delays, failing
        self.begun, self.inside, self.most = [], 0, 0
        self.raised = {}
        self.loops = set()

    async def until(self, holds, turns=600):
        # True when it holds; after so many turns of the event loop in vain False. In each turn everybody else could go on, however busy the machine is.
        for _ in range(turns):
            if holds():
                return True
            await asyncio.sleep(0.005)
        return False

    async def fetch(self, address):
        self.loops.add(asyncio.get_running_loop())
        self.begun.append(address)
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            for _ in range(self.delays.get(address, 1)):
                await asyncio.sleep(0.005)
            if address in self.failing:
                self.raised[address] = ConnectionError(f"no answer from {address}")
                raise self.raised[address]
            return f"page of {address}"
        finally:
            self.inside -= 1

    def told(self, result):
        # An entry of the list as data: its text, or which exception it is.
        if isinstance(result, BaseException):
            own = any(result is error for error in self.raised.values())
            return ["the exception itself" if own else "another exception", str(result)]
        return result if isinstance(result, str | None) else f"a {type(result).__name__}"


@given
async def awaited(server, fetch, addresses, limit):
    coroutine = fetch_all(fetch, addresses, limit)
    if not inspect.isawaitable(coroutine):
        raise TypeError("fetch_all cannot be awaited: write it with `async def`, and without asyncio.run")
    results = await coroutine
    if not isinstance(results, list | tuple):
        raise TypeError(f"fetch_all returned a value of type {type(results).__name__} in the place of a list")
    return [server.told(result) for result in results]


@given
def fetched(addresses, limit, delays, failing):
    # The results, what was begun, the most at once, how many tasks are left, whether the list is as it was.
    async def main():
        server = Server(delays, failing)
        given_list = list(addresses)
        results = await awaited(server, server.fetch, given_list, limit)
        left = len(asyncio.all_tasks()) - 1
        return results, sorted(server.begun), server.most, left, given_list == addresses, len(server.loops)

    return asyncio.run(main())


@given
def together(number, limit):
    # How many were inside when nobody was answered before `limit` were: all of them, or fewer after waiting in vain.
    async def main():
        server = Server()
        server.patient = True

        async def fetch(address):
            server.inside += 1
            server.most = max(server.most, server.inside)
            if server.patient:
                server.patient = await server.until(lambda: server.most >= limit)
            await asyncio.sleep(0.02)
            server.inside -= 1
            return address

        await awaited(server, fetch, [f"page {place}" for place in range(number)], limit)
        return server.most

    return asyncio.run(main())


@given
def behind_a_slow_one(number, limit, slow):
    # The slow one is answered when all others have been; how many had been when it gave up waiting.
    async def main():
        server = Server()
        others = []

        async def fetch(address):
            if address == slow:
                await server.until(lambda: len(others) == number - 1)
                server.answered = len(others)
            else:
                await asyncio.sleep(0.001)
                others.append(address)
            return str(address)

        results = await awaited(server, fetch, list(range(number)), limit)
        return server.answered, results == [str(place) for place in range(number)]

    return asyncio.run(main())


@given
def when_cancelled(number, limit):
    # Somebody stops waiting when `limit` fetches have begun, none of which would end by itself. What became of them?
    async def main():
        server = Server()
        server.closed = False

        async def fetch(address):
            server.begun.append(address)
            server.inside += 1
            try:
                await server.until(lambda: server.closed)
            finally:
                server.inside -= 1

        task = asyncio.create_task(awaited(server, fetch, list(range(number)), limit))
        await server.until(lambda: len(server.begun) >= limit)
        task.cancel()
        done = await server.until(task.done, turns=300)
        await server.until(lambda: False, turns=10)  # who does not know that it is over goes on
        seen = server.inside, len(server.begun)
        server.closed = True
        if not done:
            return "went on", *seen
        how = "is cancelled" if task.cancelled() else "raised something else" if task.exception() else "returned"
        return how, *seen

    return asyncio.run(main())


@check("it returns what `fetch` returns, in the order of the addresses", limit=20)
def _(student):
    pages = ["d", "a", "c", "b"]
    for delays in {"d": 8, "a": 4, "c": 2}, {"b": 8, "c": 4}:
        results, begun, _, _, unchanged, loops = student.fetched(pages, 4, delays, [])
        assert loops == 1, "`fetch` ran in more than one thread or event loop: await it in the loop that runs fetch_all"
        assert unchanged is True, "fetch_all changed the list `addresses`, which is its caller's"
        expected = ["page of d", "page of a", "page of c", "page of b"]
        assert not {"a Task", "a coroutine"}.intersection(map(str, results)), (
            "the list holds things that are still to be awaited, and not what came of them"
        )
        assert sorted(map(str, results)) != sorted(expected) or results == expected, (
            "these are the answers, but not in the order of the addresses, which is not the one in which they come"
        )
        assert results == expected
        assert begun == ["a", "b", "c", "d"], "each of the four addresses is to be fetched once"


@check("never more than `limit` at once", limit=20)
def _(student):
    for number, limit in (6, 2), (7, 3), (3, 1):
        _, _, most, _, _, _ = student.fetched([f"p{place}" for place in range(number)], limit, {}, [])
        assert most <= limit, (
            f"of {number} addresses {most} were being fetched at once, and the limit is {limit}. "
            "Is it one semaphore for all, and is the answer awaited inside of it?"
        )


@check("`limit` at once, if there are so many", limit=30)
def _(student):
    for number, limit in (4, 4), (9, 3):
        most = student.together(number, limit)
        assert most >= limit, (
            f"with a limit of {limit} no more than {most} of {number} fetches were under way at once: they wait for each other, where they could wait together"
        )


@check("one that fails does not lose the others", limit=20)
def _(student):
    results, begun, _, _, _, _ = student.fetched(["a", "b", "c", "d"], 2, {"a": 4}, ["b", "d"])
    assert len(results) == 4, f"four addresses, and {len(results)} results: an exception has its place in the list, too"
    assert (results[0], results[2]) == ("page of a", "page of c"), (
        f"two of four failed, and the others should be 'page of a' and 'page of c', but are {results[0]!r:.40} and {results[2]!r:.40}"
    )
    for place, address in (1, "b"), (3, "d"):
        assert results[place] == ["the exception itself", f"no answer from {address}"], (
            f"in the place of an address that failed should be the exception itself that `fetch` raised, but there is {results[place]!r:.60}"
        )
    assert begun == ["a", "b", "c", "d"], "one that failed was fetched again: each is to be fetched once"


@check("the next begins as soon as one has ended", limit=20)
def _(student):
    for number, limit, slow in (5, 2, 0), (7, 3, 4):
        answered, right = student.behind_a_slow_one(number, limit, slow)
        assert answered == number - 1, (
            f"while one of {number} was slow, only {answered} of the others were fetched, although the limit is {limit}: do they go in groups, each of which waits for its slowest?"
        )
        assert right is True, "the results are not in the order of the addresses when one of them is slow"


@check("no addresses, no results", limit=10)
def _(student):
    assert student.fetched([], 3, {}, [])[0] == []


@hidden
@check("an address that is there twice is fetched twice", limit=20)
def _(student):
    results, begun, most, _, _, _ = student.fetched(["a", "b", "a", "a"], 2, {"b": 3}, [])
    assert begun == ["a", "a", "a", "b"], (
        f"of the addresses a, b, a, a these were fetched: {', '.join(map(str, begun))}"
    )
    assert results == ["page of a", "page of b", "page of a", "page of a"]
    assert most <= 2


@hidden
@check("when it is cancelled, so is what it has begun", limit=20)
def _(student):
    for number, limit in (5, 2), (3, 3):
        how, running, begun = student.when_cancelled(number, limit)
        assert (max(begun, limit), running) == (limit, 0), (
            f"fetch_all was cancelled: {max(0, begun - limit)} more fetches began afterwards, and {running} still ran, for which nobody waits"
        )
        assert how == "is cancelled", f"fetch_all was cancelled, and {how}: `CancelledError` must go through"


@hidden
@check("no task is left over", limit=20)
def _(student):
    for failing in [], ["b"], ["a", "b", "c"]:
        _, _, _, left, _, _ = student.fetched(["a", "b", "c"], 2, {"c": 4}, failing)
        assert left == 0, f"fetch_all has returned, and {left} tasks that it began are still there"


@hidden
@check("many addresses, compared with the reference", limit=30)
def _(student, reference):
    pages = [f"p{place * 7 % 40}" for place in range(40)]
    delays = {page: place % 4 for place, page in enumerate(pages)}
    failing = pages[::9]
    found, right = student.fetched(pages, 5, delays, failing), reference.fetched(pages, 5, delays, failing)
    assert found[0] == right[0]
    assert found[1] == right[1], "each address is to be fetched once"


@wrong("no more than 1 of 4 fetches were under way at once", "they could wait together")
def one_after_another():
    async def fetch_all(fetch, addresses, limit):
        results = []
        for address in addresses:
            try:
                results.append(await fetch(address))
            except Exception as error:
                results.append(error)
        return results


@wrong("of 6 addresses 6 were being fetched at once, and the limit is 2")
def all_at_once():
    async def fetch_all(fetch, addresses, limit):
        return await asyncio.gather(*[fetch(address) for address in addresses], return_exceptions=True)


@wrong("of 6 addresses 6 were being fetched at once", "one semaphore for all")
def a_semaphore_for_each():
    async def fetch_one(fetch, address, limit):
        async with asyncio.Semaphore(limit):
            return await fetch(address)

    async def fetch_all(fetch, addresses, limit):
        return await asyncio.gather(*[fetch_one(fetch, one, limit) for one in addresses], return_exceptions=True)


@wrong("of 6 addresses 6 were being fetched at once", "is the answer awaited inside of it?")
def the_semaphore_around_the_beginning_only():
    async def fetch_all(fetch, addresses, limit):
        room = asyncio.Semaphore(limit)
        tasks = []
        for address in addresses:
            async with room:
                tasks.append(asyncio.create_task(fetch(address)))
        return await asyncio.gather(*tasks, return_exceptions=True)


@wrong("do they go in groups, each of which waits for its slowest?")
def in_groups():
    async def fetch_all(fetch, addresses, limit):
        results = []
        for begin in range(0, len(addresses), limit):
            group = [fetch(address) for address in addresses[begin : begin + limit]]
            results += await asyncio.gather(*group, return_exceptions=True)
        return results


@wrong("not in the order of the addresses, which is not the one in which they come")
def as_they_come():
    async def fetch_all(fetch, addresses, limit):
        room = asyncio.Semaphore(limit)
        results = []

        async def fetch_one(address):
            async with room:
                try:
                    results.append(await fetch(address))
                except Exception as error:
                    results.append(error)

        await asyncio.gather(*[fetch_one(address) for address in addresses])
        return results


@wrong(
    "raised ConnectionError: no answer from b",
    "✘ one that fails does not lose the others",
    replaced={
        "            try:\n                return await fetch(address)\n            except Exception as error:\n                return error": "            return await fetch(address)",
    },
)
def a_failure_ends_the_whole_call(): ...


@wrong(
    "four addresses, and 2 results",
    replaced={
        "return await asyncio.gather(*[fetch_one(address) for address in addresses])": "results = await asyncio.gather(*[fetch_one(address) for address in addresses])\n    return [result for result in results if not isinstance(result, Exception)]",
    },
)
def failures_are_left_out(): ...


@wrong(
    "should be the exception itself that `fetch` raised, but there is None",
    replaced={"return error": "return None"},
)
def none_for_a_failure(): ...


@wrong(
    "should be the exception itself that `fetch` raised, but there is 'no answer from b'",
    replaced={"return error": "return str(error)"},
)
def the_words_of_the_exception(): ...


@wrong("of the addresses a, b, a, a these were fetched: a, b")
def results_by_address():
    async def fetch_all(fetch, addresses, limit):
        room = asyncio.Semaphore(limit)
        results = dict.fromkeys(addresses)

        async def fetch_one(address):
            async with room:
                try:
                    results[address] = await fetch(address)
                except Exception as error:
                    results[address] = error

        await asyncio.gather(*[fetch_one(address) for address in results])
        return [results[address] for address in addresses]


@wrong("still ran, for which nobody waits", "✘ when it is cancelled, so is what it has begun")
def tasks_that_outlive_the_call():
    async def fetch_all(fetch, addresses, limit):
        room = asyncio.Semaphore(limit)

        async def fetch_one(address):
            async with room:
                try:
                    return await fetch(address)
                except Exception as error:
                    return error

        tasks = [asyncio.create_task(fetch_one(address)) for address in addresses]
        return [await task for task in tasks]


@wrong("fetch_all was cancelled: 2 more fetches began afterwards")
def a_cancellation_is_taken_for_a_failure():
    async def fetch_all(fetch, addresses, limit):
        places = iter(range(len(addresses)))
        results = [None] * len(addresses)

        async def worker():
            for place in places:
                try:
                    results[place] = await fetch(addresses[place])
                except BaseException as error:
                    results[place] = error

        await asyncio.gather(*[worker() for _ in range(limit)])
        return results


@wrong("was fetched again: each is to be fetched once")
def a_failure_is_tried_again():
    async def fetch_all(fetch, addresses, limit):
        room = asyncio.Semaphore(limit)

        async def fetch_one(address):
            async with room:
                try:
                    return await fetch(address)
                except Exception:
                    try:
                        return await fetch(address)
                    except Exception as error:
                        return error

        return await asyncio.gather(*[fetch_one(address) for address in addresses])


@wrong("the list holds things that are still to be awaited")
def tasks_in_the_place_of_results():
    async def fetch_all(fetch, addresses, limit):
        tasks = [asyncio.create_task(fetch(address)) for address in addresses]
        await asyncio.sleep(0.2)
        return tasks


@wrong("fetch_all cannot be awaited: write it with `async def`")
def an_ordinary_function():
    def fetch_all(fetch, addresses, limit):
        async def main():
            return await asyncio.gather(*[fetch(address) for address in addresses], return_exceptions=True)

        with ThreadPoolExecutor(1) as executor:
            return executor.submit(asyncio.run, main()).result()


@wrong("`fetch` ran in more than one thread or event loop")
def a_loop_in_every_thread():
    async def fetch_all(fetch, addresses, limit):
        def fetch_one(address):
            try:
                return asyncio.run(fetch(address))
            except Exception as error:
                return error

        with ThreadPoolExecutor(limit) as executor:
            loop = asyncio.get_running_loop()
            return await asyncio.gather(*[loop.run_in_executor(executor, fetch_one, one) for one in addresses])


@wrong(
    "with a limit of 4 no more than 3 of 4 fetches were under way at once",
    replaced={"asyncio.Semaphore(limit)": "asyncio.Semaphore(max(1, limit - 1))"},
)
def one_fewer_than_allowed(): ...


@also_right
def workers_that_take_the_next():
    async def fetch_all(fetch, addresses, limit):
        todo = iter(enumerate(addresses))
        results = [None] * len(addresses)

        async def worker():
            for place, address in todo:
                try:
                    results[place] = await fetch(address)
                except Exception as error:
                    results[place] = error

        await asyncio.gather(*[worker() for _ in range(limit)])
        return results


@also_right
def a_task_group():
    async def fetch_all(fetch, addresses, limit):
        room = asyncio.BoundedSemaphore(limit)

        async def fetch_one(address):
            await room.acquire()
            try:
                return await fetch(address)
            except Exception as error:
                return error
            finally:
                room.release()

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(fetch_one(address)) for address in addresses]
        return [task.result() for task in tasks]


@also_right
def a_set_of_tasks_and_wait():
    async def fetch_all(fetch, addresses, limit):
        results = [None] * len(addresses)
        waiting = list(enumerate(addresses))[::-1]
        running = {}
        try:
            while waiting or running:
                while waiting and len(running) < limit:
                    place, address = waiting.pop()
                    running[asyncio.ensure_future(fetch(address))] = place
                done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    results[running.pop(task)] = task.exception() or task.result()
        finally:
            for task in running:
                task.cancel()
        return results


@also_right
def gather_that_returns_exceptions_and_a_queue():
    async def fetch_all(fetch, addresses, limit):
        tickets = asyncio.Queue()
        for ticket in range(limit):
            tickets.put_nowait(ticket)

        async def with_a_ticket(address):
            ticket = await tickets.get()
            try:
                return await fetch(address)
            finally:
                tickets.put_nowait(ticket)

        return await asyncio.gather(*map(with_a_ticket, addresses), return_exceptions=True)
