"""The command line: `python -m autograder COMMAND`."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from autograder.authoring.catalogue import ROOT
from autograder.authoring.parts import AuthorError
from autograder.grading.storage import told
from autograder.grading.terminal import print_plainly
from autograder.nbgrader.logs import silenced
from lockstep.words import counted


@dataclass(frozen=True)
class Command:
    """A subcommand: a line of help, its options, and the function that runs it and returns the exit code."""

    help: str
    options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def _command(home: str, help: str) -> Command:
    """A command whose module has `add_arguments(parser)` and `run(arguments)`; loaded when it is used, for nbgrader
    takes seconds to load."""
    return Command(
        help,
        lambda parser: import_module(home).add_arguments(parser),
        lambda arguments: int(import_module(home).run(arguments)),
    )


def _doctor(_arguments: argparse.Namespace) -> int:
    print(import_module("autograder.sandbox").doctor())
    return 0


def _build(_arguments: argparse.Namespace) -> int:
    for lesson in import_module("autograder.authoring.build").build():
        print(f"{lesson.name}: {counted(len(lesson.exercises), 'exercise')}")
    print(f"source/, notebooks/ and solutions/ are new in {ROOT}; a course directory elsewhere keeps what it has")
    return 0


COMMANDS: dict[str, Command] = {
    "new": _command("autograder.authoring.skeleton", "write the skeleton of an exercise"),
    "check": _command(
        "autograder.authoring.check_command", "prove exercises: starter, reference, right and wrong answers"
    ),
    "mutate": _command(
        "autograder.authoring.mutate_command", "change references a little and show what no check notices"
    ),
    "build": Command("make source/ and notebooks/ from lessons and exercises", lambda _parser: None, _build),
    "register": _command("autograder.nbgrader.registering", "enter the units of source/ into nbgrader's gradebook"),
    "grade": _command(
        "autograder.gradebook.command",
        "grade what was submitted: scores, gradebook and feedback, in parallel and sandboxed",
    ),
    "report": _command(
        "autograder.report.command", "write a page on how the class did in a unit, and its grades as CSV"
    ),
    "demo": _command(
        "autograder.demo.command", "grade a class made from the exercises, from build to feedback pages and report"
    ),
    "doctor": Command("what holds a submission on this machine, and what does not", lambda _parser: None, _doctor),
}


def main(words: list[str] | None = None) -> int:
    words = sys.argv[1:] if words is None else words
    parser = argparse.ArgumentParser(prog="autograder", description="Builds the course and grades submissions.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=command.help, description=command.help)
        if name in words:
            command.options(subparser)
    arguments = parser.parse_args(words)
    try:
        with silenced():
            return COMMANDS[arguments.command].run(arguments)
    except AuthorError as error:
        print(error, file=sys.stderr)
    except Exception as error:
        if not (what := told(error)):
            raise
        print(f"Stopped: {what}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    print_plainly()
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        raise SystemExit(130) from None
    except ModuleNotFoundError as error:
        extra = {"distributed": "dask"} | dict.fromkeys(("nbgrader", "jupytext", "tqdm"), "teach")
        if error.name not in extra:
            raise
        raise SystemExit(
            f"this needs {error.name}: install lockstep-course[{extra[error.name]}], or run `make environment`"
        ) from None
