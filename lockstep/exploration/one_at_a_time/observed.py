"""The state graph of an object's clients, each state with what is possible of their calls: a graph to be searched as any."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lockstep.exploration.one_at_a_time.monitor import REFUSED, Monitor
from lockstep.exploration.one_at_a_time.specification import Outcome
from lockstep.exploration.search.fields import Field
from lockstep.exploration.search.graph import Graph
from lockstep.exploration.search.watch import Watch

Node = tuple[int, int]  # a state, and the number of what is possible
# What a step means to the monitor: the client, its call, and the outcome if it comes back with the step.
Event = tuple[int, int, Outcome | None]


class Observed:
    """What a search asks of a graph: `root`, `successors` and `steps`. Where nothing is possible, nobody goes on."""

    def __init__(self, graph: Graph, monitor: Monitor) -> None:
        self.graph, self.steps, self.monitor, self.watch = graph, graph.steps, monitor, Watch()
        self.root: Node = (graph.root, monitor.start)
        edges = graph.automata.edges
        self._coming_back = {local for (local, _), edge in edges.items() if edge.came_back}
        self._events: dict[tuple[int, int, int], tuple[Event, ...]] = {}

    def successors(self, node: Node) -> Iterator[tuple[Field, tuple[Node, ...]]]:
        """Each actor that can go on, and the nodes that its steps lead to."""
        state, possible = node
        if possible == REFUSED:
            return
        locals_ = self.graph.automata.locals
        for field, news in self.graph.successors(state):
            if field.kind != "process":
                yield field, tuple([(new, possible) for new in news])
                continue
            status = field.values[(state >> field.shift) & ((1 << field.bits) - 1)]
            local = locals_[status.local]
            if not local.call or local.kind != "ask":
                yield field, tuple([(new, possible) for new in news])
            elif local.number not in self._coming_back:
                client, call = local.call
                after = self.monitor.step(possible, client, call, None)
                yield field, tuple([(new, after) for new in news])
            else:
                events = self.events(state, field)
                yield (
                    field,
                    tuple(
                        [(new, self.monitor.step(possible, *event)) for new, event in zip(news, events, strict=True)]
                    ),
                )

    def events(self, state: int, field: Field) -> tuple[Event, ...]:
        """What each step of this process, which is in a call, means to the monitor."""
        number = (state >> field.shift) & ((1 << field.bits) - 1)
        row = field.rows[number]
        assert row is not None
        key = (field.index, number, state if row.others else state & row.mask)
        found = self._events.get(key)
        if found is None:
            found = self._events[key] = tuple(self._event(move) for move in self.steps.in_full(state, field))
        return found

    def _event(self, move: Any) -> Event:
        client, call = self.graph.automata.locals[move.local].call
        outcomes = self.graph.automata.edge(move.local, move.answer).came_back
        return client, call, outcomes[0] if outcomes else None

    def waiting(self, node: Node) -> list[tuple[int, int]]:
        """The calls (client, call) that are not back in this node, begun or about to begin."""
        locals_ = self.graph.automata.locals
        statuses = self.graph.statuses(node[0]).values()
        calls = [
            locals_[each.local].call for each in statuses if each.code is None or each.code >= 0
        ]  # not ended by a signal
        return [(call[0], call[1]) for call in calls if call]
