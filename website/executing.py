"""Released notebooks, executed once: kept by what they and the course's code say, so that nothing is run twice."""

import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 600  # for a cell: some measure


def executed(path: Path, kept: Path) -> Any:
    """The notebook at `path` with its outputs, from the folder `kept` where it was executed before.

    What fails is an output like any other. Released notebooks hold no answers, so that none can be in their outputs.
    """
    place = kept / f"{path.stem}-{_told(path)[:16]}.ipynb"
    if not place.exists():
        notebook = nbformat.read(path, 4)
        with tempfile.TemporaryDirectory(prefix="lockstep-site-") as folder:
            beside = shutil.copytree(path.parent, Path(folder) / path.stem)
            _run(notebook, beside)
        kept.mkdir(parents=True, exist_ok=True)
        for old in kept.glob(f"{path.stem}-*.ipynb"):
            old.unlink()
        nbformat.write(notebook, place)
    return nbformat.read(place, 4)


def is_kept(path: Path, kept: Path) -> bool:
    """Whether `executed` has nothing to run."""
    return (kept / f"{path.stem}-{_told(path)[:16]}.ipynb").exists()


def _run(notebook: Any, folder: Path) -> None:
    # Where pytest's variable is set, ipykernel does not show what child processes print.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    client = NotebookClient(
        notebook,
        timeout=PATIENCE_S,
        kernel_name="python3",
        allow_errors=True,
        store_widget_state=False,  # our views save what a page needs themselves
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # which the kernel echoes to


def _told(path: Path) -> str:
    """What the outputs follow from: the notebook and what lies beside it, the package's code, and the interpreter."""
    code = sorted((ROOT / "lockstep").rglob("*.py")) + sorted((ROOT / "lockstep").rglob("*.js"))
    digest = hashlib.sha256(platform.python_version().encode())
    for file in [*sorted(path.parent.glob("*.*")), *code, ROOT / "uv.lock"]:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
