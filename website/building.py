"""The whole site: executes, makes the pages' sources, and has Sphinx make HTML of them."""

import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import nbformat
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from website.executing import ROOT, executed, is_kept
from website.first_page import first_page
from website.pages import Repository, page_of, title_of

_HERE = Path(__file__).parent
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)#\s:]+)(#[^)\s]*)?\)")


def build(
    folder: Path,
    units: Iterable[str] | None = None,
    repository: Repository | None = None,
    tell: Callable[[str], None] = print,
) -> Path:
    """Makes the site below `folder` and gives the folder of its pages; `units` are names of notebooks, all of them by default.

    Raises ValueError for a unit that is not there, and whatever Sphinx finds wrong in a page.
    """
    every = {path.stem: path for path in sorted((ROOT / "notebooks").glob("*/*.ipynb"))}
    chosen = list(every) if units is None else list(units)
    if missing := [name for name in chosen if name not in every]:
        raise ValueError(f"there is no unit {missing[0]}; there are {', '.join(every)}")
    source, pages = folder / "source", folder / "html"
    for old in (source, pages):
        shutil.rmtree(old, ignore_errors=True)
    titles = {}
    for name in chosen:
        if not is_kept(every[name], folder / "executed"):
            tell(f"running {name}")
        notebook = executed(every[name], folder / "executed")
        titles[name] = title_of(notebook)
        place = source / name / f"{name}.ipynb"
        place.parent.mkdir(parents=True)
        nbformat.write(_without_dead_links(page_of(notebook, name, set(chosen), repository), set(chosen)), place)
        shutil.copytree(every[name].parent, folder / "extra" / "notebooks" / name, dirs_exist_ok=True)
    documents = [ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    for document in documents:
        place = source / document.relative_to(ROOT)
        place.parent.mkdir(exist_ok=True)
        place.write_text(_linked(document, documents, repository), encoding="utf-8")
    for picture in (ROOT / "docs").glob("*.png"):
        shutil.copy(picture, source / "docs")
    (source / "index.md").write_text(
        first_page(titles, [each.relative_to(ROOT) for each in documents], repository), "utf-8"
    )
    _sphinx(source, pages, folder)
    return pages


def _sphinx(source: Path, pages: Path, folder: Path) -> None:
    told = {"html_extra_path": [str(folder / "extra")]}
    with docutils_namespace():
        made = Sphinx(
            source, _HERE, pages, folder / "doctrees", "html", told, status=None, warningiserror=True, freshenv=True
        )
        made.build()
    if made.statuscode:
        raise ValueError("Sphinx found what is wrong above")


def _without_dead_links(notebook: nbformat.NotebookNode, units: set[str]) -> nbformat.NotebookNode:
    """Links to units that this site leaves out are text."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _LINK.sub(lambda link: _kept(link, units), cell.source)
    return notebook


def _kept(link: re.Match[str], units: set[str]) -> str:
    return link[2] if link[3].endswith(".ipynb") and Path(link[3]).stem not in units else link[0]


def _linked(document: Path, documents: list[Path], repository: Repository | None) -> str:
    """A document's text; links to files that are no pages lead to the repository, or are text where there is none."""

    def lead(link: re.Match[str]) -> str:
        target = (document.parent / link[3]).resolve()
        if link[1] or target in documents or not target.is_relative_to(ROOT):
            return link[0]
        return link[2] if repository is None else f"[{link[2]}]({repository.file(target.relative_to(ROOT).as_posix())})"

    return _LINK.sub(lead, document.read_text("utf-8"))
