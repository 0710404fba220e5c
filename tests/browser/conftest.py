"""JupyterLab in headless Chromium, on a learner's own copy of the notebooks, which is as on the first day for every test."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from autograder.authoring.catalogue import ROOT
from lockstep.workspace import CONFIG, for_learners, quieten, update

PATIENCE_S = 180  # where other tests keep the cores busy


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """(address, folder of the notebooks) of a running JupyterLab, whose commands a page can call."""
    home, folder = (tmp_path_factory.mktemp(name) for name in ("home", "work"))
    for_learners(folder)
    quieten()
    # Where pytest's variable is set, ipykernel does not show what child processes print.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment["JUPYTER_CONFIG_PATH"] = str(folder / CONFIG)
    folders = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython"}
    environment |= {"HOME": str(home)} | {name: str(home / below) for name, below in folders.items()}
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0", "--ip=127.0.0.1"),
            *(
                "--IdentityProvider.token=",
                "--ServerApp.disable_check_xsrf=True",
                "--LabApp.expose_app_in_browser=True",
                "--JupyterNotebookApp.expose_app_in_browser=True",
                f"--notebook-dir={folder}",
            ),
        ],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield _address(process, home / "runtime"), folder
    finally:
        process.terminate()
        try:
            process.wait(60)  # it ends its kernels
        except subprocess.TimeoutExpired:
            process.kill()


def _address(process, runtime):
    """Where the server answers, once it does: it has taken a free port, and wrote down which."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with suppress(OSError, ValueError):
            (told,) = runtime.glob("jpserver-*.json")
            address = json.loads(told.read_text())["url"].rstrip("/")
            _asked(f"{address}/api")
            return address
        assert process.poll() is None, "JupyterLab ended before it was ready"
        assert time.monotonic() < deadline, "JupyterLab did not become ready"
        time.sleep(0.3)


def _asked(address, method="GET"):
    with urllib.request.urlopen(urllib.request.Request(address, method=method), timeout=60) as answer:
        return answer.read()


@pytest.fixture
def work(server) -> Path:
    """The learner's folder: nothing is changed, nothing was tried, and no kernel of another test is there."""
    address, folder = server
    for session in json.loads(_asked(f"{address}/api/sessions")):
        with suppress(urllib.error.HTTPError):  # its kernel has ended by itself
            _asked(f"{address}/api/sessions/{session['id']}", "DELETE")
    for each in folder.iterdir():
        if each.is_file():
            each.unlink()
        elif each.name != CONFIG:
            shutil.rmtree(each)
    update(ROOT / "notebooks", folder)
    return folder


@pytest.fixture
def lab(server, work):
    """The address of the JupyterLab of the learner's folder."""
    return server[0]


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(60_000)
    yield page
    page.close()
