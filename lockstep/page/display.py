"""A live plot on the page, and the picture that stays in its place where no kernel and no widgets are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
from IPython.display import display


def script(own: Path) -> str:
    """A view's own script behind the one that all views share: a browser is given a single module."""
    return Path(__file__).with_name("live.js").read_text("utf-8") + own.read_text("utf-8")


def data_of(bundle: Any) -> Any:
    """The data by type in what a widget's `_repr_mimebundle_` gives: some widgets add metadata beside it."""
    return bundle[0] if isinstance(bundle, tuple) else bundle


class Display:
    """Shows `widget` where the running cell has its output."""

    def __init__(self, widget: anywidget.AnyWidget) -> None:
        self._widget = widget
        self._handle = display(widget, display_id=True)

    def keep(self, html: str, text: str) -> None:
        """Adds a picture and a text to the saved output, for pages that show no widgets."""
        if self._handle is None:  # nothing displays here
            return
        bundle = data_of(self._widget._repr_mimebundle_())
        if bundle:
            self._handle.update({**bundle, "text/html": html, "text/plain": text}, raw=True)
