"""The same work cut into tasks, and everybody's way of running tasks on P workers."""

from __future__ import annotations

import concurrent.futures
import contextlib
import math
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

FORK = multiprocessing.get_context("fork") if "fork" in multiprocessing.get_all_start_methods() else multiprocessing
Map = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]


@dataclass(frozen=True)
class Workload:
    """`task(item)` for every item of `items`; the answer is the sum."""

    name: str
    task: Callable[[Any], float]
    items: Sequence[Any]


def spin(steps: int) -> int:
    while steps:
        steps -= 1
    return 0


def primes_between(bounds: tuple[int, int]) -> int:
    return sum(1 for n in range(*bounds) if n > 1 and all(n % d for d in range(2, math.isqrt(n) + 1)))


def darts(seed: int) -> int:
    rng = np.random.default_rng(seed)
    return int(sum(np.count_nonzero(np.sum(rng.random((2, 20_000)) ** 2, axis=0) < 1) for _ in range(8)))


def mandelbrot_row(row: int) -> int:
    """One row of an asymmetric view: the standard one makes two halves look balanced."""
    c = np.linspace(-2.0, 0.6, 700) + 1j * (-0.35 + 1.5 * row / 200)
    z, inside = np.zeros_like(c), np.ones(c.shape, bool)
    for _ in range(90):
        z[inside] = z[inside] ** 2 + c[inside]
        inside &= np.abs(z) < 2
    return int(np.count_nonzero(inside))


def workloads() -> list[Workload]:
    step = 2_000
    return [
        Workload("primes below 200,000", primes_between, [(at, at + step) for at in range(0, 200_000, step)]),
        Workload("Monte Carlo pi", darts, range(100)),
        Workload("Mandelbrot rows", mandelbrot_row, range(200)),
    ]


@contextlib.contextmanager
def pool(workers: int) -> Iterator[Map]:
    with FORK.Pool(workers) as opened:
        yield lambda task, items: opened.map(task, items, chunksize=1)


@contextlib.contextmanager
def executor(workers: int) -> Iterator[Map]:
    context = FORK if FORK is not multiprocessing else None
    with concurrent.futures.ProcessPoolExecutor(workers, mp_context=context) as opened:  # type: ignore[arg-type]
        yield lambda task, items: list(opened.map(task, items, chunksize=1))


@contextlib.contextmanager
def joblib_loky(workers: int) -> Iterator[Map]:
    import joblib  # only the benchmark group has it

    with joblib.Parallel(n_jobs=workers) as parallel:
        yield lambda task, items: list(parallel(joblib.delayed(task)(item) for item in items))


@contextlib.contextmanager
def dask_processes(workers: int) -> Iterator[Map]:
    from dask.distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
        Client(cluster) as client,
    ):
        yield lambda task, items: client.gather(client.map(task, items, pure=False))


BACKENDS: dict[str, Callable[[int], contextlib.AbstractContextManager[Map]]] = {
    "multiprocessing.Pool": pool,
    "ProcessPoolExecutor": executor,
    "joblib (loky)": joblib_loky,
    "Dask distributed": dask_processes,
}
