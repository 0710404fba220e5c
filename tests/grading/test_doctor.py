"""The doctor names the setting of the kernel that keeps a sandbox from being made, and only where one is missing."""

import sys

import pytest

from autograder.sandbox.doctor import describe
from autograder.sandbox.tiers import Probe

NO_B = Probe("C", (("A", "it needs all that tier B needs"), ("B", "bwrap: setting up uid map: Permission denied")))
UBUNTU, DEBIAN = "apparmor_restrict_unprivileged_userns", "unprivileged_userns_clone"


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules["autograder.sandbox.doctor"], "_SETTINGS", tmp_path)
    (tmp_path / "kernel").mkdir()
    return tmp_path / "kernel"


def test_a_kernel_that_keeps_namespaces_from_ordinary_users_is_named_with_what_to_do(kernel):
    (kernel / UBUNTU).write_text("1\n")
    (kernel / DEBIAN).write_text("0\n")
    told = describe(NO_B)
    assert f"sudo sysctl -w kernel.{UBUNTU}=0" in told
    assert f"sudo sysctl -w kernel.{DEBIAN}=1" in told


def test_a_kernel_that_allows_them_or_knows_no_such_setting_is_not_named(kernel):
    assert "sysctl" not in describe(NO_B)
    (kernel / UBUNTU).write_text("0\n")
    (kernel / DEBIAN).write_text("1\n")
    assert "sysctl" not in describe(NO_B)


def test_nothing_is_to_be_set_where_the_sandbox_is_made(kernel):
    (kernel / UBUNTU).write_text("1\n")
    assert "sysctl" not in describe(Probe("B", (("A", "there is no systemd"),)))
