"""What Binder builds, without Docker: a clean environment from the exported lock, and binder/postBuild run in the checkout."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Image:
    """An environment and a learner's home; `python` is the base interpreter's folder, which an ordinary user must reach."""

    environment: Path
    home: Path
    base: Path
    version: str


def build(folder: Path) -> Image:
    """Makes the image in `folder`, which others can read. Raises RuntimeError with what a step said."""
    environment, home = folder / "environment", folder / "home"
    uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    # Copied, not linked: the environment gets another owner, and uv's cache must not. Compiled, as by pip, which Binder installs with.
    told = os.environ | {"UV_LINK_MODE": "copy", "UV_COMPILE_BYTECODE": "1"}
    _said([uv, "venv", "--quiet", "--seed", "--no-project", "--python", _python(), environment], env=told)
    lock = ROOT / "binder" / "requirements.txt"
    _said([uv, "pip", "install", "--quiet", "--python", environment, "-r", lock], env=told)
    listed = _said(["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, home / name)
    path = f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}"
    _said([home / "binder" / "postBuild"], cwd=home, env=os.environ | {"PATH": path})
    asked = "import sys, platform; print(sys.base_prefix, platform.python_version())"
    base, version = _said([environment / "bin" / "python", "-c", asked]).split()
    return Image(environment, home, Path(base), version)


def _said(command: list[str | Path], **options: Any) -> str:
    """What a step prints. Raises RuntimeError with what it says where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[-3000:]}")
    return done.stdout


def _python() -> str:
    """Binder's Python where it is here, else the one that runs this."""
    found = sorted(Path.home().glob(".pyenv/versions/3.12.*/bin/python"))
    return str(found[-1]) if found else shutil.which("python3.12") or sys.executable
