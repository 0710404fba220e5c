"""The zygote of a sandbox: `python -m autograder.sandbox.inside FD POLICY`, in bubblewrap or, in tier C, bare."""

import base64
import os
import sys
from collections.abc import Callable

import psutil

from autograder.sandbox.inside import kernel, namespaces, rules
from autograder.sandbox.inside.limits import INTERVAL, MemoryWatch, limit_this_process
from autograder.sandbox.inside.policy import Policy
from lockstep.student.inside import zygote


class Sandbox:
    """Holds each learner's process by what `policy` says (a lockstep.student.inside.confinement.Confinement)."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.own_segments = policy.tier == "B" and policy.defences.private_folders
        self.interval = INTERVAL if policy.defences.memory else None
        self._watch = MemoryWatch(policy)

    def isolate(self) -> None:
        if self.policy.tier == "B":
            namespaces.enter(self.policy)
        kernel.set_readable_by_its_user(False)

    def confine(self) -> None:
        defences = self.policy.defences
        kernel.set_readable_by_its_user(True)
        limit_this_process(self.policy)
        kernel.forbid_new_privileges()
        if self.policy.tier == "C":
            rules.restrict(self.policy, os.getcwd())
        if defences.capabilities:
            kernel.drop_capabilities()
        if defences.system_calls and self.policy.filter:
            kernel.install_filter(base64.b64decode(self.policy.filter))

    def excess(self, tree: Callable[[], list[psutil.Process]]) -> str:
        return self._watch.excess(tree) if self.policy.defences.memory else ""


if __name__ == "__main__":
    zygote.main(int(sys.argv[1]), Sandbox(Policy.of_text(sys.argv[2])))
