"""The live views of speedup and timeline in JupyterLab and Notebook 7: a slider measures again, an interrupt is survived."""

import nbformat
import pytest

from tests.browser.test_lab import LAB, NOTEBOOK_7, picture

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

CELLS = [
    "import multiprocessing, time\nimport psutil\nfrom lockstep import speedup, timeline",
    # It waits where others compute: as long as it is told to, also on a busy machine.
    "def work(size, workers):\n"
    "    with multiprocessing.get_context('fork').Pool(workers) as pool:\n"
    "        pool.map(time.sleep, [size / 1000] * workers)",
    "result = speedup(work, 100, workers=2, seconds=20, simulated=[(1, 1.0), (4, 3.0)])\nresult",
    "timeline(work, 200, 2)",
    "def others():\n"
    "    found = []\n"
    "    for child in psutil.Process().children(recursive=True):\n"
    "        try:\n"
    "            if 'tracker' not in ' '.join(child.cmdline()):\n"
    "                found.append(child)\n"
    "        except psutil.Error:\n"
    "            pass  # it has gone by now\n"
    "    return found\n"
    "patience = time.monotonic() + 20  # on a busy machine a process takes its time to go\n"
    "while (left := others()) and time.monotonic() < patience:\n"
    "    time.sleep(0.1)\n"
    "newest = result.latest\n"
    "print('processes left:', len(left), *(f'{each} {each.cmdline()} {each.parent()}' for each in left))\n"
    "print('newest:', newest.title, newest.state, len(newest.points), len(newest.samples) < newest.progress()[1])\n"
    "print('value:', result.title, result.state)",
]
LAST = len(CELLS) - 1


@pytest.fixture
def notebook(work, request):
    """The name of a notebook of CELLS in the learner's folder, one a test: a kernel belongs to a name."""
    name = f"measuring-{request.node.callspec.id}.ipynb"
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(made, work / name)
    return name


def run_all(page, address):
    page.goto(address)
    page.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'")
    page.evaluate("(() => { jupyterapp.commands.execute('notebook:run-all-cells'); return 1 })()")
    page.wait_for_function("document.querySelector('.lockstep-progress')?.innerText.includes('finished')")
    told = page.locator("text=/processes left: \\d+/")  # the last cell: every view is drawn for good
    told.wait_for()
    assert "processes left: 0" in told.inner_text()


def drag_to_the_end(page, slider):
    """Takes the slider's thumb by the mouse and lets it go at the right end."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    at, most = int(slider.input_value()), int(slider.get_attribute("max"))
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 8 + (box["width"] - 16) * at / most, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, middle, steps=4)
    page.mouse.move(box["x"] + box["width"] + 5, middle, steps=4)
    page.mouse.up()


@pytest.mark.parametrize("application", [LAB, NOTEBOOK_7], ids=["lab", "notebook-7"])
def test_the_views_draw_measure_again_and_survive_an_interrupt(lab, page, notebook, application, request):
    taken = f"measuring-{request.node.callspec.id}"
    page.set_default_timeout(180_000)
    run_all(page, f"{lab}/{application.format(notebook)}")
    assert page.locator(".lockstep-speedup").count() == 1, "the value of the cell does not show it again"
    plot = page.locator(".lockstep-speedup svg[role=img]")
    assert "Plot of speed-up against the number of workers" in plot.get_attribute("aria-label")
    assert plot.locator("circle").count() > 4
    assert "beyond the" in plot.text_content() or "simulated" in page.inner_text(".lockstep-legend")

    page.wait_for_function("document.querySelector('.lockstep-timeline')?.innerText.includes('computing at a time')")
    canvas = page.locator(".lockstep-timeline canvas")
    canvas.click(position={"x": 2, "y": 2})  # beside the bars
    page.wait_for_function(
        """() => {
            const view = document.querySelector('.lockstep-timeline canvas');
            return document.activeElement === view && jupyterapp.shell.currentWidget.content.activeCell.node.contains(view);
        }"""
    )
    assert page.inner_text(".lockstep-timeline .lockstep-readout") == ""
    page.keyboard.press("ArrowDown")
    page.wait_for_function(
        "document.querySelector('.lockstep-timeline .lockstep-readout').innerText.includes('Process-1')"
    )
    canvas.scroll_into_view_if_needed()
    picture(page, f"{taken}-timeline")

    page.wait_for_function("document.querySelector('.lockstep-speedup input')?.disabled === false")
    drag_to_the_end(page, page.locator(".lockstep-speedup label", has_text="size").locator("input"))
    page.wait_for_function("document.querySelector('.lockstep-speedup h3').innerText.includes('work(800)')")
    page.wait_for_function("document.querySelector('.lockstep-speedup progress').value > 2")
    picture(page, f"{taken}-again")
    page.evaluate("(() => { jupyterapp.commands.execute('notebook:interrupt-kernel'); return 1 })()")
    page.wait_for_function("document.querySelector('.lockstep-progress').innerText.includes('interrupted')")
    page.wait_for_function("document.querySelector('.lockstep-note').innerText.includes('measurement 2 of this plot')")
    assert "Interrupted after" in page.inner_text(".lockstep-sentence")
    assert plot.locator("circle").count() >= 2, "what was measured until then is still drawn"

    page.evaluate(
        """(last) => {
            const cells = jupyterapp.shell.currentWidget.content;
            cells.activeCellIndex = last;
            cells.widgets[last].model.sharedModel.clearExecutionCount?.();
            cells.widgets[last].model.outputs.clear();
            jupyterapp.commands.execute('notebook:run-cell');
            return 1;
        }""",
        LAST,
    )
    page.wait_for_selector("text=processes left: 0")
    assert page.locator("text=newest: work(800) interrupted 2 True").count() == 1
    assert page.locator("text=value: work(100) finished").count() == 1
    picture(page, taken)
