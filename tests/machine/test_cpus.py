"""The CPUs a process may use, read from control group trees of every shape, and a probe on a fake machine."""

import os
import subprocess
import sys

import pytest

from lockstep.machine import others
from lockstep.machine.capacity import CapacityProbe, capacity_from
from lockstep.machine.cgroup import Quota, quotas
from lockstep.machine.others import CpuReading, cpu_reading, cpus_of_others
from lockstep.machine.processes import descendants
from lockstep.machine.usable import from_limits, usable_cpus

V2_MOUNT = "30 23 0:27 {root} /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n"
V1_MOUNT = "33 31 0:30 {root} /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"


def tree(folder, mountinfo, cgroup, files):
    """A file system root with control groups: `files` maps a path below sys/fs/cgroup to its text."""
    (folder / "proc/self").mkdir(parents=True)
    (folder / "proc/self/mountinfo").write_text(mountinfo)
    (folder / "proc/self/cgroup").write_text(cgroup)
    for path, text in files.items():
        file = folder / "sys/fs/cgroup" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def found(folder):
    return [quota.cpus for quota in quotas(folder)]


def test_version_2_with_a_whole_quota(tmp_path):
    root = tree(tmp_path, V2_MOUNT.format(root="/"), "0::/\n", {"cpu.max": "200000 100000\n"})
    assert quotas(root) == (Quota(2.0, "/sys/fs/cgroup"),)


def test_version_2_without_a_limit(tmp_path):
    root = tree(tmp_path, V2_MOUNT.format(root="/"), "0::/\n", {"cpu.max": "max 100000\n"})
    assert found(root) == []


def test_half_a_cpu_stays_a_fraction(tmp_path):
    root = tree(tmp_path, V2_MOUNT.format(root="/"), "0::/\n", {"cpu.max": "50000 100000\n"})
    assert found(root) == [0.5]


def test_an_ancestors_quota_counts_where_the_own_group_has_none(tmp_path):
    files = {"a/b/cpu.max": "max 100000", "a/cpu.max": "150000 100000", "cpu.max": "max"}
    root = tree(tmp_path, V2_MOUNT.format(root="/"), "0::/a/b\n", files)
    assert quotas(root) == (Quota(1.5, "/sys/fs/cgroup/a"),)


def test_all_nested_quotas_are_found_the_own_first(tmp_path):
    files = {"a/b/cpu.max": "300000 100000", "a/cpu.max": "100000 100000"}
    root = tree(tmp_path, V2_MOUNT.format(root="/"), "0::/a/b\n", files)
    assert found(root) == [3.0, 1.0]


def test_version_1_reads_quota_and_period(tmp_path):
    files = {
        "cpu,cpuacct/job/cpu.cfs_quota_us": "25000\n",
        "cpu,cpuacct/job/cpu.cfs_period_us": "50000\n",
        "cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
        "cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    }
    root = tree(tmp_path, V1_MOUNT.format(root="/"), "7:pids:/other\n4:cpu,cpuacct:/job\n", files)
    assert quotas(root) == (Quota(0.5, "/sys/fs/cgroup/cpu,cpuacct/job"),)


def test_a_container_that_sees_only_its_own_group(tmp_path):
    files = {"cpu.max": "100000 100000"}
    for number, path in enumerate(["/docker/abc", "/docker/abc/inner", "/../elsewhere"]):
        root = tree(tmp_path / str(number), V2_MOUNT.format(root="/docker/abc"), f"0::{path}\n", files)
        assert found(root) == [1.0], path


def test_both_versions_mounted_count_both(tmp_path):
    files = {
        "unified/cpu.max": "100000 100000",
        "cpu/cpu.cfs_quota_us": "50000",
        "cpu/cpu.cfs_period_us": "100000",
    }
    mounts = (
        "1 0 0:1 / /sys/fs/cgroup/unified rw - cgroup2 none rw\n2 0 0:2 / /sys/fs/cgroup/cpu rw - cgroup none rw,cpu\n"
    )
    assert sorted(found(tree(tmp_path, mounts, "1:cpu:/\n0::/\n", files))) == [0.5, 1.0]


@pytest.mark.parametrize("text", ["", "garbage", "0 100000", "100000 0", "x y z", "\x00"])
def test_a_senseless_file_limits_nothing(tmp_path, text):
    assert found(tree(tmp_path, V2_MOUNT.format(root="/"), "0::/\n", {"cpu.max": text})) == []


def test_no_control_groups_at_all(tmp_path):
    assert quotas(tmp_path) == ()
    assert usable_cpus(tmp_path).share == usable_cpus(tmp_path).count >= 1


def test_the_share_keeps_the_fraction_and_the_count_rounds_up():
    cpus = from_limits(logical=8, physical=4, affinity=8, quotas=(Quota(2.5, "/x"), Quota(4.0, "/")))
    assert (cpus.count, cpus.share, cpus.logical, cpus.physical) == (3, 2.5, 8, 4)
    assert cpus.sentence() == (
        "This machine shows 8 logical CPUs on 4 physical cores; this process may use 2.5 (quota in /x)."
    )
    assert cpus.has_quota


def test_half_a_cpu_is_one_process_at_half_speed():
    cpus = from_limits(logical=2, physical=2, affinity=2, quotas=(Quota(0.5, "/x"),))
    assert (cpus.count, cpus.share) == (1, 0.5)


def test_affinity_and_environment_are_named_as_sources():
    cpus = from_limits(logical=8, physical=None, affinity=4, asked="2")
    assert [limit.source for limit in cpus.limits] == [
        "environment variable LOKY_MAX_CPU_COUNT",
        "affinity mask of this process",
    ]
    assert (cpus.count, cpus.has_quota) == (2, False)


def test_this_machine_is_counted_within_its_own_limits():
    found = usable_cpus()
    assert (
        1 <= found.count <= len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(found.logical))
    )
    assert found.share <= found.count <= found.logical == os.cpu_count()


def test_learners_see_no_other_start_methods_than_pythons_own():
    program = """
import multiprocessing
before = multiprocessing.get_all_start_methods()
import lockstep, IPython
lockstep.explore, lockstep.simulate, lockstep.speedup, lockstep.timeline, lockstep.check
lockstep.load_ipython_extension(IPython.get_ipython() or IPython.InteractiveShell())
assert multiprocessing.get_all_start_methods() == before, multiprocessing.get_all_start_methods()
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_logical_and_physical_cpus_are_told_apart():
    told = from_limits(logical=16, physical=8, affinity=16).sentence()
    assert told == "This machine shows 16 logical CPUs on 8 physical cores, and this process may use all of them."


def test_a_machine_without_limits_says_so():
    sentence = from_limits(logical=2, physical=2, affinity=2).sentence()
    assert sentence == "This machine shows 2 logical CPUs, and this process may use all of them."


def machine(share, load=0):
    """Countdowns on a machine of `share` CPUs, where `load` others compete for them fairly."""

    def countdown(workers, steps):
        rate = min(1.0, share / (workers + load))
        return steps / rate, [(steps / rate, float(steps))] * workers

    return countdown


@pytest.mark.parametrize(
    ("share", "load", "workers", "cpus", "speedup"),
    [
        (2, 0, 2, 2.0, 2.0),
        (1, 0, 2, 1.0, 1.0),
        (0.5, 0, 1, 0.5, 1.0),
        (1.5, 0, 2, 1.5, 1.5),
        (2, 2, 2, 1.0, 1.5),
    ],
)
def test_the_probe_tells_what_processes_get(share, load, workers, cpus, speedup):
    capacity = capacity_from(machine(share, load), workers, 100)
    assert capacity.cpus == pytest.approx(cpus)
    assert capacity.speedup == pytest.approx(speedup)


def test_the_probe_refuses_no_processes():
    with pytest.raises(ValueError, match="at least 1"):
        capacity_from(machine(1), 0, 100)


def test_a_real_probe_answers_and_leaves_no_process():
    before = descendants()
    with CapacityProbe(2, 0.01) as probe:
        assert len(descendants() - before) == 2
        capacity = probe.measure(2, repetitions=1)
    assert capacity.cpus > 0
    assert capacity.speedup > 0
    assert descendants() <= before


def test_the_cpu_of_others_is_what_is_not_ours():
    before, after = CpuReading(0, 10, 5), CpuReading(2, 14, 6)
    assert cpus_of_others(before, after) == 1.5
    assert cpus_of_others(before, CpuReading(2, 10.5, 6)) == 0.0


def test_readings_that_tell_nothing_are_unknown_rather_than_zero():
    before = CpuReading(0, 10, 5)
    assert cpus_of_others(before, CpuReading(0.01, 10.01, 5.01)) is None
    assert cpus_of_others(before, CpuReading(2, 10, 6)) is None
    assert cpus_of_others(None, before) is None


def test_where_the_time_of_ended_processes_is_not_kept_nothing_is_said_of_others(monkeypatch):
    """A pool that worked for 2 s between two readings and is gone would be 2 s of others."""
    assert cpus_of_others(CpuReading(0, 10, 5), CpuReading(1, 12, 5)) == 2.0
    monkeypatch.setattr(others, "KEEPS_CHILDRENS_TIME", False)
    assert cpu_reading() is None
    assert cpus_of_others(cpu_reading(), cpu_reading()) is None
    monkeypatch.setattr(others, "KEEPS_CHILDRENS_TIME", True)
    assert cpu_reading() is not None


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is read there")
def test_a_reading_of_this_machine_grows():
    before = cpu_reading()
    sum(range(1_000_000))
    after = cpu_reading()
    assert after.ours_s >= before.ours_s
    assert after.wall_s > before.wall_s
