"""Other people's packages that benchmarks compare with. They are a dependency group of their own and may be missing."""

from importlib.metadata import PackageNotFoundError, version


def installed(peer: str) -> bool:
    """Whether there is anything to compare with; says so if not."""
    try:
        version(peer)
    except PackageNotFoundError:
        print(f"{peer} is not installed and left out; `make benchmarks` installs it")
        return False
    return True
