"""What holds a learner's process: nothing in a notebook, a sandbox in a grader."""

from collections.abc import Callable
from typing import Protocol

import psutil


class Confinement(Protocol):
    """Hooks that the zygote and the keeper call, each in the process that it is about."""

    own_segments: bool  # whether /dev/shm holds the segments of the learner's process alone
    interval: float | None  # seconds between two calls of `excess`; None: only when something happens

    def isolate(self) -> None:
        """In the process that becomes the keeper, before anything of the learner's exists.

        May return in another process than it was called in.
        """

    def confine(self) -> None:
        """In the learner's process, before any of its code."""

    def excess(self, tree: Callable[[], list[psutil.Process]]) -> str:
        """In the keeper: why the processes of `tree()` must be ended now, "" if they need not."""
        ...


class Unconfined:
    """In a notebook a learner's process is as free as the learner."""

    own_segments = False
    interval: float | None = None

    def isolate(self) -> None:
        pass

    def confine(self) -> None:
        pass

    def excess(self, tree: Callable[[], list[psutil.Process]]) -> str:
        return ""
