"""Ten small programs of different objects, small enough to be driven."""

from tests.exploration.test_bugs import BUFFER, PARALLEL_MAP, PETERSON
from tests.exploration.test_counts import COUNTER, PHILOSOPHERS

EVENT = """
    def wait(ready, out):
        ready.wait()
        out.value += 1

    def main(clear):
        ready, out = Event(), Value("i", 0)
        waiters = [Process(target=wait, args=(ready, out)) for _ in range(2)]
        for waiter in waiters:
            waiter.start()
        ready.set()
        if clear:
            ready.clear()
        for waiter in waiters:
            waiter.join()
        return out.value
"""

PINGPONG = """
    def answer(end):
        end.send(end.recv() + 1)

    def main():
        mine, other = Pipe()
        process = Process(target=answer, args=(other,))
        process.start()
        mine.send(1)
        answered = mine.recv()
        process.join()
        return answered
"""

BARRIER = """
    def meet(barrier, cells, me):
        cells[me] = me + 1
        barrier.wait()
        cells[me] = cells[1 - me] * 10

    def main():
        barrier = Barrier(2)
        cells = Array("i", 2, lock=False)
        processes = [Process(target=meet, args=(barrier, cells, me)) for me in (0, 1)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return list(cells)
"""

CRASH = """
    def take(slots, stock):
        with slots:
            with inside("store"):
                if stock.value == 0:
                    raise LookupError("nothing left of <b>stock</b>")
                stock.value = 0

    def main():
        slots, stock = Semaphore(2), Value("i", 1)
        processes = [Process(target=take, args=(slots, stock)) for _ in range(2)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return stock.value
"""

LOST_WAKE_UP = """
    def wait(changed):
        with changed:
            changed.wait()

    def main():
        changed = Condition()
        process = Process(target=wait, args=(changed,))
        process.start()
        with changed:
            changed.notify()
        process.join()
"""

THREE_KINDS = """
    def work(first, second, total, me):
        with first:
            with second:
                seen = total.value
        if me and seen:
            raise ValueError("late")
        total.value = seen + 1

    def main():
        one, other, total = Lock(), Lock(), Value("i", 0, lock=False)
        processes = [
            Process(target=work, args=(one, other, total, 1)), Process(target=work, args=(other, one, total, 0)),
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return total.value
"""

PROGRAMS = {
    "counter": (COUNTER, (2, 2)),
    "three philosophers": (PHILOSOPHERS, (3,)),
    "a buffer with one notify": (BUFFER, ("notify", 2)),
    "peterson": (PETERSON, ("turn to oneself", 1)),
    "a map over queues": (PARALLEL_MAP, (2, 2, "join first")),
    "an event": (EVENT, (True,)),
    "ping-pong": (PINGPONG, ()),
    "a barrier": (BARRIER, ()),
    "a crash": (CRASH, ()),
    "a lost wake-up": (LOST_WAKE_UP, ()),
}
