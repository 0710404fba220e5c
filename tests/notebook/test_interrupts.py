"""Interrupting an instrument in a real kernel: one line says what is true, and what waits below is not run."""

import contextlib
import re
import time

import psutil
import pytest
from jupyter_client.manager import start_new_kernel

SHARED = (
    "from multiprocessing import Process, Value\nimport time\n"
    "def rest(seconds):\n    open(BEGUN, 'w').close()\n    time.sleep(seconds)\n"
)
CELLS = {
    "check": (
        "def count(n):\n    rest(60)",
        "from lockstep import check\n@check('one')\ndef _(student):\n    pass\n@check('two')\ndef _(student):\n"
        "    student.count(1)\n@check('three')\ndef _(student):\n    pass\ncheck.run('count')",
    ),
    "explore": ("from lockstep import explore\ndef f():\n    while True:\n        pass", "explore(f)"),
    "simulate": ("from lockstep import simulate\ndef f():\n    while True:\n        pass", "simulate(f, cores=4)"),
    "speedup": ("from lockstep import speedup\ndef f(workers):\n    rest(30)", "speedup(f, workers=[1, 2])"),
    "timeline": (
        "from lockstep import timeline\ndef f():\n    p = Process(target=rest, args=(60,))\n    p.start()\n    p.join()",
        "timeline(f)",
    ),
}
TOLD = {
    "check": "`count` was interrupted after 2 s.",
    "explore": "`explore` was interrupted after 2 s: it has no result.",
    "simulate": "`simulate` was interrupted after 2 s: it has no result.",
    "speedup": "f(): interrupted before anything was measured.",
    "timeline": "Interrupted: this is what was recorded until then.",
}


def interrupted(first, cell, begun):
    """What a cell shows that is interrupted once its program runs, and the statuses of two cells that wait below it.

    `begun`: a file that programs make which rest. Of one that computes, a process has used some CPU time.
    """
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        client.execute_interactive(f"%load_ext lockstep\nBEGUN = {str(begun)!r}\n{SHARED}{first}", timeout=60)
        kernel = psutil.Process(manager.provisioner.process.pid)
        before = set(kernel.children(recursive=True))
        shown = []
        number = client.execute(cell, stop_on_error=False)  # as a cell with the tag raises-exception
        below = [client.execute(text) for text in ("1 + 1", "2 + 2")]
        until = time.monotonic() + 60
        while not begun.exists() and not computed(set(kernel.children(recursive=True)) - before):
            assert time.monotonic() < until, "the program has not begun"
            time.sleep(0.05)
        manager.interrupt_kernel()
        statuses = {}
        while len(statuses) < 3:
            reply = client.get_shell_msg(timeout=60)
            statuses[reply["parent_header"]["msg_id"]] = reply["content"]["status"]
        while True:
            message = client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") == number:
                shown.append(message)
                if message["content"].get("execution_state") == "idle":
                    return shown, [statuses[each] for each in below]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def computed(processes):
    used = 0.0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            used = max(used, process.cpu_times().user)
    return used > 1.5


@pytest.mark.parametrize("name", CELLS)
def test_an_interrupted_instrument_leaves_one_line_and_nothing_below_is_run(name, tmp_path):
    shown, below = interrupted(*CELLS[name], tmp_path / "begun")
    texts = [m["content"]["data"]["text/plain"] for m in shown if m["msg_type"].endswith("display_data")]
    errors = [line for m in shown if m["msg_type"] == "error" for line in m["content"]["traceback"]]
    assert not [m for m in shown if m["msg_type"] == "stream"], "no wall of anybody's traceback"
    told = errors or texts[-1:]
    assert len(errors) <= 1
    assert TOLD[name] in re.sub(r"after [\d.]+ s", "after 2 s", told[0])
    assert below == ["aborted", "aborted"]


def test_the_report_of_interrupted_checks_tells_how_far_they_came(tmp_path):
    shown, _ = interrupted(*CELLS["check"], tmp_path / "begun")
    pages = [m["content"]["data"]["text/html"] for m in shown if m["msg_type"].endswith("display_data")]
    assert "check 1 of 3, at most 10 s" in pages[0]
    assert "checking <code>count</code>: check 2 of 3, at most 10 s" in pages[1]
    assert "1 of 3 checks were done" in pages[-1]
    assert "checking" not in pages[-1]
    assert pages[-1].count("✔") == 1
