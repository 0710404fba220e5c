"""A learner's own copies of the notebooks: made once, brought up to date where the learner has not changed them.

Run as `python -m lockstep.workspace notebooks solutions work`; without `solutions` for a course that reveals none.
"""

import argparse
import hashlib
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

RECORD = ".lockstep.json"  # file in the workspace: path -> hash of the release that the copy was made from
CONFIG = ".jupyter"  # folder in the workspace, for JUPYTER_CONFIG_PATH: JupyterLab as a learner needs it
_FOR_TEACHERS = ("menu", "formgrader", "create-assignment", "assignment-list", "course-list")  # of nbgrader's plugins


def update(release: Path, work: Path) -> list[str]:
    """Copies what is new or unchanged from `release` to `work`; returns a line for each file that it touched.

    A copy that the learner changed is never overwritten: where the release has changed too, the new version is put
    beside it as `NAME-new.ipynb`. Raises FileNotFoundError where there is no release.
    """
    if not release.is_dir():
        raise FileNotFoundError(f"there are no notebooks in {release}; run this where the course was unpacked")
    work.mkdir(parents=True, exist_ok=True)
    record_path = work / RECORD
    record: dict[str, str] = json.loads(record_path.read_text()) if record_path.exists() else {}
    told = []
    for source in sorted(path for path in release.rglob("*") if path.is_file()):
        name = source.relative_to(release).as_posix()
        target = work / name
        new = _hash(source)
        if not target.exists() or (name in record and _hash(target) == record[name] != new):
            told.append(f"{'updated' if target.exists() else 'new'}: {target}")
            _copy(source, target)
        elif _hash(target) not in (new, record.get(name)) and record.get(name) != new:
            beside = target.with_name(f"{target.stem}-new{target.suffix}")
            told.append(f"kept, because you changed it: {target}; the new version is {beside.name}")
            _copy(source, beside)
        record[name] = new
    record_path.write_text(json.dumps(record, indent=1, sort_keys=True))
    return told


def quieten(prefix: Path = Path(sys.prefix)) -> None:
    """Turns off JupyterLab's question about news in the environment `prefix`, unless it has overrides of its own."""
    overrides = prefix / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    if not overrides.exists():
        overrides.parent.mkdir(parents=True, exist_ok=True)
        settings = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
        overrides.write_text(json.dumps(settings))


def for_learners(work: Path) -> None:
    """Writes a configuration of JupyterLab below `work`: without the menus of nbgrader that are for those who give a class."""
    page = work / CONFIG / "labconfig" / "page_config.json"
    page.parent.mkdir(parents=True, exist_ok=True)
    disabled = {f"@jupyter/nbgrader:{name}": True for name in _FOR_TEACHERS}
    page.write_text(json.dumps({"disabledExtensions": disabled}, indent=1))


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # Written whole or not at all: an interrupted update must not leave half a notebook.
    partial = target.with_name(f".{target.name}.partial")
    shutil.copyfile(source, partial)
    partial.replace(target)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m lockstep.workspace", description=__doc__)
    parser.add_argument("release", type=Path, nargs="+", help="the folder with the released notebooks, and others")
    parser.add_argument("work", type=Path, help="the folder for your own copies")
    chosen = parser.parse_args(arguments)
    for release in chosen.release:
        for line in update(release, chosen.work):
            print(line)
    for_learners(chosen.work)
    quieten()


if __name__ == "__main__":
    main()
