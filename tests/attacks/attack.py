"""An attack: a small program, the verdict that it must get, and how to run it and see what it left behind."""

import contextlib
import textwrap
import time
import uuid
from dataclasses import dataclass
from glob import glob
from typing import Any

import psutil

from autograder.sandbox.inside.policy import MIB, Limits
from autograder.sandbox.launching import SandboxLauncher
from lockstep.checks.check import Check, run_checks
from lockstep.checks.report import CheckResult
from lockstep.checks.rewriting import explaining
from lockstep.program.source import ModuleSource
from lockstep.student.session import Session

TOKEN = uuid.uuid4().hex  # in the names of all that attacks leave on this machine: others may run them too
PATIENCE = 20.0  # seconds for which an attack waits for its end, however late somebody looks at it
HELD = ""  # the attack came back and said "held"
THROUGH = "'through'"  # stands in the explanation of an attack that reached its aim
HANGS = "did not come back"

LIMITS = Limits(
    memory=320 * MIB,
    processes=40,
    file_size=16 * MIB,
    temporary=24 * MIB,
    shared=32 * MIB,
    inodes=1000,
    open_files=200,
    sockets=400,
    output=4 * MIB,
)


@dataclass(frozen=True)
class Attack:
    """`program` defines `attack(host)`; `host` tells it what there is outside (see conftest).

    It returns "through" if it reached its aim, and "held" if not. `verdict` is a part of the explanation that the
    failed check gives, HELD if the check passes. `then` is a second program, run in the next check, that must return
    "held".
    """

    kind: str
    name: str
    program: str
    verdict: str = HELD
    detail: str = ""
    limit: float = 30.0
    then: str = ""

    def __str__(self) -> str:
        return f"{self.kind}-{self.name}".replace(" ", "-").replace(",", "")


def hanging(kind: str, name: str, program: str, detail: str = "", verdict: str = HANGS) -> Attack:
    return Attack(kind, name, program, verdict, detail, limit=2.0)


def run(launcher: SandboxLauncher, program: str, host: dict[str, Any], limit: float = 30.0) -> CheckResult:
    """The result of a check that calls the program's `attack(host)` and wants "held" to come back."""

    def judge(student):
        answer = student.attack(host)
        came = f"it came back with {answer!r:.300}"
        assert type(answer) is str, came
        assert answer == "held", came

    source = ModuleSource.of_text(textwrap.dedent(program))
    report = run_checks(
        "attack",
        [Check("the attack is held", judge, limit)],
        lambda seconds: Session(source, ModuleSource(), launcher, seconds),
    )
    assert "\x1b" not in report.text(), "a report must not steer a terminal"
    return report.results[0]


def next_check_is_right(launcher: SandboxLauncher) -> None:
    """Two checks on the same launcher: a right answer passes and a wrong one does not."""

    def judge(student):
        assert student.total([1, 2, 3]) == 6

    def results(text):
        source = ModuleSource.of_text(text)
        checks = [Check("the total is right", explaining(judge), 30.0)]
        return run_checks("next", checks, lambda seconds: Session(source, ModuleSource(), launcher, seconds)).results

    (right,) = results("def total(items):\n    return sum(items)\n")
    assert right.passed, right.explanation
    (wrong,) = results("def total(items):\n    return 7\n")
    assert not wrong.passed
    assert "should be 6, but is 7" in wrong.explanation


def inhabitants(launcher: SandboxLauncher) -> set[int]:
    """The processes of the sandbox as the host sees them."""
    zygote = launcher.process_id
    return {process.pid for process in psutil.Process(zygote).children(recursive=True)}


def nothing_is_left(launcher: SandboxLauncher, before: set[int]) -> None:
    """No process beside those that were there, and nothing in the host's shared memory and temporary folders."""
    deadline = time.monotonic() + 60  # a namespace is taken down after its first process has gone
    while (new := alive(inhabitants(launcher) - before)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not new, f"{len(new)} processes are left"
    left = [path for where in ("/dev/shm", "/tmp/lockstep-*") for path in glob(f"{where}/*{TOKEN}*")]
    assert not left, f"{left} are left"


def alive(pids: set[int]) -> set[int]:
    """Those of the processes that run; who has ended and waits to be joined does not."""
    found = set()
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                found.add(pid)
    return found
