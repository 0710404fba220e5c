"""Short texts: values and messages that stay a line however long they are, numbers of things, lists of names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_LONGEST = 80  # characters
SENTENCES = 240  # characters of a message, which may say what to do


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
