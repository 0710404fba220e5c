"""The grader's own processes: an interruption at any moment of their start is for the process that made them alone."""

import os
import signal
import subprocess
import sys
import time

import pytest

from autograder.authoring.catalogue import ROOT

PROGRAM = """
import contextlib, sys
from autograder.grading import pool

{defence}
try:
    with pool.Workers(lambda: pool.judging_pool(2, "slow_to_load")) as workers:
        workers.submit(abs, -1).result()
except KeyboardInterrupt:
    print("interrupted, and all is told")
"""
SLOW_TO_LOAD = """
import pathlib, time
pathlib.Path({begun!r}).touch()
time.sleep(2)
"""


@pytest.mark.parametrize("defence", ["", "pool._interruption_waits = contextlib.nullcontext"], ids=["ours", "without"])
def test_what_is_interrupted_while_the_fork_server_loads_prints_nothing_of_it(tmp_path, defence):
    begun = tmp_path / "begun"
    (tmp_path / "slow_to_load.py").write_text(SLOW_TO_LOAD.format(begun=str(begun)))
    running = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(defence=defence)],
        env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    while not begun.exists() and running.poll() is None:
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGINT)
    said = running.communicate(timeout=60)[0]
    assert "interrupted, and all is told" in said
    assert ("Traceback" in said) == bool(defence), said
