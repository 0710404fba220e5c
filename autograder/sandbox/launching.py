"""Learners' processes in a sandbox: the grader's launcher, with the interface of the one in a notebook."""

import base64
import os
import socket
import sys
import tempfile
import time

from autograder.sandbox import bubblewrap, cgroup, filter
from autograder.sandbox.inside.policy import Defences, Limits, Policy
from lockstep.student.data import DataError
from lockstep.student.launcher_forking import ForkingLauncher
from lockstep.student.process import StudentProcess

_START = 30.0  # seconds within which a sandbox must be there, on the busiest machine


class SandboxLauncher(ForkingLauncher):
    """Keeps one zygote in a sandbox of tier A, B or C; each process from it is in fresh namespaces (not in C).

    Safe in one thread; a grader with several workers gives each its own.
    """

    def __init__(self, tier: str, limits: Limits | None = None, defences: Defences | None = None) -> None:
        super().__init__()
        self.tier = tier
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.limits = limits or Limits()
        self.defences = defences or Defences()
        self.output_limit = self.limits.output if self.defences.output else sys.maxsize

    def start(self) -> StudentProcess:
        """Raises OSError if the sandbox does not come up: that is never a learner's fault."""
        for attempt in (1, 2):
            try:
                process = super().start()
                process.wait_until_kept(time.monotonic() + _START)
            except (OSError, EOFError, DataError) as error:
                # A zygote that was killed, by the kernel for want of memory perhaps, is started once more.
                self.close()
                if attempt == 2:
                    raise OSError(f"the sandbox (tier {self.tier}) does not start: {error}") from None
            else:
                return process
        raise AssertionError("the loop returns or raises")

    @property
    def process_id(self) -> int:
        """The process on this machine below which everything of the sandbox lives; raises OSError if there is none."""
        if self._zygote is None:
            raise OSError("the sandbox has not been started")
        return self._zygote.pid

    @property
    def lendable(self) -> socket.socket | None:
        """Its socket of requests, for a LentSandbox; None where its programs count together, as in a cgroup."""
        if self.tier != "B":
            return None
        self.warm_up()
        return self._requests

    def describe(self) -> str:
        """One line for a report: what held the program."""
        return DESCRIPTIONS[self.tier]

    def _command(self, descriptor: int) -> list[str]:
        policy = self._policy()
        if self.tier == "C":
            return [sys.executable, "-P", "-m", "autograder.sandbox.inside", str(descriptor), policy.to_text()]
        words = bubblewrap.command(policy, descriptor)
        return cgroup.wrapped(words, self.limits) if self.tier == "A" else words

    def _environment(self) -> dict[str, str]:
        if self.tier != "C":
            return dict(os.environ)
        inherited = {} if self.defences.environment else dict(os.environ)
        return inherited | bubblewrap.environment(self._packages())

    def _policy(self) -> Policy:
        namespaces = self.tier != "C"
        code = filter.program(namespaces or not self.defences.network, not self.defences.sockets, namespaces)
        readable = tuple(bind.source for bind in bubblewrap.binds())
        return Policy(
            "C" if self.tier == "C" else "B",
            self.limits,
            self.defences,
            base64.b64encode(code).decode(),
            (*readable, self._packages()) if self.tier == "C" else (),
        )

    def _packages(self) -> str:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="lockstep-packages-")
            bubblewrap.link_packages(self._folder.name)
        return self._folder.name


class LentSandbox(SandboxLauncher):
    """One that another process has started, and lends by its socket of requests; where that fails, one of its own.

    Only for programs that trust each other.
    """

    def __init__(self, tier: str, requests: socket.socket) -> None:
        super().__init__(tier)
        self._requests = requests
        self._lent = True

    def warm_up(self) -> None:
        if not self._lent:
            super().warm_up()

    def close(self) -> None:
        self._lent = False
        super().close()


class UnsandboxedLauncher(ForkingLauncher):
    """Tier D: no sandbox at all, for somebody who asked for it by name."""

    tier = "D"
    lendable: socket.socket | None = None

    def describe(self) -> str:
        return DESCRIPTIONS["D"]


DESCRIPTIONS = {
    "A": "Ran in a sandbox of tier A: namespaces of its own (bubblewrap) and memory and processes limited by a cgroup.",
    "B": "Ran in a sandbox of tier B: namespaces of its own (bubblewrap); its memory was watched, not capped.",
    "C": "Ran in a sandbox of tier C: files by Landlock, system calls by seccomp; no namespaces of its own.",
    "D": "Ran without a sandbox (tier D), because that was asked for.",
}
