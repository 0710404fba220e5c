"""Numbers that a command line may be given."""

import argparse

_MOST = 1_000.0


def at_least_one(text: str) -> int:
    """Raises what argparse shows beside the option."""
    number = _number(int, text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is too few: give 1 or more")
    return int(number)


def positive(text: str) -> float:
    """Raises what argparse shows beside the option."""
    number = _number(float, text)
    if not 0 < number <= _MOST:  # nan, too
        raise argparse.ArgumentTypeError(f"{text} cannot be: give a number above 0, such as 2 or 0.5")
    return float(number)


def _number(kind: type[int] | type[float], text: str) -> float:
    try:
        return kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no number") from None
