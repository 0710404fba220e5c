"""A learner's program as text: the cells of a notebook, a file, or what was typed, each with a label."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """Source text whose first line is line 1 of what a traceback calls `label` ("In[3]", "cell 7", a file name)."""

    label: str
    source: str


@dataclass(frozen=True)
class ModuleSource:
    """The cells that, executed in order, define a learner's module."""

    cells: tuple[Cell, ...] = ()

    @classmethod
    def of_file(cls, path: str | os.PathLike[str]) -> ModuleSource:
        """Raises OSError and UnicodeDecodeError as reading the file does."""
        with open(path, encoding="utf-8") as file:
            return cls((Cell(os.path.basename(path), file.read()),))

    @classmethod
    def of_text(cls, text: str, label: str = "program") -> ModuleSource:
        return cls((Cell(label, text),))

    def to_data(self) -> list[tuple[str, str]]:
        return [(cell.label, cell.source) for cell in self.cells]

    @classmethod
    def of_data(cls, data: Sequence[Sequence[str]]) -> ModuleSource:
        return cls(tuple(Cell(label, source) for label, source in data))
