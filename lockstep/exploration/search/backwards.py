"""From where some nodes of a graph can be reached."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

_Node = TypeVar("_Node", bound=Hashable)


def all_leading_to(goals: Iterable[_Node], before: Mapping[_Node, Iterable[_Node]]) -> set[_Node]:
    """The goals, and all nodes with a way to one of them; `before`: the nodes from which one step leads to a node."""
    found = set(goals)
    front = list(found)
    while front:
        for node in before.get(front.pop(), ()):
            if node not in found:
                found.add(node)
                front.append(node)
    return found
