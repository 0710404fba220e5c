"""Values and messages as short texts: a line about a program stays a line, however long a learner's value is."""

from __future__ import annotations

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
