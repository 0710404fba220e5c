"""What `speedup` gives: a measurement that tells, draws and shows itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from IPython.display import HTML, display

from lockstep.measurement import sentences, speedup_figure
from lockstep.measurement.measurement import Measurement
from lockstep.page.kernel import running_cell
from lockstep.page.picture import Picture


@dataclass(frozen=True)
class Speedup(Measurement):
    """How much faster a program gets with more workers on this machine, as it was measured; `print` it for a table.

        points        a number of workers each: its median seconds, its speed-up, the 95 % interval (low, high)
        base_seconds  the median seconds of the base case
        sentence()    what the picture shows, and whether to believe it
        busy          why this machine is too busy to tell; "" if it is not
        figure()      the picture, for matplotlib
        state         "finished", "interrupted" or "failed"
        latest        the newest measurement of the same plot, whose sliders measure again; `history` has all

    >>> result = speedup(squares, 200, workers=[1, 2], seconds=1)
    >>> result.points[0].speedup, result.state
    (1.0, 'finished')
    """

    @property
    def latest(self) -> Speedup:
        """The newest measurement of the same live plot: another one after a slider was moved."""
        return self.history[-1] if self.history else self

    def sentence(self) -> str:
        """What the picture shows, and whether to believe it."""
        return sentences.sentence(self)

    def figure(self) -> Picture:
        """The picture, for matplotlib: save it with `.savefig("speedup.svg")`."""
        return speedup_figure.draw(self)

    def to_json(self, intervals: bool = True) -> dict[str, Any]:
        """Plain data: every sample, and all that follows from them."""
        done, planned, left = self.progress()
        capacity = self.capacity
        return {
            "title": self.title,
            "state": self.state,
            "sentence": self.sentence(),
            "busy": self.busy,
            "base": self.plan.base,
            "base_title": self.base_title,
            "base_seconds": self.base_seconds,
            "scaling": self.plan.scaling,
            "warm": self.plan.warm,
            "careful": self.plan.careful,
            "cpus": {
                "count": self.cpus.count,
                "share": self.cpus.share,
                "logical": self.cpus.logical,
                "physical": self.cpus.physical,
                "limits": [[limit.cpus, limit.source] for limit in self.cpus.limits],
            },
            "capacity": None
            if capacity is None
            else {"workers": capacity.workers, "cpus": capacity.cpus, "speedup": capacity.speedup},
            "ceiling": self.ceiling,
            "others": self.others,
            "samples": [[sample.round, sample.workers, sample.seconds] for sample in self.samples],
            "points": [
                {
                    "workers": point.workers,
                    "seconds": point.seconds,
                    "ratios": list(point.ratios),
                    "speedup": point.speedup,
                    "low": point.low,
                    "high": point.high,
                    "karp_flatt": point.karp_flatt,
                    "provisional": point.provisional,
                }
                for point in self.points
            ],
            "fits": [fit.to_json() | {"sentence": fit.sentence()} for fit in self.fit(intervals)],
            "simulated": [list(pair) for pair in self.simulated],
            "elsewhere": None
            if self.elsewhere is None
            else {"label": self.elsewhere.label, "speedups": [list(pair) for pair in self.elsewhere.speedups]},
            "horizon": self.horizon,
            "top": self.top,
            "alt": speedup_figure.alt_text(self),
            "disagreement": self.disagreement,
            "progress": {"done": done, "planned": planned, "seconds_left": left},
        }

    def __str__(self) -> str:
        rows = [f"{'workers':>7}  {'seconds':>9}  {'speed-up':>8}  95 % interval"]
        for point in self.points:
            spread = "" if point.low is None else f"{point.low:.2f} to {point.high:.2f}"
            rows.append(f"{point.workers:7}  {point.seconds:9.4f}  {point.speedup:8.2f}  {spread}".rstrip())
        rows += [f"{workers:7}  {'simulated':>9}  {speedup:8.2f}" for workers, speedup in self.simulated]
        if self.elsewhere is not None:
            rows += [f"{workers:7}  {'elsewhere':>9}  {speedup:8.2f}" for workers, speedup in self.elsewhere.speedups]
        return "\n".join([*rows, self.sentence()])

    def _ipython_display_(self) -> None:
        if self.shown is None or self.shown != running_cell():
            display(HTML(speedup_figure.html(self)))
