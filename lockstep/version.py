"""The version of what is installed; pyproject.toml states it."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("lockstep-course")
except PackageNotFoundError:
    __version__ = "from source"
