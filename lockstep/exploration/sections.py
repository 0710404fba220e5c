"""`inside("name")`: a label on the part of a program that `explore` observes."""

from __future__ import annotations

from types import TracebackType

from lockstep.standin import machine


class inside:  # noqa: N801 - it is used like a function
    """`with inside("section"):` marks that a process is in this section; on the real machine it does nothing."""

    def __init__(self, section: str) -> None:
        self.section = section

    def __enter__(self) -> None:
        if machine.running():
            machine.current().entered(self.section)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if machine.running():
            machine.current().left(self.section)
