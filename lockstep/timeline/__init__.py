"""A bar a process: what each one was doing, recorded from real processes or taken from a simulation."""

from lockstep.timeline.bars import KINDS, Bar, Kind, Lane, Timeline

__all__ = ["KINDS", "Bar", "Kind", "Lane", "Timeline"]
