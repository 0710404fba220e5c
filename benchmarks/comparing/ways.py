"""Everybody's way of running tasks on P workers, as context managers that give a map; and a task of known length."""

from __future__ import annotations

import concurrent.futures
import contextlib
import multiprocessing
import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

FORK = multiprocessing.get_context("fork") if "fork" in multiprocessing.get_all_start_methods() else multiprocessing
Map = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]


def spin(steps: int) -> int:
    while steps:
        steps -= 1
    return 0


def steps_of(seconds: float) -> int:
    """How many steps of `spin` take so much CPU here."""
    trial = 200_000
    return int(trial * seconds / min(_cpu_seconds(trial) for _ in range(5)))


def _cpu_seconds(steps: int) -> float:
    start = time.process_time()
    spin(steps)
    return time.process_time() - start


@contextlib.contextmanager
def standing(
    way: contextlib.AbstractContextManager[Map],
) -> Iterator[Callable[[], contextlib.AbstractContextManager[Map]]]:
    """Opens a way once, to be used many times: for a cluster, which nobody starts for half a second of work."""
    with way as mapped:
        yield lambda: contextlib.nullcontext(mapped)


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
def threads(workers: int) -> Iterator[Map]:
    with concurrent.futures.ThreadPoolExecutor(workers) as opened:
        yield lambda task, items: list(opened.map(task, items))


@contextlib.contextmanager
def joblib_loky(workers: int) -> Iterator[Map]:
    import joblib  # only the benchmark group has it, as it has Dask

    # Arrays travel in messages, as with the others: files that stand for them are left when its workers are stopped.
    with joblib.Parallel(n_jobs=workers, max_nbytes=None) as parallel:
        yield lambda task, items: list(parallel(joblib.delayed(task)(item) for item in items))


@contextlib.contextmanager
def dask_processes(workers: int) -> Iterator[Map]:
    from dask.distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
        Client(cluster) as client,
    ):

        def mapped(task: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
            given = [pickle.dumps(item) for item in items]
            if sum(map(len, given)) > _LARGE:
                given = client.scatter(given, hash=False)
            return [pickle.loads(one) for one in client.gather(client.map(partial(_packed, task), given, pure=False))]

        yield mapped


def _packed(task: Callable[[Any], Any], item: bytes) -> bytes:
    """A task whose item and answer travel as one piece, as with the others: Dask would send a list number by number."""
    return pickle.dumps(task(pickle.loads(item)))


def stop_joblib() -> None:
    """Ends the workers that joblib keeps, with all that is theirs."""
    from joblib.externals.loky import get_reusable_executor

    get_reusable_executor().shutdown(wait=True)


BACKENDS: dict[str, Callable[[int], contextlib.AbstractContextManager[Map]]] = {
    "multiprocessing.Pool": pool,
    "ProcessPoolExecutor": executor,
    "joblib": joblib_loky,
    "dask": dask_processes,
}
THREADS = "threads"  # for programs whose NumPy computes without the interpreter's lock
_LARGE = 1 << 20  # bytes: what is larger travels to Dask's workers by itself, and not within the tasks
PEERS = ("joblib", "dask")  # those that may not be installed
STANDING = ("joblib", "dask")  # those whose workers are there before the clock runs
