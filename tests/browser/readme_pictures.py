"""Makes docs/*.png, the pictures of the README: `make pictures`, or some of them by name."""

import argparse
import shutil
import sys
from pathlib import Path

import nbclient
import nbformat
from playwright.sync_api import sync_playwright

from autograder.authoring.catalogue import ROOT, read_exercises
from tests.chromium import CHROMIUM_OPTIONS

PHILOSOPHERS = """\
from multiprocessing import Lock, Process
from lockstep import explore

def eat(left, right):
    with left:
        with right:
            pass

def dinner(n):
    forks = [Lock() for _ in range(n)]
    pairs = [(forks[i], forks[(i + 1) % n]) for i in range(n)]
    philosophers = [Process(target=eat, args=pair) for pair in pairs]
    for each in philosophers:
        each.start()
    for each in philosophers:
        each.join()
"""
SQUARES = """\
from itertools import pairwise
from multiprocessing import Pool
from lockstep import simulate, speedup

def squares_between(start, stop):
    return sum(number * number for number in range(start, stop))

def add_squares(n, workers):
    bounds = [n * worker // workers for worker in range(workers + 1)]
    with Pool(workers) as pool:
        parts = pool.starmap(squares_between, pairwise(bounds))
        pool.close()
        pool.join()
    return sum(parts)

def add_squares_serially(n):
    return squares_between(0, n)
"""


def _wrong_answer():
    exercise = read_exercises()["run_all"]
    answer = next(each for each in exercise.wrong if each.name == "join_inside_the_start_loop")
    return answer.code, exercise.visible_checks


TRIES = 5

# Name: cells, of which the last one is shown; the width in pixels.
PICTURES = {
    "player": (lambda: (PHILOSOPHERS, "explore(dinner, 3).play()"), 1240),
    "check": (_wrong_answer, 820),
    "speedup": (
        lambda: (
            SQUARES,
            "curve = simulate.curve(add_squares, 15_000_000, cores=[1, 2, 4, 8, 16, 32], serial=add_squares_serially, costs='laptop')",
            "speedup(add_squares, 15_000_000, serial=add_squares_serially, seconds=8, simulated=curve)",
        ),
        820,
    ),
}


def shown(*cells):
    """The output of the last cell, as a page."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in ("%load_ext lockstep", *cells)]
    )
    nbclient.NotebookClient(notebook, timeout=180, kernel_name="python3", allow_errors=True).execute()
    return "\n".join(output["data"].get("text/html", "") for output in notebook.cells[-1].outputs if "data" in output)


def main(arguments=None):
    """Draws the pictures; 1 where the machine was too busy for one of them, whose file is as it was."""
    parser = argparse.ArgumentParser(prog="make pictures", description=__doc__)
    parser.add_argument("names", nargs="*", help="all of them if none is given")
    names = parser.parse_args(arguments).names or list(PICTURES)
    refused = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_OPTIONS)
        for name in names:
            _, width = PICTURES[name]
            page = chromium.new_page(viewport={"width": width, "height": 800})
            if any(_is_quiet(page, name) for _ in range(TRIES)):
                for last in page.locator("button", has_text="To the failure").all():
                    last.click()
                page.wait_for_timeout(500)  # whatever moves has come to rest
                page.locator("#picture").screenshot(path=str(Path(ROOT) / "docs" / f"{name}.png"))
            else:
                refused.append(name)
        chromium.close()
    for name in refused:
        print(f"{name}: other programs kept the machine busy, {TRIES} times; docs/{name}.png is as it was.")
    return 1 if refused else 0


def _is_quiet(page, name):
    """Puts what is to be seen on the page; False where it says that the machine was too busy to tell."""
    cells, _ = PICTURES[name]
    style = "font: 14px/1.5 sans-serif; margin: 0; padding: 16px; background: white; color: #111"
    page.set_content(
        f'<!DOCTYPE html><meta charset="utf-8"><body><div id="picture" style="{style}">{shown(*cells())}</div>'
    )
    return page.get_by_text("too busy to tell").count() == 0


if __name__ == "__main__":
    sys.exit(main())
