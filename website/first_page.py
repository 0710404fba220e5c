"""The first page: what the course is, three ways into it, and a program to drive at once."""

import html
from collections.abc import Iterable, Mapping
from pathlib import Path

from lockstep import explore
from lockstep.player import standalone
from lockstep.player.page_data import player_data
from website.pages import FIRST_PAGE, Repository
from website.two_transfers import two_transfers

_PAGE = """# Lockstep

**An interactive Jupyter course on multiprocessing in Python, in which every interleaving of your program is tried, and every speed-up is
shown honestly.**

Lessons lead from processes and messages through locks and deadlocks to parallel algorithms. You write plain `multiprocessing`; every
exercise is checked in another process, and every synchronization exercise on all its interleavings. Here you can read the lessons with
what their programs showed, step through their players, and drive the puzzles of the gallery. To run and to change them, open the notebooks.

## Three ways in

<div class="ways">
<div><h3>To learn</h3>
<p>{learn}</p>
<p>{launch}</p></div>
<div><h3>To teach</h3>
<p>nbgrader's release, gradebook and feedback as always; what is submitted runs in a sandbox. {teach}</p></div>
<div><h3>To write</h3>
<p>A lesson is a text, an exercise is one file, and so is a puzzle. {write}</p></div>
</div>

## Drive it into a deadlock

You are the scheduler. Two processes take two locks in opposite order; choose with the mouse, or with <kbd>1</kbd> and <kbd>2</kbd>, who
takes the next step.

<div class="driven">
{player}
</div>

{contents}
"""


def first_page(titles: Mapping[str, str], documents: Iterable[Path], repository: Repository | None) -> str:
    """The page as MyST text. `titles` are those of the units by their names, `documents` paths in the repository."""
    listed = [f"{name[:2]} {title} <{name}/{name}>" for name, title in titles.items()]
    texts = [path.with_suffix("").as_posix() for path in documents]
    start = Path(FIRST_PAGE).stem if Path(FIRST_PAGE).stem in titles else next(iter(titles))
    learn = _link(f"{start}/{start}.html", "Read from the start")
    learn += "".join(
        f", or drive the {_link(f'{name}/{name}.html', 'puzzles of the gallery')}"
        for name in titles
        if "gallery" in name
    )
    own = f"Install {_link('https://docs.astral.sh/uv/', 'uv')}, then <code>uvx --from lockstep-course lockstep</code>"
    binder = "" if repository is None else f", or {_link(repository.binder(FIRST_PAGE), 'run it on Binder')}"
    teach = [_link(f"{path}.html", "Read on") for path in texts if "instructor" in path or "teach" in path]
    write = [_link(f"{path}.html", "Read on") for path in texts if path == "CONTRIBUTING"]
    return _PAGE.format(
        learn=f"{learn}.",
        launch=f"{own}{binder}.",
        teach=" ".join(teach),
        write=" ".join(write),
        player=_player(),
        contents=_contents("Lessons", listed) + _contents("Behind the course", texts),
    )


def _link(target: str, text: str) -> str:
    return f'<a href="{html.escape(target)}">{html.escape(text)}</a>'


def _player() -> str:
    data = player_data(explore(two_transfers).findings, None, puzzle=True)
    still = f"<p>{html.escape(data['headline'])} To drive needs JavaScript.</p>"
    # No blank line: it would end the HTML in a page of Markdown.
    page = f"{standalone.place(data, still)}\n{standalone.module()}"
    return "\n".join(line for line in page.splitlines() if line.strip())


def _contents(caption: str, entries: list[str]) -> str:
    return f"```{{toctree}}\n:hidden:\n:caption: {caption}\n\n" + "\n".join(entries) + "\n```\n\n"
