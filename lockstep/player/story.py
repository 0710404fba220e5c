"""What went wrong in a trace, in words: who held what, which write was overwritten, which wake-up met nobody."""

from __future__ import annotations

from typing import Any

from lockstep.explore.findings import Findings
from lockstep.explore.schedule import PathStep
from lockstep.explore.steps import Move
from lockstep.explore.words import process_name


def story(findings: Findings, path: list[PathStep]) -> list[str]:
    """Sentences on the trace, empty for a trace in which nothing happened that needs one."""
    trace = _moves(findings, path)
    last = path[-1][2] if path else findings.graph.root
    told = [*_overwritten(findings, trace)]
    over = not any(True for _ in findings.graph.successors(last))
    if over and not findings.graph.all_exited(last):
        told = [*_waits(findings, last), *_unheard(findings, trace, last)]
    elif last in findings.lost:
        told = ["From here on somebody can always go on, but nobody can ever come to an end."]
    return [*_crashes(findings, last), *told] if over else told


# A step of a trace: its number from 1, the state before it, and what happened.
_Numbered = tuple[int, int, Move]


def _moves(findings: Findings, path: list[PathStep]) -> list[_Numbered]:
    state, found = findings.graph.root, []
    for number, (field, index, after) in enumerate(path, 1):
        found.append((number, state, findings.graph.steps.in_full(state, field)[index]))
        state = after
    return found


def _crashes(findings: Findings, last: int) -> list[str]:
    end = next((end for end in findings.ends if end.state == last), None)
    return [f"{process_name(process)} ended with {error}." for process, error in end.crashes] if end else []


def _overwritten(findings: Findings, trace: list[_Numbered]) -> list[str]:
    """For every write that rests on a reading which others have made stale: whose writes are lost by it."""
    words, told = findings.words, []
    read: dict[tuple[str, str], tuple[int, Any]] = {}
    written: dict[str, list[tuple[int, str, Any]]] = {}
    for number, _, move in trace:
        kind, actor = move.operation.kind, move.actor
        if kind not in ("cell.read", "cell.write", "cells.read", "cells.write"):
            continue
        name = repr(move.operation.objects)
        title = words.object(move.operation.objects[0])
        if kind.endswith("read"):
            read[actor, name] = number, move.answer
            continue
        value = move.operation.arguments[1]
        if (actor, name) in read:
            since, seen = read.pop((actor, name))
            lost = [write for write in written.get(name, []) if write[0] > since and write[1] != actor]
            if lost:
                by: dict[str, list[str]] = {}
                for at, writer, what in lost:
                    by.setdefault(process_name(writer), []).append(f"{words.value(what)} (step {at})")
                who = _and([f"{writer}'s {_and(what)}" for writer, what in by.items()])
                told.append(
                    f"{process_name(actor)} read {title} = {words.value(seen)} in step {since} and wrote "
                    f"{words.value(value)} in step {number}: {who} {'is' if len(lost) == 1 else 'are'} overwritten."
                )
        written.setdefault(name, []).append((number, actor, value))
    return told


def _waits(findings: Findings, last: int) -> list[str]:
    """Who holds what and waits for what, and the circle of those who wait for each other."""
    graph, words, told = findings.graph, findings.words, []
    held: dict[str, list[str]] = {}
    for field in graph.steps.fields.values():
        value = graph.steps.value(last, field.name)
        if field.kind in ("lock", "rlock") and value is not None:
            held.setdefault(value[0], []).append(words.object(field.name))
    after: dict[str, str] = {}
    joins = []
    for process, status in graph.statuses(last).items():
        if status.code is not None:
            continue
        local, name = graph.automata.locals[status.local], process_name(process)
        holds = f"holds {_and(held[process])} and " if process in held else ""
        if local.kind == "join":
            after[process] = local.operation.arguments[0]
            joins.append(f"{name} {holds}waits for {process_name(after[process])} to end.")
        elif local.kind == "end":
            joins.append(f"{name} {holds}cannot exit before its children have, and its queues are empty.")
        else:
            sentence, holder = _wants(findings, last, process, local.operation)
            if holder:
                after[process] = holder
            told.append(f"{name} {holds}waits for {sentence}.")
    circle = _circle(after)
    if circle:
        told.append(f"They wait in a circle: {' → '.join(process_name(p) for p in [*circle, circle[0]])}.")
    return told + joins


def _wants(findings: Findings, last: int, process: str, operation: Any) -> tuple[str, str]:
    """What a process waits for, in words, and who holds it, if it is one."""
    graph, words = findings.graph, findings.words
    name = operation.objects[0] if operation.objects else ""
    title = words.object(name) if name else operation.kind
    kind = operation.kind.partition(".")[0]
    if kind == "condition" and (process, "waiting") in [entry[:2] for entry in graph.steps.value(last, name)]:
        return f"a notification on {title}, and nobody is left who could give one", ""
    for each in operation.objects:
        value = graph.steps.value(last, each)
        if graph.steps.fields[each].kind in ("lock", "rlock") and value is not None:
            holder = process_name(value[0])
            return f"{words.object(each)}, which {holder} holds", value[0]
    if kind == "event":
        return f"{title} to be set, and nobody is left who could set it", ""
    if kind == "semaphore":
        return f"{title}, which is at {graph.steps.value(last, name)}, and nobody is left who could release it", ""
    if kind == "barrier":
        return f"the others at {title}: {graph.steps.value(last, name)[1]} of {_parties(findings, name)} have come", ""
    if operation.kind in ("queue.get", "simplequeue.get", "pipe.recv"):
        return f"something to come out of {title}, and nobody is left who could send it", ""
    return f"its turn to {words.operation(operation)}", ""


def _parties(findings: Findings, name: str) -> str:
    for local in findings.graph.automata.locals:
        if local.kind == "ask" and local.operation.kind == "barrier.arrive" and local.operation.objects == (name,):
            return str(local.operation.arguments[0])
    return "all"


def _unheard(findings: Findings, trace: list[_Numbered], last: int) -> list[str]:
    """Notifications that met nobody, on conditions and events for which somebody waits at the end."""
    graph, words = findings.graph, findings.words
    wanted: dict[str, str] = {}
    for process, status in graph.statuses(last).items():
        local = graph.automata.locals[status.local]
        if status.code is None and local.kind == "ask" and local.operation.kind in ("condition.wake", "event.wake"):
            wanted[local.operation.objects[0]] = process
    told = []
    for number, before, move in trace:
        name = move.operation.objects[0] if move.operation.objects else ""
        if name not in wanted:
            continue
        value = graph.steps.value(before, name)
        who, title = process_name(move.actor), words.object(name)
        if move.operation.kind == "condition.notify":
            asleep = [entry[0] for entry in value if entry[1] in ("waiting", "timed")]
            now = [entry[0] for entry in graph.steps.value(move.after, name) if entry[1] in ("waiting", "timed")]
            woken = [process_name(each) for each in asleep if each not in now]
            if not asleep:
                told.append(f"The notification of {who} in step {number} met nobody: none was waiting on {title} yet.")
            elif woken and now:
                left = _and([process_name(each) for each in now])
                told.append(f"The notification of {who} in step {number} woke {_and(woken)}; {left} slept on.")
        elif move.operation.kind == "event.clear" and value[0]:
            told.append(f"{who} cleared {title} in step {number}, before {process_name(wanted[name])} had seen it set.")
    return told


def _circle(after: dict[str, str]) -> list[str]:
    """Those who wait for each other in a circle, if any do."""
    for start in after:
        here, seen = start, []
        while here in after and here not in seen:
            seen.append(here)
            here = after[here]
        if here in seen:
            return seen[seen.index(here) :]
    return []


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
