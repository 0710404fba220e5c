"""`python -m autograder COMMAND`: each command is a module with `add_arguments(parser)` and `run(arguments)`."""

import argparse
import sys
from importlib import import_module

COMMANDS = {
    "register": "autograder.registering",
    "grade": "autograder.classroom",
    "demo": "autograder.demo",
}


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m autograder", description="Grades a class of this course.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, home in COMMANDS.items():
        module = import_module(home)
        command = commands.add_parser(name, help=(module.__doc__ or "").split("\n")[0])
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    arguments = parser.parse_args(words)
    result: int = arguments.run(arguments)
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
