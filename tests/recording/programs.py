"""Programs with processes, whose timelines are known: importable, so that every start method can run them."""

import concurrent.futures
import multiprocessing
import time
from time import sleep

MINE = [sleep]  # a name that no recording finds


def spin(steps):
    while steps:
        steps -= 1
    return 1


def pool_of_two(context, tasks):
    with context.Pool(2) as pool:
        return sum(pool.map(spin, [2000] * tasks, chunksize=1))


def serialised(context, tasks):
    with context.Pool(3) as pool:
        return sum(pool.apply(spin, (100_000,)) for _ in range(tasks))


def executor_of_two(context, tasks):
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as executor:
        return sum(executor.map(spin, [2000] * tasks))


def visit(lock, times):
    for _ in range(times):
        with lock:
            time.sleep(0.01)


def visit_together(lock, inside):
    inside.wait()
    visit(lock, 3)


def convoy(context, workers):
    lock, inside = context.Lock(), context.Barrier(workers + 1)
    processes = [context.Process(target=visit_together, args=(lock, inside)) for _ in range(workers)]
    with lock:
        for process in processes:
            process.start()
        inside.wait()
        time.sleep(0.2)
    for process in processes:
        process.join()


def fill(queue, items):
    for item in range(items):
        queue.put(item)
    queue.put(None)


def through_a_queue(context, items):
    queue = context.Queue(2)
    filler = context.Process(target=fill, args=(queue, items), name="filler")
    filler.start()
    taken = list(iter(queue.get, None))
    filler.join()
    return taken


class Subclass(multiprocessing.get_context("fork").Process):
    """A process that overrides run."""

    def run(self):
        spin(10)


def with_a_subclass():
    process = Subclass()
    process.start()
    process.join()
    return process.exitcode


def tell_and_visit(begun, lock):
    begun.set()
    visit(lock, 1)


def killed_while_waiting(context):
    begun, lock = context.Event(), context.Lock()
    with lock:
        process = context.Process(target=tell_and_visit, args=(begun, lock))
        process.start()
        begun.wait()
        time.sleep(0.3)
        process.kill()
        process.join()


def failing(context):
    context.Process(target=time.sleep, args=(60,)).start()
    raise ZeroDivisionError("mine")


def interrupted(context):
    context.Process(target=time.sleep, args=(60,)).start()
    raise KeyboardInterrupt


def start_another_when_told(told, started):
    """A child that outlives its recording, and then starts a process of its own."""
    told.wait()
    process = multiprocessing.get_context("fork").Process(target=spin, args=(10,))
    process.start()
    process.join()
    started.put(process.exitcode)


def sleep_by_its_own_name(context):
    process = context.Process(target=sleep, args=(0.01,))
    process.start()
    process.join()
    with context.Pool(1) as pool:
        pool.map(sleep, [0.01])
        pool.map(time.sleep, [0.01])
        pool.map(MINE[0], [0.01])
    sleep(0.01)
    return process.exitcode
