"""The programs that benchmarks.explore takes through all their interleavings."""

from multiprocessing import Array, Lock, Process, RawValue, Semaphore, Value

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


def read(count, mutex, room):
    with mutex:
        count.value += 1
        if count.value == 1:
            room.acquire()
    with mutex:
        count.value -= 1
        if count.value == 0:
            room.release()


def write(room, written):
    with room:
        written.value += 1


def readers_writers(readers, writers):
    count, mutex, room, written = Value("i", 0), Lock(), Semaphore(1), Value("i", 0)
    processes = [Process(target=read, args=(count, mutex, room)) for _ in range(readers)]
    processes += [Process(target=write, args=(room, written)) for _ in range(writers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return written.value


class Buffer:
    def __init__(self, size):
        self.size, self.items = size, Array("i", size)
        self.first, self.last = Value("i", 0), Value("i", 0)
        self.lock, self.room, self.filled = Lock(), Semaphore(size), Semaphore(0)

    def put(self, item):
        self.room.acquire()
        with self.lock:
            self.items[self.last.value] = item
            self.last.value = (self.last.value + 1) % self.size
        self.filled.release()

    def get(self):
        self.filled.acquire()
        with self.lock:
            item = self.items[self.first.value]
            self.first.value = (self.first.value + 1) % self.size
        self.room.release()
        return item


def produce(buffer, number, items):
    for item in range(items):
        buffer.put(10 * number + item)


def consume(buffer, items):
    for _ in range(items):
        buffer.get()


def bounded_buffer(size, each, items):
    buffer = Buffer(size)
    processes = [Process(target=produce, args=(buffer, number, items)) for number in range(each)]
    processes += [Process(target=consume, args=(buffer, items)) for _ in range(each)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
