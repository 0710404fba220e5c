"""A matplotlib figure that a notebook shows by itself, without pyplot's global state."""

from __future__ import annotations

import base64
import html
import io
from typing import Any

from matplotlib.figure import Figure


class Picture(Figure):
    """Save it with `.savefig(file)`; the last value of a cell is drawn."""

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=110)
        return file.getvalue()

    def _repr_mimebundle_(self, **keywords: Any) -> tuple[dict[str, str], dict[str, Any]]:
        """With its words, which notebooks that are published have as the picture's alternative text."""
        return {"image/png": self._encoded()}, {"image/png": {"alt": self.words()}}

    def words(self) -> str:
        """What is drawn, for those who cannot see it: titles, what the axes are, and the size and range of an image."""
        told = []
        for axes in self.axes:
            sizes = [f"{rows} by {columns}" for rows, columns in (image.get_size() for image in axes.get_images())]
            named = [label for label in (axes.get_ylabel(), axes.get_xlabel()) if label]
            legend = axes.get_legend()
            entries = [text.get_text() for text in legend.get_texts()] if legend is not None else []
            parts = [axes.get_title(), *sizes, " by ".join(named), ", ".join(entries)]
            told.append(": ".join(part for part in parts if part))
        return "; ".join(filter(None, told))

    def _encoded(self) -> str:
        return base64.b64encode(self._repr_png_()).decode()

    def html(self, alt: str) -> str:
        """An image element that holds the picture, described by `alt` for those who cannot see it."""
        image = self._encoded()
        return f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{image}">'


def html_table(names: list[str], rows: list[list[str]]) -> str:
    """The numbers beside a picture."""
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in names)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
