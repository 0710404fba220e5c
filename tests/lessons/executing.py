"""A notebook with solutions, executed once in a run of the tests, whichever test asks first."""

import os
import shutil
import time
from pathlib import Path

import nbclient
import nbformat
import psutil
from nbconvert.preprocessors import CoalesceStreamsPreprocessor

from autograder.authoring.catalogue import ROOT

PATIENCE_S = 400


def executed(path, tmp_path_factory):
    """The executed notebook; `path` is its source. Raises nbclient's errors, and AssertionError for a process that it leaves."""
    base = tmp_path_factory.getbasetemp()
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base  # one for all workers
    kept, begun = folder / f"executed-{path.name}", folder / f"executed-{path.name}.begun"
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            begun.touch(exist_ok=False)
            break
        except FileExistsError:
            if kept.exists():
                return nbformat.read(kept, 4)
            assert time.monotonic() < deadline, f"{path.stem}, executed by another test, does not come to its end"
            time.sleep(0.5)
    try:
        notebook = _execute(path, tmp_path_factory.mktemp(path.stem))
        partial = Path(f"{kept}.partial")
        nbformat.write(notebook, partial)
        partial.replace(kept)
    except BaseException:
        begun.unlink()
        raise
    return notebook


def _execute(path, place):
    for each in (ROOT / "notebooks" / path.stem).glob("*.json"):
        shutil.copy(each, place)
    # Where pytest's variable is set, ipykernel does not show what child processes print.
    os.environ.pop("PYTEST_CURRENT_TEST", None)
    before = {process.pid for process in psutil.process_iter()}
    notebook = nbformat.read(path, 4)
    nbclient.NotebookClient(
        notebook, timeout=180, kernel_name="python3", resources={"metadata": {"path": str(place)}}
    ).execute()
    deadline = time.monotonic() + 30  # on a busy machine a process takes its time to go
    while left := _left(place, before):
        assert time.monotonic() < deadline, f"{path.stem} left {left}"
        time.sleep(0.2)
    # As JupyterLab saves it: what is printed one after another is one output.
    return CoalesceStreamsPreprocessor().preprocess(notebook, {})[0]


def _left(place, before):
    """Processes of a notebook's definitions that run in the folder `place`; other notebooks on this machine have others."""
    found = [process for process in psutil.process_iter(["cmdline", "cwd"]) if process.pid not in before]
    own = [process for process in found if process.info["cwd"] == str(place.resolve())]
    return [process for process in own if "notebook_" in " ".join(process.info["cmdline"] or [])]
