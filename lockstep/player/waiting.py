"""Who waits for what when nobody can go on, in words: who holds it, and what happened too early or never."""

from __future__ import annotations

from typing import Any

from lockstep.exploration.automata import Local
from lockstep.exploration.findings import Findings
from lockstep.exploration.search.steps import Move
from lockstep.standin.kinds import declared_object, operation_kind
from lockstep.standin.objects import conditions
from lockstep.standin.objects.processes import process_name
from lockstep.standin.objects.queues import on_its_way
from lockstep.words import enumerated

Trace = list[tuple[int, int, Move]]  # steps: number, state before, move
LATEST = 3  # of the items that were taken


def waits(findings: Findings, trace: Trace, last: int) -> list[str]:
    """Who holds what and waits for what, the circle of those who wait for each other, and what they missed."""
    graph, words, told = findings.graph, findings.words, []
    held: dict[str, list[str]] = {}
    for name in graph.steps.fields:
        holder = findings.holder(last, name)
        if holder:
            held.setdefault(holder, []).append(words.object(name))
    after: dict[str, str] = {}
    joins = []
    for process, status in graph.statuses(last).items():
        if status.code is not None:
            continue
        local = graph.automata.locals[status.local]
        who = f"{process_name(process)}{line_of(findings, status.local)}"
        holds = f"holds {enumerated(held[process])} and " if process in held else ""
        if local.kind == "join":
            after[process] = local.operation.arguments[0]
            joins.append(f"{who} {holds}waits for {process_name(after[process])} to end.")
        elif local.kind == "end":
            joins.append(
                f"{process_name(process)} {holds}is done, but cannot exit: {_unfinished(findings, last, local)}."
            )
        else:
            sentence, blocking = _wants(findings, last, process, local.operation)
            if blocking == process:
                sentence = f"{words.object(local.operation.objects[0])}, which it holds itself"
            elif blocking:
                after[process] = blocking
            told.append(f"{who} {holds}waits for {sentence}.")
    circle = _circle(after)
    if circle:
        told.append(f"They wait in a circle: {' → '.join(process_name(p) for p in [*circle, circle[0]])}.")
    return told + _missed(findings, trace, last) + joins


def line_of(findings: Findings, local: int | None) -> str:
    """The line of a local state in brackets, with its cell if there are several; empty if it is not known."""
    where = None if local is None else findings.graph.automata.locals[local].where
    if not where:
        return ""
    label, line, _ = where[0]
    return f" (line {line})" if len(findings.words.sources) < 2 else f" ({label}, line {line})"


def _wants(findings: Findings, last: int, process: str, operation: Any) -> tuple[str, str]:
    """What a process waits for, in words, and who holds it, if it is one."""
    graph, words = findings.graph, findings.words
    name = operation.objects[0] if operation.objects else ""
    title = words.object(name) if name else operation.kind
    wait = operation_kind(operation.kind).wait
    asleep = declared_object(graph.steps.fields[name].kind).asleep if name else None
    if wait is None or asleep is None or process not in asleep(graph.steps.value(last, name)):
        for each in operation.objects:
            holder = findings.holder(last, each)
            if holder:
                ended = graph.statuses(last)[holder].code is not None
                return (
                    f"{words.object(each)}, which {process_name(holder)} holds" + ", though it has ended" * ended,
                    holder,
                )
    if wait is None or (asleep is not None and process not in asleep(graph.steps.value(last, name))):
        return f"its turn to {words.operation(operation)}", ""
    detail = "" if wait.detail is None else wait.detail(graph.steps.value(last, name), operation)
    return wait.told.format(object=title, detail=detail), ""


def _unfinished(findings: Findings, last: int, local: Local) -> str:
    """Why somebody who has ended his work cannot exit."""
    graph, words = findings.graph, findings.words
    running = [
        process_name(child)
        for child, daemon in local.children
        if not daemon and graph.statuses(last).get(child) is not None and graph.statuses(last)[child].code is None
    ]
    if running:
        return f"it waits for {enumerated(running)} to end"
    full = [
        words.object(name)
        for name in local.queues
        if name not in local.abandoned and on_its_way(graph.steps.value(last, name), local.process)
    ]
    if full:
        return f"what it put into {enumerated(full)} does not fit into the pipe, and nobody can go on to take something out"
    return "it waits for its children and its queues"


def _missed(findings: Findings, trace: Trace, last: int) -> list[str]:
    """What was there for those who wait at the end, but too early, or for somebody else."""
    waiting: dict[tuple[str, str], list[str]] = {}
    for process, status in findings.graph.statuses(last).items():
        local = findings.graph.automata.locals[status.local]
        if status.code is None and local.kind == "ask" and local.operation.objects:
            waiting.setdefault((local.operation.kind, local.operation.objects[0]), []).append(process)
    told = []
    for (kind, name), processes in waiting.items():
        if findings.graph.steps.fields[name].kind == "condition":
            told += _unheard(findings, trace, name, processes)
        elif findings.graph.steps.fields[name].kind == "event":
            told += _cleared(findings, trace, name, processes)
        elif operation_kind(kind).passes == "out":
            told += _taken(findings, trace, name)
    return told


def _unheard(findings: Findings, trace: Trace, name: str, processes: list[str]) -> list[str]:
    """Notifications that met nobody, or not those who wait at the end."""
    graph, title, told = findings.graph, findings.words.object(name), []
    for number, before, move in trace:
        if move.operation.kind != conditions.NOTIFY or move.operation.objects[0] != name:
            continue
        who = f"{process_name(move.actor)} in step {number}"
        asleep, now = (
            [entry[0] for entry in graph.steps.value(state, name) if entry[1] in ("waiting", "timed")]
            for state in (before, move.after)
        )
        woken = [process_name(each) for each in asleep if each not in now]
        if not asleep:
            late = [(_last(trace, conditions.BEGIN_WAITING, name, each), process_name(each)) for each in processes]
            later = enumerated([f"{each} began to wait in step {step}" for step, each in late if step > number])
            told.append(f"The notification of {who} met nobody: none was waiting on {title} yet ({later}).")
        elif woken and now:
            left = enumerated([process_name(each) for each in now])
            told.append(f"The notification of {who} woke {enumerated(woken)}; {left} slept on.")
    return told


def _cleared(findings: Findings, trace: Trace, name: str, processes: list[str]) -> list[str]:
    title, told = findings.words.object(name), []
    begun = {process: _last(trace, conditions.BEGIN_EVENT, name, process) for process in processes}
    clears = [
        (number, move)
        for number, before, move in trace
        if (move.operation.kind, move.operation.objects[:1]) == (conditions.CLEAR, (name,))
        and findings.graph.steps.value(before, name)[0]
    ]
    for number, move in clears:
        late = [f"{process_name(process)} asked in step {step}" for process, step in begun.items() if step > number]
        if late:
            told.append(f"{process_name(move.actor)} cleared {title} in step {number}, too early: {enumerated(late)}.")
    if not any(move.operation.kind == conditions.SET and move.operation.objects[0] == name for _, _, move in trace):
        told.append(f"Nobody has set {title}.")
    return told


def _taken(findings: Findings, trace: Trace, name: str) -> list[str]:
    """What came out of something that is now empty, and to whom."""
    words, title = findings.words, findings.words.object(name)
    here = [(n, move) for n, _, move in trace if move.operation.objects[:1] == (name,)]
    taken = [(n, move) for n, move in here if operation_kind(move.operation.kind).passes == "out"]
    if not any(operation_kind(move.operation.kind).passes == "in" for _, move in here):
        return [f"Nobody has put anything into {title}."]
    if not taken:
        return []
    told = [f"{words.value(move.answer)} to {process_name(move.actor)} (step {n})" for n, move in taken[-LATEST:]]
    before = "The last that came out of" if len(taken) > LATEST else "All that came out of"
    return [f"{before} {title}: {enumerated(told)}."]


def _last(trace: Trace, kind: str, name: str, process: str) -> int:
    """The number of the last step of this kind on the object by the process, 0 if there is none."""
    return max(
        (
            number
            for number, _, move in trace
            if (move.operation.kind, move.operation.objects[:1], move.actor) == (kind, (name,), process)
        ),
        default=0,
    )


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
