"""Computing, waiting and both in every model of unit 15, each a kind of `map`; for `python -m benchmarks.models`."""

from __future__ import annotations

import asyncio
import concurrent.futures
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import Pool
from typing import Any

SERVER = """
import asyncio, sys

async def answer(reader, writer):
    number = int(await reader.readline())
    await asyncio.sleep(0.05)
    writer.write(f"{number * number}\\n".encode())
    await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=200)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""

Item = tuple[int, int]  # the server's port, and where to begin to count
Work = Callable[[Item], int]
Model = Callable[[Work, Sequence[Item]], list[int]]


@contextmanager
def server() -> Iterator[int]:
    """The port of a server on this machine that answers after 50 ms, in a process of its own."""
    with subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.communicate()


def compute(item: Item) -> int:
    start = item[1]
    return sum(all(number % divisor for divisor in range(2, number)) for number in range(start, start + 200))


def ask(item: Item) -> int:
    with socket.create_connection(("127.0.0.1", item[0])) as connection:
        connection.sendall(f"{item[1]}\n".encode())
        return int(connection.makefile().readline())


def ask_and_compute(item: Item) -> int:
    return ask(item) + compute(item)


async def ask_in_a_coroutine(item: Item) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", item[0])
    writer.write(f"{item[1]}\n".encode())
    found = int(await reader.readline())
    writer.close()
    return found


def one_after_another(work: Work, items: Sequence[Item]) -> list[int]:
    return [work(item) for item in items]


def with_executor(make: Callable[[], Executor], work: Work, items: Sequence[Item]) -> list[int]:
    with make() as executor:
        return list(executor.map(work, items))


def with_pool(work: Work, items: Sequence[Item]) -> list[int]:
    with Pool(2) as pool:
        return pool.map(work, items, chunksize=1)


async def _in_a_coroutine(work: Work, item: Item, executor: Executor | None) -> int:
    asked = 0 if work is compute else await ask_in_a_coroutine(item)
    if work is ask:
        return asked
    if executor is None:
        return asked + compute(item)
    return asked + await asyncio.get_running_loop().run_in_executor(executor, compute, item)


async def _gathered(work: Work, items: Sequence[Item], executor: Executor | None) -> list[int]:
    return list(await asyncio.gather(*[_in_a_coroutine(work, item, executor) for item in items]))


def in_an_event_loop(work: Work, items: Sequence[Item]) -> list[int]:
    return asyncio.run(_gathered(work, items, None))


def loop_with_processes(work: Work, items: Sequence[Item]) -> list[int]:
    with ProcessPoolExecutor(2) as executor:
        return asyncio.run(_gathered(work, items, executor))


def models() -> dict[str, Model]:
    """The models that this Python has, by their names."""
    found: dict[str, Model] = {
        "a loop": one_after_another,
        "2 threads": partial(with_executor, partial(ThreadPoolExecutor, 2)),
        "16 threads": partial(with_executor, partial(ThreadPoolExecutor, 16)),
        "Pool of 2": with_pool,
        "2 processes": partial(with_executor, partial(ProcessPoolExecutor, 2)),
        "16 processes": partial(with_executor, partial(ProcessPoolExecutor, 16)),
        "event loop": in_an_event_loop,
        "event loop + 2 processes": loop_with_processes,
    }
    interpreters: Any = getattr(concurrent.futures, "InterpreterPoolExecutor", None)
    if interpreters is not None:
        found["2 interpreters"] = partial(with_executor, partial(interpreters, 2))
    return found
