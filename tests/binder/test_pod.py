"""A unit of the course on a machine like Binder's: `python -m benchmarks.binder` runs all of them."""

import json
import shutil
import sys

import pytest

from benchmarks import binder
from benchmarks.pod.limits import SHM, Pod

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(500),
    pytest.mark.skipif(sys.platform != "linux", reason="Binder is Linux"),
]

# What a program of the pod sees of its machine, by the course's own instrument.
LOOKS = """
import json, os, shutil
from lockstep import usable_cpus
print(json.dumps([str(usable_cpus()), shutil.disk_usage("/dev/shm").total, os.getuid()]))
"""


@pytest.fixture(scope="module")
def pod():
    with binder.image() as built:
        yield Pod(built), built


def test_a_unit_with_its_solutions_runs_within_what_binder_gives(pod):
    unit = binder.run(*pod, "05-races")
    assert unit.wrong == []
    assert unit.cells
    assert unit.used.memory / 1e6 < binder.MEGABYTES
    assert unit.used.cpu < binder.SECONDS, (
        "of CPU, of which Binder gives one: the wall's clock tells of other programs, too"
    )


def test_the_first_page_is_there_and_solutions_may_be_revealed(pod):
    work = pod[1].home / "work"
    assert (work / "00-start" / "00-start.ipynb").is_file()
    assert (work / "05-races" / ".solutions.json").is_file()
    assert shutil.which("jupyter-lab", path=str(pod[1].environment / "bin"))


def test_a_program_there_sees_one_cpu_of_quota_a_small_shared_memory_and_an_ordinary_user(pod):
    pod, built = pod
    if not (pod.groups and pod.boxed):
        pytest.skip(f"not here: {pod.held}")
    python = str(built.environment / "bin" / "python")
    said, _ = pod.run([python, "-c", LOOKS], built.home, patience=60)
    cpus, shared, user = json.loads(said)
    assert "quota" in cpus
    assert shared == SHM
    assert user != 0
    with pytest.raises(RuntimeError, match="ended with"):
        pod.run([python, "-c", "print(len(bytearray(1_500_000_000)))"], built.home, patience=60)
    holds = "import time; held = b'1' * 200_000_000; print(len(held)); time.sleep(3)"  # to be seen, also on busy cores
    said, used = pod.run([python, "-c", holds], built.home, patience=60)
    assert said == "200000000\n"
    assert used.memory > 100_000_000
