"""Other programs that are at work beside the tests, and what becomes of them."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bystanders.bystander import KINDS


class Bystanders:
    """One program of every kind, at work from now on until `lost` is asked for."""

    def __init__(self):
        command = [sys.executable, str(Path(__file__).with_name("bystander.py"))]
        self._running = {
            kind: subprocess.Popen([*command, kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for kind in KINDS
        }
        for program in self._running.values():
            program.stdout.readline()

    def end(self):
        """What each kind made and lost. Raises ValueError for a program that was ended by somebody else."""
        return {kind: json.loads(program.communicate(timeout=60)[0]) for kind, program in self._running.items()}

    def lost(self):
        """What was lost, by kind."""
        told = self.end()
        return {kind: found["lost"] for kind, found in told.items() if found["lost"]}


@pytest.fixture
def bystanders():
    made = Bystanders()
    yield made
    for program in made._running.values():
        with contextlib.suppress(OSError), contextlib.closing(program.stdin):
            pass
        program.wait(60)
