"""Pool, in virtual time and on every interleaving: workers that take tasks from one mailbox and put results into another.

The real Pool has three threads in its parent; here the parent takes results when it asks for one, with the same CPU.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from queue import Empty
from typing import Any

from lockstep.standin.imports.plain import TimeoutError as PoolTimeout
from lockstep.standin.lacking import Lacking
from lockstep.standin.machine import current
from lockstep.standin.objects.processes import Process
from lockstep.standin.timed.clock import now
from lockstep.standin.timed.mailbox import (
    MOST_TASKS,
    RETIRED,
    UNREADABLE,
    Done,
    ResultBox,
    Task,
    TaskBox,
    chunks,
    listed,
    never,
    serve,
)


def _check_chunksize(chunksize: int) -> None:
    if chunksize < 1:
        raise ValueError(f"Chunksize must be 1+, not {chunksize:n}")


class Pool(Lacking):
    """As `multiprocessing.Pool`."""

    def __init__(
        self,
        processes: int | None = None,
        initializer: Callable[..., Any] | None = None,
        initargs: Iterable[Any] = (),
        maxtasksperchild: int | None = None,
        context: Any = None,
    ) -> None:
        count = current().option("cores") if processes is None else processes
        if count < 1:
            raise ValueError("Number of processes must be at least 1")
        if initializer is not None and not callable(initializer):
            raise TypeError("initializer must be a callable")
        self._tasks, self._results = TaskBox(), ResultBox()
        self._worker = (self._tasks, self._results, initializer, tuple(initargs), maxtasksperchild, never)
        self._state = "open"
        self._jobs: dict[int, AsyncResult] = {}  # those that are not complete
        self._number = 0
        self._count = count
        self._workers = [self._start() for _ in range(count)]
        current().option("pools").append(self)

    def _start(self) -> Process:
        worker = Process(target=serve, args=self._worker, daemon=True)
        worker.name = worker.name.replace("Process", "PoolWorker")
        worker.start()
        return worker

    def apply(self, func: Callable[..., Any], args: Iterable[Any] = (), kwds: Mapping[str, Any] | None = None) -> Any:
        return self.apply_async(func, args, kwds).get()

    def apply_async(
        self,
        func: Callable[..., Any],
        args: Iterable[Any] = (),
        kwds: Mapping[str, Any] | None = None,
        callback: Callable[[Any], Any] | None = None,
        error_callback: Callable[[BaseException], Any] | None = None,
    ) -> AsyncResult:
        job = self._job(AsyncResult(self, 1, lambda lists: lists[0][0], callback, error_callback))
        self._put(Task(job.number, 0, func, (tuple(args),), True, dict(kwds or {})))
        return job

    def map(self, func: Callable[..., Any], iterable: Iterable[Any], chunksize: int | None = None) -> list[Any]:
        return self.map_async(func, iterable, chunksize).get()  # type: ignore[no-any-return]

    def starmap(self, func: Callable[..., Any], iterable: Iterable[Any], chunksize: int | None = None) -> list[Any]:
        return self.starmap_async(func, iterable, chunksize).get()  # type: ignore[no-any-return]

    def map_async(
        self,
        func: Callable[..., Any],
        iterable: Iterable[Any],
        chunksize: int | None = None,
        callback: Callable[[Any], Any] | None = None,
        error_callback: Callable[[BaseException], Any] | None = None,
    ) -> AsyncResult:
        return self._mapped(func, iterable, chunksize, False, callback, error_callback)

    def starmap_async(
        self,
        func: Callable[..., Any],
        iterable: Iterable[Any],
        chunksize: int | None = None,
        callback: Callable[[Any], Any] | None = None,
        error_callback: Callable[[BaseException], Any] | None = None,
    ) -> AsyncResult:
        return self._mapped(func, iterable, chunksize, True, callback, error_callback)

    def imap(self, func: Callable[..., Any], iterable: Iterable[Any], chunksize: int = 1) -> ResultIterator:
        return ResultIterator(self._fed(func, iterable, chunksize), ordered=True)

    def imap_unordered(self, func: Callable[..., Any], iterable: Iterable[Any], chunksize: int = 1) -> ResultIterator:
        return ResultIterator(self._fed(func, iterable, chunksize), ordered=False)

    def close(self) -> None:
        if self._state == "open":
            self._state = "closed"
            for _ in range(self._count):
                self._tasks.put(None)

    def terminate(self) -> None:
        if self._state != "terminated":
            self._state = "terminated"
            for worker in self._workers:
                worker.terminate()

    def join(self) -> None:
        if self._state == "open":
            raise ValueError("Pool is still running")
        while self._state == "closed" and self._jobs:
            self._receive(None)
        for worker in self._workers:
            worker.join()

    def tend(self) -> None:
        """Takes what results have come."""
        with suppress(Empty):
            while self._jobs and self._state != "terminated":
                self._receive(None, False)

    def wind_up(self) -> None:
        """The process ends: nothing is done, and the workers, daemons, end with it."""

    def __enter__(self) -> Pool:
        self._check_open()
        return self

    def __exit__(self, *exception: Any) -> None:
        self.terminate()

    def __reduce__(self) -> Any:
        raise NotImplementedError("pool objects cannot be passed between processes or pickled")

    def _check_open(self) -> None:
        if self._state != "open":
            raise ValueError("Pool not running")

    def _job(self, job: AsyncResult) -> AsyncResult:
        self._check_open()
        job.number = self._number
        self._number += 1
        self._jobs[job.number] = job
        return job

    def _mapped(
        self,
        func: Callable[..., Any],
        iterable: Iterable[Any],
        chunksize: int | None,
        star: bool,
        callback: Callable[[Any], Any] | None,
        error_callback: Callable[[BaseException], Any] | None,
    ) -> AsyncResult:
        items = listed(iterable)
        if chunksize is None:
            # The real pool's rule: four chunks a worker.
            size, rest = divmod(len(items), self._count * 4)
            chunksize = max(1, size + bool(rest))
        _check_chunksize(chunksize)
        parts = list(chunks(items, chunksize))
        job = AsyncResult(self, len(parts), lambda lists: [v for part in lists for v in part], callback, error_callback)
        self._job(job)
        if not parts:
            del self._jobs[job.number]
        for place, part in enumerate(parts):
            self._put(Task(job.number, place, func, part, star))
        return job

    def _fed(self, func: Callable[..., Any], iterable: Iterable[Any], chunksize: int) -> AsyncResult:
        """Tasks that are sent while an iterable gives their items; what it raises is the last result."""
        _check_chunksize(chunksize)
        job = self._job(AsyncResult(self, MOST_TASKS + 1, list, None, None))  # more than there can be
        place = 0
        try:
            for place, part in enumerate(chunks(iterable, chunksize), 1):
                self._put(Task(job.number, place - 1, func, part))
        except Exception as error:
            self._settle(Done(job.number, place, None, error))
            place += 1
        job.parts = place
        if job.complete:
            del self._jobs[job.number]
        return job

    def _put(self, task: Task) -> None:
        try:
            self._tasks.put(task)
        except Exception as error:  # it cannot be pickled, which a thread of the pool notices
            self._settle(Done(task.number, task.place, None, error))

    def _settle(self, done: Done) -> None:
        job = self._jobs[done.number]
        if len(job.arrived) + 1 == job.parts:
            del self._jobs[done.number]
        job.add(done)

    def _receive(self, timeout: float | None, block: bool = True, handed: bool = False) -> None:
        """Takes one result; one that is there is taken even when no time is left. Raises queue.Empty."""
        done: Done = self._results.get(block, timeout, handed)
        if done.number == UNREADABLE and done.error is not None:
            raise done.error
        if done.number >= 0:
            self._settle(done)
        elif (done.number == RETIRED or done.place) and self._replaces:
            # Whoever dies before its first task would only do so again.
            self._workers.append(self._start())

    @property
    def _replaces(self) -> bool:
        return self._state == "open" or (self._state == "closed" and bool(self._jobs))


class AsyncResult(Lacking):
    """As `multiprocessing.pool.AsyncResult`."""

    def __init__(
        self,
        pool: Pool,
        parts: int,
        join: Callable[[list[Any]], Any],
        callback: Callable[[Any], Any] | None,
        error_callback: Callable[[BaseException], Any] | None,
    ) -> None:
        self.number = -1
        self.pool, self.parts = pool, parts
        self.arrived: list[Done] = []  # in the order in which they came
        self._join, self._callback, self._error_callback = join, callback, error_callback

    @property
    def complete(self) -> bool:
        return len(self.arrived) >= self.parts

    @property
    def _error(self) -> BaseException | None:
        return next((done.error for done in self.arrived if done.error is not None), None)

    def add(self, done: Done) -> None:
        self.arrived.append(done)
        if self.complete:
            error = self._error
            if error is None and self._callback is not None:
                self._callback(self._value())
            elif error is not None and self._error_callback is not None:
                self._error_callback(error)

    def _value(self) -> Any:
        return self._join([done.values for done in sorted(self.arrived, key=lambda done: done.place)])

    def wait(self, timeout: float | None = None) -> None:
        limit = None if timeout is None else now() + timeout
        while not self.complete:
            try:
                self.pool._receive(None if limit is None else limit - now())
            except Empty:
                return

    def ready(self) -> bool:
        while not self.complete:
            try:
                self.pool._receive(None, False)
            except Empty:
                return False
        return True

    def successful(self) -> bool:
        if not self.ready():
            raise ValueError(f"{self!r} not ready")
        return self._error is None

    def get(self, timeout: float | None = None) -> Any:
        self.wait(timeout)
        if not self.complete:
            raise PoolTimeout
        if self._error is not None:
            raise self._error
        return self._value()


class ResultIterator(Lacking):
    """What imap and imap_unordered give."""

    def __init__(self, job: AsyncResult, ordered: bool) -> None:
        self._job, self._ordered = job, ordered
        self._given = 0
        self._ready: list[Any] = []

    def __iter__(self) -> Iterator[Any]:
        return self

    def next(self, timeout: float | None = None) -> Any:
        limit = None if timeout is None else now() + timeout
        while not self._ready:
            if self._given >= self._job.parts:
                raise StopIteration
            self._open(self._next_part(limit))
        return self._ready.pop(0)

    __next__ = next

    def _next_part(self, limit: float | None) -> Done:
        while True:
            if not self._ordered and len(self._job.arrived) > self._given:
                return self._job.arrived[self._given]
            for done in self._job.arrived:
                if self._ordered and done.place == self._given:
                    return done
            try:
                self._job.pool._receive(None if limit is None else limit - now(), handed=True)
            except Empty:
                raise PoolTimeout from None

    def _open(self, done: Done) -> None:
        self._given += 1
        if done.error is not None:
            raise done.error
        assert done.values is not None
        self._ready = list(done.values)
