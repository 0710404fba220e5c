"""nbgrader's feedback page of failed checks holds players that run there; without scripts the still pictures stay."""

import os

import nbformat
import nbgrader
import pytest
from nbconvert import HTMLExporter
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from traitlets.config import Config

from autograder.grading.grader import Graded
from autograder.grading.hidden import told_of_hidden
from autograder.nbgrader.plugin import outputs
from lockstep.checks.report import CheckResult, Report
from lockstep.player.page_data import player_data
from lockstep.player.standalone import page as page_of
from lockstep.player.trace import module_for
from lockstep.student.failure import CheckFailed
from tests.browser.hostile import HACKED, IMAGE, PROGRAM, json_as_it_is, pictures_as_they_are, strings_as_markup
from tests.exploration.taking import take
from tests.exploration.test_counts import COUNTER, PHILOSOPHERS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
FORMGRADER = os.path.join(os.path.dirname(nbgrader.__file__), "server_extensions", "formgrader")
BOOTSTRAP = "static/node_modules/bootstrap/dist/css"


def failed(check):
    with pytest.raises(CheckFailed) as refused:
        check()
    return CheckResult("it works", False, 0.0, refused.value.message, evidence=refused.value.evidence)


def feedback(*reports):
    """The page that nbgrader's template makes of a notebook with a report a cell, as our preprocessor writes them."""
    cells, ready = [], False
    for number, results in enumerate(reports, 1):
        report = Report(f"exercise-{number}", tuple(results), len(results))
        cell = nbformat.v4.new_code_cell("check.run()", execution_count=number)
        cell.metadata["nbgrader"] = {
            "grade_id": f"exercise-{number}", "grade": True, "solution": False, "points": 1, "score": 0, "schema_version": 3,
        }  # fmt: skip
        cell.outputs = outputs(Graded(report, report.share), 1.0, number, with_module=not ready)
        ready = ready or bool(module_for(cell.outputs[0].data["text/html"]))
        cells.append(cell)
    config = Config()
    config.HTMLExporter.template_name = "feedback"
    config.HTMLExporter.extra_template_basedirs = [os.path.join(FORMGRADER, "templates")]
    config.HTMLExporter.extra_template_paths = [os.path.join(FORMGRADER, BOOTSTRAP)]
    config.HTMLExporter.preprocessors = [CSSHTMLHeaderPreprocessor]
    names = {"notebook": "locks", "score": 0, "max_score": 1, "late_penalty": 0}
    notebook = nbformat.v4.new_notebook(cells=cells)
    return HTMLExporter(config=config).from_notebook_node(notebook, resources={"nbgrader": names})[0]


@pytest.fixture
def opened(browser, tmp_path):
    """Opens the text of a page as a file, as a learner does; the network is not there."""
    contexts = []

    def open_page(text, **options):
        (tmp_path / "page.html").write_text(text, encoding="utf-8")
        context = browser.new_context(viewport={"width": 1280, "height": 1000}, **options)
        contexts.append(context)
        page = context.new_page()
        page.route("http*://**", lambda route: route.abort())
        page.goto((tmp_path / "page.html").as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


def three():
    """Two reports: one of a deadlock and a lost update, one of a lost update."""
    deadlock = failed(take(PHILOSOPHERS, 3).never_deadlocks)
    lost = failed(lambda: take(COUNTER, 2, 1).always(lambda total: total == 2))
    return [deadlock, lost], [lost]


def test_players_run_in_a_feedback_page_and_do_not_disturb_each_other(opened):
    text = feedback(*three())
    assert text.count("export default") == 1, "the module stands there once for all"
    page = opened(text)
    players = page.locator(".lockstep-report .lockstep-player")
    assert players.count() == 3
    status = players.locator(".lsp-status")
    assert "Step 2 of 3" in status.nth(0).inner_text()
    before = status.nth(1).inner_text(), status.nth(2).inner_text()
    players.nth(0).press("ArrowRight")
    assert "Step 3 of 3" in status.nth(0).inner_text()
    assert page.locator(".lsp-graph svg").count() == 1
    players.nth(0).press("ArrowLeft")
    assert "Step 2 of 3" in status.nth(0).inner_text()
    assert (status.nth(1).inner_text(), status.nth(2).inner_text()) == before
    players.nth(0).press("Home")
    players.nth(0).locator(".lsp-switch").click()
    for process in ("Process-1", "Process-2", "Process-3"):
        players.nth(0).locator("button.lsp-choice:not(:disabled)").filter(has_text=process).click()
    assert "You broke it: deadlock." in players.nth(0).locator(".lsp-reach").inner_text()
    assert players.nth(1).locator("button.lsp-choice").count() == 0


def test_without_scripts_the_still_pictures_stay(opened):
    page = opened(feedback(*three()), java_script_enabled=False)
    tables = page.locator(".lockstep-play table")
    assert tables.count() == 3
    assert tables.first.is_visible()
    assert "acquire forks[0]" in tables.first.inner_text()
    assert page.get_by_text("Nobody can go on: deadlock.").is_visible()
    assert page.locator(".lockstep-player").count() == 0


def test_a_page_of_passed_checks_brings_no_module():
    assert "export default" not in feedback([CheckResult("it works", True, 0.1)])


def test_a_hidden_check_shows_its_steps_and_nothing_else():
    def check():
        take(SECRET).always(lambda total: total == 12)

    shown, hidden = failed(check), told_of_hidden(failed(check))
    for secret in ("4711", "returns 12", "unused"):
        assert secret in feedback([shown]), "an open check may show it"
        assert secret not in feedback([hidden])
    assert "total.value += 6" in feedback([hidden]), "steps are told, as in the text"
    assert "lockstep-play" not in feedback([hidden])


SECRET = """
    # 4711
    def add(total):
        total.value += 6

    def main():
        total, unused = Value("i", 0, lock=False), Lock()
        processes = [Process(target=add, args=(total,)) for _ in range(2)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return total.value
"""


def hostile_feedback():
    return feedback([failed(take(PROGRAM).never_crashes)])


def hostile_page():
    return page_of(player_data(take(PROGRAM).findings))


@pytest.mark.parametrize("made", [hostile_feedback, hostile_page])
@pytest.mark.parametrize("scripts", [True, False])
def test_what_a_learner_wrote_is_text_in_feedback_and_in_saved_pages(opened, made, scripts):
    page = opened(made(), java_script_enabled=scripts)
    shown = page.locator("body").inner_text()
    if scripts:
        assert page.locator(".lockstep-player").count() == 1
        assert not page.evaluate(HACKED)
        for told in (f'found["{IMAGE}"]', f"inside </script></td>{IMAGE}", f"ValueError: </script></td>{IMAGE}"):
            assert told.replace('"', "'") in shown.replace('"', "'"), "all of it can be read"
    else:
        assert page.locator(".lockstep-report img, main img").count() == 0
        assert IMAGE in shown or made is hostile_page


@pytest.mark.parametrize(
    ("made", "unsafe", "scripts"),
    [
        (hostile_feedback, json_as_it_is, True),
        (hostile_page, json_as_it_is, True),
        (hostile_feedback, strings_as_markup, True),
        (hostile_page, strings_as_markup, True),
        (hostile_feedback, pictures_as_they_are, True),
    ],
)
def test_these_tests_see_it_where_something_is_not_escaped(opened, monkeypatch, made, unsafe, scripts):
    unsafe(monkeypatch)
    opened(made(), java_script_enabled=scripts).wait_for_function(HACKED)
