"""What nbgrader takes in: from the exchange and from submitted/ only plain files in plain folders, never what links show."""

import glob
import logging
import os
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

from nbgrader.converters.base import BaseConverter
from nbgrader.exchange.default import ExchangeCollect

from autograder.grading.plain_files import StrangeFolder, strange, strange_within
from lockstep.words import one_line


def leave_out_what_is_no_file(converter: BaseConverter) -> None:
    """Takes out of a converter that is about to begin what it must not open, and names it in the log.

    Submissions whose folder is a link, or whose name or time stamp would stop the whole run, are left out; links, fifos
    and devices beside a notebook are not copied.
    """
    coursedir = converter.coursedir
    # nbgrader joins these patterns to a file's folder, so that those with an absolute path mean one file.
    ignore = [pattern for pattern in coursedir.ignore if not os.path.isabs(pattern)]
    for folder in sorted(converter.assignments):
        student = Path(folder).parent.name
        try:
            found = strange_within(Path(folder))
        except StrangeFolder as error:
            converter.log.error("%s, %s: not graded: %s", student, Path(folder).name, error)
            del converter.assignments[folder]
            continue
        for path, kind in found:
            converter.log.warning("%s, %s: left out: %s is %s", student, Path(folder).name, one_line(path.name), kind)
            ignore.append(glob.escape(str(path)))
    coursedir.ignore = ignore


class CollectPlainFiles(ExchangeCollect):  # type: ignore[misc]
    """Collects as nbgrader does, but for links, fifos and devices, which it names and leaves in the exchange."""

    def do_copy(self, src: str, dest: str, log: logging.Logger | None = None) -> Any:
        """Raises RuntimeError for a folder larger than `CourseDirectory.max_dir_size` allows."""
        if kind := strange(Path(src)):
            self.log.error("%s is %s, which is not followed; ask for the files themselves", src, kind)
            return
        if self.get_size(src) > 1000 * self.coursedir.max_dir_size:
            raise RuntimeError(f"{src} is larger than CourseDirectory.max_dir_size allows")
        with tempfile.TemporaryDirectory(prefix="lockstep-collect-") as folder:
            # Its owner may change it meanwhile: what has become a link is copied as a link, and is found in the copy.
            copy = shutil.copytree(src, Path(folder, "copy"), symlinks=True, ignore=self._strange)
            for where, folders, files in os.walk(copy):
                for name in self._strange(where, [*folders, *files]):
                    os.unlink(Path(where, name))
            super().do_copy(str(copy), dest, log)

    def _strange(self, where: str | os.PathLike[str], names: Collection[str]) -> set[str]:
        found = {name: kind for name in names if (kind := strange(Path(where, name)))}
        for name, kind in found.items():
            self.log.warning("left out: %s is %s", one_line(os.path.join(where, name)), kind)
        return set(found)
