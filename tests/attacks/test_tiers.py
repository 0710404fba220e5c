"""Tiers are found by trying; what a weaker one holds, it really holds; a sandbox lives and ends with its grader."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import autograder.sandbox as sandbox
from autograder.__main__ import main
from autograder.sandbox import bubblewrap, cgroup, filter, tiers
from autograder.sandbox.inside.policy import Defences, Limits, Policy
from autograder.sandbox.launching import SandboxLauncher
from lockstep.checks.check import Check, run_checks
from lockstep.program.source import ModuleSource
from lockstep.student.session import Session
from tests.attacks.attack import LIMITS, alive, inhabitants, next_check_is_right, nothing_is_left, run
from tests.attacks.test_attacks import ATTACKS

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

PROJECT = Path(__file__).resolve().parents[2]

# What Landlock, seccomp and limits hold without any namespace.
HELD_IN_C = """
    a lock taken twice
    more threads than allowed
    a session of its own, twice forked
    deaf to polite signals
    under the name of a fork server
    one list that grows
    shared and anonymous
    in a file that has no name
    without end
    one large file
    open files without end
    a shared-memory segment
    a named semaphore
    without a word
    to its parent
    to the process that grades
    the hidden checks by their path
    the references by import
    environment of this one
    memory of its keeper
    tracing its keeper
    a listener of this machine
    an abstract socket of this machine
    sockets of the kernel and of the virtual machine
    in a kernel keyring
    in the modules of the warm process
    a marker in the machine's own folder
    by mount
    by a user namespace
    by the namespaces of its keeper
    by limits raised again
    about what is left behind
    in large buffers of sockets
    in large buffers of sockets, asked for with bits that the kernel does not read
    limits of its keeper
    limits of the process that grades
    priority of its keeper
    the mode and the times of a file that is not its own
    folders in each other, deeper than a stack, and some that are shut
    in the buffers of many sockets
""".strip().splitlines()

PROGRAM = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.shared_memory import SharedMemory
def square(number):
    return number * number
def write(name):
    segment = SharedMemory(name)
    segment.buf[0] = 7
    segment.close()
def attack(method):
    context = multiprocessing.get_context(method)
    with context.Pool(2) as pool:
        assert pool.map(square, [1, 2, 3]) == [1, 4, 9]
    pool.join()
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        assert list(executor.map(square, [1, 2])) == [1, 4]
    with context.Manager() as manager:
        assert manager.list([1, 2])[1] == 2
    segment = SharedMemory(create=True, size=10)
    process = context.Process(target=write, args=(segment.name,))
    process.start()
    process.join()
    written = segment.buf[0]
    segment.close()
    segment.unlink()
    assert written == 7
    return "held"
"""


@pytest.fixture(scope="module")
def tier_c(host):
    reason = tiers.why_not("C")
    if reason:
        pytest.skip(f"tier C does not work here: {reason}")
    with contextlib.closing(SandboxLauncher("C", LIMITS)) as made:
        made.start().stop()
        yield made


@pytest.mark.parametrize("name", [line.strip() for line in HELD_IN_C])
def test_an_attack_is_held_without_namespaces(name, tier_c, host):
    attack = next(attack for attack in ATTACKS if attack.name == name)
    before = inhabitants(tier_c)

    result = run(tier_c, attack.program, host, attack.limit)

    assert attack.verdict in result.explanation, result.explanation
    assert result.passed == (attack.verdict == ""), result.explanation
    nothing_is_left(tier_c, before)
    next_check_is_right(tier_c)
    assert not os.path.exists(host["marker"])


@pytest.mark.parametrize(
    "name", ["the mode and the times of a file that is not its own", "limits of the process that grades"]
)
def test_without_the_filter_of_system_calls_it_is_not_held_there(name, tier_c, host):
    attack = next(attack for attack in ATTACKS if attack.name == name)
    with contextlib.closing(SandboxLauncher("C", LIMITS, Defences(system_calls=False))) as bare:
        result = run(bare, attack.program, host, attack.limit)
    assert "through" in result.explanation, result.explanation


@pytest.mark.parametrize("method", ["fork", "spawn", pytest.param("forkserver", marks=pytest.mark.slow)])
def test_everything_a_lesson_uses_works_in_the_sandbox(method, launcher):
    result = run(launcher, PROGRAM, method, 60.0)
    assert result.passed, result.explanation + result.detail + result.output


@pytest.mark.slow
def test_everything_a_lesson_uses_works_without_namespaces(tier_c):
    result = run(tier_c, PROGRAM, "spawn", 60.0)
    assert result.passed, result.explanation + result.detail + result.output


def test_the_list_of_fonts_is_there_and_not_made_anew(host):
    import matplotlib.font_manager  # which makes the list, if this machine has none yet

    assert matplotlib.font_manager.fontManager.ttflist
    bubblewrap.binds.cache_clear()
    with contextlib.closing(SandboxLauncher("B")) as launcher:
        result = run(launcher, _FONTS, host, 60.0)
    assert result.passed, result.explanation


_FONTS = """
import os, matplotlib.font_manager
def attack(host):
    folder = matplotlib.get_cachedir()
    matplotlib.font_manager.findfont("DejaVu Sans")
    files = [name for name in os.listdir(folder) if name.startswith("fontlist")]
    return "held" if files and all(os.path.islink(os.path.join(folder, name)) for name in files) else f"{folder} {files}"
"""


def test_namespaces_are_found_by_trying():
    assert tiers.why_not("B") == ""


def test_a_sandbox_that_lets_a_program_through_is_not_taken(monkeypatch):
    monkeypatch.setattr(tiers, "_PROGRAM", "def attack(targets):\n    return ['read a file of the grader']\n")
    assert "could read a file of the grader" in tiers.why_not("B")


def test_without_bubblewrap_the_next_tier_is_taken_and_the_doctor_says_what_to_install(monkeypatch, tier_c, capsys):
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda name: None)
    monkeypatch.setattr(sys.modules["autograder.sandbox.doctor"], "probe", tiers.probe.__wrapped__)
    assert main(["doctor"]) == 0
    told = capsys.readouterr().out
    assert "Sandbox: tier C" in told
    assert "Not tier B: " in told
    assert "apt install bubblewrap" in told
    assert "/dev/shm" in told.split("It does not hold:")[1]


def test_without_anything_grading_is_refused_unless_it_is_asked_for(monkeypatch):
    nothing = tiers.Probe("D", (("A", "no A"), ("B", "no B"), ("C", "no C")))
    monkeypatch.setattr(sandbox, "probe", lambda: nothing)
    with pytest.raises(sandbox.NoSandbox, match=r"--unsandboxed(.|\n)*Not tier B: no B"):
        sandbox.launcher()
    launcher = sandbox.launcher(unsandboxed=True)
    assert launcher.tier == "D"
    assert "without a sandbox" in launcher.describe()


def test_a_cgroup_is_put_around_the_sandbox_where_systemd_gives_one():
    words = cgroup.wrapped(["bwrap"], Limits(memory=100 * 2**20, processes=10))
    assert words[0] == "systemd-run"
    assert f"MemoryMax={(100 + 256) * 2**20}" in words
    assert "TasksMax=60" in words
    assert words[-2:] == ["--", "bwrap"]


def test_memory_is_capped_by_the_cgroup_where_there_is_one(host):
    if reason := cgroup.missing():
        pytest.skip(f"tier A does not work here: {reason}")
    assert tiers.why_not("A") == ""


def test_the_filter_is_compiled_for_this_machine():
    program = filter.program(True, False, True)
    assert program
    assert len(program) % 8 == 0
    assert filter.program(False, False, True) != program


def test_a_policy_crosses_into_the_sandbox_unchanged():
    policy = Policy("C", LIMITS, filter="abc", readable=("/usr", "/lib"))
    assert Policy.of_text(policy.to_text()) == policy


def test_a_sandbox_that_cannot_start_is_no_learners_fault(monkeypatch):
    monkeypatch.setattr(SandboxLauncher, "_command", lambda self, descriptor: ["/bin/false"])
    with contextlib.closing(SandboxLauncher("B", LIMITS)) as broken:
        check = Check("anything", lambda student: student.attack(), 10.0)
        report = run_checks("any", [check], lambda limit: Session(ModuleSource(), ModuleSource(), broken, limit))
    (result,) = report.results
    assert not result.passed
    assert result.infrastructure
    assert "does not start" in result.explanation


def test_a_killed_zygote_is_started_again(host):
    with contextlib.closing(SandboxLauncher("B", LIMITS)) as launcher:
        next_check_is_right(launcher)
        for pid in inhabitants(launcher):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        next_check_is_right(launcher)


def test_a_sandbox_outlives_the_thread_that_started_it():
    with contextlib.closing(SandboxLauncher("B", LIMITS)) as launcher:
        thread = threading.Thread(target=next_check_is_right, args=(launcher,))
        thread.start()
        thread.join()
        first = launcher.process_id
        next_check_is_right(launcher)
        assert launcher.process_id == first


def test_a_sandbox_ends_when_its_grader_is_killed():
    grader = subprocess.Popen(
        [sys.executable, "-c", _GRADER], stdout=subprocess.PIPE, text=True, cwd=PROJECT, start_new_session=True
    )
    pids = [int(word) for word in grader.stdout.readline().split()]
    assert len(pids) > 2
    grader.kill()
    grader.wait()
    deadline = time.monotonic() + 60
    while (left := alive({*pids})) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left


_GRADER = """
import psutil, time
from autograder.sandbox.launching import SandboxLauncher
from lockstep.student.session import Session, Student
from lockstep.program.source import ModuleSource
launcher = SandboxLauncher("B")
source = ModuleSource.of_text("def attack():\\n    while True:\\n        pass\\n")
session = Session(source, ModuleSource(), launcher, 60)
session.open_service("lockstep.student.inside.calls")
print(*(process.pid for process in psutil.Process().children(recursive=True)), flush=True)
time.sleep(600)
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_attack_is_held_for_an_ordinary_user_too(tmp_path_factory):
    if os.getuid() != 0:
        pytest.skip("these tests run as an ordinary user already")
    python = shutil.which(f"python3.{sys.version_info.minor}", path="/usr/bin:/usr/local/bin")
    if python is None:
        pytest.skip("there is no interpreter here that another user can read")
    environment = Path("/var/tmp") / f"lockstep-attack-{os.getpid()}"
    (environment / "bin").mkdir(parents=True)
    (environment / "own").mkdir()
    os.chmod(environment / "own", 0o777)
    try:
        # A virtual environment for the system's interpreter with the packages of this one.
        (environment / "bin" / "python").symlink_to(python)
        (environment / "lib").symlink_to(Path(sys.prefix) / "lib")
        (environment / "pyvenv.cfg").write_text(f"home = {Path(python).parent}\n")
        words = ["setpriv", "--reuid=65533", "--regid=65533", "--clear-groups", "--inh-caps=-all", "env", "-i"]
        words += ["PATH=/usr/bin:/bin", "HOME=/tmp", "PYTHONDONTWRITEBYTECODE=1", str(environment / "bin" / "python")]
        words += ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--basetemp", str(environment / "own" / "temporary")]
        words += ["tests/attacks/test_attacks.py", "tests/attacks/test_defences.py"]
        if sys.prefix.startswith("/tmp/"):
            # The link to this environment's packages leads into /tmp, which is another one in the sandbox.
            proof = "test_without_a_defence_its_attack_gets_through[files-the hidden checks by their path]"
            words += ["--deselect", f"tests/attacks/test_defences.py::{proof}"]
        ran = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, timeout=800, check=False)
        assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
        assert " passed" in ran.stdout
        assert "skipped" not in ran.stdout
    finally:
        shutil.rmtree(environment, ignore_errors=True)
