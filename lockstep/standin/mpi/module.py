"""The module `mpi4py.MPI` that a program gets when it imports it on a machine of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lockstep.standin.mpi import mail
from lockstep.standin.mpi.array_calls import IN_PLACE, Intracomm
from lockstep.standin.mpi.arrays import DATATYPES, Datatype
from lockstep.standin.mpi.communicator import PROC_NULL, UNDEFINED
from lockstep.standin.mpi.reductions import OPS, Op
from lockstep.standin.mpi.requests import NoRequest, Request, Status
from lockstep.standin.objects.mpi_messages import ANY_SOURCE, ANY_TAG

COMM_WORLD = Intracomm("world", None)


def _processor_name() -> str:
    """Every rank has a machine of its own."""
    return f"machine-{mail.rank_in_world()}"


def contents(now: Callable[[], float]) -> dict[str, dict[str, Any]]:
    """The modules of mpi4py by name, with what they have; `now` gives the time in seconds."""
    names = {
        "COMM_WORLD": COMM_WORLD, "COMM_NULL": None, "ANY_SOURCE": ANY_SOURCE, "ANY_TAG": ANY_TAG, "PROC_NULL": PROC_NULL,
        "UNDEFINED": UNDEFINED, "IN_PLACE": IN_PLACE, "REQUEST_NULL": NoRequest(), "Comm": Intracomm, "Intracomm": Intracomm,
        "Request": Request, "Status": Status, "Op": Op, "Datatype": Datatype, "Exception": mail.MpiError, "Wtime": now,
        "Get_processor_name": _processor_name, "Is_initialized": lambda: True, "Is_finalized": lambda: False,
        **OPS, **DATATYPES,
    }  # fmt: skip
    return {"mpi4py": {}, "mpi4py.MPI": names}


INSTEAD = {
    "futures": "use master and workers of ranks",
    "COMM_SELF": "use COMM_WORLD",
    "Win": "send messages",
    "File": "use gather",
}
