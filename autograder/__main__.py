"""`python -m autograder COMMAND`: each command is a module with `add_arguments(parser)` and `run(arguments)`."""

import argparse
import sys
from importlib import import_module

COMMANDS = {
    "register": ("autograder.registering", "enter the units of source/ into nbgrader's gradebook"),
    "grade": ("autograder.classroom", "grade what was submitted, in parallel and in sandboxes, into the journal"),
    "demo": ("autograder.demo", "grade a class of five made from the exercises, from build to feedback pages"),
}


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m autograder", description="Grades a class of this course.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, (home, summary) in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        if name in words:  # modules of other commands take seconds to load
            module = import_module(home)
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    arguments = parser.parse_args(words)
    result: int = arguments.run(arguments)
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
