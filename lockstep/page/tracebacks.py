"""How errors and interrupts of the instruments look in a notebook: the learner's own lines and a sentence, nothing of ours."""

from __future__ import annotations

import linecache
import re
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from lockstep.page.kernel import cell_label, stop_what_waits
from lockstep.words import own_lines

_OURS = str(Path(__file__).resolve().parents[1])
_INSTALLED = tuple({sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
_FRAME = re.compile(r'  File "([^"]+)", (.+)')
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"  # no colour: none is readable on the red of both themes


class Tracebacks:
    """Shows what is raised in a shell's cells; what does not come through this package is shown as ever."""

    def __init__(self, shell: Any) -> None:
        self._began = time.monotonic()
        shell.events.register("pre_run_cell", self._begin)
        shell.set_custom_exc((Exception, KeyboardInterrupt), self._show)

    @classmethod
    def of(cls, shell: Any) -> Tracebacks | None:
        """Those of this shell: installed once, and not where somebody else has a handler."""
        found = getattr(shell, "_lockstep_tracebacks", None)
        if found is None and not shell.custom_exceptions:
            found = shell._lockstep_tracebacks = cls(shell)
        return found

    def _begin(self, _info: Any = None) -> None:
        self._began = time.monotonic()

    def _show(self, shell: Any, kind: type, error: BaseException, trace: TracebackType, tb_offset: Any = None) -> None:
        ours = next((each for each in _frames(trace) if _is_ours(each)), None)
        if ours is not None and not hasattr(error, "_render_traceback_"):
            if isinstance(error, KeyboardInterrupt):
                lines = [interrupted(f"`{_asked(ours)}`", time.monotonic() - self._began, "it has no result")]
                stop_what_waits()
            else:
                lines = told(error, _asked(ours))
            error._render_traceback_ = lambda: lines  # type: ignore[attr-defined]
        shell.showtraceback((kind, error, trace), running_compiled_code=_has_run(trace))


def _has_run(trace: TracebackType | None) -> bool:
    """False for a cell that is no Python: all its frames are those of whoever compiles it, and say nothing to a learner."""
    return any(not each.tb_frame.f_code.co_filename.startswith(_INSTALLED) for each in _frames(trace))


def interrupted(what: str, seconds: float, so: str) -> str:
    """The one line on an interrupt."""
    return f"{what} was interrupted after {seconds:.{0 if seconds >= 1 else 1}f} s: {so}."


def told(error: BaseException, asked: str) -> list[str]:
    """The learner's lines through which an error came, and what it says; `asked` is the instrument."""
    lines = []
    for each in _frames(error.__traceback__):
        file = each.tb_frame.f_code.co_filename
        if _is_ours(each) or file.startswith(("<", *_INSTALLED)):
            continue
        name = each.tb_frame.f_code.co_name
        where = f"{cell_label(file)}, line {each.tb_lineno}" + (f", in {name}" if name != "<module>" else "")
        lines += [where, f"    {linecache.getline(file, each.tb_lineno).strip()}"]
    lines += _elsewhere(error)
    return [*lines, _sentence(error, asked), *getattr(error, "__notes__", ())]


def _sentence(error: BaseException, asked: str) -> str:
    name, text = type(error).__name__, str(error)
    if types := getattr(error, "types", ()):
        name, text = types[0], getattr(error, "message", text)  # an error of the program, raised in another process
    elif name.startswith("Student"):
        name = asked
    return f"{_BOLD}{name}{_PLAIN}: {text}" if text else f"{_BOLD}{name}{_PLAIN}"


def _elsewhere(error: BaseException) -> Iterator[str]:
    """The lines of another process that the error comes from, where it tells them as text."""
    text = getattr(error, "traceback", "") or str(getattr(error.__cause__, "tb", ""))
    for line in own_lines(text.strip('\n"')).splitlines():
        if found := _FRAME.match(line):
            yield f"{cell_label(found[1])}, {found[2]}"
        elif line.startswith("    ") and line.strip(" ~^"):
            yield line


def _frames(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _is_ours(each: TracebackType) -> bool:
    return each.tb_frame.f_code.co_filename.startswith(_OURS)


def _asked(ours: TracebackType) -> str:
    """The instrument whose frame this is."""
    return ours.tb_frame.f_code.co_qualname
