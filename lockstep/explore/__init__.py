"""`explore`: a program of processes on every one of its interleavings."""

from lockstep.callable_package import make_callable

make_callable(__name__, "lockstep.explore.exploring")
