"""Every kind of operation and object: what the modules of the stand-in declare, all of them loaded."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from lockstep.standin import objects
from lockstep.standin.declared import declared_object, made_by, operation_kind, outcomes
from lockstep.standin.timed import clock, mailbox, memory  # noqa: F401 - they declare operations

__all__ = ["declared_object", "made_by", "operation_kind", "outcomes"]

for _module in pkgutil.iter_modules(objects.__path__, f"{objects.__name__}."):
    import_module(_module.name)
