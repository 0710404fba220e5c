"""All interleavings with few preemptions: what is searched of a program with more states than the budget."""

from __future__ import annotations

from collections import deque

from lockstep.exploration.search.graph import Graph, OverBudget
from lockstep.exploration.search.visited import Pair, Visited
from lockstep.exploration.search.watch import OFTEN, Interrupted

PREEMPTIONS = 2


def few_preemptions(graph: Graph, budget: int) -> Visited:
    """All interleavings with at most PREEMPTIONS interruptions of somebody who could go on. Raises OverBudget and
    TimeIsUp; an interrupt gives those that were taken so far.

    The bound is that of Musuvathi and Qadeer, "Iterative context bounding" (PLDI 2007).
    """
    visited = Visited()
    start: Pair = (graph.root, -1)
    used = {start: 0}
    visited.came[start] = None
    queue = deque([start])
    done: set[Pair] = set()
    while queue:
        pair = queue.popleft()
        if pair in done:
            continue
        done.add(pair)
        state, last = pair
        visited.states.setdefault(state, pair)
        if len(done) > budget:
            raise OverBudget
        try:
            if not len(done) % OFTEN:
                graph.watch.look(len(done))
            moves = list(graph.successors(state))
        except Interrupted:
            visited.interrupted = True
            break
        if not moves:
            visited.ends[state] = None
        could_go_on = any(field.index == last for field, _ in moves)
        for field, news in moves:
            cost = used[pair] + (could_go_on and field.index != last)
            if cost > PREEMPTIONS:
                continue
            for index, new in enumerate(news):
                after = (new, field.index)
                if after not in used or cost < used[after]:
                    used[after] = cost
                    visited.came[after] = (pair, index)
                    if cost == used[pair]:
                        queue.appendleft(after)
                    else:
                        queue.append(after)
    return visited
