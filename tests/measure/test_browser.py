"""The live views in JupyterLab in headless Chromium: they draw, a slider measures again, an interrupt is survived."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
]

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
def lab(tmp_path):
    """The address of a JupyterLab of its own, with a notebook of CELLS."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    (tmp_path / "root").mkdir()
    nbformat.write(notebook, tmp_path / "root" / "a.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}", "--allow-root"),
            *("--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True"),
            *(f"--ServerApp.root_dir={tmp_path / 'root'}", f"--LabApp.workspaces_dir={tmp_path / 'spaces'}"),
        ],
        env=os.environ
        | {"JUPYTER_CONFIG_DIR": str(tmp_path / "config"), "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address}/api").close()
                break
            except urllib.error.URLError:
                time.sleep(0.2)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def test_the_views_draw_measure_again_and_survive_an_interrupt(lab):
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=120_000)
        page = browser.new_page(viewport={"width": 1200, "height": 1400})
        page.set_default_timeout(240_000)
        page.goto(f"{lab}/lab/tree/a.ipynb?reset", timeout=240_000)
        page.wait_for_function(
            "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
        )
        page.evaluate("(() => { jupyterapp.commands.execute('notebook:run-all-cells'); return 1 })()")
        page.wait_for_function("document.querySelector('.lockstep-progress')?.innerText.includes('finished')")
        assert page.locator(".lockstep-speedup").count() == 1, "the value of the cell does not show it again"
        plot = page.locator(".lockstep-speedup svg[role=img]")
        assert "Plot of speed-up against the number of workers" in plot.get_attribute("aria-label")
        assert plot.locator("circle").count() > 4
        assert "beyond" in plot.inner_text()

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
        browser.close()
