"""What tests need beside Python packages: the first line of a run says what of it is missing."""

import random
import shutil
import time

import pytest

from .chromium import browser as browser
from .missing import missing

_NEEDED = {"browser": ("chromium", "chromium"), "sandbox": ("bwrap", "bubblewrap")}  # by mark: program, package
_MISSING = {mark: package for mark, (program, package) in _NEEDED.items() if shutil.which(program) is None}


@pytest.fixture
def steady_cpu(monkeypatch):
    """A clock of CPU time that no other program can disturb: whatever is done takes some microseconds, never the same."""
    steps, now = random.Random(1), 0

    def read():
        nonlocal now
        now += steps.randrange(10_000)
        return now

    monkeypatch.setattr(time, "thread_time_ns", read)


def pytest_report_header():
    return [f"{package} is not installed, which {mark} tests need: `make tools`" for mark, package in _MISSING.items()]


def pytest_runtest_setup(item):
    for mark, package in _MISSING.items():
        if mark in item.keywords:
            missing(f"{package} is not installed: `make tools`")
