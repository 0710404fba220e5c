"""How much faster a program gets with more workers: measured honestly, shown while it is measured."""

from lockstep.callable_package import make_callable
from lockstep.speedup.measure import speedup
from lockstep.speedup.plan import Plan
from lockstep.speedup.result import Speedup
from lockstep.speedup.samples import Point, Sample

__all__ = ["Plan", "Point", "Sample", "Speedup", "speedup"]

make_callable(__name__, "lockstep.speedup.measure")
