"""Which steps can be taken alone: those that no other process can come before, or disturb, until they are taken.

A persistent set of one process (Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems", LNCS 1032,
1996). What is known is read off the local states: which operations there are on an object, and which locks a process holds
wherever it asks for one (its lockset). A lock is *owned* if only its holder releases it. Then whoever holds it can release it,
wait or notify alone, and read and write alone what everybody reads and writes while holding it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple

from lockstep.exploration.automata import Automata, Edge, Local
from lockstep.standin.kinds import operation_kind
from lockstep.standin.objects import conditions
from lockstep.standin.objects.mpi_messages import to_any
from lockstep.standin.operation import Operation

_LOCKS = {"lock.acquire": 1, "rlock.acquire": 1, "lock.release": -1, "rlock.release": -1}
_CELLS = {"cell.read": False, "cell.write": True, "cells.read": False, "cells.write": True}  # does it write?
_WAITS = {conditions.BEGIN_WAITING, conditions.WAKE, conditions.NOTIFY}
Held = Counter[str]  # a lock, and how many times it is held at least


class _Way(NamedTuple):
    """The locks that are held in a local state, the processes that are joined, and those that may have been started."""

    held: Held
    joined: frozenset[str]
    started: frozenset[str]


class Independence:
    """What is known of a program's local states so far. `alone`: the numbers of those whose step can be taken alone."""

    def __init__(self, automata: Automata) -> None:
        self._locals = automata.locals
        self._after: dict[int, list[tuple[Any, Edge]]] = {}
        for (number, answer), edge in automata.edges.items():
            self._after.setdefault(number, []).append((answer, edge))
        self._ways = _ways(automata, self._after)
        self._users: dict[str, list[Local]] = {}
        for local in self._locals:
            for name in local.operation.objects if local.kind == "ask" else ():
                self._users.setdefault(name, []).append(local)
        self._owned = {name for name, users in self._users.items() if all(self._keeps(name, user) for user in users)}
        self._others: dict[tuple[str, str], _Others] = {}
        # Whoever has joined all that he started cannot see in which order they end, and leaves no section when they do.
        self._ends_alone = all(
            self._ways[local.number].joined >= {child for child, _ in local.children}
            for local in self._locals if local.kind == "end"
        ) and not any(local.sections for local in self._locals if local.kind == "join")  # fmt: skip
        self.alone = frozenset(local.number for local in self._locals if self._is_alone(local))

    def seems_alone(self, local: Local) -> bool:
        """Of a local state that was not known yet: would its step be one, if what is known of the others stays so?"""
        return local.kind == "ask" and self._of_rank_alone(local.operation)

    def _keeps(self, name: str, local: Local) -> bool:
        """Does this operation of the local state leave the lock to its holder?"""
        kind, arguments = local.operation.kind, local.operation.arguments
        holds = self._ways[local.number].held[name] > 0
        if kind in _CELLS:
            return _guard_of(local) == name
        if kind in _WAITS:
            return name == local.operation.objects[1] and (holds or kind == conditions.WAKE)
        return kind in _LOCKS and (holds if _LOCKS[kind] < 0 else bool(arguments[1]))

    def _is_alone(self, local: Local) -> bool:
        if local.kind != "ask" or local.ends or local.queues:
            return False
        after = [self._locals[edge.after] for _, edge in self._after.get(local.number, ())]
        if any(each.sections != local.sections or (each.kind == "end" and not self._ends_alone) for each in after):
            return False
        kind, objects = local.operation.kind, local.operation.objects
        if operation_kind(kind).between_ranks:
            return self._of_rank_alone(local.operation)
        if kind == "semaphore.release":
            return local.operation.arguments[0] is None and self._other(local, objects[0]).plain
        if kind in ("lock.release", "rlock.release"):
            return objects[0] in self._owned
        if kind in (conditions.BEGIN_WAITING, conditions.NOTIFY):
            return objects[1] in self._owned and objects[1] in self._other(local, objects[0]).guards
        return kind in _CELLS and all(self._undisturbed(local, name) for name in objects)

    def _of_rank_alone(self, operation: Operation) -> bool:
        """Nobody looks whether a message is there; and, of a rank that waits, no receive from any source could get it instead."""
        what = operation_kind(operation.kind).between_ranks
        if what == "meets" or not what:
            return bool(what)
        used = {user.operation.kind for user in self._users.get(operation.objects[0], ())}
        if any(operation_kind(each).looks for each in used):
            return False
        return what == "added" or (what == "taken" and to_any("mpi.irecv") not in used)

    def _undisturbed(self, local: Local, name: str) -> bool:
        """Does nobody else do anything with this object of a read or write that would make a difference?"""
        others, held = self._other(local, name), self._held(local)
        if name == _guard_of(local):
            return (name in held and name in self._owned) or others.read_or_write
        return not others.number or bool(others.guards & held) or (others.read and not _CELLS[local.operation.kind])

    def _held(self, local: Local) -> set[str]:
        return {name for name, times in self._ways[local.number].held.items() if times > 0}

    def _other(self, local: Local, name: str) -> _Others:
        """What others do with the object who can come to it before this process has ended."""
        key = (local.process, name)
        if key not in self._others:
            found = _Others(set(self._owned))
            for user in self._users[name]:
                way = self._ways[user.number]
                early = local.process.rpartition(".")[0] == user.process and local.process not in way.started
                if user.process == local.process or local.process in way.joined or early:
                    continue
                kind = user.operation.kind
                needed = {_guard_of(user)} if kind in _CELLS else set()  # held by another it is blocked
                found.guards &= {user.operation.objects[1]} if kind == conditions.WAKE else self._held(user) | needed
                found.number += 1
                found.read_or_write &= kind in _CELLS
                found.read &= not _CELLS.get(kind, True)
                found.plain &= _plain(user)
            self._others[key] = found
        return self._others[key]


@dataclass
class _Others:
    """`guards`: the owned locks that all of them need, or hold; `plain`: they release and acquire a semaphore, no more."""

    guards: set[str]
    number: int = 0
    read_or_write: bool = True
    read: bool = True
    plain: bool = True


def _guard_of(local: Local) -> str:
    """The lock that a read or write needs to be free; empty if there is none."""
    return local.operation.objects[-1] if local.operation.arguments[0] else ""


def _plain(local: Local) -> bool:
    """Is this a release that always succeeds, or an acquire that waits?"""
    kind, arguments = local.operation.kind, local.operation.arguments
    return (kind == "semaphore.release" and arguments[0] is None) or (
        kind == "semaphore.acquire" and bool(arguments[0])
    )


def _ways(automata: Automata, after: dict[int, list[tuple[Any, Edge]]]) -> dict[int, _Way]:
    """What is so on every way to a local state (of `started`: on any)."""
    nothing = _Way(Counter(), frozenset(), frozenset())
    first = {number: frozenset(child for child, _ in edge.started) for number, edge in automata.first_edges.items()}
    found = {number: nothing._replace(started=started) for number, started in first.items()}
    front = list(found)
    while front:
        number = front.pop()
        local, here = automata.locals[number], found[number]
        for answer, edge in after.get(number, ()):
            joined = here.joined | ({local.operation.arguments[0]} if local.kind == "join" else set())
            started = here.started | {child for child, _ in edge.started}
            new = _Way(_changed(here.held, local, answer), joined, started)
            if (known := found.get(edge.after)) is not None:
                new = _Way(known.held & new.held, known.joined & new.joined, known.started | new.started)
                if new == known:
                    continue
            found[edge.after] = new
            front.append(edge.after)
    return found


def _changed(held: Held, local: Local, answer: Any) -> Held:
    kind, after = local.operation.kind, held.copy()
    if kind in _LOCKS and (answer is True or answer is None):
        after[local.operation.objects[0]] = max(0, after[local.operation.objects[0]] + _LOCKS[kind])
    elif kind == conditions.BEGIN_WAITING and answer is None:
        after[local.operation.objects[1]] = 0
    elif kind == conditions.WAKE:
        after[local.operation.objects[1]] = 1  # at least
    return +after
