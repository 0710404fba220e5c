"""The live views of speedup and timeline: they draw, a slider measures again, an interrupt is survived."""

import nbformat
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

CELLS = [
    "import multiprocessing\nfrom lockstep.speedup import speedup\nfrom lockstep.timeline import timeline",
    "def spin(steps):\n    while steps:\n        steps -= 1\n\n"
    "def work(size, workers):\n"
    "    with multiprocessing.get_context('fork').Pool(workers) as pool:\n"
    "        pool.map(spin, [size] * 4)",
    "result = speedup(work, 20_000, simulated=[(1, 1.0), (4, 3.0)])\nresult",
    "timeline(work, 20_000, 2)",
]


@pytest.fixture
def notebook(work):
    """The name of a notebook of CELLS in the learner's folder."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(made, work / "measuring.ipynb")
    return "measuring.ipynb"


def test_the_views_draw_measure_again_and_survive_an_interrupt(lab, page, notebook):
    page.set_default_timeout(240_000)
    page.goto(f"{lab}/lab/tree/{notebook}?reset")
    page.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'")
    page.evaluate("(() => { jupyterapp.commands.execute('notebook:run-all-cells'); return 1 })()")
    page.wait_for_function("document.querySelector('.lockstep-progress')?.innerText.includes('finished')")
    assert page.locator(".lockstep-speedup").count() == 1, "the value of the cell does not show it again"
    plot = page.locator(".lockstep-speedup svg[role=img]")
    assert "Plot of speed-up against the number of workers" in plot.get_attribute("aria-label")
    assert plot.locator("circle").count() > 4
    assert "beyond the" in plot.text_content()

    page.wait_for_function(
        "document.querySelector('.lockstep-timeline p + p')?.innerText.includes('computing at a time')"
    )
    canvas = page.locator(".lockstep-timeline canvas")
    canvas.focus()
    page.keyboard.press("ArrowDown")
    assert "worker" in page.inner_text(".lockstep-timeline .lockstep-readout")

    page.wait_for_function("!document.querySelector('.lockstep-speedup input').disabled")
    slider = page.locator(".lockstep-speedup label", has_text="size").locator("input")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    page.wait_for_function("document.querySelector('.lockstep-speedup h3').innerText.includes('160_000')")
    page.wait_for_function("document.querySelector('.lockstep-speedup progress').value > 1")
    page.evaluate("(() => { jupyterapp.commands.execute('notebook:interrupt-kernel'); return 1 })()")
    page.wait_for_function("document.querySelector('.lockstep-progress').innerText.match('interrupted|finished')")
