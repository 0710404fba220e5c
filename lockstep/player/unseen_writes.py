"""What was read although another process had written something else, which was still in its store buffer."""

from __future__ import annotations

from lockstep.exploration.findings import Findings
from lockstep.exploration.search.steps import Move
from lockstep.standin.kinds import operation_kind
from lockstep.standin.objects.processes import process_name
from lockstep.standin.objects.store_buffers import BUFFER, newest


def unseen_writes(findings: Findings, trace: list[tuple[int, int, Move]]) -> list[str]:
    """A sentence for each reading of a value that a write on its way is about to replace."""
    graph, words = findings.graph, findings.words
    buffers = [field.name for field in graph.steps.fields.values() if field.kind == BUFFER]
    told = []
    for number, before, move in trace if buffers else ():
        if operation_kind(move.operation.kind).access != "read":
            continue
        cell = move.operation.objects[0]
        for buffer in buffers:
            writer = buffer.rpartition(" of ")[2]
            written = newest(graph.steps.value(before, buffer) or (), cell)
            if writer != move.actor and written is not None and written != move.answer:
                told.append(
                    f"In step {number} {process_name(move.actor)} read {words.object(cell)} = {words.value(move.answer)}: "
                    f"{process_name(writer)} had written {words.value(written)}, but nobody else saw it yet."
                )
    return told
