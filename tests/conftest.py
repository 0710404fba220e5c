"""What tests need beside Python packages: the first line of a run says what of it is missing."""

import shutil

from .chromium import browser as browser
from .missing import missing

_NEEDED = {"browser": ("chromium", "chromium"), "sandbox": ("bwrap", "bubblewrap")}  # by mark: program, package
_MISSING = {mark: package for mark, (program, package) in _NEEDED.items() if shutil.which(program) is None}


def pytest_report_header():
    return [f"{package} is not installed, which {mark} tests need: `make tools`" for mark, package in _MISSING.items()]


def pytest_runtest_setup(item):
    for mark, package in _MISSING.items():
        if mark in item.keywords:
            missing(f"{package} is not installed: `make tools`")
