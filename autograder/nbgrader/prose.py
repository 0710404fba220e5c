"""Text that students wrote, as HTML in which nothing runs: for feedback pages and for formgrader, which stands where one can do all."""

import re
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from html import escape
from typing import Any

import bleach
from jinja2 import pass_context
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from lockstep.words import plain

_KEPT, _SHORT = 2_000, 5_000  # texts of cells that are kept as HTML, and how many characters each may have
_LONGEST_PROSE, _LONGEST_CODE = 20_000, 100_000  # characters; longer texts are shown as they are, for some take hours
_LONGEST_CPU = 1.0  # seconds for one text; ordinary ones take a hundredth
_LANGUAGES = frozenset({"python", "py", "ipython3", "pycon", "console", "bash", "text"})
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
        "input",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ]
)
_CLASS = re.compile(r"highlight|[a-z]{1,2}[0-9a-z]?")  # Pygments', and none that a page's own script looks for
_PICTURE = re.compile(
    r"data:image/(?:png|jpeg|gif);base64,|(?!/)[\w./-]*$", re.IGNORECASE
)  # none that asks another host


def prose(source: str, attachments: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """Markdown as HTML without scripts, forms, styles and names; `attachments` are its pictures, by name and type."""
    return _in_time(lambda: _cleaned(source, attachments or {}), source, _LONGEST_PROSE)


def _in_time(make: Callable[[], str], source: str, longest: int) -> str:
    """What is made of a text; the text as it is, where it is longer than `longest` or takes too long."""
    if len(source) <= longest:
        with suppress(TimeoutError, RecursionError), _bounded():
            return make()
    return f"<pre>{escape(plain(source))}</pre>"


def _cleaned(source: str, attachments: Mapping[str, Mapping[str, str]]) -> str:
    renderer = _Renderer(escape=False, exclude_anchor_links=True, attachments=_Attached(attachments))
    made = MarkdownWithMath(renderer=renderer).render(source)
    cleaned: str = bleach.clean(made, tags=_TAGS, attributes=_is_allowed, protocols={"http", "https", "mailto", "data"})
    return cleaned


@contextmanager
def _bounded() -> Iterator[None]:
    """Raises TimeoutError after some CPU; where there are no such timers, and beside the main thread, nothing is bounded."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, _LONGEST_CPU)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _stop(_number: int, _frame: Any) -> None:
    raise TimeoutError


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """nbconvert's filter of this name."""
    attachments = context.get("cell", {}).get("attachments")
    return prose(source, attachments) if attachments or len(source) > _SHORT else _prose(source)


def highlight_code(source: str, language: str = "", metadata: Any = None) -> str:
    """nbconvert's filter of this name, for Python."""
    return _code(source) if len(source) <= _SHORT else _code.__wrapped__(source)


FILTERS = {"markdown2html": markdown2html, "highlight_code": highlight_code}


class _Attached(dict[str, dict[str, str]]):
    """Attachments by name; what is not there is an empty picture, where nbconvert would refuse the whole notebook."""

    def __init__(self, found: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__({name: dict(bundle) for name, bundle in found.items() if bundle})

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> dict[str, str]:
        return {"image/png": ""}


class _Renderer(IPythonRenderer):
    """Colours Python alone: among some hundred lexers there are those that a text can keep busy for long.

    nbgrader's pages have room between the columns of tables of one class alone, Bootstrap's.
    """

    def table(self, text: str) -> str:
        return f'<table class="table">\n{text}</table>\n'

    def block_code(self, code: str, info: str | None = None) -> str:
        language = (info or "").split()[:1]
        return str(super().block_code(code, info if language and language[0] in _LANGUAGES else None))


def _is_allowed(tag: str, name: str, value: str) -> bool:
    match tag, name:
        case "a", "href":
            return not value.strip().lower().startswith("data:")
        case "img", "src":
            return bool(_PICTURE.match(value.strip()))
        case (("div" | "pre" | "span"), "class"):
            return bool(_CLASS.fullmatch(value))
        case "table", "class":
            return value == "table"
        case "input", "type":
            return value == "checkbox"
    return name in ("title", "alt", "align", "colspan", "rowspan", "start", "disabled", "checked", "open")


@lru_cache(_KEPT)
def _prose(source: str) -> str:
    return prose(source)


@lru_cache(_KEPT)
def _code(source: str) -> str:
    return _in_time(lambda: str(Highlight2HTML(pygments_lexer="ipython3")(source)), source, _LONGEST_CODE)
