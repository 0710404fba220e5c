"""The structure that must not erode: imports point one way, generated files are current, releases hold no answers."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache

import nbformat
import pytest
import yaml

import lockstep
from autograder.__main__ import COMMANDS
from autograder.authoring.build import build
from autograder.authoring.catalogue import ROOT, read_exercises
from autograder.authoring.parts import BEGIN

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
TEACH = {"nbgrader", "notebook", "jupytext", "tqdm", "copydetect", "jinja2", "bleach"}
PACKAGE_FILES = sorted((ROOT / "lockstep").rglob("*.py"))
ROOMS = ("sandbox", "grading", "authoring", "nbgrader", "gradebook", "report", "demo", "__main__")  # from below
ROOM_FILES = [path for room in ROOMS for path in sorted((ROOT / "autograder").glob(f"{room}.py"))]
ROOM_FILES += [path for room in ROOMS for path in sorted((ROOT / "autograder" / room).rglob("*.py"))]
RELEASED = sorted((ROOT / "notebooks").rglob("*.ipynb"))


def needed() -> set[str]:
    return {re.match(r"[\w-]+", line)[0] for line in PROJECT["dependencies"]}


def imported(text: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("path", PACKAGE_FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_lockstep_imports_nothing_of_the_autograder(path):
    assert not [name for name in imported(path.read_text()) if name.split(".")[0] in ("autograder", "tests")]


@pytest.mark.parametrize("path", ROOM_FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_room_of_the_autograder_imports_no_room_above_it(path):
    own = path.relative_to(ROOT / "autograder").with_suffix("").parts[0]
    rooms = {name.split(".")[1] for name in imported(path.read_text()) if name.startswith("autograder.")}
    assert not [room for room in rooms if ROOMS.index(room) > ROOMS.index(own)]


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_released_notebooks_import_only_lockstep_of_ours(path):
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "code" and not cell.source.lstrip().startswith("%"):
            ours = {name.split(".")[0] for name in imported(cell.source)} & {"autograder", "tests", "benchmarks"}
            assert not ours


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_the_first_cell_of_a_released_notebook_says_what_to_do_where_lockstep_is_not_installed(path):
    first = next(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code")
    assert first.startswith("%load_ext lockstep\n# No module named 'lockstep'?")
    assert "%pip install lockstep-course" in first


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_whoever_can_start_processes_in_a_released_notebook_has_been_told_of_its_first_cell(path):
    """What starts processes is imported by no cell before the one that imports lockstep, which says so."""
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "code" and not cell.source.startswith("%"):
            names = {name.split(".")[0] for name in imported(cell.source)}
            if "lockstep" in names:
                break
            assert not names & {"multiprocessing", "concurrent", "subprocess"}


@cache
def hidden_checks() -> list[str]:
    """The first line of the hidden checks of each exercise."""
    checks = [exercise.checks.split("### BEGIN HIDDEN TESTS\n")[1:] for exercise in read_exercises().values()]
    return [next(line for line in part.split("\n") if line.startswith("@check(")) for each in checks for part in each]


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_released_notebooks_hold_no_answer_and_no_output(path):
    text = path.read_text()
    for word in (BEGIN, "BEGIN HIDDEN", "autograder", "reference)"):
        assert word not in text
    notebook = nbformat.read(path, 4)
    assert all(not cell.outputs and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")
    shown = "\n".join(cell.source for cell in notebook.cells)
    assert hidden_checks()
    assert not [sentence for sentence in hidden_checks() if sentence in shown]


def test_the_generated_notebooks_are_what_a_build_makes(tmp_path):
    for name in ("lessons", "autograder"):
        (tmp_path / name).symlink_to(ROOT / name)
    build(tmp_path)
    for name in ("source", "notebooks", "solutions"):
        made = {p.relative_to(tmp_path / name): p.read_bytes() for p in (tmp_path / name).rglob("*") if p.is_file()}
        kept = {
            p.relative_to(ROOT / name): p.read_bytes()
            for p in (ROOT / name).rglob("*")
            if p.suffix in (".ipynb", ".json")
        }
        assert made.keys() == kept.keys()
        changed = [str(path) for path in made if made[path] != kept[path]]
        assert not changed, "run `make build`"


def test_importing_lockstep_loads_nothing_heavy():
    code = "import lockstep, sys; print([m for m in ('numpy', 'IPython', 'psutil', 'msgpack', 'scipy') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_the_exported_lock_follows_from_uv_lock():
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    versions = {package["name"]: package["version"] for package in lock["package"]}
    lines = (ROOT / "binder" / "requirements.txt").read_text().splitlines()
    pinned = dict(line.split(" ;")[0].split("==") for line in lines if "==" in line and not line.startswith((" ", "#")))
    pinned = {name.strip(): version.strip() for name, version in pinned.items()}
    assert pinned
    assert all(versions[name] == version for name, version in pinned.items())
    assert needed() | TEACH <= pinned.keys(), "people use nbgrader's Validate on Binder"


def test_what_only_teaching_needs_is_in_no_learners_installation():
    extras = PROJECT["optional-dependencies"]["teach"]
    assert {re.match(r"[\w-]+", line)[0] for line in extras} == TEACH
    assert not needed() & TEACH


def test_make_lab_installs_nothing_that_only_units_14_and_15_need():
    makefile = (ROOT / "Makefile").read_text()
    assert re.search(r"^EXTRAS \?=$", makefile, re.MULTILINE)
    assert "$(UNITS)" not in re.search(r"^lab:.*\n(?:\t.*\n)+", makefile, re.MULTILINE)[0]
    assert not needed() & {"mpi4py", "mpich", "distributed", "dask", "numba"}


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_the_first_cell_of_a_unit_says_how_to_get_what_the_unit_imports_and_a_light_installation_has_not(
    path, monkeypatch, capsys
):
    cells = [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    foreign = {name.split(".")[0] for code in cells if "%" not in code[:1] for name in imported(code)}
    foreign -= {*sys.stdlib_module_names, *needed(), "lockstep", "IPython"}
    first = next(code for code in cells if "from lockstep import" in code)
    if foreign or "mpiexec" in first:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        exec(first, {})
        (line,) = re.findall(r"^%pip install (.+)$", capsys.readouterr().out, re.MULTILINE)
        brings = {"distributed": {"distributed", "dask"}}
        assert foreign <= {module for package in line.split() for module in brings.get(package, {package})}
        assert "mpi4py" in line.split()
    assert "pip" in needed(), "for that line, in an environment that uv makes"


def test_lockstep_imports_only_what_it_is_installed_with():
    there = {*sys.stdlib_module_names, *needed(), "lockstep", "IPython", "traitlets"}  # the last two: ipykernel's own
    foreign = {path: {name.split(".")[0] for name in imported(path.read_text())} - there for path in PACKAGE_FILES}
    foreign[ROOT / "lockstep/mpi/inside/rank.py"].remove("mpi4py")  # an extra, which only ranks need
    assert not {path: names for path, names in foreign.items() if names}


def test_the_version_is_stated_in_one_place_and_repeated_right():
    version = PROJECT["version"]
    assert lockstep.__version__ == version, "run `make environment`"
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == version
    locked = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    assert [package["version"] for package in locked if package["name"] == "lockstep-course"] == [version]
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[:2] == ["Unreleased", version]


def test_only_the_target_tools_changes_the_system():
    _, *rules = re.split(r"\n(?=[\w-]+:)", (ROOT / "Makefile").read_text())
    assert [rule.split(":")[0] for rule in rules if "apt-get" in rule] == ["tools"]
    assert not [rule for rule in rules if re.match(r"[\w-]+:.*\btools\b", rule)], "asked for by people, and by .ci/run"


@pytest.mark.parametrize("user", [0, 1000])
def test_missing_tools_are_installed_by_root_and_named_to_others(tmp_path, user):
    stubs = {"id": f"echo {user}", "apt-get": 'echo "$@" >> installed', "uv": ""}
    for name, body in stubs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    make = [shutil.which("make"), "-f", ROOT / "Makefile", "tools"]
    done = subprocess.run(make, cwd=tmp_path, env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    called = tmp_path / "installed"
    assert called.exists() == (user == 0)
    assert "chromium bubblewrap" in (called.read_text() if user == 0 else done.stdout)


@pytest.mark.parametrize("path", ["environment.yml", "binder/environment.yml"])
def test_both_environments_pin_one_python_and_install_the_lock(path):
    environment = yaml.safe_load((ROOT / path).read_text())
    assert environment["dependencies"][0] == "python=3.12"
    pip = environment["dependencies"][-1]["pip"]
    assert any(entry.startswith("-r ") and entry.endswith("requirements.txt") for entry in pip)


def test_no_module_is_longer_than_four_hundred_lines():
    files = [path for folder in ("lockstep", "autograder") for path in (ROOT / folder).rglob("*.py")]
    long = [str(path.relative_to(ROOT)) for path in files if len(path.read_text().splitlines()) > 400]
    # An exercise holds all answers that it is judged by: that many of them is what it is for.
    assert not [path for path in long if not path.startswith("autograder/exercises/")]


def test_the_wheel_for_learners_holds_lockstep_alone():
    targets = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]
    assert targets["wheel"]["packages"] == ["lockstep"]


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX"])
def test_nothing_is_left_to_do_in_the_code(word):
    found = subprocess.run(
        ["git", "grep", "-lw", word, "--", "lockstep", "autograder", "lessons"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert found.stdout == ""


def test_every_target_that_the_makefile_tells_of_is_in_the_contributing_guide():
    targets = re.findall(r"^## .*\n([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {"lab", "test", "wheel"} <= set(targets)
    guide = (ROOT / "CONTRIBUTING.md").read_text()
    assert not [name for name in targets if f"`make {name}`" not in guide]


def test_every_command_of_the_autograder_is_in_the_contributing_guide():
    guide = (ROOT / "CONTRIBUTING.md").read_text()
    made_by = {"build": "`make build`", "demo": "`make demo`", "grade": "`grade`"}
    assert not [name for name in COMMANDS if made_by.get(name, f"python -m autograder {name}") not in guide]
