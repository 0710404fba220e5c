"""What a program does under fair schedules, found naively: a graph of executed schedules, and every set of those who move for ever.

A state is what the processes' frames and the shared objects look like; within a line also the answers since it began, or since it
came to the same operation again. That suits programs whose lines keep nothing else on the interpreter's stack.
"""

from __future__ import annotations

import itertools
import types
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from .engine import ExitsAreSteps, Machine, Process, Program, TooMany
from .pickles import Shared

STATES_AT_MOST = 900


class Node(NamedTuple):
    """A state: where each actor's steps lead, and of each process where it is, its sections, and whether it waits or is done."""

    steps: dict[Any, list[int]]
    places: dict[str, tuple[Any, frozenset[str], str]]


class Fair(NamedTuple):
    """What is compared: is there a fair run for ever, can everybody left wait, can somebody be kept out of a section for ever?"""

    for_ever: bool
    deadlock: bool
    starves: bool


class _Seen(Exception):
    """The state at the end of a schedule has been looked at."""


class _Remembering(Machine):
    """A machine that keeps what each process was answered within its line."""

    def __init__(self, program: Program, exits_are_steps: bool) -> None:
        super().__init__(program, exits_are_steps)
        self.answers: dict[str, list[tuple[Any, str]]] = {}

    def resume(self, process: Process, answer: Any) -> None:
        lines, place = _lines(process), _place(process)
        super().resume(process, answer)
        if self.dying:
            return
        known = [*self.answers.get(process.number, []), (place, repr(answer))]
        if _lines(process) != lines:
            known = []
        again = next((i for i, (there, _) in enumerate(known) if there == _place(process)), len(known))
        self.answers[process.number] = known[:again]


def fair_answer(program: Program) -> Fair:
    """Raises TooMany."""
    try:
        nodes = _graph(program, False)
    except ExitsAreSteps:
        nodes = _graph(program, True)
    deadlock = any(not node.steps and any(done != "exited" for _, _, done in node.places.values()) for node in nodes)
    everywhere = range(len(nodes))
    for_ever = next(_fair_parts(nodes, everywhere), None) is not None
    return Fair(for_ever, deadlock, any(_starves(nodes, process) for process in nodes[-1].places))


def _fair_parts(nodes: list[Node], allowed: Iterable[int]) -> Iterator[set[int]]:
    """Circles within the allowed states in which one set of actors moves, and nobody else can."""
    states = set(allowed)
    everybody = {actor for state in states for actor in nodes[state].steps}
    for number in range(1, len(everybody) + 1):
        for movers in map(set, itertools.combinations(sorted(everybody, key=str), number)):
            part = {state for state in states if nodes[state].steps.keys() <= movers}
            reach = {state: _reached(nodes, part, state) for state in part}
            for state in part:
                circle = {other for other in reach[state] if state in reach[other]}
                moving = {a for s in circle for a, news in nodes[s].steps.items() if circle & set(news)}
                if circle and moving == movers:
                    yield circle


def _reached(nodes: list[Node], part: set[int], start: int) -> set[int]:
    """By one step or more, within this part."""
    found: set[int] = set()
    front = [start]
    while front:
        for news in nodes[front.pop()].steps.values():
            for new in news:
                if new in part and new not in found:
                    found.add(new)
                    front.append(new)
    return found


def _starves(nodes: list[Node], process: str) -> bool:
    """Can it be outside of all sections for ever, though it may come to one, while another goes in and out?"""
    after: dict[Any, set[Any]] = {}
    entering = set()
    for node in nodes:
        here = node.places.get(process)
        for news in node.steps.values():
            for new in news:
                there = nodes[new].places.get(process)
                if here and there and here[0] != there[0]:
                    after.setdefault(here[0], set()).add(there[0])
        if here and here[1]:
            entering.add(here[0])
    changed = True
    while changed:
        more = {place for place, news in after.items() if news & entering} - entering
        entering |= more
        changed = bool(more)
    outside = [
        number for number, node in enumerate(nodes)
        if (here := node.places.get(process)) and here[0] in entering and not here[1] and here[2] == "asks"
    ]  # fmt: skip
    for circle in _fair_parts(nodes, outside):
        for other in nodes[0].places.keys() | nodes[-1].places.keys():
            moves = any(circle & set(nodes[s].steps.get(other, [])) for s in circle)
            inside = {bool(nodes[s].places[other][1]) for s in circle if other in nodes[s].places}
            if other != process and moves and inside == {True, False}:
                return True
    return False


def _graph(program: Program, exits_are_steps: bool) -> list[Node]:
    """Every state, the first one first."""
    key, node, ahead = _look(program, exits_are_steps, [])
    numbers, nodes, waiting = {key: 0}, [node], [([], ahead)]
    for number in itertools.count():
        if number == len(nodes):
            return nodes
        schedule, choices = waiting[number]
        for step in choices:
            key, node, ahead = _look(program, exits_are_steps, [*schedule, step])
            if key not in numbers:
                if len(nodes) == STATES_AT_MOST:
                    raise TooMany("too many states")
                numbers[key] = len(nodes)
                nodes.append(node)
                waiting.append(([*schedule, step], ahead))
            nodes[number].steps.setdefault(step[0], []).append(numbers[key])
    raise AssertionError


def _look(program: Program, exits_are_steps: bool, schedule: list[Any]) -> tuple[Any, Node, list[Any]]:
    """The state after a schedule: a key, the state without its steps, and the choices there."""
    machine = _Remembering(program, exits_are_steps)
    found: list[Any] = []

    def choose(depth: int, choices: list[Any] | None) -> Any:
        if depth < len(schedule):
            return schedule[depth]
        found[:] = [machine.choices(), *_state(machine)]
        raise _Seen

    try:
        machine.execute(choose)
    except _Seen:
        pass
    choices, key, places = found
    return key, Node({}, places), choices


def _state(machine: _Remembering) -> tuple[Any, dict[str, Any]]:
    met: dict[int, int] = {}
    parts, places = [], {}
    for number, process in sorted(machine.processes.items()):
        frames = tuple(_names(frame, met) for frame in _frames(process))
        inside = frozenset(process.been_inside) | frozenset(process.inside)
        waits = process.waits_for.number if process.waits_for else ""
        place = (process.status, process.code, str(process.error), _place(process), waits,
                 tuple(machine.answers.get(number, ())), inside)  # fmt: skip
        parts.append((number, place, frames))
        own = tuple(_plain(frame.f_locals) for frame in _frames(process))
        asks = (
            "exited"
            if process.status == "exited"
            else "asks"
            if process.outcomes and process.status == "started"
            else ""
        )
        places[number] = ((place, own), inside, asks)
    return (tuple(parts), tuple(_canonical(each, met) for each in machine.objects)), places


def _frames(process: Process) -> list[types.FrameType]:
    """The program's own frames, innermost first."""
    frame = process.greenlet.gr_frame if process.greenlet is not None else None
    found = []
    while frame is not None:
        if frame.f_code.co_filename == "program":
            found.append(frame)
        frame = frame.f_back
    return found


def _lines(process: Process) -> Any:
    return tuple((frame.f_code.co_name, frame.f_lineno) for frame in _frames(process))


def _place(process: Process) -> Any:
    return tuple((frame.f_code.co_name, frame.f_lasti) for frame in _frames(process))


def _names(frame: types.FrameType, met: dict[int, int]) -> Any:
    """Since Python 3.13 `f_locals` is another object each time, whose address says nothing."""
    return tuple((name, _canonical(value, met)) for name, value in frame.f_locals.items())


def _plain(names: dict[str, Any]) -> Any:
    return tuple(
        (name, repr(value)) for name, value in names.items() if isinstance(value, (int, str, tuple, type(None)))
    )


def _canonical(value: Any, met: dict[int, int]) -> Any:
    """Equal for values that look alike, whatever their addresses are."""
    if isinstance(value, (int, float, str, bytes, type(None))):
        return type(value).__name__, repr(value)
    if isinstance(value, Process):
        return "process", value.number
    if callable(value) and not isinstance(value, Shared):
        return "callable", getattr(value, "__qualname__", "")
    if id(value) in met:
        return "met", met[id(value)]
    met[id(value)] = len(met)
    if isinstance(value, dict):
        return "dict", tuple((repr(key), _canonical(item, met)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return type(value).__name__, tuple(_canonical(item, met) for item in value)
    if isinstance(value, range):
        return "range", repr(value)
    return type(value).__name__, tuple((name, _canonical(item, met)) for name, item in sorted(vars(value).items()))
