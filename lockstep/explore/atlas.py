"""The state graph of an explored program as plain data, for a player that needs no kernel: whole, or as tables.

Both hold only lists, dictionaries, text, numbers, True, False and None, so that they travel as JSON. States of the
tables are decimal text, since they have more bits than JavaScript's numbers.
"""

from __future__ import annotations

from typing import Any

from lockstep.explore.findings import Findings
from lockstep.explore.steps import Field, Move, Status
from lockstep.explore.words import process_name


def graph(findings: Findings, limit: int) -> dict[str, Any] | None:
    """Every state with its moves, or None if there are more than `limit` states or not all were visited.

    `states[i]` is {"where": {process: number in "locals", or None after its exit}, "objects": {object: value as text},
    "inside": {section: [processes]}, "moves": [[actor, operation, answer, number of the state after]], "end": None or
    "deadlock", "returned", "crashed", "lost": can no end be reached any more?}. State 0 is the beginning.
    """
    if findings.visited is not None or len(findings.graph.depths) > limit:
        return None
    numbers = {state: number for number, state in enumerate(findings.graph.depths)}
    ends = {end.state: end for end in findings.ends}
    states = []
    for state in numbers:
        end = ends.get(state)
        states.append(
            {
                **_snapshot(findings, state),
                "moves": [
                    [process_name(move.actor), *_told(findings, move), numbers[move.after]]
                    for field in findings.graph.steps.actors
                    for move in _moves(findings, state, field)
                ],
                "end": None if end is None else end.kind,
                "result": repr(end.returned[0]) if end is not None and end.kind == "returned" else None,
                "lost": state in findings.lost,
            }
        )
    return {"states": states, **_legend(findings)}


def tables(findings: Findings) -> dict[str, Any]:
    """The rules from which every visited state and its moves follow.

    A state is an integer. For each of "fields" ({"name", "kind", "label", "shift", "bits", "values": texts,
    "places": for a process [number in "locals", or None when not started or exited]}), the bits from `shift` on are
    a number n that stands for `values[n]`. "rows" has for the fields that can act, and each n, {"mask": text,
    "moves": {masked state: [[difference, operation, answer, actor]]}}: an actor at n can make these moves in state
    s if `s & mask` is the key, and comes to s + difference. There may be several rows for a field and n: the first
    that has the key counts. A key that none has was never met; an empty list is an actor who waits.
    """
    rows = []
    shown = findings.graph.steps
    for field in shown.actors:
        for number, row in enumerate(field.rows):
            if row is not None:
                for mask, table in row.tables():
                    moves = {
                        str(masked): [
                            [str(move.after - masked), *_told(findings, move), process_name(move.actor)]
                            for move in _in_full(findings, masked, field)
                        ]
                        for masked in table
                    }
                    rows.append({"field": field.index, "number": number, "mask": str(mask), "moves": moves})
    fields = [
        {
            "name": field.name,
            "kind": field.kind,
            "label": process_name(field.name) if field.kind == "process" else findings.words.object(field.name),
            "shift": field.shift,
            "bits": field.bits,
            "values": [_value(findings, field, value) for value in field.values],
            "places": [_place(value) for value in field.values] if field.kind == "process" else None,
        }
        for field in shown.fields.values()
    ]
    return {"root": str(findings.graph.root), "fields": fields, "rows": rows, **_legend(findings)}


def _legend(findings: Findings) -> dict[str, Any]:
    """The local states: whose, at which lines (innermost first), before what, inside which sections; and the
    program's lines."""
    words = findings.words
    told = []
    for local in findings.graph.automata.locals:
        told.append(
            {
                "process": process_name(local.process),
                "lines": [[label, line] for label, line, _ in local.where],
                "next": "" if local.kind == "end" else words.operation(local.operation),
                "inside": list(local.sections),
            }
        )
    return {"locals": told, "source": words.sources, "claim": str(findings.claim)}


def _snapshot(findings: Findings, state: int) -> dict[str, Any]:
    steps = findings.graph.steps
    where: dict[str, int | None] = {}
    objects: dict[str, str] = {}
    inside: dict[str, list[str]] = {}
    for field in steps.fields.values():
        value = steps.value(state, field.name)
        if value is None:
            continue
        if field.kind != "process":
            objects[findings.words.object(field.name)] = _value(findings, field, value)
            continue
        name = process_name(field.name)
        where[name] = _place(value)
        if value.code is None:
            for section in findings.graph.automata.locals[value.local].sections:
                inside.setdefault(section, []).append(name)
    return {"where": where, "objects": objects, "inside": inside}


def _moves(findings: Findings, state: int, field: Field) -> list[Move]:
    number = (state >> field.shift) & ((1 << field.bits) - 1)
    return _in_full(findings, state, field) if field.rows[number] is not None else []


def _in_full(findings: Findings, state: int, field: Field) -> list[Move]:
    return findings.graph.steps.in_full(state, field)


def _told(findings: Findings, move: Move) -> list[str]:
    words = findings.words
    return [words.operation(move.operation), words.answer(move.operation, move.answer)]


def _value(findings: Findings, field: Field, value: Any) -> str:
    if value is None:
        return ""
    if field.kind == "process":
        return "" if value.code is None else f"exited with {value.code}"
    return findings.words.value(value, field.kind)


def _place(value: Status | None) -> int | None:
    return None if value is None or value.code is not None else value.local
