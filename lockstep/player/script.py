"""The one JavaScript module of the player, joined from its parts, and its style."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "view"
_PARTS = ("rules", "words", "element", "lanes", "sides", "circle", "driving", "player")
_IMPORT = re.compile(r"^import .*\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


@cache
def script() -> str:
    """The module, which exports `render` as anywidget asks for it. It imports nothing."""
    return "\n".join(_EXPORT.sub("", _part(name)) for name in _PARTS)


@cache
def page_script() -> str:
    """The module for pages without a kernel: it puts players where their data stands."""
    return f"{script()}\n{_part('mount')}"


@cache
def style() -> str:
    return (_FOLDER / "player.css").read_text("utf-8")


def _part(name: str) -> str:
    return _IMPORT.sub("", (_FOLDER / f"{name}.js").read_text("utf-8")).strip() + "\n"
