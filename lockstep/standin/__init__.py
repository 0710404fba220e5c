"""The stand-in for `multiprocessing`: objects that ask a machine for operations instead of performing them.

What every operation means is written in SEMANTICS.md, and declared beside its object below `objects` and `timed`.
"""
