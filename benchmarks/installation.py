"""From nothing to a JupyterLab that answers: this course from a clone by `make lab`, beside a plain environment for teaching.

Run as `python -m benchmarks.installation`. The plain one is jupyterlab, nbgrader, numpy, matplotlib and ipywidgets by the same uv.
Packages come from uv's cache, as on a machine that has installed them once; with `--cold` each side downloads all of them.
"""

import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import options
from benchmarks.pod.image import ROOT

PLAIN = ("jupyterlab", "nbgrader", "numpy", "matplotlib", "ipywidgets")
PATIENCE_S = 300


@dataclass(frozen=True)
class Installed:
    """Seconds from nothing until Lab answers, and the size of the environment."""

    seconds: float
    megabytes: float


def plain(folder: Path, environment: dict[str, str]) -> Installed:
    """A new environment with PLAIN, and its Lab."""
    began = time.monotonic()
    uv = shutil.which("uv", path=environment["PATH"]) or "uv"
    for command in (
        ["venv", "--quiet", "--python", sys.executable, "plain"],
        ["pip", "install", "--quiet", "--python", "plain", *PLAIN],
    ):
        subprocess.run([uv, *command], cwd=folder, env=environment, check=True)
    port = _free_port()
    root = ["--allow-root"] if hasattr(os, "getuid") and os.getuid() == 0 else []
    lab = [
        folder / "plain" / "bin" / "jupyter",
        "lab",
        "--no-browser",
        "--IdentityProvider.token=t",
        f"--port={port}",
        *root,
    ]
    ready = _until_it_answers(lab, folder, environment, port)
    return Installed(ready - began, _megabytes(folder / "plain"))


def course(folder: Path, environment: dict[str, str]) -> Installed:
    """A clone, and `make lab`."""
    began = time.monotonic()
    subprocess.run(
        ["git", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", "course"], cwd=folder, env=environment, check=True
    )
    clone = folder / "course"
    port = _free_port()
    lab = ["make", "--silent", "lab", f"PYTHON={sys.executable}", f"PORT={port}"]
    ready = _until_it_answers([*lab, "LAB_OPTIONS=--no-browser --IdentityProvider.token=t"], clone, environment, port)
    return Installed(ready - began, _megabytes(clone / ".venv"))


def _until_it_answers(command: list[str | Path], folder: Path, environment: dict[str, str], port: int) -> float:
    """Starts a server and ends it; when it first answered. Raises RuntimeError where it never does."""
    server = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/status", headers={"Authorization": "token t"})
    try:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and server.poll() is None:
            try:
                with urllib.request.urlopen(request, timeout=5) as answer:
                    json.load(answer)
                return time.monotonic()
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"{' '.join(map(str, command))}: no answer on port {port}")
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _megabytes(folder: Path) -> float:
    return sum(path.lstat().st_size for path in folder.rglob("*")) / 1e6


def measured(side: Callable[[Path, dict[str, str]], Installed], cold: bool) -> Installed:
    """One installation in a folder of its own, as somebody with a new home."""
    with tempfile.TemporaryDirectory(prefix="lockstep-installation-") as made:
        folder = Path(made)
        uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
        cache = subprocess.run([uv, "cache", "dir"], capture_output=True, text=True, check=True).stdout.strip()
        away = ("VIRTUAL_ENV", "PYTHON", "PYTEST", "MAKE", "JUPYTER")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(away)}
        environment |= {
            "HOME": str(folder),
            "PATH": f"{Path(uv).parent}{os.pathsep}{os.environ['PATH']}",
            "UV_CACHE_DIR": str(folder / "cache") if cold else cache,
        }
        return side(folder, environment)


def main() -> None:
    parser = options("installation", __doc__)
    parser.add_argument("--cold", action="store_true", help="with an empty cache: every package is downloaded")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    sides = {"plain environment": plain, "this course": course}
    found: dict[str, list[Installed]] = {name: [] for name in sides}
    for _ in range(1 if chosen.tiny else chosen.rounds):
        for name, side in sides.items():
            found[name].append(measured(side, chosen.cold))
    print(f"{'median of ' + str(len(found['this course'])):20} {'ready after s':>14} {'MB':>6}")
    for name, runs in found.items():
        seconds, megabytes = (
            statistics.median(getattr(run, part) for run in runs) for part in ("seconds", "megabytes")
        )
        print(f"{name:20} {seconds:14.1f} {megabytes:6.0f}")
    others, ours = (found[name] for name in sides)
    ratio = statistics.median(own.seconds / other.seconds for own, other in zip(ours, others, strict=True))
    print(
        f"in short: ready in {ratio:.2f} times the seconds and {ours[0].megabytes / others[0].megabytes:.2f} times the megabytes (aim: 1.2)"
    )


if __name__ == "__main__":
    main()
