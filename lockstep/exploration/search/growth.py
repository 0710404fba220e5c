"""What grows without end in a program that has too many states: an object, or the number of things that it makes."""

from __future__ import annotations

from typing import NamedTuple

from lockstep.exploration.automata import Automata, Edge, Local
from lockstep.exploration.search.components import circles
from lockstep.exploration.search.fields import Field, Fields
from lockstep.standin.declared import UNKNOWN
from lockstep.standin.kinds import operation_kind
from lockstep.standin.objects.pipes import Channel
from lockstep.standin.objects.queues import QueueValue

_VALUES = 64  # of one object
_ROUNDS = 64  # in which something is made
_VERY_MANY = 1_000  # of either: no program that ends has so many
Place = tuple[str, int]  # label and line


class Growth(NamedTuple):
    """`process` goes round at `place`; each time `grows` (an object's name) changes, or, if that is empty, things are made."""

    process: str
    place: Place
    grows: str
    times: int
    surely: bool = False  # there is no way out, whatever the others do


def growing(automata: Automata, fields: Fields) -> Growth | None:
    """What grows in a loop out of which no way was met, or is made again and again; None if nothing does."""
    sure = _in_a_loop(automata, fields, _VALUES, certain=True)
    return sure or _in_a_loop(automata, fields, _VALUES, certain=False) or _made(automata, _ROUNDS)


def plainly_endless(automata: Automata, fields: Fields) -> bool:
    """Does something grow in a loop without a way out, whatever the others do, or in very many rounds?"""
    sure = _in_a_loop(automata, fields, _VALUES, certain=True)
    return (sure or _in_a_loop(automata, fields, _VERY_MANY, certain=False) or _made(automata, _VERY_MANY)) is not None


def _in_a_loop(automata: Automata, fields: Fields, many: int, certain: bool) -> Growth | None:
    large = {name: size for name, field in fields.fields.items() if (size := _size(field, certain)) >= many}
    if not large:
        return None
    after: dict[int, list[int]] = {}
    for (number, _), edge in automata.edges.items():
        after.setdefault(number, []).append(edge.after)
    for loop in circles(after.keys(), lambda number: after.get(number, ())):
        if any(new not in loop for number in loop for new in after[number]):
            continue
        inside = [automata.locals[number] for number in sorted(loop)]
        touched = {name for local in inside for name in local.operation.objects}
        if certain:
            surely = all(_one_answer(local) and len(after[local.number]) == 1 for local in inside)
        else:  # nobody else has a say in whether it ends, unless by this object
            surely = len([name for name in touched if fields.fields[name].kind not in ("lock", "rlock")]) == 1
        changes = [(large[name], local, name) for local in inside for name in local.operation.objects if name in large]
        if surely and changes:
            times, local, name = max(changes, key=lambda change: change[0])
            return Growth(local.process, _place(local), name, times, certain)
    return None


def _size(field: Field, certain: bool) -> int:
    """The most that an object has held: a count, messages, or of cells, whose values are not known here, how many values."""
    sizes = [0]
    if field.kind == "cell" and not certain:
        return len(field.numbers)
    for value in field.values:
        match value:
            case QueueValue(used=size):
                sizes.append(size)
            case Channel(messages=messages):
                sizes.append(len(messages))
            case int() if field.kind == "semaphore":
                sizes.append(value)
            case tuple() if field.kind == "simplequeue":
                sizes.append(len(value))
    return max(sizes)


def _one_answer(local: Local) -> bool:
    return local.kind == "ask" and operation_kind(local.operation.kind).usual is not UNKNOWN


def _place(local: Local) -> Place:
    return local.where[0][:2] if local.where else ("", 0)


def _made(automata: Automata, many: int) -> Growth | None:
    """The line that makes objects again and again, or the process that starts others again and again."""
    rounds: dict[tuple[str, Place], set[int]] = {}
    for (number, _), edge in automata.edges.items():
        process = automata.locals[number].process
        for place, first in _news(edge).items():
            rounds.setdefault((process, place), set()).add(first)
    (process, place), most = max(rounds.items(), key=lambda found: len(found[1]), default=(("", ("", 0)), set()))
    return Growth(process, place, "", len(most)) if len(most) >= many else None


def _news(edge: Edge) -> dict[Place, int]:
    """The lines that make something on this edge, each with the first number; ("", 0) stands for processes started."""
    firsts: dict[Place, int] = {}
    for name, _, _, where in edge.created:
        place = where[0][:2] if where else ("", 0)
        firsts.setdefault(place, int(name.partition("#")[2]))
    for child, _ in edge.started:
        firsts.setdefault(("", 0), int(child.rpartition(".")[2]))
    return firsts
