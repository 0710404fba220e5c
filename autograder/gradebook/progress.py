"""How far a class is graded: a bar with the time left on a terminal, a line for each submission elsewhere."""

import sys
from types import TracebackType

from tqdm import tqdm


class Progress:
    """Counts exercises that are judged and submissions that are in the gradebook; lines stand above the bar."""

    def __init__(self, exercises: int, submissions: int) -> None:
        # The terminal itself: the bar goes back to the beginning of its line, which what is printed plainly cannot.
        self._terminal = sys.__stderr__
        self._bar = tqdm(
            file=self._terminal,
            total=exercises + submissions,
            desc="grading",
            unit="step",
            disable=not sys.stderr.isatty(),
            leave=False,
            bar_format="{desc} {percentage:3.0f}% |{bar}| {elapsed}, about {remaining} left",
        )

    def judged(self) -> None:
        self._bar.update()

    def filed(self, line: str = "") -> None:
        """A submission is in the gradebook; its line, if there is one, is printed above the bar."""
        self._bar.update()
        if line:
            self.say(line)

    def say(self, line: str) -> None:
        with tqdm.external_write_mode(file=self._terminal):
            print(line, flush=True)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()
