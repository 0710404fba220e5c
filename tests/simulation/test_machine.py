"""Programs in virtual time: declared work, so that every number is exact."""

import re

import pytest

from lockstep.simulation.actors import Deadlock
from lockstep.simulation.costs import LAPTOP
from lockstep.simulation.log import Log

from .virtual import reply, simulated

WORKERS = """
def worker(seconds):
    work(seconds)

def main(tasks):
    processes = [mp.Process(target=worker, args=(seconds,)) for seconds in tasks]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]
"""


def test_processes_overlap_as_far_as_there_are_cores():
    assert simulated(WORKERS, [1.0] * 4, cores=4).makespan == pytest.approx(1)
    assert simulated(WORKERS, [1.0] * 4, cores=2).makespan == pytest.approx(2)
    assert simulated(WORKERS, [3.0, 1.0], cores=8).makespan == pytest.approx(3)


def test_join_inside_the_start_loop_makes_the_program_serial():
    one_by_one = """
    def main(tasks):
        for seconds in tasks:
            process = mp.Process(target=work, args=(seconds,))
            process.start()
            process.join()
    """
    found = simulated(one_by_one, [1.0] * 4, cores=4)
    assert found.makespan == pytest.approx(4)
    assert found.parallelism == pytest.approx(1)


def test_work_span_busy_and_waiting_are_those_of_the_program():
    found = simulated(WORKERS, [3.0, 1.0, 2.0], cores=2)
    assert (found.work, found.span) == (pytest.approx(6), pytest.approx(3))
    assert found.busy == {"main": 0, "Process-1": 3.0, "Process-2": 1.0, "Process-3": 2.0}
    assert sum(wait.seconds for wait in found.waiting if wait.process == "main") == pytest.approx(found.makespan)
    assert {wait.what for wait in found.waiting} == {"Process.join"}
    (wait,) = found.waiting
    assert wait.for_whom == ("Process-1",), "joined first, it ends last"
    assert found.timeline().seconds == pytest.approx(found.makespan)
    uncrowded = simulated(WORKERS, [3.0, 1.0, 2.0], cores=4)
    assert uncrowded.timeline().at_once() == pytest.approx(uncrowded.parallelism)


def test_sleep_takes_virtual_time_but_no_core_and_clocks_agree():
    naps = """
    def nap(queue):
        time.sleep(2)
        queue.put((time.perf_counter(), time.process_time()))

    def main():
        queue = mp.Queue()
        begun = time.time()
        processes = [mp.Process(target=nap, args=(queue,)) for _ in range(5)]
        for process in processes:
            process.start()
        told = [queue.get() for _ in processes]
        for process in processes:
            process.join()
        return told, time.time() - begun
    """
    found = simulated(naps, cores=1)
    assert found.makespan == pytest.approx(2)
    assert found.work == 0
    told, passed = found.result
    assert told == [(pytest.approx(2), 0)] * 5
    assert passed == pytest.approx(2)


def test_timeouts_pass_in_virtual_time():
    patient = """
    def hold(lock, event):
        with lock:
            event.set()
            time.sleep(5)

    def main():
        lock, event, queue, condition = mp.Lock(), mp.Event(), mp.Queue(), mp.Condition()
        process = mp.Process(target=hold, args=(lock, event))
        process.start()
        event.wait()
        said = [lock.acquire(timeout=1), mp.Event().wait(0.5)]
        try:
            queue.get(timeout=1)
        except Exception as error:
            said.append(type(error).__name__)
        with condition:
            said.append(condition.wait(timeout=1))
        process.join(timeout=0.25)
        said.append((process.exitcode, time.perf_counter()))
        said.append(lock.acquire(timeout=2))
        said.append(time.perf_counter())
        process.join()
        return said
    """
    found = simulated(patient).result
    assert found == [False, False, "Empty", False, (None, pytest.approx(3.75)), True, pytest.approx(5)]


def test_a_barrier_holds_everybody_until_the_last():
    rounds = """
    def step(barrier, seconds):
        for _ in range(3):
            work(seconds)
            barrier.wait()

    def main():
        barrier = mp.Barrier(3)
        processes = [mp.Process(target=step, args=(barrier, seconds)) for seconds in (1, 2, 3)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
    """
    found = simulated(rounds)
    assert found.makespan == pytest.approx(9)
    waits = {wait.process: wait.seconds for wait in found.waiting if wait.what == "Barrier.wait"}
    assert waits == {"Process-1": pytest.approx(6), "Process-2": pytest.approx(3)}


def test_a_wait_tells_for_whom():
    program = """
    def hold(lock, started, queue):
        with lock:
            started.set()
            work(1)
        work(1)
        queue.put("done")

    def want(lock):
        with lock:
            pass

    def main():
        lock, started, queue = mp.Lock(), mp.Event(), mp.Queue()
        holder = mp.Process(target=hold, args=(lock, started, queue))
        holder.start()
        started.wait()
        wanting = [mp.Process(target=want, args=(lock,)) for _ in range(2)]
        for process in wanting:
            process.start()
        queue.get()
        work(0.5)
        try:
            queue.get(timeout=1)
        except Exception:
            pass
        for process in (holder, *wanting):
            process.join()
    """
    found = simulated(program)
    waits = {(wait.process, wait.what): (wait.for_whom, pytest.approx(wait.seconds)) for wait in found.waiting}
    assert waits[("Process-2", "Lock.acquire")] == (("Process-1",), 1)
    gets = [wait for wait in found.waiting if wait.what == "Queue.get"]
    assert [(wait.for_whom, wait.seconds) for wait in gets] == [
        (("Process-1",), pytest.approx(2)), ((), pytest.approx(1))
    ]  # fmt: skip
    assert re.search(r"main waited 2 s in Queue.get \(program:\d+\), for Process-1", str(found))


def test_conditions_wake_those_who_waited_longest():
    program = """
    def waiter(condition, queue, me):
        time.sleep(me / 10)
        with condition:
            condition.wait()
            queue.put(me)

    def main():
        condition, queue = mp.Condition(), mp.Queue()
        processes = [mp.Process(target=waiter, args=(condition, queue, me)) for me in (3, 1, 2)]
        for process in processes:
            process.start()
        order = []
        for _ in processes:
            time.sleep(1)
            with condition:
                condition.notify()
            order.append(queue.get())
        for process in processes:
            process.join()
        return order
    """
    assert simulated(program).result == [1, 2, 3]


def test_two_locks_in_opposite_order_deadlock_in_virtual_time():
    program = """
    def both(first, second):
        with first:
            work(1)
            with second:
                pass

    def main(same):
        a, b = mp.Lock(), mp.Lock()
        pairs = [(a, b), (a, b) if same else (b, a)]
        processes = [mp.Process(target=both, args=pair) for pair in pairs]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return "done"
    """
    assert simulated(program, True).result == "done"
    found = reply(program, False)
    with pytest.raises(Deadlock) as caught:
        Log.of_data(found["log"]).replay()
    assert {waiting.for_whom for waiting in caught.value.waiting} == {("0.1",), ("0.2",)}


def test_joining_before_draining_a_full_queue_deadlocks():
    program = """
    def fill(queue):
        queue.put(bytes(1_000_000))
        queue.put(bytes(1_000_000))

    def main():
        queue = mp.Queue()
        process = mp.Process(target=fill, args=(queue,))
        process.start()
        process.join()
        return len(queue.get())
    """
    with pytest.raises(Deadlock):
        Log.of_data(reply(program)["log"]).replay()


def test_a_log_computes_to_the_same_makespan_and_spans_anywhere():
    program = WORKERS.replace("work(seconds)", "sum(range(int(seconds * 200_000)))")
    found = simulated(program, [1.0, 2.0, 0.5], cores=2, costs=LAPTOP)
    again = Log.of_data(found.log.to_data()).replay()
    assert again.makespan == found.makespan
    assert found.work > 0.003
    assert found.span <= found.makespan <= found.work + 0.1


def test_processes_have_globals_of_their_own():
    program = """
    SEEN = []

    def child(queue):
        SEEN.append(1)
        queue.put(len(SEEN))

    def main():
        SEEN.append(0)
        queue = mp.SimpleQueue()
        processes = [mp.Process(target=child, args=(queue,)) for _ in range(3)]
        for process in processes:
            process.start()
        told = [queue.get() for _ in processes]
        for process in processes:
            process.join()
        return told, len(SEEN), os.getpid() == mp.current_process().pid
    """
    assert simulated(program).result == ([1, 1, 1], 1, True)


def test_exit_codes_and_failures_are_told():
    program = """
    def fail():
        raise KeyError("lost")

    def leave(code):
        os._exit(code)

    def nap():
        time.sleep(100)

    def main():
        processes = [mp.Process(target=fail), mp.Process(target=leave, args=(7,)), mp.Process(target=nap)]
        for process in processes:
            process.start()
        time.sleep(1)
        alive = [process.is_alive() for process in processes]
        processes[2].terminate()
        for process in processes:
            process.join()
        return alive, [process.exitcode for process in processes]
    """
    found = simulated(program)
    assert found.result == ([False, False, True], [1, 7, -15])
    assert found.makespan == pytest.approx(1)
    assert [(failure.kind, failure.message) for failure in found.failures] == [("KeyError", "'lost'")]


def test_daemons_end_with_main_and_main_waits_for_the_others():
    program = """
    def main(daemon):
        mp.Process(target=time.sleep, args=(10,), daemon=daemon).start()
        work(1)
    """
    assert simulated(program, True).makespan == pytest.approx(1)
    assert simulated(program, False).makespan == pytest.approx(10)


def test_what_is_not_simulated_is_refused_by_name():
    threads = """
    def main():
        import threading
        threading.Thread(target=work, args=(1,)).start()
    """
    assert "threading" in reply(threads)["not_covered"]
    manager = """
    def main():
        return mp.Manager().Pool()
    """
    assert "Manager" in reply(manager)["not_covered"]


def test_a_program_without_end_is_stopped_by_its_operations():
    program = """
    def main():
        lock = mp.Lock()
        while True:
            with lock:
                pass
    """
    found = reply(program, operations=1_000)
    assert found.keys() == {"endless", "late"}, "and no log, which would be long"
    assert found["endless"].operations == 1_001
    assert not found["late"]
