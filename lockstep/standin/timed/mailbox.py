"""What pools pass tasks and results through, and the workers at the other end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from itertools import count, cycle, islice, repeat
from operator import length_hint
from typing import Any, NamedTuple

from lockstep.standin.declared import BLOCKED, Limit, Wait, object_kind, one, operation
from lockstep.standin.machine import NotCovered, current, not_covered
from lockstep.standin.objects.queues import told_messages
from lockstep.standin.operation import Message, Outcome, Raised, Value
from lockstep.standin.shared import Shared, ask

MOST_ITEMS = 2_000_000  # of an iterable that does not tell its length
MOST_TASKS = 100_000  # with their results these are as many operations as a simulation does

object_kind("queue of tasks", told_messages)
object_kind("queue of results", told_messages)


@operation("pool.give", told="give {0} to the workers", method="Pool.give", passes="in", usual=None, cost="message",
           by_thread=True)  # fmt: skip
@operation("pool.answer", told="answer {0}", method="Pool.answer", passes="in", usual=None, cost="message")
def _put(values: tuple[Value, ...], process: str, message: Message) -> list[Outcome]:
    return one(((*values[0], message),), None)


@operation("pool.take", told="take a task", method="Pool.worker, no task", answers="value", passes="out",
           wait=Wait("a task of {object}, and nobody can go on to give one"))  # fmt: skip
@operation("pool.result", told="take a result", method="Pool.results", answers="value", passes="out",
           instead="the result's `get()` or `wait()`", limit=Limit(0, True), by_thread=True,
           wait=Wait("a result of {object}, and nobody can go on to give one"))  # fmt: skip
def _take(values: tuple[Value, ...], process: str, waits: bool = True, handed: bool = False) -> list[Outcome]:
    (messages,) = values
    if messages:
        return one((messages[1:],), messages[0])
    return BLOCKED if waits else one(values, Raised("Empty"))


class TaskBox(Shared):
    """Tasks of a pool. A thread of its process puts them into the pipe, however many there are."""

    def __init__(self) -> None:
        self.name = self._exist("queue of tasks", ())

    def put(self, task: Any) -> None:
        ask("pool.give", (self.name,), current().pack(task))

    def get(self) -> Any:
        return current().unpack(ask("pool.take", (self.name,)))


class ResultBox(Shared):
    """Results of a pool. Workers write them themselves; a thread of the pool's process keeps the pipe empty."""

    def __init__(self) -> None:
        self.name = self._exist("queue of results", ())

    def put(self, done: Any) -> None:
        ask("pool.answer", (self.name,), current().pack(done))

    def get(self, block: bool = True, timeout: float | None = None, handed: bool = False) -> Any:
        """`handed`: a thread of the pool's process hands it to the program, which waits for each. Raises queue.Empty."""
        patience = timeout if block else None
        message = ask("pool.result", (self.name,), block and timeout is None, handed, patience=patience)
        try:
            return current().unpack(message)
        except Exception as error:
            return Done(UNREADABLE, 0, None, error)


class Task(NamedTuple):
    """A function for some items: `star` calls it with each item's elements. `number` and `place` say what for."""

    number: int
    place: int
    function: Callable[..., Any]
    items: tuple[Any, ...]
    star: bool = False
    keywords: dict[str, Any] | None = None

    def __repr__(self) -> str:
        calls = [", ".join(map(repr, item)) if self.star else repr(item) for item in self.items]
        return ", ".join(f"{getattr(self.function, '__name__', 'call')}({each})" for each in calls)

    def run(self) -> list[Any]:
        function, keywords = self.function, self.keywords or {}
        if self.star:
            return [function(*item, **keywords) for item in self.items]
        return [function(item) for item in self.items]


class Done(NamedTuple):
    """What became of a task: the results of its items, or the exception of the first that raised."""

    number: int
    place: int
    values: list[Any] | None
    error: BaseException | None = None

    def __repr__(self) -> str:
        if self.number < 0:
            return "the end of a worker"
        return repr(self.error) if self.error is not None else ", ".join(map(repr, self.values or ()))


RETIRED, DIED = -1, -2  # numbers in Done of workers that end; `place` 0: before their first task
UNREADABLE = -3  # number in Done of a result that raises when it is unpickled


def serve(
    tasks: TaskBox,
    results: ResultBox,
    initializer: Callable[..., Any] | None,
    initargs: tuple[Any, ...],
    most: int | None,
    skip: Callable[[int], bool],
) -> None:
    """A worker: takes tasks until None comes, or `most` are done; tells when it ends otherwise."""
    told = begun = False
    try:
        if initializer is not None:
            initializer(*initargs)
        begun = True
        done = 0
        while most is None or done < most:
            task = tasks.get()
            if task is None:
                told = True
                return
            if not skip(task.number):
                _answer(task, results)
                done += 1
        told = True
        results.put(Done(RETIRED, 0, None))
    finally:
        if not told:
            results.put(Done(DIED, int(begun), None))


def _answer(task: Task, results: ResultBox) -> None:
    try:
        done = Done(task.number, task.place, task.run())
    except Exception as error:
        done = Done(task.number, task.place, None, error.with_traceback(None))
    try:
        results.put(done)
    except Exception as error:
        what = f"Error sending result: {type(done.values or done.error).__name__}. Reason: {error!r}"
        results.put(Done(task.number, task.place, None, RuntimeError(what)))


def never(number: int) -> bool:
    """Which tasks a worker leaves out: none."""
    return False


def listed(iterable: Iterable[Any]) -> list[Any]:
    """All that an iterable gives. One without end is refused: it has none here either."""
    if isinstance(iterable, Sized):
        return list(iterable)
    items = list(islice(_ending(iterable), MOST_ITEMS + 1))
    if len(items) > MOST_ITEMS:
        raise _too_many(f"{MOST_ITEMS:_} items")
    return items


def chunks(items: Iterable[Any], size: int) -> Iterator[tuple[Any, ...]]:
    """Tuples of so many items each, taken from an iterable as they are asked for. One without end is refused."""
    most = MOST_TASKS if isinstance(items, Sized) else min(MOST_TASKS, MOST_ITEMS // size + 1)
    iterator = iter(_ending(items))
    given = 0
    while part := tuple(islice(iterator, size)):
        given += 1
        if given > most:
            raise _too_many(f"{most:_} tasks")
        yield part


def _ending(iterable: Iterable[Any]) -> Iterable[Any]:
    endless = isinstance(iterable, count | cycle)
    if endless or (isinstance(iterable, repeat) and length_hint(iterable, -1) < 0):
        raise _too_many(f"{MOST_TASKS:_} tasks")
    return iterable


def _too_many(what: str) -> NotCovered:
    return not_covered(f"more than {what} at once for a pool", "give it an iterable that ends, or a larger chunksize")
