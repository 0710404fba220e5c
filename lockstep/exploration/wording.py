"""Operations, values and objects in a reader's words."""

from __future__ import annotations

from typing import Any

from lockstep.exploration.automata import Automata
from lockstep.exploration.object_names import Place, names_of
from lockstep.exploration.search.growth import Growth
from lockstep.standin.kinds import declared_object, operation_kind
from lockstep.standin.objects.processes import process_name
from lockstep.standin.objects.store_buffers import is_store_buffer
from lockstep.standin.operation import Message, Operation, Raised
from lockstep.words import brief


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
        if answers == "letter":
            return "" if answer is None else f"{self.message(answer[2])} from rank {answer[0]}"
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
        if is_store_buffer(name):
            return self.process(name)
        if name not in self._names:
            self._names = names_of(self._created(), self.line)
        return self._names.get(name, name)

    def growth(self, growth: Growth) -> str:
        """What grows without end, and where."""
        who, (label, line) = self.process(growth.process), growth.place
        at = f" in line {line} ({brief(self.line(label, line))})" if line else ""
        if not growth.grows:
            what = f"makes new objects{at}" if line else "starts new processes"
            return f"the program goes on and on: {who} {what} again and again, {growth.times} times so far, and no end is in sight"
        name = self.object(growth.grows)
        if growth.surely:
            return f"{name} grows without end: {who} goes round and round{at}, and there is no way out"
        return f"{name} takes ever new values, {growth.times:,} so far: {who} goes round and round{at}, and no way out was met"

    def _created(self) -> dict[str, tuple[str, Place]]:
        """Every object with its kind and the line that made it, as far as processes have come."""
        found: dict[str, tuple[str, Place]] = {}
        for edge in [*self._automata.first_edges.values(), *self._automata.edges.values()]:
            for name, kind, _, where in edge.created:
                found.setdefault(name, (kind, where[0][:2] if where else ("", 0)))
        return found
