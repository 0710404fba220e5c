"""Short texts: values and messages that stay a line however long they are, numbers of things, lists of names, tracebacks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

_LONGEST = 80  # characters
SENTENCES = 240  # characters of a message, which may say what to do
LIBRARY = re.compile(r'File "[^"]*[/\\](?:multiprocessing|concurrent|lockstep|threading\.py|pickle\.py)\b')
_OUR_CLASS = re.compile(r"^lockstep(?:\.\w+)+\.(\w+)")
_TRACEBACK = 4_000  # characters of one traceback


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
