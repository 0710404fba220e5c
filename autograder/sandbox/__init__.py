"""Sandboxes for submissions: `launcher()` gives the best that this machine has, `doctor()` tells which that is."""

from autograder.sandbox.doctor import doctor
from autograder.sandbox.inside.policy import Defences, Limits
from autograder.sandbox.launching import SandboxLauncher, UnsandboxedLauncher
from autograder.sandbox.tiers import probe

__all__ = ["Defences", "Limits", "NoSandbox", "SandboxLauncher", "UnsandboxedLauncher", "doctor", "launcher"]


class NoSandbox(OSError):
    """This machine has no sandbox, and grading without one was not asked for."""


def launcher(
    unsandboxed: bool = False, tier: str | None = None, limits: Limits | None = None
) -> SandboxLauncher | UnsandboxedLauncher:
    """A launcher in the best sandbox of this machine; `.tier` and `.describe()` say which.

    `unsandboxed` allows, where there is none, to go on without. `tier` is one found earlier, which saves looking for
    it again. Raises NoSandbox where nothing holds a submission and that was not allowed.
    """
    tier = tier or probe().tier
    if tier != "D":
        return SandboxLauncher(tier, limits)
    if not unsandboxed:
        reasons = [f"Not tier {better}: {reason}." for better, reason in probe().missing]
        refusal = "nothing here holds a submission, so none is graded; --unsandboxed grades all the same."
        raise NoSandbox("\n".join([refusal, *reasons]))
    return UnsandboxedLauncher()
