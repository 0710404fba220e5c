"""A live plot on the page, and the picture that stays in its place where no kernel and no widgets are."""

from __future__ import annotations

from pathlib import Path

import anywidget
from IPython.display import display


def script(own: Path) -> str:
    """A view's own script behind the one that all views share: a browser is given a single module."""
    return Path(__file__).with_name("live.js").read_text("utf-8") + own.read_text("utf-8")


class Display:
    """Shows `widget` where the running cell has its output."""

    def __init__(self, widget: anywidget.AnyWidget) -> None:
        self._widget = widget
        self._handle = display(widget, display_id=True)

    def keep(self, html: str, text: str) -> None:
        """Adds a picture and a text to the saved output, for pages that show no widgets."""
        if self._handle is None:  # nothing displays here
            return
        shown = self._widget._repr_mimebundle_()
        bundle = shown[0] if isinstance(shown, tuple) else shown
        if bundle:
            self._handle.update({**bundle, "text/html": html, "text/plain": text}, raw=True)
