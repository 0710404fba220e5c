"""`concurrent.futures`, in virtual time and on every interleaving: ProcessPoolExecutor, futures, wait and as_completed."""

from __future__ import annotations

import concurrent.futures as real
import logging
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from itertools import islice
from queue import Empty
from typing import Any, NamedTuple

from lockstep.standin.lacking import Lacking
from lockstep.standin.machine import current, not_covered
from lockstep.standin.objects.processes import Process
from lockstep.standin.shared import new_name
from lockstep.standin.timed.clock import now
from lockstep.standin.timed.mailbox import DIED, UNREADABLE, Done, ResultBox, Task, TaskBox, chunks, listed, serve

_LOGGER = logging.getLogger("concurrent.futures")


def _taken_or_cancelled(name: str, number: int) -> bool:
    """Run by a worker when it takes a task: whether to leave it out."""
    state: dict[int, str] = current().option("memory")[name]
    if state.get(number) == "cancelled":
        return True
    state[number] = "running"
    return False


class ProcessPoolExecutor(Lacking):
    """As `concurrent.futures.ProcessPoolExecutor`. Its workers start with the first task."""

    def __init__(
        self,
        max_workers: int | None = None,
        mp_context: Any = None,
        initializer: Callable[..., Any] | None = None,
        initargs: tuple[Any, ...] = (),
        *,
        max_tasks_per_child: int | None = None,
    ) -> None:
        if max_workers is not None and max_workers <= 0:
            raise ValueError("max_workers must be greater than 0")
        if max_tasks_per_child is not None:
            raise not_covered("`max_tasks_per_child`", "use a Pool with `maxtasksperchild`")
        self._count = current().option("cores") if max_workers is None else max_workers
        self._tasks, self._results = TaskBox(), ResultBox()
        self._worker = (self._tasks, self._results, initializer, tuple(initargs), None, self._skipping())
        self._workers: list[Process] = []
        self._futures: dict[int, Future] = {}  # those that are neither done nor cancelled
        self._number = 0
        self._broken: str | None = None
        self._shut = False
        current().option("pools").append(self)

    def _skipping(self) -> Callable[[int], bool]:
        """What workers leave out: tasks that are cancelled before they are taken."""
        name = new_name()
        self._state: dict[int, str] = {}
        current().option("memory")[name] = self._state
        return partial(_taken_or_cancelled, name)

    def _give_up(self, futures: Iterable[Future]) -> None:
        """Nobody wants their results any more."""
        for future in futures:
            future.cancel()

    def _future(self, number: int, join: Callable[[list[Any]], Any]) -> Future:
        return Future(self, number, join)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        return self._submit(fn, (tuple(args),), True, kwargs, lambda values: values[0])

    def map(
        self,
        fn: Callable[..., Any],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int = 1,
        buffersize: int | None = None,
    ) -> Iterator[Any]:
        if chunksize < 1:
            raise ValueError("chunksize must be >= 1.")
        _check_buffersize(buffersize)
        limit = None if timeout is None else now() + timeout
        items = zip(*iterables, strict=False)
        parts = chunks(items if buffersize else listed(items), chunksize)
        futures = deque(self._submit(fn, part, True, {}, list) for part in islice(parts, buffersize))

        def results() -> Iterator[Any]:
            try:
                while futures:
                    if part := next(parts, ()):  # one result is taken, one more task is given
                        futures.append(self._submit(fn, part, True, {}, list))
                    yield from futures.popleft().result(None if limit is None else limit - now())
            finally:
                self._give_up(futures)

        return results()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if cancel_futures:
            for future in list(self._futures.values()):
                future.cancel()
        if not self._shut:
            self._shut = True
            for _ in self._workers:
                self._tasks.put(None)
        if wait:
            while self._futures:
                self._receive(None)
            for worker in self._workers:
                worker.join()

    if sys.version_info >= (3, 14):

        def terminate_workers(self) -> None:
            self._force_shutdown(Process.terminate)

        def kill_workers(self) -> None:
            self._force_shutdown(Process.kill)

    def tend(self) -> None:
        """Takes what results have come."""
        with suppress(Empty):
            while self._futures:
                self._receive(None, False)

    def wind_up(self) -> None:
        """The process ends: what was submitted is done before, as Python sees to."""
        self.shutdown()

    def __enter__(self) -> ProcessPoolExecutor:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.shutdown()

    def _submit(
        self, function: Callable[..., Any], items: tuple[Any, ...], star: bool, keywords: dict[str, Any],
        join: Callable[[list[Any]], Any],
    ) -> Future:  # fmt: skip
        if self._broken is not None:
            raise BrokenProcessPool(self._broken)
        if self._shut:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future = self._future(self._number, join)
        self._number += 1
        self._futures[future.number] = future
        if len(self._workers) < self._count:
            worker = Process(target=serve, args=self._worker)
            worker.start()
            self._workers.append(worker)
        try:
            self._tasks.put(Task(future.number, 0, function, items, star, keywords))
        except Exception as error:  # it cannot be pickled, which a thread of the executor notices
            future.settle(Done(future.number, 0, None, error))
        return future

    def _receive(self, timeout: float | None, block: bool = True) -> None:
        """Takes one result. Raises queue.Empty."""
        done: Done = self._results.get(block, timeout, handed=True)
        if done.number in (DIED, UNREADABLE):
            self._break(done.error)
        elif done.number in self._futures:
            self._futures[done.number].settle(done)

    def _prefetched(self, future: Future) -> bool:
        """Does it wait in the pipe to the workers? One more task than there are workers does, and none is cancelled."""
        waiting = (number for number in self._futures if self._state.get(number) is None)
        return future.number in islice(waiting, self._count + 1)

    def _force_shutdown(self, end: Callable[[Process], None]) -> None:
        self.shutdown(wait=False, cancel_futures=True)
        if self._workers:
            self._break(None, end)

    def _break(self, why: BaseException | None, end: Callable[[Process], None] = Process.terminate) -> None:
        self._broken = "A child process terminated abruptly, the process pool is not usable anymore"
        for worker in self._workers:
            end(worker)
        for future in list(self._futures.values()):
            error = BrokenProcessPool(
                "A process in the process pool was terminated abruptly while the future was running or pending."
            )
            error.__cause__ = why
            future.settle(Done(future.number, 0, None, error))


def _check_buffersize(size: int | None) -> None:
    """How many results of a `map` may wait to be taken (None: any number), from Python 3.14 on."""
    if size is not None and sys.version_info < (3, 14):
        raise TypeError("ProcessPoolExecutor.map() got an unexpected keyword argument 'buffersize'")
    if size is not None and not isinstance(size, int):
        raise TypeError("buffersize must be an integer or None")
    if size is not None and size < 1:
        raise ValueError("buffersize must be None or > 0")


class Future(Lacking):
    """As `concurrent.futures.Future`."""

    def __init__(self, executor: ProcessPoolExecutor, number: int, join: Callable[[list[Any]], Any]) -> None:
        self.executor, self.number, self._join = executor, number, join
        self._done: Done | None = None
        self._cancelled = False
        self._callbacks: list[Callable[[Future], Any]] = []

    def settle(self, done: Done) -> None:
        self._done = done
        self._end()

    def cancel(self) -> bool:
        if self._cancelled:
            return True
        if self._done is not None or self.running():
            return False
        self.executor._state[self.number] = "cancelled"
        self._cancelled = True
        self._end()
        return True

    def cancelled(self) -> bool:
        return self._cancelled

    def running(self) -> bool:
        started = self.executor._state.get(self.number) == "running"
        return self._done is None and not self._cancelled and (started or self.executor._prefetched(self))

    def done(self) -> bool:
        while self._done is None and not self._cancelled:
            try:
                self.executor._receive(None, False)
            except Empty:
                return False
        return True

    def result(self, timeout: float | None = None) -> Any:
        done = self._wait(timeout)
        if done.error is not None:
            raise done.error
        assert done.values is not None
        return self._join(done.values)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        return self._wait(timeout).error

    def add_done_callback(self, fn: Callable[[Future], Any]) -> None:
        if self._done is not None or self._cancelled:
            self._call(fn)
        else:
            self._callbacks.append(fn)

    def _end(self) -> None:
        del self.executor._futures[self.number]
        for callback in self._callbacks:
            self._call(callback)

    def _call(self, callback: Callable[[Future], Any]) -> None:
        try:
            callback(self)
        except Exception:
            _LOGGER.exception("exception calling callback for %r", self)

    def _wait(self, timeout: float | None) -> Done:
        limit = None if timeout is None else now() + timeout
        while self._done is None:
            if self._cancelled:
                raise real.CancelledError
            receive(self.executor, limit)
        return self._done


def receive(executor: ProcessPoolExecutor, limit: float | None) -> None:
    """Takes one result before the virtual time `limit`, or one that is there. Raises TimeoutError."""
    try:
        executor._receive(None if limit is None else limit - now())
    except Empty:
        raise TimeoutError from None


def as_completed(fs: Iterable[Future], timeout: float | None = None) -> Iterator[Future]:
    """As `concurrent.futures.as_completed`."""
    limit = None if timeout is None else now() + timeout
    waiting = list(dict.fromkeys(fs))
    count = len(waiting)
    while waiting:
        finished = [future for future in waiting if future._done is not None or future._cancelled]
        for future in finished:
            waiting.remove(future)
            yield future
        if not finished:
            try:
                receive(_only_executor(waiting), limit)
            except TimeoutError:
                raise TimeoutError(f"{len(waiting)} (of {count}) futures unfinished") from None


def wait(fs: Iterable[Future], timeout: float | None = None, return_when: str = real.ALL_COMPLETED) -> Any:
    """As `concurrent.futures.wait`."""
    limit = None if timeout is None else now() + timeout
    futures = list(dict.fromkeys(fs))
    while True:
        done = _finished(futures)
        failed = any(future._done is not None and future._done.error is not None for future in done)
        enough = {
            real.ALL_COMPLETED: len(done) == len(futures),
            real.FIRST_COMPLETED: bool(done),
            real.FIRST_EXCEPTION: failed or len(done) == len(futures),
        }[return_when]
        if enough or not futures:
            break
        try:
            receive(_only_executor([future for future in futures if future not in done]), limit)
        except TimeoutError:
            break
    done = _finished(futures)
    return DoneAndNotDone(done, set(futures) - done)


def _finished(futures: list[Future]) -> set[Future]:
    """Those that are over. To look for the result of one can bring that of another."""
    for future in futures:
        future.done()
    return {future for future in futures if future._done is not None or future._cancelled}


class DoneAndNotDone(NamedTuple):
    """What `wait` gives."""

    done: set[Future]
    not_done: set[Future]


def _only_executor(futures: list[Future]) -> ProcessPoolExecutor:
    executors = list(dict.fromkeys(future.executor for future in futures))
    if len(executors) > 1:
        raise not_covered("waiting for futures of two executors at once", "wait for each executor's futures in turn")
    return executors[0]
