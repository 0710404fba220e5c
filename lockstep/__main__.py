"""The command `lockstep`: makes your own copies of the course's notebooks and opens JupyterLab on its first page."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from lockstep.version import __version__
from lockstep.workspace import CONFIG, RECORD, for_learners, quieten, update

FIRST_PAGE = "00-start/00-start.ipynb"


def released() -> Path:
    """The folder of the course's notebooks: in an installed wheel, else in the checkout that this package belongs to."""
    here = Path(__file__).parent
    installed = here / "course"
    return installed if installed.is_dir() else here.parent / "notebooks"


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="lockstep",
        description="Opens the course in JupyterLab, in your own copy of its notebooks. "
        "What you changed is never overwritten: a newer notebook is put beside yours.",
    )
    made.add_argument(
        "folder", type=Path, nargs="?", default=Path("lockstep-course"), help="for your copies (default: %(default)s)"
    )
    made.add_argument("--port", type=_port, default=8888, help="of the server (default: %(default)s, or the next free)")
    made.add_argument("--no-browser", action="store_true", help="only print the address")
    made.add_argument("--no-lab", action="store_true", help="only make or update the copies")
    made.add_argument("--solutions", type=Path, metavar="FOLDER", help="solutions that the notebooks may reveal")
    made.add_argument("--version", action="version", version=f"lockstep {__version__}")
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    given = list(sys.argv[1:] if arguments is None else arguments)
    for_lab = given.index("--") if "--" in given else len(given)
    command = parser()
    chosen = command.parse_args(given[:for_lab])
    try:
        begun = (chosen.folder / RECORD).exists()
        for release in (released(), chosen.solutions):
            for line in update(release, chosen.folder) if release is not None else []:
                if begun:  # at first all is new
                    print(line)
        for_learners(chosen.folder)
    except OSError as error:
        command.error(_said(error, chosen.folder))
    quieten()
    print(f"Your notebooks are in {chosen.folder.resolve()}", flush=True)
    if not chosen.no_lab:
        _open(chosen.folder, chosen.port, chosen.no_browser, given[for_lab + 1 :])


def _open(folder: Path, port: int, no_browser: bool, more: Sequence[str]) -> None:
    """JupyterLab in this process, until it is stopped; `more` are options of its own."""
    from jupyterlab.labapp import main as lab  # a second, which `--help` and a mistake need not wait for

    own = [os.environ[name] for name in ["JUPYTER_CONFIG_PATH"] if os.environ.get(name)]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join([*own, str(folder.resolve() / CONFIG)])
    options = [f"--ServerApp.root_dir={folder.resolve()}", f"--LabApp.default_url=/lab/tree/{FIRST_PAGE}"]
    if no_browser:
        options.append("--no-browser")
    if hasattr(os, "getuid") and os.getuid() == 0:
        options.append("--allow-root")  # Jupyter wants to be told that it is meant, as in a container
    lab([*options, f"--port={port}", *more])


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port: take a number from 1 to 65535")
    return int(text)


def _said(error: OSError, folder: Path) -> str:
    if isinstance(error, FileNotFoundError) and error.errno is None:
        return str(error)
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return f"{folder} is a file, or lies in one: name a folder for your copies"
    return f"your copies cannot be written to {folder}: {error.strerror or error}"


if __name__ == "__main__":
    main()
