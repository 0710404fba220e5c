"""The CPUs that this process may use, those it really gets, and those that others are using."""

from lockstep.cpus.capacity import Capacity, CapacityProbe, measured_capacity
from lockstep.cpus.usable import Limit, UsableCpus, usable_cpus

__all__ = ["Capacity", "CapacityProbe", "Limit", "UsableCpus", "measured_capacity", "usable_cpus"]
