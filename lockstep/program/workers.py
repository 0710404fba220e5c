"""The names under which a function takes its number of workers."""

WORKERS = ("workers", "processes", "num_workers", "n_workers", "n_jobs", "p")
