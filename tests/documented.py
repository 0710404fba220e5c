"""Programs that the examples in docstrings run."""

from multiprocessing import Pool, Process, Value

from lockstep import work


def add(total):
    total.value += 1


def count(workers):
    total = Value("i", 0)
    processes = [Process(target=add, args=(total,)) for _ in range(workers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return total.value


def work_together(seconds, workers):
    processes = [Process(target=work, args=(seconds / workers,)) for _ in range(workers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


def sum_of_ranks(comm):
    return comm.allreduce(comm.Get_rank())


def square(number):
    return number * number


def squares(numbers, workers):
    with Pool(workers) as pool:
        return sum(pool.map(square, range(numbers)))
