"""A prediction, and what came, side by side with a word on the difference where it can be told."""

import nbclient
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from lockstep.notebook.prediction import PredictionWidget, beside, difference, predict, what_came
from lockstep.notebook.progress import FILE, read
from lockstep.page.picture import Picture

CHOICES = ("4000, always", "less than 4000", "nothing")


class Table:
    """What an instrument gives, with its numbers as text."""

    __module__ = "lockstep.tables"

    def __str__(self):
        return "row\n" * 6


@pytest.mark.parametrize(
    ("said", "came", "choices", "unit", "word"),
    [
        ("4000", "3127", (), "updates", "873 updates less than you said"),
        ("70", "70", (), "interleavings", "exactly as you said"),
        ("100", "all 12,870 interleavings", (), "interleavings", "1.3e+02 times what you said"),
        ("1000", "2", (), "", "you said 5e+02 times as much"),
        ("12", "between 3 and 4", (), "s", ""),
        ("no number", "3", (), "s", ""),
        ("nothing", "Nothing.", CHOICES, None, "as you said"),
        ("nothing", "less than 4000", CHOICES, None, "not as you said"),
        ("nothing", "3127", CHOICES, None, ""),
        ("2", "1 2 3", ("1", "2"), None, ""),
        ("It hangs", "it hangs.", (), None, "as you said"),
        ("It hangs", "42", (), None, ""),
    ],
)
def test_the_difference_is_told_where_it_can_be(said, came, choices, unit, word):
    assert difference(said, came, choices, unit) == word


@pytest.mark.parametrize(
    ("value", "printed", "error", "came"),
    [
        (None, "a:   1\n\nb\n", None, "a: 1\nb"),
        (None, "a\nb\nc\nd\ne\n", None, "what the cell printed"),
        ([1, 2], "noise\n", None, "[1, 2]"),
        (Table(), "", None, "what the cell shows"),
        (Table(), "3 of 4\n", None, "3 of 4"),
        (Picture(), "", None, "what the cell shows"),
        (Picture(), "left of the bend\n", None, "left of the bend"),
        (None, "", None, "nothing that was printed"),
        (None, "before\n", ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
        ("x" * 1000, "", None, "'" + "x" * 236 + "..."),
    ],
)
def test_what_a_cell_gave_is_a_line(value, printed, error, came):
    assert what_came(value, printed, error) == came


def test_lines_that_came_stay_lines():
    assert "<strong>a<br>b</strong>" in beside("a", "a\nb", "")


def test_what_a_learner_wrote_is_text_on_the_page():
    assert "<script>" not in beside("<script>", "<script>", "<script>")
    assert "<b>" not in PredictionWidget(question="<b>", choices=["<b>", "x"]).still()[0]


def test_without_a_kernel_it_is_a_plain_question():
    widget = PredictionWidget(question="What comes?", choices=["2", "3"])
    data = widget.bundle()
    assert data["text/plain"] == "Predict: What comes?\n  ( ) 2\n  ( ) 3"
    assert "What comes?" in data["text/html"]
    assert '<script type="application/json">' not in data["text/html"], "nothing to answer it with"
    widget.committed, widget.outcome = "2", "It came: 3 (not as you said)"
    assert widget.bundle()["text/plain"] == "Predict: What comes?\nYou predicted: 2. It came: 3 (not as you said)"


def test_a_question_that_is_none_is_refused():
    with pytest.raises(TypeError, match="as texts"):
        predict("How many?", 2, 3)
    with pytest.raises(ValueError, match="no choice"):
        predict("How many?", "2")


def outputs(folder, *cells):
    """What every cell displays, as HTML and text."""
    notebook = new_notebook(
        cells=[new_code_cell(cell) for cell in ("%load_ext lockstep\nfrom lockstep import predict", *cells)]
    )
    nbclient.NotebookClient(
        notebook, timeout=60, kernel_name="python3", allow_errors=True, resources={"metadata": {"path": str(folder)}}
    ).execute()
    return [
        "".join(str(output.get("data", output.get("text", ""))) for output in cell.outputs)
        for cell in notebook.cells[1:]
    ]


def test_what_the_next_cell_gives_stands_beside_a_prediction_and_both_are_kept(tmp_path):
    asked = "predict('How many?', unit='items')"
    commit = f"{asked}\nget_ipython()._lockstep_beside._widget.committed = '3'"
    _, shown, after = outputs(tmp_path, commit, "print('there are 5')", "print('and this?')")
    assert "You predicted" in shown
    assert "2 items more than you said" in shown
    assert "You predicted" not in after
    kept = read(tmp_path / FILE)["predictions"]["How many?"]
    assert kept.pop("at") > 0
    assert kept == {"said": "3", "outcome": "It came: there are 5 (2 items more than you said)"}
    again, _ = outputs(tmp_path, f"{asked}\nprint(get_ipython()._lockstep_beside._widget.committed)", "1 + 1")
    assert again.rstrip().endswith("3")


def test_what_a_child_prints_came_too(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # where it is set, ipykernel does not show what child processes print
    asked = "predict('What is printed?')\nget_ipython()._lockstep_beside._widget.committed = 'hello'"
    child = "from multiprocessing import Process\np = Process(target=print, args=('hello',))\np.start()\np.join()"
    _, shown = outputs(tmp_path, asked, child)
    assert "It came" in shown
    assert "nothing that was printed" not in shown


def test_without_a_prediction_run_all_goes_on_and_nothing_is_said(tmp_path):
    _, shown, failed = outputs(tmp_path, "predict('Which?', 'a', 'b')", "print('a')", "1 / 0")
    assert "You predicted" not in shown + failed
