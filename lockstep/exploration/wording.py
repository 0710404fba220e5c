"""Operations, values and objects in a reader's words."""

from __future__ import annotations

import ast
import re
from typing import Any

from lockstep.exploration.automata import Automata
from lockstep.standin.kinds import declared_object, made_by, operation_kind
from lockstep.standin.objects.processes import process_name
from lockstep.standin.operation import Message, Operation, Raised

_ASSIGNED = re.compile(r"^\s*([A-Za-z_][\w.]*)\s*(?::[^=]+)?=(?!=)")


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
    creates = list(made_by(ast.unparse(call.func).rpartition(".")[2]))
    if any(ast.unparse(keyword) == "lock=False" for keyword in call.keywords):
        creates = [kind for kind in creates if kind != "rlock"]
    return creates


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
        """What the operation does: "acquire fork[0]"."""
        kind = operation_kind(operation.kind)
        told = kind.told if kind.patient(operation) or not kind.trying else kind.trying
        filled = {
            "object": self.object(operation.objects[0]) if operation.objects else "",
            "process": process_name(operation.arguments[0]) if "{process}" in told else "",
        }
        values = (
            self.value(value) if f"{{{place}}}" in told else "" for place, value in enumerate(operation.arguments)
        )
        return told.format(*values, **filled).strip()

    def answer(self, operation: Operation, answer: Any) -> str:
        """What the operation gave; empty where that says nothing."""
        answers = operation_kind(operation.kind).answers
        if type(answer) is Raised:
            return f"{answer.exception}: {answer.text}" if answer.text else answer.exception
        if answers == "value":
            return self.value(answer)
        if answers == "never" or answer is None or (answer is True and answers != "fact"):
            return ""
        return repr(answer)

    def value(self, value: Any, kind: str = "") -> str:
        """A value of an object of this kind, or a message."""
        if type(value) is Message:
            return self.message(value)
        if kind:
            return declared_object(kind).told(value, self)
        if isinstance(value, tuple):
            return "[" + ", ".join(self.value(item) for item in value) + "]"
        return repr(value)

    def message(self, message: Message) -> str:
        """What was packed."""
        return self._automata.text(message.token)

    def process(self, identity: str) -> str:
        """The process's name."""
        return process_name(identity)

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
