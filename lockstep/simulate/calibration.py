"""What processes, messages, locks and barriers cost on this machine, measured in under a second.

Run as a program of its own, because measuring starts processes: `python -m lockstep.simulate.calibration`.
"""

from __future__ import annotations

import functools
import json
import multiprocessing
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

from lockstep.simulate.costs import Costs

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

_CALM = 0.1  # the quantile of repeated measurements that is taken: what disturbs only ever adds
_MOST_CONTENTION = 0.15  # more than this is another program's doing
_PART = 0.15  # seconds for each of the slow measurements


@functools.cache
def costs_of_this_machine() -> Costs:
    """Measured once a process. Raises RuntimeError if it cannot be measured."""
    command = [sys.executable, "-m", "lockstep.simulate.calibration"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=30, check=True, text=True)
        return Costs.of_data(json.loads(done.stdout))
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        raise RuntimeError(f"this machine could not be calibrated ({error}); use costs='laptop'") from None


def measured() -> Costs:
    """Measures. All numbers are those of Costs."""
    message = _messages()
    queued = max(0.0, _queue() - message)
    byte = _bytes()
    latency, queue_latency = _latencies()
    start, begin, child, exit_ = _starts()
    wake = max(0.0, latency - 2 * message)
    barrier = _barrier()
    return Costs(
        "this machine", start=start, begin=begin, child=child, exit=exit_, message=message, queued=queued, byte=byte,
        feed=max(0.0, queue_latency - latency - 2 * queued), switch=sys.getswitchinterval(), lock=_lock(), wake=wake,
        barrier=barrier,
        passing=barrier / 2, contention=_contention(),
    )  # fmt: skip


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


def _messages() -> float:
    """CPU of sending or receiving a small message through a pipe, beside pickling."""
    one, other = multiprocessing.Pipe()

    def there() -> None:
        one.send(1)
        other.recv()

    pickled = _times(200, lambda: pickle.loads(pickle.dumps(1)))
    return max(0.0, min(_times(100, there) for _ in range(5)) - pickled) / 2


def _queue() -> float:
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


def _bytes() -> float:
    """CPU for each byte at one end of a pipe."""
    here, there = multiprocessing.Pipe()
    child = multiprocessing.Process(target=_echo, args=(there,), daemon=True)
    child.start()
    data = bytes(4 << 20)

    def send() -> None:
        here.send_bytes(data)
        here.recv_bytes()

    send()
    found = min(_times(1, send) for _ in range(6)) / len(data)
    here.send_bytes(b"")
    child.join()
    return found


def _answer(connection: Connection, queue: Any) -> None:
    while connection.recv() is not None:
        connection.send(time.perf_counter())
    while queue.get() is not None:
        connection.send(time.perf_counter())


def _latencies() -> tuple[float, float]:
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

    piped = _calm([one_way(here.send) for _ in range(60)])
    here.send(None)
    queued = _calm([one_way(queue.put) for _ in range(60)])
    queue.put(None)
    child.join()
    return piped, queued


def _report(connection: Connection) -> None:
    connection.send((time.perf_counter(), time.process_time()))
    connection.close()


def _starts() -> tuple[float, float, float, float]:
    """CPU of start(), latency to the child, the child's own CPU, latency from its end to join()."""
    here, there = multiprocessing.Pipe()
    found: list[tuple[float, float, float, float]] = []

    def once() -> float:
        child = multiprocessing.Process(target=_report, args=(there,))
        cpu, used = time.thread_time(), _children()
        child.start()
        started, cpu = time.perf_counter(), time.thread_time() - cpu
        begun, _ = here.recv()
        told = time.perf_counter()
        child.join()
        own = max(0.0, _children() - used)
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


def _lock() -> float:
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


def _barrier() -> float:
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
    return _times(1, lambda: sum(range(400_000)))


def _keep_busy(connection: Connection) -> None:
    while not connection.poll():
        _spin()


def _contention() -> float:
    """By which fraction the same work takes more CPU time while another process computes."""
    here, there = multiprocessing.Pipe()
    alone = min(_spin() for _ in range(6))
    child = multiprocessing.Process(target=_keep_busy, args=(there,))
    child.start()
    time.sleep(0.005)
    beside = min(_spin() for _ in range(6))
    here.send(None)
    child.join()
    return min(_MOST_CONTENTION, max(0.0, beside / alone - 1))


if __name__ == "__main__":
    try:
        costs = measured()
    except OSError as error:
        sys.exit(str(error))
    print(json.dumps(costs.to_data()))
