"""Speeds as ratios, measured side by side in one run. Each module prints a table and last, "in short", the figure asked for."""

import argparse


def options(name: str, text: str | None) -> argparse.ArgumentParser:
    """The parser of `python -m benchmarks.NAME`, which knows --tiny."""
    made = argparse.ArgumentParser(
        prog=f"python -m benchmarks.{name}", description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--tiny", action="store_true", help="least sizes, to see that it runs; the figures mean nothing")
    return made
