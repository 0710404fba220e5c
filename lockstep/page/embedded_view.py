"""A live view: HTML that draws itself from what is saved with it, and that a kernel goes on with as long as it is there.

Jupyter's own outputs for widgets are errors as soon as their kernel has gone. So none is shown: the page holds a place with a still
picture, data and a script, and the widget (`bridge.js`) only brings the kernel's values to that place.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets
from IPython.display import display

from lockstep.page.embedding import embedded

_FOLDER = Path(__file__).parent
LARGEST = 400_000  # characters of data that are saved with a view; of more only the still picture is


class LiveView(anywidget.AnyWidget):
    """A view: its script is `render({model, el})` of `SCRIPT`, its synchronized traits are the model."""

    _esm = _FOLDER / "bridge.js"
    KIND: ClassVar[str]
    SCRIPT: ClassVar[str]
    STYLE: ClassVar[str] = ""
    SAVED: ClassVar[tuple[str, ...]]  # the traits that a page without a kernel draws; none: it shows the still picture
    place = traitlets.Unicode().tag(sync=True)

    def __init__(self, **values: Any) -> None:
        super().__init__(place=uuid.uuid4().hex, **values)

    def still(self) -> tuple[str, str]:
        """The picture for pages on which no script runs, as HTML and as text."""
        return "", ""

    def __repr__(self) -> str:
        return self.still()[1]

    def bundle(self) -> dict[str, str]:
        """The output by type."""
        picture, text = self.still()
        data = embedded({name: getattr(self, name) for name in self.SAVED}) if self.SAVED else ""
        saved = f'<script type="application/json">{data}</script>' if 0 < len(data) <= LARGEST else ""
        place = f'<div class="lockstep-place" data-view="{self.KIND}" data-place="{self.place}">{picture}{saved}</div>'
        style = f"<style>{self.STYLE}</style>" if self.STYLE else ""
        drawing = f'{self.SCRIPT}\n{_text("place.js")}drawPlaces("{self.KIND}", render);'
        return {"text/html": f'{place}{style}<script type="module">\n{drawing}\n</script>', "text/plain": text}

    def _repr_mimebundle_(self, **keywords: Any) -> dict[str, str]:  # type: ignore[override]
        return self.bundle()


class Display:
    """Shows a view where the running cell has its output."""

    def __init__(self, view: LiveView) -> None:
        self._view = view
        self._handle = display(view, display_id=True)

    def save(self) -> None:
        """Saves the view in the notebook as it is now."""
        if self._handle is not None:  # None: nothing displays here
            self._handle.update(self._view.bundle(), raw=True)


def script(own: Path) -> str:
    """A view's own script behind the one that all plots share: a browser is given a single module."""
    return _text("plot_parts.js") + own.read_text("utf-8")


def _text(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")
