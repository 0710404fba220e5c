"""Players without a kernel: a self-contained HTML file, and pieces of pages that others make."""

from __future__ import annotations

import html
from os import PathLike
from pathlib import Path
from typing import Any

from lockstep.exploration.findings import Findings
from lockstep.page.embedding import embedded
from lockstep.player.aim import Goal
from lockstep.player.page_data import player_data
from lockstep.player.script import page_script, style

PLACE = '<div class="lockstep-play">'  # where a player goes

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 0 auto; padding: 20px; max-width: 1240px; color: CanvasText; background: Canvas; }}
</style>
</head>
<body>
<main>{place}</main>
{module}
</body>
</html>
"""


def save(findings: Findings, file: str | PathLike[str], goal: Goal = None) -> None:
    """Writes the page of what was found. Raises OSError if it cannot be written."""
    Path(file).write_text(page(player_data(findings, goal)), encoding="utf-8")


def page(data: dict[str, Any]) -> str:
    """The file's text."""
    title = html.escape(f"{data['program']}: {data['headline']}")
    without = "<p>This page needs JavaScript to show the steps.</p>"
    return _PAGE.format(
        title=title, place=place(data, f"<p>{html.escape(data['headline'])}</p>{without}"), module=module()
    )


def place(data: dict[str, Any], still: str) -> str:
    """A place for a player in any page: `still` is HTML that stands there until the module has run, and without it."""
    return f'{PLACE}{still}<script type="application/json">{embedded(data)}</script></div>'


def module() -> str:
    """The style and the script for all places of a page; once is enough, however many there are."""
    return f'<style>{style()}</style>\n<script type="module">\n{page_script()}</script>'
