"""Executes a notebook and tells of each cell, in a file, how long it took and for how long it showed nothing; run by the pod's own Python."""

import json
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

SHOWS = {
    "stream",
    "display_data",
    "update_display_data",
    "execute_result",
    "error",
    "comm_open",
    "comm_msg",
    "clear_output",
}


class Watched(NotebookClient):  # type: ignore[misc]
    """Notes when each cell begins, shows something and ends."""

    def __init__(self, notebook: Any) -> None:
        super().__init__(
            notebook, timeout=300, allow_errors=True, on_cell_execute=self._begin, on_cell_executed=self._end
        )
        self._moments: list[float] = []
        self.told: list[dict[str, Any]] = []

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        if msg["msg_type"] in SHOWS:
            self._moments.append(time.monotonic())
        return super().process_message(msg, cell, cell_index)

    def _begin(self, cell: Any, cell_index: int) -> None:
        self._moments = [time.monotonic()]

    def _end(self, cell: Any, cell_index: int, execute_reply: Any) -> None:
        moments = [*self._moments, time.monotonic()]
        checks = cell.metadata.get("nbgrader", {}).get("grade", False)  # go on past a failure, and have none here
        meant = "raises-exception" in cell.metadata.get("tags", []) and not checks
        errors = [output["evalue"] for output in cell.outputs if output.output_type == "error" and not meant]
        self.told.append(
            {
                "cell": cell.id,
                "line": next((line for line in reversed(cell.source.splitlines()) if line.strip()), ""),
                "seconds": moments[-1] - moments[0],
                "silent": max(later - earlier for earlier, later in pairwise(moments)),
                "wrong": errors[0] if errors else "",
            }
        )


if __name__ == "__main__":
    client = Watched(nbformat.read(sys.argv[1], 4))
    client.execute()
    # What is printed here, the kernel echoes to, and whatever it has started.
    Path(sys.argv[2]).write_text(json.dumps(client.told))
