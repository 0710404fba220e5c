"""`simulate`: a program of processes on virtual cores."""
