"""What students write in Markdown runs in nobody's browser, neither on feedback pages nor in formgrader; undefended it does."""

from html.parser import HTMLParser

import pytest
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from nbgrader.server_extensions.formgrader import handlers

from autograder.grading import grader as grading
from autograder.nbgrader import plugin, prose
from autograder.nbgrader.prose import prose as html_of
from tests.grading.conftest import Course, built, course  # noqa: F401 - fixtures

pytestmark = pytest.mark.timeout(300)

HOSTILE = {
    "a script": "<script>evil()</script>",
    "a handler": "<img src=x onerror=evil()>",
    "a picture that runs": "<svg onload=evil()><script>evil()</script></svg>",
    "a link": "[x](javascript:evil())",
    "a link in capitals": "<a href='JaVaScRiPt:evil()'>x</a>",
    "a link to a page within": "<a href='data:text/html,<script>evil()</script>'>x</a>",
    "a link of its own": "<javascript:evil()>",
    "a picture of another kind": "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "a frame": "<iframe srcdoc='<script>evil()</script>'></iframe>",
    "a form": "<form action=/api/shutdown method=post><button>x</button></form>",
    "a field of formgrader's": "<input class='score tabbable' id='double-checks' value=4>",
    "a style": "<style>.panel { display: none }</style>",
    "a style of one": "<p style='position: fixed; top: 0'>x</p>",
    "a name": "<p id='statusmessage' class='score'>x</p>",
    "a heading that is a name": "# double-checks",
    "a diagram": "```mermaid\n<img src=x onerror=evil()>\n```",
    "a formula": "$</script><script>evil()</script>$",
    "an environment": r"\begin{x}<script>evil()</script>\end{x}",
    "a comment": "<!-- --!><script>evil()</script> -->",
    "half a tag": "<img src=x onerror=evil() ",
    "a table": "| a |\n|---|\n| <script>evil()</script> |",
}
MEANT = {
    "a list": ("- a\n- b", "<li>a</li>"),
    "code": ("```python\ndef f():\n    pass\n```", '<span class="k">def</span>'),
    "other code": ("```perl\n<<A\n```", "&lt;&lt;A"),
    "a formula": ("$a < b$ and $$\\frac{1}{2}$$", r"$$\frac{1}{2}$$"),
    "a table": ("| a |\n|---|\n| b |", "<td>b</td>"),
    "a link": ("[x](https://example.org/)", '<a href="https://example.org/">x</a>'),
    "details": ("<details><summary>a</summary>b</details>", "<summary>a</summary>"),
    "keys": ("<kbd>Ctrl</kbd>", "<kbd>Ctrl</kbd>"),
    "a type": ("a `Queue<int>` and Queue<int>", "&lt;int&gt;"),
    "a picture": ("![x](data:image/png;base64,aGk=)", 'src="data:image/png;base64,aGk="'),
}


class Dangers(HTMLParser):
    """What of a page runs, fetches as a page, or takes a name or a look that is not its own."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag in (
            "script",
            "style",
            "iframe",
            "object",
            "embed",
            "form",
            "svg",
            "math",
            "meta",
            "link",
            "base",
            "button",
        ):
            self.found.append(tag)
        for name, value in attributes:
            text = (value or "").strip().lower()
            if name.startswith("on") or name in ("style", "id", "name", "srcdoc", "formaction", "action"):
                self.found.append(f"{tag} {name}")
            if name in ("href", "src") and text.startswith(("javascript:", "data:text", "data:image/svg", "vbscript:")):
                self.found.append(f"{tag} {name}={text}")
            if name == "class" and "score" in text:
                self.found.append(f"{tag} {text}")


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_in_markdown_runs(source):
    assert not Dangers(html_of(source)).found
    assert not Dangers(html_of(f"a\n\n> - b {source}\n\nc")).found


@pytest.mark.parametrize(("source", "part"), MEANT.values(), ids=MEANT.keys())
def test_what_markdown_is_for_is_kept(source, part):
    assert part in html_of(source)


def test_pictures_are_shown_and_those_that_are_not_there_cost_only_themselves():
    page = html_of(
        "![x](attachment:a) ![y](attachment:none) ![z](attachment:b) still", {"a": {"image/png": "aGk="}, "b": {}}
    )
    assert "data:image/png;base64,aGk=" in page
    assert "still" in page


def test_a_text_without_end_is_shown_as_it_is():
    page = html_of("[<b>" * 10_000)
    assert page.startswith("<pre>[&lt;b&gt;")
    assert not Dangers(page).found
    assert prose.highlight_code("'" * 200_000).startswith("<pre>")


@pytest.fixture
def attacked(course: Course, monkeypatch) -> Course:  # noqa: F811
    plugin._grader.cache_clear()
    sandbox = grading.open_sandbox(unsandboxed=True)
    monkeypatch.setattr(grading, "open_sandbox", lambda *arguments: sandbox)
    notebook = course.answered()
    for source in HOSTILE.values():
        for kind in ("markdown", "raw"):
            notebook.cells.append({"cell_type": kind, "metadata": {"raw_mimetype": "text/html"}, "source": source})
    notebook.cells.append({"cell_type": "markdown", "metadata": {}, "source": "![x](attachment:none)"})
    course.submit("eve", notebook)
    assert course.autograde(), course.messages
    yield course
    sandbox.close()


def in_formgrader(course: Course) -> str:  # noqa: F811
    config = course.config.copy()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    resources = {"base_url": "/", "index": 0, "total": 1, "notebook_id": "numbers", "submission_id": "1"}
    page, _ = HTMLExporter(config=config).from_filename(
        str(course.root / "autograded/eve/numbers/numbers.ipynb"), resources=resources
    )
    return page


def test_a_feedback_page_and_formgrader_run_nothing_that_was_handed_in(attacked):
    for page in (attacked.feedback("eve"), in_formgrader(attacked)):
        assert "evil()" in page, "it is there to be read"
        assert "<script>evil()" not in page
        assert not {"iframe", "svg", "img onerror", "a href=javascript:evil()"} & {*Dangers(page).found}


def test_without_the_defence_it_runs(attacked, monkeypatch):
    prose._prose.cache_clear()
    monkeypatch.setattr(prose, "prose", lambda source, attachments=None: markdown2html_mistune(source))
    text = (attacked.root / "autograded/eve/numbers/numbers.ipynb").read_text()
    (attacked.root / "autograded/eve/numbers/numbers.ipynb").write_text(text.replace("attachment:none", "x.png"))
    for page in (attacked.feedback("eve"), in_formgrader(attacked)):
        assert "<script>evil()" in page
        assert {"iframe", "svg", "img onerror", "a href=javascript:evil()"} <= {*Dangers(page).found}
    prose._prose.cache_clear()
