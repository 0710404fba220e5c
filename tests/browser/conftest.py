"""JupyterLab in headless Chromium, on a learner's own copy of the notebooks."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from autograder.authoring.catalogue import ROOT
from lockstep.workspace import CONFIG, for_learners, quieten, update


@pytest.fixture(scope="session")
def work(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("course") / "work"
    update(ROOT / "notebooks", folder)
    for_learners(folder)
    quieten()
    return folder


@pytest.fixture(scope="session")
def lab(work, tmp_path_factory):
    """The address of a running JupyterLab, whose commands a page can call."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    home = tmp_path_factory.mktemp("home")
    # Where pytest's variable is set, ipykernel does not show what child processes print.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment["JUPYTER_CONFIG_PATH"] = str(work / CONFIG)
    environment |= {"HOME": str(home), "JUPYTER_CONFIG_DIR": str(home / "config"), "IPYTHONDIR": str(home / "ipython")}
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1"),
            *(
                "--IdentityProvider.token=",
                "--LabApp.expose_app_in_browser=True",
                "--JupyterNotebookApp.expose_app_in_browser=True",
                f"--notebook-dir={work}",
            ),
        ],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 90
        while True:
            try:
                urllib.request.urlopen(f"{address}/api", timeout=5).close()
                break
            except OSError:
                assert server.poll() is None, "JupyterLab ended before it was ready"
                assert time.monotonic() < deadline, "JupyterLab did not become ready"
                time.sleep(0.3)
        yield address
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(60_000)
    yield page
    page.close()
