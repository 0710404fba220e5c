"""The notebook that a learner works in: its kernel extension and its check cells."""
