"""Prose on nbgrader's pages: Markdown and raw cells as HTML in which nothing that a learner wrote is run or fetched.

A page of formgrader can do whatever its reader may do on the server.
"""

import html
import re
from functools import lru_cache
from typing import Any

import bleach
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor

_KEPT = 2_000  # texts of cells as HTML, some kilobytes each
_TAGS = frozenset(
    [
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "code",
        "dd",
        "del",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "kbd",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_LINK = re.compile(r"(?:https?:|mailto:|#)|[\w./-]*(?:#|$)")
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif);base64,|(?!//)[\w./-]+$")


def _allowed(tag: str, name: str, value: str) -> bool:
    match tag, name:
        case "a", "href":
            return _LINK.match(value) is not None
        case "img", "src":
            return _PICTURE.match(value) is not None
        case (("pre" | "code" | "span" | "div" | "a"), "class"):
            return True
        case (("h1" | "h2" | "h3" | "h4" | "h5" | "h6"), "id"):
            return True
    return name in ("alt", "title")


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """A filter in the place of nbconvert's, which leaves HTML as it is."""
    attachments = context.get("cell", {}).get("attachments")
    return _as_html(source, attachments) if attachments else _kept(source)


def _as_html(source: str, attachments: Any) -> str:
    renderer = IPythonRenderer(escape=False, attachments=attachments)
    made = MarkdownWithMath(renderer=renderer).render(source)
    protocols = {"http", "https", "mailto", "data"}
    return str(bleach.clean(made, tags=_TAGS, attributes=_allowed, protocols=protocols))


@lru_cache(_KEPT)
def _kept(source: str) -> str:
    """What most of a class hand in unchanged, the unit's own prose, is turned into HTML once."""
    return _as_html(source, {})


class RawAsText(Preprocessor):
    """nbconvert puts a raw cell into the page as it is."""

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> Any:
        if cell.cell_type == "raw":
            cell.source = html.escape(cell.source)
        return cell, resources
