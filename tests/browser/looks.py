"""A notebook on the page in every look: wide and narrow, light and dark; what is wrong with its views is told."""

import itertools
import os
from pathlib import Path

LOOKS = tuple(itertools.product((1440, 1000), ("JupyterLab Light", "JupyterLab Dark")))
PATIENCE_MS = 10_000
HIGHEST, SLICE = 30_000, 6000  # pixels of height of a whole notebook, and of one picture of it

# Every cell is drawn once it has been on the page: then each view has to be there, and within its cell. Scripts of outputs
# run a moment later, and a busy browser lays out late: what is wrong is what stays wrong.
_PROBLEMS = """async ({ live, patience }) => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    const frames = (count) => new Promise((done) => { const step = () => (count-- ? requestAnimationFrame(step) : done()); step(); });
    const wrong = (cell) => {
        const found = [];
        const name = cell.model.id;
        for (const place of cell.node.querySelectorAll('.lockstep-place')) {
            const drawn = place.querySelector('.lockstep-live, .lockstep-player, svg, canvas');
            const quiet = ['prediction', 'help', 'course'].includes(place.dataset.view);
            if (!drawn && (live || !quiet)) found.push(`${name}: its ${place.dataset.view} is not drawn`);
        }
        for (const output of cell.node.querySelectorAll('.jp-OutputArea-output')) {
            if (/Error displaying widget|Javascript Error/.test(output.innerText)) found.push(`${name}: ${output.innerText.slice(0, 100)}`);
        }
        for (const view of cell.node.querySelectorAll('.lockstep-report, .lockstep-live, .lockstep-player')) {
            const area = view.closest('.jp-OutputArea-output');
            if (view.offsetWidth && area && view.getBoundingClientRect().right > area.getBoundingClientRect().right + 2) {
                found.push(`${name}: a ${view.className} is wider than its cell`);
            }
        }
        for (const text of cell.node.querySelectorAll('.jp-MarkdownOutput')) {
            if (text.scrollWidth > text.clientWidth + 2) found.push(`${name}: its text is cut at the right`);
        }
        for (const image of cell.node.querySelectorAll('.jp-OutputArea-output img')) {
            if (image.complete && !image.naturalWidth) found.push(`${name}: a picture is not there`);
        }
        return found;
    };
    const all = [];
    for (const [at, cell] of notebook.widgets.entries()) {
        if (cell.model.type === 'code' && !cell.model.outputs.length) continue;
        await notebook.scrollToItem(at);
        const until = performance.now() + patience;
        let found;
        do {
            await frames(3);
            found = wrong(cell);
        } while (found.length && performance.now() < until);
        all.push(...found);
    }
    return all;
}"""


def errors_of(page):
    """A list that gets what the page's console calls an error from now on, except what is Jupyter's own."""
    errors = []

    def keep(text):
        if not any(known in text for known in _OF_JUPYTER):
            errors.append(text[:300])

    page.on("console", lambda message: keep(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: keep(str(error)))
    return errors


_OF_JUPYTER = (
    "Failed to load resource",  # a workspace or a setting that nobody has saved yet
    "ResizeObserver loop",
    "WebSocket",  # of a kernel that was shut down
    "(reading 'schema')",  # of Notebook 7, as it opens
    "Command 'filebrowser:open-path' not registered",  # of Notebook 7, which has no file browser beside a notebook
)


def problems(page, live):
    """What is wrong with the views of the open notebook, a line each. `live`: its kernel is there, and so are its buttons."""
    return page.evaluate(_PROBLEMS, {"live": live, "patience": PATIENCE_MS})


def put_on(page, look):
    """Changes the width of the page and its theme."""
    width, theme = look
    page.set_viewport_size({"width": width, "height": 1000})
    page.evaluate(
        "(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme }).then(() => 1)", theme
    )
    page.wait_for_function("(light) => document.body.dataset.jpThemeLight === light", arg=str("Light" in theme).lower())


def pictures(page, name):
    """Pictures of the whole notebook into the folder that LOCKSTEP_PICTURES names, where it does."""
    folder = os.environ.get("LOCKSTEP_PICTURES")
    if not folder:
        return
    width = page.viewport_size["width"]
    # So high that each cell is drawn, however JupyterLab saves work.
    page.set_viewport_size({"width": width, "height": HIGHEST})
    page.evaluate("() => { window.jupyterapp.shell.currentWidget.content.outerNode.scrollTop = 0; }")
    page.wait_for_timeout(1500)
    height = page.evaluate(
        "() => Math.max(...[...document.querySelectorAll('.jp-Cell')].map((cell) => cell.getBoundingClientRect().bottom))"
    )
    height = min(height, HIGHEST)
    for number, top in enumerate(range(0, int(height), SLICE)):
        clip = {"x": 0, "y": top, "width": width, "height": min(SLICE, height - top)}
        page.screenshot(path=str(Path(folder) / f"{name}-{width}-{number}.png"), clip=clip)
    page.set_viewport_size({"width": width, "height": 1000})
