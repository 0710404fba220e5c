"""Count together

Write `count(workers, times)`. It starts `workers` processes. Each adds 1 to one shared counter, `times` times. It returns
the total when all of them are done. No increment may be lost, in any interleaving.

`total.value += 1` reads, adds and writes. Nobody else may come between the read and the write.
"""

from multiprocessing import Lock, Process, Value

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore

points = 4

hints = [
    "Which lines must one process run without another coming in between? They are the critical section.",
    "A lock keeps others out only if everybody uses the same lock. Where is it made, and who gets it?",
    "`with total.get_lock():` around the whole `total.value += 1` is enough.",
]


def add(total, times):
    """What each process does; give it other parameters if you like."""
    ### BEGIN SOLUTION
    for _ in range(times):
        with total.get_lock():
            total.value += 1
    ### END SOLUTION


def count(workers, times):
    """Start `workers` processes that each add 1 to a shared counter `times` times; return the total."""
    ### BEGIN SOLUTION
    total = Value("i", 0)
    processes = [Process(target=add, args=(total, times)) for _ in range(workers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return total.value
    ### END SOLUTION


@check("one process counts")
def _(student):
    assert student.count(1, 3) == 3


@check("2 processes, once each: 2 in every interleaving")
def _(student):
    found = explore(student.count, 2, 1).always(lambda total: total == 2)
    assert found.processes == 2, f"count(2, 1) starts {found.processes} processes, and should start 2"
    assert "cell.write" in found.operations, "no process ever writes to a shared value: who counts?"


@check("2 processes, twice each: 4 in every interleaving")
def _(student):
    explore(student.count, 2, 2).always(lambda total: total == 4)


@check("it counts on real processes, too")
def _(student):
    assert student.count(4, 200) == 800


@hidden
@check("3 processes, once each: 3 in every interleaving")
def _(student):
    explore(student.count, 3, 1).always(lambda total: total == 3)


@hidden
@check("nobody, or nothing to do")
def _(student):
    assert student.count(0, 5) == 0
    assert student.count(3, 0) == 0


@wrong("interleavings the result is wrong (1)", "read total")
def no_lock():
    def add(total, times):
        for _ in range(times):
            total.value += 1

    def count(workers, times):
        total = Value("i", 0)
        processes = [Process(target=add, args=(total, times)) for _ in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return total.value


@wrong("interleavings the result is wrong (1)")
def a_lock_for_each_process():
    def add(total, times):
        lock = Lock()
        for _ in range(times):
            with lock:
                total.value += 1

    def count(workers, times):
        total = Value("i", 0)
        processes = [Process(target=add, args=(total, times)) for _ in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return total.value


@wrong("interleavings the result is wrong (1)")
def a_lock_around_the_write_only():
    def add(total, times):
        for _ in range(times):
            new = total.value + 1
            with total.get_lock():
                total.value = new

    def count(workers, times):
        total = Value("i", 0)
        processes = [Process(target=add, args=(total, times)) for _ in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return total.value


@wrong("count(2, 1) starts 0 processes, and should start 2")
def no_process_at_all():
    def add(total, times):
        pass

    def count(workers, times):
        return workers * times


@wrong("no process ever writes to a shared value")
def processes_with_nothing_to_do():
    def add(total, times):
        pass

    def count(workers, times):
        processes = [Process(target=add, args=(None, times)) for _ in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return workers * times


@also_right
def with_a_lock_of_its_own():
    def add(total, lock, times):
        for _ in range(times):
            lock.acquire()
            try:
                total.value += 1
            finally:
                lock.release()

    def count(workers, times):
        total = Value("i", 0, lock=False)
        lock = Lock()
        processes = [Process(target=add, args=(total, lock, times)) for _ in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return total.value


@also_right
def one_addition_for_each_process():
    def add(total, times):
        with total.get_lock():
            total.value += times

    def count(workers, times):
        total = Value("i", 0)
        processes = [Process(target=add, args=(total, times)) for _ in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return total.value
