"""The service of `explore` in this very process, for functions that need no protection: tests and benchmarks."""

from __future__ import annotations

from typing import Any

from lockstep.exploration.inside import service
from lockstep.exploration.inside.behaviour import Behaviour, HiddenInput
from lockstep.program.definitions import definitions
from lockstep.program.loading import Loadable
from lockstep.program.source import ModuleSource


class LocalService:
    """Answers requests as the service in a learner's process does."""

    def __init__(self, source: ModuleSource) -> None:
        self._definitions = definitions(source)
        self._behaviour: Behaviour | None = None

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            if request["do"] == "begin":
                self.close()
                self._behaviour = service.begin(request, Loadable(self._definitions), Loadable())
            assert self._behaviour is not None
            return service.respond(self._behaviour, request)
        except HiddenInput as error:
            return {"hidden": str(error)}

    def close(self) -> None:
        """Ends the processes that rest; nothing can be asked any more."""
        if self._behaviour is not None:
            self._behaviour.machine.close()
            self._behaviour = None
