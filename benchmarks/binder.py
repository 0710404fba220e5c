"""Every unit with its solutions on a machine like Binder's: seconds, memory, and the longest time in which a cell shows nothing.

Run as `python -m benchmarks.binder`, or with the names of units. It builds what Binder builds and holds it to one CPU of quota,
1 GB and a /dev/shm of 64 MB, as an ordinary user; where this machine cannot, it says what it does instead.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import options
from benchmarks.pod import runs_notebook
from benchmarks.pod.image import ROOT, Image, build
from benchmarks.pod.limits import Pod, Used

SECONDS, MEGABYTES, SILENCE = 90, 600, 3.0  # what a unit may take of Binder's, and how long a cell may show nothing
SHORTEST = "00-start"


@dataclass(frozen=True)
class Unit:
    """What running a unit came to; `cells` are what `runs_notebook` told of each."""

    name: str
    used: Used
    cells: list[dict[str, Any]]

    @property
    def quietest(self) -> dict[str, Any]:
        return max(self.cells, key=lambda cell: cell["silent"])

    @property
    def wrong(self) -> list[str]:
        return [f"{cell['cell']}: {cell['wrong']}" for cell in self.cells if cell["wrong"]]


@contextmanager
def image() -> Iterator[Image]:
    """What Binder builds, in a folder that is taken away at the end."""
    folder = Path(tempfile.mkdtemp(prefix="lockstep-binder-"))
    try:
        folder.chmod(0o755)
        yield build(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(pod: Pod, image: Image, name: str) -> Unit:
    """Runs a unit's notebook with its solutions, where a learner's copy lies."""
    script = image.home / "binder" / "runs_notebook.py"
    shutil.copy(runs_notebook.__file__, script)
    told = image.home / f"{name}.json"
    notebook = image.home / "source" / name / f"{name}.ipynb"
    program = [str(each) for each in (image.environment / "bin" / "python", script, notebook, told)]
    _, used = pod.run(program, image.home / "work" / name, patience=400)
    return Unit(name, used, json.loads(told.read_text()))


def main() -> None:
    parser = options("binder", __doc__)
    parser.add_argument("units", nargs="*", help="names of units (default: all)")
    chosen = parser.parse_args()
    every = sorted(path.stem for path in (ROOT / "source").glob("*/*.ipynb"))
    names = [SHORTEST] if chosen.tiny else chosen.units or every
    if missing := [name for name in names if name not in every]:
        parser.error(f"there is no unit {missing[0]}; there are {', '.join(every)}")
    units = []
    with image() as built:
        pod = Pod(built)
        print(pod.held)
        print(f"{'unit':14} {'s':>6} {'CPU s':>6} {'MB':>5} {'silent s':>8}  the quietest cell ends with")
        for name in names:
            unit = run(pod, built, name)
            units.append(unit)
            quiet = unit.quietest
            print(
                f"{name:14} {unit.used.seconds:6.1f} {unit.used.cpu:6.1f} {unit.used.memory / 1e6:5.0f} {quiet['silent']:8.1f}"
                f"  {quiet['cell']}: {quiet['line'][:70]}",
                flush=True,
            )
            for cell in unit.cells:
                if cell["silent"] > SILENCE and cell is not quiet:
                    print(f"{'':36} {cell['silent']:8.1f}  {cell['cell']}: {cell['line'][:70]}")
            for line in unit.wrong:
                print(f"    wrong: {line}")
    longest, most = max(unit.used.seconds for unit in units), max(unit.used.memory for unit in units) / 1e6
    quiet = max(unit.quietest["silent"] for unit in units)
    print(
        f"in short: {len(units)} units, at most {longest:.0f} s (of {SECONDS}), {most:.0f} MB (of {MEGABYTES}), "
        f"silent for {quiet:.1f} s (of {SILENCE:g}); {sum(len(u.wrong) for u in units)} cells went wrong"
    )


if __name__ == "__main__":
    main()
