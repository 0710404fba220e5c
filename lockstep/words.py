"""Short texts: values and messages that stay a line however long, numbers, names, tracebacks, and text that steers nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

_LONGEST = 80  # characters
SENTENCES = 240  # characters of a message, which may say what to do
LIBRARY = re.compile(r'File "[^"]*[/\\](?:multiprocessing|concurrent|lockstep|threading\.py|pickle\.py)\b')
_OUR_CLASS = re.compile(r"^lockstep(?:\.\w+)+\.(\w+)")
_TRACEBACK = 4_000  # characters of one traceback

# Control characters but for tab and newline, what ends a line or turns its direction, and halves of surrogate pairs.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """Text that a terminal or a page can show and is not steered by."""
    return _STEERING.sub("·", text).encode("utf-8", "replace").decode("utf-8")


def one_line(text: str) -> str:
    """A name from outside, plain and in one line."""
    return plain(text).replace("\n", "·").replace("\t", "·")


def brief(text: str, longest: int = _LONGEST) -> str:
    """The text, cut."""
    return text if len(text) <= longest else text[: longest - 3] + "..."


def brief_value(value: Any) -> str:
    """The value as Python writes it, cut; its type where it cannot be written."""
    try:
        return brief(repr(value))
    except Exception:
        return f"<{type(value).__name__}>"


def counted(number: float, noun: str) -> str:
    """1 process, 2 processes, 0.5 CPUs."""
    plural = "es" if noun.endswith(("s", "x", "ch")) else "s"
    return f"{number:{'' if isinstance(number, int) else 'g'}} {noun}{plural if number != 1 else ''}"


def whole_number(digits: int) -> str:
    """What to say in the place of an int with so many digits: a whole number of 30 million digits."""
    return f"a whole number of {f'{digits / 1e6:.0f} million' if digits >= 1_000_000 else f'{digits:,}'} digits"


def undefined(name: str) -> str:
    """What to say where the program does not have the name that is asked of it."""
    return f"`{name}` is not defined: run its cell, or restore its name"


def enumerated(parts: Sequence[str]) -> str:
    """a, b and c"""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def own_lines(text: str) -> str:
    """A traceback without the frames of multiprocessing and of ours, and in one line where pickle refused."""
    kept = []
    of_library = False
    for line in text.splitlines():
        if line.startswith('  File "'):
            of_library = bool(LIBRARY.search(line))
        elif not line.startswith("   "):
            of_library = False
        if not of_library:
            kept.append(_OUR_CLASS.sub(r"\1", line))
    return "\n".join(kept)[-_TRACEBACK:]
