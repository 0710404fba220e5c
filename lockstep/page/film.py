"""A picture of an array that changes in one place of the page while processes work on it, and stays as it was last."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from IPython.display import display
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from lockstep.page.kernel import in_notebook
from lockstep.page.picture import Picture

OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
"""Colours that all people can tell apart (Okabe and Ito)."""
NOBODY = "#dddddd"


class Film:
    """Shows arrays of two dimensions, one after another, in the cell that made it.

        title    stands above
        colours  a colour map of matplotlib; "who": the numbers are those of workers, from 1, and 0 is nobody
        least, most  the numbers at the ends of the colours
        names    of what the rows and the columns are
        unit     what the numbers are
        seconds  between two pictures at least, so that drawing takes no time from the processes

    `show(array)` changes the picture, unless the last one was shown just now; `show(array, last=True)` does so in any case. The last
    picture is saved with the notebook. Outside of notebooks nothing is shown.
    """

    def __init__(
        self,
        title: str,
        colours: str = "inferno",
        least: float = 0.0,
        most: float = 1.0,
        unit: str = "",
        names: tuple[str, str] = ("row", "column"),
        seconds: float = 0.25,
    ) -> None:
        self._title, self._unit, self._names, self._seconds = title, unit, names, seconds
        self._who = colours == "who"
        self._colours: Any = ListedColormap([NOBODY, *OKABE_ITO]) if self._who else colours
        self._ends = (-0.5, len(OKABE_ITO) + 0.5) if self._who else (least, most)
        self._shown = float("-inf")
        self._handle: Any = None

    def show(self, array: Any, last: bool = False) -> None:
        now = time.monotonic()
        if not in_notebook() or (now - self._shown < self._seconds and not last):
            return
        picture = self.picture(array)
        if self._handle is None:
            self._handle = display(picture, display_id=True)
        else:
            self._handle.update(picture)
        self._shown = time.monotonic()

    def picture(self, array: Any) -> Picture:
        """The array as a picture, for matplotlib."""
        numbers = np.asarray(array)
        high = 1.2 + 5.2 * min(0.8, max(0.35, numbers.shape[0] / numbers.shape[1]))
        picture = Picture(figsize=(6.4, high), layout=None if self._who else "constrained")
        # A legend that grows must not move what stands beside it.
        axes = picture.add_axes((0.11, 0.6 / high, 0.69, 1 - 1.0 / high)) if self._who else picture.subplots()
        low, most = self._ends
        drawn = axes.imshow(numbers, cmap=self._colours, vmin=low, vmax=most, interpolation="nearest", aspect="auto")
        axes.set_title(self._title)
        axes.set_ylabel(self._names[0])
        axes.set_xlabel(self._names[1])
        if self._who:
            named = [int(number) for number in np.unique(numbers) if number > 0]
            patches = [Patch(color=OKABE_ITO[number - 1], label=f"worker {number}") for number in named]
            if 0 in numbers:
                patches.append(Patch(color=NOBODY, label="nobody"))
            axes.legend(handles=patches, fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
        else:
            picture.colorbar(drawn, ax=axes, label=self._unit)
        return picture
