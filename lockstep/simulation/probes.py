"""Measurements of one cost each on the machine that is there; they start processes, and take some tens of milliseconds."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import statistics
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

_CALM = 0.1  # the quantile of repeated measurements that is taken: what disturbs only ever adds
_MOST_CONTENTION = 0.15  # more than this is another program's doing
_PART = 0.06  # seconds for the starts


def _calm(values: list[float]) -> float:
    return sorted(values)[int(len(values) * _CALM)]


def _repeated(once: Callable[[], float], least: int = 3) -> Iterator[float]:
    end = time.perf_counter() + _PART
    done = 0
    while done < least or time.perf_counter() < end:
        yield once()
        done += 1


def _times(count: int, do: Callable[[], Any], clock: Callable[[], float] = time.thread_time) -> float:
    begun = clock()
    for _ in range(count):
        do()
    return (clock() - begun) / count


@contextlib.contextmanager
def on_one_cpu() -> Iterator[None]:
    """On one CPU, where the system can do that: as where all are busy, and no idle one has to be woken for a thread or a worker."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def message() -> float:
    """CPU of sending or receiving a small message through a pipe, beside pickling."""
    one, other = multiprocessing.Pipe()

    def there() -> None:
        one.send(1)
        other.recv()

    pickled = _times(200, lambda: pickle.loads(pickle.dumps(1)))
    return max(0.0, min(_times(100, there) for _ in range(5)) - pickled) / 2


@on_one_cpu()
def queued_message() -> float:
    """CPU of putting or getting a small message, with what the feeder does and what waiting for it costs."""
    queue: Any = multiprocessing.Queue()

    def compute() -> int:
        return sum(range(2_000))

    def there() -> None:
        queue.put(1)
        compute()  # so that the feeder does not find the next message before it sleeps
        queue.get()

    there()
    alone = min(_times(40, compute, time.process_time) for _ in range(4))
    found = min(_times(40, there, time.process_time) for _ in range(6)) - alone
    queue.close()
    queue.join_thread()
    return max(0.0, found / 2)


def _echo(connection: Connection) -> None:
    while connection.recv_bytes():
        connection.send_bytes(b"x")


def byte() -> float:
    """CPU for each byte at one end of a pipe."""
    here, there = multiprocessing.Pipe()
    child = multiprocessing.Process(target=_echo, args=(there,), daemon=True)
    child.start()
    data = bytes(2 << 20)

    def send() -> None:
        here.send_bytes(data)
        here.recv_bytes()

    send()
    found = min(_times(1, send) for _ in range(5)) / len(data)
    here.send_bytes(b"")
    child.join()
    return found


def _answer(connection: Connection, queue: Any) -> None:
    while connection.recv() is not None:
        connection.send(time.perf_counter())
    while queue.get() is not None:
        connection.send(time.perf_counter())


def latencies() -> tuple[float, float]:
    """From a send (a put) to the process that waited for it."""
    here, there = multiprocessing.Pipe()
    queue: Any = multiprocessing.Queue()
    child = multiprocessing.Process(target=_answer, args=(there, queue), daemon=True)
    child.start()

    def one_way(send: Callable[[Any], None]) -> float:
        time.sleep(0.0005)  # until the other one waits
        sent = time.perf_counter()
        send(1)
        arrived: float = here.recv()
        return arrived - sent

    piped = _calm([one_way(here.send) for _ in range(30)])
    here.send(None)
    queued = _calm([one_way(queue.put) for _ in range(30)])
    queue.put(None)
    child.join()
    return piped, queued


def _report(connection: Connection) -> None:
    connection.send((time.perf_counter(), time.process_time()))
    connection.close()


def starts() -> tuple[float, float, float, float]:
    """CPU of start(), latency to the child, the child's own CPU, latency from its end to join()."""
    here, there = multiprocessing.Pipe()
    found: list[tuple[float, float, float, float]] = []

    def once() -> float:
        child = multiprocessing.Process(target=_report, args=(there,))
        cpu, used = time.thread_time(), _children()
        child.start()
        started, cpu = time.perf_counter(), time.thread_time() - cpu
        begun, own_before = here.recv()
        told = time.perf_counter()
        child.join()
        own = max(own_before, _children() - used)  # what a fork server started is not among our children
        found.append((cpu, max(0.0, begun - started), own, max(0.0, time.perf_counter() - told - own / 2)))
        return cpu

    for _ in _repeated(once):
        pass
    start, begin, own, exit_ = (_calm(list(values)) for values in zip(*found, strict=True))
    return start, begin, own, exit_


def _children() -> float:
    if resource is None:
        return 0.0
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def lock() -> float:
    lock = multiprocessing.Lock()

    def turn() -> None:
        lock.acquire()
        lock.release()

    return min(_times(300, turn) for _ in range(5)) / 2


def _meet(barrier: Any, rounds: int, connection: Connection) -> None:
    begun = time.process_time()
    for _ in range(rounds):
        barrier.wait()
    connection.send((time.process_time() - begun) / rounds)


def barrier() -> float:
    """CPU of arriving at a barrier and passing it."""
    rounds = 100
    barrier = multiprocessing.Barrier(2)
    here, there = multiprocessing.Pipe()
    children = [multiprocessing.Process(target=_meet, args=(barrier, rounds, there)) for _ in range(2)]
    for child in children:
        child.start()
    found: list[float] = [here.recv() for _ in children]
    for child in children:
        child.join()
    return min(found)


def _spin() -> float:
    """CPU seconds of some fixed work."""
    return _times(1, lambda: sum(range(200_000)))


def _spin_when_told(connection: Connection) -> None:
    while connection.recv():
        connection.send(_spin())


class Neighbour:
    """By which fraction the same work takes more CPU time while another process computes.

    Pairs of alone and together, spread over the calibration, because a disturbance from outside lasts for some time;
    and of their ratios the lower quartile, because one that hits two processes is likelier than one that hits one.
    """

    def __init__(self) -> None:
        self._ratios: list[float] = []
        self._here, there = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=_spin_when_told, args=(there,))

    def __enter__(self) -> Neighbour:
        self._process.start()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._here.send(False)
        self._process.join()

    def compare(self) -> None:
        for _ in range(3):
            alone = _spin()
            self._here.send(True)
            together = max(_spin(), self._here.recv())
            self._ratios.append(together / alone)

    @property
    def contention(self) -> float:
        return min(_MOST_CONTENTION, max(0.0, statistics.quantiles(self._ratios, n=4)[0] - 1))


@on_one_cpu()
def pool() -> tuple[float, float, float]:
    """CPU in a pool's process of opening and closing it, start included; of a task; of one whose result is handed out."""
    tasks = 10
    found = []
    for _ in range(4):
        begun = time.process_time()
        with multiprocessing.Pool(1) as pool:
            pool.apply(_spin_shortly)
            opened = time.process_time()
            pool.map(_spin_shortly, range(tasks), chunksize=1)
            mapped = time.process_time()
            for _ in pool.imap_unordered(_spin_shortly, range(tasks)):
                pass
            handed = time.process_time()
        closed = time.process_time()
        found.append((opened - begun + closed - handed, (mapped - opened) / tasks, (handed - mapped) / tasks))
    whole, task, handed_task = map(min, zip(*found, strict=True))
    return whole, task, handed_task


def _spin_shortly(_: Any = None) -> None:
    sum(range(40_000))
