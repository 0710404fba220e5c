"""A matplotlib figure that a notebook shows by itself, without pyplot's global state."""

from __future__ import annotations

import base64
import html
import io

from matplotlib.figure import Figure


class Picture(Figure):
    """Save it with `.savefig(file)`; the last value of a cell is drawn."""

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=110)
        return file.getvalue()

    def html(self, alt: str) -> str:
        """An image element that holds the picture, described by `alt` for those who cannot see it."""
        image = base64.b64encode(self._repr_png_()).decode()
        return f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{image}">'


def html_table(names: list[str], rows: list[list[str]]) -> str:
    """The numbers beside a picture."""
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in names)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
