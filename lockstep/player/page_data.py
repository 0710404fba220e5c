"""What a player shows, as data that a page can hold: the program's tables, how it can end, and traces that show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from lockstep.exploration.findings import End, Findings
from lockstep.exploration.search.shortest import PathStep
from lockstep.player.aim import Aim, Goal, aimed_at, aims_of
from lockstep.player.driving import chosen
from lockstep.player.story import story
from lockstep.player.tables import Tables, short
from lockstep.standin.objects.processes import process_name

STATES = 2_000  # the page counts the ways that are left in graphs of so many states
RULES = 5_000  # with more than these only the traces are sent: nobody can drive
Path = list[PathStep]


def player_data(findings: Findings, goal: Goal = None, *, puzzle: bool = False) -> dict[str, Any]:
    """The data of a player.

    `goal` is what to show and to reach: a predicate on what main returns, "deadlock" or "livelock"; None: failures.
    In a `puzzle` the reader drives, and no trace is shown.

    Raises ValueError for a goal that nothing reaches, TypeError for what is none.
    """
    aims = aims_of(findings, goal)
    if puzzle and len(aims) > 1:
        aims = [replace(aims[0], words="a failure", states=aimed_at(findings, goal))]
    paths = [_path(findings, aim) for aim in aims]
    return trace_data(findings, list(zip(aims, paths, strict=True)), puzzle=puzzle)


def _path(findings: Findings, aim: Aim) -> Path:
    if aim.circle:
        return findings.path_shown(set(aim.circle))
    return findings.path(set(aim.states)) if aim.states else []


def trace_data(
    findings: Findings, shown: list[tuple[Aim, Path]], *, puzzle: bool = False, limit: int = RULES
) -> dict[str, Any]:
    """The data of a player of these traces; the first aim is what a driver tries to reach.

    With more than `limit` rules nobody can drive.
    """
    tables = Tables(findings)
    ends = {end.state: end for end in findings.ends}
    aims = [aim for aim, _ in shown]
    along = list(dict.fromkeys([findings.graph.root, *(after for _, path in shown for _, _, after in path)]))
    rules = [] if findings.visited is not None else tables.all_rules()
    drivable = 0 < len(rules) <= limit and bool(aims[0].states or not aims[0].words)
    counted = drivable and len(findings.graph.depths) <= STATES
    rows = [tables.row(state) for state in (findings.graph.depths if counted else along)]
    tables.add(rules if drivable else tables.rules_at(along))
    known = ends.keys() | aims[0].states | (set() if aims[0].told else findings.lost)
    marked = known if drivable and len(known) <= STATES else known & set(along)
    outcomes, special = _special(findings, tables, sorted(marked), aims)
    return {
        "version": 2,
        "program": findings.name,
        "headline": aims[0].headline,
        "aim": aims[0].words,
        "puzzle": puzzle,
        "drivable": drivable,
        "counted": counted,
        "places": tables.places,
        "objects": tables.objects(rows),
        "start": tables.row(findings.graph.root),
        "rules": tables.rules(),
        "acting": tables.acting(),
        "actors": [process_name(actor) for actor in tables.actors],
        "answers": tables.answers,
        "sources": tables.sources(),
        "outcomes": outcomes,
        "special": special,
        "traces": [_trace(findings, tables, aim, path) for aim, path in ([] if puzzle else shown)],
    }


def _trace(findings: Findings, tables: Tables, aim: Aim, path: Path) -> dict[str, Any]:
    return {
        "title": aim.words,
        "headline": short(aim.headline),
        "fails": aim.fails,
        "story": [short(sentence) for sentence in ([aim.told] if aim.told else story(findings, path))],
        "steps": [[tables.actors[actor], way] for actor, way in chosen(findings.graph, path)],
    }


def _special(
    findings: Findings, tables: Tables, states: Iterable[int], aims: list[Aim]
) -> tuple[list[dict[str, Any]], dict[str, list[int]]]:
    """The ways to end, and for states of note [which of them or -1, is no end reached from it?, is it aimed at?]."""
    ends = {end.state: end for end in findings.ends}
    failing = frozenset[int]().union(*(aim.states for aim in aims if aim.fails))
    numbers: dict[tuple[str, bool, bool], int] = {}
    outcomes: list[dict[str, Any]] = []
    special = {}
    for state in states:
        goal, place = bool(aims[0].words) and state in aims[0].states, -1
        if state in ends:
            title, bad = short(outcome_title(findings, ends[state])), state in failing
            if (title, goal, bad) not in numbers:
                numbers[title, goal, bad] = len(outcomes)
                outcomes.append({"title": title, "goal": goal, "bad": bad, "deadlock": ends[state].deadlocked})
            place = numbers[title, goal, bad]
        special[tables.key(state)] = [place, int(state in findings.lost), int(goal)]
    return outcomes, special


def outcome_title(findings: Findings, end: End) -> str:
    """A way to end in a few words."""
    told = [f"{process_name(process)} ends with {error}" for process, error in end.crashes]
    if end.deadlocked:
        return ", ".join([*told, "deadlock"])
    if end.returned:
        told.insert(0, f"returns {end.returned[0]!r}")
    if end.left_running:
        told.append("a process is left running")
    return ", ".join(told) or "ends"
