"""A matplotlib figure that a notebook shows by itself, without pyplot's global state."""

from __future__ import annotations

import io

from matplotlib.figure import Figure


class Picture(Figure):
    """Save it with `.savefig(file)`; the last value of a cell is drawn."""

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=110)
        return file.getvalue()
