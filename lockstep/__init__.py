"""Instruments for learning multiprocessing: check, explore, simulate, speedup, timeline."""
