"""Values and messages as short texts: a line about a program stays a line, however long a learner's value is."""

from __future__ import annotations

from typing import Any

_LONGEST = 80  # characters


def brief(text: str) -> str:
    """The text, cut."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def brief_value(value: Any) -> str:
    """The value as Python writes it, cut; its type where it cannot be written."""
    try:
        return brief(repr(value))
    except Exception:
        return f"<{type(value).__name__}>"
