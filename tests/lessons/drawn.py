"""What lessons draw that was measured on another machine."""

import re

from autograder.authoring.catalogue import ROOT


def asked_by_lessons() -> dict[str, tuple[int, ...]]:
    """The programs by name, with the sizes that a lesson calls each with; a curve for other sizes would not be drawn."""
    return {
        name: (int(size),)
        for lesson in sorted((ROOT / "lessons").glob("*/*.py"))
        for size, name in re.findall(
            r'speedup\(\s*\w+, ([\d_]+),[^()]*elsewhere="(\w+)",?\s*\)', lesson.read_text(encoding="utf-8")
        )
    }
