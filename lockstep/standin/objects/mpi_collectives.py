"""MPI's collective calls as one meeting each: every rank enters it with what it gives, and leaves it with what it gets.

Calls of one communicator meet in the order in which each rank makes them, whatever they are: ranks that call different
ones at the same turn are told so.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lockstep.standin.declared import BLOCKED, Teller, Wait, object_kind, one, operation
from lockstep.standin.objects.mpi_messages import UNBUFFERED
from lockstep.standin.operation import Message, Operation, Outcome, Raised, Value

MEETINGS = "collective calls"
_FROM_ROOT = ("bcast", "scatter")  # whose root need not wait for the others
_TO_ROOT = ("reduce", "gather")  # of which only the root must wait


class Entry(NamedTuple):
    """Who has entered, by the number in the communicator, with which call, and what it gives: a message, or one for each rank."""

    rank: int
    call: str
    root: int
    given: Any


class Meeting(NamedTuple):
    """A call that somebody has not left: who has entered, sorted, and who has left."""

    entries: tuple[Entry, ...]
    left: tuple[int, ...] = ()


# The value is ((context, meetings in their order), ...), sorted, as plain tuples.


def _told(value: Value, tell: Teller) -> str:
    told = []
    for _, meetings in value:
        for entries, left in meetings:
            here = [Entry(*entry) for entry in entries if entry[0] not in left]
            told += [f"rank {entry.rank} is in {_call(entry)}" for entry in here]
    return ", ".join(told) or "nobody is in one"


object_kind(MEETINGS, _told)


def _missing(value: Value, asked: Operation) -> str:
    context, call, root, rank, size = asked.arguments[:5]
    entered = {entry.rank for entry in _meeting_of(value, context, rank).entries}
    others = [f"rank {other}" for other in _needed(call, root, rank, size, asked.arguments[5]) if other not in entered]
    return f"{' and '.join(others)} in {call}"


def _enter(
    values: tuple[Value, ...], process: str, given: Any, context: str, call: str, root: int, rank: int
) -> list[Outcome]:
    meetings = _meetings(values[0], context)
    entry = Entry(rank, call, root, given)
    for place, meeting in enumerate(meetings):
        if all(rank != other.rank for other in meeting.entries):
            entries = tuple(sorted((*meeting.entries, entry), key=lambda other: other.rank))
            meetings[place] = meeting._replace(entries=entries)
            break
    else:
        meetings.append(Meeting((entry,)))
    return one((_with(values[0], context, meetings),), None)


def _leave(
    values: tuple[Value, ...], process: str, context: str, call: str, root: int, rank: int, size: int, mode: str
) -> list[Outcome]:
    """The answer is what was given by those whose part this rank gets, in the order of their numbers."""
    meeting = _meeting_of(values[0], context, rank)
    own = next(entry for entry in meeting.entries if entry.rank == rank)
    other = next((entry for entry in meeting.entries if (entry.call, entry.root) != (call, root)), None)
    entered = {entry.rank: entry for entry in meeting.entries}
    if other is None and not all(needed in entered for needed in _needed(call, root, rank, size, mode)):
        return BLOCKED
    meetings = _meetings(values[0], context)
    place = meetings.index(meeting)
    left = tuple(sorted((*meeting.left, rank)))
    meetings[place : place + 1] = [meeting._replace(left=left)] if len(left) < size else []
    after = _with(values[0], context, meetings)
    if other is not None:
        return one((after,), _mismatch(own, other))
    return one((after,), tuple(_part(entered[giver].given, rank) for giver in _givers(call, root, rank, size)))


@operation("mpi.turn", told="begin {2}", method="Comm.collective", answers="never", between_ranks="other")
def _take_turn(
    values: tuple[Value, ...], process: str, context: str, turn: int, call: str, root: int, rank: int, size: int
) -> list[Outcome]:
    """The `turn`-th call of a rank, where calls are made of messages: the value is (context, turn, entry of the first, how many)."""
    own = Entry(rank, call, root, None)
    for place, (where, which, first, entered) in enumerate(values[0]):
        if (where, which) == (context, turn):
            rest = values[0][:place] + values[0][place + 1 :]
            if tuple(first[1:3]) != (call, root):
                return one(values, _mismatch(own, Entry(*first)))
            return one(((*rest, (where, which, first, entered + 1)) if entered + 1 < size else rest,), None)
    return one(((*values[0], (context, turn, own, 1)) if size > 1 else values[0],), None)


def _mismatch(*entries: Entry) -> Raised:
    first, second = sorted(entries)
    return Raised("CollectiveMismatch", (
        f"rank {first.rank} calls {_call(first)} where rank {second.rank} calls {_call(second)}: all ranks must make the same "
        f"collective calls in the same order"
    ))  # fmt: skip


def _givers(call: str, root: int, rank: int, size: int) -> list[int]:
    """The ranks whose part this one gets."""
    if call in _FROM_ROOT:
        return [root]
    if call == "Barrier" or (call in _TO_ROOT and rank != root):
        return []
    return list(range({"scan": rank + 1, "exscan": rank}.get(call, size)))


def _needed(call: str, root: int, rank: int, size: int, mode: str) -> list[int]:
    """The ranks that must have entered before this one can leave: where nothing is buffered, all."""
    if mode == UNBUFFERED or call == "Barrier":
        return list(range(size))
    return _givers(call, root, rank, size)


def _part(given: Any, rank: int) -> Any:
    return given[rank] if type(given) is tuple else given


def _call(entry: Entry) -> str:
    return f"{entry.call}(root={entry.root})" if entry.call in (*_FROM_ROOT, *_TO_ROOT) else f"{entry.call}()"


def _meetings(value: Value, context: str) -> list[Meeting]:
    return [
        Meeting(tuple(Entry(*entry) for entry in entries), left)
        for entries, left in dict(value).get(context, ())
    ]  # fmt: skip


def _meeting_of(value: Value, context: str, rank: int) -> Meeting:
    """The one that this rank has entered and not left."""
    return next(
        meeting for meeting in _meetings(value, context)
        if rank not in meeting.left and any(entry.rank == rank for entry in meeting.entries)
    )  # fmt: skip


def _with(value: Value, context: str, meetings: list[Meeting]) -> Value:
    rest = {**dict(value), context: tuple(meetings)}
    return tuple(sorted((name, open_) for name, open_ in rest.items() if open_))


CALLS = ("Barrier", "bcast", "scatter", "gather", "allgather", "alltoall", "reduce", "allreduce", "scan", "exscan")
for _name in CALLS:
    operation(
        f"mpi.enter {_name}", told=f"begin {_name}", method=f"Comm.{_name}", answers="never", usual=None, between_ranks="meets",
    )(_enter)  # fmt: skip
    operation(
        f"mpi.leave {_name}", told=f"finish {_name}", method=f"Comm.{_name}", answers="never", follows=True, wakes_all=True,
        wait=Wait("{detail}, and that does not come", _missing, "the others"), between_ranks="meets",
    )(_leave)  # fmt: skip


RESULTS = object_kind(
    "results", lambda value, tell: ", ".join(f"rank {rank}: {tell.message(result)}" for rank, result in value) or "none"
)


@operation("mpi.finalize", told="end with {0}", method="MPI.Finalize", answers="never", passes="in", usual=None,
           between_ranks="meets")  # fmt: skip
def _finalize(values: tuple[Value, ...], process: str, result: Message, rank: int) -> list[Outcome]:
    return one((tuple(sorted((*values[0], (rank, result)))),), None)


@operation("mpi.results", told="take the results of all ranks", method="mpiexec", answers="never", follows=True,
           between_ranks="meets")  # fmt: skip
def _results(values: tuple[Value, ...], process: str) -> list[Outcome]:
    return one(values, values[0])
