"""Every benchmark still runs, tells what it measured, and ends with the figure asked for, whichever peers are installed."""

import os
import re
import subprocess
import sys
from importlib import import_module

import pytest

from autograder.authoring.catalogue import ROOT
from benchmarks.comparing import peers
from benchmarks.programs.course import references
from benchmarks.sixteen import SCALE
from tests.lessons.drawn import asked_by_lessons

NAMES = sorted(path.stem for path in (ROOT / "benchmarks").glob("*.py") if path.stem != "__init__")
NEEDS = {"player": [pytest.mark.browser], "sandbox": [pytest.mark.sandbox]}


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_imports_what_is_there(name):
    if name == "explore" and os.name == "nt":
        pytest.skip("it reads the CPU time of children by a module of Unix")
    assert callable(import_module(f"benchmarks.{name}").main)


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", [pytest.param(name, marks=NEEDS.get(name, [])) for name in NAMES])
def test_a_tiny_run_prints_a_table_and_last_the_figure(name):
    # Where pytest's variable is set, ipykernel does not show what child processes print.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--tiny"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=390,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    *table, last = done.stdout.strip().splitlines()
    assert last.startswith("in short: ")
    assert re.search(r"\d", last)
    assert [line for line in table if re.search(r"\d", line)]


def test_a_peer_that_is_not_installed_is_left_out_with_a_line(capsys):
    assert peers.installed("pytest")
    assert capsys.readouterr().out == ""
    assert not peers.installed("a-package-of-nobody")
    assert "a-package-of-nobody is not installed" in capsys.readouterr().out


@pytest.mark.slow
def test_what_a_lesson_draws_from_sixteen_cores_is_measured_with_the_lessons_sizes(tmp_path):
    measured = {one.name: one.sizes for one in references(tmp_path, 2, 1, SCALE)}
    asked = asked_by_lessons()
    assert len(asked) >= 5
    assert {name: measured.get(name) for name in asked} == asked
