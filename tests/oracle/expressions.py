"""Random expressions that are made of others: every way in which Python keeps something while an operation is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .constructs import Writer

_NUMBERS = ("Value", "RawValue")


def _each(writer: Writer, text: str, operations: int, *kinds: str, otherwise: str = "1") -> str:
    """The text with the name of an object in it, if there is one and its operations can be paid."""
    name = writer.pick(*kinds)
    return text.format(name, p=writer.pure()) if name and writer.pay(operations) else otherwise


COMPOUND: list[Callable[[Writer, int], str]] = [
    lambda w, n: f"({w.number(n)} + {w.number(n)})",
    lambda w, n: f"({w.number(n)} - {w.number(n)})",
    lambda w, n: f"({w.number(n)} * 2 + {w.number(n)})",
    lambda w, n: f"s.pop() + {w.number(n)}",
    lambda w, n: f"(s.pop() + {w.number(n)})",
    lambda w, n: f"({w.number(n)} + s.pop(0))",
    lambda w, n: f'(d.pop("k", 3) + {w.number(n)})',
    lambda w, n: f"[s.pop(), {w.number(n)}, len(s)][{w.pure()} % 3]",
    lambda w, n: f"(({w.chance.choice(w.names)} := {w.number(n)}) + {w.chance.choice(w.names)})",
    lambda w, n: f"({w.number(n)} if {w.condition()} else {w.number(n)})",
    lambda w, n: f"({w.number(n)} or {w.number(n)})",
    lambda w, n: f"({w.number(n)} and {w.number(n)})",
    lambda w, n: f"int(not {w.number(n)})",
    lambda w, n: f"int(0 <= {w.number(n)} < 3 >= {w.number(n)})",
    lambda w, n: f"(lambda k=1: {w.number(n)} + k)()",
    lambda w, n: f"max({w.number(n)}, {w.number(n)})",
    lambda w, n: f"(lambda k, m: len(f'{{k}}{{m!r:>3}}'))({w.number(n)}, {w.number(n)})",
    lambda w, n: f"{{0: {w.number(n)}, 1: {w.number(n)}}}[{w.pure()} % 2]",
    lambda w, n: f"mixed({w.number(n)}, *[{w.number(n)}], **{{'k': {w.number(n)}}})",
    lambda w, n: f"mixed(*s[:1], {w.number(n)}, z={w.number(n)})",
    lambda w, n: f"remember({w.number(n)})",
    lambda w, n: f"(s[0], {w.number(n)})[1]",
    lambda w, n: f"(txt + str({w.number(n)})).count('1')",
    lambda w, n: _each(w, "sum([{0}.value for _ in range(2)])", 2, *_NUMBERS),
    lambda w, n: _each(w, "sum(g + {p} for g in gen({0}, 2))", 2, *_NUMBERS),
    lambda w, n: _each(w, "sum(through({0}))", 2, *_NUMBERS),
    lambda w, n: _each(w, "len({{{0}.value, {0}.value + 1, {0}.value}})", 3, *_NUMBERS),
    lambda w, n: _each(w, "sum({{i: {0}.value for i in range(2) if {0}.value < 9}}.values())", 4, *_NUMBERS),
    lambda w, n: _each(w, "sum(map(lambda k: {0}.value * k, (1, 2)))", 2, *_NUMBERS),
    lambda w, n: _each(w, "sorted([2, 1], key=lambda k: {0}.value * k)[0]", 2, *_NUMBERS),
    lambda w, n: _each(w, "any({0}.value == i for i in range(2))", 2, *_NUMBERS),
    lambda w, n: _each(w, "all([{0}.value, {0}.value])", 2, *_NUMBERS),
    lambda w, n: _each(w, "[y := {0}.value, y + {0}.value][1]", 2, *_NUMBERS),
    lambda w, n: _each(w, "[m for i in range(2) if (m := {0}.value + i)][-1:].count(1)", 2, *_NUMBERS),
    lambda w, n: _each(w, "next(gen({0}, 1))", 1, *_NUMBERS),
    lambda w, n: _each(w, "down({0}, 1)", 2, *_NUMBERS),
    lambda w, n: _each(w, "leave({0})", 2, *_NUMBERS),
    lambda w, n: _each(w, "override({0})", 4, *_NUMBERS),
    lambda w, n: _each(w, "swallow({0})", 2, *_NUMBERS),
    lambda w, n: _each(w, "first({0})", 1, *_NUMBERS),
    lambda w, n: _each(w, "(first({0}) + first({0}))", 1, *_NUMBERS),
    lambda w, n: _each(w, "Box({0}).read()", 1, *_NUMBERS),
    lambda w, n: _each(w, "Loud({0}).read()", 1, *_NUMBERS),
    lambda w, n: _each(w, "(Box({0}) + {p})", 1, *_NUMBERS),
    lambda w, n: _each(w, "Box({0}).add(1).now", 3, *_NUMBERS),
    lambda w, n: _each(w, "(7 if Box({0}) else 8)", 1, *_NUMBERS),
    lambda w, n: _each(w, "Loud.count({0}.value)", 1, *_NUMBERS),
    lambda w, n: _each(w, "sum({0})", 2, "Array", "RawArray"),
    lambda w, n: _each(w, "int({p} in {0})", 2, "Array", "RawArray"),
    lambda w, n: _each(w, "sum(x * i for i, x in enumerate({0}))", 2, "Array", "RawArray"),
    lambda w, n: _each(w, "{0}[{0}[0] % 2]", 2, "Array", "RawArray"),
    lambda w, n: _each(w, "sum({0}[::-1])", 2, "Array", "RawArray"),
    lambda w, n: _each(w, "len(str(bool({0}.value)))", 1, *_NUMBERS),
    lambda w, n: _each(w, "len(str({0}.value or True))", 1, *_NUMBERS),
]
