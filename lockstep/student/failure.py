"""The ways in which a check can fail, each with words for the learner."""

from typing import Protocol


class Evidence(Protocol):
    """Something to look at: a schedule, a timeline, a diff."""

    def text(self) -> str: ...


class CheckFailed(AssertionError):
    """A check does not hold; `message` says why in the learner's terms, `evidence` can be looked at.

    `asked`: the learner's functions whose results were compared, and may have been None; `wanted`: what should have
    come from them, as text, or "" where that is not known.
    """

    def __init__(
        self, message: str, evidence: Evidence | None = None, asked: tuple[str, ...] = (), wanted: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.evidence = evidence
        self.asked = asked
        self.wanted = wanted

    def __str__(self) -> str:
        return self.message if self.evidence is None else told_with(self.message, self.evidence)


def told_with(message: str, evidence: Evidence) -> str:
    """The message and the evidence as one text, which says the message once."""
    text = evidence.text()
    return text if text.startswith(message) else f"{message}\n{text}"


class StudentRaised(Exception):
    """The learner's function raised: the class names along its MRO, its message and its traceback, as text."""

    def __init__(self, types: tuple[str, ...], message: str, traceback: str) -> None:
        super().__init__(f"{types[0]}: {message}" if message else types[0])
        self.types = types
        self.message = message
        self.traceback = traceback


class StudentMissing(Exception):
    """The learner's notebook does not define what the check needs. `nowhere`: not even in another way than is asked for."""

    def __init__(self, message: str, nowhere: bool = True) -> None:
        super().__init__(message)
        self.nowhere = nowhere


class StudentTimedOut(Exception):
    """A call did not come back in time; `stacks` says where each process was."""

    def __init__(self, message: str, stacks: str = "") -> None:
        super().__init__(message)
        self.stacks = stacks
        if stacks:
            self.add_note(stacks)  # for readers of a traceback; a report shows them by itself


class StudentDied(Exception):
    """The process that ran the learner's function ended before the function returned."""


class StudentRefused(Exception):
    """A value cannot cross between the learner's process and the check."""
