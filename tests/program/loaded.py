"""A program loaded as a child process loads it, but into this process."""

import types

from lockstep.program.definitions import definitions
from lockstep.program.loading import Loadable
from lockstep.program.source import ModuleSource
from lockstep.program.watching import watching


def load(source: ModuleSource, name: str) -> types.ModuleType:
    """A new module with the definitions of `source`; not in sys.modules."""
    module = types.ModuleType(name)
    program = Loadable(definitions(source))
    program.execute(vars(module), lambda spent: watching(program.labels, spent))
    return module
