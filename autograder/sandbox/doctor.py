"""`autograder doctor`: what holds a submission on this machine, what does not, and what to install for more."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from autograder.sandbox.bubblewrap import program
from autograder.sandbox.launching import DESCRIPTIONS
from autograder.sandbox.tiers import Probe, probe

_NOT_HELD = {
    "A": ("the processor: a program may use every core until its time is over",),
    "B": (
        "memory to the byte: the sum over all processes is looked at 20 times a second, and one that grows faster "
        "than that is ended a little late (each process alone is capped)",
        "what waits in sockets, and what the kernel notes of mappings and locks, but by their number: some 300 MiB, and at "
        "worst 1 GiB, beside the limit of memory",
        "what the kernel counts for each user (descriptors on their way, buffers of pipes), unless root grades: then every "
        "sandbox has a user of its own",
        "the processor: a program may use every core until its time is over",
    ),
    "C": (
        "/dev/shm: segments and semaphores of all programs of this user are in one folder, and what a submission makes "
        "there by other means than multiprocessing stays",
        "that a file exists, its name and its size (what is in it, yes)",
        "files in its folder below /tmp: their number, and their size in total (setting modes and times of files does nothing)",
        "the number of processes, when grading as root",
        "memory to the byte, what waits in sockets, and the processor, as in tier B; sockets that no process has open, "
        "but that wait to be accepted, are not counted",
    ),
    "D": ("anything: a submission can read the hidden checks, the gradebook and your files, and change them",),
}
_SETTINGS = Path("/proc/sys")
# Settings of the kernel that keep namespaces from ordinary users, and what allows them: Ubuntu's since 24.04, Debian's until 10.
_NAMESPACES = {"kernel.apparmor_restrict_unprivileged_userns": "0", "kernel.unprivileged_userns_clone": "1"}
_FOR_EVERY_TIER = "the kernel itself: for submissions from strangers, run all of this in a virtual machine of its own"


def doctor() -> str:
    """The tier of this machine in words, why it is not the next better one, and what it does not hold."""
    return describe(probe())


def describe(found: Probe) -> str:
    lines = [f"Sandbox: tier {found.tier}. {DESCRIPTIONS[found.tier]}"]
    if found.tier == "D":
        lines.append("Grading is refused, unless you ask for it with --unsandboxed.")
    lines += [f"Not tier {tier}: {reason}." for tier, reason in found.missing]
    if program() is None:
        lines.append("To do: install bubblewrap (Debian and Ubuntu: apt install bubblewrap).")
    if "B" in dict(found.missing):
        lines += [f"To do: allow everybody to make namespaces (sudo sysctl -w {setting})." for setting in _forbidding()]
    lines += ["It does not hold:", *(f"  - {what}" for what in (*_NOT_HELD[found.tier], _FOR_EVERY_TIER))]
    return "\n".join(lines)


def _forbidding() -> Iterator[str]:
    """What would have to be set for a sandbox of tier B to be made by an ordinary user here."""
    for name, value in _NAMESPACES.items():
        with contextlib.suppress(OSError):
            if _SETTINGS.joinpath(*name.split(".")).read_text().strip() != value:
                yield f"{name}={value}"
