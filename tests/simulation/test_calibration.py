"""Costs are measured in a process of its own, as large as the one that asks, and failing is said."""

import subprocess

import pytest

from lockstep.simulation import calibration
from lockstep.simulation.costs import LAPTOP, Costs


def test_this_machines_costs_are_all_there_and_plausible():
    found = calibration.costs_of_this_machine()
    assert found.name == "this machine"
    assert Costs.of_data(found.to_data()) == found
    assert set(found.to_data()) == set(LAPTOP.to_data())
    assert all(0 <= seconds < 10 for name, seconds in found.to_data().items() if name != "name")
    assert min(found.start, found.lock, found.switch) > 0
    assert found.contention <= 0.15
    assert calibration.costs_of_this_machine() is found, "once for a size"


def test_ballast_is_really_there_and_never_negative():
    assert calibration._filled(-5) == b""
    filled = calibration._filled(10_000)
    assert len(filled) == 10_000
    assert [place for place, byte in enumerate(filled) if byte] == [0, 4096, 8192]


@pytest.mark.parametrize("printed", ["", "{}", '{"name": "x", "start": -1}'])
def test_a_calibration_that_fails_says_what_to_do(monkeypatch, printed):
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, stdout=printed))
    with pytest.raises(RuntimeError, match="use costs='laptop'"):
        calibration.measured_costs()
