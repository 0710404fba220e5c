"""What the site makes of notebooks, and what its check finds."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.authoring.catalogue import ROOT
from website.checking import wrong
from website.first_page import first_page
from website.pages import Repository, page_of, slug, title_of

HUB = Repository("https://github.com/somebody/course", "v1")


def notebook(*cells):
    return new_notebook(cells=[new_markdown_cell("# Title\n\nprose"), *cells])


def shown(kind, data, **metadata):
    return new_output("display_data", data={kind: data}, metadata=metadata)


def test_a_graded_cell_keeps_its_starter_and_shows_no_report():
    solution = new_code_cell("def f(): ...", metadata={"nbgrader": {"solution": True, "grade": False}})
    checks = new_code_cell("check.run('f')", metadata={"nbgrader": {"solution": False, "grade": True}})
    puzzle = new_code_cell(
        "check.run('g')", metadata={"jupyter": {"source_hidden": True}, "tags": ["raises-exception"]}
    )
    experiment = new_code_cell("print(1)")
    for cell in (solution, checks, puzzle, experiment):
        cell.outputs = [new_output("stream", text="said")]
    page = page_of(notebook(solution, checks, puzzle, experiment), "01-unit", set(), None)
    made = [cell for cell in page.cells if cell.cell_type == "code"]
    assert [bool(cell.outputs) for cell in made] == [False, False, False, True]
    assert ["hide-input" in cell.metadata.get("tags", []) for cell in made] == [False, True, True, False]
    assert made[0].source == "def f(): ..."


def test_the_notebook_can_be_downloaded_and_run_on_binder_only_where_it_is_published():
    alone, published = (page_of(notebook(), "01-unit", set(), each).cells[1].source for each in (None, HUB))
    assert 'href="../notebooks/01-unit/01-unit.ipynb"' in alone
    assert "mybinder" not in alone
    address = "https://mybinder.org/v2/gh/somebody/course/v1?urlpath=lab%2Ftree%2Fwork%2F01-unit%2F01-unit.ipynb"
    assert address in published


def test_headings_have_the_places_that_jupyterlab_gives_them():
    page = page_of(notebook(new_markdown_cell("## The water\n```\n# No heading\n```")), "17-gallery", set(), None)
    assert page.cells[-1].source == '<span id="The-water"></span>\n\n## The water\n```\n# No heading\n```'
    assert slug("`explore` it") == "explore-it"


def test_outputs_that_lead_to_notebooks_lead_to_their_pages():
    cell = new_code_cell("course()")
    links = '<a href="../05-races/05-races.ipynb#Exercise:-Pay">x</a> <a href="../14-other/14-other.ipynb#Here">y</a>'
    cell.outputs = [shown("text/html", links)]
    made = page_of(notebook(cell), "00-start", {"05-races"}, None).cells[-1].outputs[0].data["text/html"]
    assert 'href="../05-races/05-races.html#Exercise:-Pay"' in made
    assert 'href="../index.html"' in made


def test_the_words_of_a_picture_reach_its_page():
    cell = new_code_cell("plot()")
    cell.outputs = [shown("image/png", "AAAA", **{"image/png": {"alt": "a grid, hot in the middle"}})]
    made = page_of(notebook(cell), "13-grids", set(), None).cells[-1]
    assert made.metadata["mystnb"]["image"]["alt"] == "a grid, hot in the middle"


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*/*.ipynb")), ids=lambda path: path.stem)
def test_every_unit_makes_a_page(path):
    read = nbformat.read(path, 4)
    assert title_of(read)
    assert len(page_of(read, path.stem, set(), HUB).cells) == len(read.cells) + 1


def test_the_first_page_leads_to_every_unit_and_document():
    text = first_page({"00-start": "Start", "17-gallery": "Gallery"}, [ROOT / "CONTRIBUTING.md"], HUB)
    for words in (
        "00 Start <00-start/00-start>",
        "17-gallery/17-gallery.html",
        "CONTRIBUTING",
        "mybinder.org",
        "lockstep-play",
    ):
        assert words in text


@pytest.fixture
def check(tmp_path):
    (tmp_path / "there.html").write_text('<html lang="en"><h1 id="place">There</h1></html>')
    (tmp_path / "picture.png").write_bytes(b"")

    def found(body, language='lang="en"'):
        (tmp_path / "page.html").write_text(f"<html {language}>{body}</html>")
        return wrong(tmp_path)

    return found


@pytest.mark.parametrize(
    "body",
    [
        '<a href="there.html#place">there</a>',
        '<a href="https://example.org/x">elsewhere</a>',
        '<img src="picture.png" alt="what it shows">',
        '<script>const told = "https://example.org";</script>',
    ],
)
def test_what_leads_somewhere_is_described_and_asks_nobody_is_right(check, body):
    assert check(body) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('<a href="nowhere.html">x</a>', "nothing at nowhere.html"),
        ('<a href="there.html#nowhere">x</a>', "nothing at there.html#nowhere"),
        ('<a href="#nowhere">x</a>', "nothing at #nowhere"),
        ('<img src="picture.png">', "without alternative text: picture.png"),
        ('<img src="picture.png" alt=" ">', "without alternative text"),
        ('<script src="https://cdn.example/x.js"></script>', "asks another host: https://cdn.example/x.js"),
        ('<link rel="stylesheet" href="//fonts.example/x.css">', "asks another host"),
        ('<img src="https://pixel.example/1.gif" alt="a pixel">', "asks another host"),
        ('<style>@import "https://fonts.example/a.css";</style>', "asks another host: https://fonts.example/a.css"),
    ],
)
def test_what_is_wrong_with_a_page_is_told(check, body, said):
    (line,) = check(body)
    assert line.startswith("page.html: ")
    assert said in line


def test_a_page_without_a_language_a_style_sheet_from_elsewhere_and_no_pages_at_all_are_told(check, tmp_path):
    assert check("", language="") == ["page.html: does not say its language"]
    (tmp_path / "fonts.css").write_text("body { background: url(https://example.org/x.png) }")
    assert "fonts.css: asks another host: https://example.org/x.png" in check("")
    (tmp_path / "nothing").mkdir()
    assert wrong(tmp_path / "nothing") == [f"there are no pages in {tmp_path / 'nothing'}"]
