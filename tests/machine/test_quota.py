"""A real quota of the control groups, where we may make one: what we read of it is what processes get."""

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

GROUPS = Path("/sys/fs/cgroup/cpu")  # version 1: a group of ours can be made below, whatever controllers are given away

PROGRAM = """
import json, os, sys
with open(sys.argv[1], "w") as file:
    file.write(str(os.getpid()))
from lockstep.machine.capacity import CapacityProbe
from lockstep.machine.usable import usable_cpus
cpus = usable_cpus()
with CapacityProbe(1, 0.2) as probe:
    capacity = probe.measure(1, repetitions=2)
print(json.dumps([cpus.count, cpus.share, cpus.limits[0].source, capacity.cpus]))
"""


@contextlib.contextmanager
def group(share):
    folder = GROUPS / f"lockstep-test-{os.getpid()}"
    try:
        try:
            folder.mkdir()
            (folder / "cpu.cfs_period_us").write_text("100000")
            (folder / "cpu.cfs_quota_us").write_text(str(int(share * 100_000)))
        except OSError as error:
            pytest.skip(f"no control group can be made here: {error}")
        yield folder
    finally:
        for _ in range(50):
            if not folder.is_dir():
                break
            with contextlib.suppress(OSError):  # the last process has not left it yet
                folder.rmdir()
            time.sleep(0.1)


@pytest.mark.skipif(not os.access(GROUPS, os.W_OK), reason="no control group can be made here")
def test_a_real_quota_of_half_a_cpu_is_read_and_felt():
    with group(0.5) as folder:
        command = [sys.executable, "-c", PROGRAM, str(folder / "cgroup.procs")]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    count, share, source, got = json.loads(done.stdout)
    assert (count, share) == (1, 0.5)
    assert source == f"quota in {folder}"
    assert got < 0.75, "whatever else runs, half a CPU is the most that there is"
