"""The live speed-up plot in a notebook: points as they are measured, and sliders that measure again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import traitlets

from lockstep.measurement import speedup_figure as figure
from lockstep.measurement.measurement import Simulated
from lockstep.measurement.plan import default_workers
from lockstep.measurement.request import Request, Show, takes_workers_alone
from lockstep.measurement.speedup import Speedup
from lockstep.page.embedded_view import Display, LiveView, script
from lockstep.page.kernel import in_main_thread, running_cell

REFRESH_S = 0.2
"""At most five pictures a second: the browser that draws them needs a CPU of the machine that is measured."""
_FACTORS = (1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8)
_CHUNKS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)


class SpeedupPlot(LiveView):
    """What the browser draws: `result` is Speedup.to_json(), `controls` the stops of every slider."""

    KIND = "speedup"
    SCRIPT = script(Path(__file__).with_name("speedup_plot.js"))
    SAVED = ("result", "controls", "note", "trouble")
    result = traitlets.Dict().tag(sync=True)
    controls = traitlets.Dict().tag(sync=True)
    note = traitlets.Unicode("").tag(sync=True)
    trouble = traitlets.Unicode("").tag(sync=True)
    shown: Speedup | None = None  # what the still picture is of

    def still(self) -> tuple[str, str]:
        return ("", "a speed-up") if self.shown is None else (figure.html(self.shown), str(self.shown))


class SpeedupView:
    """A plot, and what it takes to measure again when a slider is moved.

    Every measurement is a value of its own; `history` holds all of this plot, the newest last.
    """

    def __init__(self, request: Request, measured: Callable[[Request, Show], Speedup]) -> None:
        self.request = self._asked = request
        self.history: list[Speedup] = []
        self.widget = SpeedupPlot(result=request.start().to_json(), controls=controls(request))
        self._measured = measured
        self._shown_at = 0.0
        self.widget.on_msg(self._on_message)

    def in_cell(self) -> Speedup:
        """Show the plot below the running cell, measure, and keep the picture in the saved notebook."""
        place = Display(self.widget)
        result = self.measure()
        self.widget.shown = result
        place.save()
        return result

    def measure(self) -> Speedup:
        result = replace(self._measured(self.request, self.show), shown=running_cell(), history=self.history)
        self.history.append(result)
        return result

    def show(self, result: Speedup) -> None:
        """Draw `result`, unless another picture was drawn just now; the last one is always drawn."""
        now = time.perf_counter()
        if result.state != "running" or len(result.samples) <= 1 or now - self._shown_at >= REFRESH_S:
            self.widget.result = result.to_json(intervals=result.state != "running")
            self._shown_at = time.perf_counter()

    def _on_message(self, widget: Any, content: dict[str, Any], buffers: Any) -> None:
        """A page asks whether anybody is here, or a slider was let go: measure again.

        Trouble is told in the view, as no cell is there to show it.
        """
        self.widget.send({"here": True})
        if "hello" in content:
            return
        in_main_thread(lambda: self._measure_again(content))

    def _measure_again(self, content: dict[str, Any]) -> None:
        try:
            self.request = changed(self.request, content)
            self.request = replace(self.request, simulated=simulated_for(self.request, self._asked))
            self.widget.note = self.widget.trouble = ""
            self.widget.controls = controls(self.request)
            self.measure()
            self.widget.note = (
                f"This is measurement {len(self.history)} of this plot. The value that the cell gave is still the first: "
                "its .latest is this one, and its .history has all of them."
            )
            if self._asked.simulated is not None and self.request.simulated is None:
                self.widget.note += f" The simulated curve was for {self._asked.program.title()}, so it is not drawn."
        except Exception as error:
            self.widget.trouble = f"{type(error).__name__}: {error}"


def controls(request: Request) -> dict[str, Any]:
    """Slider name -> its stops and the place of the present value among them."""
    program, plan = request.program, request.plan
    most = max(8, 2 * request.cpus.count, *plan.workers)
    found = {"workers": _slider("most workers", range(1, most + 1), max(plan.workers))}
    size = program.sizes[0] if program.sizes else None
    if isinstance(size, int | np.integer) and not isinstance(size, bool) and size > 0:
        name = program.named_sizes[0]
        found["size"] = _slider(name, {max(1, round(size * factor)) for factor in _FACTORS}, int(size))
    if program.chunk is not None:
        found["chunk"] = _slider(program.chunk, _CHUNKS, program.chunk_size or 1)
    return found


def changed(request: Request, content: dict[str, Any]) -> Request:
    """The request with the values that the sliders now have."""
    program, plan, serial = request.program, request.plan, request.serial
    sizes, chunk = program.sizes, program.chunk_size
    if "size" in content and sizes:
        sizes = (int(content["size"]), *sizes[1:])
    if "chunk" in content and program.chunk is not None:
        chunk = int(content["chunk"])
    if "workers" in content:
        plan = replace(plan, workers=default_workers(int(content["workers"])))
    return replace(
        request,
        program=program.with_sizes(sizes, chunk),
        plan=plan,
        serial=None if serial is None else serial.with_sizes(sizes, None),
    )


def simulated_for(request: Request, asked: Request) -> Simulated | None:
    """What was given as simulated, where it is of what is measured now: a function of the sizes always is."""
    same = (request.program.sizes, request.program.chunk_size) == (asked.program.sizes, asked.program.chunk_size)
    takes_sizes = (
        callable(asked.simulated)
        and not hasattr(asked.simulated, "speedups")
        and not takes_workers_alone(asked.simulated)
    )
    return asked.simulated if same or takes_sizes else None


def _slider(name: str, stops: Any, value: int) -> dict[str, Any]:
    places = sorted({*stops, value})
    return {"name": name, "stops": places, "at": places.index(value)}
