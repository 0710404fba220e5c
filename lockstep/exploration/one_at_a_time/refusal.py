"""What is shown of calls that did not happen one at a time: their intervals, why no order fits, and the steps."""

from __future__ import annotations

import html
from dataclasses import dataclass

from lockstep.exploration.one_at_a_time.history import Interval
from lockstep.exploration.one_at_a_time.lanes import lanes_svg, lanes_text
from lockstep.player.trace import Trace
from lockstep.words import plain


@dataclass(frozen=True)
class Refusal:
    """Evidence of a failed check. `title` is the first of the reasons; `trace` are the steps."""

    title: str
    calls: tuple[Interval, ...]
    refused: tuple[Interval, ...]
    reasons: tuple[str, ...]
    trace: Trace

    def text(self) -> str:
        """Plain text: a lane a process, then the reasons, then the steps."""
        return "\n".join([self.title, lanes_text(self.calls), *self.reasons, self.trace.text()])

    def _repr_html_(self) -> str:
        why = "".join(f"<p>{html.escape(plain(reason))}</p>" for reason in self.reasons)
        return (
            f"<p><strong>{html.escape(plain(self.title))}</strong></p>{lanes_svg(self.calls, self.refused)}{why}"
            f"<details><summary>The steps</summary>{self.trace._repr_html_()}</details>"
        )
