"""Answers to an exercise as students of a demonstration give them: right, untouched, wrong, hanging, crashing."""

import ast
from collections.abc import Callable

from autograder.authoring.exercise import Exercise

HANGING = """from multiprocessing import Lock, Process


def take_it_again(lock):
    with lock:
        pass


def hang():
    lock = Lock()
    with lock:
        child = Process(target=take_it_again, args=(lock,))
        child.start()
        child.join()
"""
CRASHING = """import os
import signal


def hang():
    os.kill(os.getpid(), signal.SIGSEGV)
"""


def replaced(exercise: Exercise, prelude: str) -> str:
    """An answer with the names of the exercise, each of whose functions does what `prelude` calls `hang`."""
    lines = [prelude]
    for node in ast.parse(exercise.solution).body:
        if isinstance(node, ast.FunctionDef):
            lines.append(f"\ndef {node.name}(*arguments, **keywords):\n    hang()\n")
        elif isinstance(node, ast.ClassDef):
            names = [one.name for one in node.body if isinstance(one, ast.FunctionDef)]
            methods = [f"    def {name}(self, *arguments, **keywords):\n        hang()\n" for name in names]
            lines.append(f"\nclass {node.name}:\n" + "\n".join(methods))
    return "\n".join(lines)


ANSWERS: dict[str, Callable[[Exercise, bool], str]] = {
    "right": lambda exercise, first: exercise.solution,
    "untouched": lambda exercise, first: exercise.starter,
    "wrong": lambda exercise, first: exercise.wrong[0].code,
    "hanging": lambda exercise, first: replaced(exercise, HANGING) if first else exercise.solution,
    "crashing": lambda exercise, first: replaced(exercise, CRASHING) if first else exercise.solution,
}
