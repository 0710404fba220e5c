"""What a stranger has who installs the wheel, and nothing else, into an environment of their own (`make wheel`)."""

import os
import subprocess
from importlib.metadata import version

import nbformat
import pytest

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
    assert files(installed) == files(ROOT / "lockstep"), "run `make wheel`"
    assert not [name for name in ("autograder", "tests", "benchmarks", "source") if (installed.parent / name).exists()]


@pytest.mark.parametrize("name", ["nbgrader", "jupytext", "notebook", "autograder"])
def test_what_only_teaching_needs_is_not_there(installed, tmp_path, name):
    code, said = run(tmp_path, "python", "-c", f"import {name}")
    assert code != 0
    assert f"No module named '{name}'" in said


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
    assert run(tmp_path, "python", "-m", "lockstep.workspace", ROOT / "notebooks", "work")[0] == 0
    (path,) = (tmp_path / "work").glob(f"*-{unit}/*.ipynb")
    code, said = run(path.parent, "jupyter", "execute", "--inplace", "--allow-errors", path.name)
    assert code == 0, said
    cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    errors = [output for cell in cells for output in cell.outputs if output.output_type == "error"]
    assert all(cell.execution_count for cell in cells)
    assert errors, "nothing is solved"
    assert {error.ename for error in errors} == {"ChecksFailed"}, errors
