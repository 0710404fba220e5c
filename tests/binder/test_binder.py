"""What Binder will build, rendered by repo2docker without building it."""

import subprocess
import sys

import pytest

from autograder.authoring.catalogue import ROOT


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_repo2docker_takes_conda_the_pinned_python_our_lock_and_our_post_build():
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(ROOT)]
    found = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert found.returncode == 0, found.stderr[-2000:]
    text = found.stdout + found.stderr
    assert "Building conda environment for python=3.12" in text
    assert 'env update -p ${NB_PYTHON_PREFIX} --file "binder/environment.yml"' in text
    assert "./binder/postBuild" in text


def test_the_post_build_installs_the_package_and_makes_the_workspace():
    text = (ROOT / "binder" / "postBuild").read_text()
    assert "python -m pip install --no-deps" in text
    assert "lockstep --no-lab --solutions solutions work" in text
    assert (ROOT / "binder" / "postBuild").stat().st_mode & 0o111


def test_the_lock_that_binder_installs_lies_where_the_environment_says():
    assert (ROOT / "binder" / "requirements.txt").exists()
    assert "-r requirements.txt" in (ROOT / "binder" / "environment.yml").read_text()
