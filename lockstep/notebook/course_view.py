"""The buttons below the map of the course: progress saved by the browser, taken back, deleted; the map follows what other notebooks do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from IPython.display import display

from lockstep.notebook import progress
from lockstep.page.embedded_view import Display, LiveView, script


class CourseView(LiveView):
    """What the browser draws. Its messages: {"do": "look" | "save" | "take" | "forget"}, with the "text" to take."""

    KIND = "course"
    SCRIPT = script(Path(__file__).with_name("course_view.js"))
    SAVED = ()  # without a kernel nothing is saved or taken


def show_course(course: Any, file: Path) -> None:
    """Shows the map with its buttons; `course` shows itself as HTML and as text."""
    shown = _bundle(course)
    handle = display(shown, raw=True, display_id=True)
    view = CourseView()
    Display(view)

    def follow() -> None:
        nonlocal shown
        if handle is not None and (newest := _bundle(course)) != shown:
            shown = newest
            handle.update(newest, raw=True)

    def answer(_widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        try:
            view.send(_done(content, file))
        except ValueError as error:
            view.send({"said": f"Nothing was taken: {error}."})
        except OSError as error:
            view.send({"said": f"This did not work: {error.strerror}."})
        follow()

    view.on_msg(answer)


def _done(content: dict[str, Any], file: Path) -> dict[str, str]:
    """Does what was asked for, and says what to tell the page."""
    match content:
        case {"do": "save"}:
            return {
                "said": "Your browser keeps it where it keeps what you download.",
                "save": progress.saved(file),
                "name": progress.FILE,
            }
        case {"do": "take", "text": str(text)}:
            progress.take_back(file, text)
            return {"said": "It is taken back; of each exercise the better is kept."}
        case {"do": "forget"}:
            progress.forget(file)
            return {"said": "Your progress is deleted; your notebooks are as they were."}
    return {}


def _bundle(course: Any) -> dict[str, str]:
    return {"text/html": course._repr_html_(), "text/plain": repr(course)}
