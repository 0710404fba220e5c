"""Prose and raw cells on nbgrader's pages: what learners write stays readable, and nothing of it is run or fetched."""

from html.parser import HTMLParser

import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_markdown_cell, new_notebook, new_raw_cell
from traitlets.config import Config

from autograder.nbgrader.plugin import configure


def page(*cells):
    """The cells as formgrader's exporter makes them."""
    config = Config()
    configure(config)
    config.HTMLExporter.template_name = "basic"
    return HTMLExporter(config=config).from_notebook_node(new_notebook(cells=list(cells)))[0]


class Found(HTMLParser):
    """Elements and attributes of a page."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.attributes = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attributes]


ATTACKS = {
    "a script": "<script>steal()</script>",
    "a script in other letters": "<ScRiPt src=//example.com/x></sCrIpT>",
    "a handler": "<img src=x onerror=steal()>",
    "a handler that opens by itself": "<details open ontoggle=steal()><summary>x</summary></details>",
    "a link that is a program": "[click](javascript:steal()) <a href=' java\tscript:steal()'>click</a>",
    "a link that is a page": "[click](data:text/html,<script>steal()</script>)",
    "a picture from elsewhere": "![x](https://example.com/x.png) <img src=//example.com/x>",
    "a page in the page": "<iframe srcdoc='<script>steal()</script>'></iframe><object data=x></object><embed src=x>",
    "a drawing": "<svg onload=steal()><animate onbegin=steal() attributeName=x></svg>",
    "mathematics that is none": "<math><mtext><script>steal()</script></mtext></math>",
    "a form": "<form action=https://example.com><input autofocus onfocus=steal()><button>ok</button></form>",
    "a style": "<style>body { background: url(https://example.com/x) }</style><p style='position:fixed'>x</p>",
    "a base": "<base href=https://example.com><meta http-equiv=refresh content='0;url=https://example.com'>",
    "what is not closed": "<script>steal()<!--",
    "a comment that is none": "<!--><script>steal()</script>-->",
    "in mathematics": "$<script>steal()</script>$ and $$<img src=x onerror=steal()>$$",
    "in a heading": "# <img src=x onerror=steal()>",
}


@pytest.mark.parametrize("text", ATTACKS.values(), ids=list(ATTACKS))
@pytest.mark.parametrize("make", [new_markdown_cell, new_raw_cell])
def test_nothing_that_a_learner_wrote_runs_or_fetches(make, text):
    before, after = Found(page(make("nothing"))), Found(page(make(text)))
    new = set(after.elements) - set(before.elements)
    assert not new & {
        "script",
        "iframe",
        "object",
        "embed",
        "svg",
        "math",
        "form",
        "button",
        "style",
        "base",
        "meta",
    }
    for name in ("script", "style"):
        assert after.elements.count(name) == before.elements.count(name)
    for tag, name, value in after.attributes:
        assert not name.startswith("on")
        if (tag, name, value) not in before.attributes:
            assert name != "style"
            assert name not in ("src", "href") or value in ("x", "") or value.startswith("#"), (tag, name, value)


def test_what_a_learner_may_write_stays():
    text = "## Why\n\n| a | b |\n|---|---|\n| 1 | `x < y` |\n\n**Because** $p < q$, see [unit 1](../01/01.ipynb) and <kbd>I</kbd>."
    shown = page(new_markdown_cell(text))
    for part in (
        "<h2>Why",
        '<table class="table">',
        "<th>a</th>",
        "<code>x &lt; y</code>",
        "<strong>Because</strong>",
        "$p &lt; q$",
        "<kbd>I</kbd>",
    ):
        assert part in shown
    assert 'href="../01/01.ipynb"' in shown
    assert "a &lt;b&gt; c" in page(new_raw_cell("a <b> c"))


def test_a_picture_that_is_in_the_notebook_is_shown():
    cell = new_markdown_cell("![curve](attachment:curve.png)", attachments={"curve.png": {"image/png": "AAAA"}})
    assert ("img", "src", "data:image/png;base64,AAAA") in Found(page(cell)).attributes
