"""Data within a page of HTML."""

import json
from typing import Any


def embedded(data: dict[str, Any]) -> str:
    """The data as JSON that can stand between script tags."""
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")
