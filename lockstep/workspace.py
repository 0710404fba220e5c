"""A learner's own copies of the notebooks: made once, brought up to date where the learner has not changed them."""

import hashlib
import json
import shutil
import sys
from contextlib import suppress
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
    record = _read(record_path)
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
    """JupyterLab in the environment `prefix` asks nothing about news, and wraps long lines of code where a page is narrow; unless it has
    overrides of its own or is not ours to write."""
    overrides = prefix / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    if not overrides.exists():
        settings = {
            "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
            "@jupyterlab/notebook-extension:tracker": {"codeCellConfig": {"lineNumbers": False, "lineWrap": True}},
        }
        with suppress(OSError):
            overrides.parent.mkdir(parents=True, exist_ok=True)
            overrides.write_text(json.dumps(settings))


def _read(record: Path) -> dict[str, str]:
    """What copies were made from; nothing where there is no record, or a damaged one: then whatever differs is the learner's."""
    with suppress(OSError, ValueError):
        found = json.loads(record.read_text())
        if isinstance(found, dict):
            return found
    return {}


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
