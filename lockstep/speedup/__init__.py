"""How much faster a program gets with more workers: measured honestly, shown while it is measured."""

from lockstep.speedup.measure import speedup
from lockstep.speedup.plan import Plan
from lockstep.speedup.result import Speedup
from lockstep.speedup.samples import Point, Sample

__all__ = ["Plan", "Point", "Sample", "Speedup", "speedup"]
