"""The speed-up plot as a matplotlib picture: what is saved, and what is shown where no live view can be."""

from __future__ import annotations

import html as escaping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator, StrMethodFormatter

from lockstep.measurement.measurement import Measurement
from lockstep.measurement.sentences import sentence
from lockstep.page.picture import Picture, html_table
from lockstep.words import counted

MEASURED, IDEAL, FITTED, SIMULATED, CAPACITY = "#0072B2", "#777777", "#D55E00", "#009E73", "#CC79A7"
ELSEWHERE = "#9467BD"
"""Okabe and Ito's colours; markers and dashes differ too, so that no curve depends on its colour."""


def draw(result: Measurement) -> Picture:
    picture = Picture(figsize=(7.0, 4.4), layout="constrained")
    axes = picture.subplots()
    horizon = result.horizon
    _scene(axes, result, horizon)
    points = result.points
    for point in points:
        spread = np.geomspace(0.97, 1.03, len(point.ratios)) if len(point.ratios) > 1 else [1.0]
        axes.plot(point.workers * np.asarray(spread), point.ratios, ".", color=MEASURED, alpha=0.4, markersize=4)
    if points and not result.busy:
        workers = [point.workers for point in points]
        axes.plot(workers, [point.speedup for point in points], "o-", color=MEASURED, label="measured (median)")
        known = [point for point in points if point.low is not None]
        if known:
            axes.errorbar(
                [point.workers for point in known],
                [point.speedup for point in known],
                [
                    [point.speedup - (point.low or 0.0) for point in known],
                    [(point.high or 0.0) - point.speedup for point in known],
                ],
                fmt="none",
                ecolor=MEASURED,
                capsize=5,
                label="95 % interval",
            )
        smooth = np.geomspace(1, horizon, 100)
        for fit, style in zip(result.fit(), ("--", ":"), strict=False):
            axes.plot(smooth, fit.curve(smooth), style, color=FITTED, label=fit.sentence())
    axes.legend(fontsize=8, loc="upper left")
    return picture


def alt_text(result: Measurement) -> str:
    """The plot in words."""
    told = [f"{point.speedup:.2f} with {counted(point.workers, 'worker')}" for point in result.points]
    text = f"Plot of speed-up against the number of workers for {result.title}. "
    text += f"Measured: {', '.join(told) or 'nothing'}."
    for how, curve in result.not_measured_here.items():
        text += (
            f" {how[0].upper()}{how[1:]}: {', '.join(f'{speedup:.2f} with {workers}' for workers, speedup in curve)}."
        )
    return text


def html(result: Measurement) -> str:
    """The picture with its sentence and its numbers, for a page without the live view."""
    return (
        draw(result).html(alt_text(result))
        + f"<p>{escaping.escape(sentence(result))}</p>"
        + html_table(["workers", "seconds", "speed-up", "95 % interval", "how"], [_row(row) for row in result.table()])
    )


def _scene(axes: Axes, result: Measurement, horizon: int) -> None:
    cpus = result.cpus
    every = np.geomspace(1, horizon, 100)
    axes.plot(every, every, "-", color=IDEAL, linewidth=1, label="ideal")
    if cpus.count < horizon:
        axes.axvspan(cpus.count * 1.18, horizon * 1.18, color="#888888", alpha=0.15, linewidth=0)
        axes.text(cpus.count * 1.2, 0.08, f"beyond the {counted(cpus.count, 'usable CPU')}", fontsize=8)
    if (ceiling := result.ceiling) is not None and not result.busy:
        axes.axhline(ceiling, color=CAPACITY, linestyle="-.", linewidth=1, label=f"measured capacity {ceiling:.2f}")
    if result.simulated:
        workers, speedups = zip(*result.simulated, strict=True)
        axes.plot(workers, speedups, "s--", color=SIMULATED, fillstyle="none", label="simulated")
    if result.elsewhere is not None:
        workers, speedups = zip(*result.elsewhere.speedups, strict=True)
        axes.plot(workers, speedups, "^-", color=ELSEWHERE, linewidth=1, label=result.elsewhere.label)
    axes.set_xscale("log", base=2)
    axes.set_xlim(0.85, horizon * 1.18)
    axes.set_ylim(0, result.top)
    ticks = {1, horizon, *(row["workers"] for row in result.table())}
    axes.set_xticks(_apart(sorted(ticks)))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:.0f}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("workers (processes)")
    axes.set_ylabel("speed-up (times the base case)")
    weak = " (weak scaling)" if result.plan.scaling == "weak" else ""
    axes.set_title(result.title + weak + (": the machine is too busy to tell" if result.busy else ""))


def _apart(ticks: list[int]) -> list[int]:
    """Those ticks of a logarithmic axis whose numbers do not run into each other."""
    kept = ticks[:1]
    for tick in ticks[1:]:
        if tick >= 1.12 * kept[-1]:
            kept.append(tick)
    return kept


def _row(row: dict[str, Any]) -> list[str]:
    workers, speedup = str(row["workers"]), f"{row['speedup']:.2f}"
    if row["how"] != "measured":
        return [workers, "", speedup, "", row["how"]]
    spread = "" if row["low"] is None else f"{row['low']:.2f} to {row['high']:.2f}"
    return [workers, f"{row['seconds']:.4g}", speedup, spread, f"{row['runs']} runs"]
