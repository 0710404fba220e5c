"""Which tests this machine can run: one line says what is missing."""

import shutil

import pytest

_NEEDED = {"browser": ("chromium", "apt install chromium"), "sandbox": ("bwrap", "apt install bubblewrap")}


def pytest_collection_modifyitems(items):
    for mark, (program, remedy) in _NEEDED.items():
        if shutil.which(program) is None:
            skip = pytest.mark.skip(reason=f"{program} is not installed: {remedy}")
            for item in items:
                if mark in item.keywords:
                    item.add_marker(skip)
