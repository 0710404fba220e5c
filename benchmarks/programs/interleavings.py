"""The programs that benchmarks.explore takes through all their interleavings."""

from multiprocessing import Lock, Process, RawValue, Value

from lockstep.exploration.sections import inside


def add(total, times):
    for _ in range(times):
        total.value += 1


def counter(workers, times):
    total = Value("i", 0)
    processes = [Process(target=add, args=(total, times)) for _ in range(workers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return total.value


def eat(left, right):
    with left, right:
        pass


def philosophers(n):
    forks = [Lock() for _ in range(n)]
    processes = [Process(target=eat, args=(forks[i], forks[(i + 1) % n])) for i in range(n)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


def visit(flags, turn, me):
    for _ in range(2):
        flags[me].value = 1
        turn.value = 1 - me
        while flags[1 - me].value and turn.value == 1 - me:
            pass
        with inside("section"):
            flags[me].value = 0


def peterson():
    flags, turn = [RawValue("i", 0), RawValue("i", 0)], RawValue("i", 0)
    processes = [Process(target=visit, args=(flags, turn, me)) for me in (0, 1)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
