"""The command line: `python -m autograder COMMAND`."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from autograder.sandbox import doctor


@dataclass(frozen=True)
class Command:
    """A subcommand: a line of help, its options, and the function that runs it and returns the exit code."""

    help: str
    options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def _doctor(_arguments: argparse.Namespace) -> int:
    print(doctor())
    return 0


COMMANDS: dict[str, Command] = {
    "doctor": Command("what holds a submission on this machine, and what does not", lambda _parser: None, _doctor),
}


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="autograder", description="Builds the course and grades submissions.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        command.options(subparsers.add_parser(name, help=command.help, description=command.help))
    arguments = parser.parse_args(words)
    return COMMANDS[arguments.command].run(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
