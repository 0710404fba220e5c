"""Help with one exercise, below its report: where to go on, a solution beside one's own, the starter again.

It comes from the files that the course puts beside a notebook (exercises.json and, where solutions may be seen, .solutions.json).
Neither is read before somebody asks, and nothing of them goes to where checks run.
"""

from __future__ import annotations

import html
import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import traitlets

from lockstep.notebook import progress
from lockstep.page.embedded_view import Display, LiveView, script
from lockstep.program.history import notebook_source

EXERCISES, SOLUTIONS = "exercises.json", ".solutions.json"
_DEFINED = re.compile(r"^(?:def|class)\s+\w+", re.MULTILINE)


def known(file: str, exercise: str, folder: Path | None = None) -> dict[str, Any]:
    """What a file of the course says of an exercise; nothing where there is no such file, or a damaged one."""
    with suppress(OSError, ValueError, AttributeError):
        found = json.loads(((folder or Path.cwd()) / file).read_text("utf-8")).get(exercise, {})
        return found if isinstance(found, dict) else {}
    return {}


def where_to_go_on(told: dict[str, Any]) -> str:
    """The line below a report that passes, as HTML: the points, and a link to what comes next."""
    points, then = told.get("points"), told.get("then") or {}
    line = f"{points} of {points} point{'' if points == 1 else 's'}." if points else ""
    if not then:
        return line
    link, title = str(then["link"]), str(then["title"]).replace("`", "")
    jump = ""
    if link.startswith("#"):  # JupyterLab gives headings another attribute than pages do
        find = f"[id={json.dumps(link[1:])}],[data-jupyter-id={json.dumps(link[1:])}]"
        jump = f"document.querySelector({json.dumps(find)})?.scrollIntoView(); event.preventDefault()"
    click = f' onclick="{html.escape(jump)}"' if jump else ""
    return f'{line} Go on with <a href="{html.escape(link)}"{click}>{html.escape(title)}</a>.'.strip()


class HelpView(LiveView):
    """What the browser draws; `there`: a solution may be seen; `sign`: what the exercise's cell is known by; `kind`: its word for a learner."""

    KIND = "help"
    SCRIPT = script(Path(__file__).with_name("help_view.js"))
    SAVED = ()  # without a kernel there is nobody to ask; what was revealed is in the still picture
    passed = traitlets.Bool().tag(sync=True)
    there = traitlets.Bool().tag(sync=True)
    sign = traitlets.Unicode().tag(sync=True)
    kind = traitlets.Enum(["exercise", "puzzle"], "exercise").tag(sync=True)
    revealed = traitlets.Dict().tag(sync=True)

    def still(self) -> tuple[str, str]:
        if not self.revealed:
            return "", f"help with this {self.kind}"
        parts = [("Yours", self.revealed["own"]), ("A solution", self.revealed["solution"])]
        parts += [("Another right answer", code) for code in self.revealed["also_right"]]
        shown = [(label, code) for label, code in parts if code]
        page = "".join(f"<p>{label}</p><pre>{html.escape(code)}</pre>" for label, code in shown)
        return page, "\n\n".join(f"{label}:\n{code}" for label, code in shown)


def offer(exercise: str, passed: bool) -> None:
    """Shows the help for an exercise of the course below its report; nothing for any other."""
    told = known(EXERCISES, exercise)
    found = _DEFINED.search(str(told.get("starter", "")))
    if found is None:
        return
    kind = "puzzle" if "fewest" in told else "exercise"
    view = HelpView(passed=passed, there=bool(known(SOLUTIONS, exercise)), sign=found[0], kind=kind)
    place = Display(view)

    def answer(_widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        if content.get("do") == "solution":
            solution = known(SOLUTIONS, exercise)
            progress.note(progress.file(), "revealed", exercise, "after passing" if passed else "given up")
            view.revealed = {
                "own": own_answer(found[0]),
                "solution": str(solution.get("solution", "")),
                "also_right": list(map(str, solution.get("also_right", []))),
            }
            place.save()
        elif content.get("do") == "starter":
            put, said = keep(exercise, content.get("text"), own_answer(found[0]))
            view.send({"starter": told["starter"], "put": put, "said": said})

    view.on_msg(answer)


def own_answer(sign: str) -> str:
    """The newest cell that was run and defines what the exercise asks for."""
    sources = [
        cell.source
        for cell in notebook_source().cells
        if re.search(rf"^{re.escape(sign)}\b", cell.source, re.MULTILINE)
    ]
    return sources[-1] if sources else ""


def keep(exercise: str, text: str | None, last_run: str) -> tuple[bool, str]:
    """Writes what the learner has into a file of its own beside the notebook: whether it is safe there, and what to say."""
    own = text if text is not None else last_run
    if not own.strip():
        return True, ""
    number = 1
    while (path := Path.cwd() / f"{exercise}-kept-{number}.py").exists():
        number += 1
    try:
        path.write_text(own, encoding="utf-8")
    except OSError as error:
        return False, f"Nothing was changed: your text could not be kept in {path.name} ({error.strerror})."
    return True, f"What you had is kept in {path.name}."
