"""How far something long has come: a bar in a notebook, a line that changes in a terminal, nothing where neither is."""

from __future__ import annotations

import html
import shutil
import sys
from typing import Any

from lockstep.page.kernel import in_notebook
from lockstep.page.silence import silence

PATIENCE = 2.0  # seconds of waiting before it is told of
_SILENCE = 30.0  # seconds after which a bar that has not moved says so


class Bar:
    """Shown from the first `tell` on, gone after `close`, and there again after the next `tell`."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._shown = False
        self._width = 0

    def tell(self, text: str, share: float) -> None:
        """`share`: how much of it is done, from 0 to 1."""
        if in_notebook():
            from IPython.display import HTML, display  # costs as much as a small exploration where nobody has loaded it

            self._shown = True
            bar = f'<progress max="1" value="{min(1.0, share):.3f}"></progress> {html.escape(text)}'
            page = HTML(bar + silence(_SILENCE))
            if self._handle is None:
                self._handle = display(page, display_id=True)
            else:
                self._handle.update(page)
        elif sys.stderr.isatty():
            text = text[: shutil.get_terminal_size().columns - 1]
            self._width = max(self._width, len(text))
            print(f"\r{text:{self._width}}", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        if self._handle is not None and self._shown:
            self._handle.update({"text/html": "", "text/plain": ""}, raw=True)
        elif self._width:
            print(f"\r{'':{self._width}}\r", end="", file=sys.stderr, flush=True)
        self._shown, self._width = False, 0

    def wait(self, what: str, seconds: float, limit: float) -> None:
        """Tells of something that takes long, once it does."""
        if seconds >= PATIENCE:
            self.tell(f"{what}: {seconds:.0f} s", seconds / limit)
