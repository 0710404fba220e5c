"""`speedup`: how much faster a program gets with more workers, measured honestly."""
