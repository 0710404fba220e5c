"""Confines each learner's process, by all the defences of its tier, before anything of the learner's runs in it."""

import base64
import os
from collections.abc import Callable

import psutil

from autograder.sandbox.inside import kernel, namespaces, rules
from autograder.sandbox.inside.limits import INTERVAL, Watch, limit_this_process
from autograder.sandbox.inside.policy import Policy


class Sandbox:
    """Holds each learner's process by what `policy` says (a lockstep.student.inside.confinement.Confinement)."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.own_segments = policy.tier == "B" and policy.defences.private_folders
        self.interval = INTERVAL if policy.defences.memory or policy.defences.sockets else None
        self._watch = Watch(policy)

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
        return self._watch.excess(tree)
