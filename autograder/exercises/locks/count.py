"""Count together

Write `count(workers, times)`. It starts `workers` processes, all before it waits for the first. Each adds 1 to one shared
counter, `times` times. It returns what the counter holds when all of them are done; that may be a large number. No increment may be
lost, in any interleaving.

`total.value += 1` reads, adds and writes. Nobody else may come between the read and the write. Use `Process` and a shared
`Value`: the checks run your processes on every interleaving, which cannot be done with a `Pool`.
"""

from multiprocessing import Array, Lock, Process, RawArray, Semaphore, Value, get_context

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore

points = 4

hints = [
    "Which lines must one process run without another coming in between? They are the critical section.",
    "A lock keeps others out only if everybody uses the same lock. Where is it made, and who gets it?",
    "`with total.get_lock():` around the whole `total.value += 1` is enough.",
]

equivalent_mutants = {'+ total = Value("i", )': "a Value starts at 0 anyway"}


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
    found = explore(student.count, 1, 3)
    assert None not in found.results, (
        "`count(1, 3)` returns None: `return` hands the total to whoever calls, `print` does not"
    )
    assert found.operations or list(found.results) != [0], (
        "`count(1, 3)` returns 0, and nothing that is shared was read or written: what a process adds to an ordinary or a global variable stays "
        "in its own copy. Count in a `Value`"
    )
    found.always(lambda total: total == 3)
    assert found.processes == 1, f"count(1, 3) should start 1 process, and starts {found.processes}"
    if "proxy.call" in found.operations:
        assert student.count(1, 300) == 300  # a Manager takes far longer for each
    else:
        assert student.count(1, 40_000) == 40_000


@check("2 processes, once each: 2 in every interleaving")
def _(student):
    found = explore(student.count, 2, 1).always(lambda total: total == 2)
    assert found.processes == 2, f"count(2, 1) should start 2 processes, and starts {found.processes}"


@check("each of the 2 adds to one counter, at the same time as the other, and what it holds is returned")
def _(student):
    found = explore(student.count, 2, 1)
    sound = found.processes == 2 and not (found.deadlocks or found.livelocks or found.crashes)
    sound = sound and list(found.results) == [2]
    assert sound, "first let 2 processes count to 2 in every interleaving: see above"
    assert found.claim.complete, "there are too many interleavings to take them all: does it begin again and again?"
    assert found.operations & {"cell.write", "cells.write", "proxy.call"}, (
        "nobody ever writes to a shared value: who counts?"
    )
    steps = found.schedule().steps
    writers = {}  # of every value that is changed
    for step in steps:
        if step.changes and not step.operation.startswith(("acquire", "release", "try")):
            writers.setdefault(step.changes[0][0], set()).add(step.process)
    workers = [who - {"main"} for who in writers.values()]
    assert any(workers), "the processes that are started write to nothing shared: main does the counting"
    assert len(set.union(*workers)) == 2, "one process counts for both"
    assert max(len(who) for who in workers) == 2, (
        f"each process has a counter of its own ({', '.join(sorted(writers))}); they should add to one"
    )
    assert any(step.process == "main" and "2" in step.answer for step in steps), (
        "main never reads the counter: return what has been counted, not what should have been"
    )
    assert found.running_at_once > 1, (
        "the second process never begins before the first is done. Start all of them, and join them in a second loop"
    )


@check("2 processes, twice each: 4 in every interleaving")
def _(student):
    found = explore(student.count, 2, 2).always(lambda total: total == 4)
    assert found.processes == 2, f"count(2, 2) should start 2 processes, and starts {found.processes}"


@check("4 real processes count to 800")
def _(student):
    found = explore(student.count, 2, 2)
    sound = found.processes == 2 and not (found.deadlocks or found.livelocks or found.crashes)
    sound = sound and list(found.results) == [4]
    assert sound, "they count when 2 processes count to 4 in every interleaving: see above"
    assert student.count(4, 200) == 800


@hidden
@check("3 processes, once each: 3 in every interleaving")
def _(student):
    found = explore(student.count, 3, 1).always(lambda total: total == 3)
    assert found.processes == 3, f"count(3, 1) should start 3 processes, and starts {found.processes}"


@hidden
@check("nobody, or nothing to do")
def _(student):
    explore(student.count, 0, 5).always(lambda total: total == 0)
    explore(student.count, 3, 0).always(lambda total: total == 0)


@wrong("interleavings the result is wrong (1)", "read total")
def no_lock():
    def add(total, times):
        for _ in range(times):
            total.value += 1


@wrong("interleavings the result is wrong (1)")
def a_lock_for_each_process():
    def add(total, times):
        lock = Lock()
        for _ in range(times):
            with lock:
                total.value += 1


@wrong("interleavings the result is wrong (1)")
def a_lock_around_the_write_only():
    def add(total, times):
        for _ in range(times):
            new = total.value + 1
            with total.get_lock():
                total.value = new


@wrong("count(1, 3) should start 1 process, and starts 0")
def no_process_at_all():
    def add(total, times):
        pass

    def count(workers, times):
        return workers * times


@wrong("what a process adds to an ordinary or a global variable stays in its own copy")
def a_global_variable():
    def add(times):
        global counted
        counted += times

    def count(workers, times):
        global counted
        counted = 0
        processes = [Process(target=add, args=(times,)) for _ in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return counted

    counted = 0


@wrong("nobody ever writes to a shared value: who counts?")
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


@wrong("the second process never begins before the first is done")
def one_after_the_other():
    def add(total, times):
        for _ in range(times):
            total.value += 1

    def count(workers, times):
        total = Value("i", 0)
        for _ in range(workers):
            process = Process(target=add, args=(total, times))
            process.start()
            process.join()
        return total.value


@wrong("the processes that are started write to nothing shared: main does the counting")
def called_and_not_handed_over():
    def count(workers, times):
        total = Value("i", 0)
        processes = [Process(target=add(total, times)) for _ in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return total.value


@wrong("one process counts for both")
def the_first_does_all():
    def count(workers, times):
        total = Value("i", 0)
        processes = [Process(target=add, args=(total, 0 if n else times * workers)) for n in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return total.value


@wrong("each process has a counter of its own (totals[0], totals[1]); they should add to one")
def a_counter_for_each():
    def add(totals, number, times):
        for _ in range(times):
            totals[number] += 1

    def count(workers, times):
        totals = Array("i", workers)
        processes = [Process(target=add, args=(totals, number, times)) for number in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return sum(totals)


@wrong("main never reads the counter: return what has been counted, not what should have been")
def what_should_come_out():
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
        return workers * times


@wrong("`count(1, 40000)` should be 40000, but is -25536")
def a_counter_of_16_bits():
    def count(workers, times):
        total = Value("h", 0)
        processes = [Process(target=add, args=(total, times)) for _ in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return total.value


@wrong(
    "interleavings the result is wrong (0, 1, 2)",
    "they count when 2 processes count to 4 in every interleaving: see above",
)
def nobody_waits_for_the_end():
    def count(workers, times):
        total = Value("i", 0)
        for _ in range(workers):
            Process(target=add, args=(total, times)).start()
        return total.value


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


@also_right
def with_a_context_of_its_own():
    def count(workers, times):
        spawn = get_context("spawn")
        total = spawn.Value("i", 0)
        processes = [spawn.Process(target=add, args=(total, times)) for _ in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return total.value


@also_right
def an_own_class_with_a_semaphore_as_its_lock():
    class Adder(Process):
        def __init__(self, total, mutex, times):
            super().__init__()
            self.total, self.mutex, self.times = total, mutex, times

        def run(self):
            for _ in range(self.times):
                with self.mutex:
                    self.total[0] += 1

    def count(workers, times):
        total, mutex = RawArray("i", 1), Semaphore(1)
        adders = [Adder(total, mutex, times) for _ in range(workers)]
        for adder in adders:
            adder.start()
        for adder in adders:
            adder.join()
        with mutex:
            return total[0]
