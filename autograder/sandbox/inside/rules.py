"""Landlock rules for a learner's process, where there are no namespaces (tier C).

Source: the kernel's Documentation/userspace-api/landlock.rst.
"""

import contextlib
import os

from autograder.sandbox.inside import kernel
from autograder.sandbox.inside.policy import Policy

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_READ = _EXECUTE | _READ_FILE | _READ_FOLDER
_ALL_BY_VERSION = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_ALL_NOW = (1 << 16) - 1  # from version 5 on: with ioctl of devices
_TCP = 0b11  # bind and connect, from version 4 on
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11  # towards processes outside, from version 6 on


def restrict(policy: Policy, folder: str) -> None:
    """Leaves this process to read what `policy` names and to write in `folder` and /dev/shm.

    Raises OSError if the kernel has no Landlock.
    """
    version = kernel.landlock_version()
    defences = policy.defences
    everything = _ALL_BY_VERSION.get(version, _ALL_NOW)
    network = _TCP if version >= 4 and defences.network else 0
    scope = _ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 and defences.process_namespace else 0
    ruleset = kernel.landlock_rules(everything, network, scope)
    readable = policy.readable if defences.files else ("/",)
    for path in readable:
        with contextlib.suppress(FileNotFoundError):
            kernel.landlock_allow(ruleset, path, _READ if os.path.isdir(path) else _EXECUTE | _READ_FILE)
    for path in ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random"):
        kernel.landlock_allow(ruleset, path, _READ_FILE | _WRITE_FILE)
    for path in (folder, "/dev/shm"):
        kernel.landlock_allow(ruleset, path, everything)
    kernel.landlock_restrict(ruleset)
