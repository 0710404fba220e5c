"""What of mpi4py the stand-in lacks: refused by the name that the program uses, with what to use instead."""

from __future__ import annotations

from lockstep.standin.machine import NotCovered, not_covered

_OTHERWISE = "use send, recv, isend, irecv, bcast, scatter, gather, reduce and their like"
_LENGTHS = "give every rank a part of the same length, or use the lower-case call with a list of arrays"
_NEIGHBOURS = "compute the neighbours from the rank"
_WAITING = "use the call without I, which waits"
_KNOWN = "give the communicator as an argument"
_INSTEAD = {
    **dict.fromkeys(("Scatterv", "Gatherv", "Allgatherv", "Alltoallv", "Alltoallw"), _LENGTHS),
    **dict.fromkeys(("Create_cart", "Create_graph", "Cart_map", "Create_dist_graph", "topology"), _NEIGHBOURS),
    **dict.fromkeys(
        ("Ibarrier", "Ibcast", "Iscatter", "Igather", "Iallgather", "Ialltoall", "Ireduce", "Iallreduce", "Iscan",
         "ibarrier"),
        _WAITING,
    ),
    **dict.fromkeys(("bsend", "ibsend", "Bsend", "Ibsend", "Attach_buffer"), "use isend"),
    **dict.fromkeys(("Rsend", "Irsend"), "use Send"),
    **dict.fromkeys(("mprobe", "improbe", "Mprobe", "Improbe"), "use recv with ANY_SOURCE and a Status"),
    **dict.fromkeys(("Sendrecv_replace", "Isendrecv"), "use Sendrecv with another array"),
    **dict.fromkeys(("Reduce_scatter", "Reduce_scatter_block"), "use Reduce and Scatter"),
    **dict.fromkeys(("Spawn", "Connect", "Accept", "Join", "Get_parent"), "start all ranks at the beginning"),
    **dict.fromkeys(("Get_group", "Create", "Create_group", "Split_type"), "use Split"),
    **dict.fromkeys(("Get_attr", "Set_attr", "Get_errhandler", "Set_errhandler", "Get_info", "Set_info", "Set_name"), _KNOWN),
}  # fmt: skip


def refuse_name(of: str, name: str) -> BaseException:
    """The exception for an attribute that is not there: of mpi4py's it says what to use instead."""
    if name in _INSTEAD or (name.endswith("_init") and not name.startswith("_")):
        return not_covered(f"`{of}.{name}`", _INSTEAD.get(name, _OTHERWISE))
    return AttributeError(f"{of!r} object has no attribute {name!r}")


def refuse_of_module(name: str) -> NotCovered:
    return not_covered(f"`MPI.{name}`", _OTHERWISE)
