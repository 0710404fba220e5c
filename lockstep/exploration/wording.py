"""Operations, values and objects in a reader's words."""

from __future__ import annotations

import ast
import re
from typing import Any

from lockstep.exploration.automata import Automata
from lockstep.standin.objects.pipes import Channel
from lockstep.standin.objects.queues import QueueValue
from lockstep.standin.operation import Message, Operation, Raised

_ASSIGNED = re.compile(r"^\s*([A-Za-z_][\w.]*)\s*(?::[^=]+)?=(?!=)")
_PLAIN = {
    "cell.read": "read",
    "cell.write": "write",
    "cells.read": "read the slice",
    "cells.write": "write the slice",
    "condition.wait": "wait (lets go of the lock)",
    "condition.wake": "wake up with the lock",
    "event.wake": "wake up",
    "barrier.pass": "leave",
    "barrier.open": "open the barrier",
    "barrier.fail": "break the barrier",
    "queue.feed": "move an item into the pipe",
    "queue.joined": "wake up",
    "pipe.sent": "finish sending",
    "simplequeue.sent": "finish putting",
    "process.exit": "exit",
}


# What each constructor creates, in this order.
_CREATES = {
    "Value": ["rlock", "cell"], "RawValue": ["cell"], "Condition": ["rlock", "condition"], "Lock": ["lock"],
    "RLock": ["rlock"], "Semaphore": ["semaphore"], "BoundedSemaphore": ["semaphore"], "Event": ["event"],
    "Barrier": ["barrier"], "SimpleQueue": ["simplequeue"], "Queue": ["queue"], "JoinableQueue": ["queue"],
}  # fmt: skip


def assigned_together(line: str, kinds: list[str]) -> list[str]:
    """What a line like `a, b = Lock(), Value("i", 0)` or `a, b = Pipe()` calls the objects of these kinds that it makes.

    Empty if it is no such line.
    """
    try:
        (statement,) = ast.parse(line.strip()).body
    except (SyntaxError, ValueError):
        return []
    if not isinstance(statement, ast.Assign) or not isinstance(target := statement.targets[0], ast.Tuple):
        return []
    if isinstance(statement.value, ast.Call) and set(kinds) == {"channel"}:
        return [f"{ast.unparse(end)}'s end" for end in target.elts][: len(kinds)]  # by the end that receives
    if not isinstance(statement.value, ast.Tuple) or len(target.elts) != len(statement.value.elts):
        return []
    names: list[str] = []
    expected: list[str] = []
    for variable, value in zip(target.elts, statement.value.elts, strict=True):
        several = isinstance(value, (ast.List, ast.Tuple))
        for place, call in enumerate(value.elts if isinstance(value, (ast.List, ast.Tuple)) else [value]):
            creates = _creates(call)
            title = ast.unparse(variable) + (f"[{place}]" if several else "")
            expected += creates
            names += [title + ("'s lock" if len(creates) > part + 1 else "") for part in range(len(creates))]
    return names if expected == kinds else []


def _creates(call: ast.expr) -> list[str]:
    """The kinds of what a call creates."""
    if not isinstance(call, ast.Call):
        return []
    creates = _CREATES.get(ast.unparse(call.func).rpartition(".")[2], [])
    if any(ast.unparse(keyword) == "lock=False" for keyword in call.keywords):
        creates = [kind for kind in creates if kind != "rlock"]
    return creates


def process_name(identity: str) -> str:
    """What the real module calls the process: MainProcess, Process-1, Process-1:2; its feeder: feeder of ..."""
    if identity.startswith("feeder of "):
        return "feeder of " + process_name(identity[10:])
    return "main" if identity == "0" else "Process-" + identity[2:].replace(".", ":")


class Words:
    """How to tell a reader about the objects of one program."""

    def __init__(self, automata: Automata, sources: dict[str, list[str]]) -> None:
        self._automata, self.sources = automata, sources
        self._names: dict[str, str] = {}

    def line(self, label: str, number: int) -> str:
        """The text of a line of the program, without its indent."""
        lines = self.sources.get(label, [])
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""

    def operation(self, operation: Operation) -> str:
        kind = operation.kind
        if kind.startswith("process.") and kind != "process.exit":
            return f"{kind[8:]} {process_name(operation.arguments[0])}"
        told = _PLAIN.get(kind, kind.partition(".")[2])
        main = self.object(operation.objects[0]) if operation.objects else ""
        if kind == "cell.write":
            return f"{told} {main} = {self.value(operation.arguments[1])}"
        if kind in ("queue.put", "simplequeue.put", "pipe.send"):
            return f"{told} {self.value(operation.arguments[0])} {'to' if kind == 'pipe.send' else 'into'} {main}"
        if kind in ("lock.acquire", "rlock.acquire") and not operation.arguments[1]:
            told = "try to acquire"
        if kind == "semaphore.acquire" and not operation.arguments[0]:
            told = "try to acquire"
        return f"{told} {main}".strip()

    def answer(self, operation: Operation, answer: Any) -> str:
        if type(answer) is Raised:
            return f"{answer.exception}: {answer.text}" if answer.text else answer.exception
        if operation.kind in ("cell.read", "queue.get", "simplequeue.get", "pipe.recv", "cells.read"):
            return self.value(answer)
        if answer is None or (answer is True and operation.kind not in ("event.is_set", "process.is_alive")):
            return ""
        if operation.kind in ("barrier.arrive", "event.wait", "pipe.send", "simplequeue.put"):
            return ""
        return repr(answer)

    def value(self, value: Any, kind: str = "") -> str:
        """A value of an object, or a message."""
        if type(value) is Message:
            return self._automata.text(value.token)
        if type(value) is QueueValue:
            line = "".join(f" <- {self.value(message)} ({process_name(p)})" for p, message in value.line)
            return "[" + ", ".join(self.value(message) for message in value.pipe) + "]" + line
        if type(value) is Channel:
            return "[" + ", ".join(self.value(message) for message in value.messages) + "]"
        if kind in ("lock", "rlock"):
            if value is None:
                return "free"
            times = f" ({value[1]} times)" if value[1] > 1 else ""
            return f"held by {process_name(value[0])}{times}"
        if kind == "condition":
            return "[" + ", ".join(f"{process_name(who)} {status}" for who, status, _ in value) + "]"
        if kind == "event":
            waiting = ", ".join(process_name(who) for who, _ in value[1])
            return ("set" if value[0] else "not set") + (f", {waiting} waiting" if waiting else "")
        if kind == "barrier":
            return f"{value[1]} inside, {value[0]}"
        if isinstance(value, tuple):
            return "[" + ", ".join(self.value(item) for item in value) + "]"
        return repr(value)

    def object(self, name: str) -> str:
        """The variable that the object was assigned to, as far as its line tells; else its kind and number."""
        if name not in self._names:
            self._name_all()
        return self._names.get(name, name)

    def _name_all(self) -> None:
        lines: dict[tuple[str, str, int], dict[str, list[str]]] = {}
        kinds: dict[str, str] = {}
        for edge in [*self._automata.first_edges.values(), *self._automata.edges.values()]:
            for name, kind, _, where in edge.created:
                if name not in kinds:
                    kinds[name] = kind
                    place = (name.partition("#")[0], *where[0][:2]) if where else (name.partition("#")[0], "", 0)
                    lines.setdefault(place, {}).setdefault(kind, []).append(name)
        for (_, label, number), groups in lines.items():
            made = sorted((n for names in groups.values() for n in names), key=lambda name: int(name.partition("#")[2]))
            together = assigned_together(self.line(label, number), [kinds[name] for name in made])
            if together:
                self._names.update(zip(made, together, strict=True))
                continue
            found = _ASSIGNED.match(self.line(label, number))
            base = found.group(1) if found else ""
            for kind, names in groups.items():
                names.sort(key=lambda name: int(name.partition("#")[2]))
                guards = kind == "rlock" and len(groups) > 1
                for index, name in enumerate(names):
                    number_text = name.partition("#")[2]
                    title = base or f"{kind} {number_text}"
                    if len(names) > 1 and base:
                        title = f"{base}[{index}]"
                    self._names[name] = f"{title}'s lock" if guards and base else title
