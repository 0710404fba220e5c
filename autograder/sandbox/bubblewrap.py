"""The bubblewrap command that gives a zygote a file system with the interpreter, its packages and lockstep alone.

https://github.com/containers/bubblewrap: the program does the work; this decides what is bound where.
"""

import compileall
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import lockstep
from autograder.sandbox.inside.namespaces import FONTS, FONTS_LINKED
from autograder.sandbox.inside.policy import Defences, Policy

_NOBODY = 65534
_STRANGERS = range(1_900_000_000, 2_000_000_000)  # numbers of users that nothing else gives out
_STAGE = "/mnt"  # where root puts what the sandbox's user may not reach by its own path
_SYSTEM_FOLDERS = ("/lib", "/lib32", "/lib64")  # links into /usr nearly everywhere
_SYSTEM_PARTS = (
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
    "/etc/alternatives",
)
_AUTOGRADER = Path(__file__).resolve().parent.parent
_INSIDE = _AUTOGRADER / "sandbox" / "inside"
_LOCKSTEP = Path(lockstep.__file__).resolve().parent


@dataclass(frozen=True)
class Bind:
    """A file or folder of the host and where it stands in the sandbox, read-only."""

    source: str
    target: str


def program() -> str | None:
    """The path of bubblewrap, None where it is not installed."""
    return shutil.which("bwrap")


def complaint() -> str:
    """What bubblewrap or the interpreter in it says when they cannot start, "" if they can."""
    words = command(Policy(), 0)  # its standard input is no socket of requests, so a zygote that starts ends at once
    tried = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    last = (tried.stderr.strip() or "it gives no reason").splitlines()[-1]
    return "" if "non-socket" in last else last


def environment(packages: str = "") -> dict[str, str]:
    """The whole environment of a sandbox: nothing of the grader's. `packages`: a folder with links to our packages."""
    parents = (inside(str(package.parent)) for package in (_LOCKSTEP, _AUTOGRADER))
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": "/tmp",
        "MPLCONFIGDIR": FONTS_LINKED,
        "LANG": "C.UTF-8",
        "PYTHONPATH": packages or os.pathsep.join(dict.fromkeys(parents)),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


def inside(path: str) -> str:
    """Where a path of the host stands in the sandbox, whose /tmp and /dev/shm are not the host's."""
    return f"/host{path}" if path.startswith(("/tmp/", "/dev/shm/")) else path


def link_packages(folder: str) -> None:
    """Makes `folder` one from which the sandbox's packages can be imported, and nothing beside them be listed."""
    os.symlink(_LOCKSTEP, os.path.join(folder, "lockstep"))
    os.makedirs(os.path.join(folder, "autograder", "sandbox"))
    os.symlink(_INSIDE, os.path.join(folder, "autograder", "sandbox", "inside"))


def compile_packages() -> None:
    """Once, what a sandbox imports of ours: in there nothing can be written, and every process would compile it anew."""
    for folder in (_LOCKSTEP, _INSIDE):
        if not sys.dont_write_bytecode and os.access(folder, os.W_OK):
            compileall.compile_dir(folder, quiet=2)


@cache
def binds() -> tuple[Bind, ...]:
    """Everything of the host that a check needs, outer folders before those inside them."""
    found = {str(_LOCKSTEP), str(_INSIDE), *_SYSTEM_PARTS}
    # The interpreter of a virtual environment is a link, perhaps by way of others, to where its library is.
    executable = sys.executable
    prefixes = {sys.prefix, sys.base_prefix, os.path.dirname(os.path.dirname(executable))}
    while os.path.islink(executable):
        executable = os.path.join(os.path.dirname(executable), os.readlink(executable))
        prefixes.add(os.path.normpath(os.path.dirname(os.path.dirname(executable))))
    for prefix in prefixes - {"/usr"}:
        found.update(os.path.join(prefix, part) for part in ("bin", "lib", "lib64", "pyvenv.cfg"))
    found.update((executable, os.path.realpath(executable)))
    pairs = {Bind(os.path.realpath(path), inside(path)) for path in found if os.path.exists(path)}
    # matplotlib would look for fonts for three seconds in every process.
    settings = Path(os.environ.get("MPLCONFIGDIR") or Path.home() / ".cache" / "matplotlib")
    pairs.update(Bind(os.path.realpath(file), f"{FONTS}/{file.name}") for file in settings.glob("fontlist-*.json"))
    return tuple(sorted(pairs, key=lambda bind: (bind.target.count("/"), bind.target)))


def command(policy: Policy, descriptor: int) -> list[str]:
    """The command line of a zygote in bubblewrap that takes its requests from `descriptor`."""
    inner = ["-P", "-m", "autograder.sandbox.inside", str(descriptor), policy.to_text()]
    if os.getuid() == 0:
        return _as_nobody(policy.defences, inner)
    return [*_bwrap(policy.defences, lambda source: source), inside(sys.executable), *inner]


def _as_nobody(defences: Defences, inner: list[str]) -> list[str]:
    """As root: first a world in which everything needed can be read by another user, then bubblewrap as that user.

    Root would be exempt from the limit on processes, and could read every file. The kernel counts some things for each
    user, such as descriptors that are on their way and the buffers of pipes: every sandbox has a user of its own.
    """
    staged = {bind.source: f"{_STAGE}/{number}" for number, bind in enumerate(binds())}
    outer = [_program(), "--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--tmpfs", _STAGE]
    for source, target in staged.items():
        outer += ["--ro-bind", source, target]
    for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):
        outer += ["--cap-add", capability]
    user = ["--reuid", str(_stranger()), "--regid", str(_NOBODY), "--clear-groups", "--inh-caps=-all"]
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise OSError("setpriv (of util-linux) is not installed: as root the sandbox needs it to become another user")
    drop = [setpriv, *user, "--bounding-set=-all"]
    return [*outer, *drop, *_bwrap(defences, lambda source: staged.get(source, source)), inside(sys.executable), *inner]


def _stranger() -> int:
    """A user that no other sandbox has; nobody where this machine is a container with few users."""
    with open("/proc/self/uid_map") as file:
        ranges = [(int(first), int(number)) for first, _, number in map(str.split, file)]
    found = secrets.choice(_STRANGERS)
    return found if any(first <= found < first + number for first, number in ranges) else _NOBODY


def _bwrap(defences: Defences, staged: Callable[[str], str]) -> list[str]:
    words = [_program(), "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    if defences.network:
        words += ["--unshare-net"]
    if defences.files:
        for folder in _SYSTEM_FOLDERS:
            if os.path.islink(folder):
                words += ["--symlink", os.readlink(folder), folder]
            elif os.path.isdir(folder):
                words += ["--ro-bind", folder, folder]
    else:
        words += _whole_machine()
    for bind in binds():
        # In the host's own files everything is there already, but for what only root may read.
        if defences.files or bind.target.startswith("/root/"):
            words += ["--ro-bind", staged(bind.source), bind.target]
    words += ["--proc", "/proc", "--dev", "/dev"]
    if defences.private_folders:
        words += ["--dir", "/tmp"]
    else:
        words += ["--bind", "/tmp", "/tmp", "--bind", "/dev/shm", "/dev/shm"]
    words += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"]
    if defences.environment:
        words += ["--clearenv"]
    for name, value in environment().items():
        words += ["--setenv", name, value]
    return words


def _whole_machine() -> list[str]:
    """Every folder of the host, to read; what lies below its /tmp stands where `inside` says."""
    words = ["--ro-bind", "/tmp", inside("/tmp/").rstrip("/")]
    for name in sorted(set(os.listdir("/")) - {"proc", "dev", "tmp", "root"}):
        path = f"/{name}"
        if os.path.islink(path):
            words += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            words += ["--ro-bind", path, path]
    return words if os.getuid() == 0 else [*words, "--ro-bind", "/root", "/root"]


def _program() -> str:
    found = program()
    if found is None:
        raise OSError("bubblewrap is not installed (Debian and Ubuntu: apt install bubblewrap)")
    return found
