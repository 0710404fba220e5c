"""Notebooks as pages: what a learner is to find out is left out, and what a page needs is put in."""

import copy
import html
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from nbformat.v4 import new_markdown_cell

FIRST_PAGE = "00-start/00-start.ipynb"
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_HEADING = re.compile(r"^(#{1,6}) +(.+)$")
_NOTEBOOK = re.compile(r'href="\.\./([\w-]+)/\1\.ipynb(#[^"]*)?')


@dataclass(frozen=True)
class Repository:
    """Where the course is published, for links to it: `address` is "https://github.com/OWNER/NAME", `version` a branch or tag."""

    address: str
    version: str

    def binder(self, path: str) -> str:
        """Opens a learner's copy of a notebook on Binder."""
        owner = self.address.removeprefix("https://github.com/")
        opened = quote(f"lab/tree/work/{path}", safe="")
        return f"https://mybinder.org/v2/gh/{owner}/{quote(self.version, safe='')}?urlpath={opened}"

    def file(self, path: str) -> str:
        return f"{self.address}/blob/{self.version}/{path}"


def slug(heading: str) -> str:
    """The place of a heading, as JupyterLab names it."""
    return heading.strip().replace("`", "").replace(" ", "-")


def title_of(notebook: Any) -> str:
    """The notebook's first heading. Raises ValueError where there is none."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (found := _TITLE.search(cell.source)):
            return found[1].replace("`", "")
    raise ValueError("a notebook without a title")


def page_of(executed: Any, name: str, units: set[str], repository: Repository | None) -> Any:
    """The page of a unit on a site of `units`. Checks are folded and have no report: nobody has answered here."""
    notebook = copy.deepcopy(executed)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            _code(cell)
            for output in cell.outputs:
                _lead_to_pages(output.get("data", {}), units)
        else:
            cell.source = _with_places(cell.source)
    first = next(number for number, cell in enumerate(notebook.cells) if _TITLE.search(cell.source))
    notebook.cells.insert(first + 1, new_markdown_cell(_launch(name, repository)))
    return notebook


def _code(cell: Any) -> None:
    graded = cell.metadata.get("nbgrader", {})
    checks = graded.get("grade", False) or cell.metadata.get("jupyter", {}).get("source_hidden", False)
    if checks or graded.get("solution", False):
        cell.outputs = []
    tags = [tag for tag in cell.metadata.get("tags", []) if tag != "raises-exception"]
    cell.metadata = {"tags": [*tags, "hide-input"] if checks else tags}
    described = [
        told["alt"]
        for output in cell.outputs
        for told in output.get("metadata", {}).values()
        if isinstance(told, dict) and "alt" in told
    ]
    if described:
        cell.metadata["mystnb"] = {"image": {"alt": "; ".join(described)}}


def _lead_to_pages(data: dict[str, Any], units: set[str]) -> None:
    """Outputs lead to notebooks; on the site to their pages, and to the first page where a unit has none."""

    def page(link: re.Match[str]) -> str:
        return f'href="../{link[1]}/{link[1]}.html{link[2] or ""}' if link[1] in units else 'href="../index.html'

    if "text/html" in data:
        data["text/html"] = _NOTEBOOK.sub(page, data["text/html"])


def _with_places(text: str) -> str:
    """The text with the places that JupyterLab gives its headings, to which outputs lead: Sphinx names them otherwise."""
    lines, within = [], False
    for line in text.split("\n"):
        within ^= line.startswith("```")
        found = None if within else _HEADING.match(line)
        if found and (place := slug(found[2])) != place.lower():
            lines += [f'<span id="{html.escape(place)}"></span>', ""]
        lines.append(line)
    return "\n".join(lines)


def _launch(name: str, repository: Repository | None) -> str:
    path = f"{name}/{name}.ipynb"
    links = [f'<a class="launch" href="../notebooks/{path}" download>Download this notebook</a>']
    if repository is not None:
        links.insert(0, f'<a class="launch" href="{html.escape(repository.binder(path))}">Run it on Binder</a>')
    own = "On your own computer: <code>uvx --from lockstep-course lockstep</code>"
    return f'<p class="launches">{" ".join(links)} <span>{own}</span></p>'
