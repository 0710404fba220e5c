"""A cgroup around a whole sandbox, where one has been delegated to us: tier A.

systemd makes and removes it (`systemd-run --scope`). Groups that merely happen to be writable, as for root in a
container, are not ours to use.
"""

import os
import shutil
import subprocess
from functools import cache

from autograder.sandbox.inside.policy import MIB, Limits

_ZYGOTE = 256 * MIB  # bytes that the warm process itself takes, beside a learner's
_ZYGOTE_TASKS = 50


def wrapped(command: list[str], limits: Limits) -> list[str]:
    """`command` in a scope whose memory and number of tasks are limited."""
    user = [] if os.getuid() == 0 else ["--user"]
    properties = {
        "MemoryMax": limits.memory + _ZYGOTE,
        "MemorySwapMax": 0,
        "TasksMax": limits.processes + _ZYGOTE_TASKS,
    }
    words = [word for name, value in properties.items() for word in ("-p", f"{name}={value}")]
    return ["systemd-run", "--scope", "--quiet", "--collect", *user, *words, "--", *command]


@cache
def missing() -> str:
    """Why there can be no cgroup, "" if there can: found by making one."""
    if shutil.which("systemd-run") is None:
        return "systemd-run is not installed"
    if not os.path.exists("/sys/fs/cgroup/cgroup.controllers"):
        return "this machine does not use cgroup v2 alone"
    try:
        tried = subprocess.run(
            wrapped(["cat", "/proc/self/cgroup"], Limits()), capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"systemd-run did not answer ({error})"
    if tried.returncode != 0:
        return f"systemd-run made no scope: {(tried.stderr.strip() or 'it gave no reason').splitlines()[-1]}"
    group = tried.stdout.strip().rpartition("::")[2]
    try:
        with open(f"/sys/fs/cgroup{group.rpartition('/')[0]}/cgroup.subtree_control") as file:
            controllers = file.read().split()
    except OSError as error:
        return f"the scope could not be looked at ({error})"
    wanted = [name for name in ("memory", "pids") if name not in controllers]
    return f"the controllers {' and '.join(wanted)} are not delegated" if wanted else ""
