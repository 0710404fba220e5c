"""The strongly connected components of a graph: its circles."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator


def circles(nodes: Collection[int], following: Callable[[int], Iterable[int]]) -> Iterator[set[int]]:
    """The components in which one can go round for ever, of the graph on `nodes`; `following` may name others, too.

    Tarjan, "Depth-first search and linear graph algorithms" (SIAM J. Comput. 1972), without recursion.
    """
    found: dict[int, int] = {}  # in which order they were met
    low: dict[int, int] = {}
    stack: list[int] = []
    open_: set[int] = set()
    for root in nodes:
        if root in found:
            continue
        work = [(root, iter(following(root)))]
        found[root] = low[root] = len(found)
        stack.append(root)
        open_.add(root)
        while work:
            node, rest = work[-1]
            for new in rest:
                if new not in nodes:
                    continue
                if new not in found:
                    found[new] = low[new] = len(found)
                    stack.append(new)
                    open_.add(new)
                    work.append((new, iter(following(new))))
                    break
                if new in open_:
                    low[node] = min(low[node], found[new])
            else:
                work.pop()
                if work:
                    above = work[-1][0]
                    low[above] = min(low[above], low[node])
                if low[node] == found[node]:
                    component = set()
                    while node not in component:
                        component.add(stack.pop())
                    open_ -= component
                    if len(component) > 1 or node in following(node):
                        yield component
