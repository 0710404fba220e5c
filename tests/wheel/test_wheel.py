"""What a stranger has who installs the wheel, and nothing else, into an environment of their own (`make wheel`)."""

import json
import os
import queue
import shutil
import subprocess
import time
import urllib.request
from contextlib import suppress
from importlib.metadata import version

import nbformat
import pytest
from jupyter_client import BlockingKernelClient

from autograder.authoring.catalogue import ROOT

ENVIRONMENT = ROOT / ".venv-wheel"
PROGRAMS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed():
    """The folder of the installed package."""
    assert ENVIRONMENT.exists(), "run `make wheel`"
    (found,) = ENVIRONMENT.rglob("site-packages/lockstep")
    return found


def run(folder, program, *arguments):
    """(exit code, what it said) of a program of the environment, run in `folder` as by somebody who knows no pytest."""
    away = ("PYTEST", "PYTHON", "VIRTUAL_ENV", "UV_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(away)}
    done = subprocess.run(
        [PROGRAMS / program, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    return done.returncode, done.stdout + done.stderr


def files(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_it_holds_lockstep_whole_and_nothing_else_of_ours(installed):
    own, course = files(installed), files(installed / "course")
    assert course == files(ROOT / "notebooks"), "run `make wheel`"
    assert {path: own[path] for path in own if path.parts[0] != "course"} == files(ROOT / "lockstep"), (
        "run `make wheel`"
    )
    assert not [path for path in own if path.name == ".solutions.json"]
    assert not [name for name in ("autograder", "tests", "benchmarks", "source") if (installed.parent / name).exists()]


@pytest.mark.parametrize("name", ["nbgrader", "jupytext", "notebook", "autograder"])
def test_what_only_teaching_needs_is_not_there(installed, tmp_path, name):
    code, said = run(tmp_path, "python", "-c", f"import {name}")
    assert code != 0
    assert f"No module named '{name}'" in said


def test_what_units_14_and_15_ask_for_can_be_installed_from_a_cell(installed, tmp_path):
    assert run(tmp_path, "python", "-c", "import numba")[0] != 0
    _, said = run(tmp_path, "python", "-m", "pip", "install", "--dry-run", "--no-index", "numba")
    assert "No matching distribution found for numba" in said, "there is a pip, and no network"


def test_whoever_teaches_without_the_extra_is_told_so(installed):
    code, said = run(ROOT, "python", "-m", "autograder", "build")
    assert code != 0
    assert "lockstep-course[teach]" in said
    assert "Traceback" not in said


def test_it_knows_its_version(installed, tmp_path):
    code, said = run(tmp_path, "python", "-c", "import lockstep; print(lockstep.__version__)")
    assert (code, said) == (0, f"{version('lockstep-course')}\n")


@pytest.mark.timeout(400)
@pytest.mark.parametrize("unit", ["start", "races", "speedup"])
def test_a_released_notebook_runs_in_it(installed, tmp_path, unit):
    assert run(tmp_path, "lockstep", "--no-lab", "work")[0] == 0
    (path,) = (tmp_path / "work").glob(f"*-{unit}/*.ipynb")
    code, said = run(path.parent, "jupyter", "execute", "--inplace", "--allow-errors", path.name)
    assert code == 0, said
    cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    errors = [output for cell in cells for output in cell.outputs if output.output_type == "error"]
    assert all(cell.execution_count for cell in cells)
    assert errors, "nothing is solved"
    assert {error.ename for error in errors} == {"ChecksFailed"}, errors


@pytest.fixture
def opened(tmp_path):
    """(address, folder of a new user) of the course, which somebody opened who has uv and a wheel, and nothing else."""
    uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    (wheel,) = (ROOT / "dist").glob("*.whl")
    cache = subprocess.run([uv, "cache", "dir"], capture_output=True, text=True, check=True)
    reached = ("SSL_", "HTTP", "http", "NO_PROXY", "UV_INDEX", "UV_DEFAULT_INDEX")  # how this machine comes to packages
    environment = {name: value for name, value in os.environ.items() if name.startswith(reached)}
    environment |= {"HOME": str(tmp_path), "PATH": os.defpath, "UV_CACHE_DIR": cache.stdout.strip()}
    lab = ("--no-browser", "--", "--IdentityProvider.token=t")
    with open(tmp_path / "said", "w") as said:
        server = subprocess.Popen(
            [uv, "tool", "run", "--from", wheel, "lockstep", *lab],
            cwd=tmp_path,
            env=environment,
            stdout=said,
            stderr=said,
        )
    try:
        deadline = time.monotonic() + 200  # where nothing is in uv's cache yet
        while not (address := address_of_lab(tmp_path)):
            assert server.poll() is None, (tmp_path / "said").read_text()
            assert time.monotonic() < deadline, (tmp_path / "said").read_text()
            time.sleep(0.3)
        yield address, tmp_path
        asked(f"{address}/api/shutdown", {})
        server.wait(60)
    finally:
        server.kill()


def address_of_lab(home):
    """Where the server of this user answers, which has taken the next free port; "" as long as it does not."""
    with suppress(OSError, ValueError):
        (told,) = home.rglob("jpserver-*.json")
        address = f"http://127.0.0.1:{json.loads(told.read_text())['port']}"
        asked(f"{address}/api/status")
        return address
    return ""


def asked(address, data=None):
    """The server's answer, as text; with `data` it is told something."""
    body = None if data is None else json.dumps(data).encode()
    request = urllib.request.Request(address, body, {"Authorization": "token t", "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode()


def hear(client):
    """Waits until what the kernel shows is heard. The client's own way takes a heart that beats slowly for a dead one."""
    until = time.monotonic() + 120
    while True:
        client.kernel_info()
        try:
            client.get_iopub_msg(timeout=2)
            return
        except queue.Empty:
            assert time.monotonic() < until, "the kernel shows nothing"


@pytest.mark.timeout(400)
def test_who_has_only_uv_opens_the_course_and_its_check_cells_check(opened):
    address, home = opened
    assert "JupyterLab" in asked(f"{address}/lab/tree/00-start/00-start.ipynb")
    (opens,) = home.rglob("jpserver-*-open.html")
    assert "/lab/tree/00-start/00-start.ipynb?token" in opens.read_text(), "what the browser is given"
    name = "01-processes/01-processes.ipynb"
    notebook = nbformat.reads(json.dumps(json.loads(asked(f"{address}/api/contents/{name}"))["content"]), 4)
    checks = next(cell for cell in notebook.cells if cell.id == "run_all-checks")
    starter = next(cell for cell in notebook.cells if cell.id == "run_all")
    session = {"kernel": {"name": "python3"}, "name": "n", "path": name, "type": "notebook"}
    kernel = json.loads(asked(f"{address}/api/sessions", session))["kernel"]["id"]
    (connection,) = home.rglob(f"kernel-{kernel}.json")
    client = BlockingKernelClient(connection_file=str(connection))
    client.load_connection_file()
    client.start_channels()
    try:
        hear(client)
        seen = []
        for code in ("%load_ext lockstep", starter.source, checks.source):
            reply = client.execute_interactive(code, timeout=120, output_hook=seen.append)
        assert reply["content"]["ename"] == "ChecksFailed", "nothing is solved"
        assert "run_all" in json.dumps([message["content"] for message in seen])
    finally:
        client.stop_channels()
