"""One self-contained HTML file with a player in it: no kernel, no other file, no network."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Any

from lockstep.explore.exploration import Exploration
from lockstep.player.data import player_data

FOLDER = Path(__file__).parent
SCRIPT = FOLDER / "player.js"
STYLE = FOLDER / "player.css"

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 0 auto; padding: 20px; max-width: 1240px; color: CanvasText; background: Canvas; }}
{style}
</style>
</head>
<body>
<main id="player"></main>
<script type="application/json" id="data">{data}</script>
<script type="module">
{script}
const values = {{ data: JSON.parse(document.getElementById("data").textContent) }};
const model = {{ get: (name) => values[name], set() {{}}, save_changes() {{}}, on() {{}} }};
render({{ model, el: document.getElementById("player") }});
</script>
</body>
</html>
"""


def save(found: Exploration, file: str | PathLike[str], goal: Callable[[Any], Any] | str | None = None) -> None:
    """Writes the page of an exploration. Raises OSError if it cannot be written."""
    Path(file).write_text(page(player_data(found, goal)), encoding="utf-8")


def page(data: dict[str, Any]) -> str:
    """The file's text."""
    title = html.escape(f"{data['program']}: {data['headline']}")
    return _PAGE.format(
        title=title, style=STYLE.read_text("utf-8"), script=SCRIPT.read_text("utf-8"), data=embedded(data)
    )


def embedded(data: dict[str, Any]) -> str:
    """The data as JSON that can stand between script tags."""
    told = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return told.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
