"""`predict(question, ...)`: a learner commits to a prediction, and the next cell's output stands beside it."""

from __future__ import annotations

import html
import math
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import traitlets
from IPython.display import HTML, display

from lockstep.notebook import progress
from lockstep.page.embedded_view import Display, LiveView, script
from lockstep.page.kernel import running_shell
from lockstep.words import SENTENCES, brief

_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,_]*(?:\.\d+)?(?:e[-+]?\d+)?(?![\w])", re.IGNORECASE)

_FEW_LINES = 4  # of what was printed; more are not said again
_MOST_WRITTEN = 10_000  # pieces of what was printed that are kept


class PredictionWidget(LiveView):
    """What the browser draws: a question with its choices, a number's unit or neither, and what was committed to."""

    KIND = "prediction"
    SCRIPT = script(Path(__file__).with_name("prediction_view.js"))
    SAVED = ()  # without a kernel it is a plain question
    question = traitlets.Unicode("").tag(sync=True)
    choices: Any = traitlets.List(traitlets.Unicode()).tag(sync=True)
    unit = traitlets.Unicode(None, allow_none=True).tag(sync=True)
    committed = traitlets.Unicode("").tag(sync=True)
    outcome = traitlets.Unicode("").tag(sync=True)

    def still(self) -> tuple[str, str]:
        """The plain question, or what was said to it."""
        asked = f"<p><strong>Predict.</strong> {html.escape(self.question)}</p>"
        if self.committed:
            said = ". ".join(filter(None, [f"You predicted: {self.committed}", self.outcome]))
            return f"{asked}<p>{html.escape(said)}</p>", f"Predict: {self.question}\n{said}"
        choices = "".join(f"<li>{html.escape(choice)}</li>" for choice in self.choices)
        listed = "\n".join([f"Predict: {self.question}", *(f"  ( ) {choice}" for choice in self.choices)])
        return asked + (f"<ul>{choices}</ul>" if choices else ""), listed


def predict(question: str, *choices: str, unit: str | None = None) -> None:
    """Asks for a prediction before the next cell is run; what that cell gives then stands beside what you said.

        question  what to predict
        choices   the answers to choose from, at least two; without them, a number or a line of text is asked for
        unit      of the number: "interleavings", "s"; None asks for a line of text

    Nothing is graded, and nothing waits: a cell runs with or without a prediction. What you said is kept in your progress. Raises
    TypeError for a question or a choice that is no text, and ValueError for a single choice.

    >>> predict("What does it print?", "4000, always", "less than 4000", "nothing")
    Predict: What does it print?
      ( ) 4000, always
      ( ) less than 4000
      ( ) nothing
    """
    if not isinstance(question, str) or not all(isinstance(choice, str) for choice in choices):
        raise TypeError("predict takes a question and its choices as texts: predict('How many?', '2', '3')")
    if len(choices) == 1:
        raise ValueError(f"one choice is no choice: {choices[0]!r}")
    shell = running_shell()
    path = progress.file()
    kept = progress.read(path).get(progress.PREDICTED, {}).get(question)
    known = kept if isinstance(kept, dict) else {}
    widget = PredictionWidget(
        question=question, choices=list(choices), unit=unit, committed=str(known.get("said", "")),
        outcome=str(known.get("outcome", "")),
    )  # fmt: skip
    widget.observe(lambda change: _keep(path, question, change["new"], ""), "committed")
    place = Display(widget)
    widget.observe(lambda _change: place.save(), ["committed", "outcome"])
    if shell is not None:
        _Beside.of(shell).expect(widget, path)


def _keep(path: Path, question: str, said: str, outcome: str) -> None:
    told = {"said": said, "outcome": outcome, "at": progress.now()}
    progress.note(path, progress.PREDICTED, question, told)


class _Beside:
    """Watches what the cell after a prediction gives, and shows it beside the prediction."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._widget: PredictionWidget | None = None
        self._path = Path()
        self._asking = False  # in the cell that is being run
        self._printed: list[str] = []
        self._stop_copying = _nothing
        shell.events.register("pre_run_cell", self._before)
        shell.events.register("post_run_cell", self._after)

    @classmethod
    def of(cls, shell: Any) -> _Beside:
        found = getattr(shell, "_lockstep_beside", None)
        if found is None:
            found = shell._lockstep_beside = cls(shell)
        return found

    def expect(self, widget: PredictionWidget, path: Path) -> None:
        """The next cell shows what comes."""
        self._widget, self._path, self._asking = widget, path, True

    def _before(self, info: Any) -> None:
        self._printed.clear()
        if self._widget is not None:
            self._stop_copying = _copied(sys.stdout, self._printed)

    def _after(self, result: Any) -> None:
        widget = self._widget
        self._stop_copying()
        self._stop_copying = _nothing
        if widget is None or self._asking:
            self._asking = False
            return
        self._widget = None
        said = widget.committed
        if not said:
            return
        came = what_came(result.result, "".join(self._printed), result.error_in_exec or result.error_before_exec)
        word = difference(said, came, tuple(widget.choices), widget.unit)
        widget.outcome = f"It came: {' · '.join(came.splitlines())}{f' ({word})' if word else ''}"
        _keep(self._path, widget.question, said, widget.outcome)
        display(HTML(beside(said, came, word)))


def _copied(stream: Any, kept: list[str]) -> Callable[[], None]:
    """From now on `kept` gets what is written to the stream, until what is given back is called.

    The stream's own method is replaced: a thread of the kernel writes to it what child processes print.
    """
    write = stream.write

    def copied(text: str) -> int:
        if len(kept) < _MOST_WRITTEN:
            kept.append(text)
        return int(write(text) or 0)

    def stop() -> None:
        stream.write = write

    stream.write = copied
    return stop


def _nothing() -> None:
    """What is to be stopped where nothing is copied."""


def what_came(value: Any, printed: str, error: BaseException | None) -> str:
    """What a cell gave: its error, else its value, else the few lines that it printed."""
    if error is not None:
        return brief(f"{type(error).__name__}: {error}".strip(": "), SENTENCES)
    written = "" if value is None or hasattr(value, "savefig") else _written(value).strip()
    if written and written.count("\n") < _FEW_LINES:
        return brief(" ".join(written.split()), SENTENCES)
    lines = [line for line in printed.splitlines() if line.strip()]
    if len(lines) > _FEW_LINES:
        return "what the cell printed"
    if lines:
        return "\n".join(brief(" ".join(line.split()), SENTENCES) for line in lines)
    return "nothing that was printed" if value is None else "what the cell shows"


def _written(value: Any) -> str:
    try:
        return str(value) if type(value).__module__.startswith("lockstep") else repr(value)
    except Exception:
        return f"a {type(value).__name__}"


def difference(said: str, came: str, choices: tuple[str, ...], unit: str | None) -> str:
    """A word on how the two differ; empty where it cannot be told."""
    if unit is not None:
        predicted, found = _numbers(said), _numbers(came)
        if len(predicted) != 1 or len(set(found)) != 1:
            return ""
        return _apart(predicted[0], found[0], unit)
    if choices:
        there = [choice for choice in choices if _plain(choice) in _plain(came)]
        longest = max(there, key=len, default="")
        if not longest or any(other not in longest for other in there):
            return ""
        return "as you said" if longest == said else "not as you said"
    return "as you said" if _plain(said) == _plain(came) else ""


def _apart(predicted: float, found: float, unit: str) -> str:
    if predicted == found:
        return "exactly as you said"
    named = f" {unit}" if unit else ""
    if found and predicted and found / predicted > 0 and not 0.5 <= found / predicted <= 2:
        times = found / predicted
        return f"{times:.2g} times what you said" if times > 1 else f"you said {1 / times:.2g} times as much"
    return f"{abs(found - predicted):g}{named} {'more' if found > predicted else 'less'} than you said"


def _numbers(text: str) -> list[float]:
    found = [float(number.replace(",", "").replace("_", "")) for number in _NUMBER.findall(text)]
    return [number for number in found if math.isfinite(number)]


def _plain(text: str) -> str:
    return " ".join(text.casefold().strip(" .!'\"").split())


def beside(said: str, came: str, word: str) -> str:
    """The prediction and what came, side by side."""
    cell = (
        '<div style="flex:1 1 14em;border-left:3px solid {};padding:2px 10px;"><div style="opacity:.7">{}</div>{}</div>'
    )
    lines = "<br>".join(map(html.escape, came.split("\n")))
    told = f" <em>{html.escape(word)}</em>" if word else ""
    return (
        '<div style="display:flex;flex-wrap:wrap;gap:6px 16px;margin:6px 0;">'
        + cell.format("#0072B2", "You predicted", f"<strong>{html.escape(said)}</strong>")
        + cell.format("#E69F00", "It came", f"<strong>{lines}</strong>{told}")
        + "</div>"
    )
