"""Which tier of sandbox this machine can give, found by starting one and attacking it a little from inside."""

import contextlib
import os
import secrets
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from autograder.sandbox import bubblewrap, cgroup, filter
from autograder.sandbox.inside.kernel import landlock_version
from autograder.sandbox.launching import SandboxLauncher
from lockstep.program.source import ModuleSource
from lockstep.student.failure import StudentDied, StudentRaised, StudentRefused, StudentTimedOut
from lockstep.student.session import Session, Student

_SECONDS = 60.0  # for one probe, on the busiest machine


@dataclass(frozen=True)
class Probe:
    """The best tier that works here, and why each better one does not, best first."""

    tier: str
    missing: tuple[tuple[str, str], ...]


@cache
def probe() -> Probe:
    """Tries the tiers from the best down; takes about a second where bubblewrap works."""
    reason = why_not("B")
    if not reason:
        no_cgroup = cgroup.missing() or why_not("A")
        return Probe("B", (("A", no_cgroup),)) if no_cgroup else Probe("A", ())
    missing = [("A", "it needs all that tier B needs"), ("B", reason)]
    if reason := why_not("C"):
        return Probe("D", (*missing, ("C", reason)))
    return Probe("C", tuple(missing))


def why_not(tier: str) -> str:
    """Starts a sandbox of this tier and attacks it from inside; "" if it holds, else in words why it will not do."""
    if not filter.library():
        return "libseccomp is not installed (Debian and Ubuntu: apt install libseccomp2)"
    if tier == "C" and not landlock_version():
        return "this kernel has no Landlock (it came with Linux 5.13)"
    with contextlib.closing(SandboxLauncher(tier)) as launcher, _targets() as targets:
        session = Session(ModuleSource.of_text(_PROGRAM), ModuleSource(), launcher, _SECONDS)
        try:
            found = Student(session).attack(targets)
        except OSError as error:
            return (bubblewrap.program() and tier != "C" and bubblewrap.complaint()) or str(error)
        except (StudentDied, StudentRaised, StudentRefused, StudentTimedOut) as error:
            return str(error)
        finally:
            session.close()
    if not isinstance(found, list):
        return "the probe did not answer"
    return f"from inside, a program could {' and '.join(map(str, found))}" if found else ""


@contextlib.contextmanager
def _targets() -> Iterator[dict[str, Any]]:
    """Things of this process that a sandbox must keep from a program."""
    with socket.socket() as listening, tempfile.NamedTemporaryFile(prefix="lockstep-probe-") as scratch:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        name = f"LOCKSTEP_PROBE_{secrets.token_hex(8)}"
        os.environ[name] = "1"
        try:
            yield {
                "file": str(Path(__file__).resolve()),
                "port": listening.getsockname()[1],
                "variable": name,
                "pid": os.getpid(),
                "scratch": scratch.name,
            }
        finally:
            del os.environ[name]


_PROGRAM = """
import os, resource, socket
def changed(path):
    before = os.stat(path)
    os.chmod(path, before.st_mode ^ 0o010)
    os.utime(path, (1, 1))
    after = os.stat(path)
    if (after.st_mode, after.st_mtime) == (before.st_mode, before.st_mtime):
        raise PermissionError
def attempts(targets):
    yield "read a file of the grader", lambda: open(targets["file"]).close()
    yield "read the grader's environment", lambda: os.environ[targets["variable"]]
    yield "signal the grader", lambda: os.kill(targets["pid"], 0)
    yield "connect to this machine", lambda: socket.create_connection(("127.0.0.1", targets["port"]), 2).close()
    yield "send datagrams", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", ("192.0.2.1", 9))
    yield "make anonymous files", lambda: os.close(os.memfd_create("probe"))
    yield "change a file of the grader", lambda: changed(targets["scratch"])
    yield "limit the grader", lambda: resource.prlimit(targets["pid"], resource.RLIMIT_CORE)
    yield "write beside the interpreter", lambda: open(os.__file__ + ".probe", "w").close()
    yield "write into the root folder", lambda: open("/.probe", "w").close()
def attack(targets):
    found = []
    for what, action in attempts(targets):
        try:
            action()
        except (OSError, KeyError):
            continue
        found.append(what)
    return found
"""
