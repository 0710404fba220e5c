"""A pod's limits on a program and all its children: one CPU, 1 GB, 64 MB of /dev/shm, an ordinary user; and what it used of them."""

import os
import shutil
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.pod.image import Image

CPUS, MEMORY, SHM = 1.0, 1_000_000_000, 64 * 2**20
NOBODY = 65534
_CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Used:
    """Wall and CPU seconds, and the most memory at any time, in bytes (anonymous and shared; files that are cached are not counted)."""

    seconds: float
    cpu: float
    memory: int


class Pod:
    """Runs programs of an image. `groups` are the control groups to divide, if any; `boxed`: with a /dev/shm and a user of its own."""

    def __init__(self, image: Image) -> None:
        self._image = image
        root = hasattr(os, "getuid") and os.getuid() == 0
        self.boxed = root and bool(shutil.which("bwrap"))
        self.groups = _own_groups(("cpu", "cpuacct", "memory")) if root else {}
        if root:
            for folder in (image.environment, image.home):
                subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", folder], check=True)

    @property
    def held(self) -> str:
        """What holds a program, in words."""
        cpu = (
            "a control group: 1 CPU of quota, 1 GB"
            if self.groups
            else "no control group: bound to one CPU, memory only measured"
        )
        shm = "64 MB of /dev/shm, user nobody" if self.boxed else "/dev/shm and user as they are"
        return f"{cpu}; {shm}; Python {self._image.version}"

    def run(self, program: list[str], folder: Path, patience: float) -> tuple[str, Used]:
        """What the program prints, and what it used. Raises RuntimeError where it fails or takes longer than `patience` seconds."""
        home = self._image.home
        environment = {
            "PATH": f"{self._image.environment / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(home),
            "LANG": "C.UTF-8",
        }
        with _divided(self.groups) as made:
            files = [str(group / "cgroup.procs") for group in made.values()]
            join = "".join(f"echo $$ > {file}; " for file in files)
            bound = [] if self.groups else ["taskset", "--cpu-list", str(min(os.sched_getaffinity(0)))]
            command = ["sh", "-c", f'{join}exec "$@"', "sh", *bound, *self._box(), *program]
            began = time.monotonic()
            process = subprocess.Popen(
                command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            watch = _Watch(process.pid, made)
            try:
                said, wrong = process.communicate(timeout=patience)
            except subprocess.TimeoutExpired:
                raise RuntimeError(f"not done after {patience:.0f} s") from None
            finally:
                _end(process, made)
                watch.stop()
            used = Used(time.monotonic() - began, watch.cpu, watch.memory)
        if process.returncode:
            raise RuntimeError(wrong[-3000:] or f"ended with {process.returncode}")
        return said, used

    def _box(self) -> list[str]:
        """The launcher that gives a /dev/shm of its own and drops to an ordinary user, who is let to the interpreter wherever it lies."""
        if not self.boxed:
            return []
        base, way = self._image.base, list(reversed(self._image.base.parents))
        private = [each for each in way if not each.stat().st_mode & 0o001][:1]
        hidden: list[str] = []
        for closed in private:  # covered by an empty folder, in which the interpreter alone lies
            below = [each for each in way if closed in each.parents]
            for kind, each in (("--tmpfs", closed), *(("--dir", each) for each in below)):
                hidden += ["--perms", "0755", kind, str(each)]
            hidden += ["--ro-bind", str(base), str(base)]
        shm = ["--perms", "1777", "--size", str(SHM), "--tmpfs", "/dev/shm"]
        caps = ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all"]
        return ["bwrap", "--dev-bind", "/", "/", *hidden, *shm, *caps, "--die-with-parent", "--", *user]


class _Watch:
    """Looks ten times a second how much memory is used, until it is stopped."""

    def __init__(self, pid: int, groups: dict[str, Path]) -> None:
        self.memory, self.cpu = 0, 0.0
        self._pid, self._groups, self._stopped = pid, groups, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
        if self._groups:
            self.cpu = int((self._groups["cpuacct"] / "cpuacct.usage").read_text()) / 1e9

    def _look(self) -> None:
        while not self._stopped.wait(0.1):
            with suppress(psutil.Error, OSError):
                self.memory = max(self.memory, self._of_group() if self._groups else self._of_tree())

    def _of_group(self) -> int:
        lines = (self._groups["memory"] / "memory.stat").read_text().splitlines()
        told = {name: int(number) for name, number in (line.split() for line in lines)}
        return told["rss"] + told.get("shmem", 0)

    def _of_tree(self) -> int:
        parent = psutil.Process(self._pid)
        tree = [parent, *parent.children(recursive=True)]
        times = [each.cpu_times() for each in tree]
        self.cpu = max(self.cpu, sum(sum(each[:4]) for each in times[:1]))
        return sum(each.memory_full_info().pss for each in tree)


def _own_groups(controllers: tuple[str, ...]) -> dict[str, Path]:
    """This process's own group of each controller of version 1; none where one of them cannot be divided."""
    found = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, named, path = line.split(":", 2)
        folder = _CGROUP / named / path.strip("/")
        if os.access(folder / "cgroup.procs", os.W_OK):
            found |= {controller: folder for controller in named.split(",") if controller in controllers}
    return found if len(found) == len(controllers) else {}


@contextmanager
def _divided(parents: dict[str, Path]) -> Iterator[dict[str, Path]]:
    """New groups with the limits, below the ones given; taken away at the end."""
    name = f"lockstep-{uuid.uuid4().hex[:8]}"
    made = {controller: parent / name for controller, parent in parents.items()}
    for group in set(made.values()):
        group.mkdir()
    try:
        if made:
            (made["cpu"] / "cpu.cfs_quota_us").write_text(str(int(CPUS * 100_000)))
            (made["memory"] / "memory.limit_in_bytes").write_text(str(MEMORY))
        yield made
    finally:
        for group in set(made.values()):
            group.rmdir()


def _end(process: subprocess.Popen[str], groups: dict[str, Path]) -> None:
    """Ends the program and whatever it left: a group is empty before it is taken away."""
    process.kill()
    process.communicate()
    until = time.monotonic() + 20
    while groups and time.monotonic() < until:
        left = [int(pid) for pid in (groups["memory"] / "cgroup.procs").read_text().split()]
        if not left:
            return
        for pid in left:
            with suppress(psutil.Error):
                psutil.Process(pid).kill()
        time.sleep(0.05)
