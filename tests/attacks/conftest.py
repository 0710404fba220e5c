"""What the attacks aim at, all of it the tests' own: a listener on loopback, a hidden file, an environment variable."""

import contextlib
import os
import socket
import threading
from pathlib import Path

import pytest

from autograder.sandbox.bubblewrap import inside
from autograder.sandbox.filter import library
from autograder.sandbox.inside.policy import Defences
from autograder.sandbox.launching import SandboxLauncher
from tests.attacks.attack import LIMITS, PATIENCE, TOKEN

SECRET = "LOCKSTEP_ATTACK_SECRET"


@pytest.fixture(scope="session")
def host():
    """What an attack may know of the world outside; the grader's secrets are really there to be found."""
    token = TOKEN
    os.environ[SECRET] = token
    marker = f"/tmp/lockstep-attack-{token}"
    Path(f"{marker}-file").touch()
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(_listener(socket.AF_INET, ("127.0.0.1", 0))).getsockname()[1]
        stack.enter_context(_listener(socket.AF_UNIX, f"\0lockstep-attack-{token}"))
        yield {
            "port": port,
            "abstract": f"\0lockstep-attack-{token}",
            "secret": token,
            "secret_name": SECRET,
            "pid": os.getpid(),
            "marker": marker,
            "file": f"{marker}-file",
            "patience": PATIENCE,
            "calls": {
                name: library().seccomp_syscall_resolve_name(name.encode())
                for name in ("add_key", "clone", "io_setup", "setsockopt")
            },
            "hidden": inside(str(Path(__file__).resolve())),
            "autograder": str(Path(__file__).resolve().parents[2] / "autograder"),
        }
    for path in (marker, f"{marker}-file", f"/dev/shm/lockstep-attack-{token}"):
        with contextlib.suppress(OSError):
            os.unlink(path)


@pytest.fixture(scope="session")
def launcher(host):
    with contextlib.closing(SandboxLauncher("B", LIMITS)) as made:
        made.start().stop()
        yield made


@pytest.fixture
def without(host):
    """A launcher with these defences switched off."""
    with contextlib.ExitStack() as stack:

        def made(*names):
            launcher = SandboxLauncher("B", LIMITS, Defences(**dict.fromkeys(names, False)))
            return stack.enter_context(contextlib.closing(launcher))

        yield made


@contextlib.contextmanager
def _listener(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.bind(address)
        listening.listen(8)
        threading.Thread(target=_accept, args=(listening,), daemon=True).start()
        yield listening
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)


def _accept(listening):
    with contextlib.suppress(OSError):
        while True:
            listening.accept()[0].close()
