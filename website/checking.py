"""What must hold on every page: links lead somewhere, pictures are described, nothing is asked of another host."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_ASKS = {
    ("img", "src"),
    ("script", "src"),
    ("iframe", "src"),
    ("link", "href"),
    ("source", "src"),
    ("video", "src"),
    ("object", "data"),
}
_FOLLOWED = ("stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch", "modulepreload")
_STYLE_URL = re.compile(r"url\(\s*['\"]?(?!data:|#)([^)'\"]+)['\"]?\s*\)|@import\s+['\"]([^'\"]+)")


class _Page(HTMLParser):
    """The places, links and requests of a page, and its pictures without words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.places: set[str] = {""}
        self.links: list[str] = []
        self.asks: list[str] = []
        self.undescribed: list[str] = []
        self.language = ""
        self.feed(text)

    def handle_data(self, data: str) -> None:
        if self.lasttag == "style":
            self.asks += _addresses(data)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.places |= {given[name] for name in ("id", "name") if name in given}
        if tag == "html":
            self.language = given.get("lang", "")
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "img" and not given.get("alt", "").strip() and given.get("aria-hidden") != "true":
            self.undescribed.append(given.get("src", "")[:60])
        relation = given.get("rel", "")
        for name in ("src", "href", "data"):
            if (
                (tag, name) in _ASKS
                and name in given
                and (tag != "link" or any(each in relation for each in _FOLLOWED))
            ):
                self.asks.append(given[name])


def wrong(folder: Path) -> list[str]:
    """A line for everything that is wrong in the pages below `folder`. Links to other hosts are not followed."""
    files = [
        path for path in sorted(folder.rglob("*.html")) if "_static" not in path.parts
    ]  # there lie the theme's templates
    pages = {path: _Page(path.read_text("utf-8")) for path in files}
    found = []
    for path, page in pages.items():
        name = path.relative_to(folder)
        found += [f"{name}: a picture without alternative text: {source}" for source in page.undescribed]
        found += [f"{name}: asks another host: {each}" for each in page.asks if _is_elsewhere(each)]
        found += [f"{name}: nothing at {each}" for each in page.links + page.asks if not _leads(each, path, pages)]
        if not page.language:
            found.append(f"{name}: does not say its language")
    for path in sorted(folder.rglob("*.css")):
        asked = filter(_is_elsewhere, _addresses(path.read_text("utf-8")))
        found += [f"{path.relative_to(folder)}: asks another host: {url}" for url in asked]
    return found or ([] if pages else [f"there are no pages in {folder}"])


def _addresses(style: str) -> list[str]:
    return [first or second for first, second in _STYLE_URL.findall(style)]


def _is_elsewhere(link: str) -> bool:
    return bool(urlsplit(link).netloc)


def _leads(link: str, path: Path, pages: dict[Path, _Page]) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return parts.scheme in ("https", "http", "mailto", "data", "") and not link.startswith("http://")
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target.is_dir():
        target /= "index.html"
    place = unquote(parts.fragment)
    return target.is_file() and (target not in pages or place in pages[target].places or place == "")
