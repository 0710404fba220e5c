"""A class on a JupyterHub: an instructor and two students, each with a user id of the system, from release to feedback."""

import importlib.util
import json
import os
import random
import re
import shutil
import socket
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from autograder.authoring.build import build
from autograder.authoring.catalogue import ROOT
from tests.grading.conftest import EXERCISES, LESSON, Course
from tests.hub.hub import Hub

GUIDE = (ROOT / "docs" / "hub.md").read_text()
SQUARE = "def double(number):\n    return number ** 2\n"


@pytest.fixture
def folder():
    """A folder that everybody may enter, unlike those of pytest."""
    made = Path(tempfile.mkdtemp(prefix="lockstep-hub-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def proxy(folder: Path) -> str:
    """configurable-http-proxy, from npm if it is not installed."""
    if found := shutil.which("configurable-http-proxy"):
        return found
    if shutil.which("npm") is None:
        pytest.skip("neither configurable-http-proxy nor npm is installed")
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder / "npm")]
    try:
        subprocess.run([*command, "configurable-http-proxy@5"], capture_output=True, text=True, timeout=100, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"npm gives no configurable-http-proxy: {str(error.stderr)[-300:]}")
    return str(folder / "npm/node_modules/.bin/configurable-http-proxy")


def free_ports(number: int) -> list[int]:
    """Ports that nobody has, below those that systems give to whoever asks for any: nobody comes by them meanwhile."""
    found = []
    for port in random.sample(range(20_000, 32_000), 100):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found.append(port)
    return found[:number]


def configurations() -> tuple[str, str]:
    """nbgrader's configuration for everybody and that of the instructor, as the guide has them."""
    everybody, instructor = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    return re.sub(r"^   ", "", everybody, flags=re.MULTILINE), re.sub(r"^   ", "", instructor, flags=re.MULTILINE)


def prepare(hub: Hub, everybody: Path) -> Path:
    """What the guide sets up once; returns the instructor's course directory."""
    exchange = hub.folder / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    text, own = configurations()
    everybody.mkdir()
    (everybody / "nbgrader_config.py").write_text(text.replace("/srv/nbgrader/exchange", str(exchange)))
    home = hub.homes["ada"]
    (home / ".jupyter").mkdir()
    (home / ".jupyter" / "nbgrader_config.py").write_text(own)
    course = home / "lockstep"
    shutil.copytree(EXERCISES, course / "autograder" / "exercises" / "numbers")
    (course / "lessons" / "numbers").mkdir(parents=True)
    (course / "lessons" / "numbers" / "numbers.py").write_text(LESSON)
    build(course)
    shutil.rmtree(course / "autograder")  # here the clone is this checkout, which everybody imports
    shutil.copy(ROOT / "nbgrader_config.py", course)
    for where, folders, files in os.walk(home):
        for name in (".", *folders, *files):
            os.chown(Path(where, name), hub.users["ada"], hub.users["ada"])
    return course


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_students_and_an_instructor_go_from_release_to_feedback(folder):
    if importlib.util.find_spec("jupyterhub") is None:
        pytest.skip("jupyterhub is not installed: uv sync --inexact --group hub")
    if os.geteuid() != 0 or shutil.which("unshare") is None or subprocess.run(["unshare", "-m", "true"]).returncode:
        pytest.skip("only root can make users without touching those of the machine")
    everybody = folder / "jupyter"
    environment = {"JUPYTER_CONFIG_PATH": str(everybody)}
    hub = Hub(folder, ["ada", "ben", "cleo"], proxy(folder), environment, free_ports(3))
    course = prepare(hub, everybody)
    unit = {"course_id": "lockstep", "assignment_id": "numbers"}
    with hub:
        for user in hub.users:
            hub.start_server(user)
        for user in hub.users:
            hub.wait_for_server(user)
        hub.nbgrader("ada", "formgrader/api/assignment/numbers/release")
        for student, answers in (("ben", {}), ("cleo", {"double": SQUARE})):
            answer = hub.ask(
                "POST", f"/user/{student}/assignments/fetch?course_id=lockstep&assignment_id=numbers", **unit
            )
            assert json.loads(answer)["success"] if isinstance(answer, str) else answer["success"], answer
            notebook = Course(course).answered(**answers)
            saved = {"type": "notebook", "format": "json", "content": json.loads(json.dumps(notebook))}
            hub.ask("PUT", f"/user/{student}/api/contents/numbers/numbers.ipynb", **saved)
            hub.nbgrader(student, "assignments/submit?course_id=lockstep&assignment_id=numbers", **unit)
        hub.nbgrader("ada", "formgrader/api/assignment/numbers/collect")
        assert sorted(path.name for path in (course / "submitted").iterdir()) == ["ben", "cleo"]
        said = hub.types("ada", "python -m autograder grade numbers", course)
        assert "tier" in said
        hub.types("ada", "python -m autograder report numbers", course)
        hub.nbgrader("ada", "formgrader/api/assignment/numbers/release_feedback")
        found = hub.ask("GET", "/user/ada/formgrader/api/submissions/numbers")
        found = json.loads(found) if isinstance(found, str) else found
        assert {one["student"]: one["score"] for one in found} == {"ben": 6.0, "cleo": 4.0}
        for student, words in (("ben", "all 4 checks hold"), ("cleo", "2 of 4 checks hold")):
            hub.nbgrader(student, "assignments/fetch_feedback?course_id=lockstep&assignment_id=numbers", **unit)
            (page,) = (hub.homes[student] / "numbers" / "feedback").glob("*/numbers.html")
            assert page.stat().st_uid == hub.users[student]
            assert words in page.read_text()
