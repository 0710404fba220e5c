"""Which parameter of a function takes its number of workers."""

from collections.abc import Container

_NAMES = ("workers", "processes", "num_workers", "n_workers", "n_jobs", "p")


def workers_parameter(free: Container[str], otherwise: str | None = None) -> str | None:
    """The one of the `free` parameters that takes workers, by its name."""
    return next((name for name in _NAMES if name in free), otherwise)
