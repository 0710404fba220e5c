"""The right pool for each job

Some jobs compute, some wait, and some are over before a message has been written. Write `with_the_right_pool(jobs, cores)`. Each job is a tuple `(function, argument, computes, waits)`: somebody has measured that
`function(argument)` computes for `computes` seconds and waits for `waits` seconds. Return the list of what `function(argument)` returns for each job, in the order of `jobs`. Where a job is done depends on its two numbers:

- **Both together less than a millisecond: the caller does it itself**, in its own thread. A message would cost more.
- **It computes for longer than it waits: in another process.** `cores` jobs at most are in processes at the same time, and as many are if there are enough.
- **Otherwise in a thread of this process.** All these jobs wait at the same time, however few cores there are, but never more than 32 of them.

Processes and threads are at work at the same time: nobody waits for the other kind to be done. If a job raises an exception, all others are done all the same, and `with_the_right_pool` raises it (one of them, if several do). When it returns or raises,
every job has ended, and every process and thread that it started, too. Functions that go to processes have names of their own at the top level; others may be anything that can be called.
"""

import os
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from multiprocessing import Pool
from multiprocessing.pool import ThreadPool
from pathlib import Path
from tempfile import TemporaryDirectory

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given

points = 5

hints = [
    "Two executors, both open at the same time: `with ProcessPoolExecutor(cores) as processes, ThreadPoolExecutor(32) as threads:`. Neither starts anything before it gets a job.",
    "One loop that goes through the jobs in their order and hands each over, and keeps the futures in a list. A second one asks each for its `result()`.",
    "Hand over everything first, and do the caller's own small jobs afterwards: the others are at work meanwhile. What you keep for a small job need not be a future.",
]


def with_the_right_pool(jobs, cores):
    """Return function(argument) for each job (function, argument, computes, waits), done where it is done best."""
    ### BEGIN SOLUTION
    with ProcessPoolExecutor(cores) as processes, ThreadPoolExecutor(32) as threads:
        futures = {}
        for place, (function, argument, computes, waits) in enumerate(jobs):
            if computes + waits >= 0.001:
                pool = processes if computes > waits else threads
                futures[place] = pool.submit(function, argument)
        return [
            futures[place].result() if place in futures else function(argument)
            for place, (function, argument, *_) in enumerate(jobs)
        ]
    ### END SOLUTION


@given
def where(place):
    return place, os.getpid(), threading.get_ident()


@given
def described(computes_and_waits, cores):
    # For each job: which one it was, and whether the caller did it, a thread, or a process.
    home = os.getpid(), threading.get_ident()
    jobs = [(where, place, *seconds) for place, seconds in enumerate(computes_and_waits)]
    found = with_the_right_pool(jobs, cores)
    if not isinstance(found, list | tuple):
        raise TypeError(f"it returned a value of type {type(found).__name__} in the place of a list")
    kinds = {True: "by the caller", False: "in a thread"}
    told = []
    for one in found:
        if not isinstance(one, tuple) or len(one) != 3:
            told.append([None, type(one).__name__])
            continue
        place, process, thread = one
        told.append([place, "in a process" if process != home[0] else kinds[thread == home[1]]])
    return told


@given
def together(task):
    # Waits until `number` are here, in whatever process or thread, or some seconds in vain; returns whether they came.
    folder, place, number = task
    Path(folder, f"{place} {threading.get_ident()}").touch()
    patience = time.monotonic() + 10
    while len(here := os.listdir(folder)) < number and "alone" not in here:
        if time.monotonic() > patience:
            Path(folder, "alone").touch()
        time.sleep(0.005)
    return "alone" not in here


@given
def all_meet(computing, waiting, cores):
    # Do so many computing and waiting jobs meet, all of them?
    number = computing + waiting
    counts = os.cpu_count, getattr(os, "process_cpu_count", None)
    os.cpu_count = os.process_cpu_count = lambda: 2  # whatever this computer has
    try:
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            kinds = [(1.0, 0.0)] * computing + [(0.0, 1.0)] * waiting
            jobs = [(together, (folder, place, number), *seconds) for place, seconds in enumerate(kinds)]
            return all(with_the_right_pool(jobs, cores))
    finally:
        os.cpu_count, os.process_cpu_count = counts


@given
def stay(task):
    # Waits for one more than are allowed: three times as long as it took to come here, or not at all once somebody has waited in vain. Returns how many were here.
    folder, allowed, called = task
    here, over = Path(folder, "here"), Path(folder, "over")
    mine = here / f"{os.getpid()} {threading.get_ident()}"
    mine.touch()
    came = time.monotonic()
    end = came + 3 * (came - called) + 0.2
    while (most := len(os.listdir(here))) <= allowed and not over.exists():
        if time.monotonic() > end:
            over.touch()
        time.sleep(0.005)
    mine.unlink()
    return most


@given
def most_at_once(number, cores, allowed, seconds):
    # The most jobs at the same time, and how many results there are; the jobs are all alike.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder, "here").mkdir()
        task = folder, allowed, time.monotonic()
        found = with_the_right_pool([(stay, task, *seconds)] * number, cores)
        return max(found), len(found)


@given
def unnamed(places):
    # Functions without a name, which no process could be sent.
    jobs = [(lambda place: 10 * place, place, *((0.0, 0.5) if place % 2 else (0.0, 0.0))) for place in places]
    return with_the_right_pool(jobs, 2)


@given
def fails(place):
    time.sleep(0.02)
    raise ValueError(f"job {place} fails, on purpose")


@given
def leave_a_file(task):
    folder, place = task
    time.sleep(0.3)
    Path(folder, str(place)).touch()


@given
def beside_a_failure(seconds):
    # What was raised, and how many of eight other jobs had ended when it was.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        kinds = [(0.0, 1.0), *[(1.0, 0.0)] * 7]
        others = [(leave_a_file, (folder, place), *kind) for place, kind in enumerate(kinds)]
        try:
            with_the_right_pool([(fails, 0, *seconds), *others], 2)
        except ValueError as error:
            return str(error), len(os.listdir(folder))
        return "", len(os.listdir(folder))


@given
def threads_left():
    before = threading.active_count()
    with_the_right_pool([(where, 0, 0.0, 1.0), (where, 1, 1.0, 0.0)], 2)
    return threading.active_count() - before


@check("what computes is done in a process, what waits in a thread", limit=20)
def _(student):
    told = student.described([(2.0, 0.1), (0.1, 2.0), (0.0, 0.5), (0.5, 0.0), (0.03, 0.01), (0.01, 0.03)], 2)
    assert len(told) == 6, f"of six jobs {len(told)} results came back"
    kinds = ["in a process", "in a thread", "in a thread", "in a process", "in a process", "in a thread"]
    words = ["computes", "waits", "waits", "computes", "computes", "waits"]
    assert [place for place, _ in told] == [0, 1, 2, 3, 4, 5], (
        f"the results are those of the jobs {', '.join(str(place) for place, _ in told)}: they belong into the order of `jobs`, whoever did them"
    )
    for place in range(6):
        assert told[place][1] == kinds[place], (
            f"job {place} {words[place]} most of its time, and was done {told[place][1]}: it belongs {kinds[place]}"
        )


@check("what is small is done by the caller", limit=20)
def _(student):
    told = student.described([(0.0, 0.0), (1.0, 0.0), (0.0004, 0.0001), (0.0001, 0.0004), (0.0, 1.0)], 2)
    assert [place for place, _ in told] == [0, 1, 2, 3, 4], (
        "the results are not in the order of `jobs` when some jobs are small"
    )
    for place in 0, 2, 3:
        assert told[place][1] == "by the caller", (
            f"job {place} takes less than a millisecond, and was done {told[place][1]}: to send it there takes longer than to do it"
        )
    assert [told[1][1], told[4][1]] == ["in a process", "in a thread"]


@check("all that wait do so at the same time, with few cores", limit=30)
def _(student):
    assert student.all_meet(0, 12, 2) is True, (
        "twelve jobs that wait for each other never met, with 2 cores: waiting needs no core, so there may be as many threads as there are jobs, up to 32"
    )
    most, results = student.most_at_once(40, 2, 32, (0.0, 1.0))
    assert results == 40, (
        f"40 jobs that are all alike have 40 results, and {results} came back: two jobs may have the same function and argument"
    )
    assert most <= 32, "more than 32 jobs waited at the same time, each in a thread of its own, and 32 are the most"


@check("`cores` processes compute at the same time, and no more", limit=30)
def _(student):
    for number, cores in (6, 2), (5, 1):
        most, _ = student.most_at_once(number, cores, cores, (1.0, 0.0))
        assert most <= cores, (
            f"more than {cores} of {number} jobs that compute were at work at the same time, and `cores` is {cores}"
        )
    assert student.all_meet(3, 0, 3) is True, "three jobs in processes that wait for each other never met, with 3 cores"


@check("processes and threads are at work at the same time", limit=30)
def _(student):
    assert student.all_meet(2, 3, 2) is True, (
        "two jobs in processes and three in threads that wait for each other never met: is one kind waited for before the other is handed over?"
    )


@check("no jobs, no results", limit=10)
def _(student):
    assert student.described([], 2) == []


@hidden
@check("as long as it waits is not longer; a millisecond is not less than one", limit=20)
def _(student):
    told = student.described([(0.5, 0.5), (0.001, 0.0), (0.0, 0.001)], 2)
    assert told[0][1] == "in a thread", (
        f"a job that computes exactly as long as it waits does not compute for longer, and was done {told[0][1]}"
    )
    assert told[1][1] == "in a process", f"a job that computes for exactly a millisecond was done {told[1][1]}"
    assert told[2][1] == "in a thread", f"a job that waits for exactly a millisecond was done {told[2][1]}"


@hidden
@check("what stays in this process needs no name", limit=20)
def _(student):
    assert student.unnamed([3, 1, 2, 4, 5]) == [30, 10, 20, 40, 50]


@hidden
@check("an exception is raised, and all jobs have ended by then", limit=30)
def _(student):
    for seconds in (1.0, 0.0), (0.0, 1.0), (0.0, 0.0):
        said, ended = student.beside_a_failure(seconds)
        assert said == "job 0 fails, on purpose", "a job raised ValueError, and with_the_right_pool did not raise it"
        assert ended == 8, (
            f"a job raised an exception, and when it came out {ended} of eight others had been done: they were forgotten, cancelled, or ended in the middle"
        )


@hidden
@check("no thread is left over", limit=20)
def _(student):
    left = student.threads_left()
    assert left <= 0, f"{left} threads were still there when it had returned: is every pool closed, or left by `with`?"


@wrong(
    "job 2 waits most of its time, and was done by the caller",
    replaced={"computes + waits >= 0.001": "computes >= 0.001"},
)
def who_waits_computes_little(): ...


@wrong("job 1 waits most of its time, and was done in a process")
def processes_for_everything():
    def with_the_right_pool(jobs, cores):
        with ProcessPoolExecutor(cores) as pool:
            futures = [pool.submit(function, argument) for function, argument, _, _ in jobs]
            return [future.result() for future in futures]


@wrong("job 0 computes most of its time, and was done in a thread")
def threads_for_everything():
    def with_the_right_pool(jobs, cores):
        with ThreadPoolExecutor(32) as pool:
            futures = [pool.submit(function, argument) for function, argument, _, _ in jobs]
            return [future.result() for future in futures]


@wrong("job 0 computes most of its time, and was done by the caller")
def a_loop():
    def with_the_right_pool(jobs, cores):
        return [function(argument) for function, argument, _, _ in jobs]


@wrong(
    "job 0 computes most of its time, and was done in a thread",
    replaced={"computes > waits": "computes < waits"},
)
def the_other_way_round(): ...


@wrong("was done in a process", "it belongs in a thread")
def one_pool_for_the_majority():
    def with_the_right_pool(jobs, cores):
        computes = sum(job[2] for job in jobs)
        waits = sum(job[3] for job in jobs)
        pool = ProcessPoolExecutor(cores) if computes >= waits else ThreadPoolExecutor(32)
        with pool:
            futures = [pool.submit(function, argument) for function, argument, _, _ in jobs]
            return [future.result() for future in futures]


@wrong("job 1 waits most of its time, and was done in a process")
def whatever_computes_at_all():
    def with_the_right_pool(jobs, cores):
        with ProcessPoolExecutor(cores) as processes, ThreadPoolExecutor(32) as threads:
            futures = [(processes if job[2] > 0.005 else threads).submit(job[0], job[1]) for job in jobs]
            return [future.result() for future in futures]


@wrong("they belong into the order of `jobs`, whoever did them")
def one_kind_after_the_other_in_the_results():
    def with_the_right_pool(jobs, cores):
        with ProcessPoolExecutor(cores) as processes, ThreadPoolExecutor(32) as threads:
            small = [job[0](job[1]) for job in jobs if job[2] + job[3] < 0.001]
            rest = [job for job in jobs if job[2] + job[3] >= 0.001]
            computing = [processes.submit(job[0], job[1]) for job in rest if job[2] > job[3]]
            waiting = [threads.submit(job[0], job[1]) for job in rest if job[2] <= job[3]]
            return small + [future.result() for future in computing + waiting]


@wrong("they belong into the order of `jobs`, whoever did them")
def as_they_come():
    def with_the_right_pool(jobs, cores):
        with ProcessPoolExecutor(cores) as processes, ThreadPoolExecutor(32) as threads:
            futures = [(processes if job[2] > job[3] else threads).submit(job[0], job[1]) for job in jobs]
            return [future.result() for future in as_completed(futures)]


@wrong("two jobs may have the same function and argument")
def results_by_argument():
    def with_the_right_pool(jobs, cores):
        with ProcessPoolExecutor(cores) as processes, ThreadPoolExecutor(32) as threads:
            found = {}
            for function, argument, computes, waits in jobs:
                if computes + waits < 0.001:
                    found[argument] = function(argument)
                elif argument not in found:
                    found[argument] = (processes if computes > waits else threads).submit(function, argument)
            return [one.result() if hasattr(one, "result") else one for one in found.values()]


@wrong("and 32 are the most", replaced={"ThreadPoolExecutor(32)": "ThreadPoolExecutor(max(1, len(jobs)))"})
def a_thread_for_each_that_waits(): ...


@wrong("takes less than a millisecond, and was done in a process")
def small_ones_are_sent_too():
    def with_the_right_pool(jobs, cores):
        with ProcessPoolExecutor(cores) as processes, ThreadPoolExecutor(32) as threads:
            pools = [processes if computes >= waits else threads for _, _, computes, waits in jobs]
            futures = [pool.submit(job[0], job[1]) for pool, job in zip(pools, jobs)]
            return [future.result() for future in futures]


@wrong(
    "twelve jobs that wait for each other never met, with 2 cores",
    "waiting needs no core",
    replaced={"ThreadPoolExecutor(32)": "ThreadPoolExecutor(cores)"},
)
def as_many_threads_as_cores(): ...


@wrong("twelve jobs that wait for each other never met", replaced={"ThreadPoolExecutor(32)": "ThreadPoolExecutor()"})
def as_many_threads_as_python_likes(): ...


@wrong(
    "more than 2 of 6 jobs that compute were at work at the same time",
    replaced={"ProcessPoolExecutor(cores)": "ProcessPoolExecutor(len(jobs) or 1)"},
)
def a_process_for_every_job(): ...


@wrong("is one kind waited for before the other is handed over?")
def one_kind_after_the_other():
    def with_the_right_pool(jobs, cores):
        results = [None] * len(jobs)
        for pool, mine in [
            (ThreadPoolExecutor(32), lambda computes, waits: computes <= waits),
            (ProcessPoolExecutor(cores), lambda computes, waits: computes > waits),
        ]:
            with pool:
                futures = {}
                for place, (function, argument, computes, waits) in enumerate(jobs):
                    if computes + waits >= 0.001 and mine(computes, waits):
                        futures[place] = pool.submit(function, argument)
                for place, future in futures.items():
                    results[place] = future.result()
        for place, (function, argument, computes, waits) in enumerate(jobs):
            if computes + waits < 0.001:
                results[place] = function(argument)
        return results


@wrong("never met, with 2 cores")
def one_job_after_another():
    def with_the_right_pool(jobs, cores):
        results = []
        with ProcessPoolExecutor(cores) as processes, ThreadPoolExecutor(32) as threads:
            for function, argument, computes, waits in jobs:
                if computes + waits < 0.001:
                    results.append(function(argument))
                else:
                    results.append((processes if computes > waits else threads).submit(function, argument).result())
        return results


@wrong(
    "exactly as long as it waits does not compute for longer, and was done in a process",
    replaced={"computes > waits": "computes >= waits"},
)
def as_long_is_longer(): ...


@wrong("a job raised ValueError, and with_the_right_pool did not raise it")
def exceptions_in_the_place_of_results():
    def with_the_right_pool(jobs, cores):
        with ProcessPoolExecutor(cores) as processes, ThreadPoolExecutor(32) as threads:
            futures = {}
            for place, (function, argument, computes, waits) in enumerate(jobs):
                if computes + waits >= 0.001:
                    futures[place] = (processes if computes > waits else threads).submit(function, argument)
            results = []
            for place, (function, argument, *_) in enumerate(jobs):
                try:
                    results.append(futures[place].result() if place in futures else function(argument))
                except Exception as error:
                    results.append(error)
            return results


@wrong("of eight others had been done", "✘ an exception is raised, and all jobs have ended by then")
def what_has_not_begun_is_cancelled():
    def with_the_right_pool(jobs, cores):
        processes, threads = ProcessPoolExecutor(cores), ThreadPoolExecutor(32)
        try:
            futures = {}
            for place, (function, argument, computes, waits) in enumerate(jobs):
                if computes + waits >= 0.001:
                    futures[place] = (processes if computes > waits else threads).submit(function, argument)
            return [futures[place].result() if place in futures else job[0](job[1]) for place, job in enumerate(jobs)]
        finally:
            threads.shutdown(cancel_futures=True)
            processes.shutdown(cancel_futures=True)


@wrong("of eight others had been done", "✘ an exception is raised, and all jobs have ended by then")
def a_pool_that_is_left_by_with_is_terminated():
    def with_the_right_pool(jobs, cores):
        with Pool(cores) as processes, ThreadPoolExecutor(32) as threads:
            found = {}
            for place, (function, argument, computes, waits) in enumerate(jobs):
                if computes + waits >= 0.001:
                    if computes > waits:
                        found[place] = processes.apply_async(function, (argument,)).get
                    else:
                        found[place] = threads.submit(function, argument).result
            return [found[place]() if place in found else job[0](job[1]) for place, job in enumerate(jobs)]


@wrong("threads were still there when it had returned")
def a_pool_that_nobody_closes():
    forgotten = []

    def with_the_right_pool(jobs, cores):
        threads = ThreadPoolExecutor(32)
        forgotten.append(threads)
        with ProcessPoolExecutor(cores) as processes:
            futures = {}
            for place, (function, argument, computes, waits) in enumerate(jobs):
                if computes + waits >= 0.001:
                    futures[place] = (processes if computes > waits else threads).submit(function, argument)
            return [futures[place].result() if place in futures else job[0](job[1]) for place, job in enumerate(jobs)]


@also_right
def functions_that_give_the_results():
    def with_the_right_pool(jobs, cores):
        with ThreadPoolExecutor(max_workers=32) as threads, ProcessPoolExecutor(max_workers=cores) as processes:
            asked = []
            for function, argument, computes, waits in jobs:
                if computes + waits < 1e-3:
                    asked.append(None)
                elif computes > waits:
                    asked.append(processes.submit(function, argument))
                else:
                    asked.append(threads.submit(function, argument))
            done = []
            for one, (function, argument, _, _) in zip(asked, jobs):
                done.append(function(argument) if one is None else one.result())
            return done


@also_right
def pools_that_are_made_when_they_are_needed():
    def kind_of(computes, waits):
        if computes + waits < 0.001:
            return "caller"
        return "process" if computes > waits else "thread"

    def with_the_right_pool(jobs, cores):
        kinds = [kind_of(computes, waits) for _, _, computes, waits in jobs]
        pools = {}
        if "process" in kinds:
            pools["process"] = ProcessPoolExecutor(min(cores, kinds.count("process")))
        if "thread" in kinds:
            pools["thread"] = ThreadPoolExecutor(min(32, kinds.count("thread")))
        try:
            futures = [
                pools[kind].submit(function, argument) if kind in pools else None
                for kind, (function, argument, _, _) in zip(kinds, jobs)
            ]
            return [future.result() if future else job[0](job[1]) for future, job in zip(futures, jobs)]
        finally:
            for pool in pools.values():
                pool.shutdown()


@also_right
def the_older_pools():
    def with_the_right_pool(jobs, cores):
        with Pool(cores) as processes, ThreadPool(32) as threads:
            waiting = {}
            for place, (function, argument, computes, waits) in enumerate(jobs):
                if computes + waits >= 0.001:
                    pool = processes if computes > waits else threads
                    waiting[place] = pool.apply_async(function, (argument,))
            try:
                return [
                    waiting[place].get() if place in waiting else function(argument)
                    for place, (function, argument, _, _) in enumerate(jobs)
                ]
            finally:
                for pool in processes, threads:
                    pool.close()
                    pool.join()
