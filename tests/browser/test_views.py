"""The live views on pages of their own: what is drawn in which state, by mouse and keyboard, narrow and dark, without a kernel."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lockstep.measurement.campaign import campaign
from lockstep.measurement.measured_program import program_of
from lockstep.recording.bars import Bar, Lane
from lockstep.recording.timeline import Timeline
from tests.browser.pages import open_view
from tests.measurement.fakes import FakeMachine, cpus_of, start_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

CONTROLS = {"size": {"name": "size", "stops": [1, 10, 100, 1000], "at": 1}}
MEASURED, SIMULATED = "#0072B2", "#007a5a"


def count(size, workers):
    return size


def snapshots(machine, workers=None):
    rng = np.random.default_rng(1)
    return list(campaign(start_of(machine, workers), program_of(count, (100,)), machine, rng))


def amdahl(serial):
    return lambda workers, scale: 0.9 * (serial + (1 - serial) / workers)


def on_cpus(cpus, workers=None, **options):
    return snapshots(FakeMachine(amdahl(0.08), cpus, noise=0.03, **options), workers)


def picture(page, name):
    folder = os.environ.get("LOCKSTEP_PICTURES")
    if folder:
        page.locator("#view").screenshot(path=str(Path(folder) / f"{name}.png"))


@pytest.mark.parametrize("dark", [False, True])
def test_a_finished_measurement_shows_points_spread_ideal_capacity_laws_and_what_lies_beyond(page, dark):
    result = replace(on_cpus(cpus_of(5))[-1], simulated=tuple((p, p / (1 + 0.09 * (p - 1))) for p in range(1, 11)))
    open_view(page, "speedup", dark, result=result.to_json(), controls=CONTROLS)
    picture(page, f"speedup-finished-{'dark' if dark else 'light'}")
    legend = page.inner_text(".lockstep-legend")
    for words in ("measured: median, 95 % interval, every run", "ideal", "measured capacity 5.00", "simulated"):
        assert words in legend
    assert "Amdahl's law: serial 8" in legend, "the law with its parameter"
    assert "The universal scalability law: contention" in legend
    assert legend.count(" to ") >= 3, "every parameter has its interval"
    plot = page.locator("svg[role=img]")
    assert "beyond the 5 usable CPUs: simulated" in plot.text_content()
    assert plot.locator("circle").count() >= 5 + 5 * result.rounds, "medians and every run"
    assert plot.locator("rect title").count() == 10
    assert page.locator("progress").is_hidden()
    page.click("summary")
    assert page.locator("table tbody tr").count() == 15


def test_while_it_runs_the_first_point_and_what_is_left_are_told(page):
    running = on_cpus(cpus_of(2))
    open_view(page, "speedup", result=running[0].to_json(intervals=False), controls=CONTROLS)
    assert page.locator("svg[role=img] circle").count() == 2, "the first point, provisional, and its run"
    assert "1 of about 8 runs" in page.inner_text(".lockstep-progress")
    page.evaluate("(result) => window.change('result', result)", running[4].to_json(intervals=False))
    assert page.locator("progress").is_visible()
    assert "s left; interrupt the kernel to stop" in page.inner_text(".lockstep-progress")
    assert page.locator("input").is_disabled(), "nothing else is measured meanwhile"
    picture(page, "speedup-running")
    page.evaluate("(result) => window.change('result', result)", running[-1].to_json())
    assert "finished" in page.inner_text(".lockstep-progress")


def curves(page, color):
    return page.locator(f"svg[role=img] path[stroke='{color}'][stroke-width='2']").count()


def test_a_busy_machine_gets_dots_and_words_and_no_curve(page):
    open_view(page, "speedup", result=on_cpus(cpus_of(4))[-1].to_json(), controls=CONTROLS)
    assert curves(page, MEASURED) == 1
    busy = on_cpus(cpus_of(4), others=2.0)[-1]
    page.evaluate("(result) => window.change('result', result)", busy.to_json())
    picture(page, "speedup-busy")
    assert curves(page, MEASURED) == 0
    assert page.locator("svg[role=img] circle").count() == 4 * busy.rounds
    assert "too busy to tell" in page.inner_text(".lockstep-legend")
    assert "capacity" not in page.inner_text(".lockstep-legend")
    assert "Amdahl" not in page.inner_text(".lockstep-legend")


@pytest.mark.parametrize("quota", [1.0, 0.5])
def test_on_one_cpu_the_measured_point_ends_where_the_simulated_curve_goes_on(page, quota):
    result = on_cpus(cpus_of(2, quota))[-1]
    result = replace(result, simulated=tuple((p, p / (1 + 0.1 * (p - 1))) for p in range(1, 9)))
    open_view(page, "speedup", result=result.to_json(), controls=CONTROLS)
    picture(page, f"speedup-quota-{quota}")
    assert "beyond the 1 usable CPU: simulated" in page.locator("svg[role=img]").text_content()
    assert page.locator(f"svg[role=img] rect[stroke='{SIMULATED}']").count() == 8
    sentence = page.inner_text(".lockstep-sentence")
    amount = "one CPU" if quota == 1 else "0.5 of a CPU"
    assert f"may use {amount} (quota in /sys/fs/cgroup), so no real speed-up above 1" in sentence


def test_sliders_are_there_only_while_a_kernel_answers(page):
    open_view(page, "speedup", result=on_cpus(cpus_of(2))[-1].to_json(), controls=CONTROLS)
    assert page.locator("input").count() == 0
    assert "need a kernel: run this cell" in page.inner_text(".lockstep-controls")
    assert page.evaluate("window.sent") == [{"hello": True}]
    page.evaluate("window.answer()")
    assert page.locator("input").count() == 1
    assert "need a kernel" not in page.inner_text(".lockstep-controls")
    page.focus("input")
    page.keyboard.press("End")
    assert page.evaluate("window.sent.at(-1)") == {"size": 1000}
    assert page.locator("input").is_disabled()
    running, failed = (replace(on_cpus(cpus_of(2))[3], state=state).to_json(False) for state in ("running", "failed"))
    page.evaluate("(result) => window.change('result', result)", running)
    page.evaluate("(result) => window.change('result', result)", failed)
    page.evaluate("window.change('trouble', 'ValueError: too large')")
    assert page.inner_text(".lockstep-progress") == "stopped by an error after 3 runs"
    assert page.locator("svg[role=img] path[stroke-width='2']").count() > 0, "what was measured stays"
    assert page.locator("[role=alert]").inner_text() == "ValueError: too large"
    assert page.locator("input").is_enabled(), "after trouble one can try again"


def test_a_slider_that_no_kernel_answers_says_so(page):
    page.clock.install()
    open_view(page, "speedup", result=on_cpus(cpus_of(2))[-1].to_json(), controls=CONTROLS)
    for answered in (True, False):
        page.evaluate("window.answer(); window.change('trouble', 'so that one can try again')")
        page.focus("input")
        page.keyboard.press("End" if answered else "Home")
        if answered:
            page.evaluate("window.answer()")
        page.clock.run_for(6_000)
        told = page.inner_text(".lockstep-progress")
        assert ("run this cell again" in told) is not answered
        assert ("as soon as the kernel is free" in told) is answered


@pytest.mark.parametrize("width", [360, 700, 1200])
def test_the_plot_fits_its_place_and_its_words_keep_their_size(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    open_view(page, "speedup", result=on_cpus(cpus_of(4))[-1].to_json(), controls=CONTROLS)
    picture(page, f"speedup-{width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator("svg[role=img]").bounding_box()
    assert box["width"] == pytest.approx(min(760, width - 24), abs=1)
    text = page.evaluate("document.querySelector('svg[role=img] text').getBoundingClientRect().height")
    assert 11 <= text <= 20
    page.set_viewport_size({"width": 420, "height": 800})
    page.wait_for_function("document.querySelector('svg[role=img]').getBoundingClientRect().width <= 396")


def lanes(*programs):
    return tuple(Lane(name, tuple(Bar(*bar) for bar in bars)) for name, bars in programs)


def convoy():
    wait, hold = ("waiting", "Lock.acquire", "In[7]:3  with lock:"), ("computing",)
    told = [("main", [(0, 0.1, "computing"), (0.1, 1.1, "waiting", "Process.join", "In[7]:9  child.join()")])]
    for number in range(4):
        bars, at = [], 0.1
        for turn in range(3):
            start = 0.1 + 0.08 * (4 * turn + number)
            bars += [(at, start, *wait)] if start > at else []
            bars.append((start, start + 0.08, *hold))
            at = start + 0.08
        told.append((f"Process-{number + 1}", bars))
    return Timeline(lanes(*told), title="convoy(4)")


@pytest.mark.parametrize("dark", [False, True])
def test_a_bar_tells_its_operation_and_line_to_mouse_and_keyboard(page, dark):
    open_view(page, "timeline", dark, timeline=convoy().to_json())
    picture(page, f"timeline-convoy-{'dark' if dark else 'light'}")
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 92 + 0.2 * (box["width"] - 104), box["y"] + 2 * 30 + 15)
    assert "Process-2: computing, 80 ms (180 ms to 260 ms)" in page.inner_text(".lockstep-readout")
    page.focus("canvas")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    assert "Process-3: waiting, Lock.acquire" in page.inner_text(".lockstep-readout")
    assert "In[7]:3 with lock:" in page.inner_text(".lockstep-readout")
    legend = page.inner_text(".lockstep-legend")
    assert "waiting: Lock.acquire" in legend


def seen(page):
    """A column of the picture's pixels in every lane: what is drawn changes when the view moves."""
    return page.evaluate("document.querySelector('canvas').toDataURL()")


def test_a_timeline_is_zoomed_by_wheel_buttons_and_keys_and_comes_back(page):
    open_view(page, "timeline", timeline=convoy().to_json())
    whole = seen(page)
    page.click("text=zoom in")
    page.click("text=later")
    near = seen(page)
    assert near != whole
    page.click("text=whole run")
    assert seen(page) == whole
    page.focus("canvas")
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 40)
    page.mouse.wheel(0, -300)
    page.wait_for_function("(whole) => document.querySelector('canvas').toDataURL() !== whole", arg=whole)
    page.mouse.move(5, 5)
    page.keyboard.press("0")
    page.keyboard.press("-")
    page.keyboard.press("+")
    page.keyboard.press("0")
    assert page.inner_text(".lockstep-readout") == "" or seen(page) != whole


def test_a_view_that_was_off_the_page_is_drawn_to_scale_when_it_comes_back(page):
    open_view(page, "timeline", timeline=convoy().to_json())
    page.evaluate("document.getElementById('view').style.display = 'none'")
    page.evaluate("document.body.className = 'other'")
    page.evaluate("document.getElementById('view').style.display = ''")
    page.wait_for_function(
        "(() => { const c = document.querySelector('canvas'); return c.clientWidth > 0 && "
        "c.width === Math.round(c.clientWidth * devicePixelRatio) })()"
    )
    open_view(page, "speedup", result=on_cpus(cpus_of(4))[-1].to_json())
    page.evaluate("document.getElementById('view').style.display = 'none'")
    page.evaluate("document.body.className = 'another'")
    page.evaluate("document.getElementById('view').style.display = ''")
    page.wait_for_function("document.querySelector('svg[role=img]').getBoundingClientRect().width === 760")
