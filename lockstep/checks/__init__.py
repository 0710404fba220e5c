"""Checks: what must hold of a learner's functions, decided outside the process that runs them."""
