"""Pools, executors and shared memory in virtual time."""

import pytest

from lockstep.simulation.actors import Deadlock
from lockstep.simulation.costs import LAPTOP
from lockstep.simulation.log import Log

from .virtual import reply, simulated


def test_a_pool_spreads_tasks_and_keeps_their_order():
    program = """
    def task(seconds):
        work(seconds)
        return seconds

    def main(workers, chunksize):
        with mp.Pool(workers) as pool:
            return pool.map(task, [4, 1, 1, 1, 1], chunksize)
    """
    found = simulated(program, 2, 1)
    assert found.result == [4, 1, 1, 1, 1]
    assert found.makespan == pytest.approx(4)
    assert simulated(program, 2, 5).makespan == pytest.approx(8)
    assert simulated(program, 1, 1).makespan == pytest.approx(8)


def test_every_way_of_giving_a_pool_tasks():
    program = """
    def add(a, b=10):
        work(a / 100)
        return a + b

    def fail(x):
        raise ValueError(f"no {x}")

    def start(base):
        global BASE
        BASE = base

    def based(x):
        return BASE + x

    def main():
        called = []
        with mp.Pool(3, start, (100,)) as pool:
            results = [
                pool.apply(add, (1,), {"b": 2}),
                pool.apply_async(add, (5,), callback=called.append).get(timeout=9),
                pool.starmap(add, [(1, 2), (3, 4)]),
                list(pool.imap(add, [3, 1, 2])),
                list(pool.imap_unordered(add, [30, 1, 20])),
                pool.map_async(based, range(4)).get(),
                pool.map(add, []),
            ]
            for call in (lambda: pool.map(fail, [7]), lambda: next(pool.imap(fail, [8]))):
                try:
                    call()
                except ValueError as error:
                    results.append(str(error))
            late = pool.apply_async(time.sleep, (5,))
            results.append(late.ready())
            try:
                late.get(timeout=1)
            except mp.TimeoutError:
                results.append("late")
            late.wait()
            results.append((late.ready(), late.successful()))
            pool.close()
            try:
                pool.map(add, [1])
            except ValueError as error:
                results.append(str(error))
            pool.join()
        return results, called
    """
    results, called = simulated(program).result
    assert results == [
        3, 15, [3, 7], [13, 11, 12], [11, 30, 40], [100, 101, 102, 103], [], "no 7", "no 8", False, "late",
        (True, True), "Pool not running",
    ]  # fmt: skip
    assert called == [15]


def test_workers_retire_after_their_tasks():
    program = """
    def me(_):
        return os.getpid()

    def main(most):
        with mp.Pool(1, maxtasksperchild=most) as pool:
            return len(set(pool.map(me, range(6), 1)))
    """
    assert simulated(program, 2).result == 3
    assert simulated(program, None).result == 1


def test_a_worker_that_dies_hangs_a_pool_and_breaks_an_executor():
    pool = """
    def main():
        with mp.Pool(1) as pool:
            pool.map(os._exit, [1])
    """
    with pytest.raises(Deadlock):
        Log.of_data(reply(pool)["log"]).replay()
    executor = """
    from concurrent.futures.process import BrokenProcessPool

    def main():
        with ProcessPoolExecutor(2) as pool:
            futures = [pool.submit(os._exit, 1), pool.submit(work, 5)]
            try:
                futures[0].result()
            except BrokenProcessPool:
                pass
            else:
                return "not broken"
            try:
                pool.submit(work, 1)
            except BrokenProcessPool:
                return type(futures[1].exception()).__name__
    """
    assert simulated(executor).result == "BrokenProcessPool"


def test_an_executor_with_futures():
    program = """
    def task(x):
        work(x)
        if x == 3:
            raise KeyError("three")
        return x

    def main():
        done = []
        with ProcessPoolExecutor(2) as pool:
            futures = {pool.submit(task, x): x for x in (3, 1, 2)}
            futures_in_order = [futures[future] for future in as_completed(futures)]
            errors = [type(future.exception()).__name__ for future in futures]
            mapped = list(pool.map(task, [2, 1, 1], chunksize=2))
            first, rest = wait([pool.submit(task, 5), pool.submit(task, 1)], return_when=FIRST_COMPLETED)
            known = [future.result() for future in first]
            for future in rest:
                future.add_done_callback(lambda future: done.append(future.result()))
        return futures_in_order, errors, mapped, known, done
    """
    found = simulated(program)
    assert found.result == ([1, 3, 2], ["KeyError", "NoneType", "NoneType"], [2, 1, 1], [1], [5])
    assert found.makespan == pytest.approx(3 + 3 + 5)


def test_what_is_neither_begun_nor_in_the_pipe_to_the_workers_can_be_cancelled():
    program = """
    def main():
        with ProcessPoolExecutor(1) as pool:
            futures = [pool.submit(work, 1) for _ in range(5)]
            time.sleep(0.5)
            running = [future.running() for future in futures]
            cancelled = [future.cancel() for future in futures]
            time.sleep(1)
            late = futures[0].cancel(), futures[3].cancel(), futures[3].running()
        return running, cancelled, [future.cancelled() for future in futures], late
    """
    found = simulated(program)
    begun = [True, True, True, False, False]
    cancelled = [False, False, False, True, True]
    assert found.result == (begun, cancelled, cancelled, (False, True, False)), (
        "one worker has one more in its pipe, and one"
    )
    assert found.makespan == pytest.approx(3)


def test_numpy_works_on_memory_that_processes_share():
    program = """
    import numpy as np
    from multiprocessing import shared_memory

    def fill(name, raw, unlocked, array, place):
        segment = shared_memory.SharedMemory(name)
        np.ndarray((4,), dtype="f8", buffer=segment.buf)[place] = place + 1
        np.frombuffer(raw)[place] = np.frombuffer(unlocked)[place] = place + 2
        np.frombuffer(array.get_obj(), dtype="i4")[place] = place + 3
        segment.close()

    def main():
        segment = shared_memory.SharedMemory(create=True, size=32)
        raw, unlocked, array = mp.RawArray("d", 4), mp.Array("d", 4, lock=False), mp.Array("i", 4)
        processes = [mp.Process(target=fill, args=(segment.name, raw, unlocked, array, place)) for place in range(4)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        told = np.ndarray((4,), dtype="f8", buffer=segment.buf).tolist(), list(raw), unlocked[:], array[:]
        segment.close()
        segment.unlink()
        try:
            shared_memory.SharedMemory(segment.name)
        except FileNotFoundError:
            return told
    """
    assert simulated(program).result == ([1, 2, 3, 4], [2, 3, 4, 5], [2, 3, 4, 5], [3, 4, 5, 6])


def test_an_argument_that_cannot_be_unpickled_ends_its_process_and_costs_no_time():
    program = """
    from multiprocessing import shared_memory

    def main():
        work(1)
        segment = shared_memory.SharedMemory(create=True, size=32)
        processes = [mp.Process(target=print, args=(segment,)) for _ in range(2)]
        segment.close()
        segment.unlink()
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return [process.exitcode for process in processes]
    """
    found = simulated(program, costs=LAPTOP)
    assert found.result == [1, 1]
    assert [failure.text().partition(" ended with ")[2] for failure in found.failures] == [
        "FileNotFoundError: [Errno 2] No such file or directory: '/psm_0#1'"
    ] * 2
    assert found.makespan == pytest.approx(1, abs=0.5)


def test_a_counter_loses_updates_without_its_lock_and_none_with_it():
    program = """
    def add(counter, times, locked):
        for _ in range(times):
            if locked:
                with counter.get_lock():
                    counter.value += 1
            else:
                before = counter.value
                time.sleep(0.001)
                counter.value = before + 1

    def main(locked):
        counter = mp.Value("i", 0)
        processes = [mp.Process(target=add, args=(counter, 20, locked)) for _ in range(3)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return counter.value
    """
    assert simulated(program, True).result == 60
    assert simulated(program, False).result == 20


@pytest.mark.parametrize("lock", [True, False])
def test_an_array_of_characters_is_bytes_as_well(lock):
    program = """
    def shout(array):
        array.value = array.value.upper()

    def main(lock):
        array = mp.Array("c", b"hello", lock=lock)
        process = mp.Process(target=shout, args=(array,))
        process.start()
        process.join()
        told = [array.value, array[0], len(array)]
        array.value = b"ab"
        told += [array.value, array.raw, hasattr(mp.Array("i", 3), "value")]
        array.raw = b"12345"
        try:
            array.value = b"too long"
        except ValueError:
            told.append(array[:])
        return told
    """
    assert simulated(program, lock).result == [b"HELLO", b"H", 5, b"ab", b"ab\0LO", False, b"12345"]
