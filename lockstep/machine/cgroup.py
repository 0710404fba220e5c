"""The CPU quotas that Linux control groups put on this process, its own group's and every ancestor's.

Formats: the kernel's Documentation/admin-guide/cgroup-v2.rst ("cpu.max") and
Documentation/scheduler/sched-bwc.rst ("cpu.cfs_quota_us"); proc(5) for /proc/self/cgroup and
/proc/self/mountinfo.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `cpus` seconds of CPU in a second (0.5 is half a CPU), as the file `source` says."""

    cpus: float
    source: str


def quotas(root: Path = Path("/")) -> tuple[Quota, ...]:
    """Every quota in force, the process's own group first; empty without control groups.

    `root` is the folder that holds `proc` and `sys`: a test gives a tree of its own.
    A file that cannot be read or says nothing sensible limits nothing.
    """
    groups = _groups(root)
    found: dict[str, Quota] = {}
    for mount in _mounts(root):
        path = groups.get("" if mount.version == 2 else "cpu")
        if path is None:
            continue
        for folder in _with_ancestors(root / mount.point.lstrip("/"), mount.below(path)):
            quota = _quota_v2(folder) if mount.version == 2 else _quota_v1(folder)
            if quota is not None:
                source = "/" + str(folder.relative_to(root))
                found.setdefault(source, Quota(quota, source))
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class _Mount:
    version: int
    point: str
    root: str  # the group of the hierarchy that is seen at `point`

    def below(self, path: str) -> str:
        """The group `path` relative to what is mounted; "" when it lies outside (a container's view)."""
        if self.root == "/":
            return path.strip("/")
        if path == self.root or path.startswith(self.root + "/"):
            return path[len(self.root) :].strip("/")
        return ""


def _groups(root: Path) -> dict[str, str]:
    """Controller -> path of this process's group; the controller of version 2 is written ""."""
    groups: dict[str, str] = {}
    for line in _lines(root / "proc/self/cgroup"):
        parts = line.split(":", 2)
        if len(parts) == 3:
            for controller in parts[1].split(","):
                groups[controller] = parts[2]
    return groups


def _mounts(root: Path) -> Iterator[_Mount]:
    for line in _lines(root / "proc/self/mountinfo"):
        left, separator, right = line.partition(" - ")
        fields, described = left.split(), right.split()
        if not separator or len(fields) < 5 or len(described) < 3:
            continue
        if described[0] == "cgroup2":
            yield _Mount(2, fields[4], fields[3])
        elif described[0] == "cgroup" and "cpu" in described[2].split(","):
            yield _Mount(1, fields[4], fields[3])


def _with_ancestors(point: Path, below: str) -> Iterator[Path]:
    parts = [part for part in below.split("/") if part not in ("", "..")]
    for length in range(len(parts), -1, -1):
        yield point.joinpath(*parts[:length])


def _quota_v2(folder: Path) -> float | None:
    words = " ".join(_lines(folder / "cpu.max")).split()
    return _ratio(words[0], words[1] if len(words) > 1 else "100000") if words else None


def _quota_v1(folder: Path) -> float | None:
    quota, period = _lines(folder / "cpu.cfs_quota_us"), _lines(folder / "cpu.cfs_period_us")
    return _ratio(quota[0], period[0]) if quota and period else None


def _ratio(quota: str, period: str) -> float | None:
    """None for "max" (version 2) and for -1 (version 1), which both mean: no limit."""
    try:
        used, every = int(quota), int(period)
    except ValueError:
        return None
    return used / every if used > 0 and every > 0 else None


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return []
