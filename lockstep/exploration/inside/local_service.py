"""The service of `explore` in this very process, for functions that need no protection: tests and benchmarks."""

from __future__ import annotations

from typing import Any

from lockstep.exploration.inside import service
from lockstep.exploration.inside.behaviour import Behaviour, HiddenInput
from lockstep.program.definitions import Definitions


class LocalService:
    """Answers requests as the service in a learner's process does."""

    def __init__(self, source: Any, given: Any = ()) -> None:
        self._source, self._given = Definitions(tuple(source)), Definitions(tuple(given))
        self._behaviour: Behaviour | None = None

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            if request["do"] == "begin":
                self._behaviour = service.begin(request, self._source, self._given)
            assert self._behaviour is not None
            return service.respond(self._behaviour, request)
        except HiddenInput as error:
            return {"hidden": str(error)}
